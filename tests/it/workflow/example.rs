//! The example that keeps a list of a marketing tool like a customer group, as it is started by whoever reads it.

use std::{collections::BTreeSet, path::Path, process::Stdio, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::{create, go_on, jobs, states};
use crate::{
    harness::{Persona, TestApp, node},
    on_both,
};

struct Example {
    marketing: String,
    key: String,
    _child: Child,
}

impl Example {
    async fn start(app: &TestApp, group: &str) -> Self {
        let key = app.api_key("marketing", "customers:read,groups:read,hooks:*").await;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/marketing-sync");
        let mut child = Command::new("node")
            .arg(folder.join("start.mjs"))
            .env("CUSTOMER_GRAPH_URL", format!("{}/graphql", app.url))
            .env("CUSTOMER_GRAPH_KEY", key.token.unwrap())
            .env("GROUP", group)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line())
            .await
            .unwrap()
            .unwrap();
        let ready: Value = serde_json::from_str(&line.expect("the example ended")).unwrap();
        let text = |name: &str| ready[name].as_str().unwrap().to_owned();
        Self {
            marketing: text("marketing"),
            key: text("marketingKey"),
            _child: child,
        }
    }

    async fn send(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client
            .request(method, format!("{}{path}", self.marketing))
            .bearer_auth(&self.key);
        request.json(&body).send().await.unwrap().json().await.unwrap()
    }

    /// The members of the list, with whether they are being welcomed.
    async fn members(&self) -> BTreeSet<(String, bool)> {
        let list = self.send(reqwest::Method::GET, "/lists/newsletter", json!({})).await;
        let members = list["members"].as_array().unwrap().iter();
        members
            .map(|member| (member["email"].as_str().unwrap().to_owned(), member["journey"] == true))
            .collect()
    }
}

async fn change(app: &TestApp, admin: &Persona, group: &str, add: &[String], remove: &[String]) {
    let query =
        "mutation($input: GroupMembersChangeInput!) { groupMembersChange(input: $input) { userErrors { code } } }";
    let input = json!({ "groupId": group, "add": add, "remove": remove });
    let answer = app.ask(admin, query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors("groupMembersChange"), [""; 0], "{:#}", answer.body);
    answer.data();
}

fn welcomed(names: &[String]) -> BTreeSet<(String, bool)> {
    names.iter().map(|name| (format!("{name}@example.com"), true)).collect()
}

on_both! {
    async fn the_list_gets_to_be_as_the_group_is_and_a_failing_second_step_is_undone(app: TestApp) {
        if !node::is_there() { return }
        let admin = app.admin().await;
        let query = "mutation { customerGroupCreate(input: { name: \"Newsletter\" }) { customerGroup { id } } }";
        let answer = app.ask(&admin, query, json!({})).await;
        let group = answer.data()["customerGroupCreate"]["customerGroup"]["id"].as_str().unwrap().to_owned();
        let example = Example::start(&app, &group).await;
        let names: Vec<String> = (0..20).map(|place| format!("member{place}")).collect();
        let mut ids = Vec::new();
        for name in &names {
            ids.push(create(&app, &admin, name).await);
        }
        change(&app, &admin, &group, &ids, &[]).await;
        go_on(&app).await;
        assert_eq!(example.members().await, welcomed(&names));
        // What comes twice, and what has overtaken something, changes nothing.
        change(&app, &admin, &group, &[], &ids[..10]).await;
        change(&app, &admin, &group, &ids[..2], &[]).await;
        go_on(&app).await;
        let left: Vec<String> = names[..2].iter().chain(&names[10..]).cloned().collect();
        assert_eq!(example.members().await, welcomed(&left));
        // A new member whose journey is refused is taken off the list again.
        example.send(reqwest::Method::POST, "/refuse-journeys", json!({ "refuse": true })).await;
        change(&app, &admin, &group, &ids[5..6], &[]).await;
        go_on(&app).await;
        assert_eq!(example.members().await, welcomed(&left));
        let all = jobs(&app, &admin).await;
        assert_eq!(states(&all[0]), ["COMPENSATED", "FAILED"], "{:#}", all[0]);
        assert!(all[1..].iter().all(|job| job["state"] == "SUCCEEDED"));
    }
}
