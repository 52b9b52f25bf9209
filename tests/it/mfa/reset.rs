//! `customerMfaReset`.

use serde_json::{Value, json};

use super::{enroll, log_in};
use crate::{
    harness::{Answer, PASSWORD, Persona, TestApp},
    on_both,
};

async fn reset(app: &TestApp, who: &Persona, input: Value) -> Answer {
    app.ask(who, "mutation($input: CustomerMfaResetInput!) { customerMfaReset(input: $input) { isReset userErrors { code path } dryRun { events } } }", json!({ "input": input })).await
}

on_both! {
    async fn support_takes_a_lost_factor_away_and_the_owner_is_told(app: TestApp) {
        let ada = app.customer("ada").await;
        enroll(&app, &ada).await;
        let support = app.staff("support", "customers:read,sessions:write").await;
        let input = json!({ "id": ada.id(), "reason": "She showed her passport." });
        let mut dry = input.clone();
        dry["dryRun"] = json!(true);
        let answer = reset(&app, &support, dry).await;
        assert_eq!(answer.data()["customerMfaReset"]["isReset"], false);
        assert_eq!(app.count("mfa_factor").await, 1);
        let answer = reset(&app, &support, input.clone()).await;
        assert_eq!(answer.data()["customerMfaReset"], json!({ "isReset": true, "userErrors": [], "dryRun": null }));
        assert_eq!(app.count("mfa_factor").await + app.count("recovery_code").await, 0);
        assert_eq!(app.count("session where actor_type = 'CUSTOMER' and revoked_at is null").await, 0);
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "The second factor was removed");
        assert!(app.dump("timeline_entry").await.contains("She showed her passport."));
        assert!(log_in(&app, "ada@example.com", PASSWORD).await["accessToken"].is_string());
        assert_eq!(reset(&app, &support, input).await.user_errors("customerMfaReset"), ["INVALID_STATE"]);
    }

    async fn it_takes_permission_sight_and_a_reason(app: TestApp) {
        let ada = app.customer("ada").await;
        enroll(&app, &ada).await;
        let input = json!({ "id": ada.id(), "reason": "why" });
        let blind = app.staff("blind", "sessions:write").await;
        assert_eq!(reset(&app, &blind, input.clone()).await.user_errors("customerMfaReset"), ["NOT_FOUND"]);
        let reader = app.staff("reader", "*:read").await;
        assert_eq!(reset(&app, &reader, input.clone()).await.codes(), ["FORBIDDEN"]);
        assert_eq!(reset(&app, &ada, input).await.codes(), ["FORBIDDEN"]);
        let support = app.staff("support", "customers:read,sessions:write").await;
        let answer = reset(&app, &support, json!({ "id": ada.id(), "reason": " " })).await;
        assert_eq!(answer.data()["customerMfaReset"]["userErrors"], json!([{ "code": "REQUIRED", "path": ["reason"] }]));
        assert_eq!(app.count("mfa_factor").await, 1);
    }
}
