//! `sessionStepUp`.

use serde_json::{Value, json};

use super::enroll;
use crate::{
    harness::{Answer, PASSWORD, Persona, TestApp},
    on_both,
};

async fn step_up(app: &TestApp, who: &Persona, input: Value) -> Answer {
    app.ask(who, "mutation($input: SessionStepUpInput!) { sessionStepUp(input: $input) { isSteppedUp userErrors { code path } } }", json!({ "input": input })).await
}

async fn change(app: &TestApp, who: &Persona) -> Vec<String> {
    let answer = app
        .ask(
            who,
            "mutation { emailChangeRequest(input: { email: \"new@example.com\" }) { userErrors { code } } }",
            json!({}),
        )
        .await;
    answer
        .user_errors("emailChangeRequest")
        .into_iter()
        .map(str::to_owned)
        .collect()
}

const LONG_AGO: &str = "update session set authenticated_at = '2020-01-01T00:00:00.000Z'";

on_both! {
    async fn the_password_opens_sensitive_writes_again(app: TestApp) {
        let ada = app.customer("ada").await;
        app.execute(LONG_AGO).await;
        assert_eq!(change(&app, &ada).await, ["STEP_UP_REQUIRED"]);
        assert_eq!(step_up(&app, &ada, json!({ "password": "something else" })).await.user_errors("sessionStepUp"), ["INVALID_CREDENTIALS"]);
        assert_eq!(change(&app, &ada).await, ["STEP_UP_REQUIRED"]);
        assert_eq!(step_up(&app, &ada, json!({ "password": PASSWORD })).await.data()["sessionStepUp"], json!({ "isSteppedUp": true, "userErrors": [] }));
        assert_eq!(change(&app, &ada).await, [""; 0]);
        assert_eq!(app.count("session where assurance = 'AAL1'").await, 1);
    }

    async fn whoever_has_a_factor_shows_it(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        app.execute(LONG_AGO).await;
        assert_eq!(step_up(&app, &ada, json!({ "password": PASSWORD })).await.user_errors("sessionStepUp"), ["MFA_REQUIRED"]);
        assert_eq!(step_up(&app, &ada, json!({ "code": phone.wrong_code(&app) })).await.user_errors("sessionStepUp"), ["MFA_INVALID"]);
        assert_eq!(change(&app, &ada).await, ["STEP_UP_REQUIRED"]);
        let code = phone.code(&app, 1);
        assert_eq!(step_up(&app, &ada, json!({ "code": code })).await.data()["sessionStepUp"]["isSteppedUp"], true);
        assert_eq!(step_up(&app, &ada, json!({ "code": code })).await.user_errors("sessionStepUp"), ["MFA_INVALID"], "it works once");
        assert_eq!(step_up(&app, &ada, json!({ "recoveryCode": phone.recovery_codes[0] })).await.data()["sessionStepUp"]["isSteppedUp"], true);
        assert_eq!(change(&app, &ada).await, [""; 0]);
    }

    async fn a_session_without_the_factor_does_no_sensitive_writes(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        app.execute("update session set assurance = 'AAL1'").await;
        assert_eq!(change(&app, &ada).await, ["STEP_UP_REQUIRED"]);
        step_up(&app, &ada, json!({ "code": phone.code(&app, 1) })).await.data();
        assert_eq!(change(&app, &ada).await, [""; 0]);
    }

    async fn it_wants_one_thing_and_somebody_who_is_logged_in(app: TestApp) {
        let ada = app.customer("ada").await;
        for input in [json!({}), json!({ "password": PASSWORD, "code": "000000" }), json!({ "code": "1", "recoveryCode": "2" })] {
            assert_eq!(step_up(&app, &ada, input).await.user_errors("sessionStepUp"), ["REQUIRED"]);
        }
        assert_eq!(step_up(&app, &ada, json!({ "code": "000000" })).await.user_errors("sessionStepUp"), ["MFA_INVALID"], "there is no factor");
        assert_eq!(step_up(&app, &Persona::anonymous(), json!({ "password": PASSWORD })).await.codes(), ["UNAUTHENTICATED"]);
        let key = app.admin().await;
        assert_eq!(step_up(&app, &key, json!({ "password": PASSWORD })).await.codes(), ["FORBIDDEN"]);
    }
}
