//! Who runs a job, and what becomes of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use customer_graph::{
    background::Stopping,
    features::job::{JobError, queue},
    work::UnitOfWork,
};
use entity::job;
use sea_orm::EntityTrait;
use serde_json::json;

use super::{LEASE_OVER, Parts, enqueue, jobs};
use crate::{
    harness::{Setup, TestApp},
    on_both,
};

/// The same database, served by another process.
async fn beside(app: &TestApp, parts: &Parts) -> TestApp {
    app.beside(parts.setup()).await
}

on_both! {
    async fn two_runners_at_once_run_each_job_once(app: TestApp) {
        let parts = Parts::new(|_| Ok(()));
        let (one, other) = (beside(&app, &parts).await, beside(&app, &parts).await);
        enqueue(&app, 40, 3).await;
        let (first, second) = tokio::join!(one.app.runner.work_off(), other.app.runner.work_off());
        assert_eq!(first.unwrap() + second.unwrap(), 40);
        assert_eq!(parts.done().len(), 120, "each part was done once");
        let admin = app.admin().await;
        for job in jobs(&app, &admin).await {
            assert_eq!((&job["state"], &job["createdBy"]), (&json!("SUCCEEDED"), &json!({ "type": "SYSTEM", "id": null })));
            assert_eq!((&job["done"], &job["total"], &job["succeeded"]), (&json!(3), &json!(3), &json!(3)));
            assert_eq!(job["attempts"], 1);
            assert!(job["finishedAt"].is_string() && job["nextRunAt"].is_null());
        }
        assert_eq!(app.count("outbox_event where topic = 'job.finished'").await, 40);
    }

    async fn a_job_that_breaks_down_goes_on_where_it_was(app: TestApp) {
        let is_broken = Arc::new(AtomicBool::new(true));
        let breaks = Arc::clone(&is_broken);
        let parts = Parts::new(move |part| {
            assert!(part < 2 || !breaks.load(Ordering::SeqCst), "it breaks down");
            Ok(())
        });
        let app_with = beside(&app, &parts).await;
        enqueue(&app, 1, 4).await;
        assert_eq!(app_with.app.runner.work_off().await.unwrap(), 1);
        let admin = app.admin().await;
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], &job["done"]), (&json!("QUEUED"), &json!(2)));
        assert_eq!(job["lastError"], "it broke down");
        assert_eq!(app_with.app.runner.work_off().await.unwrap(), 0, "it waits before it is tried again");
        is_broken.store(false, Ordering::SeqCst);
        app_with.clock.advance(std::time::Duration::from_secs(6));
        assert_eq!(app_with.app.runner.work_off().await.unwrap(), 1);
        assert_eq!(parts.done(), [0, 1, 2, 3], "nothing was done twice");
        assert_eq!(jobs(&app, &admin).await[0]["state"], "SUCCEEDED");
    }

    async fn what_fails_each_time_is_given_up(app: TestApp) {
        let parts = Parts::new(|_| Err(JobError::Again("the other side is away".to_owned())));
        let with = beside(&app, &parts).await;
        enqueue(&app, 1, 1).await;
        for _ in 0..3 {
            assert_eq!(with.app.runner.work_off().await.unwrap(), 1);
            with.clock.advance(std::time::Duration::from_secs(60));
        }
        assert_eq!(with.app.runner.work_off().await.unwrap(), 0);
        let admin = app.admin().await;
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], &job["attempts"], &job["lastError"]), (&json!("FAILED"), &json!(3), &json!("the other side is away")));
    }

    async fn what_fails_for_good_is_not_tried_again(app: TestApp) {
        let parts = Parts::new(|_| Err(JobError::Failed("there is nothing to do".to_owned())));
        let with = beside(&app, &parts).await;
        enqueue(&app, 1, 1).await;
        assert_eq!(with.app.runner.work_off().await.unwrap(), 1);
        let admin = app.admin().await;
        assert_eq!(jobs(&app, &admin).await[0]["state"], "FAILED");
    }

    async fn whoever_lost_the_lease_writes_nothing_more(app: TestApp) {
        let taken = Parts::new(|_| Ok(()));
        let second = beside(&app, &taken).await;
        second.clock.advance(LEASE_OVER);
        // While the first is at it, the second believes that it has died.
        let runner = second.app.runner.clone();
        let parts = Parts::waiting(move |part| {
            let runner = runner.clone();
            Box::pin(async move {
                if part == 1 {
                    assert_eq!(runner.work_off().await.unwrap(), 1);
                }
                Ok(())
            })
        });
        let first = beside(&app, &parts).await;
        enqueue(&app, 1, 3).await;
        assert_eq!(first.app.runner.work_off().await.unwrap(), 1);
        assert_eq!((parts.done(), taken.done()), (vec![0], vec![1, 2]), "each part was done once");
        let admin = app.admin().await;
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], &job["done"], &job["attempts"]), (&json!("SUCCEEDED"), &json!(3), &json!(2)));
        assert_eq!(app.count("outbox_event where topic = 'job.finished'").await, 1);
    }

    async fn a_sign_of_life_keeps_a_job(app: TestApp) {
        let parts = Parts::new(|_| Ok(()));
        let with = beside(&app, &parts).await;
        enqueue(&app, 1, 1).await;
        app.execute(&format!("update job set state = 'RUNNING', lease_token = 'ours', next_run_at = {}", now(&app))).await;
        let id = job::Entity::find().one(app.app.parts.database.for_migration()).await.unwrap().unwrap().id;
        for token in ["ours", "others"] {
            let lease = queue::Lease { id, token: token.to_owned() };
            let beat = app.write(async |unit: &mut UnitOfWork| Ok(queue::beat(unit, &lease).await?)).await;
            assert_eq!(beat, (token == "ours").then_some(true));
        }
        assert_eq!(with.app.runner.work_off().await.unwrap(), 0);
        with.clock.advance(LEASE_OVER);
        assert_eq!(with.app.runner.work_off().await.unwrap(), 1);
    }

    async fn a_job_by_which_processes_die_is_given_up(app: TestApp) {
        let parts = Parts::new(|_| Ok(()));
        let with = beside(&app, &parts).await;
        enqueue(&app, 1, 1).await;
        app.execute(&format!("update job set state = 'RUNNING', lease_token = 'dead', attempts = 3, next_run_at = {}", now(&app))).await;
        assert_eq!(with.app.runner.work_off().await.unwrap(), 0);
        let admin = app.admin().await;
        assert_eq!(jobs(&app, &admin).await[0]["state"], "FAILED");
        assert!(parts.done().is_empty());
    }

    async fn what_shall_be_cancelled_and_lost_its_process_is_not_taken_up_again(app: TestApp) {
        let parts = Parts::new(|_| Ok(()));
        let with = beside(&app, &parts).await;
        enqueue(&app, 1, 3).await;
        app.execute(&format!("update job set state = 'RUNNING', lease_token = 'dead', attempts = 1, done = 1, next_run_at = {0}, cancel_requested_at = {0}", now(&app))).await;
        with.clock.advance(LEASE_OVER);
        with.app.runner.work_off().await.unwrap();
        let admin = app.admin().await;
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], &job["done"], parts.done().len()), (&json!("CANCELLED"), &json!(1), 0));
    }

    async fn a_service_that_stops_leaves_its_jobs_to_others(app: TestApp) {
        let stopping = Stopping::default();
        let told = stopping.clone();
        let parts = Parts::new(move |part| {
            if part == 1 {
                told.tell();
            }
            Ok(())
        });
        let first = beside(&app, &parts).await;
        enqueue(&app, 1, 1_000).await;
        tokio::time::timeout(std::time::Duration::from_secs(30), first.app.runner.clone().run(stopping)).await.unwrap();
        let done = parts.done().len();
        assert!((1..1_000).contains(&done), "{done}");
        let admin = app.admin().await;
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], &job["attempts"], &job["lastError"]), (&json!("QUEUED"), &json!(0), &json!(null)));
        let parts = Parts::new(|_| Ok(()));
        let second = beside(&app, &parts).await;
        assert!(second.app.runner.work_off().await.unwrap() >= 1);
        assert_eq!(parts.done().first(), Some(&i32::try_from(done).unwrap()));
    }

    async fn jobs_of_other_programs_are_left_to_them(app: TestApp) {
        enqueue(&app, 1, 1).await;
        assert_eq!(app.app.runner.work_off().await.unwrap(), 0);
        let parts = Parts::new(|_| Ok(()));
        let with = app.beside(Setup { jobs: customer_graph::features::job::JobHandlers::default().with(parts), ..Setup::default() }).await;
        assert_eq!(with.app.runner.work_off().await.unwrap(), 1);
    }

    async fn what_was_not_committed_is_no_job(app: TestApp) {
        let call = app.system();
        let written = call.write(customer_graph::work::WriteOptions::default(), async |unit: &mut UnitOfWork| {
            let new = customer_graph::features::job::service::NewJob { kind: "parts", input: json!(1), ..Default::default() };
            customer_graph::features::job::service::enqueue(unit, vec![new]).await?;
            Err::<customer_graph::work::Once<()>, _>(customer_graph::work::UserError::not_found("", "thing").into())
        }).await;
        assert!(written.is_err());
        assert_eq!(app.count("job").await, 0);
    }
}

/// Now, as the database's SQL writes it.
fn now(app: &TestApp) -> String {
    format!("'{}'", app.app.parts.clock.now().to_rfc3339())
}
