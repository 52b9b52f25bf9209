//! The queue of mail, and what staff see of it.

use serde_json::{Value, json};

use crate::{
    harness::{Persona, TestApp},
    on_both,
};

async fn request(app: &TestApp, email: &str) {
    app.ask(
        &Persona::anonymous(),
        "mutation($email: Email!) { passwordResetRequest(input: { email: $email }) { isAccepted } }",
        json!({ "email": email }),
    )
    .await
    .data();
}

async fn mails(app: &TestApp, who: &Persona, filter: &str) -> Vec<Value> {
    let answer = app.ask(who, &format!("{{ mails{filter} {{ totalCount nodes {{ template recipient state attempts sentAt customer {{ id }} }} }} }}"), json!({})).await;
    let mails = answer.data()["mails"].clone();
    let nodes = mails["nodes"].as_array().unwrap().clone();
    assert_eq!(mails["totalCount"], nodes.len());
    nodes
}

on_both! {
    async fn a_mail_is_sent_after_the_request_and_its_state_is_seen(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        request(&app, "ada@example.com").await;
        request(&app, "nobody@example.com").await;
        let queued = mails(&app, &admin, "(where: { state: QUEUED })").await;
        assert_eq!(queued.len(), 2);
        assert_eq!(queued[0]["template"], "password_reset");
        assert_eq!(queued[0]["customer"]["id"], ada.id());
        assert_eq!(mails(&app, &admin, "(where: { state: WITHHELD })").await.len(), 1);
        assert_eq!(app.letters("ada@example.com").await.len(), 2);
        let sent = mails(&app, &admin, &format!("(where: {{ customerId: \"{}\", state: SENT }})", ada.id())).await;
        assert_eq!(sent.len(), 2);
        assert!(sent[0]["sentAt"].is_string());
        assert_eq!(sent[0]["attempts"], 1);
    }

    async fn who_may_not_see_mail_sees_none(app: TestApp) {
        let ada = app.customer("ada").await;
        let reader = app.api_key("reader", "customers:*").await;
        for persona in [&ada, &reader] {
            assert_eq!(app.ask(persona, "{ mails { nodes { id } } }", json!({})).await.codes(), ["FORBIDDEN"]);
        }
    }

    async fn a_mail_that_became_pointless_is_not_sent(app: TestApp) {
        app.customer("ada").await;
        app.letters("ada@example.com").await;
        request(&app, "ada@example.com").await;
        app.clock.advance(std::time::Duration::from_secs(61));
        request(&app, "ada@example.com").await;
        let letters = app.letters("ada@example.com").await;
        let resets = letters.iter().filter(|letter| letter.letter.subject == "Set a new password").count();
        assert_eq!(resets, 1, "only the newest link is good");
    }

    async fn mail_of_a_deleted_customer_is_gone(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        request(&app, "ada@example.com").await;
        app.ask(&admin, "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { deletedCustomerId } }", json!({ "id": ada.id() })).await.data();
        assert_eq!(app.count("mail").await, 0);
        assert_eq!(app.count("account_token").await, 0);
    }

    async fn old_mail_and_old_tokens_are_swept_away(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await;
        app.letters("ada@example.com").await;
        let sent = app.count("mail where state = 'SENT'").await;
        assert!(sent > 0);
        app.clock.advance(std::time::Duration::from_secs(3 * 24 * 60 * 60));
        app.sweep().await;
        assert_eq!(app.count("account_token").await, 0);
        assert_eq!(app.count("mail where state = 'SENT'").await, sent, "what became of mail is kept for longer");
        app.clock.advance(std::time::Duration::from_secs(28 * 24 * 60 * 60));
        app.sweep().await;
        assert_eq!(app.count("mail").await, 0);
        assert_eq!(app.count("account_token").await, 0);
    }
}
