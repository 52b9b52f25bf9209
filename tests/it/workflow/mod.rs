//! Steps that are taken in order when something happens.

mod change;
mod example;
mod run;

use serde_json::{Value, json};

use crate::{
    harness::{Answer, Persona, TestApp},
    provider::server::{self, Asked, Server},
};

async fn upsert(app: &TestApp, persona: &Persona, input: Value) -> Answer {
    let query = "mutation($input: WorkflowUpsertInput!) { workflowUpsert(input: $input) {
      workflow { id name topics steps { name url compensateUrl timeoutMilliseconds attempts } isEnabled version } secret
      userErrors { code path }
    } }";
    app.ask(persona, query, json!({ "input": input })).await
}

/// A workflow that is begun by new customers, whose steps `a`, `b` and `c` are at this server.
pub(crate) fn steps(url: &str) -> Value {
    let step = |name: &str| {
        json!({
            "name": name, "url": format!("{url}/{name}"), "compensateUrl": format!("{url}/undo-{name}"),
            "timeoutMilliseconds": 2_000, "attempts": 3,
        })
    };
    json!({ "name": "Welcome", "topics": ["customer.created"], "steps": [step("a"), step("b"), step("c")] })
}

/// Makes a workflow; answers its id and its secret.
pub(crate) async fn make(app: &TestApp, admin: &Persona, input: Value) -> (String, String) {
    let answer = upsert(app, admin, input).await;
    let payload = &answer.data()["workflowUpsert"];
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&payload["workflow"]["id"]), text(&payload["secret"]))
}

/// A server that answers each step with its own path, and those that fail with a status.
async fn serving(fails: impl Fn(&str) -> Option<u16> + Clone + Send + Sync + 'static) -> Server {
    Server::start(move |_, asked| match fails(&asked.path) {
        Some(status) => server::status(status),
        None => server::json(&json!({ "at": asked.path })),
    })
    .await
}

async fn create(app: &TestApp, admin: &Persona, name: &str) -> String {
    let query = "mutation($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { id } } }";
    let input = json!({ "email": format!("{name}@example.com") });
    let answer = app.ask(admin, query, json!({ "input": input })).await;
    answer.data()["customerCreate"]["customer"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Lets events begin workflows, and runs their jobs as long as there is something to do now.
async fn go_on(app: &TestApp) {
    // On PostgreSQL what others still write at this moment holds events back.
    let started = std::time::Instant::now();
    loop {
        let looked = app.app.triggers.look().await.unwrap();
        if !looked.has_more && !looked.holds_back {
            break;
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(60));
        tokio::task::yield_now().await;
    }
    app.app.runner.work_off().await.unwrap();
}

async fn jobs(app: &TestApp, admin: &Persona) -> Vec<Value> {
    let query = "{ jobs(where: { kind: \"workflow.run\" }, first: 100) { nodes {
      id state done total succeeded failed attempts lastError steps { name state attempts error changedAt }
    } } }";
    let answer = app.ask(admin, query, json!({})).await;
    answer.data()["jobs"]["nodes"].as_array().unwrap().clone()
}

/// The states of the steps of a job.
fn states(job: &Value) -> Vec<&str> {
    let steps = job["steps"].as_array().unwrap().iter();
    steps.map(|step| step["state"].as_str().unwrap()).collect()
}

fn paths(server: &Server) -> Vec<String> {
    server.all().into_iter().map(|asked| asked.path).collect()
}

fn body(asked: &Asked) -> Value {
    serde_json::from_str(&asked.body).unwrap()
}
