//! Work that is done again and again.

use std::time::Duration;

use customer_graph::background::SWEEPS;
use serde_json::json;

use super::{Parts, enqueue};
use crate::{harness::Setup, on_both};

on_both! {
    async fn of_several_processes_one_puts_a_scheduled_job_into_the_queue(app: TestApp) {
        let other = app.beside(Setup::default()).await;
        let all = u64::try_from(SWEEPS.len()).unwrap();
        let (one, two) = tokio::join!(app.app.runner.schedule(), other.app.runner.schedule());
        assert_eq!(one.unwrap() + two.unwrap(), all);
        assert_eq!(app.app.runner.schedule().await.unwrap(), 0);
        app.app.runner.work_off().await.unwrap();
        assert_eq!(app.count("job where state = 'SUCCEEDED'").await, i64::try_from(all).unwrap());
        assert_eq!(app.count("outbox_event").await, 0, "nobody is told of a sweep that went well");
        app.clock.advance(Duration::from_secs(10 * 60));
        let due = SWEEPS.iter().filter(|sweep| sweep.minutes == 10).count();
        let again = app.app.runner.schedule().await.unwrap();
        assert!(again >= u64::try_from(due).unwrap() && again <= all);
    }

    async fn idempotency_keys_that_are_forgotten_are_swept_away(app: TestApp) {
        let admin = app.admin().await;
        let create = "mutation { customerCreate(input: { email: \"ada@example.com\", idempotencyKey: \"k\" }) { customer { id } } }";
        app.ask(&admin, create, json!({})).await.data();
        assert_eq!(app.count("idempotency_record").await, 1);
        app.sweep().await;
        assert_eq!(app.count("idempotency_record").await, 1);
        app.clock.advance(Duration::from_secs(24 * 60 * 60 + 1));
        app.sweep().await;
        assert_eq!(app.count("idempotency_record").await, 0);
    }

    async fn old_jobs_are_swept_away(app: TestApp) {
        enqueue(&app, 1, 0).await;
        let parts = Parts::new(|_| Ok(()));
        let with = app.beside(parts.setup()).await;
        with.app.runner.work_off().await.unwrap();
        app.app.runner.schedule().await.unwrap();
        app.app.runner.work_off().await.unwrap();
        app.clock.advance(Duration::from_secs(2 * 24 * 60 * 60));
        assert_eq!(app.sweep().await, u64::try_from(SWEEPS.len()).unwrap(), "quiet ones are gone after a day");
        assert_eq!(app.count("job").await, 1);
        app.clock.advance(Duration::from_secs(29 * 24 * 60 * 60));
        app.sweep().await;
        assert_eq!(app.count("job").await, 0);
    }
}
