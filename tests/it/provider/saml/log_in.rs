//! From the start to the end, at a true identity provider.

use std::time::Duration;

use serde_json::json;

use super::{
    super::{
        Begun, LINK_COMPLETE, LINK_START, REDIRECT_URL, browser::Returned, complete, me, persona, start, try_start,
    },
    bring, identity_providers, idp, post, request,
};
use crate::{harness::TestApp, on_both_with};

/// Logs in and finishes at the frontend.
async fn log_in(app: &TestApp, provider: &str, account: &str, parameters: &str) -> crate::harness::Answer {
    let begun = start(app, provider).await;
    let xml = idp::log_in(&begun, account, parameters).await;
    complete(app, &begun, &bring(app, provider, &begun, &xml).await).await
}

on_both_with! { identity_providers().await;
    async fn a_newcomer_gets_an_account(app: TestApp) {
        if idp::url().await.is_none() { return }
        for sign in ["assertion", "response", "both"] {
            let account = format!("ada-{sign}");
            let ada = me(&app, &persona(&log_in(&app, "example", &account, &format!("sign={sign}")).await)).await;
            assert_eq!(ada["email"], format!("{account}@example.com"));
            assert_eq!(ada["firstName"], account);
            assert_eq!(ada["lastName"], "Lovelace");
            assert_eq!(ada["loginMethods"][0]["provider"], "example");
            assert!(ada["emailVerifiedAt"].is_string());
            // The second time it is the same person.
            let again = me(&app, &persona(&log_in(&app, "example", &account, "").await)).await;
            assert_eq!(again["id"], ada["id"]);
        }
    }

    async fn a_provider_of_an_organization_makes_members(app: TestApp) {
        if idp::url().await.is_none() { return }
        const ADD: &str = "mutation { organizationCreate(input: { name: \"Acme\", externalId: \"acme\" }) { organization { id } userErrors { code } } }";
        let refused = log_in(&app, "partner", "grace", "").await;
        assert_eq!(refused.user_errors("socialLoginComplete"), ["PROVIDER_NOT_CONFIGURED"]);
        assert_eq!(app.count("customer").await, 0);
        app.ask(&app.admin().await, ADD, json!({})).await.data();
        let grace = persona(&log_in(&app, "partner", "grace", "").await);
        let mine = app.ask(&grace, "{ me { memberships { nodes { organization { name } roles { handle } } } } }", json!({})).await;
        assert_eq!(mine.data()["me"]["memberships"]["nodes"], json!([{ "organization": { "name": "Acme" }, "roles": [{ "handle": "buyer" }] }]));
        // Who comes again is not taken back.
        app.execute("delete from organization_member_role").await;
        app.execute("delete from organization_member").await;
        persona(&log_in(&app, "partner", "grace", "").await);
        assert_eq!(app.count("organization_member").await, 0);
        // Who comes in through another provider is no member.
        persona(&log_in(&app, "example", "ada", "").await);
        assert_eq!(app.count("organization_member").await, 0);
    }

    async fn an_identity_provider_is_linked_to_an_account(app: TestApp) {
        if idp::url().await.is_none() { return }
        let ada = app.customer("ada").await;
        app.execute("update customer set email_verified_at = created_at").await;
        let input = json!({ "input": { "provider": "example", "client": "shop", "redirectUrl": REDIRECT_URL } });
        let begun = Begun::of(&app.ask(&ada, LINK_START, input).await, "loginMethodLinkStart");
        let xml = idp::log_in(&begun, "countess", "").await;
        let returned = bring(&app, "example", &begun, &xml).await;
        let linked = app.ask(&ada, LINK_COMPLETE, returned.input(&begun)).await;
        assert_eq!(linked.user_errors("loginMethodLinkComplete"), [""; 0]);
        let methods = me(&app, &persona(&log_in(&app, "example", "countess", "").await)).await["loginMethods"].clone();
        assert_eq!(methods.as_array().unwrap().len(), 2);
    }

    async fn an_answer_is_good_once_for_the_browser_that_began(app: TestApp) {
        if idp::url().await.is_none() { return }
        let (begun, other) = (start(&app, "example").await, start(&app, "example").await);
        let xml = idp::log_in(&begun, "ada", "").await;
        let returned = bring(&app, "example", &begun, &xml).await;
        let stolen = Begun { binding: other.binding.clone(), ..begun.clone() };
        assert_eq!(complete(&app, &stolen, &returned).await.user_errors("socialLoginComplete"), ["STATE_MISMATCH"]);
        persona(&complete(&app, &begun, &returned).await);
        assert_eq!(complete(&app, &begun, &returned).await.user_errors("socialLoginComplete"), ["STATE_MISMATCH"]);
        // The attempt is over, so nobody takes the answer a second time.
        let fields = [("SAMLResponse", "PHg+"), ("RelayState", &begun.parameter("RelayState"))];
        assert_eq!(post(&app, "/saml/example/acs", &fields).await.0, 400);
        // In another attempt it answers another request.
        let replayed = bring(&app, "example", &other, &xml).await;
        assert_eq!(complete(&app, &other, &replayed).await.user_errors("socialLoginComplete"), ["SAML_INVALID"]);
        assert_eq!(app.count("provider_answer").await, 0);
    }

    async fn a_code_is_good_for_two_minutes_and_the_newest_counts(app: TestApp) {
        if idp::url().await.is_none() { return }
        let begun = start(&app, "example").await;
        let xml = idp::log_in(&begun, "ada", "").await;
        let older = bring(&app, "example", &begun, &xml).await;
        let newer = bring(&app, "example", &begun, &xml).await;
        assert_eq!(app.count("provider_answer").await, 1);
        assert_eq!(complete(&app, &begun, &older).await.user_errors("socialLoginComplete"), ["SAML_INVALID"]);
        assert_eq!(complete(&app, &begun, &newer).await.user_errors("socialLoginComplete"), ["STATE_MISMATCH"]);
        let begun = start(&app, "example").await;
        let late = bring(&app, "example", &begun, &idp::log_in(&begun, "ada", "").await).await;
        app.clock.advance(Duration::from_secs(121));
        assert_eq!(complete(&app, &begun, &late).await.user_errors("socialLoginComplete"), ["SAML_INVALID"]);
        app.sweep().await;
        assert_eq!(app.count("provider_answer").await, 0);
    }

    async fn of_answers_that_are_brought_at_once_one_stays(app: TestApp) {
        if idp::url().await.is_none() { return }
        let begun = start(&app, "example").await;
        let xml = idp::log_in(&begun, "ada", "").await;
        let all = (0..8).map(|_| bring(&app, "example", &begun, &xml));
        let brought = futures_util::future::join_all(all).await;
        assert_eq!(app.count("provider_answer").await, 1);
        // A code of another log-in stands for nothing in this one, and uses nothing up.
        let other = start(&app, "example").await;
        for returned in &brought {
            let crossed = Returned { state: other.parameter("RelayState"), ..returned.clone() };
            assert!(!complete(&app, &other, &crossed).await.user_errors("socialLoginComplete").is_empty());
        }
        assert_eq!(app.count("provider_answer").await, 1);
    }

    async fn who_fails_to_log_in_there_fails_here(app: TestApp) {
        if idp::url().await.is_none() { return }
        let answer = log_in(&app, "example", "ada", "deny=1").await;
        assert_eq!(answer.user_errors("socialLoginComplete"), ["SAML_INVALID"]);
        assert_eq!(app.count("customer").await, 0);
    }

    async fn a_changed_answer_is_refused(app: TestApp) {
        if idp::url().await.is_none() { return }
        for (sign, from, to) in [
            ("assertion", "ada@example.com", "eve@example.com"),
            ("response", "ada@example.com", "eve@example.com"),
            ("both", ">ada<", ">eve<"),
            ("both", "DigestValue>", "DigestValue>AA"),
        ] {
            let begun = start(&app, "example").await;
            let xml = idp::log_in(&begun, "ada", &format!("sign={sign}")).await;
            assert!(xml.contains(from));
            let returned = bring(&app, "example", &begun, &xml.replace(from, to)).await;
            assert_eq!(complete(&app, &begun, &returned).await.user_errors("socialLoginComplete"), ["SAML_INVALID"], "{to}");
        }
        assert_eq!(app.count("customer").await, 0);
    }

    async fn nothing_of_the_answer_is_in_an_address_or_readable_in_the_database(app: TestApp) {
        if idp::url().await.is_none() { return }
        let begun = start(&app, "example").await;
        assert!(!request(&begun).contains(&begun.parameter("RelayState")));
        let xml = idp::log_in(&begun, "ada", "").await;
        let returned = bring(&app, "example", &begun, &xml).await;
        assert_eq!(returned.code.len(), 43);
        assert_eq!(returned.state, begun.parameter("RelayState"));
        use base64::{Engine, engine::general_purpose::STANDARD};
        let kept = app.dump("provider_answer").await + &app.dump("outbox_event").await;
        for secret in ["ada@example.com".to_owned(), STANDARD.encode(&xml), returned.code.clone(), returned.state.clone()] {
            assert!(!kept.contains(&secret));
        }
        persona(&complete(&app, &begun, &returned).await);
        assert_eq!(app.dump("provider_answer").await, "");
        assert!(!app.dump("provider_identity").await.contains("Assertion"));
    }

    async fn an_answer_without_a_form_is_none(app: TestApp) {
        let begun = start(&app, "forged").await;
        let returned = Returned { state: begun.parameter("RelayState"), code: "anything".to_owned(), ..Returned::default() };
        assert_eq!(complete(&app, &begun, &returned).await.user_errors("socialLoginComplete"), ["SAML_INVALID"]);
    }

    async fn the_list_of_addresses_holds_for_it_too(app: TestApp) {
        let answer = try_start(&app, "forged", "shop", "https://evil.example/log-in").await;
        assert_eq!(answer.user_errors("socialLoginStart"), ["REDIRECT_NOT_ALLOWED"]);
    }
}
