//! What holds for every sink: nothing is lost, the order of a customer is kept, one process at a time.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use customer_graph::{
    background::{
        EventSink, SinkError, SinkRelay,
        sink::{Passed, SinkEvent},
    },
    work::outbox::Event,
};
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::{
    change::settle,
    harness::{Persona, Setup, TestApp},
    on_both,
};

/// Remembers what it took, and refuses what it is told to refuse.
#[derive(Default)]
struct Recorder {
    taken: Mutex<Vec<Event>>,
    /// To whom each object belongs.
    subjects: Mutex<HashMap<String, String>>,
    /// How many events it takes before it refuses one.
    refuses_after: Mutex<Option<usize>>,
    /// Whether it breaks down at the next event, once.
    is_broken: AtomicBool,
}

impl Recorder {
    fn taken(&self) -> Vec<Event> {
        self.taken.lock().unwrap().clone()
    }

    fn refuse_after(&self, count: usize) {
        *self.refuses_after.lock().unwrap() = Some(count);
    }

    fn break_once(&self) {
        self.is_broken.store(true, Ordering::SeqCst);
    }
}

impl EventSink for Recorder {
    fn name(&self) -> &str {
        "recorder"
    }

    fn publish<'a>(&'a self, told: &'a SinkEvent) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(async move {
            assert!(!self.is_broken.swap(false, Ordering::SeqCst), "the sink is broken");
            let mut refuses_after = self.refuses_after.lock().unwrap();
            match refuses_after.as_mut() {
                Some(0) => {
                    *refuses_after = None;
                    return Err(SinkError("not now".to_owned()));
                }
                Some(count) => *count -= 1,
                None => {}
            }
            let (event, body) = (told.event.clone(), told.body());
            assert_eq!(
                (&body["id"], &body["subjectId"]),
                (&json!(event.id), &json!(told.subject_id))
            );
            self.subjects
                .lock()
                .unwrap()
                .insert(event.object.clone(), told.subject_id.clone());
            self.taken.lock().unwrap().push(event);
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
            // By transactions of other tests on the same server.
            Passed::HeldBack(_) => tokio::time::sleep(Duration::from_millis(5)).await,
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

/// The ids of events, in the order in which they were told.
fn ids(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.id.to_string()).collect()
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
        let subjects = sink.subjects.lock().unwrap().clone();
        assert!(taken.iter().all(|event| subjects[&event.object] == event.object), "they are customers themselves: {subjects:?}");
        let group = app.ask(&admin, "mutation { customerGroupCreate(input: { name: \"Friends\" }) { customerGroup { id } } }", json!({})).await;
        let group = group.data()["customerGroupCreate"]["customerGroup"]["id"].as_str().unwrap().to_owned();
        let address = "mutation($id: ID!) { addressCreate(input: { customerId: $id, countryCode: \"DE\", skipValidation: true }) { address { id } userErrors { code path } } }";
        let owner = taken[0].object.clone();
        let address = app.ask(&admin, address, json!({ "id": owner })).await.data()["addressCreate"]["address"]["id"].as_str().unwrap().to_owned();
        drain(&relay).await;
        let subjects = sink.subjects.lock().unwrap().clone();
        assert_eq!((&subjects[&group], &subjects[&address]), (&group, &owner));
        let told = sink.taken().len();
        drain(&relay).await;
        assert_eq!(sink.taken().len(), told);
    }

    async fn what_a_sink_does_not_take_is_passed_on_again_and_in_order(app: TestApp) {
        let admin = app.admin().await;
        let sink = Arc::new(Recorder::default());
        let relay = relay(&app, &sink);
        drain(&relay).await;
        changes(&app, &admin, 5).await;
        settle(&app).await;
        for count in [0, 3, 7] {
            sink.refuse_after(count);
            assert!(matches!(relay.pass().await.unwrap(), Passed::Refused { .. }));
        }
        drain(&relay).await;
        let versions = versions(&sink.taken());
        assert_eq!(versions.len(), 2);
        assert!(versions.values().all(|versions| *versions == [1, 2, 3, 4, 5, 6]), "{versions:?}");
    }

    async fn what_a_sink_took_before_it_refused_is_not_passed_on_again(app: TestApp) {
        let admin = app.admin().await;
        let sink = Arc::new(Recorder::default());
        let relay = relay(&app, &sink);
        drain(&relay).await;
        changes(&app, &admin, 1).await;
        settle(&app).await;
        sink.refuse_after(3);
        assert!(matches!(relay.pass().await.unwrap(), Passed::Refused { .. }));
        let first = ids(&sink.taken());
        assert_eq!(first.len(), 3);
        // Whoever goes on needs nothing of what this process remembers.
        app.clock.advance(Duration::from_secs(31));
        let other = SinkRelay::new(app.app.parts.clone(), Arc::clone(&sink) as Arc<dyn EventSink>);
        drain(&other).await;
        let all = ids(&sink.taken());
        assert_eq!((&all[..3], all.len()), (&first[..], 4), "the last one, and no other once more");
    }

    async fn what_stands_behind_the_first_event_that_was_refused_is_passed_on_again(app: TestApp) {
        let admin = app.admin().await;
        let sink = Arc::new(Recorder::default());
        let relay = relay(&app, &sink);
        drain(&relay).await;
        changes(&app, &admin, 1).await;
        settle(&app).await;
        // Of the first customer the first event is taken, and of the other both.
        sink.refuse_after(1);
        assert!(matches!(relay.pass().await.unwrap(), Passed::Refused { .. }));
        let first = ids(&sink.taken());
        assert_eq!(first.len(), 3);
        drain(&relay).await;
        let all = ids(&sink.taken());
        assert_eq!(all.len(), 6, "the refused one, and both of the other customer");
        assert!(!all[3..].contains(&first[0]), "what came before it counts as taken");
        assert!(all[3..].contains(&first[1]) && all[3..].contains(&first[2]));
        assert_eq!(versions(&sink.taken()).values().map(Vec::len).sum::<usize>(), 4, "nothing is lost");
    }

    async fn a_sink_that_breaks_down_is_one_that_refuses(app: TestApp) {
        let admin = app.admin().await;
        let sink = Arc::new(Recorder::default());
        let relay = relay(&app, &sink);
        drain(&relay).await;
        changes(&app, &admin, 1).await;
        settle(&app).await;
        sink.break_once();
        assert!(matches!(relay.pass().await.unwrap(), Passed::Refused { .. }));
        drain(&relay).await;
        let versions = versions(&sink.taken());
        assert_eq!(versions.len(), 2);
        assert!(versions.values().all(|versions| *versions == [1, 2]), "{versions:?}");
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
        drain(&first).await;
        let told = ids(&sink.taken());
        assert_eq!(told.len(), 4);
        // As if it had been killed after the last event was taken, before that was noted.
        app.execute("update outbox_reader set transaction_id = 0, position = 0 where name = 'sink:recorder'").await;
        app.clock.advance(Duration::from_secs(31));
        let second = relay(&app, &sink);
        drain(&second).await;
        let again = ids(&sink.taken());
        assert_eq!((&again[..4], again.len()), (&told[..], 8));
        let (mut once, mut twice) = (told, again[4..].to_vec());
        once.sort_unstable();
        twice.sort_unstable();
        assert_eq!(once, twice, "all four events, none under two ids");
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
    // Nor does it stop when the sink breaks down.
    sink.break_once();
    let change = "mutation { customerCreate(input: { email: \"late@example.com\" }) { customer { id } } }";
    app.ask(&admin, change, json!({})).await.data();
    let last_taken = async {
        while sink.taken().len() < 7 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), last_taken).await.unwrap();
    assert!(!sink.is_broken.load(Ordering::SeqCst), "it did break down");
    app.app.stopping.tell();
    tokio::time::timeout(Duration::from_secs(20), running)
        .await
        .unwrap()
        .unwrap();
}
