//! Cancelling and retrying, and who may see what.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::{Value, json};

use super::{Parts, change, enqueue, jobs};
use crate::{harness::Persona, on_both};

on_both! {
    async fn a_job_that_waits_is_cancelled_at_once(app: TestApp) {
        let parts = Parts::new(|_| Ok(()));
        let with = app.beside(parts.setup()).await;
        let admin = app.admin().await;
        enqueue(&app, 1, 2).await;
        let id = jobs(&app, &admin).await[0]["id"].clone();
        let answer = change(&app, &admin, "jobCancel", &id).await;
        assert_eq!(answer.data()["jobCancel"]["job"]["state"], "CANCELLED");
        assert_eq!(with.app.runner.work_off().await.unwrap(), 0);
        assert_eq!(change(&app, &admin, "jobCancel", &id).await.user_errors("jobCancel"), ["JOB_NOT_CANCELLABLE"]);
        let answer = change(&app, &admin, "jobRetry", &id).await;
        assert_eq!(answer.data()["jobRetry"]["job"]["state"], "QUEUED");
        assert_eq!(change(&app, &admin, "jobRetry", &id).await.user_errors("jobRetry"), ["INVALID_STATE"]);
        assert_eq!(with.app.runner.work_off().await.unwrap(), 1);
        assert_eq!(jobs(&app, &admin).await[0]["state"], "SUCCEEDED");
        assert_eq!(change(&app, &admin, "jobRetry", &id).await.user_errors("jobRetry"), ["INVALID_STATE"]);
        let topics: Vec<String> = app.column("outbox_event", "topic").await.into_iter().filter(|topic| topic.starts_with("job.")).collect();
        assert_eq!(topics, ["job.finished", "job.retried", "job.finished"]);
    }

    async fn a_running_job_heeds_it_between_two_steps_and_goes_on_from_there_when_it_is_retried(app: TestApp) {
        let admin = app.admin().await;
        let (at_part, mut arrived) = tokio::sync::mpsc::channel(1);
        let resume = Arc::new(tokio::sync::Notify::new());
        let resumed = Arc::clone(&resume);
        let is_first = Arc::new(AtomicBool::new(true));
        let parts = Parts::waiting(move |part| {
            let (at_part, resumed, is_first) = (at_part.clone(), Arc::clone(&resumed), Arc::clone(&is_first));
            Box::pin(async move {
                if part == 2 && is_first.swap(false, Ordering::SeqCst) {
                    at_part.send(()).await.unwrap();
                    resumed.notified().await;
                }
                Ok(())
            })
        });
        let with = app.beside(parts.setup()).await;
        enqueue(&app, 1, 5).await;
        let id = jobs(&app, &admin).await[0]["id"].clone();
        let working = tokio::spawn({
            let runner = with.app.runner.clone();
            async move { runner.work_off().await.unwrap() }
        });
        arrived.recv().await.unwrap();
        let answer = change(&app, &admin, "jobCancel", &id).await;
        assert_eq!(answer.data()["jobCancel"]["job"]["state"], "RUNNING");
        assert!(answer.data()["jobCancel"]["job"]["cancelRequestedAt"].is_string());
        resume.notify_one();
        working.await.unwrap();
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], &job["done"]), (&json!("CANCELLED"), &json!(2)));
        change(&app, &admin, "jobRetry", &id).await.data();
        with.app.runner.work_off().await.unwrap();
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], &job["done"]), (&json!("SUCCEEDED"), &json!(5)));
        assert_eq!(parts.done(), [0, 1, 2, 3, 4]);
    }

    async fn only_those_with_the_permission_see_and_change_jobs(app: TestApp) {
        enqueue(&app, 1, 1).await;
        let admin = app.admin().await;
        let id = jobs(&app, &admin).await[0]["id"].clone();
        let reader = app.api_key("reader", "jobs:read").await;
        assert_eq!(jobs(&app, &reader).await.len(), 1);
        assert_eq!(change(&app, &reader, "jobCancel", &id).await.codes(), ["FORBIDDEN"]);
        let other = app.api_key("other", "customers:read").await;
        let node = format!("{{ node(id: {id}) {{ id }} job(id: {id}) {{ id }} }}");
        let answer = app.ask(&other, &node, json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(answer.body["data"]["node"], Value::Null);
        assert_eq!(app.ask(&reader, &node, json!({})).await.data()["node"]["id"], id);
        let stranger = Persona::anonymous();
        assert_eq!(change(&app, &stranger, "jobCancel", &id).await.codes(), ["UNAUTHENTICATED"]);
        let nobodys = json!("job_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        assert_eq!(change(&app, &admin, "jobCancel", &nobodys).await.user_errors("jobCancel"), ["NOT_FOUND"]);
    }
}
