//! Log-ins that are made to cost much (C11).

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use serde_json::json;

use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

const LOG_IN: &str =
    "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken userErrors { code } } }";

on_both! {
    async fn two_hundred_log_ins_at_once_with_huge_passwords_are_refused_quickly_and_hash_nothing(app: TestApp) {
        let (ada, anybody) = (app.customer("ada").await, Persona::anonymous());
        let computed = app.app.parts.passwords.computed();
        let input = json!({ "input": { "email": "ada@example.com", "password": "x".repeat(30_000) } });
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

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_answered_while_every_log_in_waits_for_the_database() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let (ada, anybody) = (app.customer("ada").await, Persona::anonymous());
    let other = sea_orm::Database::connect(&app.database_url).await.unwrap();
    let waiting = "select count(*) as total from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let waiting = Statement::from_string(other.get_database_backend(), waiting);
    let held = other.begin().await.unwrap();
    held.execute_unprepared("lock table rate_limit in exclusive mode")
        .await
        .unwrap();
    let attempts = join_all((0..40).map(|number| {
        let email = if number == 0 {
            "ada@example.com".to_owned()
        } else {
            format!("nobody{number}@example.com")
        };
        let input = json!({ "input": { "email": email, "password": PASSWORD } });
        let body = json!({ "query": LOG_IN, "variables": input }).to_string();
        let (app, anybody) = (&app, &anybody);
        async move {
            let from = format!("198.51.{number}.1");
            app.send(anybody, body, &[("x-forwarded-for", &from)]).await
        }
    }));
    let read = async {
        // Six of the eight connections may be in units of work.
        loop {
            // In a transaction this would show the same each time.
            let row = other.query_one_raw(waiting.clone()).await.unwrap().unwrap();
            if row.try_get::<i64>("", "total").unwrap() >= 6 {
                break;
            }
            tokio::task::yield_now().await;
        }
        let answer = tokio::time::timeout(Duration::from_secs(10), app.ask(&ada, "{ me { id } }", json!({}))).await;
        held.rollback().await.unwrap();
        answer
    };
    let (answers, read) = tokio::join!(attempts, read);
    read.expect("an answer while the log-ins wait").data();
    for (number, answer) in answers.iter().enumerate() {
        let expected: &[&str] = if number == 0 { &[] } else { &["INVALID_CREDENTIALS"] };
        assert_eq!(answer.user_errors("sessionCreate"), expected, "{:#}", answer.body);
    }
}
