//! Log-ins that are made to cost much (C11).

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::{harness::Persona, on_both};

const LOG_IN: &str =
    "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken userErrors { code } } }";

on_both! {
    async fn two_hundred_log_ins_at_once_with_huge_passwords_are_refused_quickly_and_hash_nothing(app: TestApp) {
        let (ada, anybody) = (app.customer("ada").await, Persona::anonymous());
        let computed = app.app.parts.passwords.computed();
        let input = json!({ "input": { "email": "ada@example.com", "password": "x".repeat(1_000_000) } });
        let began = Instant::now();
        let attempts = join_all((0..200).map(|_| app.ask(&anybody, LOG_IN, input.clone())));
        let reads = async {
            let mut slowest = Duration::ZERO;
            for _ in 0..20 {
                let began = Instant::now();
                app.ask(&ada, "{ me { id } }", json!({})).await.data();
                slowest = slowest.max(began.elapsed());
            }
            slowest
        };
        let (answers, slowest) = tokio::join!(attempts, reads);
        for answer in &answers {
            assert_eq!(answer.user_errors("sessionCreate"), ["INVALID_CREDENTIALS"]);
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
        assert!(slowest < Duration::from_secs(10), "others wait for it: {slowest:?}");
        assert_eq!(app.app.parts.passwords.computed(), computed);
    }
}
