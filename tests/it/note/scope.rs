//! Who sees and changes which notes.

use serde_json::json;

use super::{add, bodies, run};
use crate::on_both;

on_both! {
    async fn a_customer_sees_the_public_notes_about_themselves_alone(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let public = add(&app, &admin, ada.id(), "public", true).await;
        let private = add(&app, &admin, ada.id(), "private", false).await;
        add(&app, &admin, bob.id(), "about Bob", true).await;
        assert_eq!(bodies(&app, &admin, ada.id()).await, ["private", "public"]);
        assert_eq!(bodies(&app, &ada, ada.id()).await, ["public"]);
        let by_id = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Note { body } } }";
        let ids = json!({ "ids": [public, private] });
        assert_eq!(app.ask(&ada, by_id, ids.clone()).await.data()["nodes"], json!([{ "body": "public" }, null]));
        assert_eq!(app.ask(&bob, by_id, ids).await.data()["nodes"], json!([null, null]));
        let asking = app.ask(&ada, "{ me { notes(isPublic: false) { totalCount nodes { body } } } }", json!({})).await;
        assert_eq!(asking.data()["me"]["notes"], json!({ "totalCount": 0, "nodes": [] }));
        let author = app.ask(&ada, "{ me { notes { nodes { body author { type } } } } }", json!({})).await;
        assert_eq!(author.codes(), ["FORBIDDEN"]);
        let added = run(&app, &ada, "noteAdd", json!({ "customerId": ada.id(), "body": "mine" })).await;
        assert_eq!(added.codes(), ["FORBIDDEN"]);
    }

    async fn reading_and_writing_notes_need_their_permissions(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        let note = add(&app, &admin, ada.id(), "private", false).await;
        let reader = app.api_key("reader", "customers:read,notes:read").await;
        let other = app.api_key("other", "customers:*,addresses:*,orders:*").await;
        let writer = app.api_key("writer", "notes:*").await;
        assert_eq!(bodies(&app, &reader, ada.id()).await, ["private"]);
        let query = "query($id: ID!) { customer(id: $id) { id notes { nodes { body } } } }";
        let answer = app.ask(&other, query, json!({ "id": ada.id() })).await;
        assert_eq!((answer.codes(), &answer.body["data"]["customer"]["notes"]), (vec!["FORBIDDEN"], &json!(null)));
        assert_eq!(run(&app, &reader, "noteDelete", json!({ "id": note })).await.codes(), ["FORBIDDEN"]);
        let by_id = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(app.ask(&other, by_id, json!({ "id": note })).await.data()["node"], json!(null));
        add(&app, &writer, ada.id(), "written", true).await;
    }

    async fn who_writes_notes_and_may_not_read_them_is_shown_none(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        let note = add(&app, &admin, ada.id(), "private", false).await;
        let addition = json!({ "customerId": ada.id(), "body": "added" });
        let change = json!({ "id": note, "body": "changed", "isPublic": true });
        let dry = |input: &serde_json::Value| {
            let mut input = input.clone();
            input["dryRun"] = json!(true);
            input
        };
        let changes = json!([{ "path": "isPublic", "before": false, "after": true }, { "path": "body", "before": null, "after": null }]);
        for persona in [app.api_key("both", "notes:read,notes:write").await, app.staff("reads", "notes:*").await] {
            let answer = run(&app, &persona, "noteUpdate", dry(&change)).await;
            assert_eq!(answer.data()["noteUpdate"]["dryRun"], json!({ "changes": changes, "events": ["customer.note.updated"] }), "{}", persona.name);
            let answer = run(&app, &persona, "noteAdd", dry(&addition)).await;
            assert!(!answer.data()["noteAdd"]["dryRun"]["changes"].as_array().unwrap().is_empty(), "{:#}", answer.body);
            let answer = run(&app, &persona, "noteAdd", addition.clone()).await;
            assert_eq!(answer.data()["noteAdd"]["note"]["body"], "added");
        }
        for persona in [app.api_key("writer", "notes:write").await, app.staff("writes", "notes:write,customers:read").await] {
            for (mutation, input, event) in [("noteAdd", &addition, "customer.note.added"), ("noteUpdate", &change, "customer.note.updated")] {
                let answer = run(&app, &persona, mutation, dry(input)).await;
                let told = json!({ "note": null, "dryRun": { "changes": [], "events": [event] }, "userErrors": [] });
                assert_eq!(answer.data()[mutation], told, "{mutation} by {}", persona.name);
            }
            let answer = run(&app, &persona, "noteAdd", addition.clone()).await;
            assert_eq!(answer.data()["noteAdd"], json!({ "note": null, "dryRun": null, "userErrors": [] }), "{}", persona.name);
            let answer = run(&app, &persona, "noteUpdate", json!({ "id": note, "body": format!("by {}", persona.name) })).await;
            assert_eq!(answer.data()["noteUpdate"], json!({ "note": null, "dryRun": null, "userErrors": [] }), "{}", persona.name);
            // It was done all the same.
            assert!(bodies(&app, &admin, ada.id()).await.contains(&format!("by {}", persona.name)));
        }
    }
}
