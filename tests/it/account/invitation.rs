//! `customerInvite`, `customerInviteResend`, `customerInviteRevoke`, `invitationAccept`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

async fn invite(app: &TestApp, who: &Persona, input: Value) -> Value {
    let answer = app.ask(who, "mutation($input: CustomerInviteInput!) { customerInvite(input: $input) { customer { id status type email } userErrors { code path } } }", json!({ "input": input })).await;
    answer.data()["customerInvite"].clone()
}

async fn again(app: &TestApp, who: &Persona, mutation: &str, id: &Value) -> Value {
    let answer = app.ask(who, &format!("mutation($id: ID!) {{ {mutation}(input: {{ id: $id }}) {{ customer {{ status }} userErrors {{ code }} }} }}"), json!({ "id": id })).await;
    answer.data()[mutation].clone()
}

async fn accept(app: &TestApp, token: &str, password: &str) -> Value {
    let answer = app.ask(&Persona::anonymous(), "mutation($token: String!, $password: String!) { invitationAccept(input: { token: $token, password: $password }) { accessToken userErrors { code path } } }", json!({ "token": token, "password": password })).await;
    answer.data()["invitationAccept"].clone()
}

on_both! {
    async fn who_accepts_has_an_account_with_a_password_of_their_own(app: TestApp) {
        let admin = app.admin().await;
        let invited = invite(&app, &admin, json!({ "email": "New@example.com", "firstName": "Nia" })).await;
        assert_eq!(invited["customer"]["status"], "INVITED");
        assert_eq!(invited["customer"]["type"], "GUEST");
        let letters = app.letters("New@example.com").await;
        assert!(letters[0].letter.text.contains("Hello Nia"), "{}", letters[0].letter.text);
        let session = accept(&app, &TestApp::token_in(&letters), PASSWORD).await;
        assert_eq!(session["userErrors"], json!([]));
        let nia = Persona::bearer("nia", session["accessToken"].as_str().unwrap());
        let me = app.ask(&nia, "{ me { id type status emailVerifiedAt } }", json!({})).await;
        let me = &me.data()["me"];
        assert_eq!(me["id"], invited["customer"]["id"]);
        assert_eq!((&me["type"], &me["status"]), (&json!("REGISTERED"), &json!("ACTIVE")));
        assert!(me["emailVerifiedAt"].is_string());
    }

    async fn a_guest_is_invited_by_id_or_by_address(app: TestApp) {
        let admin = app.admin().await;
        let made = app.ask(&admin, "mutation { customerCreate(input: { email: \"guest@example.com\" }) { customer { id } } }", json!({})).await;
        let guest = made.data()["customerCreate"]["customer"]["id"].clone();
        assert_eq!(invite(&app, &admin, json!({ "email": "GUEST@example.com" })).await["customer"]["id"], guest);
        app.clock.advance(Duration::from_secs(61));
        assert_eq!(invite(&app, &admin, json!({ "id": guest })).await["userErrors"], json!([]));
        assert_eq!(app.count("customer").await, 1);
    }

    async fn a_new_invitation_waits_a_minute_and_makes_the_one_before_worthless(app: TestApp) {
        let admin = app.admin().await;
        let id = invite(&app, &admin, json!({ "email": "new@example.com" })).await["customer"]["id"].clone();
        let first = TestApp::token_in(&app.letters("new@example.com").await);
        assert_eq!(again(&app, &admin, "customerInviteResend", &id).await["userErrors"][0]["code"], "COOLDOWN");
        app.clock.advance(Duration::from_secs(61));
        assert_eq!(again(&app, &admin, "customerInviteResend", &id).await["userErrors"], json!([]));
        let second = TestApp::token_in(&app.letters("new@example.com").await);
        assert_eq!(accept(&app, &first, PASSWORD).await["userErrors"][0]["code"], "TOKEN_INVALID");
        assert_eq!(accept(&app, &second, PASSWORD).await["userErrors"], json!([]));
        assert_eq!(accept(&app, &second, PASSWORD).await["userErrors"][0]["code"], "INVITE_USED");
    }

    async fn an_invitation_ends_after_a_week_or_when_it_is_taken_back(app: TestApp) {
        let admin = app.admin().await;
        let id = invite(&app, &admin, json!({ "email": "new@example.com" })).await["customer"]["id"].clone();
        let link = TestApp::token_in(&app.letters("new@example.com").await);
        app.clock.advance(Duration::from_secs(7 * 24 * 60 * 60 + 1));
        assert_eq!(accept(&app, &link, PASSWORD).await["userErrors"][0]["code"], "INVITE_EXPIRED");
        again(&app, &admin, "customerInviteResend", &id).await;
        let link = TestApp::token_in(&app.letters("new@example.com").await);
        assert_eq!(again(&app, &admin, "customerInviteRevoke", &id).await["customer"]["status"], "ACTIVE");
        assert_eq!(accept(&app, &link, PASSWORD).await["userErrors"][0]["code"], "TOKEN_INVALID");
        assert_eq!(again(&app, &admin, "customerInviteRevoke", &id).await["userErrors"][0]["code"], "INVALID_STATE");
    }

    async fn who_has_an_account_or_is_shut_out_is_not_invited(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        assert_eq!(invite(&app, &admin, json!({ "id": ada.id() })).await["userErrors"][0]["code"], "INVALID_STATE");
        assert_eq!(invite(&app, &admin, json!({ "email": "ada@example.com" })).await["userErrors"][0]["code"], "EMAIL_TAKEN");
        assert_eq!(app.count("customer").await, 1);
        assert_eq!(invite(&app, &admin, json!({})).await["userErrors"][0]["code"], "INVALID");
        let reader = app.api_key("reader", "*:read").await;
        let denied = app.ask(&reader, "mutation { customerInvite(input: { email: \"new@example.com\" }) { customer { id } } }", json!({})).await;
        assert_eq!(denied.codes(), ["FORBIDDEN"]);
    }

    async fn a_weak_password_does_not_use_the_invitation_up(app: TestApp) {
        let admin = app.admin().await;
        invite(&app, &admin, json!({ "email": "new@example.com" })).await;
        let link = TestApp::token_in(&app.letters("new@example.com").await);
        assert_eq!(accept(&app, &link, "short").await["userErrors"], json!([{ "code": "PASSWORD_TOO_WEAK", "path": ["password"] }]));
        assert_eq!(accept(&app, &link, PASSWORD).await["userErrors"], json!([]));
    }
}
