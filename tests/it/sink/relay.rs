//! What holds for every sink: nothing is lost, the order of a customer is kept, one process at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use customer_graph::{
    background::{EventSink, SinkError, SinkRelay, sink::Passed},
    work::outbox::Event,
};
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::{
    harness::{Persona, Setup, TestApp},
    on_both,
};

/// Remembers what it took, and refuses what it is told to refuse.
#[derive(Default)]
struct Recorder {
    taken: Mutex<Vec<Event>>,
    /// How many events it takes before it refuses one.
    refuses_after: Mutex<Option<usize>>,
}

impl Recorder {
    fn taken(&self) -> Vec<Event> {
        self.taken.lock().unwrap().clone()
    }

    fn refuse_after(&self, count: usize) {
        *self.refuses_after.lock().unwrap() = Some(count);
    }
}

impl EventSink for Recorder {
    fn name(&self) -> &str {
        "recorder"
    }

    fn publish<'a>(&'a self, event: &'a Event) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(async move {
            let mut refuses_after = self.refuses_after.lock().unwrap();
            match refuses_after.as_mut() {
                Some(0) => {
                    *refuses_after = None;
                    return Err(SinkError("not now".to_owned()));
                }
                Some(count) => *count -= 1,
                None => {}
            }
            self.taken.lock().unwrap().push(event.clone());
            Ok(())
        })
    }
}

fn relay(app: &TestApp, sink: &Arc<Recorder>) -> SinkRelay {
    SinkRelay::new(app.app.parts.clone(), Arc::clone(sink) as Arc<dyn EventSink>)
}

/// Passes everything on that is there.
async fn drain(relay: &SinkRelay) {
    for _ in 0..1_000 {
        match relay.pass().await.unwrap() {
            Passed::All(0) => return,
            Passed::HeldBack(_) => tokio::task::yield_now().await,
            _ => {}
        }
    }
    panic!("there is no end to the events");
}

/// Two customers, and so many changes of each.
async fn changes(app: &TestApp, admin: &Persona, each: usize) {
    for name in ["ada", "grace"] {
        let email = format!("{name}@example.com");
        let created = app
            .ask(
                admin,
                "mutation($email: Email!) { customerCreate(input: { email: $email }) { customer { id } } }",
                json!({ "email": email }),
            )
            .await;
        let id = created.data()["customerCreate"]["customer"]["id"].clone();
        for change in 0..each {
            let answer = app
                .ask(
                    admin,
                    "mutation($id: ID!, $name: String) { customerUpdate(input: { id: $id, firstName: $name }) { customer { version } } }",
                    json!({ "id": id, "name": format!("{name} {change}") }),
                )
                .await;
            assert!(answer.data()["customerUpdate"]["customer"]["version"].is_i64());
        }
    }
}

/// The versions of each object, in the order in which they were first told.
fn versions(events: &[Event]) -> HashMap<String, Vec<i32>> {
    let mut versions: HashMap<String, Vec<i32>> = HashMap::new();
    for event in events {
        let known = versions.entry(event.object.clone()).or_default();
        if !known.contains(&event.version) {
            known.push(event.version);
        }
    }
    versions
}

on_both! {
    async fn a_sink_gets_what_happens_after_it_came_in_the_order_of_each_customer(app: TestApp) {
        let admin = app.admin().await;
        let before = app.ask(&admin, "mutation { customerCreate(input: { email: \"early@example.com\" }) { customer { id } } }", json!({})).await;
        let early = before.data()["customerCreate"]["customer"]["id"].as_str().unwrap().to_owned();
        let sink = Arc::new(Recorder::default());
        let relay = relay(&app, &sink);
        drain(&relay).await;
        changes(&app, &admin, 5).await;
        drain(&relay).await;
        let taken = sink.taken();
        assert!(taken.iter().all(|event| event.object != early), "that was before it came");
        let versions = versions(&taken);
        assert_eq!(versions.len(), 2);
        assert!(versions.values().all(|versions| *versions == [1, 2, 3, 4, 5, 6]), "{versions:?}");
        assert_eq!(taken.len(), 12, "nothing was told twice");
        drain(&relay).await;
        assert_eq!(sink.taken().len(), 12);
    }

    async fn what_a_sink_does_not_take_is_passed_on_again_and_in_order(app: TestApp) {
        let admin = app.admin().await;
        let sink = Arc::new(Recorder::default());
        let relay = relay(&app, &sink);
        drain(&relay).await;
        changes(&app, &admin, 5).await;
        for count in [0, 3, 7] {
            sink.refuse_after(count);
            assert_eq!(relay.pass().await.unwrap(), Passed::Refused);
        }
        drain(&relay).await;
        let versions = versions(&sink.taken());
        assert_eq!(versions.len(), 2);
        assert!(versions.values().all(|versions| *versions == [1, 2, 3, 4, 5, 6]), "{versions:?}");
    }

    async fn one_process_at_a_time_passes_events_on(app: TestApp) {
        let admin = app.admin().await;
        let sink = Arc::new(Recorder::default());
        let (first, second) = (relay(&app, &sink), relay(&app, &sink));
        drain(&first).await;
        changes(&app, &admin, 1).await;
        assert_eq!(second.pass().await.unwrap(), Passed::Elsewhere);
        assert!(sink.taken().is_empty());
        // Who holds the cursor is killed; its time passes.
        app.clock.advance(Duration::from_secs(31));
        drain(&second).await;
        assert_eq!(sink.taken().len(), 4);
        assert_eq!(first.pass().await.unwrap(), Passed::Elsewhere, "the second one has it now");
    }

    async fn what_was_published_and_not_noted_is_published_again_under_the_same_id(app: TestApp) {
        let admin = app.admin().await;
        let sink = Arc::new(Recorder::default());
        let first = relay(&app, &sink);
        drain(&first).await;
        changes(&app, &admin, 1).await;
        // Killed after the last event was taken, before that was noted: as a sink that refuses at the very end.
        sink.refuse_after(3);
        assert_eq!(first.pass().await.unwrap(), Passed::Refused);
        app.clock.advance(Duration::from_secs(31));
        let second = relay(&app, &sink);
        drain(&second).await;
        let taken = sink.taken();
        let ids: std::collections::HashSet<_> = taken.iter().map(|event| event.id).collect();
        assert_eq!(ids.len(), 4, "all four events, none under two ids");
        assert_eq!(taken.len(), 7, "three of them twice");
    }
}

#[tokio::test]
async fn the_service_passes_events_on_by_itself() {
    let sink = Arc::new(Recorder::default());
    let app = TestApp::on_sqlite_with(Setup {
        sinks: vec![Arc::clone(&sink) as Arc<dyn EventSink>],
        ..Setup::default()
    })
    .await;
    let admin = app.admin().await;
    let relay = app.app.sinks[0].clone();
    drain(&relay).await;
    let running = tokio::spawn(relay.run(app.app.stopping.clone()));
    changes(&app, &admin, 2).await;
    let all_taken = async {
        while sink.taken().len() < 6 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all_taken).await.unwrap();
    app.app.stopping.tell();
    tokio::time::timeout(Duration::from_secs(20), running)
        .await
        .unwrap()
        .unwrap();
}
