//! The alarm when more log-ins fail than should, and the sweep of what is counted no longer.

use std::time::Duration;

use customer_graph::auth::{AccountPolicy, failures::Alarm};
use serde_json::json;

use crate::{
    harness::{PASSWORD, Persona, Setup, TestApp},
    on_both, on_both_with,
};

fn wary() -> Setup {
    let setup = Setup::default();
    Setup {
        accounts: AccountPolicy {
            failures_per_minute: 6,
            ..setup.accounts
        },
        ..setup
    }
}

async fn log_in(app: &TestApp, email: &str, password: &str) {
    let input = json!({ "email": email, "password": password });
    let query = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken } }";
    app.ask(&Persona::anonymous(), query, json!({ "input": input }))
        .await
        .data();
}

async fn fail(app: &TestApp, times: usize) {
    for number in 0..times {
        log_in(app, &format!("nobody{number}@example.com"), "wrong").await;
    }
}

async fn watch(app: &TestApp) -> Option<i64> {
    let alarm = app.app.housekeeper.watch().await.unwrap();
    alarm.map(|Alarm { failures }| failures)
}

async fn alarms(app: &TestApp) -> i64 {
    app.count("outbox_event where topic = 'auth.failure_rate_exceeded'")
        .await
}

on_both_with! { wary();
    async fn failures_on_all_processes_together_give_one_alarm(app: TestApp) {
        let other = app.beside(wary()).await;
        app.customer("ada").await;
        fail(&app, 3).await;
        log_in(&app, "ada@example.com", PASSWORD).await;
        assert_eq!(watch(&app).await, None);
        fail(&other, 2).await;
        assert_eq!(watch(&other).await, None);
        assert_eq!(watch(&app).await, None, "nothing is counted twice, and success is no failure");
        fail(&other, 1).await;
        assert_eq!(watch(&other).await, Some(6));
        fail(&app, 4).await;
        assert_eq!(watch(&app).await, None, "one alarm is enough");
        assert_eq!(alarms(&app).await, 1);
        for table in ["outbox_event", "timeline_entry"] {
            assert!(!app.dump(table).await.contains("nobody"), "{table}");
        }
    }

    async fn an_attack_that_goes_on_is_told_again_after_a_quarter_of_an_hour(app: TestApp) {
        for (wait, expected) in [(0, Some(6)), (14 * 60, None), (60, Some(12))] {
            app.clock.advance(Duration::from_secs(wait));
            fail(&app, 6).await;
            let alarm = watch(&app).await;
            assert_eq!(alarm.is_some(), expected.is_some(), "{wait}");
        }
        assert_eq!(alarms(&app).await, 2);
    }

    async fn what_is_spread_over_minutes_gives_no_alarm(app: TestApp) {
        for _ in 0..4 {
            fail(&app, 2).await;
            assert_eq!(watch(&app).await, None);
            app.clock.advance(Duration::from_secs(60));
        }
        assert_eq!(alarms(&app).await, 0);
    }

    async fn codes_and_second_factors_that_do_not_fit_count_as_well(app: TestApp) {
        let otp = "mutation { otpConfirm(input: { email: \"ada@example.com\", code: \"00000000\" }) { accessToken } }";
        for _ in 0..6 {
            app.ask(&Persona::anonymous(), otp, json!({})).await.data();
        }
        assert_eq!(watch(&app).await, Some(6));
    }
}

on_both! {
    async fn counts_and_tokens_are_swept_away_and_what_still_counts_is_not(app: TestApp) {
        app.customer("ada").await;
        log_in(&app, "ada@example.com", "wrong").await;
        let request = "mutation { magicLinkRequest(input: { email: \"ada@example.com\" }) { isAccepted } }";
        app.ask(&Persona::anonymous(), request, json!({})).await.data();
        let (counts, tokens) = (app.count("rate_limit").await, app.count("account_token").await);
        assert!(counts > 0 && tokens > 0);
        assert_eq!(app.sweep().await, 0);
        app.clock.advance(Duration::from_secs(61 * 60));
        assert_eq!(app.sweep().await, u64::try_from(counts).unwrap());
        assert_eq!((app.count("rate_limit").await, app.count("account_token").await), (0, tokens));
        app.clock.advance(Duration::from_secs(49 * 60 * 60));
        app.sweep().await;
        assert_eq!(app.count("account_token").await, 0);
    }

    async fn sessions_that_ended_long_ago_are_swept_away_and_others_are_not(app: TestApp) {
        app.customer("ada").await;
        assert_eq!(app.count("session").await, 1);
        // The longest that a session lasts, and the longest that a network is known.
        app.clock.advance(Duration::from_secs((60 * 24 - 1) * 60 * 60));
        app.customer("bea").await;
        app.sweep().await;
        assert_eq!(app.count("session").await, 2);
        app.clock.advance(Duration::from_secs(2 * 60 * 60));
        app.sweep().await;
        assert_eq!(app.count("session").await, 1);
    }
}
