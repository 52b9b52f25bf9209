//! Customers with the lists that they have of their own: however they are written, the answer is the same.

use serde_json::{Value, json};

use super::create;
use crate::{
    harness::{Persona, TestApp},
    on_both, order,
};

/// What can be written straight to JSON.
const SELECTION: &str = "
    id firstName
    addresses(first: $some) { __typename nodes { id city isDefaultBilling } pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor } }
    groups { nodes { __typename name } pageInfo { endCursor } }
    orders(last: 2) { nodes { orderId total { amount currencyCode } ...Order } pageInfo { hasNextPage hasPreviousPage } }
    renamed: orders { nodes { id } }";

const FRAGMENT: &str = "fragment Order on OrderLink { status }";

async fn population(app: &TestApp, admin: &Persona) -> Vec<String> {
    let group = "mutation { customerGroupCreate(input: { name: \"Gold \\\"and\\\" silver\" }) { customerGroup { id } userErrors { code } } }";
    let group = app.ask(admin, group, json!({})).await.data()["customerGroupCreate"]["customerGroup"]["id"].clone();
    let mut ids = Vec::new();
    for (name, addresses, orders) in [("ada", 3, 4), ("bob", 0, 0), ("eve", 1, 1)] {
        let address = |number| json!({ "address1": format!("{number} Quay"), "city": "Oslo", "postalCode": "0150", "countryCode": "NO", "firstName": name, "lastName": name });
        let addresses: Vec<Value> = (0..addresses).map(address).collect();
        let id = create(
            app,
            admin,
            json!({ "externalId": name, "firstName": name, "addresses": addresses }),
        )
        .await;
        for number in 0..orders {
            let fields = json!({ "customerId": id, "placedAt": format!("2026-01-0{}T00:00:00Z", number + 1) });
            order::link(app, admin, order::row(&format!("{name}-{number}"), fields)).await;
        }
        ids.push(id);
    }
    let add =
        "mutation($input: GroupMembersChangeInput!) { groupMembersChange(input: $input) { userErrors { code path } } }";
    let input = json!({ "groupId": group, "add": [ids[0], ids[2]] });
    assert_eq!(
        app.ask(admin, add, json!({ "input": input })).await.data()["groupMembersChange"]["userErrors"],
        json!([])
    );
    ids
}

/// Asks for customers, straight and on the ordinary path, which is taken as soon as a field is more than a column.
async fn both(app: &TestApp, who: &Persona, around: &str, id: &str, some: i32) -> (Value, Value) {
    let mut answers = Vec::new();
    for more in ["", "displayName"] {
        let query = format!(
            "query($some: Int) {{ {} }} {FRAGMENT}",
            around.replace("ID", id).replace('…', &format!("{SELECTION} {more}"))
        );
        let mut body = app.ask(who, &query, json!({ "some": some })).await.body;
        without(&mut body, "displayName");
        // The documents differ, and of every request there is but one.
        without(&mut body, "locations");
        without(&mut body, "requestId");
        without(&mut body, "fields");
        answers.push(body);
    }
    let ordinary = answers.pop().unwrap();
    (answers.pop().unwrap(), ordinary)
}

fn without(value: &mut Value, name: &str) {
    match value {
        Value::Object(fields) => {
            fields.remove(name);
            fields.values_mut().for_each(|value| without(value, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| without(value, name)),
        _ => {}
    }
}

const SHAPES: [&str; 4] = [
    "customers(sort: [{ key: FIRST_NAME }]) { nodes { … } }",
    "customer(id: \"ID\") { … }",
    "me { … }",
    "customers(where: { firstName: { eq: \"nobody\" } }) { nodes { … } }",
];

on_both! {
    async fn nested_lists_are_the_same_on_both_paths(app: TestApp) {
        let admin = app.admin().await;
        let ids = population(&app, &admin).await;
        for around in SHAPES {
            for some in [0, 1, 2, 50] {
                let (direct, ordinary) = both(&app, &admin, around, &ids[0], some).await;
                assert_eq!(direct, ordinary, "{around} {some}");
                assert!(direct.get("errors").is_none(), "{direct:#}");
            }
        }
        let (all, _) = both(&app, &admin, SHAPES[0], &ids[0], 2).await;
        let ada = &all["data"]["customers"]["nodes"][0];
        assert_eq!(ada["addresses"]["nodes"].as_array().unwrap().len(), 2);
        assert_eq!(ada["addresses"]["pageInfo"]["hasNextPage"], true);
        assert_eq!(ada["groups"]["nodes"], json!([{ "__typename": "CustomerGroup", "name": "Gold \"and\" silver" }]));
        assert_eq!(ada["orders"]["nodes"][1], json!({ "orderId": "ada-0", "status": "pending", "total": { "amount": "10.00", "currencyCode": "EUR" } }));
        assert_eq!(ada["renamed"]["nodes"].as_array().unwrap().len(), 4);
    }

    async fn what_is_refused_is_refused_on_both_paths(app: TestApp) {
        let admin = app.admin().await;
        let ids = population(&app, &admin).await;
        let personas = [
            app.api_key("reads customers", "customers:read").await,
            app.api_key("reads no groups", "customers:read,addresses:read,orders:read").await,
            app.api_key("reads no orders", "customers:read,addresses:read,groups:read").await,
            app.api_key("reads no addresses", "customers:read,orders:read,groups:read").await,
            app.api_key("reads no customers", "addresses:read,orders:read,groups:read").await,
            app.customer("zoe").await,
            Persona::anonymous(),
        ];
        for who in &personas {
            for around in SHAPES {
                let (direct, ordinary) = both(&app, who, around, &ids[0], 2).await;
                assert_eq!(sorted(direct.clone()), sorted(ordinary), "{} {around}", who.name);
                if around.starts_with("customers(sort") || around.starts_with("customer(") {
                    assert!(direct.get("errors").is_some(), "{} {around}: {direct:#}", who.name);
                }
            }
        }
    }

    async fn a_size_that_makes_no_sense_is_told_on_both_paths(app: TestApp) {
        let admin = app.admin().await;
        let ids = population(&app, &admin).await;
        for some in [-1, 100_000] {
            let (direct, ordinary) = both(&app, &admin, SHAPES[0], &ids[0], some).await;
            assert_eq!(sorted(direct.clone()), sorted(ordinary));
            assert!(direct.get("errors").is_some());
        }
    }

    async fn nested_lists_of_all_rows_are_read_together(app: TestApp) {
        let admin = app.admin().await;
        population(&app, &admin).await;
        let query = "{ customers { nodes { id addresses { nodes { id } } groups { nodes { id } } orders(first: 5) { nodes { id } } } } }";
        assert_eq!(app.ask(&admin, query, json!({})).await.statements(), 4);
    }
}

/// The answer with its errors in one order.
fn sorted(mut answer: Value) -> Value {
    if let Some(errors) = answer.get_mut("errors").and_then(Value::as_array_mut) {
        errors.sort_by_key(ToString::to_string);
    }
    answer
}
