//! Endpoints that behave badly.

use std::time::Duration;

use serde_json::json;

use super::{DELIVERIES, Receiver, Reply, UPDATE, change, deliveries, drain, endpoint, impatient, send, versions_of};
use crate::{harness::TestApp, on_both, on_both_with};

on_both_with! { impatient();
    async fn what_is_not_taken_is_tried_again_with_the_same_id(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let elsewhere = Receiver::start().await;
        let location = format!("location: {}\r\n", elsewhere.url());
        let no_answer = "there was no answer in time";
        for (reply, status, error) in [
            (Reply::Status(500), json!(500), "the endpoint answered 500"),
            (Reply::Status(404), json!(404), "the endpoint answered 404"),
            (Reply::With(302, location.clone()), json!(302), "the endpoint answered 302"),
            (Reply::With(308, location), json!(308), "the endpoint answered 308"),
            (Reply::Hang, json!(null), no_answer),
            (Reply::Garbage, json!(null), no_answer),
            (Reply::Close, json!(null), no_answer),
        ] {
            let receiver = Receiver::start().await;
            let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
            let bad = reply.clone();
            receiver.replies(move |_| bad.clone());
            change(&app, &admin, ada.id(), &format!("{reply:?}")).await;
            drain(&app).await;
            let nodes = deliveries(&app, &admin, &made.id, None).await;
            assert_eq!(nodes.len(), 1);
            assert_eq!((&nodes[0]["state"], &nodes[0]["attempts"]), (&json!("PENDING"), &json!(1)), "{reply:?}");
            assert_eq!((&nodes[0]["lastStatus"], &nodes[0]["lastError"]), (&status, &json!(error)), "{reply:?}");
            assert!(nodes[0]["nextAttemptAt"].is_string());
            receiver.replies(|_| Reply::Status(200));
            app.clock.advance(Duration::from_secs(7));
            send(&app).await;
            let received = receiver.take();
            assert_eq!(received.len(), 2, "{reply:?}");
            assert!(received.iter().all(|one| one.id == nodes[0]["eventId"].as_str().unwrap()));
            assert!(received[1].timestamp > received[0].timestamp, "each attempt is signed anew");
            let nodes = deliveries(&app, &admin, &made.id, Some("DELIVERED")).await;
            assert_eq!((&nodes[0]["attempts"], &nodes[0]["lastError"], &nodes[0]["nextAttemptAt"]), (&json!(2), &json!(null), &json!(null)));
            app.ask(&admin, "mutation($id: ID!) { webhookDelete(input: { id: $id }) { userErrors { code } } }", json!({ "id": made.id })).await.data();
        }
        assert!(elsewhere.take().is_empty(), "nobody follows");
        assert_eq!(app.count("webhook_delivery").await, 0);
    }

    async fn the_status_alone_decides(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        for reply in [Reply::Endless, Reply::CloseMidway, Reply::Status(202), Reply::Status(299)] {
            let receiver = Receiver::start().await;
            let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
            let odd = reply.clone();
            receiver.replies(move |_| odd.clone());
            change(&app, &admin, ada.id(), &format!("{reply:?}")).await;
            drain(&app).await;
            assert_eq!(deliveries(&app, &admin, &made.id, Some("DELIVERED")).await.len(), 1, "{reply:?}");
            app.ask(&admin, UPDATE, json!({ "input": { "id": made.id, "state": "DISABLED" } })).await.data();
        }
    }
}

on_both! {
    async fn an_endpoint_that_is_gone_is_told_no_more(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        receiver.replies(|_| Reply::Status(410));
        change(&app, &admin, ada.id(), "A").await;
        drain(&app).await;
        change(&app, &admin, bob.id(), "A").await;
        drain(&app).await;
        assert_eq!(receiver.take().len(), 1);
        let answer = app.ask(&admin, DELIVERIES, json!({ "id": made.id })).await;
        let shown = &answer.data()["webhookEndpoint"];
        assert_eq!((&shown["state"], &shown["disabledReason"]), (&json!("DISABLED"), &json!("GONE")));
        assert_eq!(shown["deliveries"]["nodes"][0]["state"], "DEAD");
        assert_eq!(shown["deliveries"]["totalCount"], 1, "what happens afterwards is not queued");
        assert_eq!(app.count("outbox_event where topic = 'webhook_endpoint.updated'").await, 1);
    }

    async fn an_endpoint_that_is_gone_and_comes_back_is_told_all_that_waited_in_its_order(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        let gone_for = ada.id().to_owned();
        receiver.replies(move |one| Reply::Status(if one.object() == gone_for { 410 } else { 500 }));
        let given_up = change(&app, &admin, ada.id(), "A").await;
        let of_bob = [change(&app, &admin, bob.id(), "A").await];
        let of_ada = [change(&app, &admin, ada.id(), "B").await, change(&app, &admin, ada.id(), "C").await];
        drain(&app).await;
        let told = receiver.take();
        assert_eq!(versions_of(&told, ada.id()), [given_up], "nothing is sent after it has said that it is gone");
        let event = told.iter().find(|one| one.object() == ada.id()).unwrap().id.clone();
        let dead = deliveries(&app, &admin, &made.id, Some("DEAD")).await;
        assert_eq!((dead.len(), &dead[0]["eventId"], &dead[0]["lastStatus"]), (1, &json!(event), &json!(410)));
        assert_eq!(deliveries(&app, &admin, &made.id, Some("PENDING")).await.len(), 3);
        // Two days later, when each would have been given up.
        receiver.replies(|_| Reply::Status(200));
        app.clock.advance(Duration::from_secs(48 * 3_600));
        app.sweep().await;
        send(&app).await;
        assert!(receiver.take().is_empty(), "it is disabled");
        let answer = app.ask(&admin, UPDATE, json!({ "input": { "id": made.id, "state": "ACTIVE" } })).await;
        let shown = &answer.data()["webhookUpdate"]["webhookEndpoint"];
        assert_eq!((&shown["state"], &shown["disabledReason"]), (&json!("ACTIVE"), &json!(null)));
        send(&app).await;
        let told = receiver.take();
        assert_eq!((versions_of(&told, ada.id()), versions_of(&told, bob.id())), (of_ada.to_vec(), of_bob.to_vec()));
        assert_eq!(told.len(), 3, "what was given up is not sent unasked");
        let replay = "mutation($id: ID!) { webhookReplay(input: { id: $id, replay: { dead: true } }) { queuedCount userErrors { code } } }";
        let answer = app.ask(&admin, replay, json!({ "id": made.id })).await;
        assert_eq!(answer.data()["webhookReplay"]["queuedCount"], 1);
        send(&app).await;
        let told = receiver.take();
        assert_eq!((told.len(), versions_of(&told, ada.id())), (1, vec![given_up]));
        assert_eq!(told[0].id, event);
        assert_eq!(deliveries(&app, &admin, &made.id, Some("DELIVERED")).await.len(), 4);
        assert_eq!(deliveries(&app, &admin, &made.id, Some("PENDING")).await.len(), 0);
    }

    async fn an_endpoint_that_asks_for_a_pause_gets_it(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        for (status, header, seconds) in [(429, "90", 90), (503, "120", 120), (429, "86400", 3_600)] {
            let receiver = Receiver::start().await;
            let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
            receiver.replies(move |_| Reply::With(status, format!("retry-after: {header}\r\n")));
            change(&app, &admin, ada.id(), header).await;
            drain(&app).await;
            assert_eq!(receiver.take().len(), 1);
            receiver.replies(|_| Reply::Status(200));
            change(&app, &admin, bob.id(), header).await;
            app.clock.advance(Duration::from_secs(seconds - 45));
            drain(&app).await;
            assert!(receiver.take().is_empty(), "not even about others");
            app.clock.advance(Duration::from_secs(46));
            drain(&app).await;
            assert_eq!(receiver.take().len(), 2, "{status} {header}");
            app.ask(&admin, UPDATE, json!({ "input": { "id": made.id, "state": "DISABLED" } })).await.data();
        }
    }

    async fn what_is_not_taken_for_a_day_is_given_up_and_holds_up_nothing_any_more(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        let first = change(&app, &admin, ada.id(), "A").await;
        receiver.replies(move |one| Reply::Status(if one.version() == first { 500 } else { 200 }));
        drain(&app).await;
        let mut attempts = 1;
        // A minute at a time, for 24 hours.
        let mut hours = 0.0;
        while deliveries(&app, &admin, &made.id, Some("DEAD")).await.is_empty() {
            assert!(hours < 24.5, "it is tried for ever");
            app.clock.advance(Duration::from_secs(600));
            hours += 1.0 / 6.0;
            send(&app).await;
            attempts += receiver.take().len();
        }
        assert!(hours > 23.5, "it was given up after {hours} hours");
        assert!((10..20).contains(&attempts), "it was tried {attempts} times");
        let dead = &deliveries(&app, &admin, &made.id, Some("DEAD")).await[0];
        assert_eq!((&dead["lastStatus"], &dead["nextAttemptAt"]), (&json!(500), &json!(null)));
        assert!(dead["settledAt"].is_string());
        let second = change(&app, &admin, ada.id(), "B").await;
        drain(&app).await;
        assert_eq!(versions_of(&receiver.take(), ada.id()), [second]);
        assert_eq!(app.count("outbox_event where topic like 'webhook.%'").await, 0, "it is no event");
    }

    async fn after_an_hour_without_anybody_nothing_is_lost_and_the_order_is_kept(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let (url, port) = (receiver.url(), receiver.port());
        endpoint(&app, &admin, &url, json!({})).await;
        drop(receiver);
        let mut expected = Vec::new();
        for minute in 0..6 {
            expected.push(change(&app, &admin, ada.id(), &format!("Name {minute}")).await);
            drain(&app).await;
            app.clock.advance(Duration::from_secs(600));
        }
        assert_eq!(app.count("webhook_delivery where state = 'PENDING'").await, 6);
        let back = Receiver::start().await;
        let to = json!({ "input": { "id": endpoint_id(&app, &admin).await, "url": back.url() } });
        app.ask(&admin, UPDATE, to).await.data();
        app.clock.advance(Duration::from_secs(3_600));
        drain(&app).await;
        assert_eq!(versions_of(&back.take(), ada.id()), expected, "from port {port} to another");
    }

    async fn what_became_of_deliveries_is_forgotten_in_time(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        endpoint(&app, &admin, &receiver.url(), json!({})).await;
        change(&app, &admin, ada.id(), "A").await;
        change(&app, &admin, ada.id(), "B").await;
        drain(&app).await;
        app.execute("update webhook_delivery set state = 'DEAD' where number = (select max(number) from webhook_delivery)").await;
        app.sweep().await;
        assert_eq!(app.count("webhook_delivery").await, 2);
        app.clock.advance(Duration::from_secs(8 * 24 * 3_600));
        app.sweep().await;
        assert_eq!(app.count("webhook_delivery where state = 'DEAD'").await, 1);
        assert_eq!(app.count("webhook_delivery").await, 1);
        app.clock.advance(Duration::from_secs(23 * 24 * 3_600));
        app.sweep().await;
        assert_eq!(app.count("webhook_delivery").await, 0);
    }
}

async fn endpoint_id(app: &TestApp, admin: &crate::harness::Persona) -> String {
    let answer = app.ask(admin, "{ webhookEndpoints { nodes { id } } }", json!({})).await;
    answer.data()["webhookEndpoints"]["nodes"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}
