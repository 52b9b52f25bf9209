//! `identityRegister` and `customerProfileCreate`: an account in two steps.

use std::time::Duration;

use customer_graph::auth::AccountPolicy;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::registration::proving;
use crate::{
    harness::{Answer, PASSWORD, Persona, Setup, TestApp},
    on_both, on_both_with,
};

const FIRST: &str = "mutation($input: IdentityRegisterInput!) {
  identityRegister(input: $input) { registrationToken registrationTokenExpiresAt userErrors { code path message } }
}";

const SECOND: &str = "mutation($input: CustomerProfileCreateInput!) {
  customerProfileCreate(input: $input) { isAccepted ticket accessToken refreshToken userErrors { code path message } }
}";

async fn first(app: &TestApp, email: &str) -> String {
    let input = json!({ "input": { "email": email, "password": PASSWORD } });
    let answer = app.ask(&Persona::anonymous(), FIRST, input).await;
    let payload = &answer.data()["identityRegister"];
    assert_eq!(payload["userErrors"], json!([]));
    payload["registrationToken"].as_str().unwrap().to_owned()
}

async fn second(app: &TestApp, token: &str) -> Answer {
    let input = json!({ "registrationToken": token, "firstName": "Ada", "lastName": "Lovelace" });
    app.ask(&Persona::anonymous(), SECOND, json!({ "input": input })).await
}

/// The profile of somebody who is logged in.
async fn add(app: &TestApp, persona: &Persona) -> Answer {
    app.ask(persona, SECOND, json!({ "input": { "firstName": "Sam" } }))
        .await
}

async fn log_in(app: &TestApp, email: &str) -> Value {
    let input = json!({ "input": { "email": email, "password": PASSWORD } });
    let answer = app.ask(&Persona::anonymous(), "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken userErrors { code } } }", input).await;
    answer.data()["sessionCreate"].clone()
}

fn limited() -> Setup {
    let setup = Setup::default();
    Setup {
        accounts: AccountPolicy {
            attempts_per_account: 3,
            ..setup.accounts
        },
        ..setup
    }
}

on_both! {
    async fn the_second_step_makes_the_customer_and_the_first_makes_nobody(app: TestApp) {
        let token = first(&app, "Ada@Example.com").await;
        for table in ["customer", "auth_identity", "provider_identity", "mail", "outbox_event"] {
            assert_eq!(app.count(table).await, 0, "{table}");
        }
        assert_eq!(log_in(&app, "ada@example.com").await["userErrors"][0]["code"], "INVALID_CREDENTIALS");
        let answer = second(&app, &token).await;
        let payload = &answer.data()["customerProfileCreate"];
        assert_eq!((&payload["isAccepted"], &payload["userErrors"]), (&json!(true), &json!([])));
        assert!(payload["ticket"].is_string() && payload["accessToken"].is_null());
        let ada = log_in(&app, "ada@example.com").await;
        let ada = Persona::bearer("ada", ada["accessToken"].as_str().unwrap());
        let me = app.ask(&ada, "{ me { email firstName lastName type emailVerifiedAt } }", json!({})).await;
        assert_eq!(me.data()["me"], json!({
            "email": "Ada@Example.com", "firstName": "Ada", "lastName": "Lovelace", "type": "REGISTERED", "emailVerifiedAt": null,
        }));
        assert_eq!(app.column("outbox_event", "topic").await, ["customer.created", "auth.registered", "auth.login_succeeded"]);
    }

    async fn a_known_address_is_answered_like_an_unknown_one_in_both_steps(app: TestApp) {
        app.customer("ada").await;
        app.staff("sam", "customers:*").await;
        let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
        for email in ["new@example.com", "ada@example.com", "sam@example.com"] {
            let computed = app.app.parts.passwords.computed();
            let input = json!({ "input": { "email": email, "password": PASSWORD } });
            let mut answer = app.ask(&Persona::anonymous(), FIRST, input).await.data()["identityRegister"].clone();
            assert_eq!(app.app.parts.passwords.computed() - computed, 1, "one hash, known or not");
            let token = answer["registrationToken"].as_str().unwrap().to_owned();
            answer["registrationToken"] = json!(token.len());
            answer["registrationTokenExpiresAt"].take();
            firsts.push(answer);
            for _ in 0..2 {
                let mut answer = second(&app, &token).await.data()["customerProfileCreate"].clone();
                answer["ticket"] = json!(answer["ticket"].as_str().map(str::len));
                seconds.push(answer);
            }
        }
        assert!(firsts.iter().all(|answer| *answer == firsts[0]), "{firsts:#?}");
        for (position, answer) in seconds.iter().enumerate() {
            assert_eq!(*answer, seconds[position % 2]);
        }
        assert_eq!(seconds[1]["userErrors"][0]["code"], "ALREADY_LINKED");
        assert_eq!(app.count("customer").await, 2);
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "You have an account already");
    }

    async fn of_many_second_steps_at_once_one_makes_the_customer(app: TestApp) {
        let token = first(&app, "ada@example.com").await;
        let answers = join_all((0..8).map(|_| second(&app, &token))).await;
        let (made, late): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.data()["customerProfileCreate"]["isAccepted"] == true);
        assert_eq!(made.len(), 1);
        for answer in late {
            assert_eq!(answer.user_errors("customerProfileCreate"), ["ALREADY_LINKED"]);
        }
        assert_eq!((app.count("customer").await, app.count("auth_identity").await), (1, 1));
    }

    async fn who_begins_with_the_address_of_another_spoils_nothing(app: TestApp) {
        let own = first(&app, "ada@example.com").await;
        let strangers = first(&app, "ada@example.com").await;
        assert_eq!(second(&app, &own).await.user_errors("customerProfileCreate"), [""; 0]);
        assert_eq!(second(&app, &strangers).await.user_errors("customerProfileCreate"), [""; 0]);
        assert_eq!(app.count("customer").await, 1);
        assert!(log_in(&app, "ada@example.com").await["accessToken"].is_string());
    }

    async fn the_token_opens_nothing_else_and_ends_after_an_hour(app: TestApp) {
        let token = first(&app, "ada@example.com").await;
        let answer = app.ask(&Persona::bearer("nobody", &token), "{ me { id } }", json!({})).await;
        assert_eq!(answer.status, 401, "{:#}", answer.body);
        let confirm = "mutation($token: String!) { emailVerificationConfirm(input: { token: $token }) { userErrors { code } } }";
        let answer = app.ask(&Persona::anonymous(), confirm, json!({ "token": token })).await;
        assert_eq!(answer.user_errors("emailVerificationConfirm"), ["TOKEN_INVALID"]);
        assert!(!app.dump("account_token").await.contains(&token));
        app.clock.advance(Duration::from_secs(60 * 60 + 1));
        assert_eq!(second(&app, &token).await.user_errors("customerProfileCreate"), ["TOKEN_EXPIRED"]);
        for wrong in ["", "cgt_", "\u{0}", &"a".repeat(10_000)] {
            assert_eq!(second(&app, wrong).await.user_errors("customerProfileCreate"), ["TOKEN_INVALID"]);
        }
    }

    async fn all_complaints_come_at_once_and_use_nothing_up(app: TestApp) {
        let computed = app.app.parts.passwords.computed();
        let input = json!({ "input": { "email": "nobody", "password": "short" } });
        let answer = app.ask(&Persona::anonymous(), FIRST, input).await;
        assert_eq!(answer.user_errors("identityRegister"), ["INVALID_EMAIL", "PASSWORD_TOO_WEAK"]);
        assert_eq!(app.app.parts.passwords.computed(), computed);
        let token = first(&app, "ada@example.com").await;
        let bad = json!({ "registrationToken": token, "firstName": "a".repeat(300), "locale": "no language" });
        let answer = app.ask(&Persona::anonymous(), SECOND, json!({ "input": bad })).await;
        assert_eq!(answer.user_errors("customerProfileCreate"), ["TOO_LONG", "INVALID"]);
        assert_eq!(second(&app, &token).await.user_errors("customerProfileCreate"), [""; 0]);
        let eve = app.customer("eve").await;
        for persona in [&Persona::anonymous(), &eve, &app.admin().await] {
            let answer = app.ask(persona, SECOND, json!({ "input": {} })).await;
            assert_eq!(answer.user_errors("customerProfileCreate"), ["REQUIRED"], "{}", persona.name);
        }
    }

    async fn a_staff_user_becomes_a_customer_with_the_same_log_in_after_proof(app: TestApp) {
        let sam = app.staff("sam", "customers:*").await;
        assert_eq!(add(&app, &sam).await.user_errors("customerProfileCreate"), ["NOT_VERIFIED"]);
        app.execute("update provider_identity set verified_at = created_at").await;
        let answers = join_all((0..6).map(|_| add(&app, &sam))).await;
        assert_eq!(answers.iter().filter(|answer| answer.data()["customerProfileCreate"]["isAccepted"] == true).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.user_errors("customerProfileCreate") == ["ALREADY_LINKED"]).count(), 5);
        assert_eq!((app.count("customer where has_account").await, app.count("auth_identity").await), (1, 1));
        // Without a word about it, the log-in is that of the customer.
        let customer = log_in(&app, "sam@example.com").await;
        let customer = Persona::bearer("sam", customer["accessToken"].as_str().unwrap());
        let me = app.ask(&customer, "{ viewer { kind permissions } me { email firstName } }", json!({})).await;
        assert_eq!(me.data(), &json!({ "viewer": { "kind": "CUSTOMER", "permissions": [] }, "me": { "email": "sam@example.com", "firstName": "Sam" } }));
    }

    /// Whoever may write customers must not come to a colleague's permissions by way of their customer.
    async fn the_log_in_of_a_staff_user_does_not_follow_the_customers_address(app: TestApp) {
        let olga = app.staff("olga", "*").await;
        app.execute("update provider_identity set verified_at = created_at").await;
        add(&app, &olga).await.data();
        let support = app.staff("support", "customers:*,sessions:*").await;
        let found = app.ask(&support, "{ customers { nodes { id } } }", json!({})).await;
        let customer = found.data()["customers"]["nodes"][0]["id"].clone();
        let update = "mutation($id: ID!) { customerUpdate(input: { id: $id, email: \"mallory@example.com\" }) { customer { id } userErrors { code path } } }";
        let answer = app.ask(&support, update, json!({ "id": customer })).await;
        assert_eq!(answer.data()["customerUpdate"]["userErrors"], json!([{ "code": "FORBIDDEN_FIELD", "path": ["email"] }]));
        let reset = "mutation($id: ID!) { customerMfaReset(input: { id: $id, reason: \"lost\" }) { isReset userErrors { code path } } }";
        let answer = app.ask(&support, reset, json!({ "id": customer })).await;
        assert_eq!(answer.data()["customerMfaReset"]["userErrors"], json!([{ "code": "FORBIDDEN_FIELD", "path": ["id"] }]));
        assert_eq!(app.count("provider_identity where subject = 'olga@example.com'").await, 1);
    }
}

on_both_with! { proving();
    async fn where_proof_comes_first_the_link_in_the_mail_opens_the_account(app: TestApp) {
        let answer = second(&app, &first(&app, "ada@example.com").await).await;
        let ticket = answer.data()["customerProfileCreate"]["ticket"].clone();
        assert_eq!(app.count("customer").await, 0, "nothing is opened before proof");
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        let confirm = "mutation($token: String!, $ticket: String) { emailVerificationConfirm(input: { token: $token, ticket: $ticket }) { needsPassword accessToken userErrors { code } } }";
        let answer = app.ask(&Persona::anonymous(), confirm, json!({ "token": token, "ticket": ticket })).await;
        let opened = &answer.data()["emailVerificationConfirm"];
        assert_eq!(opened["needsPassword"], false);
        let ada = Persona::bearer("ada", opened["accessToken"].as_str().unwrap());
        let me = app.ask(&ada, "{ me { firstName lastName } }", json!({})).await;
        assert_eq!(me.data()["me"], json!({ "firstName": "Ada", "lastName": "Lovelace" }));
    }

    async fn a_second_step_that_comes_too_soon_can_be_taken_again(app: TestApp) {
        let (one, two) = (first(&app, "ada@example.com").await, first(&app, "ada@example.com").await);
        second(&app, &one).await.data();
        assert_eq!(second(&app, &two).await.user_errors("customerProfileCreate"), ["COOLDOWN"]);
        app.clock.advance(Duration::from_secs(61));
        assert_eq!(second(&app, &two).await.user_errors("customerProfileCreate"), [""; 0]);
    }
}

on_both_with! { limited();
    async fn first_steps_are_counted_with_registrations(app: TestApp) {
        let register = "mutation($input: CustomerRegisterInput!) { customerRegister(input: $input) { isAccepted } }";
        let input = json!({ "input": { "email": "ada@example.com", "password": PASSWORD } });
        app.ask(&Persona::anonymous(), register, input.clone()).await.data();
        for _ in 0..2 {
            first(&app, "ada@example.com").await;
        }
        let computed = app.app.parts.passwords.computed();
        assert_eq!(app.ask(&Persona::anonymous(), FIRST, input).await.codes(), ["RATE_LIMITED"]);
        assert_eq!(app.app.parts.passwords.computed(), computed);
    }
}
