//! `actorSwitch` and `viewer { actors }`: one log-in, several actors.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    harness::{Answer, Persona, TestApp},
    mfa, on_both,
};

const SWITCH: &str = "mutation($actor: SessionActor!) {
  actorSwitch(input: { actor: $actor }) { accessToken refreshToken refreshTokenExpiresAt userErrors { code path } }
}";

/// A staff user who is a customer as well; they act as the staff user.
async fn both(app: &TestApp) -> Persona {
    let sam = app.staff("sam", "customers:*").await;
    app.execute("update provider_identity set verified_at = created_at")
        .await;
    let add = "mutation { customerProfileCreate(input: { firstName: \"Sam\" }) { isAccepted } }";
    let answer = app.ask(&sam, add, json!({})).await;
    assert_eq!(answer.data()["customerProfileCreate"]["isAccepted"], true);
    sam
}

async fn switch(app: &TestApp, persona: &Persona, actor: &str) -> Answer {
    app.ask(persona, SWITCH, json!({ "actor": actor })).await
}

#[track_caller]
fn persona(answer: &Answer) -> Persona {
    let payload = &answer.data()["actorSwitch"];
    assert_eq!(payload["userErrors"], json!([]));
    Persona::bearer("sam", payload["accessToken"].as_str().unwrap())
}

async fn actors(app: &TestApp, persona: &Persona) -> Value {
    let answer = app
        .ask(persona, "{ viewer { kind actors { actor isCurrent } } }", json!({}))
        .await;
    answer.data()["viewer"].clone()
}

on_both! {
    async fn one_log_in_acts_as_customer_and_as_staff_user_and_the_token_says_as_whom(app: TestApp) {
        let sam = both(&app).await;
        assert_eq!(actors(&app, &sam).await, json!({ "kind": "STAFF", "actors": [
            { "actor": "CUSTOMER", "isCurrent": false }, { "actor": "STAFF", "isCurrent": true },
        ] }));
        let customer = persona(&switch(&app, &sam, "CUSTOMER").await);
        assert_eq!(actors(&app, &customer).await, json!({ "kind": "CUSTOMER", "actors": [
            { "actor": "CUSTOMER", "isCurrent": true }, { "actor": "STAFF", "isCurrent": false },
        ] }));
        let both = "{ me { email } viewer { permissions staffUser { id } } customers { nodes { id } } }";
        let answer = app.ask(&customer, both, json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"], "{:#}", answer.body);
        assert_eq!(answer.body["data"]["me"]["email"], "sam@example.com");
        assert_eq!(answer.body["data"]["viewer"], json!({ "permissions": [], "staffUser": null }));
        let staff = persona(&switch(&app, &customer, "STAFF").await);
        assert_eq!(actors(&app, &staff).await["kind"], "STAFF");
        // The session from which one comes stays open.
        assert_eq!(actors(&app, &sam).await["kind"], "STAFF");
        assert_eq!(app.count("session where revoked_at is null").await, 3);
        let topics = app.column("outbox_event", "topic").await;
        assert_eq!(topics.iter().filter(|topic| *topic == "auth.actor_switched").count(), 2);
    }

    async fn who_is_one_alone_cannot_act_as_the_other(app: TestApp) {
        let (ada, sam) = (app.customer("ada").await, app.staff("sam", "customers:*").await);
        assert_eq!(switch(&app, &ada, "STAFF").await.user_errors("actorSwitch"), ["ACTOR_NOT_LINKED"]);
        assert_eq!(switch(&app, &sam, "CUSTOMER").await.user_errors("actorSwitch"), ["ACTOR_NOT_LINKED"]);
        assert_eq!(switch(&app, &ada, "CUSTOMER").await.user_errors("actorSwitch"), ["INVALID_STATE"]);
        assert_eq!(switch(&app, &Persona::anonymous(), "STAFF").await.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(switch(&app, &app.admin().await, "STAFF").await.codes(), ["FORBIDDEN"]);
        assert_eq!(actors(&app, &Persona::anonymous()).await["actors"], json!([]));
        assert_eq!(actors(&app, &ada).await["actors"], json!([{ "actor": "CUSTOMER", "isCurrent": true }]));
    }

    async fn to_act_as_a_staff_user_one_must_have_logged_in_lately(app: TestApp) {
        let sam = both(&app).await;
        let customer = persona(&switch(&app, &sam, "CUSTOMER").await);
        app.clock.advance(Duration::from_secs(16 * 60));
        let customer = app.renew(&customer).await;
        assert_eq!(switch(&app, &customer, "STAFF").await.user_errors("actorSwitch"), ["STEP_UP_REQUIRED"]);
        assert_eq!(switch(&app, &app.renew(&sam).await, "CUSTOMER").await.user_errors("actorSwitch"), [""; 0]);
        let step_up = "mutation { sessionStepUp(input: { password: \"correct horse battery\" }) { userErrors { code } } }";
        assert_eq!(app.ask(&customer, step_up, json!({})).await.user_errors("sessionStepUp"), [""; 0]);
        persona(&switch(&app, &customer, "STAFF").await);
    }

    async fn a_switch_makes_nobody_stronger_and_no_session_longer(app: TestApp) {
        let sam = both(&app).await;
        let customer = persona(&switch(&app, &sam, "CUSTOMER").await);
        // Setting up a factor ends the other sessions; one that went on would not have shown it.
        mfa::enroll(&app, &sam).await;
        app.execute("update session set revoked_at = null").await;
        assert_eq!(switch(&app, &customer, "STAFF").await.user_errors("actorSwitch"), ["STEP_UP_REQUIRED"]);
        let before = app.column("session", "assurance").await;
        app.clock.advance(Duration::from_secs(60));
        let answer = switch(&app, &sam, "CUSTOMER").await;
        persona(&answer);
        assert_eq!(before.iter().filter(|level| *level == "AAL2").count(), 1);
        assert_eq!(app.column("session", "assurance").await.last().unwrap(), "AAL2");
        assert_eq!(app.count("(select distinct expires_at from session) as ends").await, 1);
    }

    async fn who_is_shut_out_as_one_stays_out_as_that(app: TestApp) {
        let sam = both(&app).await;
        let customer = persona(&switch(&app, &sam, "CUSTOMER").await);
        app.execute("update staff_user set status = 'DISABLED'").await;
        assert_eq!(switch(&app, &customer, "STAFF").await.user_errors("actorSwitch"), ["ACCOUNT_DISABLED"]);
        assert_eq!(actors(&app, &customer).await["actors"], json!([{ "actor": "CUSTOMER", "isCurrent": true }]));
    }

    async fn who_acts_as_a_customer_by_impersonation_cannot_go_on_as_their_staff_user(app: TestApp) {
        both(&app).await;
        let support = app.staff("support", "*").await;
        let found = app.ask(&support, "{ customers { nodes { id } } }", json!({})).await;
        let customer = found.data()["customers"]["nodes"][0]["id"].clone();
        let start = "mutation($id: ID!) { impersonationStart(input: { customerId: $id, reason: \"a call\", readOnly: false }) { accessToken userErrors { code } } }";
        let answer = app.ask(&support, start, json!({ "id": customer })).await;
        let token = answer.data()["impersonationStart"]["accessToken"].as_str().unwrap_or_else(|| panic!("{:#}", answer.body)).to_owned();
        let acting = Persona::bearer("support", &token);
        let answer = switch(&app, &acting, "STAFF").await;
        assert!(answer.body["data"]["actorSwitch"]["accessToken"].is_null());
        assert_ne!(answer.body["data"]["actorSwitch"]["userErrors"], json!([]), "{:#}", answer.body);
        assert_eq!(actors(&app, &acting).await["actors"], json!([{ "actor": "CUSTOMER", "isCurrent": true }]));
    }
}
