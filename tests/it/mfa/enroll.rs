//! `mfaEnrollStart`, `mfaEnrollConfirm`, `mfaDisable` and `recoveryCodesGenerate`.

use serde_json::json;

use super::{challenge, confirm, enroll, is_in, log_in, start, verify};
use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

async fn disable(app: &TestApp, who: &Persona, id: &str) -> Vec<String> {
    let answer = app
        .ask(
            who,
            "mutation($id: ID!) { mfaDisable(input: { id: $id }) { isDisabled userErrors { code } } }",
            json!({ "id": id }),
        )
        .await;
    answer
        .user_errors("mfaDisable")
        .into_iter()
        .map(str::to_owned)
        .collect()
}

on_both! {
    async fn an_app_is_asked_for_once_it_was_shown_to_work(app: TestApp) {
        let ada = app.customer("ada").await;
        app.prove_addresses().await;
        let started = start(&app, &ada).await;
        let started = &started.data()["mfaEnrollStart"];
        assert_eq!(started["factor"]["kind"], "TOTP");
        assert!(started["factor"]["confirmedAt"].is_null());
        assert!(started["otpauthUrl"].as_str().unwrap().starts_with("otpauth://totp/customer-graph:ada%40example.com?"), "{started}");
        let list = "{ me { mfaFactors { id kind name confirmedAt lastUsedAt } } }";
        assert_eq!(app.ask(&ada, list, json!({})).await.data()["me"]["mfaFactors"], json!([]));
        assert!(log_in(&app, "ada@example.com", PASSWORD).await["accessToken"].is_string(), "it is not confirmed yet");
        let phone = enroll(&app, &ada).await;
        let shown = app.ask(&ada, list, json!({})).await;
        let shown = &shown.data()["me"]["mfaFactors"];
        assert_eq!((&shown[0]["id"], &shown[0]["name"]), (&json!(phone.factor), &json!("Phone")));
        assert!(shown[0]["confirmedAt"].is_string());
        assert_eq!(phone.recovery_codes.len(), 10);
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "A second factor was added");
        challenge(&app, "ada@example.com").await;
    }

    async fn nothing_is_kept_that_could_be_read(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        let kept = app.dump("mfa_factor").await + &app.dump("recovery_code").await + &app.dump("outbox_event").await + &app.dump("timeline_entry").await;
        for secret in phone.recovery_codes.iter().chain([&phone.secret]) {
            assert!(!kept.contains(secret) && !kept.contains(&secret.replace('-', "")), "{secret}");
        }
    }

    async fn confirming_ends_the_other_sessions(app: TestApp) {
        let ada = app.customer("ada").await;
        let other = log_in(&app, "ada@example.com", PASSWORD).await;
        enroll(&app, &ada).await;
        let other = Persona::bearer("other", other["accessToken"].as_str().unwrap());
        assert_eq!(app.count("session where revoked_at is null").await, 1, "not that of {}", other.name);
        assert_eq!(app.count("session where revoked_at is null and assurance = 'AAL2'").await, 1);
    }

    async fn a_wrong_code_confirms_nothing_and_one_app_is_enough(app: TestApp) {
        let ada = app.customer("ada").await;
        app.prove_addresses().await;
        assert_eq!(confirm(&app, &ada, "000000").await.user_errors("mfaEnrollConfirm"), ["INVALID_STATE"]);
        start(&app, &ada).await.data();
        assert_eq!(confirm(&app, &ada, "no code").await.user_errors("mfaEnrollConfirm"), ["MFA_INVALID"]);
        enroll(&app, &ada).await;
        assert_eq!(start(&app, &ada).await.user_errors("mfaEnrollStart"), ["INVALID_STATE"]);
        assert_eq!(app.count("mfa_factor").await, 1);
    }

    async fn it_asks_for_a_recent_log_in(app: TestApp) {
        let ada = app.customer("ada").await;
        app.execute("update session set authenticated_at = '2020-01-01T00:00:00.000Z'").await;
        assert_eq!(start(&app, &ada).await.user_errors("mfaEnrollStart"), ["STEP_UP_REQUIRED"]);
    }

    async fn a_factor_is_removed_by_its_owner_alone_and_only_after_it_was_shown_lately(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let phone = enroll(&app, &ada).await;
        assert_eq!(disable(&app, &bob, &phone.factor).await, ["NOT_FOUND"]);
        assert_eq!(disable(&app, &Persona::anonymous(), &phone.factor).await, [""; 0]);
        assert_eq!(app.count("mfa_factor").await, 1);
        app.execute("update session set assurance = 'AAL1'").await;
        assert_eq!(disable(&app, &ada, &phone.factor).await, ["STEP_UP_REQUIRED"], "a session without the second factor");
        app.execute("update session set assurance = 'AAL2'").await;
        assert_eq!(disable(&app, &ada, &phone.factor).await, [""; 0]);
        assert_eq!(app.count("mfa_factor").await + app.count("recovery_code").await, 0);
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "The second factor was removed");
        assert!(log_in(&app, "ada@example.com", PASSWORD).await["accessToken"].is_string());
    }

    async fn new_recovery_codes_take_the_place_of_the_old_ones(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let phone = enroll(&app, &ada).await;
        let renew = "mutation($id: ID!) { recoveryCodesGenerate(input: { factorId: $id }) { recoveryCodes userErrors { code path } } }";
        let id = json!({ "id": phone.factor });
        assert_eq!(app.ask(&bob, renew, id.clone()).await.user_errors("recoveryCodesGenerate"), ["NOT_FOUND"]);
        let renewed = app.ask(&ada, renew, id.clone()).await;
        let codes = &renewed.data()["recoveryCodesGenerate"]["recoveryCodes"];
        assert_eq!(codes.as_array().unwrap().len(), 10);
        let token = challenge(&app, "ada@example.com").await;
        assert!(!is_in(&verify(&app, &token, json!({ "recoveryCode": phone.recovery_codes[0] })).await));
        assert!(is_in(&verify(&app, &token, json!({ "recoveryCode": codes[0] })).await));
        app.execute("update session set authenticated_at = '2020-01-01T00:00:00.000Z'").await;
        assert_eq!(app.ask(&ada, renew, id).await.user_errors("recoveryCodesGenerate"), ["STEP_UP_REQUIRED"]);
    }

    async fn staff_see_that_a_customer_has_a_factor_with_the_permission_alone(app: TestApp) {
        let ada = app.customer("ada").await;
        enroll(&app, &ada).await;
        let ask = "query($id: ID!) { customer(id: $id) { mfaFactors { kind name } } }";
        let id = json!({ "id": ada.id() });
        let support = app.staff("support", "customers:read,sessions:read").await;
        assert_eq!(app.ask(&support, ask, id.clone()).await.data()["customer"]["mfaFactors"], json!([{ "kind": "TOTP", "name": "Phone" }]));
        let blind = app.staff("blind", "customers:read").await;
        assert_eq!(app.ask(&blind, ask, id).await.codes(), ["FORBIDDEN"]);
    }

    async fn a_staff_user_has_a_second_factor_as_well(app: TestApp) {
        let sam = app.staff("sam", "*").await;
        let phone = enroll(&app, &sam).await;
        let input = json!({ "input": { "email": "sam@example.com", "password": PASSWORD, "actor": "STAFF" } });
        let answer = app.ask(&Persona::anonymous(), "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken mfaToken } }", input).await;
        let token = answer.data()["sessionCreate"]["mfaToken"].as_str().unwrap();
        let answer = verify(&app, token, json!({ "code": phone.code(&app, 1) })).await;
        let sam = Persona::bearer("sam", answer.data()["sessionVerifyMfa"]["accessToken"].as_str().unwrap());
        assert_eq!(app.ask(&sam, "{ viewer { kind } }", json!({})).await.data()["viewer"]["kind"], "STAFF");
    }

    async fn an_account_that_waits_for_its_owner_gets_no_factor(app: TestApp) {
        let ada = app.customer("ada").await;
        assert_eq!(start(&app, &ada).await.user_errors("mfaEnrollStart"), ["NOT_VERIFIED"]);
        assert_eq!(app.count("mfa_factor").await, 0);
    }
}
