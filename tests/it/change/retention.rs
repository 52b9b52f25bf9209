//! How long events are kept.

use std::time::Duration;

use chrono::TimeDelta;
use customer_graph::{
    migrate,
    work::{
        UnitOfWork,
        outbox::Cursor,
        outbox_reader::{self, Begin},
    },
};
use serde_json::json;

use super::{ask, end, page, refusal, settle, setup, sweep, versions, write};
use crate::{harness::TestApp, on_both_with};

const MONTH: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// Holds the cursor of a reader for half a minute; answers whether it could be had.
async fn hold(app: &TestApp) -> bool {
    app.write(async |unit: &mut UnitOfWork| {
        let cursor = outbox_reader::hold(unit, "sink", Begin::Oldest, "token", TimeDelta::seconds(30)).await?;
        Ok(cursor.is_some())
    })
    .await
}

on_both_with! { setup();
    async fn old_events_go_and_whoever_missed_them_is_told(app: TestApp) {
        let reader = app.api_key("reader", "events:read").await;
        for version in 1..=3 {
            write(&app, "customer.updated", version).await;
        }
        let one = page(&app, &reader, json!({ "first": 1 })).await;
        let all = page(&app, &reader, json!({})).await;
        app.clock.advance(MONTH);
        write(&app, "customer.updated", 4).await;
        assert!(sweep(&app).await >= 3);
        assert_eq!(app.column("outbox_event", "object_id").await.len(), 1);
        let answer = ask(&app, &reader, json!({ "after": end(&one) })).await;
        assert_eq!(refusal(&answer), json!(["BAD_USER_INPUT", "EVENTS_GONE"]));
        let other = ask(&app, &reader, json!({ "after": end(&one), "topics": ["order.*"] })).await;
        assert_eq!(refusal(&other), json!(["BAD_USER_INPUT", "EVENTS_GONE"]));
        assert_eq!(versions(&page(&app, &reader, json!({ "after": end(&all) })).await), [4], "who had read all of them goes on");
        let anew = page(&app, &reader, json!({})).await;
        assert_eq!(versions(&anew), [4]);
        // Where everything is gone, a cursor is given all the same, and is good.
        app.clock.advance(MONTH);
        sweep(&app).await;
        assert_eq!(app.count("outbox_event").await, 0);
        let empty = page(&app, &reader, json!({})).await;
        assert_eq!((versions(&empty), end(&empty)), (vec![], end(&anew)));
        write(&app, "customer.updated", 5).await;
        assert_eq!(versions(&page(&app, &reader, json!({ "after": end(&empty) })).await), [5]);
        assert_eq!(versions(&page(&app, &reader, json!({ "fromNow": true })).await), [0; 0]);
    }

    async fn what_a_reader_has_still_to_read_is_kept(app: TestApp) {
        for version in 1..=3 {
            write(&app, "customer.updated", version).await;
        }
        settle(&app).await;
        let second = app.write(async |unit: &mut UnitOfWork| {
            let cursor = outbox_reader::claim(unit, "slow", Begin::Oldest).await?.unwrap();
            outbox_reader::claim(unit, "quick", Begin::Now).await?.unwrap();
            Ok(customer_graph::work::outbox::events_after(unit.db(), cursor, 2).await?.next)
        })
        .await;
        app.clock.advance(MONTH);
        sweep(&app).await;
        assert_eq!(app.count("outbox_event").await, 3);
        app.write(async |unit: &mut UnitOfWork| Ok(outbox_reader::advance(unit, "slow", second).await?)).await;
        sweep(&app).await;
        assert_eq!(app.count("outbox_event").await, 1);
        let far = Cursor { transaction: i64::MAX, position: i64::MAX };
        app.write(async |unit: &mut UnitOfWork| Ok(outbox_reader::advance(unit, "slow", far).await?)).await;
        app.write(async |unit: &mut UnitOfWork| Ok(outbox_reader::advance(unit, "quick", far).await?)).await;
        sweep(&app).await;
        assert_eq!(app.count("outbox_event").await, 0);
    }

    async fn one_who_holds_its_cursor_for_a_time_and_has_not_come_for_as_long_as_events_are_kept_keeps_none(app: TestApp) {
        for version in 1..=3 {
            write(&app, "customer.updated", version).await;
        }
        settle(&app).await;
        assert!(hold(&app).await);
        app.clock.advance(MONTH);
        assert!(hold(&app).await, "it is still there, and slow");
        sweep(&app).await;
        assert_eq!(app.count("outbox_event").await, 3);
        // Stopped a moment ago: it may come back.
        app.write(async |unit: &mut UnitOfWork| Ok(outbox_reader::release(unit, "sink", "token").await?)).await;
        sweep(&app).await;
        assert_eq!(app.count("outbox_event").await, 3);
        app.clock.advance(MONTH);
        sweep(&app).await;
        assert_eq!(app.count("outbox_event").await, 0, "nobody serves it any more");
        // One that was never held is served by whoever claims it, and has time.
        write(&app, "customer.updated", 4).await;
        settle(&app).await;
        app.write(async |unit: &mut UnitOfWork| {
            outbox_reader::claim(unit, "slow", Begin::Oldest).await?.unwrap();
            Ok(())
        })
        .await;
        app.clock.advance(MONTH);
        sweep(&app).await;
        assert_eq!(app.count("outbox_event").await, 1);
    }

    async fn what_is_young_stays(app: TestApp) {
        write(&app, "customer.updated", 1).await;
        app.clock.advance(Duration::from_secs(29 * 24 * 60 * 60));
        write(&app, "customer.updated", 2).await;
        sweep(&app).await;
        assert_eq!(app.count("outbox_event").await, 2);
    }
}

#[tokio::test]
async fn cursors_from_before_the_database_came_from_another_server_are_refused() {
    let Some(app) = TestApp::on_postgres_with(setup()).await else {
        return;
    };
    let reader = app.api_key("reader", "events:read").await;
    for version in 1..=3 {
        write(&app, "customer.updated", version).await;
    }
    let first = page(&app, &reader, json!({ "first": 1 })).await;
    settle(&app).await;
    app.write(async |unit: &mut UnitOfWork| {
        let cursor = outbox_reader::claim(unit, "test", Begin::Oldest).await?.unwrap();
        let page = customer_graph::work::outbox::events_after(unit.db(), cursor, 1).await?;
        Ok(outbox_reader::advance(unit, "test", page.next).await?)
    })
    .await;
    for table in ["outbox_event", "outbox_reader"] {
        app.execute(&format!(
            "update {table} set transaction_id = transaction_id + 1000000000"
        ))
        .await;
    }
    migrate::up(&app.app.parts.database).await.unwrap();
    write(&app, "customer.updated", 4).await;
    let answer = ask(&app, &reader, json!({ "after": end(&first) })).await;
    assert_eq!(refusal(&answer), json!(["BAD_USER_INPUT", "EVENTS_GONE"]));
    assert_eq!(versions(&page(&app, &reader, json!({})).await), [1, 2, 3, 4]);
    settle(&app).await;
    let read = app
        .write(async |unit: &mut UnitOfWork| {
            let cursor = outbox_reader::claim(unit, "test", Begin::Oldest).await?.unwrap();
            let page = customer_graph::work::outbox::events_after(unit.db(), cursor, 10).await?;
            Ok(page.events.iter().map(|event| event.version).collect::<Vec<_>>())
        })
        .await;
    assert_eq!(read[..2], [2, 3], "nothing that was not read is lost");
}
