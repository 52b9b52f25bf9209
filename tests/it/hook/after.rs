//! Whoever is told after a mutation is told at least once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

use super::{body, create, is_signed, make, status};
use crate::{on_both, provider::server::Server};

fn after(url: &str) -> Value {
    json!({ "point": "AFTER", "mutation": "customerCreate", "url": url })
}

on_both! {
    async fn what_was_done_is_told_with_ids_and_versions_and_nothing_else(app: TestApp) {
        let server = Server::start(|_, _| status(204)).await;
        let admin = app.admin().await;
        let (_, secret) = make(&app, &admin, after(&server.url)).await;
        let answer = create(&app, &admin, json!({ "email": "ada@example.com", "firstName": "Ada" })).await;
        let id = answer.data()["customerCreate"]["customer"]["id"].clone();
        assert!(server.asked("/").is_empty(), "nobody waits for whoever is told after");
        assert_eq!(app.app.runner.work_off().await.unwrap(), 1);
        let asked = server.asked("/");
        assert_eq!(asked.len(), 1);
        assert!(is_signed(&asked[0], &secret));
        let told = body(&asked[0]);
        assert_eq!((&told["point"], &told["mutation"]), (&json!("AFTER"), &json!("customerCreate")));
        assert_eq!(told["objects"], json!([{ "id": id, "version": 1, "topic": "customer.created" }]));
        assert_eq!(told["actor"]["type"], "API_KEY");
        assert!(!asked[0].body.contains("ada@example.com") && !asked[0].body.contains("Ada"));
        assert_eq!(app.count("job where state = 'SUCCEEDED'").await, 1);
    }

    async fn what_was_not_done_is_not_told(app: TestApp) {
        let server = Server::start(|_, _| status(204)).await;
        let admin = app.admin().await;
        make(&app, &admin, after(&server.url)).await;
        create(&app, &admin, json!({})).await;
        create(&app, &admin, json!({ "email": "ada@example.com", "dryRun": true })).await;
        assert_eq!(app.count("job").await, 0);
    }

    async fn it_is_told_again_under_the_same_id_until_it_is_heard(app: TestApp) {
        let is_down = Arc::new(AtomicBool::new(true));
        let down = Arc::clone(&is_down);
        let server = Server::start(move |_, _| status(if down.load(Ordering::SeqCst) { 503 } else { 200 })).await;
        let admin = app.admin().await;
        make(&app, &admin, after(&server.url)).await;
        create(&app, &admin, json!({ "email": "ada@example.com" })).await.data();
        for _ in 0..3 {
            assert_eq!(app.app.runner.work_off().await.unwrap(), 1);
            app.clock.advance(Duration::from_secs(60));
        }
        let last_error = &app.column("job", "last_error").await[0];
        assert_eq!(last_error, "the hook was not told: it answered 503");
        is_down.store(false, Ordering::SeqCst);
        assert_eq!(app.app.runner.work_off().await.unwrap(), 1);
        assert_eq!(app.app.runner.work_off().await.unwrap(), 0);
        let ids: Vec<String> = server.asked("/").iter().map(|asked| asked.headers["webhook-id"].to_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), 4);
        assert!(ids.iter().all(|id| *id == ids[0]));
    }

    async fn a_repetition_under_the_same_key_is_told_once(app: TestApp) {
        let server = Server::start(|_, _| status(204)).await;
        let admin = app.admin().await;
        make(&app, &admin, after(&server.url)).await;
        for _ in 0..2 {
            create(&app, &admin, json!({ "email": "ada@example.com", "idempotencyKey": "k" })).await.data();
        }
        app.app.runner.work_off().await.unwrap();
        assert_eq!(server.asked("/").len(), 1);
    }
}
