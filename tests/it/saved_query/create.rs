use serde_json::{Value, json};

use super::{DOCUMENT, keep, names, run};
use crate::{harness::Persona, on_both};

on_both! {
    async fn a_staff_user_without_any_permission_keeps_a_query(app: TestApp) {
        let sam = app.staff("sam", "").await;
        let input = json!({ "name": " Loyal ", "description": "Who\nbuys often", "document": DOCUMENT, "variables": "{\"first\": 10}" });
        let answer = run(&app, &sam, "savedQueryCreate", input).await;
        let kept = &answer.data()["savedQueryCreate"];
        assert_eq!(kept["userErrors"], json!([]));
        let query = &kept["savedQuery"];
        assert_eq!((&query["name"], &query["document"], &query["variables"]), (&json!("Loyal"), &json!(DOCUMENT), &json!("{\"first\": 10}")));
        assert_eq!((&query["description"], &query["isOwn"], &query["version"]), (&json!("Who\nbuys often"), &json!(true), &json!(1)));
        assert!(query["owner"]["id"].is_string() && query["sharedWith"] == json!([]));
        let id = query["id"].as_str().unwrap();
        assert!(id.starts_with("sqry_"));
        let again = "query($id: ID!) { savedQuery(id: $id) { name } node(id: $id) { id ... on SavedQuery { document } } }";
        let answer = app.ask(&sam, again, json!({ "id": id })).await;
        assert_eq!(answer.data()["savedQuery"]["name"], "Loyal");
        assert_eq!(answer.data()["node"]["document"], DOCUMENT);
        assert_eq!(names(&app, &sam).await, ["Loyal"]);
    }

    async fn every_complaint_comes_at_once(app: TestApp) {
        let sam = app.staff("sam", "").await;
        let long = "a".repeat(20_001);
        for (input, wrong) in [
            (json!({ "name": " ", "document": "\n", "variables": "[]" }), json!([["REQUIRED", "name"], ["REQUIRED", "document"], ["INVALID", "variables"]])),
            (json!({ "name": "a".repeat(256), "document": long, "variables": long, "description": "a".repeat(1_001) }),
                json!([["TOO_LONG", "name"], ["TOO_LONG", "description"], ["TOO_LONG", "document"], ["TOO_LONG", "variables"]])),
            (json!({ "name": "a\u{7}", "document": "{ me\u{0} }", "variables": "{\"a\":" }), json!([["INVALID", "name"], ["INVALID", "document"], ["INVALID", "variables"]])),
            (json!({ "name": "a", "document": "{ me { id } }", "variables": " " }), json!([])),
        ] {
            let mut input = input;
            input["dryRun"] = json!(true);
            let answer = run(&app, &sam, "savedQueryCreate", input).await;
            let errors = answer.data()["savedQueryCreate"]["userErrors"].as_array().unwrap();
            let told: Vec<Value> = errors.iter().map(|error| json!([error["code"], error["path"][0]])).collect();
            assert_eq!(json!(told), wrong);
        }
        assert_eq!(app.count("saved_query").await, 0);
    }

    async fn what_looks_like_a_secret_is_not_kept(app: TestApp) {
        let sam = app.staff("sam", "").await;
        let secret = "correct horse battery";
        for (path, input) in [
            ("document", json!({ "name": "a", "document": format!("mutation {{ sessionCreate(input: {{ email: \"a@b.c\", password: \"{secret}\" }}) {{ accessToken }} }}") })),
            ("variables", json!({ "name": "a", "document": DOCUMENT, "variables": json!({ "input": { "password": secret } }).to_string() })),
            ("variables", json!({ "name": "a", "document": DOCUMENT, "variables": json!({ "key": sam.token }).to_string() })),
        ] {
            let answer = run(&app, &sam, "savedQueryCreate", input).await;
            let errors = &answer.data()["savedQueryCreate"]["userErrors"];
            assert_eq!((&errors[0]["code"], &errors[0]["path"]), (&json!("INVALID"), &json!([path])), "{errors}");
            assert!(!errors.to_string().contains(secret));
        }
        assert_eq!(app.count("saved_query").await, 0);
    }

    async fn a_name_is_unique_for_its_owner_whatever_its_case_and_accents(app: TestApp) {
        let (sam, kim) = (app.staff("sam", "").await, app.staff("kim", "").await);
        keep(&app, &sam, "Café", &[]).await;
        let again = json!({ "name": "CAFE", "document": DOCUMENT });
        let answer = run(&app, &sam, "savedQueryCreate", again.clone()).await;
        assert_eq!(answer.user_errors("savedQueryCreate"), ["NAME_TAKEN"]);
        let answer = run(&app, &kim, "savedQueryCreate", again).await;
        assert_eq!(answer.user_errors("savedQueryCreate"), [""; 0]);
    }

    async fn of_many_at_once_one_gets_the_name_and_none_passes_the_limit(app: TestApp) {
        let sam = app.staff("sam", "").await;
        let kept = (0..8).map(|_| run(&app, &sam, "savedQueryCreate", json!({ "name": "Same", "document": DOCUMENT })));
        let answers = futures_util::future::join_all(kept).await;
        assert_eq!(answers.iter().filter(|answer| answer.user_errors("savedQueryCreate").is_empty()).count(), 1);
        assert!(answers.iter().all(|answer| matches!(answer.user_errors("savedQueryCreate")[..], [] | ["NAME_TAKEN"])));
        for number in 1..198 {
            keep(&app, &sam, &format!("Query {number}"), &[]).await;
        }
        let kept = (0..4).map(|number| {
            let input = json!({ "name": format!("Last {number}"), "document": DOCUMENT });
            run(&app, &sam, "savedQueryCreate", input)
        });
        let answers = futures_util::future::join_all(kept).await;
        assert_eq!(answers.iter().filter(|answer| answer.user_errors("savedQueryCreate").is_empty()).count(), 2);
        assert!(answers.iter().all(|answer| matches!(answer.user_errors("savedQueryCreate")[..], [] | ["LIMIT_EXCEEDED"])));
        assert_eq!(app.count("saved_query").await, 200);
    }

    async fn a_repetition_with_the_same_key_keeps_nothing_twice(app: TestApp) {
        let sam = app.staff("sam", "").await;
        let input = json!({ "name": "Loyal", "document": DOCUMENT, "idempotencyKey": "one" });
        let first = run(&app, &sam, "savedQueryCreate", input.clone()).await;
        let second = run(&app, &sam, "savedQueryCreate", input).await;
        assert_eq!(first.data(), second.data());
        assert_eq!(app.count("saved_query").await, 1);
    }

    async fn nobody_else_keeps_queries(app: TestApp) {
        let (ada, key) = (app.customer("ada").await, app.admin().await);
        for (persona, code) in [(&Persona::anonymous(), "UNAUTHENTICATED"), (&ada, "FORBIDDEN"), (&key, "FORBIDDEN")] {
            let answer = run(&app, persona, "savedQueryCreate", json!({ "name": "a", "document": DOCUMENT })).await;
            assert_eq!(answer.codes(), [code]);
            let answer = app.ask(persona, "{ savedQueries { nodes { id } } savedQueryAudiences { roleId } }", json!({})).await;
            assert_eq!(answer.codes(), [code, code]);
        }
        assert_eq!(app.count("saved_query").await, 0);
    }

    async fn timeline_and_outbox_hold_none_of_its_texts(app: TestApp) {
        let sam = app.staff("sam", "").await;
        let input = json!({ "name": "About canary", "description": "canary", "document": "{ customer(email: \"canary@example.com\") { id } }", "variables": "{\"a\": \"canary\"}" });
        let answer = run(&app, &sam, "savedQueryCreate", input).await;
        let id = answer.data()["savedQueryCreate"]["savedQuery"]["id"].clone();
        let changed = json!({ "id": id, "document": "{ customer(email: \"canary2@example.com\") { id } }", "dryRun": true });
        let dry = run(&app, &sam, "savedQueryUpdate", changed).await;
        let dry = &dry.data()["savedQueryUpdate"]["dryRun"];
        assert_eq!(dry, &json!({ "changes": [{ "path": "document", "before": null, "after": null }], "events": ["saved_query.updated"] }));
        for table in ["timeline_entry", "outbox_event", "idempotency_record"] {
            assert!(!app.dump(table).await.contains("canary"), "{table}");
        }
        let topics = app.column("outbox_event", "topic").await;
        assert!(topics.contains(&"saved_query.created".to_owned()), "{topics:?}");
    }
}
