//! Whoever is asked before a mutation may refuse and change it.

use std::time::Duration;

use axum::{body::Body, response::Response};
use serde_json::{Value, json};

use super::{answering, before, body, create, is_signed, make, silent, status, upsert};
use crate::{
    on_both,
    provider::server::{self, Server},
};

on_both! {
    async fn who_is_asked_is_told_what_is_to_be_done_and_by_whom(app: TestApp) {
        let server = answering(json!({ "allow": true })).await;
        let admin = app.admin().await;
        let (_, secret) = make(&app, &admin, before(&server.url, "CLOSED")).await;
        let query = "mutation($first: String) { customerCreate(input: { email: \"ada@example.com\", firstName: $first, dryRun: true }) { userErrors { code } dryRun { events } } }";
        let answer = app.ask(&admin, query, json!({ "first": "Ada" })).await;
        assert_eq!(answer.data()["customerCreate"]["dryRun"]["events"], json!(["customer.created"]));
        let asked = server.asked("/");
        assert_eq!(asked.len(), 1);
        assert!(is_signed(&asked[0], &secret));
        let told = body(&asked[0]);
        assert_eq!(told["point"], "BEFORE");
        assert_eq!(told["mutation"], "customerCreate");
        assert_eq!(told["input"], json!({ "email": "ada@example.com", "firstName": "Ada", "dryRun": true }));
        assert_eq!(told["dryRun"], true);
        assert_eq!(told["actor"]["type"], "API_KEY");
        assert!(told["actor"]["id"].as_str().unwrap().starts_with("akey_"));
        assert!(told["requestId"].as_str().is_some_and(|id| !id.is_empty()));
    }

    async fn a_refusal_is_a_user_error_at_its_path_and_nothing_is_done(app: TestApp) {
        let server = answering(json!({ "allow": false, "message": "Not this one.", "path": ["email"] })).await;
        let admin = app.admin().await;
        make(&app, &admin, before(&server.url, "OPEN")).await;
        for dry_run in [false, true] {
            let answer = create(&app, &admin, json!({ "email": "ada@example.com", "dryRun": dry_run })).await;
            let payload = &answer.data()["customerCreate"];
            assert_eq!(payload["userErrors"], json!([{ "code": "HOOK_REJECTED", "path": ["email"], "message": "Not this one." }]));
            assert_eq!(payload["customer"], Value::Null);
        }
        assert_eq!(app.count("customer").await, 0);
        assert_eq!(app.count("outbox_event where topic like 'customer%'").await, 0);
    }

    async fn of_two_aliases_one_may_be_refused(app: TestApp) {
        let server = Server::start(|_, asked| {
            let input = &body(asked)["input"];
            server::json(&json!({ "allow": input["email"] != "eve@example.com" }))
        }).await;
        let admin = app.admin().await;
        make(&app, &admin, before(&server.url, "CLOSED")).await;
        let query = "mutation {
          a: customerCreate(input: { email: \"ada@example.com\" }) { customer { email } userErrors { code } }
          b: customerCreate(input: { email: \"eve@example.com\" }) { customer { email } userErrors { code } }
        }";
        let answer = app.ask(&admin, query, json!({})).await;
        assert_eq!(answer.data()["a"]["customer"]["email"], "ada@example.com");
        assert_eq!(answer.user_errors("b"), ["HOOK_REJECTED"]);
    }

    async fn a_patch_changes_the_input_wherever_it_came_from(app: TestApp) {
        let server = answering(json!({ "patch": { "lastName": "Lovelace", "companyName": null, "metadata": { "tier": "gold" } } })).await;
        let admin = app.admin().await;
        make(&app, &admin, before(&server.url, "CLOSED")).await;
        let fields = "customer { firstName lastName companyName metadata } userErrors { code }";
        let queries = [
            format!("mutation($input: CustomerCreateInput!) {{ customerCreate(input: $input) {{ {fields} }} }}"),
            format!("mutation M($first: String, $meta: JSONObject) {{ ...x }} fragment x on Mutation {{ customerCreate(input: {{ firstName: $first, metadata: $meta, externalId: \"x\", companyName: \"A\" }}) {{ {fields} }} }}"),
        ];
        for (place, query) in queries.iter().enumerate() {
            let variables = if place == 0 {
                json!({ "input": { "firstName": "Ada", "externalId": "y", "companyName": "A", "metadata": { "a": 1 } } })
            } else {
                json!({ "first": "Ada", "meta": { "a": 1 } })
            };
            let answer = app.ask(&admin, query, variables).await;
            let customer = &answer.data()["customerCreate"]["customer"];
            assert_eq!(
                *customer,
                json!({ "firstName": "Ada", "lastName": "Lovelace", "companyName": null, "metadata": { "a": 1, "tier": "gold" } }),
                "{:#}", answer.body
            );
        }
    }

    async fn each_sees_what_those_before_it_made(app: TestApp) {
        let first = answering(json!({ "patch": { "firstName": "Augusta" } })).await;
        let second = answering(json!({ "patch": { "lastName": "King" } })).await;
        let third = answering(json!({ "allow": true })).await;
        let admin = app.admin().await;
        for (position, server) in [(30, &third), (10, &first), (20, &second)] {
            let mut input = before(&server.url, "CLOSED");
            input["position"] = json!(position);
            make(&app, &admin, input).await;
        }
        let answer = create(&app, &admin, json!({ "email": "ada@example.com", "firstName": "Ada" })).await;
        assert_eq!(answer.data()["customerCreate"]["customer"]["firstName"], "Augusta");
        assert_eq!(body(&second.asked("/")[0])["input"], json!({ "email": "ada@example.com", "firstName": "Augusta" }));
        assert_eq!(body(&third.asked("/")[0])["input"], json!({ "email": "ada@example.com", "firstName": "Augusta", "lastName": "King" }));
    }

    async fn after_a_refusal_nobody_else_is_asked(app: TestApp) {
        let first = answering(json!({ "allow": false })).await;
        let second = answering(json!({ "allow": true })).await;
        let admin = app.admin().await;
        make(&app, &admin, before(&first.url, "OPEN")).await;
        make(&app, &admin, before(&second.url, "OPEN")).await;
        let answer = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        assert_eq!(answer.user_errors("customerCreate"), ["HOOK_REJECTED"]);
        assert!(second.asked("/").is_empty());
    }

    async fn when_a_hook_fails_its_own_setting_decides(app: TestApp) {
        let admin = app.admin().await;
        let silent = silent().await;
        let broken = Server::start(|_, _| status(500)).await;
        let garbage = Server::start(|_, _| Response::new(Body::from("}{"))).await;
        let huge = Server::start(|_, _| Response::new(Body::from("[".to_owned() + &"1,".repeat(100_000) + "1]"))).await;
        let redirect = Server::start(|_, _| Response::builder().status(302).header("location", "http://127.0.0.1:9").body(Body::empty()).unwrap()).await;
        let undecided = answering(json!({ "allow": "perhaps" })).await;
        let touching = answering(json!({ "patch": { "dryRun": true } })).await;
        let wrong_type = answering(json!({ "patch": { "firstName": 7 } })).await;
        let unknown = answering(json!({ "patch": { "isAdmin": true } })).await;
        let large = answering(json!({ "patch": { "metadata": { "a": "x".repeat(40_000), "b": vec!["y"; 5_000] } } })).await;
        let servers = [&broken, &garbage, &huge, &redirect, &undecided, &touching, &wrong_type, &unknown, &large];
        let urls = servers.map(|server| server.url.as_str()).into_iter().chain(["http://127.0.0.1:9", &silent]);
        for (place, url) in urls.enumerate() {
            for (on_failure, expected) in [("CLOSED", &["HOOK_REJECTED"][..]), ("OPEN", &[])] {
                let (id, _) = make(&app, &admin, before(url, on_failure)).await;
                let email = format!("{place}-{on_failure}@example.com");
                let answer = create(&app, &admin, json!({ "email": email, "firstName": "Ada" })).await;
                assert_eq!(answer.user_errors("customerCreate"), expected, "{place} {on_failure}: {:#}", answer.body);
                answer.data();
                if expected.is_empty() {
                    assert_eq!(answer.data()["customerCreate"]["customer"]["firstName"], "Ada");
                }
                let forget = format!("mutation {{ hookDelete(input: {{ id: \"{id}\" }}) {{ deletedHookId userErrors {{ code }} }} }}");
                assert_eq!(app.ask(&admin, &forget, json!({})).await.data()["hookDelete"]["deletedHookId"], id);
            }
        }
    }

    async fn who_never_answers_is_waited_for_as_long_as_the_hook_says(app: TestApp) {
        let silent = silent().await;
        let admin = app.admin().await;
        make(&app, &admin, before(&silent, "CLOSED")).await;
        let started = std::time::Instant::now();
        let answer = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        let elapsed = started.elapsed();
        assert_eq!(answer.user_errors("customerCreate"), ["HOOK_REJECTED"]);
        assert!(elapsed >= Duration::from_millis(300) && elapsed < Duration::from_secs(5), "{elapsed:?}");
        assert_eq!(app.count("customer").await, 0);
    }

    async fn a_key_counts_for_what_the_client_sent_and_what_was_done_stays_done(app: TestApp) {
        let answers = std::sync::Mutex::new(0);
        let answers = std::sync::Arc::new(answers);
        let counted = std::sync::Arc::clone(&answers);
        let server = Server::start(move |_, _| {
            let mut count = counted.lock().unwrap();
            *count += 1;
            match *count {
                1 => server::json(&json!({ "patch": { "lastName": "one" } })),
                2 => server::json(&json!({ "patch": { "lastName": "two" } })),
                _ => server::json(&json!({ "allow": false })),
            }
        }).await;
        let admin = app.admin().await;
        make(&app, &admin, before(&server.url, "CLOSED")).await;
        let input = json!({ "email": "ada@example.com", "idempotencyKey": "k" });
        let first = create(&app, &admin, input.clone()).await.data()["customerCreate"]["customer"].clone();
        assert_eq!(first["lastName"], "one");
        for _ in 0..2 {
            let answer = create(&app, &admin, input.clone()).await;
            assert_eq!(answer.data()["customerCreate"]["customer"], first, "{:#}", answer.body);
        }
        let other = json!({ "email": "bea@example.com", "idempotencyKey": "k" });
        assert_eq!(create(&app, &admin, other).await.user_errors("customerCreate"), ["IDEMPOTENCY_MISMATCH"]);
        let fresh = json!({ "email": "bea@example.com", "idempotencyKey": "other" });
        assert_eq!(create(&app, &admin, fresh).await.user_errors("customerCreate"), ["HOOK_REJECTED"]);
        assert_eq!(app.count("customer").await, 1);
    }

    async fn a_mutation_without_hooks_costs_no_statement(app: TestApp) {
        let admin = app.admin().await;
        let count = async |name: &str| create(&app, &admin, json!({ "email": format!("{name}@example.com") })).await.statements();
        let usual = count("a").await;
        let server = answering(json!({ "allow": true })).await;
        let mut input = before(&server.url, "CLOSED");
        input["mutation"] = json!("customerUpdate");
        make(&app, &admin, input).await;
        assert_eq!(count("b").await, usual, "another mutation has hooks");
        app.clock.advance(Duration::from_secs(3));
        assert_eq!(count("c").await, usual, "what others may have changed is looked up for all");
        assert!(server.asked("/").is_empty());
    }

    async fn other_processes_know_of_a_hook_after_two_seconds(app: TestApp) {
        let server = answering(json!({ "allow": false })).await;
        let admin = app.admin().await;
        let other = app.beside(crate::harness::Setup::default()).await;
        assert_eq!(create(&other, &admin, json!({ "email": "a@example.com" })).await.user_errors("customerCreate"), [""; 0]);
        make(&app, &admin, before(&server.url, "CLOSED")).await;
        other.clock.advance(Duration::from_secs(2));
        // Each process of the tests has a key of its own, and cannot read the secrets of another: it fails closed.
        assert_eq!(create(&other, &admin, json!({ "email": "b@example.com" })).await.user_errors("customerCreate"), ["HOOK_REJECTED"]);
        assert_eq!(create(&app, &admin, json!({ "email": "c@example.com" })).await.user_errors("customerCreate"), ["HOOK_REJECTED"]);
    }

    async fn who_is_disabled_is_not_asked(app: TestApp) {
        let server = answering(json!({ "allow": false })).await;
        let admin = app.admin().await;
        let (id, _) = make(&app, &admin, before(&server.url, "CLOSED")).await;
        let answer = upsert(&app, &admin, json!({ "id": id, "isEnabled": false })).await;
        assert_eq!(answer.data()["hookUpsert"]["hook"]["isEnabled"], false);
        assert_eq!(create(&app, &admin, json!({ "email": "ada@example.com" })).await.user_errors("customerCreate"), [""; 0]);
        assert!(server.asked("/").is_empty());
    }
}
