//! What is written down, and what becomes of it.

use customer_graph::work::UnitOfWork;
use entity::{id::CustomerId, note};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use super::{add, bodies, run};
use crate::{customer::create, on_both};

on_both! {
    async fn notes_are_added_changed_and_taken_away(app: TestApp) {
        let admin = app.admin().await;
        let ada = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        let input = json!({ "customerId": ada, "body": "  Called.\nWants tea.  ", "idempotencyKey": "one" });
        let answer = run(&app, &admin, "noteAdd", input.clone()).await;
        let note = answer.data()["noteAdd"]["note"].clone();
        assert_eq!((&note["body"], &note["isPublic"], &note["version"]), (&json!("Called.\nWants tea."), &json!(false), &json!(1)));
        assert_eq!((&note["author"]["type"], &note["customer"]["id"]), (&json!("API_KEY"), &json!(ada)));
        assert!(note["author"]["id"].as_str().unwrap().starts_with("akey_"));
        let again = run(&app, &admin, "noteAdd", input).await;
        assert_eq!(again.data()["noteAdd"]["note"]["id"], note["id"], "the same key answers the same");
        assert_eq!(app.count("note").await, 1);

        let change = json!({ "id": note["id"], "isPublic": true, "expectedVersion": 7 });
        assert_eq!(run(&app, &admin, "noteUpdate", change).await.user_errors("noteUpdate"), ["CONFLICT"]);
        let dry = run(&app, &admin, "noteUpdate", json!({ "id": note["id"], "body": "Secret", "isPublic": true, "dryRun": true })).await;
        assert_eq!(dry.data()["noteUpdate"]["dryRun"], json!({
            "changes": [{ "path": "isPublic", "before": false, "after": true }, { "path": "body", "before": null, "after": null }],
            "events": ["customer.note.updated"],
        }));
        let answer = run(&app, &admin, "noteUpdate", json!({ "id": note["id"], "body": "Secret", "expectedVersion": 1 })).await;
        assert_eq!((&answer.data()["noteUpdate"]["note"]["body"], &answer.data()["noteUpdate"]["note"]["version"]), (&json!("Secret"), &json!(2)));
        let same = run(&app, &admin, "noteUpdate", json!({ "id": note["id"], "body": "Secret" })).await;
        assert_eq!(same.data()["noteUpdate"]["note"]["version"], 2, "what changes nothing is no change");

        let stale = run(&app, &admin, "noteDelete", json!({ "id": note["id"], "expectedVersion": 1 })).await;
        assert_eq!(stale.user_errors("noteDelete"), ["CONFLICT"]);
        let answer = run(&app, &admin, "noteDelete", json!({ "id": note["id"], "expectedVersion": 2 })).await;
        assert_eq!(answer.data()["noteDelete"]["deletedNoteId"], note["id"]);
        assert_eq!(app.count("note").await, 0);
        let topics = app.column("outbox_event", "topic").await;
        assert_eq!(topics[1..], ["customer.note.added", "customer.note.updated", "customer.note.deleted"]);
        let told = app.dump("timeline_entry").await + &app.dump("outbox_event").await;
        assert!(!told.contains("Secret") && !told.contains("tea"), "nobody tells what a note says");
    }

    async fn what_cannot_be_a_note_is_refused(app: TestApp) {
        let admin = app.admin().await;
        let ada = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        for (body, code) in [(String::new(), "REQUIRED"), (" \n ".to_owned(), "REQUIRED"), ("é".repeat(5_001), "TOO_LONG"), ("bell \u{7}".to_owned(), "INVALID")] {
            let answer = run(&app, &admin, "noteAdd", json!({ "customerId": ada, "body": body })).await;
            assert_eq!(answer.data()["noteAdd"]["userErrors"], json!([{ "code": code, "path": ["body"] }]));
        }
        add(&app, &admin, &ada, &"é".repeat(5_000), false).await;
        let nobody = run(&app, &admin, "noteAdd", json!({ "customerId": crate::customer::NOBODY, "body": "x" })).await;
        assert_eq!(nobody.data()["noteAdd"]["userErrors"], json!([{ "code": "NOT_FOUND", "path": ["customerId"] }]));
    }

    async fn there_are_at_most_a_thousand_about_one_customer(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (create(&app, &admin, json!({ "externalId": "ada" })).await, create(&app, &admin, json!({ "externalId": "bob" })).await);
        let customer: CustomerId = ada.parse().unwrap();
        app.write(async |unit: &mut UnitOfWork| {
            let rows = (0..999).map(|number| note::ActiveModel {
                id: Set(unit.new_id()),
                customer_id: Set(customer),
                body: Set(number.to_string()),
                is_public: Set(false),
                author_type: Set("SYSTEM".to_owned()),
                author_id: Set(None),
                version: Set(1),
                created_at: Set(unit.now()),
                updated_at: Set(unit.now()),
            });
            note::Entity::insert_many(rows).exec_without_returning(unit.db()).await?;
            Ok(())
        })
        .await;
        add(&app, &admin, &ada, "the last", false).await;
        let answer = run(&app, &admin, "noteAdd", json!({ "customerId": ada, "body": "one more" })).await;
        assert_eq!(answer.user_errors("noteAdd"), ["LIMIT_EXCEEDED"]);
        add(&app, &admin, &bob, "about another", false).await;
    }

    async fn notes_come_newest_first_and_page_both_ways(app: TestApp) {
        let admin = app.admin().await;
        let ada = create(&app, &admin, json!({ "externalId": "ada" })).await;
        for number in 1..=5 {
            add(&app, &admin, &ada, &number.to_string(), number % 2 == 0).await;
        }
        let query = "query($id: ID!, $first: Int, $after: String, $last: Int) { customer(id: $id) { notes(first: $first, after: $after, last: $last) { nodes { body } pageInfo { hasNextPage endCursor } } public: notes(isPublic: true) { totalCount nodes { body } } } }";
        let said = |list: &Value| -> String { list["nodes"].as_array().unwrap().iter().map(|node| node["body"].as_str().unwrap()).collect() };
        let (mut all, mut after) = (String::new(), Value::Null);
        loop {
            let answer = app.ask(&admin, query, json!({ "id": ada, "first": 2, "after": after })).await;
            let customer = &answer.data()["customer"];
            all += &said(&customer["notes"]);
            assert_eq!((said(&customer["public"]), &customer["public"]["totalCount"]), ("42".to_owned(), &json!(2)));
            if customer["notes"]["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = customer["notes"]["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(all, "54321");
        let answer = app.ask(&admin, query, json!({ "id": ada, "last": 2 })).await;
        assert_eq!(said(&answer.data()["customer"]["notes"]), "21");
    }

    async fn many_customers_take_as_many_statements_as_few(app: TestApp) {
        let admin = app.admin().await;
        for name in ["a", "b", "c", "d", "e", "f"] {
            let customer = create(&app, &admin, json!({ "externalId": name })).await;
            add(&app, &admin, &customer, name, false).await;
        }
        let query = "query($first: Int) { customers(first: $first) { nodes { externalId notes(first: 3) { nodes { body } totalCount } } } }";
        let (few, many) = (app.ask(&admin, query, json!({ "first": 1 })).await, app.ask(&admin, query, json!({ "first": 6 })).await);
        // Customers, notes, their count.
        assert_eq!((few.statements(), many.statements()), (3, 3));
        for node in many.data()["customers"]["nodes"].as_array().unwrap() {
            assert_eq!(node["notes"], json!({ "nodes": [{ "body": node["externalId"] }], "totalCount": 1 }));
        }
    }

    async fn notes_go_with_their_customer(app: TestApp) {
        let admin = app.admin().await;
        let ada = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        add(&app, &admin, &ada, "Canary", true).await;
        let query = "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { userErrors { code } } }";
        app.ask(&admin, query, json!({ "id": ada })).await.data();
        assert_eq!(app.count("note").await, 0);
    }

    async fn notes_follow_a_guest_who_turns_out_to_be_somebody(app: TestApp) {
        let admin = app.admin().await;
        let guest = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        let note = add(&app, &admin, &guest, "As a guest", true).await;
        let ada = app.customer("ada").await;
        let request = "mutation { emailVerificationRequest(input: { email: \"ada@example.com\" }) { isAccepted } }";
        app.ask(&ada, request, json!({})).await.data();
        let token = crate::harness::TestApp::token_in(&app.letters("ada@example.com").await);
        let confirm = "mutation($token: String!) { emailVerificationConfirm(input: { token: $token }) { isVerified userErrors { code } } }";
        let confirmed = app.ask(&ada, confirm, json!({ "token": token })).await;
        assert_eq!(confirmed.data()["emailVerificationConfirm"]["isVerified"], true, "{:#}", confirmed.body);
        assert_eq!(bodies(&app, &ada, ada.id()).await, ["As a guest"]);
        let answer = app.ask(&admin, "query($id: ID!) { node(id: $id) { ... on Note { version customer { id } } } }", json!({ "id": note })).await;
        assert_eq!(answer.data()["node"], json!({ "version": 2, "customer": { "id": ada.id() } }));
    }
}
