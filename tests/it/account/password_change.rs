//! `passwordChange`.

use serde_json::{Value, json};

use crate::{
    harness::{Answer, PASSWORD, Persona, TestApp},
    on_both,
};

const NEW: &str = "tea at half past four";

async fn change(app: &TestApp, persona: &Persona, current: &str, new: &str) -> Answer {
    let input = json!({ "input": { "currentPassword": current, "newPassword": new } });
    app.ask(persona, "mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { isChanged userErrors { code path } } }", input).await
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Value {
    let input = json!({ "input": { "email": email, "password": password } });
    let answer = app.ask(&Persona::anonymous(), "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken refreshToken userErrors { code } } }", input).await;
    answer.data()["sessionCreate"].clone()
}

on_both! {
    async fn a_new_password_ends_the_old_one_and_all_other_sessions(app: TestApp) {
        let ada = app.customer("ada").await;
        let other = log_in(&app, "ada@example.com", PASSWORD).await;
        let answer = change(&app, &ada, PASSWORD, NEW).await;
        assert_eq!(answer.data()["passwordChange"], json!({ "isChanged": true, "userErrors": [] }));
        assert_eq!(app.ask(&ada, "{ me { id } }", json!({})).await.data()["me"]["id"], ada.id());
        let refresh = app.ask(&Persona::anonymous(), "mutation($input: SessionRefreshInput!) { sessionRefresh(input: $input) { userErrors { code } } }", json!({ "input": { "refreshToken": other["refreshToken"] } })).await;
        assert_eq!(refresh.user_errors("sessionRefresh"), ["TOKEN_INVALID"]);
        assert_eq!(log_in(&app, "ada@example.com", PASSWORD).await["userErrors"][0]["code"], "INVALID_CREDENTIALS");
        assert_eq!(log_in(&app, "ada@example.com", NEW).await["userErrors"], json!([]));
    }

    async fn the_current_password_is_needed_and_the_new_one_must_be_good(app: TestApp) {
        let ada = app.customer("ada").await;
        for (current, new, expected) in [
            ("something else", NEW, json!({ "code": "INVALID_CREDENTIALS", "path": ["currentPassword"] })),
            (PASSWORD, "short", json!({ "code": "PASSWORD_TOO_WEAK", "path": ["newPassword"] })),
            (PASSWORD, "ada@example.com", json!({ "code": "PASSWORD_TOO_WEAK", "path": ["newPassword"] })),
        ] {
            let answer = change(&app, &ada, current, new).await;
            assert_eq!(answer.data()["passwordChange"], json!({ "isChanged": false, "userErrors": [expected] }));
        }
        assert_eq!(log_in(&app, "ada@example.com", PASSWORD).await["userErrors"], json!([]));
    }

    async fn only_who_has_logged_in_has_a_password_to_change(app: TestApp) {
        assert_eq!(change(&app, &Persona::anonymous(), PASSWORD, NEW).await.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(change(&app, &app.admin().await, PASSWORD, NEW).await.codes(), ["FORBIDDEN"]);
    }
}
