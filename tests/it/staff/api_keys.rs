//! API keys over the API.

use std::time::Duration;

use serde_json::{Value, json};

use super::{assign, id_of, role, run, viewer};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

async fn create(app: &TestApp, persona: &Persona, input: Value) -> Value {
    let answer = run(
        app,
        persona,
        "apiKeyCreate",
        "ApiKeyCreateInput",
        input,
        "apiKey { id kind secretHint permissions channel { handle } createdBy { email } } secret",
    )
    .await;
    answer.data()["apiKeyCreate"].clone()
}

async fn channel(app: &TestApp, admin: &Persona) -> String {
    let order = json!({
        "source": "shop", "orderId": "1", "status": "sent", "currencyCode": "EUR", "totalAmount": "10.00", "email": "ada@example.com",
        "placedAt": "2026-01-01T00:00:00Z", "sourceUpdatedAt": "2026-01-02T00:00:00Z", "channelHandle": "web",
    });
    let query = "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { results { orderLink { channel { id } } } userErrors { code } } }";
    let answer = app.ask(admin, query, json!({ "input": { "orders": [order] } })).await;
    answer.data()["orderLinkUpsert"]["results"][0]["orderLink"]["channel"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn code(payload: &Value) -> &str {
    payload["userErrors"][0]["code"].as_str().unwrap_or("none")
}

on_both! {
    async fn a_secret_is_shown_once_and_kept_nowhere(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let made = create(&app, &owner, json!({ "name": "ERP", "permissions": ["customers:read"] })).await;
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.starts_with("cgk_") && secret.starts_with(made["apiKey"]["secretHint"].as_str().unwrap()));
        assert_eq!((&made["apiKey"]["permissions"], &made["apiKey"]["createdBy"]["email"]), (&json!(["customers:read"]), &json!("owner@example.com")));
        let key = Persona::bearer("key", secret);
        assert_eq!(app.ask(&key, "{ customers { totalCount } }", json!({})).await.codes(), [""; 0]);
        assert_eq!(app.ask(&key, "{ staffUsers { totalCount } }", json!({})).await.codes(), ["FORBIDDEN"]);
        for table in ["api_key", "timeline_entry", "outbox_event", "idempotency_record"] {
            assert!(!app.dump(table).await.contains(secret), "{table}");
        }
        let answer = app.ask(&owner, "{ apiKeys { nodes { name permissions revokedAt } } }", json!({})).await;
        assert_eq!(answer.data()["apiKeys"]["nodes"], json!([{ "name": "ERP", "permissions": ["customers:read"], "revokedAt": null }]));
    }

    async fn only_a_staff_user_who_logged_in_a_short_while_ago_makes_keys(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let input = json!({ "name": "ERP" });
        assert_eq!(code(&create(&app, &app.admin().await, input.clone()).await), "STEP_UP_REQUIRED");
        app.clock.advance(Duration::from_secs(9 * 60));
        assert_eq!(code(&create(&app, &owner, input.clone()).await), "none");
        app.clock.advance(Duration::from_secs(7 * 60));
        let again = app.renew(&owner).await;
        assert_eq!(code(&create(&app, &again, input).await), "STEP_UP_REQUIRED");
        assert_eq!(app.count("api_key where name = 'ERP'").await, 1);
    }

    async fn nobody_gives_a_key_what_they_lack(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let clerk = app.staff("clerk", "api_keys:*,orders:read").await;
        let made = create(&app, &clerk, json!({ "name": "ERP", "permissions": ["orders:read", "orders:write"] })).await;
        assert_eq!(code(&made), "OUT_OF_SCOPE_PERMISSION");
        assert!(made["userErrors"][0]["message"].as_str().unwrap().contains("orders:write"));
        let strong = create(&app, &owner, json!({ "name": "Strong", "permissions": ["*"] })).await;
        let input = json!({ "id": strong["apiKey"]["id"] });
        let answer = run(&app, &clerk, "apiKeyRotate", "ApiKeyRotateInput", input.clone(), "secret").await;
        assert_eq!(answer.user_errors("apiKeyRotate"), ["OUT_OF_SCOPE_PERMISSION"], "a new secret is what the key may do");
        let answer = run(&app, &clerk, "apiKeyRevoke", "ApiKeyRevokeInput", input, "apiKey { revokedAt }").await;
        assert!(answer.data()["apiKeyRevoke"]["apiKey"]["revokedAt"].is_string(), "anybody with the permission may end one");
        assert_eq!(code(&create(&app, &clerk, json!({ "name": "ERP", "permissions": ["orders:fly"] })).await), "INVALID");
    }

    async fn a_rotated_key_works_with_both_secrets_for_the_grace_and_a_revoked_one_with_none(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let made = create(&app, &owner, json!({ "name": "ERP", "permissions": ["customers:read"] })).await;
        let old = Persona::bearer("old", made["secret"].as_str().unwrap());
        let rotate = |minutes: i32| { let (app, owner, id) = (&app, &owner, &made["apiKey"]["id"]); async move {
            run(app, owner, "apiKeyRotate", "ApiKeyRotateInput", json!({ "id": id, "graceMinutes": minutes }), "secret apiKey { previousSecretExpiresAt }").await.data()["apiKeyRotate"].clone()
        } };
        for minutes in [1_441, -1] {
            assert_eq!(code(&rotate(minutes).await), "INVALID");
        }
        let rotated = rotate(10).await;
        let new = Persona::bearer("new", rotated["secret"].as_str().unwrap());
        assert!(viewer(&app, &old).await.is_some() && viewer(&app, &new).await.is_some());
        app.clock.advance(Duration::from_secs(10 * 60 + 1));
        assert!(viewer(&app, &old).await.is_none(), "the grace is over");
        assert!(viewer(&app, &new).await.is_some());
        let owner = app.log_in_again(&owner).await;
        let input = json!({ "id": made["apiKey"]["id"] });
        let answer = run(&app, &owner, "apiKeyRotate", "ApiKeyRotateInput", input.clone(), "secret").await;
        let newest = Persona::bearer("newest", answer.data()["apiKeyRotate"]["secret"].as_str().unwrap());
        assert!(viewer(&app, &new).await.is_none(), "without grace the secret before ends at once");
        run(&app, &owner, "apiKeyRevoke", "ApiKeyRevokeInput", input.clone(), "apiKey { id }").await.data();
        assert!(viewer(&app, &newest).await.is_none());
        let answer = run(&app, &owner, "apiKeyRotate", "ApiKeyRotateInput", input, "secret").await;
        assert_eq!(answer.user_errors("apiKeyRotate"), ["INVALID_STATE"]);
    }

    async fn keys_end_with_their_maker_unless_they_stay(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        for (name, keeps, ended) in [("leaver", false, 2), ("mover", true, 0)] {
            let maker = app.staff(name, "*").await;
            let user = id_of(&app, &maker).await;
            let mut keys = Vec::new();
            for key in ["ERP", "Scripts"] {
                let made = create(&app, &maker, json!({ "name": format!("{key} of {name}"), "permissions": ["*"] })).await;
                keys.push(Persona::bearer("key", made["secret"].as_str().unwrap()));
            }
            let web = channel(&app, &owner).await;
            create(&app, &maker, json!({ "name": format!("Shop of {name}"), "kind": "PUBLISHABLE", "channelId": web })).await;
            // A demotion is no matter of the keys.
            let update = async |input: Value| {
                let answer = run(&app, &owner, "staffUserUpdate", "StaffUserUpdateInput", input, "revokedApiKeyCount staffUser { id }").await;
                answer.data()["staffUserUpdate"].clone()
            };
            assert_eq!(update(json!({ "id": user, "permissions": [] })).await["revokedApiKeyCount"], 0);
            assert!(viewer(&app, &keys[0]).await.is_some());
            let input = json!({ "id": user, "status": "DISABLED", "keepApiKeys": keeps, "idempotencyKey": name });
            for _ in 0..2 {
                assert_eq!(update(input.clone()).await["revokedApiKeyCount"], ended, "{name}");
            }
            for key in &keys {
                assert_eq!(viewer(&app, key).await.is_some(), keeps, "{name}");
            }
            assert_eq!(app.count(&format!("api_key where kind = 'PUBLISHABLE' and name = 'Shop of {name}' and revoked_at is null")).await, 1, "a storefront stays open");
        }
        assert_eq!(app.count("timeline_entry where type = 'api_key.revoked'").await, 2);
    }

    async fn a_key_counts_as_its_maker(app: TestApp) {
        app.staff("owner", "*").await;
        let maker = app.staff("maker", "*").await;
        let user = id_of(&app, &maker).await;
        let made = create(&app, &maker, json!({ "name": "ERP", "permissions": ["*"] })).await;
        let key = Persona::bearer("key", made["secret"].as_str().unwrap());
        let reader = role(&app, &key, json!({ "name": "Reader", "permissions": ["orders:read"] })).await;
        for input in [json!({ "id": user, "status": "DISABLED" }), json!({ "id": user, "permissions": ["orders:read"] })] {
            let answer = run(&app, &key, "staffUserUpdate", "StaffUserUpdateInput", input, "staffUser { id }").await;
            assert_eq!(answer.user_errors("staffUserUpdate"), ["FORBIDDEN_FIELD"]);
        }
        assert_eq!(assign(&app, &key, &user, &reader).await, ["FORBIDDEN_FIELD"]);
        let other = id_of(&app, &app.staff("other", "").await).await;
        assert_eq!(assign(&app, &key, &other, &reader).await, [""; 0]);
    }

    async fn a_key_ends_by_itself(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let soon = (app.app.parts.clock.now() + chrono::TimeDelta::minutes(5)).to_rfc3339();
        let made = create(&app, &owner, json!({ "name": "ERP", "expiresAt": soon })).await;
        let key = Persona::bearer("key", made["secret"].as_str().unwrap());
        assert!(viewer(&app, &key).await.is_some());
        app.clock.advance(Duration::from_secs(5 * 60 + 1));
        assert!(viewer(&app, &key).await.is_none());
        assert_eq!(code(&create(&app, &owner, json!({ "name": "ERP", "expiresAt": "2020-01-01T00:00:00Z" })).await), "INVALID");
    }

    async fn the_use_of_a_key_is_noted_once_a_minute(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let made = create(&app, &owner, json!({ "name": "ERP" })).await;
        let key = Persona::bearer("key", made["secret"].as_str().unwrap());
        let used = async |wanted: i64| {
            // It is noted behind the back of whoever uses the key.
            for _ in 0..500 {
                viewer(&app, &key).await.unwrap();
                if app.count("api_key where last_used_at is not null").await == wanted {
                    return app.dump("api_key").await;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            panic!("the use was not noted");
        };
        let first = used(1).await;
        for _ in 0..5 {
            viewer(&app, &key).await.unwrap();
        }
        assert_eq!(app.dump("api_key").await, first);
    }

    async fn a_publishable_key_names_a_channel_and_opens_nothing(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let web = channel(&app, &owner).await;
        for (input, expected) in [
            (json!({ "name": "Shop", "kind": "PUBLISHABLE" }), "REQUIRED"),
            (json!({ "name": "Shop", "kind": "PUBLISHABLE", "channelId": web, "permissions": ["orders:read"] }), "FORBIDDEN_FIELD"),
            (json!({ "name": "Shop", "kind": "PUBLISHABLE", "channelId": "chan_01ARZ3NDEKTSV4RRFFQ69G5FAV" }), "NOT_FOUND"),
            (json!({ "name": "Shop", "channelId": web }), "FORBIDDEN_FIELD"),
        ] {
            assert_eq!(code(&create(&app, &owner, input.clone()).await), expected, "{input}");
        }
        let made = create(&app, &owner, json!({ "name": "Shop", "kind": "PUBLISHABLE", "channelId": web })).await;
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.starts_with("cgp_"));
        let shop = Persona { publishable_key: Some(secret.to_owned()), ..Persona::anonymous() };
        let answer = app.ask(&shop, "{ viewer { kind channel { id handle } } }", json!({})).await;
        assert_eq!(answer.data()["viewer"], json!({ "kind": "ANONYMOUS", "channel": { "id": web, "handle": "web" } }));
        for query in ["{ customers { totalCount } }", "{ channels { totalCount } }", "{ orderLinks { totalCount } }"] {
            assert_eq!(app.ask(&shop, query, json!({})).await.codes(), ["UNAUTHENTICATED"], "{query}");
        }
        let ada = Persona { publishable_key: Some(secret.to_owned()), ..app.customer("ada").await };
        let answer = app.ask(&ada, "{ viewer { kind channel { handle } } me { id } }", json!({})).await;
        assert_eq!(answer.data()["viewer"], json!({ "kind": "CUSTOMER", "channel": { "handle": "web" } }));
        // It is no token, a secret key is no publishable one, and one that has ended is refused.
        assert_eq!(app.ask(&Persona::bearer("shop", secret), "{ viewer { kind } }", json!({})).await.status, 401);
        let system = create(&app, &owner, json!({ "name": "ERP", "permissions": ["*"] })).await;
        for wrong in [system["secret"].as_str().unwrap(), "cgp_wrong", ""] {
            let wrong = Persona { publishable_key: Some(wrong.to_owned()), ..Persona::anonymous() };
            assert_eq!(app.ask(&wrong, "{ viewer { kind } }", json!({})).await.status, 401);
        }
        let answer = run(&app, &owner, "apiKeyRevoke", "ApiKeyRevokeInput", json!({ "id": made["apiKey"]["id"] }), "apiKey { id }").await;
        assert_eq!(answer.user_errors("apiKeyRevoke"), [""; 0]);
        let authenticator = customer_graph::auth::Authenticator::new(app.app.parts.clone());
        assert!(authenticator.channel(secret).await.is_err());
    }
}
