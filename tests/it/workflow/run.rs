//! What becomes of an event that begins a workflow.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{body::Body, response::Response};
use customer_graph::standard_webhooks::{read, signature};
use serde_json::{Value, json};

use super::{body, create, go_on, jobs, make, paths, serving, states, steps, upsert};
use crate::{
    harness::{Setup, TestApp},
    hook::silent,
    on_both,
    provider::server::{self, Server},
};

on_both! {
    async fn steps_are_taken_in_order_and_each_knows_what_those_before_it_answered(app: TestApp) {
        let server = serving(|_| None).await;
        let admin = app.admin().await;
        create(&app, &admin, "before").await;
        let (workflow, secret) = make(&app, &admin, steps(&server.url)).await;
        let ada = create(&app, &admin, "ada").await;
        go_on(&app).await;
        assert_eq!(paths(&server), ["/a", "/b", "/c"]);
        let last = &server.asked("/c")[0];
        let told = body(last);
        assert_eq!(told["answers"], json!({ "a": { "at": "/a" }, "b": { "at": "/b" } }));
        assert_eq!((&told["type"], &told["step"], &told["workflow"]["id"]), (&json!("step"), &json!("c"), &json!(workflow)));
        assert_eq!((&told["event"]["topic"], &told["event"]["objectId"], &told["event"]["customerId"]), (&json!("customer.created"), &json!(ada), &json!(ada)));
        let header = |name: &str| last.headers[name].to_str().unwrap().to_owned();
        let timestamp = header("webhook-timestamp").parse().unwrap();
        assert_eq!(header("webhook-signature"), signature(&read(&secret), &header("webhook-id"), timestamp, &last.body));
        let job = &jobs(&app, &admin).await[0];
        assert_eq!(states(job), ["DONE"; 3]);
        assert_eq!((&job["state"], &job["done"], &job["total"]), (&json!("SUCCEEDED"), &json!(3), &json!(3)));
        assert_eq!(app.count("job where answers is not null").await, 0, "what others answered is not kept");
        go_on(&app).await;
        assert_eq!(paths(&server).len(), 3);
    }

    async fn what_was_taken_is_undone_in_reverse_order_when_a_later_step_cannot_be_taken(app: TestApp) {
        let server = serving(|path| (path == "/c").then_some(422)).await;
        let admin = app.admin().await;
        make(&app, &admin, steps(&server.url)).await;
        create(&app, &admin, "ada").await;
        go_on(&app).await;
        assert_eq!(paths(&server), ["/a", "/b", "/c", "/undo-b", "/undo-a"]);
        let undone = body(&server.asked("/undo-a")[0]);
        assert_eq!((&undone["type"], &undone["answers"]["a"]), (&json!("compensate"), &json!({ "at": "/a" })));
        let job = &jobs(&app, &admin).await[0];
        assert_eq!(states(job), ["COMPENSATED", "COMPENSATED", "FAILED"]);
        assert_eq!((&job["state"], &job["lastError"]), (&json!("FAILED"), &json!("step c: it answered 422")));
        // Tried again, it begins anew.
        let retry = format!("mutation {{ jobRetry(input: {{ id: {} }}) {{ userErrors {{ code }} }} }}", job["id"]);
        app.ask(&admin, &retry, json!({})).await.data();
        go_on(&app).await;
        assert_eq!(paths(&server).len(), 10);
        let ids = |path: &str| server.asked(path).iter().map(|asked| asked.headers["webhook-id"].clone()).collect::<Vec<_>>();
        assert_ne!(ids("/a")[0], ids("/a")[1]);
    }

    async fn a_step_is_tried_again_under_the_same_id_as_often_as_it_says(app: TestApp) {
        let is_down = Arc::new(AtomicBool::new(true));
        let down = Arc::clone(&is_down);
        let server = serving(move |path| (path == "/b" && down.load(Ordering::SeqCst)).then_some(503)).await;
        let admin = app.admin().await;
        make(&app, &admin, steps(&server.url)).await;
        create(&app, &admin, "ada").await;
        go_on(&app).await;
        assert_eq!(paths(&server), ["/a", "/b"]);
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], &job["lastError"], &job["attempts"]), (&json!("QUEUED"), &json!("step b: it answered 503"), &json!(0)));
        assert_eq!(states(job), ["DONE", "WAITING", "WAITING"]);
        is_down.store(false, Ordering::SeqCst);
        app.clock.advance(Duration::from_secs(3));
        go_on(&app).await;
        assert_eq!(paths(&server), ["/a", "/b", "/b", "/c"], "what was taken is not taken again");
        let ids: Vec<_> = server.asked("/b").iter().map(|asked| asked.headers["webhook-id"].clone()).collect();
        assert_eq!(ids[0], ids[1]);
        is_down.store(true, Ordering::SeqCst);
        create(&app, &admin, "bea").await;
        for _ in 0..4 {
            go_on(&app).await;
            app.clock.advance(Duration::from_secs(20));
        }
        assert_eq!(server.asked("/b").len(), 2 + 3);
        let job = &jobs(&app, &admin).await[0];
        assert_eq!(states(job), ["COMPENSATED", "FAILED", "WAITING"]);
        assert_eq!(job["steps"][1]["attempts"], 3);
    }

    async fn a_step_that_is_asked_too_early_is_tried_again_and_one_that_answers_no_json_has_answered_null(app: TestApp) {
        let tried = Arc::new(AtomicUsize::new(0));
        let server = Server::start(move |_, asked| match asked.path.as_str() {
            "/a" => Response::new(Body::from("}{")),
            "/b" => match tried.fetch_add(1, Ordering::SeqCst) {
                0 => server::status(408),
                1 => server::status(429),
                _ => server::json(&json!({ "at": "/b" })),
            },
            _ => server::status(204),
        }).await;
        let admin = app.admin().await;
        make(&app, &admin, steps(&server.url)).await;
        create(&app, &admin, "ada").await;
        for (status, seconds) in [(408, 3), (429, 5)] {
            go_on(&app).await;
            let job = &jobs(&app, &admin).await[0];
            assert_eq!((&job["state"], states(job)), (&json!("QUEUED"), vec!["DONE", "WAITING", "WAITING"]), "{status}");
            assert_eq!(job["lastError"], format!("step b: it answered {status}"));
            app.clock.advance(Duration::from_secs(seconds));
        }
        go_on(&app).await;
        assert_eq!(paths(&server), ["/a", "/b", "/b", "/b", "/c"]);
        assert_eq!(body(&server.asked("/b")[0])["answers"], json!({ "a": null }));
        assert_eq!(body(&server.asked("/c")[0])["answers"], json!({ "a": null, "b": { "at": "/b" } }));
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], states(job)), (&json!("SUCCEEDED"), vec!["DONE"; 3]));
        assert_eq!((&job["steps"][0]["attempts"], &job["steps"][1]["attempts"]), (&json!(1), &json!(3)));
    }

    async fn what_cannot_be_undone_is_tried_ten_times_and_what_was_taken_before_is_undone_nevertheless(app: TestApp) {
        let server = serving(|path| match path {
            "/c" => Some(422),
            "/undo-b" => Some(503),
            _ => None,
        }).await;
        let admin = app.admin().await;
        make(&app, &admin, steps(&server.url)).await;
        create(&app, &admin, "ada").await;
        for attempt in 1..10 {
            go_on(&app).await;
            assert_eq!(server.asked("/undo-b").len(), attempt);
            let job = &jobs(&app, &admin).await[0];
            assert_eq!((&job["state"], states(job)), (&json!("QUEUED"), vec!["DONE", "DONE", "FAILED"]), "{attempt}");
            assert_eq!(job["lastError"], "undoing step b: it answered 503");
            app.clock.advance(Duration::from_secs(15 * 60 + 1));
        }
        assert!(server.asked("/undo-a").is_empty(), "what is undone is undone in its order");
        go_on(&app).await;
        let undone = server.asked("/undo-b");
        assert_eq!((undone.len(), server.asked("/undo-a").len()), (10, 1));
        assert!(undone.iter().all(|asked| asked.headers["webhook-id"] == undone[0].headers["webhook-id"]));
        let job = &jobs(&app, &admin).await[0];
        assert_eq!(states(job), ["COMPENSATED", "COMPENSATION_FAILED", "FAILED"]);
        assert_eq!((&job["state"], &job["lastError"]), (&json!("FAILED"), &json!("step c: it answered 422")));
        assert_eq!(job["steps"][1]["error"], "it answered 503");
        app.clock.advance(Duration::from_secs(3_600));
        go_on(&app).await;
        assert_eq!(server.all().len(), 3 + 10 + 1, "it is over");
        assert_eq!(job["steps"][1]["attempts"], 1 + 10, "undoing included");
    }

    async fn a_process_that_dies_at_a_step_leaves_the_rest_to_another(app: TestApp) {
        let server = serving(|_| None).await;
        let silent = silent().await;
        let admin = app.admin().await;
        let mut input = steps(&server.url);
        input["steps"][1]["url"] = json!(format!("{silent}/b"));
        input["steps"][1]["timeoutMilliseconds"] = json!(10_000);
        make(&app, &admin, input).await;
        create(&app, &admin, "ada").await;
        while app.app.triggers.look().await.unwrap().holds_back { tokio::task::yield_now().await; }
        // Broken off while it waits for the second step.
        let runner = app.app.runner.clone();
        let working = tokio::spawn(async move { runner.work_off().await });
        let started = std::time::Instant::now();
        while jobs(&app, &admin).await[0]["steps"][1]["attempts"] != 1 {
            assert!(started.elapsed() < Duration::from_secs(60));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        working.abort();
        assert!(working.await.is_err());
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], states(job)), (&json!("RUNNING"), vec!["DONE", "WAITING", "WAITING"]));
        app.execute(&format!("update job set memory = {}", replaced(&app, "memory", &silent, &server.url))).await;
        app.clock.advance(Duration::from_secs(31));
        app.app.runner.work_off().await.unwrap();
        assert_eq!(jobs(&app, &admin).await[0]["state"], "SUCCEEDED");
        assert_eq!(paths(&server), ["/a", "/b", "/c"], "the first step was done, and is not done again");
    }

    async fn several_processes_begin_a_workflow_once(app: TestApp) {
        let server = serving(|_| None).await;
        let admin = app.admin().await;
        make(&app, &admin, steps(&server.url)).await;
        let other = app.beside(Setup::default()).await;
        for place in 0..10 {
            create(&app, &admin, &format!("c{place}")).await;
        }
        let started = std::time::Instant::now();
        while app.count("job").await < 10 {
            let (one, two) = tokio::join!(app.app.triggers.look(), other.app.triggers.look());
            one.unwrap();
            two.unwrap();
            assert!(started.elapsed() < Duration::from_secs(60));
        }
        for _ in 0..3 {
            other.app.triggers.look().await.unwrap();
        }
        assert_eq!(app.count("job").await, 10);
        app.app.runner.work_off().await.unwrap();
        assert_eq!(server.asked("/a").len(), 10);
    }

    async fn what_steps_answered_goes_with_the_customer(app: TestApp) {
        let server = serving(|path| (path == "/b").then_some(503)).await;
        let admin = app.admin().await;
        make(&app, &admin, steps(&server.url)).await;
        let ada = create(&app, &admin, "ada").await;
        go_on(&app).await;
        assert_eq!(app.count("job where answers is not null").await, 1);
        let delete = "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { deletedCustomerId } }";
        app.ask(&admin, delete, json!({ "id": ada })).await.data();
        assert_eq!(app.count("job where answers is not null").await, 0);
        app.clock.advance(Duration::from_secs(3));
        go_on(&app).await;
        assert_eq!(body(&server.asked("/b")[1])["answers"], json!({}), "the job goes on without");
        assert_eq!(app.count("job where answers is not null").await, 0);
    }

    async fn a_workflow_that_is_disabled_or_gone_is_not_begun(app: TestApp) {
        let server = serving(|_| None).await;
        let admin = app.admin().await;
        let (id, _) = make(&app, &admin, steps(&server.url)).await;
        upsert(&app, &admin, json!({ "id": id, "isEnabled": false })).await.data();
        create(&app, &admin, "ada").await;
        go_on(&app).await;
        upsert(&app, &admin, json!({ "id": id, "isEnabled": true })).await.data();
        go_on(&app).await;
        assert_eq!(paths(&server), [""; 0], "what happened meanwhile does not begin it");
        create(&app, &admin, "bea").await;
        while app.app.triggers.look().await.unwrap().holds_back { tokio::task::yield_now().await; }
        let delete = format!("mutation {{ workflowDelete(input: {{ id: \"{id}\" }}) {{ deletedWorkflowId userErrors {{ code }} }} }}");
        assert_eq!(app.ask(&admin, &delete, json!({})).await.data()["workflowDelete"]["deletedWorkflowId"], id);
        app.app.runner.work_off().await.unwrap();
        let job = &jobs(&app, &admin).await[0];
        assert_eq!((&job["state"], &job["steps"]), (&json!("FAILED"), &json!([])));
        assert_eq!(job["lastError"], Value::from("the workflow was deleted"));
    }
}

/// A column in which one text takes the place of another.
pub(super) fn replaced(app: &TestApp, column: &str, from: &str, to: &str) -> String {
    if app.is_postgres() {
        format!("replace({column}::text, '{from}', '{to}')::jsonb")
    } else {
        format!("replace({column}, '{from}', '{to}')")
    }
}
