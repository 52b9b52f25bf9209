//! Each event once, and in order for each customer, however many are at it.

use std::{sync::LazyLock, time::Duration};

use chrono::TimeDelta;
use customer_graph::{
    auth::SigningKeys,
    background::Stopping,
    features::webhook::{
        queue::{self as lanes, Claimed},
        settle::{self, Sent},
    },
    work::UnitOfWork,
};
use secrecy::SecretString;
use serde_json::json;

use super::{Receiver, Reply, UPDATE, change, deliveries, drain, endpoint, impatient, queue, send, versions_of};
use crate::{harness::Setup, on_both, on_both_with};

/// One key for several processes: they read each other's secrets.
fn with_one_key() -> Setup {
    static KEY: LazyLock<SecretString> = LazyLock::new(|| SigningKeys::generate().unwrap());
    Setup {
        signing_key: Some(KEY.clone()),
        ..Setup::default()
    }
}

on_both_with! { with_one_key();
    async fn two_processes_tell_each_event_once_and_in_order(app: TestApp) {
        let admin = app.admin().await;
        let receiver = Receiver::start().await;
        endpoint(&app, &admin, &receiver.url(), json!({})).await;
        let names = ["ada", "bob", "cyd", "dan", "eve"];
        let mut customers = Vec::new();
        for name in names {
            customers.push(app.customer(name).await);
        }
        let other = app.beside(with_one_key()).await;
        for round in 0..6 {
            for customer in &customers {
                change(&app, &admin, customer.id(), &format!("Name {round}")).await;
            }
            let (one, two) = tokio::join!(app.app.webhooks.fan_out(), other.app.webhooks.fan_out());
            one.unwrap();
            two.unwrap();
            tokio::join!(send(&app), send(&other));
        }
        queue(&app).await;
        tokio::join!(send(&app), send(&other), send(&app));
        let received = receiver.take();
        assert_eq!(received.len(), 6 * names.len());
        for customer in &customers {
            let versions = versions_of(&received, customer.id());
            assert!(versions.is_sorted() && versions.len() == 6, "{versions:?}");
        }
        assert_eq!(app.count("webhook_delivery where state = 'DELIVERED' and attempts = 1").await, 30);
    }
}

on_both! {
    async fn nothing_overtakes_what_failed_before_it(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let receiver = Receiver::start().await;
        endpoint(&app, &admin, &receiver.url(), json!({})).await;
        let mut expected = Vec::new();
        for name in ["A", "B", "C"] {
            expected.push(change(&app, &admin, ada.id(), name).await);
            change(&app, &admin, bob.id(), name).await;
        }
        let (hers, fails_at) = (ada.id().to_owned(), expected[1]);
        receiver.replies(move |one| Reply::Status(if one.object() == hers && one.version() == fails_at { 500 } else { 200 }));
        drain(&app).await;
        let received = receiver.take();
        assert_eq!(versions_of(&received, ada.id()), expected[..2], "the third waits for the second");
        assert_eq!(versions_of(&received, bob.id()).len(), 3, "others go on");
        expected.push(change(&app, &admin, ada.id(), "D").await);
        receiver.replies(|_| Reply::Status(200));
        drain(&app).await;
        assert!(receiver.take().is_empty(), "it is not time yet");
        app.clock.advance(Duration::from_secs(7));
        drain(&app).await;
        assert_eq!(versions_of(&receiver.take(), ada.id()), expected[1..]);
    }

    async fn what_a_process_took_that_is_gone_is_sent_by_another_when_its_time_is_over(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        change(&app, &admin, ada.id(), "A").await;
        queue(&app).await;
        let id = made.id.parse().unwrap();
        let claimed: Claimed = app
            .write(async |unit: &mut UnitOfWork| lanes::claim(unit, id, TimeDelta::seconds(15)).await)
            .await
            .expect("something to send");
        assert_eq!(claimed.lanes.len(), 1);
        send(&app).await;
        assert!(receiver.take().is_empty(), "it is in other hands");
        app.clock.advance(Duration::from_secs(16));
        send(&app).await;
        assert_eq!(receiver.take().len(), 1);
        // The one who was slow comes back, and changes nothing.
        let row = claimed.lanes[0].deliveries[0].clone();
        let failure = customer_graph::features::webhook::courier::Failure::because("too late");
        let sent = [Sent { subject: claimed.lanes[0].subject, delivered: Vec::new(), failed: Some((row, failure)) }];
        app.write(async |unit: &mut UnitOfWork| settle::settle(unit, &claimed, &sent).await).await;
        let nodes = deliveries(&app, &admin, &made.id, None).await;
        assert_eq!((&nodes[0]["state"], &nodes[0]["attempts"]), (&json!("DELIVERED"), &json!(1)));
    }

    async fn only_what_an_endpoint_wants_is_sent_to_it(app: TestApp) {
        let admin = app.admin().await;
        let (all, some, none) = (Receiver::start().await, Receiver::start().await, Receiver::start().await);
        endpoint(&app, &admin, &all.url(), json!({ "topics": ["*"] })).await;
        endpoint(&app, &admin, &some.url(), json!({ "topics": ["customer.group.*", "customer.deleted"] })).await;
        endpoint(&app, &admin, &none.url(), json!({ "topics": ["order.placed"] })).await;
        let group = app.ask(&admin, "mutation { customerGroupCreate(input: { name: \"VIP\" }) { customerGroup { id } } }", json!({})).await;
        let group = group.data()["customerGroupCreate"]["customerGroup"]["id"].clone();
        let ada = app.customer("ada").await;
        change(&app, &admin, ada.id(), "A").await;
        drain(&app).await;
        let received = some.take();
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].json["type"], "customer.group.created");
        assert_eq!((&received[0].json["data"]["objectId"], &received[0].json["data"]["subjectId"]), (&group, &group));
        assert!(none.take().is_empty());
        let topics: Vec<String> = all.take().iter().map(|one| one.json["type"].as_str().unwrap().to_owned()).collect();
        for topic in ["webhook_endpoint.created", "customer.group.created", "customer.updated"] {
            assert!(topics.iter().any(|known| known == topic), "{topic} is not among {topics:?}");
        }
    }

    async fn what_belongs_to_somebodys_history_names_them(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        endpoint(&app, &admin, &receiver.url(), json!({ "topics": ["*"] })).await;
        let create = "mutation($id: ID!) { addressCreate(input: { customerId: $id, countryCode: \"DE\", skipValidation: true }) { address { id } userErrors { code } } }";
        let address = app.ask(&admin, create, json!({ "id": ada.id() })).await.data()["addressCreate"]["address"]["id"].clone();
        let create = "mutation($id: ID!) { organizationCreate(input: { name: \"Engines\", members: [{ customerId: $id }] }) { organization { id } userErrors { code } } }";
        let organization = app.ask(&admin, create, json!({ "id": ada.id() })).await.data()["organizationCreate"]["organization"]["id"].clone();
        drain(&app).await;
        let received = receiver.take();
        let subject = |object: &serde_json::Value| {
            let one = received.iter().find(|one| one.json["data"]["objectId"] == *object);
            one.unwrap().json["data"]["subjectId"].clone()
        };
        assert_eq!(subject(&address), ada.id());
        assert_eq!(subject(&organization), organization);
        let units: Vec<_> = received.iter().filter(|one| one.object().starts_with("orgunit_")).collect();
        assert!(!units.is_empty(), "an organization is made with its first unit");
        for one in units {
            let (object, subject) = (one.object(), one.json["data"]["subjectId"].as_str().unwrap());
            assert!(subject == organization, "{object} belongs to {subject}");
        }
    }

    async fn an_endpoint_that_is_disabled_is_told_what_waited_when_it_is_enabled_again(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let made = endpoint(&app, &admin, &receiver.url(), json!({})).await;
        let first = change(&app, &admin, ada.id(), "A").await;
        queue(&app).await;
        let set = |state: &str| json!({ "input": { "id": made.id, "state": state } });
        let disabled = app.ask(&admin, UPDATE, set("DISABLED")).await.data()["webhookUpdate"]["webhookEndpoint"].clone();
        assert_eq!((&disabled["state"], &disabled["disabledReason"]), (&json!("DISABLED"), &json!("SWITCHED_OFF")));
        change(&app, &admin, ada.id(), "B").await;
        drain(&app).await;
        assert!(receiver.take().is_empty());
        app.ask(&admin, UPDATE, set("ACTIVE")).await.data();
        let third = change(&app, &admin, ada.id(), "C").await;
        drain(&app).await;
        assert_eq!(versions_of(&receiver.take(), ada.id()), [first, third]);
    }
}

on_both_with! { impatient();
    async fn one_that_is_slow_keeps_nobody_waiting_and_a_stop_leaves_nothing_taken(app: TestApp) {
        let admin = app.admin().await;
        let (slow, quick) = (Receiver::start().await, Receiver::start().await);
        slow.replies(|_| Reply::Hang);
        endpoint(&app, &admin, &slow.url(), json!({})).await;
        endpoint(&app, &admin, &quick.url(), json!({})).await;
        let names = ["ada", "bob", "cyd", "dan", "eve", "fay", "gus", "hal", "ida", "jon", "kim", "leo", "mia", "ned", "oda", "pia", "qiu", "ray"];
        let mut customers = Vec::new();
        for name in names {
            customers.push(app.customer(name).await);
        }
        let stopping = Stopping::default();
        let running = tokio::spawn(app.app.webhooks.clone().run(stopping.clone()));
        for customer in &customers {
            change(&app, &admin, customer.id(), "Name").await;
        }
        quick.has_received(names.len()).await;
        slow.has_received(1).await;
        stopping.tell();
        running.await.unwrap();
        assert_eq!(app.count("webhook_lane where lease is not null").await, 0);
        assert_eq!(app.count("webhook_delivery where state = 'DELIVERED'").await, i64::try_from(names.len()).unwrap());
    }
}
