//! Linking ways to log in, and unlinking all but the last.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Begun, LINK_COMPLETE, LINK_START, ME, REDIRECT_URL, browser, complete, log_in, me, oidc, persona, start,
    true_provider,
};
use crate::{
    harness::{Answer, Persona, TestApp},
    on_both_with,
};

const UNLINK: &str = "mutation($id: ID!) {
  loginMethodUnlink(input: { id: $id }) { unlinkedId userErrors { code path } }
}";

async fn try_link_start(app: &TestApp, persona: &Persona) -> Answer {
    let input = json!({ "input": { "provider": "example", "client": "shop", "redirectUrl": REDIRECT_URL } });
    app.ask(persona, LINK_START, input).await
}

async fn link(app: &TestApp, persona: &Persona, account: &str) -> Answer {
    let begun = Begun::of(&try_link_start(app, persona).await, "loginMethodLinkStart");
    let returned = browser::log_in(&begun.url, account).await;
    app.ask(persona, LINK_COMPLETE, returned.input(&begun)).await
}

async fn unlink(app: &TestApp, persona: &Persona, id: &Value) -> Answer {
    app.ask(persona, UNLINK, json!({ "id": id })).await
}

/// Ada, whose address is proven.
async fn ada(app: &TestApp) -> Persona {
    let ada = app.customer("ada").await;
    app.execute("update customer set email_verified_at = created_at").await;
    ada
}

on_both_with! { true_provider().await;
    async fn whoever_is_logged_in_links_a_provider_whatever_its_address(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let ada = ada(&app).await;
        let answer = link(&app, &ada, "unverified-countess").await;
        assert_eq!(answer.user_errors("loginMethodLinkComplete"), [""; 0]);
        let methods = me(&app, &ada).await["loginMethods"].clone();
        assert_eq!(methods[1]["id"], answer.data()["loginMethodLinkComplete"]["loginMethodId"]);
        assert_eq!(methods[1]["provider"], "example");
        let again = me(&app, &persona(&log_in(&app, "example", "unverified-countess").await)).await;
        assert_eq!(again["id"], ada.id());
        // Linking what is linked changes nothing.
        link(&app, &ada, "unverified-countess").await;
        assert_eq!(app.count("provider_identity").await, 2);
    }

    async fn what_is_somebody_elses_is_not_linked(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        persona(&log_in(&app, "example", "bob").await);
        let ada = ada(&app).await;
        assert_eq!(link(&app, &ada, "bob").await.user_errors("loginMethodLinkComplete"), ["ALREADY_LINKED"]);
    }

    async fn linking_needs_a_recent_log_in_and_a_proven_address(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let eve = app.customer("eve").await;
        assert_eq!(try_link_start(&app, &eve).await.user_errors("loginMethodLinkStart"), ["NOT_VERIFIED"]);
        let ada = ada(&app).await;
        app.execute("update session set authenticated_at = '2020-01-01T00:00:00.000Z'").await;
        assert_eq!(try_link_start(&app, &ada).await.user_errors("loginMethodLinkStart"), ["STEP_UP_REQUIRED"]);
        let methods = me(&app, &ada).await["loginMethods"].clone();
        assert_eq!(unlink(&app, &ada, &methods[0]["id"]).await.user_errors("loginMethodUnlink"), ["STEP_UP_REQUIRED"]);
    }

    async fn a_link_belongs_to_the_session_that_began_it(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let ada = ada(&app).await;
        let bob = persona(&log_in(&app, "example", "bob").await);
        let begun = Begun::of(&try_link_start(&app, &bob).await, "loginMethodLinkStart");
        let returned = browser::log_in(&begun.url, "villain").await;
        // A link that a villain began is not finished by Ada, and opens no session.
        let answer = app.ask(&ada, LINK_COMPLETE, returned.input(&begun)).await;
        assert_eq!(answer.user_errors("loginMethodLinkComplete"), ["STATE_MISMATCH"]);
        assert_eq!(complete(&app, &begun, &returned).await.user_errors("socialLoginComplete"), ["STATE_MISMATCH"]);
        // And a log-in that was begun links nothing.
        let begun = start(&app, "example").await;
        let returned = browser::log_in(&begun.url, "villain").await;
        let answer = app.ask(&ada, LINK_COMPLETE, returned.input(&begun)).await;
        assert_eq!(answer.user_errors("loginMethodLinkComplete"), ["STATE_MISMATCH"]);
    }

    async fn all_but_the_last_way_to_log_in_can_be_taken_away(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let ada = ada(&app).await;
        link(&app, &ada, "ada").await;
        let other = persona(&log_in(&app, "example", "ada").await);
        let methods = me(&app, &ada).await["loginMethods"].clone();
        let answer = unlink(&app, &ada, &methods[1]["id"]).await;
        assert_eq!(answer.data()["loginMethodUnlink"]["unlinkedId"], methods[1]["id"]);
        assert_eq!(unlink(&app, &ada, &methods[1]["id"]).await.user_errors("loginMethodUnlink"), ["NOT_FOUND"]);
        assert_eq!(unlink(&app, &ada, &methods[0]["id"]).await.user_errors("loginMethodUnlink"), ["LAST_LOGIN_METHOD"]);
        // Sessions that may have been opened with it are over.
        app.clock.advance(Duration::from_secs(6));
        assert_eq!(app.ask(&other, ME, json!({})).await.status, 401);
        assert_eq!(me(&app, &ada).await["loginMethods"].as_array().unwrap().len(), 1);
    }

    async fn nobody_takes_away_what_is_somebody_elses(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let ada = ada(&app).await;
        link(&app, &ada, "ada").await;
        let methods = me(&app, &ada).await["loginMethods"].clone();
        let bob = app.customer("bob").await;
        assert_eq!(unlink(&app, &bob, &methods[1]["id"]).await.user_errors("loginMethodUnlink"), ["NOT_FOUND"]);
        assert_eq!(unlink(&app, &ada, &json!(ada.id())).await.codes(), ["BAD_USER_INPUT"]);
    }

    async fn of_two_who_take_away_the_last_two_at_once_one_is_refused(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let ada = ada(&app).await;
        link(&app, &ada, "ada").await;
        for _ in 0..5 {
            let methods = me(&app, &ada).await["loginMethods"].clone();
            let (one, other) = tokio::join!(
                unlink(&app, &ada, &methods[0]["id"]),
                unlink(&app, &ada, &methods[1]["id"]),
            );
            let refused = [one, other].iter().filter(|answer| answer.user_errors("loginMethodUnlink") == ["LAST_LOGIN_METHOD"]).count();
            assert_eq!(refused, 1);
            assert_eq!(app.count("provider_identity").await, 1);
            let left = me(&app, &ada).await["loginMethods"][0]["provider"].clone();
            if left == "example" {
                return;
            }
            link(&app, &ada, "ada").await;
        }
    }

    async fn staff_see_how_customers_log_in_with_the_permission_alone(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let ada = ada(&app).await;
        link(&app, &ada, "ada").await;
        let query = format!("{{ customer(id: \"{}\") {{ loginMethods {{ provider subjectHint }} }} }}", ada.id());
        let reader = app.api_key("reader", "customers:read,sessions:read").await;
        let seen = app.ask(&reader, &query, json!({})).await;
        assert_eq!(seen.data()["customer"]["loginMethods"].as_array().unwrap().len(), 2);
        let blind = app.api_key("blind", "customers:read").await;
        assert_eq!(app.ask(&blind, &query, json!({})).await.codes(), ["FORBIDDEN"]);
    }
}
