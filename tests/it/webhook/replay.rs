//! What was sent before, or given up, once more.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Received, Receiver, Reply, UPDATE, change, deliveries, drain, endpoint, queue, send, versions_of};
use crate::{
    harness::{Answer, Persona, TestApp},
    on_both,
};

const REPLAY: &str =
    "mutation($input: WebhookReplayInput!) { webhookReplay(input: $input) { queuedCount userErrors { code path } } }";

async fn replay(app: &TestApp, who: &Persona, id: &str, what: Value) -> Answer {
    app.ask(who, REPLAY, json!({ "input": { "id": id, "replay": what } }))
        .await
}

fn count(answer: &Answer) -> i64 {
    answer.data()["webhookReplay"]["queuedCount"]
        .as_i64()
        .unwrap_or_else(|| panic!("{:#}", answer.body))
}

on_both! {
    async fn what_was_taken_is_sent_once_more_with_the_same_id(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        change(&app, &admin, ada.id(), "A").await;
        change(&app, &admin, ada.id(), "B").await;
        drain(&app).await;
        let first = receiver.take();
        let nodes = deliveries(&app, &admin, &made.id, None).await;
        let ids = json!({ "deliveryIds": [nodes[0]["id"], nodes[1]["id"], nodes[0]["id"]] });
        assert_eq!(count(&replay(&app, &admin, &made.id, ids.clone()).await), 2);
        assert_eq!(count(&replay(&app, &admin, &made.id, ids).await), 0, "they still wait");
        drain(&app).await;
        let again = receiver.take();
        let ids = |received: &[Received]| received.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&first), ids(&again), "and in the same order");
        let nodes = deliveries(&app, &admin, &made.id, None).await;
        let replays: Vec<&Value> = nodes.iter().map(|node| &node["replay"]).collect();
        assert_eq!(replays, [1, 1, 0, 0]);
    }

    async fn what_was_given_up_is_sent_once_more(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        receiver.replies(|_| Reply::Status(500));
        let versions = [change(&app, &admin, ada.id(), "A").await, change(&app, &admin, ada.id(), "B").await];
        queue(&app).await;
        app.clock.advance(Duration::from_secs(24 * 3_600 + 1));
        send(&app).await;
        assert_eq!(deliveries(&app, &admin, &made.id, Some("DEAD")).await.len(), 2, "each was tried once, a day later");
        receiver.take();
        receiver.replies(|_| Reply::Status(200));
        assert_eq!(count(&replay(&app, &admin, &made.id, json!({ "dead": true })).await), 2);
        assert_eq!(count(&replay(&app, &admin, &made.id, json!({ "dead": true })).await), 0, "once is enough");
        drain(&app).await;
        assert_eq!(versions_of(&receiver.take(), ada.id()), versions);
        assert_eq!(app.count("outbox_event where topic = 'webhook_endpoint.replayed'").await, 1);
    }

    async fn what_happened_in_a_time_is_sent_whoever_was_there(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        change(&app, &admin, ada.id(), "Long ago").await;
        app.clock.advance(Duration::from_secs(3_600));
        let since = app.app.parts.clock.now();
        let before = [change(&app, &admin, ada.id(), "A").await, change(&app, &admin, ada.id(), "B").await];
        app.clock.advance(Duration::from_secs(3_600));
        let until = app.app.parts.clock.now();
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        let after = change(&app, &admin, ada.id(), "C").await;
        let time = json!({ "time": { "since": since.to_rfc3339(), "until": until.to_rfc3339() } });
        assert_eq!(count(&replay(&app, &admin, &made.id, time).await), 2);
        drain(&app).await;
        assert_eq!(versions_of(&receiver.take(), ada.id()), [before[0], before[1], after]);
        let everything = json!({ "time": { "since": since.to_rfc3339() } });
        assert_eq!(count(&replay(&app, &admin, &made.id, everything).await), 3);
        drain(&app).await;
        assert_eq!(versions_of(&receiver.take(), ada.id()), [before[0], before[1], after]);
    }

    async fn what_is_not_queued_yet_is_not_sent_twice(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        let since = app.app.parts.clock.now();
        change(&app, &admin, ada.id(), "A").await;
        assert_eq!(count(&replay(&app, &admin, &made.id, json!({ "time": { "since": since.to_rfc3339() } })).await), 1);
        drain(&app).await;
        assert_eq!(receiver.take().len(), 1);
    }

    async fn what_cannot_be_sent_once_more_is_refused(app: TestApp) {
        let admin = app.admin().await;
        let made = endpoint(&app, &admin, "http://127.0.0.1:9/", json!({})).await;
        let refused = async |id: &str, what: Value| replay(&app, &admin, id, what).await.user_errors("webhookReplay").join(",");
        let unknown = "whdl_01ARZ3NDEKTSV4RRFFQ69G5FAV";
        assert_eq!(refused(&made.id, json!({ "deliveryIds": [unknown] })).await, "NOT_FOUND");
        assert_eq!(refused(&made.id, json!({ "deliveryIds": vec![unknown; 1_001] })).await, "LIMIT_EXCEEDED");
        assert_eq!(refused(&made.id, json!({ "dead": false })).await, "INVALID");
        assert_eq!(refused("whep_01ARZ3NDEKTSV4RRFFQ69G5FAV", json!({ "dead": true })).await, "NOT_FOUND");
        app.ask(&admin, UPDATE, json!({ "input": { "id": made.id, "state": "DISABLED" } })).await.data();
        assert_eq!(refused(&made.id, json!({ "dead": true })).await, "INVALID_STATE");
    }
}
