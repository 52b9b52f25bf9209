//! Readers whose cursors are kept.

use customer_graph::work::{
    Once, UnitOfWork, UserError, WriteError, WriteOptions,
    outbox::{self, Cursor},
    outbox_reader::{self, Begin},
};

use super::{settle, setup, write};
use crate::{harness::TestApp, on_both_with};

/// Claims the cursor, reads what there is, at most two, and advances: what a sender does, and whether it fails at last.
async fn turn(app: &TestApp, begin: Begin, fails: bool) -> Option<Vec<i32>> {
    settle(app).await;
    let call = app.system();
    let written = call
        .write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
            let Some(cursor) = outbox_reader::claim(unit, "test", begin).await? else {
                return Ok(Once(None));
            };
            let events = outbox::events_after(unit.db(), cursor, 2).await?;
            outbox_reader::advance(unit, "test", events.next).await?;
            if fails {
                return Err(WriteError::from(UserError::not_found("", "receiver")));
            }
            Ok(Once(Some(
                events.events.iter().map(|event| event.version).collect::<Vec<_>>(),
            )))
        })
        .await;
    written.ok().and_then(|written| written.value.0)
}

on_both_with! { setup();
    async fn a_reader_goes_on_where_its_last_commit_left_off(app: TestApp) {
        for version in 1..=3 {
            write(&app, "customer.updated", version).await;
        }
        assert_eq!(turn(&app, Begin::Oldest, true).await, None);
        assert_eq!(turn(&app, Begin::Oldest, false).await, Some(vec![1, 2]));
        assert_eq!(turn(&app, Begin::Oldest, true).await, None);
        assert_eq!(turn(&app, Begin::Oldest, false).await, Some(vec![3]), "who fails has read nothing");
        assert_eq!(turn(&app, Begin::Oldest, false).await, Some(vec![]));
    }

    async fn a_reader_who_begins_now_reads_what_comes(app: TestApp) {
        write(&app, "customer.updated", 1).await;
        assert_eq!(turn(&app, Begin::Now, false).await, Some(vec![]));
        write(&app, "customer.updated", 2).await;
        assert_eq!(turn(&app, Begin::Now, false).await, Some(vec![2]));
    }

    async fn a_reader_never_goes_back(app: TestApp) {
        for version in 1..=2 {
            write(&app, "customer.updated", version).await;
        }
        assert_eq!(turn(&app, Begin::Oldest, false).await, Some(vec![1, 2]));
        app.write(async |unit: &mut UnitOfWork| {
            outbox_reader::advance(unit, "test", Cursor { transaction: 0, position: 1 }).await?;
            Ok(())
        })
        .await;
        assert_eq!(turn(&app, Begin::Oldest, false).await, Some(vec![]));
    }
}

#[tokio::test]
async fn one_process_at_a_time_has_a_cursor_and_nobody_waits_for_it() {
    let Some(app) = TestApp::on_postgres_with(setup()).await else {
        return;
    };
    write(&app, "customer.updated", 1).await;
    assert_eq!(turn(&app, Begin::Oldest, false).await, Some(vec![1]));
    write(&app, "customer.updated", 2).await;
    app.write(async |unit: &mut UnitOfWork| {
        assert!(outbox_reader::claim(unit, "test", Begin::Oldest).await?.is_some());
        assert_eq!(turn(&app, Begin::Oldest, false).await, None, "another has it");
        Ok(())
    })
    .await;
    let read = turn(&app, Begin::Oldest, false).await;
    assert_eq!(read, Some(vec![2]));
}
