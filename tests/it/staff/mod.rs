//! Staff users, their roles, API keys, and acting as a customer.

mod api_keys;
mod explain;
mod impersonation;
mod masks;
mod rank;
mod roles;
mod staff_users;

use customer_graph::auth::{Authenticator, Permissions, Viewer};
use serde_json::{Value, json};

use crate::harness::{Answer, Persona, TestApp};

/// Runs a mutation and answers the whole answer.
async fn run(app: &TestApp, persona: &Persona, mutation: &str, kind: &str, input: Value, selection: &str) -> Answer {
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code path message }} }} }}"
    );
    app.ask(persona, &query, json!({ "input": input })).await
}

/// Makes a role, which has to succeed, and answers its id.
async fn role(app: &TestApp, persona: &Persona, input: Value) -> String {
    let answer = run(app, persona, "roleUpsert", "RoleUpsertInput", input, "role { id }").await;
    assert_eq!(answer.user_errors("roleUpsert"), [""; 0], "{:#}", answer.body);
    answer.data()["roleUpsert"]["role"]["id"].as_str().unwrap().to_owned()
}

/// The id of a built-in role.
async fn built_in(app: &TestApp, name: &str) -> String {
    let admin = app.admin().await;
    let answer = app.ask(&admin, "{ roles { nodes { id name } } }", json!({})).await;
    let roles = answer.data()["roles"]["nodes"].as_array().unwrap();
    let role = roles.iter().find(|role| role["name"] == name).unwrap();
    role["id"].as_str().unwrap().to_owned()
}

/// Gives a role, or tries to, and answers the codes of what was wrong.
async fn assign(app: &TestApp, persona: &Persona, user: &str, role: &str) -> Vec<String> {
    let input = json!({ "staffUserId": user, "roleId": role });
    let answer = run(app, persona, "roleAssign", "RoleAssignInput", input, "staffUser { id }").await;
    owned(answer.user_errors("roleAssign"))
}

fn owned(codes: Vec<&str>) -> Vec<String> {
    codes.into_iter().map(str::to_owned).collect()
}

/// The id of a staff user who asks.
async fn id_of(app: &TestApp, persona: &Persona) -> String {
    let answer = app.ask(persona, "{ viewer { staffUser { id } } }", json!({})).await;
    answer.data()["viewer"]["staffUser"]["id"].as_str().unwrap().to_owned()
}

/// Whom a process sees that remembers nothing yet: what every process sees five seconds later.
async fn viewer(app: &TestApp, persona: &Persona) -> Option<Viewer> {
    let authenticator = Authenticator::new(app.app.parts.clone());
    authenticator.viewer(persona.token.as_deref().unwrap()).await.ok()
}

async fn permissions(app: &TestApp, persona: &Persona) -> Permissions {
    viewer(app, persona).await.unwrap().permissions()
}
