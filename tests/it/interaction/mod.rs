//! Contacts with customers that other systems tell of.

use customer_graph::{features::interaction, work::UnitOfWork};
use entity::id::{CustomerId, PrefixedId};
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Persona, TestApp},
    on_both,
    order::customer,
};

const RECORD: &str = "mutation($input: InteractionRecordInput!) { interactionRecord(input: $input) {
  results { outcome interaction { id kind direction source externalId occurredAt summary version customer { id } } userErrors { code path } }
  userErrors { code path } dryRun { events changes { path before after } }
} }";

/// A call with Ada, and these fields in place of it or besides.
pub(crate) fn call(id: &str, fields: Value) -> Value {
    let mut row = json!({
        "customerExternalId": "ada", "source": "phone", "externalId": id, "kind": "CALL", "occurredAt": "2026-01-01T10:00:00Z",
        "summary": "Asked for a cup",
    });
    for (name, value) in fields.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

async fn record(app: &TestApp, persona: &Persona, rows: Value) -> Answer {
    let input = json!({ "interactions": rows, "errorPolicy": "REJECT_FAILED_ROWS" });
    app.ask(persona, RECORD, json!({ "input": input })).await
}

async fn one(app: &TestApp, persona: &Persona, row: Value) -> (String, Value) {
    let answer = record(app, persona, json!([row])).await;
    let result = &answer.data()["interactionRecord"]["results"][0];
    assert_eq!(result["userErrors"], json!([]), "{}", answer.body);
    (
        result["outcome"].as_str().unwrap().to_owned(),
        result["interaction"].clone(),
    )
}

fn wrong(answer: &Answer) -> Vec<String> {
    let results = answer.data()["interactionRecord"]["results"].as_array().unwrap();
    let errors = results
        .iter()
        .flat_map(|result| result["userErrors"].as_array().unwrap());
    let path = |error: &Value| {
        error["path"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step.as_str().unwrap())
            .collect::<Vec<_>>()
            .join(".")
    };
    errors
        .map(|error| format!("{} {}", error["code"].as_str().unwrap(), path(error)))
        .collect()
}

on_both! {
    async fn a_contact_is_told_again_corrected_and_kept_out_of_the_timeline(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, "ada").await, customer(&app, "bob").await);
        let (outcome, told) = one(&app, &admin, call("1", json!({ "direction": "INBOUND", "summary": " Asked for\na cup " }))).await;
        assert_eq!(outcome, "CREATED");
        assert_eq!(told, json!({
            "id": told["id"], "kind": "CALL", "direction": "INBOUND", "source": "phone", "externalId": "1", "occurredAt": "2026-01-01T10:00:00.000Z",
            "summary": "Asked for\na cup", "version": 1, "customer": { "id": ada },
        }));
        let events = app.count("outbox_event").await;
        let (outcome, same) = one(&app, &admin, call("1", json!({ "direction": "INBOUND", "summary": "Asked for\na cup" }))).await;
        assert_eq!((outcome.as_str(), &same), ("UNCHANGED", &told));
        assert_eq!(app.count("outbox_event").await, events);
        let (outcome, corrected) = one(&app, &admin, call("1", json!({ "customerExternalId": "bob", "kind": "CHAT", "summary": "Asked for a spoon" }))).await;
        assert_eq!((outcome.as_str(), &corrected["version"], &corrected["customer"]["id"], &corrected["direction"]), ("UPDATED", &json!(2), &json!(bob), &Value::Null));
        let (outcome, other) = one(&app, &admin, call("1", json!({ "source": "chat" }))).await;
        assert_eq!(outcome, "CREATED");
        assert_ne!(other["id"], told["id"]);
        for table in ["timeline_entry", "outbox_event", "idempotency_record"] {
            assert!(!app.dump(table).await.contains("spoon"), "{table}");
        }
        for id in [&ada, &bob] {
            let id = CustomerId::parse(id).unwrap();
            let chain = customer_graph::work::timeline::verify(app.app.parts.database.for_migration(), id.uuid()).await.unwrap();
            assert!(chain.is_ok());
        }
        let topics = app.column("outbox_event", "topic").await;
        assert_eq!(topics[topics.len() - 3..], ["customer.interaction.recorded", "customer.interaction.updated", "customer.interaction.recorded"]);
    }

    async fn what_is_wrong_with_a_row_is_told_and_the_others_count(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        let answer = record(&app, &admin, json!([
            call("1", json!({})),
            call("1", json!({})),
            call("2", json!({ "customerExternalId": "nobody" })),
            call("3", json!({ "customerExternalId": null, "customerId": "cus_01JZZZZZZZZZZZZZZZZZZZZZZZ" })),
            call("4", json!({ "customerId": ada })),
            call("5", json!({ "customerExternalId": null })),
            call(" ", json!({ "source": "", "summary": " " })),
            call("6", json!({ "summary": "a".repeat(2_001) })),
            call("7", json!({ "summary": "a\u{1}" })),
        ])).await;
        assert_eq!(wrong(&answer), [
            "DUPLICATED_INPUT_ITEM interactions.1.externalId",
            "NOT_FOUND interactions.2.customerExternalId",
            "NOT_FOUND interactions.3.customerId",
            "INVALID interactions.4.customerExternalId",
            "INVALID interactions.5.customerExternalId",
            "REQUIRED interactions.6.source",
            "REQUIRED interactions.6.externalId",
            "REQUIRED interactions.6.summary",
            "TOO_LONG interactions.7.summary",
            "INVALID interactions.8.summary",
        ]);
        assert_eq!(app.count("interaction").await, 1);
        let answer = app.ask(&admin, RECORD, json!({ "input": { "interactions": [call("8", json!({})), call("9", json!({ "customerExternalId": "nobody" }))] } })).await;
        assert_eq!(answer.user_errors("interactionRecord"), ["NOT_FOUND"]);
        let answer = app.ask(&admin, RECORD, json!({ "input": { "dryRun": true, "interactions": [call("8", json!({}))] } })).await;
        assert_eq!(answer.data()["interactionRecord"]["dryRun"]["events"], json!(["customer.interaction.recorded"]));
        assert_eq!(app.count("interaction").await, 1);
        let input = json!({ "input": { "idempotencyKey": "one", "interactions": [call("8", json!({}))] } });
        let (first, second) = (app.ask(&admin, RECORD, input.clone()).await, app.ask(&admin, RECORD, input).await);
        assert_eq!(first.data(), second.data());
        for (rows, code) in [(json!([]), "REQUIRED"), (json!(vec![call("x", json!({})); 1_001]), "LIMIT_EXCEEDED")] {
            let answer = app.ask(&admin, RECORD, json!({ "input": { "interactions": rows } })).await;
            assert_eq!(answer.user_errors("interactionRecord"), [code]);
        }
    }

    async fn staff_see_them_newest_first_and_nobody_else(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        app.ask(&admin, "mutation($id: ID!) { customerUpdate(input: { id: $id, externalId: \"ada\" }) { userErrors { code } } }", json!({ "id": ada.id() })).await.data();
        for (hour, id, kind, direction) in [(1, "a", "MAIL", json!("OUTBOUND")), (3, "b", "CALL", json!("INBOUND")), (2, "c", "VISIT", Value::Null), (4, "d", "CAMPAIGN", json!("OUTBOUND"))] {
            one(&app, &admin, call(id, json!({ "kind": kind, "direction": direction, "occurredAt": format!("2026-01-01T0{hour}:00:00Z") }))).await;
        }
        let query = "query($id: ID!, $where: InteractionWhere) { customer(id: $id) { interactions(where: $where) { nodes { externalId } totalCount } } }";
        for (filter, found) in [
            (json!({}), "dbca"),
            (json!({ "kind": ["MAIL", "CALL"] }), "ba"),
            (json!({ "direction": "OUTBOUND" }), "da"),
            (json!({ "source": { "eq": "chat" } }), ""),
            (json!({ "externalId": { "in": ["c", "d"] } }), "dc"),
            (json!({ "occurredAt": { "after": "2026-01-01T01:30:00Z", "before": "2026-01-01T03:30:00Z" } }), "bc"),
            (json!({ "NOT": { "kind": ["VISIT"] } }), "dba"),
        ] {
            let answer = app.ask(&admin, query, json!({ "id": ada.id(), "where": filter })).await;
            let list = &answer.data()["customer"]["interactions"];
            let ids: String = list["nodes"].as_array().unwrap().iter().map(|node| node["externalId"].as_str().unwrap()).collect();
            assert_eq!((ids.as_str(), &list["totalCount"]), (found, &json!(found.len())), "{filter}");
        }
        let (_, told) = one(&app, &admin, call("e", json!({}))).await;
        let node = "query($id: ID!) { node(id: $id) { ... on Interaction { summary customer { id } } } }";
        let reader = app.api_key("reader", "interactions:read").await;
        let answer = app.ask(&reader, node, json!({ "id": told["id"] })).await;
        assert_eq!(answer.data()["node"], json!({ "summary": "Asked for a cup", "customer": null }));
        let writer = app.api_key("writer", "interactions:write,customers:read").await;
        assert_eq!(record(&app, &writer, json!([call("f", json!({}))])).await.data()["interactionRecord"]["results"][0], json!({ "outcome": "CREATED", "interaction": null, "userErrors": [] }));
        let dry = json!({ "input": { "dryRun": true, "interactions": [call("f", json!({ "summary": "Asked for a plate" }))] } });
        let answer = app.ask(&writer, RECORD, dry).await;
        assert_eq!(answer.data()["interactionRecord"]["dryRun"], json!({ "events": ["customer.interaction.updated"], "changes": [] }));
        for persona in [&ada, &writer, &Persona::anonymous()] {
            assert_eq!(app.ask(persona, node, json!({ "id": told["id"] })).await.data()["node"], Value::Null);
        }
        assert_eq!(app.ask(&ada, "{ me { interactions { nodes { id } } } }", json!({})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(app.ask(&writer, query, json!({ "id": ada.id() })).await.codes(), ["FORBIDDEN"]);
        for persona in [&ada, &reader] {
            assert_eq!(app.ask(persona, RECORD, json!({ "input": { "interactions": [call("g", json!({}))] } })).await.codes(), ["FORBIDDEN"]);
        }
    }

    async fn they_follow_the_customer_and_go_with_them(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, "ada").await, customer(&app, "bob").await);
        one(&app, &admin, call("1", json!({}))).await;
        let (from, to): (CustomerId, CustomerId) = (ada.parse().unwrap(), bob.parse().unwrap());
        app.write(async |unit: &mut UnitOfWork| interaction::reassign(unit, &[from], to).await).await;
        let query = "query($id: ID!) { customer(id: $id) { interactions { nodes { version } } } }";
        assert_eq!(app.ask(&admin, query, json!({ "id": ada })).await.data()["customer"]["interactions"]["nodes"], json!([]));
        assert_eq!(app.ask(&admin, query, json!({ "id": bob })).await.data()["customer"]["interactions"]["nodes"], json!([{ "version": 2 }]));
        let delete = "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"bob@example.com\" }) { userErrors { code } } }";
        assert_eq!(app.ask(&admin, delete, json!({ "id": bob })).await.user_errors("customerDelete"), [""; 0]);
        assert_eq!(app.count("interaction").await, 0);
    }

    async fn many_take_as_many_statements_as_few(app: TestApp) {
        let admin = app.admin().await;
        let create = "mutation($input: CustomerBulkCreateInput!) { customerBulkCreate(input: $input) { results { customer { id } } userErrors { code } } }";
        let customers: Vec<Value> = (0..100).map(|number| json!({ "externalId": format!("c{number}") })).collect();
        app.ask(&admin, create, json!({ "input": { "customers": customers } })).await.data();
        let plain = "mutation($input: InteractionRecordInput!) { interactionRecord(input: $input) { results { outcome } userErrors { code } } }";
        let mut statements = Vec::new();
        for (count, prefix) in [(5, "few"), (1_000, "many")] {
            for summary in ["one", "two"] {
                let rows: Vec<Value> = (0..count).map(|number| call(&format!("{prefix}{number}"), json!({ "customerExternalId": format!("c{}", number % 100), "summary": summary }))).collect();
                let answer = app.ask(&admin, plain, json!({ "input": { "interactions": rows } })).await;
                answer.data();
                statements.push(answer.statements());
            }
        }
        assert_eq!(statements[..2], statements[2..], "{statements:?}");
        assert!(statements.iter().all(|count| *count <= 6), "{statements:?}");
        let query = "query($first: Int) { customers(first: $first) { nodes { id interactions(first: 3) { nodes { summary } totalCount } } } }";
        let (few, many) = (app.ask(&admin, query, json!({ "first": 5 })).await, app.ask(&admin, query, json!({ "first": 100 })).await);
        assert_eq!((few.statements(), many.statements()), (3, 3));
        assert!(many.data()["customers"]["nodes"].as_array().unwrap().iter().all(|node| node["interactions"]["nodes"].as_array().unwrap().len() == 3));
    }

    async fn of_two_who_tell_the_same_at_once_one_makes_it(app: TestApp) {
        let admin = app.admin().await;
        customer(&app, "ada").await;
        let rows = |turn: bool| -> Value {
            let mut rows: Vec<Value> = (0..10).map(|number| call(&number.to_string(), json!({}))).collect();
            if turn {
                rows.reverse();
            }
            rows.into()
        };
        let answers = futures_util::future::join_all((0..6).map(|turn| record(&app, &admin, rows(turn % 2 == 0)))).await;
        let outcomes = answers.iter().flat_map(|answer| answer.data()["interactionRecord"]["results"].as_array().unwrap());
        assert_eq!(outcomes.filter(|result| result["outcome"] == "CREATED").count(), 10);
        assert_eq!(app.count("interaction").await, 10);
    }
}
