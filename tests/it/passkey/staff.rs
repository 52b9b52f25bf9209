//! What staff see of passkeys, and `customerPasskeysRevoke`.

use serde_json::{Value, json};

use super::{Device, Says, log_in, log_in_finish, log_in_start, persona, proven, register};
use crate::{
    harness::{Answer, Persona, TestApp},
    on_both,
};

async fn revoke(app: &TestApp, who: &Persona, input: Value) -> Answer {
    app.ask(who, "mutation($input: CustomerPasskeysRevokeInput!) { customerPasskeysRevoke(input: $input) { revokedCount userErrors { code path } dryRun { events } } }", json!({ "input": input })).await
}

on_both! {
    async fn support_takes_lost_passkeys_away_and_the_owner_is_told(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        register(&app, &ada, &mut Device::new()).await;
        let support = app.staff("support", "customers:read,sessions:write").await;
        let input = json!({ "id": ada.id(), "reason": "She showed her passport." });
        let mut dry = input.clone();
        dry["dryRun"] = json!(true);
        let answer = revoke(&app, &support, dry).await;
        assert_eq!(answer.user_errors("customerPasskeysRevoke"), [""; 0]);
        assert!(answer.data()["customerPasskeysRevoke"]["dryRun"]["events"].to_string().contains("auth.passkeys_revoked"));
        assert_eq!(app.count("passkey").await, 2);
        let answer = revoke(&app, &support, input.clone()).await;
        assert_eq!(answer.data()["customerPasskeysRevoke"], json!({ "revokedCount": 2, "userErrors": [], "dryRun": null }));
        assert_eq!(app.count("passkey").await, 0);
        assert_eq!(app.count("session where actor_type = 'CUSTOMER' and revoked_at is null").await, 0);
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "A passkey was removed");
        assert!(app.dump("timeline_entry").await.contains("She showed her passport."));
        assert_eq!(log_in(&app, &mut device).await.user_errors("sessionCreateByPasskey"), ["PASSKEY_INVALID"]);
        assert_eq!(revoke(&app, &support, input).await.user_errors("customerPasskeysRevoke"), ["INVALID_STATE"]);
    }

    async fn it_takes_permission_sight_and_a_reason(app: TestApp) {
        let ada = proven(&app, "ada").await;
        register(&app, &ada, &mut Device::new()).await;
        let input = json!({ "id": ada.id(), "reason": "why" });
        let blind = app.staff("blind", "sessions:write").await;
        assert_eq!(revoke(&app, &blind, input.clone()).await.user_errors("customerPasskeysRevoke"), ["NOT_FOUND"]);
        let reader = app.staff("reader", "*:read").await;
        assert_eq!(revoke(&app, &reader, input.clone()).await.codes(), ["FORBIDDEN"]);
        assert_eq!(revoke(&app, &ada, input).await.codes(), ["FORBIDDEN"]);
        let support = app.staff("support", "customers:read,sessions:write").await;
        let answer = revoke(&app, &support, json!({ "id": ada.id(), "reason": " " })).await;
        assert_eq!(answer.data()["customerPasskeysRevoke"]["userErrors"], json!([{ "code": "REQUIRED", "path": ["reason"] }]));
        assert_eq!(app.count("passkey").await, 1);
    }

    async fn staff_see_that_a_customer_has_passkeys_with_the_permission_alone(app: TestApp) {
        let ada = proven(&app, "ada").await;
        register(&app, &ada, &mut Device::new()).await;
        let ask = "query($id: ID!) { customer(id: $id) { passkeys { name lastUsedAt } } viewer { passkeys { name } } }";
        let id = json!({ "id": ada.id() });
        let support = app.staff("support", "customers:read,sessions:read").await;
        let seen = app.ask(&support, ask, id.clone()).await;
        assert_eq!(seen.data()["customer"]["passkeys"], json!([{ "name": "Phone", "lastUsedAt": null }]));
        assert_eq!(seen.data()["viewer"]["passkeys"], json!([]), "none of their own");
        let blind = app.staff("blind", "customers:read").await;
        assert_eq!(app.ask(&blind, ask, id).await.codes(), ["FORBIDDEN"]);
    }

    async fn whoever_is_customer_and_staff_user_logs_in_as_both_and_support_takes_nothing_away(app: TestApp) {
        let sam = app.staff("sam", "customers:*").await;
        app.execute("update provider_identity set verified_at = created_at").await;
        let add = "mutation { customerProfileCreate(input: { firstName: \"Sam\" }) { isAccepted } }";
        assert_eq!(app.ask(&sam, add, json!({})).await.data()["customerProfileCreate"]["isAccepted"], true);
        let mut device = Device::new();
        register(&app, &sam, &mut device).await;
        let mut id = Value::Null;
        for actor in ["STAFF", "CUSTOMER"] {
            let challenge = log_in_start(&app, actor).await;
            let credential = device.get(&challenge.options, &Says::default());
            let sam = persona(&log_in_finish(&app, &challenge, credential).await);
            let viewer = app.ask(&sam, "{ viewer { kind customer { id } } }", json!({})).await;
            assert_eq!(viewer.data()["viewer"]["kind"], actor);
            id = viewer.data()["viewer"]["customer"]["id"].clone();
        }
        let support = app.staff("support", "customers:read,sessions:write").await;
        let answer = revoke(&app, &support, json!({ "id": id, "reason": "why" })).await;
        assert_eq!(answer.data()["customerPasskeysRevoke"]["userErrors"], json!([{ "code": "FORBIDDEN_FIELD", "path": ["id"] }]));
        assert_eq!(app.count("passkey").await, 1);
    }

    async fn the_passkeys_of_many_customers_are_read_together(app: TestApp) {
        let admin = app.admin().await;
        let query = "{ customers { nodes { passkeys { id name } } } }";
        let mut statements = Vec::new();
        for names in [&["ada", "bob"][..], &["eve", "kim", "lee", "max", "mia"]] {
            for name in names {
                let persona = proven(&app, name).await;
                register(&app, &persona, &mut Device::new()).await;
            }
            let answer = app.ask(&admin, query, json!({})).await;
            let nodes = answer.data()["customers"]["nodes"].as_array().unwrap();
            assert!(nodes.iter().all(|node| node["passkeys"].as_array().unwrap().len() == 1), "{nodes:?}");
            statements.push(answer.statements());
        }
        assert_eq!(statements, [2, 2]);
    }
}
