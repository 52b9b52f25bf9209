//! `customerRegister`.

use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

const REGISTER: &str = "mutation($input: CustomerRegisterInput!) {
  customerRegister(input: $input) { isAccepted userErrors { code path message } }
}";

const LOG_IN: &str = "mutation($input: SessionCreateInput!) {
  sessionCreate(input: $input) { accessToken userErrors { code } }
}";

fn input(email: &str) -> Value {
    json!({ "input": { "email": email, "password": PASSWORD, "firstName": "Ada", "locale": "en" } })
}

async fn register(app: &TestApp, email: &str) -> Value {
    let answer = app.ask(&Persona::anonymous(), REGISTER, input(email)).await;
    answer.data()["customerRegister"].clone()
}

async fn log_in(app: &TestApp, email: &str) -> Persona {
    let input = json!({ "input": { "email": email, "password": PASSWORD } });
    let answer = app.ask(&Persona::anonymous(), LOG_IN, input).await;
    Persona::bearer(
        "registered",
        answer.data()["sessionCreate"]["accessToken"].as_str().unwrap(),
    )
}

async fn confirm(app: &TestApp, who: &Persona, token: &str, ticket: Option<&str>) -> Value {
    let answer = app.ask(who, "mutation($token: String!, $ticket: String) { emailVerificationConfirm(input: { token: $token, ticket: $ticket }) { isVerified userErrors { code } } }", json!({ "token": token, "ticket": ticket })).await;
    answer.data()["emailVerificationConfirm"].clone()
}

on_both! {
    async fn who_registers_can_log_in_and_sees_themself(app: TestApp) {
        assert_eq!(register(&app, "Ada@Example.com").await, json!({ "isAccepted": true, "userErrors": [] }));
        let ada = log_in(&app, "ada@example.COM").await;
        let answer = app.ask(&ada, "{ viewer { kind permissions customer { email type } } me { firstName emailVerifiedAt } }", json!({})).await;
        assert_eq!(answer.data(), &json!({
            "viewer": { "kind": "CUSTOMER", "permissions": [], "customer": { "email": "Ada@Example.com", "type": "REGISTERED" } },
            "me": { "firstName": "Ada", "emailVerifiedAt": null },
        }));
    }

    async fn a_known_address_is_answered_like_an_unknown_one_and_nothing_changes(app: TestApp) {
        app.staff("sam", "customers:*").await;
        let unknown = app.ask(&Persona::anonymous(), REGISTER, input("ada@example.com")).await;
        let tables = ["customer", "auth_identity", "provider_identity", "timeline_entry", "outbox_event"];
        let mut before = Vec::new();
        for table in tables {
            before.push(app.count(table).await);
        }
        let computed = app.app.parts.passwords.computed();
        for known in ["ada@example.com", " ADA@example.com", "sam@example.com"] {
            let answer = app.ask(&Persona::anonymous(), REGISTER, input(known)).await;
            assert_eq!(answer.body["data"], unknown.body["data"], "{known}");
        }
        assert_eq!(app.app.parts.passwords.computed() - computed, 3, "one hash for each, known or not");
        for (table, before) in tables.iter().zip(before) {
            assert_eq!(app.count(table).await, before, "{table}");
        }
    }

    async fn a_guest_is_neither_touched_nor_claimed(app: TestApp) {
        let admin = app.admin().await;
        let guest = app.ask(&admin, "mutation { customerCreate(input: { email: \"ada@example.com\", firstName: \"Guest\" }) { customer { id } } }", json!({})).await;
        let guest = guest.data()["customerCreate"]["customer"]["id"].clone();
        register(&app, "ada@example.com").await;
        let ada = log_in(&app, "ada@example.com").await;
        let me = app.ask(&ada, "{ me { id firstName } }", json!({})).await;
        assert_ne!(me.data()["me"]["id"], guest);
        let found = app.ask(&admin, "query($id: ID!) { customer(id: $id) { firstName type version } }", json!({ "id": guest })).await;
        assert_eq!(found.data()["customer"], json!({ "firstName": "Guest", "type": "GUEST", "version": 1 }));
    }

    async fn all_complaints_come_at_once_and_no_hash_is_computed(app: TestApp) {
        let computed = app.app.parts.passwords.computed();
        let bad = json!({ "input": { "email": "nobody", "password": "short", "firstName": "a".repeat(300), "locale": "no language" } });
        let answer = app.ask(&Persona::anonymous(), REGISTER, bad).await;
        let mut codes = answer.user_errors("customerRegister");
        codes.sort_unstable();
        assert_eq!(codes, ["INVALID", "INVALID_EMAIL", "PASSWORD_TOO_WEAK", "TOO_LONG"]);
        assert_eq!(answer.data()["customerRegister"]["isAccepted"], false);
        for (email, password) in [("", PASSWORD), ("ada@example.com", "ada@example.com"), ("ada@example.com", "Password1234!"), ("ada@example.com", &"a b".repeat(100))] {
            let input = json!({ "input": { "email": email, "password": password } });
            let answer = app.ask(&Persona::anonymous(), REGISTER, input).await;
            assert_eq!(answer.user_errors("customerRegister").len(), 1, "{email} {password}");
            assert!(!answer.body.to_string().contains("Password1234"), "{}", answer.body);
        }
        assert_eq!(app.app.parts.passwords.computed(), computed);
        assert_eq!(app.count("customer").await, 0);
    }

    async fn what_only_staff_may_set_is_no_part_of_the_input(app: TestApp) {
        for field in ["hasAccount: true", "status: ACTIVE", "externalId: \"1\"", "metadata: {}", "privateMetadata: {}", "id: \"1\"", "emailVerifiedAt: \"2026-01-01T00:00:00Z\""] {
            let query = format!("mutation {{ customerRegister(input: {{ email: \"ada@example.com\", password: \"{PASSWORD}\", {field} }}) {{ isAccepted }} }}");
            let answer = app.ask(&Persona::anonymous(), &query, json!({})).await;
            assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{field}");
        }
        assert_eq!(app.count("customer").await, 0);
    }

    async fn two_who_register_with_one_address_at_once_are_one_customer(app: TestApp) {
        let requests = (0..8).map(|_| register(&app, "ada@example.com"));
        for answer in futures_util::future::join_all(requests).await {
            assert_eq!(answer, json!({ "isAccepted": true, "userErrors": [] }));
        }
        assert_eq!(app.count("customer").await, 1);
        assert_eq!(app.count("auth_identity").await, 1);
        assert_eq!(app.count("provider_identity").await, 1);
    }

    async fn timeline_and_outbox_tell_of_it_without_secrets(app: TestApp) {
        register(&app, "ada@example.com").await;
        log_in(&app, "ada@example.com").await;
        let events = app.column("outbox_event", "topic").await;
        assert_eq!(events, ["customer.created", "auth.registered", "auth.login_succeeded"]);
        for table in ["timeline_entry", "outbox_event", "idempotency_record"] {
            let text = app.dump(table).await;
            for secret in [PASSWORD, "$argon2", "cgr_", "eyJ"] {
                assert!(!text.contains(secret), "{table} holds {secret}");
            }
        }
    }

    /// C14 where accounts open at once: a stranger registers the victim's address, and the victim follows the link.
    async fn the_owner_of_an_address_proves_nothing_for_a_stranger(app: TestApp) {
        let admin = app.admin().await;
        app.ask(&admin, "mutation { customerCreate(input: { email: \"ada@example.com\", firstName: \"Guest\" }) { customer { id } } }", json!({})).await.data();
        register(&app, "ada@example.com").await;
        let stranger = log_in(&app, "ada@example.com").await;
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        for (who, ticket) in [(Persona::anonymous(), None), (app.customer("bob").await, None), (Persona::anonymous(), Some("x".repeat(43)))] {
            let answer = confirm(&app, &who, &token, ticket.as_deref()).await;
            assert_eq!(answer["userErrors"][0]["code"], "STEP_UP_REQUIRED", "{}", who.name);
            assert_eq!(answer["isVerified"], false);
        }
        let me = app.ask(&stranger, "{ me { firstName emailVerifiedAt } }", json!({})).await;
        assert_eq!(me.data()["me"], json!({ "firstName": "Ada", "emailVerifiedAt": null }));
        assert_eq!(app.count("customer").await, 3, "the guest is not claimed");
    }

    async fn who_opened_the_account_proves_the_address_with_the_ticket_or_when_logged_in(app: TestApp) {
        let asked = app.ask(&Persona::anonymous(), "mutation($input: CustomerRegisterInput!) { customerRegister(input: $input) { ticket } }", input("ada@example.com")).await;
        let ticket = asked.data()["customerRegister"]["ticket"].as_str().unwrap().to_owned();
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        let answer = confirm(&app, &Persona::anonymous(), &token, Some(&ticket)).await;
        assert_eq!((&answer["isVerified"], &answer["userErrors"]), (&json!(true), &json!([])));
        register(&app, "bob@example.com").await;
        let bob = log_in(&app, "bob@example.com").await;
        let token = TestApp::token_in(&app.letters("bob@example.com").await);
        assert_eq!(confirm(&app, &Persona::anonymous(), &token, Some(&ticket)).await["userErrors"][0]["code"], "STEP_UP_REQUIRED", "another's ticket");
        assert_eq!(confirm(&app, &bob, &token, None).await["isVerified"], true, "what was refused used nothing up");
        let me = app.ask(&bob, "{ me { emailVerifiedAt } }", json!({})).await;
        assert!(me.data()["me"]["emailVerifiedAt"].is_string());
    }

    async fn the_owner_of_a_known_address_is_told(app: TestApp) {
        app.customer("ada").await;
        register(&app, "ada@example.com").await;
        let letters = app.letters("ada@example.com").await;
        assert_eq!(letters[0].letter.subject, "You have an account already");
        assert!(!letters[0].letter.text.contains("token="), "{}", letters[0].letter.text);
    }
}
