//! A customer as they were.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use customer_graph::work::Clock;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use super::run;
use crate::{
    customer::create,
    harness::{Persona, TestApp},
    on_both,
};

const PROFILE: &str = "email emailVerifiedAt firstName lastName displayName companyName phone phoneE164 locale type hasAccount status externalId \
                       metadata privateMetadata version createdAt updatedAt createdBy { id }";

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

async fn at(app: &TestApp, persona: &Persona, id: &str, instant: Option<DateTime<Utc>>) -> Value {
    let query = format!("query($id: ID!, $asOf: DateTime) {{ customer(id: $id, asOf: $asOf) {{ {PROFILE} }} }}");
    let answer = app
        .ask(persona, &query, json!({ "id": id, "asOf": instant.map(written) }))
        .await;
    answer.data()["customer"].clone()
}

/// A moment after what was done just now: instants are written in milliseconds.
fn soon(app: &TestApp) -> DateTime<Utc> {
    app.clock.now() + TimeDelta::milliseconds(50)
}

fn text() -> impl Strategy<Value = Value> {
    prop_oneof![1 => Just(Value::Null), 3 => "[A-Za-zé]{1,8}".prop_map(Value::from)]
}

/// A mutation and its input, without the id.
fn change() -> impl Strategy<Value = (&'static str, Value)> {
    let metadata = || {
        let set = proptest::collection::btree_map(
            "[a-c](\\.[a-b])?",
            prop_oneof![
                Just(json!(1)),
                Just(json!({ "x": [true] })),
                "[a-z]{1,3}".prop_map(Value::from)
            ],
            0..3,
        );
        let delete = proptest::collection::vec("[a-c](\\.[a-b])?", 0..2);
        (set, delete).prop_map(|(set, delete)| json!({ "set": set, "delete": delete }))
    };
    let phone = prop_oneof![
        Just(Value::Null),
        Just(json!("+49 30 901820")),
        Just(json!("030 1234")),
        Just(json!("+1 212 555 0100"))
    ];
    let email = prop_oneof![
        Just(json!("Ada@example.com")),
        Just(json!("ada@example.org")),
        Just(json!("b@example.com"))
    ];
    let locale = prop_oneof![Just(Value::Null), Just(json!("de")), Just(json!("pt-BR"))];
    let names = (text(), text(), text())
        .prop_map(|(first, last, company)| json!({ "firstName": first, "lastName": last, "companyName": company }));
    let contact = (email, phone, locale)
        .prop_map(|(email, phone, locale)| json!({ "email": email, "phone": phone, "locale": locale }));
    prop_oneof![
        names.prop_map(|input| ("customerUpdate", input)),
        contact.prop_map(|input| ("customerUpdate", input)),
        text().prop_map(|name| ("customerUpdate", json!({ "externalId": name }))),
        metadata().prop_map(|patch| ("customerMetadataPatch", json!({ "metadata": patch }))),
        metadata().prop_map(|patch| ("customerUpdate", json!({ "privateMetadata": patch }))),
        prop_oneof![Just("ACTIVE"), Just("DISABLED")]
            .prop_map(|status| ("customerStatusSet", json!({ "status": status }))),
    ]
}

on_both! {
    async fn every_state_is_told_again(app: TestApp) {
        let admin = app.admin().await;
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        let changes = proptest::collection::vec(change(), 40..41).new_tree(&mut runner).unwrap().current();
        let staff = app.staff("sam", "*").await;
        let ada = create(&app, &staff, json!({ "email": "ada@example.com", "firstName": "Ada", "phone": "+4930901820" })).await;
        let bob = app.customer("bob").await;
        for (id, changes) in [(ada.as_str(), &changes[..20]), (bob.id(), &changes[20..])] {
            let mut remembered = vec![(soon(&app), at(&app, &admin, id, None).await)];
            for (mutation, input) in changes {
                app.clock.advance(Duration::from_secs(2));
                let mut input = input.clone();
                input["id"] = json!(id);
                if let Some(external_id) = input["externalId"].as_str() {
                    // Each is somebody's own.
                    input["externalId"] = json!(format!("{external_id} {id}"));
                }
                run(&app, &admin, mutation, input, "customer { id }").await;
                remembered.push((soon(&app), at(&app, &admin, id, None).await));
            }
            for (instant, state) in &remembered {
                assert_eq!(at(&app, &admin, id, Some(*instant)).await, *state, "{id} at {instant} after {changes:#?}");
            }
        }
    }

    async fn the_instant_of_a_change_shows_what_it_has_made(app: TestApp) {
        let admin = app.admin().await;
        let ada = create(&app, &admin, json!({ "email": "ada@example.com", "firstName": "0" })).await;
        let mut states = vec![at(&app, &admin, &ada, None).await];
        for name in ["1", "2", "3"] {
            app.clock.advance(Duration::from_secs(2));
            run(&app, &admin, "customerUpdate", json!({ "id": ada, "firstName": name }), "customer { id }").await;
            states.push(at(&app, &admin, &ada, None).await);
        }
        for state in states {
            let told: DateTime<Utc> = state["updatedAt"].as_str().unwrap().parse().unwrap();
            assert_eq!(at(&app, &admin, &ada, Some(told)).await, state);
        }
    }

    async fn before_the_creation_there_is_nothing_and_in_the_future_nothing_else(app: TestApp) {
        let admin = app.admin().await;
        let ada = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        let now = at(&app, &admin, &ada, None).await;
        let day = TimeDelta::days(1);
        assert_eq!(at(&app, &admin, &ada, Some(app.clock.now() - day)).await, Value::Null);
        assert_eq!(at(&app, &admin, &ada, Some(app.clock.now() + day)).await, now);
        let others = "query($at: DateTime!) { customer(email: \"ada@example.com\", asOf: $at) { id } none: customer(externalId: \"x\", asOf: $at) { id } }";
        let answer = app.ask(&admin, others, json!({ "at": written(app.clock.now()) })).await;
        assert_eq!(answer.data(), &json!({ "customer": { "id": ada }, "none": null }));
    }

    async fn a_proven_address_was_not_proven_before(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        let before = (soon(&app), at(&app, &admin, ada.id(), None).await);
        app.clock.advance(Duration::from_secs(2));
        app.ask(&ada, "mutation { emailVerificationRequest(input: { email: \"ada@example.com\" }) { isAccepted } }", json!({})).await.data();
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        let confirm = "mutation($token: String!) { emailVerificationConfirm(input: { token: $token }) { isVerified } }";
        app.ask(&ada, confirm, json!({ "token": token })).await.data();
        assert_ne!(at(&app, &admin, ada.id(), None).await["emailVerifiedAt"], Value::Null);
        assert_eq!(before.1["emailVerifiedAt"], Value::Null);
        assert_eq!(at(&app, &admin, ada.id(), Some(before.0)).await, before.1);
    }

    async fn the_past_needs_the_permission_for_timelines(app: TestApp) {
        let admin = app.admin().await;
        let ada = create(&app, &admin, json!({ "email": "ada@example.com" })).await;
        let reader = app.api_key("reader", "customers:read").await;
        let query = "query($id: ID!, $at: DateTime!) { customer(id: $id, asOf: $at) { id } }";
        let variables = json!({ "id": ada, "at": written(app.clock.now()) });
        let answer = app.ask(&reader, query, variables.clone()).await;
        assert_eq!((answer.codes(), &answer.body["data"]["customer"]), (vec!["FORBIDDEN"], &Value::Null));
        let both = app.api_key("both", "customers:read,timeline:read").await;
        let answer = app.ask(&both, query, variables).await;
        assert_eq!(answer.data()["customer"]["id"], json!(ada));
        assert_eq!(answer.statements(), 1);
    }

    async fn what_was_erased_is_absent_and_too_long_ago_is_said(app: TestApp) {
        let admin = app.admin().await;
        let ada = create(&app, &admin, json!({ "firstName": "Ada", "externalId": "ada" })).await;
        let instant = soon(&app);
        app.clock.advance(Duration::from_secs(2));
        run(&app, &admin, "customerUpdate", json!({ "id": ada, "lastName": "Byron" }), "customer { id }").await;
        app.execute("update timeline_entry set changes = null, salt = null, reason = null").await;
        let then = at(&app, &admin, &ada, Some(instant)).await;
        assert_eq!((&then["firstName"], &then["lastName"], &then["version"]), (&Value::Null, &Value::Null, &json!(1)));
        app.execute("update timeline_entry set sequence = 9000 where sequence = 2").await;
        let uuid = entity::id::decode(&ada[4..]).unwrap();
        let many = format!(
            "insert into timeline_entry (id, subject_id, sequence, object_id, type, at, actor_type, changes_digest, previous_hash, hash)
             with recursive n(i) as (select 2 union all select i + 1 from n where i < 2003)
             select {id}, subject_id, i, object_id, type, at, actor_type, changes_digest, previous_hash, hash
             from timeline_entry, n where sequence = 9000 and subject_id = {subject}",
            id = if app.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" },
            subject = app.uuid(uuid),
        );
        app.execute(&many).await;
        let query = "query($id: ID!, $at: DateTime!) { customer(id: $id, asOf: $at) { id } }";
        let answer = app.ask(&admin, query, json!({ "id": ada, "at": written(instant) })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }
}
