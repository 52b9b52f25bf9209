//! Transactions that are committed late.

use customer_graph::work::UnitOfWork;
use serde_json::json;

use super::{ask, end, page, record, setup, versions, write};
use crate::harness::TestApp;

#[tokio::test]
async fn an_event_that_is_committed_late_is_neither_skipped_nor_overtaken() {
    let Some(app) = TestApp::on_postgres_with(setup()).await else {
        return;
    };
    let reader = app.api_key("reader", "events:read").await;
    write(&app, "customer.updated", 1).await;
    let first = page(&app, &reader, json!({})).await;
    assert_eq!(versions(&first), [1]);
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = tokio::sync::oneshot::channel::<()>();
    let (begun, may_go_on) = (
        std::sync::Mutex::new(Some(begun)),
        tokio::sync::Mutex::new(Some(may_go_on)),
    );
    let late = app.write(async |unit: &mut UnitOfWork| {
        // Its number is taken at its first write.
        sea_orm::ConnectionTrait::execute_unprepared(unit.db(), "select pg_current_xact_id()").await?;
        begun.lock().unwrap().take().unwrap().send(()).unwrap();
        may_go_on.lock().await.take().unwrap().await.unwrap();
        unit.record(record("order.placed", 2));
        Ok(())
    });
    let meanwhile = async {
        has_begun.await.unwrap();
        for version in 3..6 {
            write(&app, "group.made", version).await;
        }
        let look = async |variables| ask(&app, &reader, variables).await.data()["changes"].clone();
        let held = look(json!({ "after": end(&first) })).await;
        assert_eq!(
            (versions(&held), end(&held)),
            (vec![], end(&first)),
            "what comes later waits"
        );
        let from_now = look(json!({ "fromNow": true })).await;
        let some = look(json!({ "after": end(&first), "topics": ["order.*"] })).await;
        assert_eq!((versions(&some), end(&some)), (vec![], end(&first)));
        go_on.send(()).unwrap();
        from_now
    };
    let (_, from_now) = tokio::join!(late, meanwhile);
    assert_eq!(
        versions(&page(&app, &reader, json!({ "after": end(&first) })).await),
        [2, 3, 4, 5]
    );
    let since = versions(&page(&app, &reader, json!({ "after": end(&from_now) })).await);
    assert!(since.contains(&2), "what was not committed yet is heard: {since:?}");
}
