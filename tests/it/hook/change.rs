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
    ] {
        assert_eq!(
            upsert(&app, &admin, before(url, "CLOSED"))
                .await
                .user_errors("hookUpsert"),
            ["INVALID"],
            "{url}"
        );
    }
    // What resolves to one is refused when it is sent: the hook fails.
    make(&app, &admin, before("https://localhost:9", "CLOSED")).await;
    let answer = super::create(&app, &admin, json!({ "email": "ada@example.com" })).await;
    assert_eq!(answer.user_errors("customerCreate"), ["HOOK_REJECTED"]);
}
