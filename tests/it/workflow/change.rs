//! Making, changing and forgetting workflows.

use std::time::Duration;

use serde_json::{Value, json};

use super::{create, go_on, jobs, make, run::replaced, serving, states, steps, upsert};
use crate::{
    harness::{Persona, Setup},
    on_both, on_both_with,
};

on_both! {
    async fn what_is_wrong_is_told_at_its_path(app: TestApp) {
        let admin = app.admin().await;
        let step = json!({ "name": "a b", "url": "gopher://x", "timeoutMilliseconds": 99, "attempts": 21 });
        let wrong = json!({ "name": " ", "topics": ["job.finished", "No topic"], "steps": [step, step] });
        let answer = upsert(&app, &admin, wrong).await;
        let errors: Vec<String> = answer.data()["workflowUpsert"]["userErrors"].as_array().unwrap().iter().map(|error| {
            let path: Vec<&str> = error["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
            format!("{} {}", error["code"].as_str().unwrap(), path.join("."))
        }).collect();
        assert_eq!(errors, [
            "REQUIRED name", "INVALID topics.0", "INVALID topics.1",
            "INVALID steps.0.name", "INVALID steps.0.url", "INVALID steps.0.timeoutMilliseconds", "INVALID steps.0.attempts",
            "INVALID steps.1.name", "DUPLICATED_INPUT_ITEM steps.1.name", "INVALID steps.1.url", "INVALID steps.1.timeoutMilliseconds", "INVALID steps.1.attempts",
        ]);
        let many = json!({ "name": "x", "topics": [], "steps": [] });
        assert_eq!(upsert(&app, &admin, many).await.user_errors("workflowUpsert"), ["INVALID", "INVALID"]);
        assert_eq!(upsert(&app, &admin, json!({})).await.user_errors("workflowUpsert"), ["REQUIRED"; 3]);
    }

    async fn a_secret_is_shown_once_and_a_name_is_taken_once(app: TestApp) {
        let admin = app.admin().await;
        let (id, secret) = make(&app, &admin, steps("http://127.0.0.1:9")).await;
        assert!(secret.starts_with("whsec_"));
        for table in ["workflow", "timeline_entry", "outbox_event"] {
            assert!(!app.dump(table).await.contains(&secret["whsec_".len()..]), "{table}");
        }
        let mut other = steps("http://127.0.0.1:9");
        other["name"] = json!("WELCOME");
        assert_eq!(upsert(&app, &admin, other).await.user_errors("workflowUpsert"), ["NAME_TAKEN"]);
        let answer = upsert(&app, &admin, json!({ "id": id, "name": "Hello", "expectedVersion": 1 })).await;
        assert_eq!(answer.data()["workflowUpsert"]["workflow"]["version"], 2);
        assert_eq!(answer.data()["workflowUpsert"]["secret"], Value::Null);
        assert_eq!(upsert(&app, &admin, json!({ "id": id, "name": "H", "expectedVersion": 1 })).await.user_errors("workflowUpsert"), ["CONFLICT"]);
    }

    async fn only_those_with_the_permission_see_and_change_workflows(app: TestApp) {
        let admin = app.admin().await;
        let (id, _) = make(&app, &admin, steps("http://127.0.0.1:9")).await;
        let list = "{ workflows { nodes { id } totalCount } }";
        let node = format!("{{ node(id: \"{id}\") {{ id }} }}");
        let reader = app.api_key("reader", "hooks:read").await;
        assert_eq!(app.ask(&reader, list, json!({})).await.data()["workflows"]["totalCount"], 1);
        assert_eq!(upsert(&app, &reader, json!({ "id": id, "name": "x" })).await.codes(), ["FORBIDDEN"]);
        let other = app.api_key("other", "customers:*").await;
        assert_eq!(app.ask(&other, list, json!({})).await.codes(), ["FORBIDDEN"]);
        assert_eq!(app.ask(&other, &node, json!({})).await.data()["node"], Value::Null);
        assert_eq!(upsert(&app, &Persona::anonymous(), json!({})).await.codes(), ["UNAUTHENTICATED"]);
    }
}

on_both_with! { Setup { allow_private_hooks: false, ..Setup::default() };
    async fn steps_in_private_networks_are_refused_where_they_are_not_allowed(app: TestApp) {
        let admin = app.admin().await;
        for url in ["http://127.0.0.1:9/", "https://10.0.0.1/", "https://localhost/"] {
            let mut input = steps("https://example.com");
            input["steps"][0]["url"] = json!(url);
            input["steps"][1]["compensateUrl"] = json!(url);
            let answer = upsert(&app, &admin, input).await;
            let payload = &answer.data()["workflowUpsert"];
            assert_eq!(payload["workflow"], Value::Null);
            assert_eq!(payload["userErrors"], json!([
                { "code": "INVALID", "path": ["steps", "0", "url"] },
                { "code": "INVALID", "path": ["steps", "1", "compensateUrl"] },
            ]), "{url}");
        }
        assert_eq!(app.count("workflow").await, 0);
    }

    async fn a_step_in_a_private_network_that_was_written_by_hand_is_not_asked(app: TestApp) {
        let server = serving(|_| None).await;
        let admin = app.admin().await;
        make(&app, &admin, steps("https://example.com")).await;
        app.execute(&format!("update workflow set steps = {}", replaced(&app, "steps", "https://example.com", &server.url))).await;
        create(&app, &admin, "ada").await;
        for _ in 0..3 {
            go_on(&app).await;
            app.clock.advance(Duration::from_secs(20));
        }
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], states(job)), (&json!("FAILED"), vec!["FAILED", "WAITING", "WAITING"]));
        assert_eq!(job["lastError"], "step a: requests may not be sent to this address");
        assert_eq!(job["steps"][0]["attempts"], 3);
        assert!(server.all().is_empty());
    }
}
