//! What becomes of passkeys when an e-mail address turns out to be somebody's.

use std::time::Duration;

use serde_json::json;

use super::{Device, log_in, persona, proven, register, register_start};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

async fn reset(app: &TestApp) {
    let nobody = Persona::anonymous();
    app.ask(
        &nobody,
        "mutation { passwordResetRequest(input: { email: \"ada@example.com\" }) { isAccepted } }",
        json!({}),
    )
    .await
    .data();
    let token = TestApp::token_in(&app.letters("ada@example.com").await);
    let query = "mutation($token: String!) {
      passwordReset(input: { token: $token, newPassword: \"another long password\" }) { isReset userErrors { code } }
    }";
    let answer = app.ask(&nobody, query, json!({ "token": token })).await;
    assert_eq!(answer.data()["passwordReset"]["isReset"], true);
}

on_both! {
    /// Staff put another address in the place of the proven one: the keys are the owner's all the same.
    async fn another_address_takes_no_passkey_away(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        app.execute("update customer set email_verified_at = null").await;
        reset(&app).await;
        persona(&log_in(&app, &mut device).await);
        app.execute("update customer set email_verified_at = null").await;
        let nobody = Persona::anonymous();
        app.ask(&nobody, "mutation { magicLinkRequest(input: { email: \"ada@example.com\" }) { isAccepted } }", json!({})).await.data();
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        app.ask(&nobody, "mutation($token: String!) { magicLinkConsume(input: { token: $token }) { accessToken } }", json!({ "token": token })).await.data();
        persona(&log_in(&app, &mut device).await);
    }

    async fn a_new_password_leaves_the_passkeys_of_a_proven_account_and_ends_its_sessions(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        persona(&log_in(&app, &mut device).await);
        reset(&app).await;
        assert_eq!(app.count("session where revoked_at is null").await, 0);
        persona(&log_in(&app, &mut device).await);
    }

    async fn a_link_leaves_the_passkeys_of_a_proven_account(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        let nobody = Persona::anonymous();
        app.ask(&nobody, "mutation { magicLinkRequest(input: { email: \"ada@example.com\" }) { isAccepted } }", json!({})).await.data();
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        app.ask(&nobody, "mutation($token: String!) { magicLinkConsume(input: { token: $token }) { accessToken } }", json!({ "token": token })).await.data();
        persona(&log_in(&app, &mut device).await);
    }

    async fn of_somebody_who_is_deleted_no_passkey_and_no_challenge_stays(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        register_start(&app, &ada).await;
        let admin = app.admin().await;
        let query = "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { userErrors { code } } }";
        assert_eq!(app.ask(&admin, query, json!({ "id": ada.id() })).await.user_errors("customerDelete"), [""; 0]);
        assert_eq!(app.count("passkey").await, 0);
        assert_eq!(app.count("account_token where auth_identity_id is not null").await, 0);
        app.clock.advance(Duration::from_secs(6));
        assert_eq!(log_in(&app, &mut device).await.user_errors("sessionCreateByPasskey"), ["PASSKEY_INVALID"]);
    }
}
