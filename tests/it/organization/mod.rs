//! Organizations, their units, roles and members.

mod batching;
mod organization_bulk_upsert;
mod organization_create;
mod organization_delete;
mod organization_list;
mod organization_member;
mod organization_unit;
mod organization_update;
mod organization_upsert;
mod visibility;

use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

/// A customer, by external id, e-mail address and given name; answers the id.
pub(crate) async fn customer(app: &TestApp, admin: &Persona, name: &str) -> String {
    let answer = app
        .ask(
            admin,
            "mutation($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { id } userErrors { code } } }",
            json!({ "input": { "externalId": name, "email": format!("{name}@example.com"), "firstName": name } }),
        )
        .await;
    text(&answer.data()["customerCreate"]["customer"]["id"])
}

/// An organization with members: ids or external ids of customers and one role each; answers the organization.
pub(crate) async fn organization(app: &TestApp, admin: &Persona, name: &str, members: &[(&str, &str)]) -> Value {
    let members: Vec<Value> = members
        .iter()
        .map(|(customer, role)| {
            let key = if customer.starts_with("cus_") {
                "customerId"
            } else {
                "customerExternalId"
            };
            json!({ key: customer, "roles": [role] })
        })
        .collect();
    let answer = app
        .ask(
            admin,
            "mutation($input: OrganizationCreateInput!) { organizationCreate(input: $input) {
               organization { id version rootUnit { id } members { nodes { id version customer { firstName } roles { handle } } } }
               userErrors { code path } } }",
            json!({ "input": { "name": name, "externalId": name, "members": members } }),
        )
        .await;
    let organization = answer.data()["organizationCreate"]["organization"].clone();
    assert!(organization.is_object(), "{:#}", answer.body);
    organization
}

/// The id of the member with a customer's name.
pub(crate) fn member(organization: &Value, name: &str) -> String {
    let members = organization["members"]["nodes"].as_array().unwrap();
    text(
        &members
            .iter()
            .find(|member| member["customer"]["firstName"] == name)
            .unwrap()["id"],
    )
}

/// One mutation with its errors; answers the payload.
pub(crate) async fn mutate(app: &TestApp, persona: &Persona, name: &str, selection: &str, input: Value) -> Value {
    let mut input_type = name.to_owned();
    input_type[..1].make_ascii_uppercase();
    let query = format!(
        "mutation($input: {input_type}Input!) {{ {name}(input: $input) {{
           {selection}
           userErrors {{ code path ... on ConflictError {{ currentVersion }} }}
           dryRun {{ events changes {{ objectId path before after }} }} }} }}"
    );
    let answer = app.ask(persona, &query, json!({ "input": input })).await;
    answer.data()[name].clone()
}

/// The codes and paths of the user errors of a payload.
#[track_caller]
pub(crate) fn errors(payload: &Value) -> Vec<(&str, String)> {
    payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            let path: Vec<&str> = error["path"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| step.as_str().unwrap())
                .collect();
            (error["code"].as_str().unwrap(), path.join("."))
        })
        .collect()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
