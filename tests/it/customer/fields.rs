//! Columns are left out of a query that has no need of them: each field is the same alone as among all others.

use serde_json::json;

use super::create;
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

const TYPE: &str = "query($name: String!) { __type(name: $name) { fields {
  name args { name } type { kind name fields { name } ofType { kind name fields { name } ofType { kind name fields { name } ofType { kind name fields { name } } } } }
} } }";

/// The fields that have no value here.
const CUSTOMER: [&str; 7] = [
    "createdBy",
    "defaultBillingAddress",
    "defaultShippingAddress",
    "emailVerifiedAt",
    "loginMethods",
    "mfaFactors",
    "passkeys",
];
const ADDRESS: [&str; 2] = ["province", "provinceCode"];
const GROUP: [&str; 0] = [];

/// Every field of a type that is no list with pages, with what is to be selected inside it.
async fn fields(app: &TestApp, admin: &Persona, name: &str) -> Vec<(String, String)> {
    let answer = app.ask(admin, TYPE, json!({ "name": name })).await;
    let mut found = Vec::new();
    for field in answer.data()["__type"]["fields"].as_array().unwrap() {
        let mut kind = &field["type"];
        while kind["ofType"].is_object() {
            kind = &kind["ofType"];
        }
        let inside: Vec<&str> = kind["fields"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|field| field["name"].as_str().unwrap())
            .filter(|inner| ["id", "type", "isValid", "orderCount"].contains(inner))
            .collect();
        let pages = field["args"]
            .as_array()
            .unwrap()
            .iter()
            .any(|argument| argument["name"] == "first");
        if !pages {
            let inside = if inside.is_empty() {
                String::new()
            } else {
                format!("{{ {} }}", inside.join(" "))
            };
            found.push((field["name"].as_str().unwrap().to_owned(), inside));
        }
    }
    found
}

/// Asks for each field alone and for all together, on both paths, at the place of `…`; answers which had no value,
/// in alphabetical order.
async fn same_alone(app: &TestApp, admin: &Persona, name: &str, around: &str, pointer: &str) -> Vec<String> {
    let fields = fields(app, admin, name).await;
    let all: String = fields
        .iter()
        .map(|(field, inside)| format!("{field} {inside} "))
        .collect();
    let all = app.ask(admin, &around.replace('…', &all), json!({})).await;
    let all = all.data().pointer(pointer).unwrap().clone();
    for (field, inside) in &fields {
        for directive in ["", "@include(if: true)"] {
            let one = format!("{field} {directive} {inside}");
            let one = app.ask(admin, &around.replace('…', &one), json!({})).await;
            let one = one.data().pointer(pointer).unwrap();
            assert_eq!(one[field], all[field], "{name}.{field} {directive} in {around}");
        }
    }
    let empty = [json!(null), json!({}), json!([]), json!("")];
    let names = fields.into_iter().map(|(field, _)| field);
    let mut without: Vec<String> = names.filter(|field| empty.contains(&all[field])).collect();
    without.sort_unstable();
    without
}

on_both! {
    async fn each_field_is_the_same_alone_as_among_all(app: TestApp) {
        let admin = app.admin().await;
        let address = json!({
            "addressName": "Home", "firstName": "Ada", "lastName": "King", "company": "Engines", "phone": "+47 22 12 34 56",
            "address1": "1 Quay", "address2": "2nd floor", "city": "Oslo", "postalCode": "0150", "countryCode": "NO",
            "metadata": { "a": { "b": [1, "two"] } }, "privateMetadata": { "c": true },
        });
        let id = create(&app, &admin, json!({
            "email": "Ada@Example.com", "firstName": "Ada", "lastName": "King", "companyName": "Engines", "phone": "+49 30 901820",
            "externalId": "ada", "locale": "de", "metadata": { "a": { "b": [1, "two"] } }, "privateMetadata": { "c": true }, "addresses": [address],
        })).await;
        let group = "mutation { customerGroupCreate(input: { name: \"Gold\", externalId: \"gold\", metadata: { a: 1 }, privateMetadata: { b: 2 } }) { customerGroup { id } userErrors { code path } } }";
        let group = app.ask(&admin, group, json!({})).await.data()["customerGroupCreate"]["customerGroup"]["id"].clone();
        let add = "mutation($input: GroupMembersChangeInput!) { groupMembersChange(input: $input) { userErrors { code } } }";
        app.ask(&admin, add, json!({ "input": { "groupId": group, "add": [id] } })).await.data();
        let one = format!("{{ customer(id: \"{id}\") {{ … }} }}");
        let nested = |list: &str| format!("{{ customers {{ nodes {{ {list} {{ nodes {{ … }} }} }} }} }}");
        for (name, around, pointer, without) in [
            ("Customer", one.as_str(), "/customer", &CUSTOMER[..]),
            ("Customer", "{ customers { nodes { … } } }", "/customers/nodes/0", &CUSTOMER[..]),
            ("Customer", "{ customers(query: \"king\", sort: [{ key: LAST_NAME }, { key: EMAIL }]) { nodes { … } } }", "/customers/nodes/0", &CUSTOMER[..]),
            ("Customer", "{ customers(query: \"ki\") { edges { cursor node { … } } } }", "/customers/edges/0/node", &CUSTOMER[..]),
            ("Address", &nested("addresses"), "/customers/nodes/0/addresses/nodes/0", &ADDRESS[..]),
            ("Address", "{ addresses { nodes { … } } }", "/addresses/nodes/0", &ADDRESS[..]),
            ("CustomerGroup", &nested("groups"), "/customers/nodes/0/groups/nodes/0", &GROUP[..]),
            ("CustomerGroup", "{ customerGroups { nodes { … } } }", "/customerGroups/nodes/0", &GROUP[..]),
        ] {
            // A column that is left out although it is asked for shows as a field without its value.
            assert_eq!(same_alone(&app, &admin, name, around, pointer).await, without, "{name} in {around}");
        }
    }
}
