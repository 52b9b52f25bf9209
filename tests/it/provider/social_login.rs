//! `socialLoginStart` and `socialLoginComplete` at a true provider.

use std::time::Duration;

use serde_json::json;

use super::{
    COMPLETE, REDIRECT_URL,
    browser::{self, Returned},
    complete, log_in, me, oidc, persona, start, true_provider, try_start,
};
use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both, on_both_with,
};

const PASSWORD_LOG_IN: &str = "mutation($email: Email!) {
  sessionCreate(input: { email: $email, password: \"correct horse battery\" }) { accessToken userErrors { code } }
}";

async fn refused(app: &TestApp, input: serde_json::Value, code: &str) {
    let answer = app
        .ask(&Persona::anonymous(), COMPLETE, json!({ "input": input }))
        .await;
    assert_eq!(answer.user_errors("socialLoginComplete"), [code]);
    assert_eq!(answer.data()["socialLoginComplete"]["accessToken"], json!(null));
}

on_both_with! { true_provider().await;
    async fn a_newcomer_gets_an_account(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let ada = me(&app, &persona(&log_in(&app, "example", "ada").await)).await;
        assert_eq!(ada["email"], "ada@example.com");
        assert_eq!(ada["firstName"], "ada");
        assert_eq!(ada["lastName"], "Lovelace");
        assert_eq!(ada["metadata"], json!({}));
        assert!(ada["emailVerifiedAt"].is_string());
        let methods = ada["loginMethods"].as_array().unwrap();
        assert_eq!(methods.len(), 1);
        assert_eq!(methods[0]["provider"], "example");
        assert_eq!(methods[0]["subjectHint"], "a…@example.com");
        assert!(methods[0]["verifiedAt"].is_string());
        assert_eq!(app.count("outbox_event where topic = 'auth.login_method_linked'").await, 1);
    }

    async fn an_elliptic_curve_and_a_secret_in_the_body_will_do(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        persona(&log_in(&app, "curve", "ada").await);
    }

    async fn the_subject_alone_says_who_it_is(app: TestApp) {
        let Some(issuer) = oidc::issuer().await else { return };
        let account = format!("mover-{}", app.is_postgres());
        let before = me(&app, &persona(&log_in(&app, "example", &account).await)).await;
        let bob = app.customer("bob").await;
        app.execute("update customer set email_verified_at = created_at").await;
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let moved = format!("{issuer}/test/email?account={account}&email=bob@example.com");
        assert!(client.post(moved).send().await.unwrap().status().is_success());
        let after = me(&app, &persona(&log_in(&app, "example", &account).await)).await;
        assert_eq!(after["id"], before["id"]);
        assert_eq!(after["email"], before["email"]);
        assert_ne!(after["id"], bob.id());
        assert_eq!(app.count("provider_identity where provider = 'example'").await, 1);
    }

    async fn a_guest_with_the_address_becomes_the_account(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let admin = app.admin().await;
        let made = app.ask(&admin, "mutation { customerCreate(input: { email: \"Guest@example.com\" }) { customer { id } } }", json!({})).await;
        let guest = me(&app, &persona(&log_in(&app, "example", "guest").await)).await;
        assert_eq!(guest["id"], made.data()["customerCreate"]["customer"]["id"]);
        assert_eq!(app.count("customer").await, 1);
    }

    async fn an_address_for_which_the_provider_does_not_vouch_opens_nothing(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        app.customer("ada").await;
        app.execute("update customer set email_verified_at = created_at").await;
        for account in ["unverified-ada", "unverified-nobody"] {
            let answer = log_in(&app, "example", account).await;
            assert_eq!(answer.user_errors("socialLoginComplete"), ["EMAIL_NOT_VERIFIED"], "{account}");
        }
        assert_eq!(app.count("provider_identity where provider = 'example'").await, 0);
        assert_eq!(app.count("customer").await, 1);
    }

    async fn an_account_that_proved_the_address_is_linked(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let ada = app.customer("ada").await;
        app.execute("update customer set email_verified_at = created_at").await;
        let linked = me(&app, &persona(&log_in(&app, "example", "ada").await)).await;
        assert_eq!(linked["id"], ada.id());
        assert_eq!(linked["loginMethods"].as_array().unwrap().len(), 2);
        let answer = app.ask(&Persona::anonymous(), PASSWORD_LOG_IN, json!({ "email": "ada@example.com" })).await;
        assert_eq!(answer.user_errors("sessionCreate"), [""; 0]);
    }

    async fn who_registered_with_an_address_not_theirs_is_out_when_its_owner_comes(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        // A stranger registers with Ada's address and a password of theirs, and waits.
        let stranger = app.customer("ada").await;
        let answer = app.ask(&Persona::anonymous(), PASSWORD_LOG_IN, json!({ "email": "ada@example.com" })).await;
        assert_eq!(answer.user_errors("sessionCreate"), [""; 0], "{PASSWORD}");
        let ada = me(&app, &persona(&log_in(&app, "example", "ada").await)).await;
        assert_eq!(ada["id"], stranger.id());
        assert!(ada["emailVerifiedAt"].is_string());
        assert_eq!(ada["loginMethods"].as_array().unwrap().len(), 1);
        let answer = app.ask(&Persona::anonymous(), PASSWORD_LOG_IN, json!({ "email": "ada@example.com" })).await;
        assert_eq!(answer.user_errors("sessionCreate"), ["INVALID_CREDENTIALS"]);
        assert_eq!(app.count("session").await, 1);
        app.clock.advance(Duration::from_secs(6));
        let kept = app.ask(&stranger, "{ me { id } }", json!({})).await;
        assert_eq!(kept.status, 401);
    }

    async fn who_may_not_log_in_may_not_log_in_here(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        persona(&log_in(&app, "example", "ada").await);
        app.execute("update customer set status = 'DISABLED'").await;
        let again = log_in(&app, "example", "ada").await;
        assert_eq!(again.user_errors("socialLoginComplete"), ["ACCOUNT_DISABLED"]);
        app.customer("bob").await;
        app.execute("update customer set status = 'DISABLED'").await;
        let first = log_in(&app, "example", "bob").await;
        assert_eq!(first.user_errors("socialLoginComplete"), ["ACCOUNT_DISABLED"]);
        assert_eq!(app.count("provider_identity where provider = 'example'").await, 1);
    }

    async fn a_staff_user_is_not_let_in_by_an_address(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        app.staff("sam", "*").await;
        let answer = log_in(&app, "example", "sam").await;
        assert_eq!(answer.user_errors("socialLoginComplete"), ["LINK_REQUIRED"]);
    }

    async fn a_state_is_good_once_for_the_browser_that_began_and_for_ten_minutes(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let begun = start(&app, "example").await;
        let other = start(&app, "example").await;
        let returned = browser::log_in(&begun.url, "ada").await;
        let input = returned.input(&begun)["input"].clone();
        let with = |name: &str, value: &str| {
            let mut input = input.clone();
            input[name] = json!(value);
            input
        };
        refused(&app, with("state", ""), "STATE_MISMATCH").await;
        refused(&app, with("state", "wrong"), "STATE_MISMATCH").await;
        refused(&app, with("state", &other.parameter("state")), "STATE_MISMATCH").await;
        refused(&app, with("binding", ""), "STATE_MISMATCH").await;
        refused(&app, with("binding", &other.binding), "STATE_MISMATCH").await;
        // None of these used it up.
        persona(&complete(&app, &begun, &returned).await);
        refused(&app, input.clone(), "STATE_MISMATCH").await;
        app.clock.advance(Duration::from_secs(601));
        let late = Returned { state: other.parameter("state"), ..returned };
        assert_eq!(complete(&app, &other, &late).await.user_errors("socialLoginComplete"), ["STATE_MISMATCH"]);
    }

    async fn a_code_is_good_once_and_for_the_attempt_it_was_given_to(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let (first, second) = (start(&app, "example").await, start(&app, "example").await);
        let returned = browser::log_in(&first.url, "ada").await;
        let stolen = Returned { state: second.parameter("state"), ..returned.clone() };
        assert_eq!(complete(&app, &second, &stolen).await.user_errors("socialLoginComplete"), ["TOKEN_INVALID"]);
        persona(&complete(&app, &first, &returned).await);
        let third = start(&app, "example").await;
        let returned = browser::log_in(&third.url, "ada").await;
        persona(&complete(&app, &third, &returned).await);
        let fourth = start(&app, "example").await;
        let replayed = Returned { state: fourth.parameter("state"), ..returned };
        assert_eq!(complete(&app, &fourth, &replayed).await.user_errors("socialLoginComplete"), ["TOKEN_INVALID"]);
    }

    async fn nobody_gets_around_the_proof_key(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let begun = start(&app, "example").await;
        assert_eq!(begun.parameter("code_challenge_method"), "S256");
        let challenge = begun.parameter("code_challenge");
        // Without a challenge the provider does not even begin.
        let without = begun.url.replace(&format!("&code_challenge={challenge}&code_challenge_method=S256"), "");
        assert_eq!(browser::log_in(&without, "ada").await.error.as_deref(), Some("invalid_request"));
        let plain = begun.url.replace("method=S256", "method=plain");
        assert_eq!(browser::log_in(&plain, "ada").await.error.as_deref(), Some("invalid_request"));
        // With another's challenge the code is of no use here.
        let other = start(&app, "example").await.parameter("code_challenge");
        let returned = browser::log_in(&begun.url.replace(&challenge, &other), "ada").await;
        assert_eq!(complete(&app, &begun, &returned).await.user_errors("socialLoginComplete"), ["TOKEN_INVALID"]);
    }

    async fn a_nonce_of_another_attempt_is_refused(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let (begun, other) = (start(&app, "example").await, start(&app, "example").await);
        let swapped = begun.url.replace(&begun.parameter("nonce"), &other.parameter("nonce"));
        let returned = browser::log_in(&swapped, "ada").await;
        assert_eq!(complete(&app, &begun, &returned).await.user_errors("socialLoginComplete"), ["TOKEN_INVALID"]);
    }

    async fn the_provider_that_promises_to_name_itself_must(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        for issuer in [None, Some("https://evil.example".to_owned()), Some(String::new())] {
            let begun = start(&app, "example").await;
            let returned = browser::log_in(&begun.url, "ada").await;
            let answer = complete(&app, &begun, &Returned { iss: issuer, ..returned }).await;
            assert_eq!(answer.user_errors("socialLoginComplete"), ["STATE_MISMATCH"]);
        }
    }

    async fn nothing_secret_is_kept(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let begun = start(&app, "example").await;
        let kept = app.dump("account_token").await;
        for secret in ["state", "nonce", "code_challenge"].map(|name| begun.parameter(name)) {
            assert!(!kept.contains(&secret));
        }
        assert!(!kept.contains(&begun.binding));
    }

    async fn of_many_who_bring_back_the_same_state_one_gets_in(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        let begun = start(&app, "example").await;
        let returned = browser::log_in(&begun.url, "ada").await;
        let all = (0..10).map(|_| complete(&app, &begun, &returned));
        let answers = futures_util::future::join_all(all).await;
        let got_in = answers.iter().filter(|answer| answer.user_errors("socialLoginComplete").is_empty());
        assert_eq!(got_in.count(), 1);
    }
}

on_both! {
    async fn what_is_not_configured_is_refused(app: TestApp) {
        let answer = try_start(&app, "nobody", "shop", REDIRECT_URL).await;
        assert_eq!(answer.user_errors("socialLoginStart"), ["PROVIDER_NOT_CONFIGURED", "REDIRECT_NOT_ALLOWED"]);
        assert_eq!(app.count("account_token").await, 0);
    }
}

on_both_with! { true_provider().await;
    async fn a_browser_is_sent_back_to_nothing_but_what_is_on_the_list(app: TestApp) {
        if oidc::issuer().await.is_none() { return }
        for url in [
            "", "//evil.example/log-in", "https://evil.example/log-in", "https://shop.example/log-in/",
            "https://shop.example/log-in?x=1", "https://shop.example/log-in#x", "https://shop.example:8443/log-in",
            "https://shop.example:443/log-in", "http://shop.example/log-in", "https://www.shop.example/log-in",
            "https://shop.example.evil.example/log-in", "https://shop.example@evil.example/log-in",
            "https://user@shop.example/log-in", "https://shop.example\\@evil.example/log-in",
            "https:\\\\shop.example\\log-in", "https://shop.example/%6cog-in", "https://shop.example/log%2Din",
            "https://shop.example/x/../log-in", "https://SHOP.example/log-in", " https://shop.example/log-in",
            "https://shop.example/log-in\n", "https://shop.example%2f@evil.example/", "javascript:alert(1)",
            "https://blog.example/log-in",
        ] {
            let answer = try_start(&app, "example", "shop", url).await;
            assert_eq!(answer.user_errors("socialLoginStart"), ["REDIRECT_NOT_ALLOWED"], "{url}");
        }
        let answer = try_start(&app, "example", "blog", REDIRECT_URL).await;
        assert_eq!(answer.user_errors("socialLoginStart"), ["REDIRECT_NOT_ALLOWED"]);
    }
}
