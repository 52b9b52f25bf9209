//! How often somebody may try to log in.

use std::time::Duration;

use customer_graph::auth::AccountPolicy;
use serde_json::json;

use crate::{
    harness::{Answer, PASSWORD, Persona, Setup, TestApp},
    on_both_with,
};

/// As in production.
fn strict() -> Setup {
    let setup = Setup::default();
    Setup {
        accounts: AccountPolicy {
            attempts_per_account: 10,
            attempts_per_network: 30,
            ..setup.accounts
        },
        ..setup
    }
}

/// As in production, with a proxy that nobody trusts.
fn without_proxy() -> Setup {
    let mut setup = strict();
    setup.http.trusted_proxies.clear();
    setup
}

async fn log_in(app: &TestApp, from: &str, email: &str, password: &str) -> Answer {
    let body = json!({
        "query": "mutation($email: String!, $password: String!) { sessionCreate(input: { email: $email, password: $password }) { accessToken userErrors { code } } }",
        "variables": { "email": email, "password": password },
    });
    app.send(&Persona::anonymous(), body.to_string(), &[("x-forwarded-for", from)])
        .await
}

/// What came of it, in one word.
fn outcome(answer: &Answer) -> &str {
    if answer.codes() == ["RATE_LIMITED"] {
        assert_eq!(answer.status, 429);
        assert!(answer.body["errors"][0]["extensions"]["retryAfter"].as_u64().unwrap() >= 1);
        return "RATE_LIMITED";
    }
    answer.user_errors("sessionCreate").first().copied().unwrap_or("OK")
}

on_both_with! {
    strict();

    async fn one_account_from_many_networks_has_ten_tries_and_then_waits(app: TestApp) {
        app.customer("ada").await;
        app.execute("update session set ip_prefix = null").await;
        let hashes = app.app.parts.passwords.computed();
        for number in 0..10 {
            let from = format!("198.51.{number}.1");
            assert_eq!(outcome(&log_in(&app, &from, "ada@example.com", "wrong").await), "INVALID_CREDENTIALS");
        }
        // The right password does not help any more, and nothing is computed.
        assert_eq!(outcome(&log_in(&app, "198.51.100.1", "ADA@example.com ", PASSWORD).await), "RATE_LIMITED");
        assert_eq!(app.app.parts.passwords.computed() - hashes, 10);
        // It is never for good.
        app.clock.advance(Duration::from_secs(61));
        assert_eq!(outcome(&log_in(&app, "198.51.100.1", "ada@example.com", PASSWORD).await), "OK");
    }

    async fn an_unknown_account_is_counted_like_a_known_one(app: TestApp) {
        for number in 0..10 {
            let from = format!("198.51.{number}.1");
            assert_eq!(outcome(&log_in(&app, &from, "nobody@example.com", "wrong").await), "INVALID_CREDENTIALS");
        }
        assert_eq!(outcome(&log_in(&app, "203.0.113.1", "nobody@example.com", "wrong").await), "RATE_LIMITED");
    }

    async fn strangers_do_not_lock_the_owner_out_of_a_network_they_know(app: TestApp) {
        app.customer("ada").await;
        assert_eq!(outcome(&log_in(&app, "203.0.113.9", "ada@example.com", PASSWORD).await), "OK");
        for number in 0..12 {
            log_in(&app, &format!("198.51.{number}.1"), "ada@example.com", "wrong").await;
        }
        assert_eq!(outcome(&log_in(&app, "198.51.100.77", "ada@example.com", PASSWORD).await), "RATE_LIMITED");
        assert_eq!(outcome(&log_in(&app, "203.0.113.9", "ada@example.com", PASSWORD).await), "OK");
    }

    async fn one_network_has_thirty_tries_a_minute_whatever_it_tries(app: TestApp) {
        for number in 0..30 {
            let email = format!("user{number}@example.com");
            assert_eq!(outcome(&log_in(&app, "198.51.100.1", &email, "wrong").await), "INVALID_CREDENTIALS");
        }
        assert_eq!(outcome(&log_in(&app, "198.51.100.1", "another@example.com", "wrong").await), "RATE_LIMITED");
        assert_eq!(outcome(&log_in(&app, "198.51.100.2", "another@example.com", "wrong").await), "INVALID_CREDENTIALS");
    }

    async fn all_addresses_of_an_ipv6_network_are_one(app: TestApp) {
        for number in 0..30 {
            let email = format!("user{number}@example.com");
            log_in(&app, &format!("2001:db8:1:2::{number:x}"), &email, "wrong").await;
        }
        assert_eq!(outcome(&log_in(&app, "2001:db8:1:2:ffff::1", "another@example.com", "wrong").await), "RATE_LIMITED");
        assert_eq!(outcome(&log_in(&app, "2001:db8:1:3::1", "another@example.com", "wrong").await), "INVALID_CREDENTIALS");
    }

    async fn success_gives_nobody_new_tries(app: TestApp) {
        app.customer("mallory").await;
        let mut tries = 0;
        for number in 0..40 {
            let email = if number % 2 == 0 { "mallory@example.com" } else { "ada@example.com" };
            let password = if number % 2 == 0 { PASSWORD } else { "wrong" };
            tries += u32::from(outcome(&log_in(&app, "198.51.100.1", email, password).await) != "RATE_LIMITED");
        }
        assert!(tries <= 30, "{tries}");
    }

    async fn a_burst_of_a_hundred_at_once_is_counted_before_it_is_computed(app: TestApp) {
        let hashes = app.app.parts.passwords.computed();
        let attempts = (0..100).map(|number| {
            let app = &app;
            async move { log_in(app, &format!("198.51.{number}.1"), "ada@example.com", "wrong").await }
        });
        let answers = futures_util::future::join_all(attempts).await;
        let tried = answers.iter().filter(|answer| outcome(answer) != "RATE_LIMITED").count();
        assert_eq!(tried, 10);
        assert_eq!(app.app.parts.passwords.computed() - hashes, 10);
    }

    async fn who_is_counted_cannot_be_read_from_the_table(app: TestApp) {
        log_in(&app, "198.51.100.1", "ada@example.com", "wrong").await;
        let dump = app.dump("rate_limit").await;
        assert!(!dump.is_empty() && !dump.contains("ada") && !dump.contains("198.51"), "{dump}");
    }
}

mod untrusted {
    use super::*;

    on_both_with! {
        without_proxy();

        async fn a_forged_forwarding_header_gives_no_new_tries(app: TestApp) {
            for number in 0..30 {
                let email = format!("user{number}@example.com");
                log_in(&app, &format!("198.51.{number}.1"), &email, "wrong").await;
            }
            assert_eq!(outcome(&log_in(&app, "203.0.113.1", "another@example.com", "wrong").await), "RATE_LIMITED");
        }
    }
}
