//! Queries that staff users keep and share.

mod change;
mod create;
mod share;

use serde_json::{Value, json};

use crate::harness::{Answer, Persona, TestApp};

const DOCUMENT: &str = "query Loyal($first: Int!) {\n\tcustomers(first: $first) { nodes { email } }\n}";

/// Runs a mutation and answers the whole answer.
async fn run(app: &TestApp, persona: &Persona, mutation: &str, input: Value) -> Answer {
    let (kind, object) = match mutation {
        "savedQueryCreate" => ("SavedQueryCreateInput", QUERY),
        "savedQueryUpdate" => ("SavedQueryUpdateInput", QUERY),
        _ => ("SavedQueryDeleteInput", "deletedSavedQueryId"),
    };
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {object} dryRun {{ changes {{ path before after }} events }} \
         userErrors {{ code path message ... on ConflictError {{ currentVersion }} }} }} }}"
    );
    app.ask(persona, &query, json!({ "input": input })).await
}

const QUERY: &str =
    "savedQuery { id name description document variables isOwn owner { id } sharedWith { roleId name } version }";

/// Keeps a query, which has to succeed, and answers its id.
async fn keep(app: &TestApp, persona: &Persona, name: &str, roles: &[&str]) -> String {
    let input =
        json!({ "name": name, "document": DOCUMENT, "variables": "{\"first\": 10}", "sharedWithRoleIds": roles });
    let answer = run(app, persona, "savedQueryCreate", input).await;
    assert_eq!(answer.user_errors("savedQueryCreate"), [""; 0], "{:#}", answer.body);
    text(&answer.data()["savedQueryCreate"]["savedQuery"]["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The names of the queries that somebody sees in the list.
async fn names(app: &TestApp, persona: &Persona) -> Vec<String> {
    let answer = app
        .ask(persona, "{ savedQueries { totalCount nodes { name } } }", json!({}))
        .await;
    let list = &answer.data()["savedQueries"];
    let nodes = list["nodes"].as_array().unwrap();
    assert_eq!(list["totalCount"], nodes.len());
    nodes.iter().map(|node| text(&node["name"])).collect()
}

/// A role with these permissions, inheriting from others, and a staff user who has it and nothing else.
async fn role(app: &TestApp, owner: &Persona, name: &str, parents: &[&str]) -> String {
    let input = json!({ "name": name, "permissions": ["orders:read"], "parentIds": parents });
    let query = "mutation($input: RoleUpsertInput!) { roleUpsert(input: $input) { role { id } userErrors { code } } }";
    let answer = app.ask(owner, query, json!({ "input": input })).await;
    text(&answer.data()["roleUpsert"]["role"]["id"])
}

async fn staff_with(app: &TestApp, owner: &Persona, name: &'static str, role: &str, channel: Option<&str>) -> Persona {
    let staff = app.staff(name, "").await;
    let user = app.ask(&staff, "{ viewer { staffUser { id } } }", json!({})).await;
    let input =
        json!({ "staffUserId": user.data()["viewer"]["staffUser"]["id"], "roleId": role, "channelId": channel });
    let query = "mutation($input: RoleAssignInput!) { roleAssign(input: $input) { userErrors { code } } }";
    let answer = app.ask(owner, query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors("roleAssign"), [""; 0], "{:#}", answer.body);
    app.log_in_again(&staff).await
}
