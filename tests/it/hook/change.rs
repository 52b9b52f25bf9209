//! Making, changing and forgetting hooks.

use serde_json::{Value, json};

use super::{before, make, upsert};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

on_both! {
    async fn what_is_wrong_is_told_at_its_path(app: TestApp) {
        let admin = app.admin().await;
        let wrong = json!({
            "mutation": "customerCreate", "url": "ftp://example.com", "timeoutMilliseconds": 99, "position": 1_001,
        });
        let answer = upsert(&app, &admin, wrong).await;
        let errors: Vec<(String, String)> = answer.data()["hookUpsert"]["userErrors"].as_array().unwrap().iter().map(|error| {
            (error["code"].as_str().unwrap().to_owned(), error["path"][0].as_str().unwrap().to_owned())
        }).collect();
        let expected = [("INVALID", "url"), ("INVALID", "timeoutMilliseconds"), ("INVALID", "position"), ("REQUIRED", "point")];
        assert_eq!(errors, expected.map(|(code, path)| (code.to_owned(), path.to_owned())));
    }

    async fn a_secret_is_shown_once_and_kept_encrypted(app: TestApp) {
        let admin = app.admin().await;
        let (id, secret) = make(&app, &admin, before("http://127.0.0.1:9", "CLOSED")).await;
        assert!(secret.starts_with("whsec_"));
        for table in ["hook", "timeline_entry", "outbox_event", "idempotency_record"] {
            assert!(!app.dump(table).await.contains(&secret["whsec_".len()..]), "{table}");
        }
        let answer = upsert(&app, &admin, json!({ "id": id, "position": 3 })).await;
        assert_eq!((&answer.data()["hookUpsert"]["secret"], &answer.data()["hookUpsert"]["hook"]["version"]), (&Value::Null, &json!(2)));
        let answer = upsert(&app, &admin, json!({ "id": id, "renewSecret": true, "expectedVersion": 2 })).await;
        let renewed = answer.data()["hookUpsert"]["secret"].as_str().unwrap().to_owned();
        assert_ne!(renewed, secret);
        assert_eq!(upsert(&app, &admin, json!({ "id": id, "position": 4, "expectedVersion": 2 })).await.user_errors("hookUpsert"), ["CONFLICT"]);
        let dry = upsert(&app, &admin, json!({ "id": id, "renewSecret": true, "dryRun": true })).await;
        assert_eq!(dry.data()["hookUpsert"]["secret"], Value::Null);
    }

    async fn only_those_with_the_permission_see_and_change_hooks(app: TestApp) {
        let admin = app.admin().await;
        let (id, _) = make(&app, &admin, before("http://127.0.0.1:9", "CLOSED")).await;
        let list = "{ hooks { nodes { id mutation } totalCount } hookMutations }";
        let node = format!("{{ node(id: \"{id}\") {{ id }} }}");
        let reader = app.api_key("reader", "hooks:read").await;
        assert_eq!(app.ask(&reader, list, json!({})).await.data()["hooks"]["totalCount"], 1);
        assert_eq!(app.ask(&reader, &node, json!({})).await.data()["node"]["id"], id);
        assert_eq!(upsert(&app, &reader, json!({ "id": id, "position": 1 })).await.codes(), ["FORBIDDEN"]);
        let other = app.api_key("other", "customers:*").await;
        assert_eq!(app.ask(&other, list, json!({})).await.codes(), ["FORBIDDEN", "FORBIDDEN"]);
        assert_eq!(app.ask(&other, &node, json!({})).await.data()["node"], Value::Null);
        assert_eq!(upsert(&app, &Persona::anonymous(), json!({})).await.codes(), ["UNAUTHENTICATED"]);
    }

    async fn only_who_may_do_everything_has_others_asked_and_told(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let (id, _) = make(&app, &owner, before("http://127.0.0.1:9", "CLOSED")).await;
        let (key, clerk) = (app.api_key("key", "hooks:*,customers:*").await, app.staff("clerk", "hooks:*,customers:*,orders:*").await);
        for persona in [&key, &clerk] {
            let refused = upsert(&app, persona, before("http://127.0.0.1:9", "OPEN")).await;
            assert_eq!(refused.user_errors("hookUpsert"), ["OUT_OF_SCOPE_PERMISSION"], "{}", persona.name);
            assert_eq!((&refused.data()["hookUpsert"]["hook"], &refused.data()["hookUpsert"]["secret"]), (&Value::Null, &Value::Null));
            for change in [
                json!({ "position": 1 }), json!({ "isEnabled": true }), json!({ "url": "http://127.0.0.1:10" }), json!({ "renewSecret": true }),
                json!({ "onFailure": "OPEN" }), json!({ "timeoutMilliseconds": 200 }), json!({ "point": "AFTER" }), json!({ "mutation": "customerUpdate" }),
                json!({ "isEnabled": false, "renewSecret": true }), json!({ "isEnabled": false, "url": "http://127.0.0.1:10" }),
                json!({ "position": 1, "dryRun": true }),
            ] {
                let mut input = json!({ "id": id });
                input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
                let refused = upsert(&app, persona, input).await;
                assert_eq!(refused.user_errors("hookUpsert"), ["OUT_OF_SCOPE_PERMISSION"], "{} {change}", persona.name);
                assert_eq!(refused.data()["hookUpsert"]["secret"], Value::Null);
            }
            // One that does harm can be switched off by whoever may write hooks.
            let off = upsert(&app, persona, json!({ "id": id, "isEnabled": false })).await;
            assert_eq!(off.user_errors("hookUpsert"), [""; 0], "{:#}", off.body);
            assert_eq!(off.data()["hookUpsert"]["hook"]["isEnabled"], false);
            let on = upsert(&app, persona, json!({ "id": id, "isEnabled": true })).await;
            assert_eq!(on.user_errors("hookUpsert"), ["OUT_OF_SCOPE_PERMISSION"]);
            assert_eq!(upsert(&app, &owner, json!({ "id": id, "isEnabled": true })).await.user_errors("hookUpsert"), [""; 0]);
        }
        assert_eq!(app.count("hook").await, 1);
        let forget = format!("mutation {{ hookDelete(input: {{ id: \"{id}\" }}) {{ deletedHookId userErrors {{ code }} }} }}");
        assert_eq!(app.ask(&key, &forget, json!({})).await.data()["hookDelete"]["deletedHookId"], id);
    }
}

#[tokio::test]
async fn private_networks_are_refused_where_they_are_not_allowed() {
    let app = TestApp::on_sqlite_with(crate::harness::Setup {
        allow_private_hooks: false,
        ..Default::default()
    })
    .await;
    let admin = app.admin().await;
    for url in [
        "http://127.0.0.1:9",
        "https://10.0.0.1",
        "https://[::ffff:169.254.169.254]/",
        "http://example.com",
        "https://localhost:9",
        "https://localhost",
        "https://example.com:8443",
        "https://hooks.internal",
    ] {
        assert_eq!(
            upsert(&app, &admin, before(url, "CLOSED"))
                .await
                .user_errors("hookUpsert"),
            ["INVALID"],
            "{url}"
        );
    }
    // One that was written by hand is refused when it is asked: the hook fails.
    make(&app, &admin, before("https://example.com", "CLOSED")).await;
    for (number, url) in ["https://localhost:9", "https://localhost", "http://127.0.0.1:9"]
        .into_iter()
        .enumerate()
    {
        app.execute(&format!("update hook set url = '{url}'")).await;
        app.clock.advance(std::time::Duration::from_secs(3));
        let answer = super::create(&app, &admin, json!({ "email": format!("ada{number}@example.com") })).await;
        assert_eq!(answer.user_errors("customerCreate"), ["HOOK_REJECTED"], "{url}");
    }
}
