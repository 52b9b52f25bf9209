//! What is passed on from the outbox, and what never is.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use customer_graph::migrate;
use customer_graph::work::{
    Once, Record, Statements, Topic, UnitOfWork, UserError, WriteError, WriteOptions,
    outbox::{self, Cursor, Event, Mark},
};
use entity::outbox_event;
use sea_orm::{ActiveValue::Set, EntityTrait, entity::prelude::Uuid};
use serde_json::json;

use super::{CUSTOMER, rename, run};
use crate::{
    harness::{PATIENCE, Setup, TestApp},
    on_both,
};

/// An event of a history of its own for each writer: nobody waits for another.
fn record_of(writer: i32, version: i32) -> Record {
    Record {
        topic: Topic("customer.updated"),
        subject: Uuid::from_u128(u128::from(writer.unsigned_abs())),
        begins: false,
        object: "cus_00000000000000000000000007".to_owned(),
        version,
        changes: Vec::new(),
    }
}

fn record(version: i32) -> Record {
    record_of(0, version)
}

/// Writes an event and nothing else.
async fn write(app: &TestApp, writer: i32, version: i32) {
    app.write(async |unit: &mut UnitOfWork| {
        unit.record(record_of(writer, version));
        Ok(())
    })
    .await;
}

/// Writes an event and takes it back: its position stays empty.
async fn give_up(app: &TestApp, version: i32) {
    let call = app.system();
    let refused = call.write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
        let event = outbox_event::ActiveModel {
            id: Set(unit.new_id()),
            topic: Set("customer.updated".to_owned()),
            at: Set(unit.now()),
            actor_type: Set("SYSTEM".to_owned()),
            subject_id: Set(Uuid::from_u128(7)),
            object_id: Set("cus_00000000000000000000000007".to_owned()),
            object_version: Set(-version),
            changed_paths: Set(json!([])),
            ..Default::default()
        };
        outbox_event::Entity::insert(event)
            .exec_without_returning(unit.db())
            .await?;
        Err::<Once<()>, _>(WriteError::from(UserError::not_found("id", "customer")))
    });
    assert!(refused.await.is_err());
}

/// Reads so many events after a mark, as whoever keeps a cursor does, in small pages.
async fn read(app: &TestApp, mark: &Mark, count: usize) -> Vec<Event> {
    let db = app.app.parts.database.reader(&Statements::default());
    let mut cursor = mark.cursor();
    let mut events: Vec<Event> = Vec::new();
    let reading = async {
        while events.len() < count {
            let page = outbox::events_after(&db, cursor, 7).await.unwrap();
            assert!(page.next >= cursor, "a reader goes forward");
            cursor = page.next;
            events.extend(page.events.into_iter().filter(|event| !mark.is_after(event.cursor)));
            if !page.has_more {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    };
    let read = tokio::time::timeout(PATIENCE, reading).await;
    assert!(read.is_ok(), "{} of {count} events came", events.len());
    events
}

async fn mark(app: &TestApp) -> Mark {
    Mark::now(&app.app.parts.database.reader(&Statements::default()))
        .await
        .unwrap()
}

on_both! {
    async fn a_reader_misses_nothing_while_many_write(app: TestApp) {
        const WRITERS: i32 = 8;
        const EACH: i32 = 12;
        write(&app, 0, 0).await;
        let mark = mark(&app).await;
        let app = Arc::new(app);
        let writers = (0..WRITERS).map(|writer| {
            let app = Arc::clone(&app);
            async move {
                for number in 0..EACH {
                    let version = 1 + writer * EACH + number;
                    if number % 3 == 0 {
                        give_up(&app, version).await;
                    }
                    write(&app, writer, version).await;
                }
            }
        });
        let count = usize::try_from(WRITERS * EACH).unwrap();
        let (_, events) = tokio::join!(futures_util::future::join_all(writers), read(&app, &mark, count));
        let versions: BTreeSet<i32> = events.iter().map(|event| event.version).collect();
        assert_eq!(versions, (1..=WRITERS * EACH).collect(), "each once, and nothing that was given up");
        assert_eq!(events.len(), count);
        let positions: BTreeSet<i64> = events.iter().map(|event| event.cursor.position).collect();
        let (first, last) = (positions.first().unwrap(), positions.last().unwrap());
        if app.is_postgres() {
            assert!(last - first > i64::from(WRITERS * EACH), "there are gaps");
        }
        assert!(events.is_sorted_by_key(|event| event.cursor));
        for writer in 0..WRITERS {
            let own = 1 + writer * EACH..1 + (writer + 1) * EACH;
            let own = events.iter().map(|event| event.version).filter(|version| own.contains(version));
            assert!(own.is_sorted(), "what one wrote comes in the order in which it was written");
        }
    }

    async fn what_is_taken_back_is_not_told(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let mut socket = app.socket(&admin).await;
        socket.listen("c", CUSTOMER, json!({})).await;
        let input = json!({ "id": ada.id(), "firstName": "Nobody" });
        let dry = "mutation($input: CustomerUpdateInput!) { customerUpdate(input: $input) { customer { id } userErrors { code } dryRun { events } } }";
        let answer = app.ask(&admin, dry, json!({ "input": { "id": ada.id(), "firstName": "Nobody", "dryRun": true } })).await;
        assert_eq!(answer.data()["customerUpdate"]["dryRun"]["events"], json!(["customer.updated"]));
        let mut stale = input;
        stale["expectedVersion"] = json!(99);
        let answer = app.ask(&admin, dry, json!({ "input": stale })).await;
        assert_eq!(answer.user_errors("customerUpdate"), ["CONFLICT"], "{:#}", answer.body);
        rename(&app, &admin, ada.id(), "Augusta").await;
        assert_eq!(socket.data("c").await["customerChanged"]["customer"]["firstName"], "Augusta");
    }

    async fn a_bulk_write_is_told_row_by_row(app: TestApp) {
        let admin = app.admin().await;
        let mut socket = app.socket(&admin).await;
        socket.listen("c", "subscription { customerChanged(kinds: [CREATED]) { objectId } }", json!({})).await;
        let rows: Vec<_> = (0..600).map(|number| json!({ "externalId": format!("x{number}") })).collect();
        let made = run(&app, &admin, "customerBulkCreate", json!({ "customers": rows }), "results { customer { id } }").await;
        let made: BTreeSet<_> = made["results"].as_array().unwrap().iter().map(|row| row["customer"]["id"].to_string()).collect();
        let mut told = BTreeSet::new();
        for _ in 0..600 {
            told.insert(socket.data("c").await["customerChanged"]["objectId"].to_string());
        }
        assert_eq!(told, made);
    }

    async fn whoever_comes_after_all_have_gone_hears_again(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        for name in ["A", "B", "C"] {
            let mut socket = app.socket(&ada).await;
            socket.listen("c", CUSTOMER, json!({})).await;
            rename(&app, &admin, ada.id(), name).await;
            assert_eq!(socket.data("c").await["customerChanged"]["customer"]["firstName"], name);
            drop(socket);
            tokio::time::timeout(PATIENCE, app.app.places.all_left()).await.unwrap();
            // The relay may see now that nobody listens.
            rename(&app, &admin, ada.id(), "unheard").await;
        }
    }
}

#[tokio::test]
async fn who_cannot_keep_up_is_told_so() {
    let app = TestApp::on_sqlite().await;
    let admin = app.admin().await;
    let mut socket = app.socket(&admin).await;
    socket.listen("slow", CUSTOMER, json!({})).await;
    socket.listen("quick", CUSTOMER, json!({ "kinds": ["DELETED"] })).await;
    app.write(async |unit: &mut UnitOfWork| {
        (0..14_000).for_each(|version| unit.record(record(version)));
        Ok(())
    })
    .await;
    let ended = loop {
        let message = socket.receive().await;
        if message["type"] != "next" {
            break message;
        }
    };
    assert_eq!((&ended["type"], &ended["id"]), (&json!("error"), &json!("slow")));
    assert_eq!(ended["payload"][0]["extensions"]["code"], "RATE_LIMITED", "{ended:#}");
    // It may be begun again.
    socket.listen("slow", CUSTOMER, json!({ "kinds": ["CREATED"] })).await;
    let made = run(
        &app,
        &admin,
        "customerCreate",
        json!({ "externalId": "x" }),
        "customer { id }",
    )
    .await;
    assert_eq!(
        socket.data("slow").await["customerChanged"]["objectId"],
        made["customer"]["id"]
    );
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_left_out() {
    let app = TestApp::on_sqlite().await;
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let mut socket = app.socket(&admin).await;
    socket.listen("c", CUSTOMER, json!({})).await;
    let start = mark(&app).await;
    app.execute(
        "create trigger spoiled after insert on outbox_event when new.object_version = 666 \
         begin update outbox_event set at = 'some time' where position = new.position; end",
    )
    .await;
    write(&app, 0, 665).await;
    write(&app, 0, 666).await;
    write(&app, 0, 667).await;
    let db = app.app.parts.database.reader(&Statements::default());
    let page = outbox::events_after(&db, start.cursor(), 2).await.unwrap();
    assert!(page.has_more);
    let versions = |events: &[Event]| events.iter().map(|event| event.version).collect::<Vec<_>>();
    assert_eq!(versions(&page.events), [665]);
    let page = outbox::events_after(&db, page.next, 2).await.unwrap();
    assert_eq!(versions(&page.events), [667]);
    rename(&app, &admin, ada.id(), "Augusta").await;
    // The events before were about nobody.
    let told = loop {
        let told = socket.data("c").await;
        if !told["customerChanged"]["customer"].is_null() {
            break told;
        }
    };
    assert_eq!(told["customerChanged"]["customer"]["firstName"], "Augusta");
}

#[tokio::test]
async fn events_of_a_database_that_comes_from_another_server_stay_in_their_order() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    for version in 1..=3 {
        write(&app, 0, version).await;
    }
    // As if that server had given a billion transactions more than this one; and one event is from before that.
    app.execute("update outbox_event set transaction_id = transaction_id + 1000000000 where object_version <> 1")
        .await;
    migrate::up(&app.app.parts.database).await.unwrap();
    write(&app, 0, 4).await;
    let written = app.count("outbox_event").await;
    let events = read(&app, &Mark::Position(0), usize::try_from(written).unwrap()).await;
    assert!(events.is_sorted_by_key(|event| event.cursor.position));
    let versions: Vec<i32> = events.iter().map(|event| event.version).collect();
    assert_eq!(versions[versions.len() - 4..], [1, 2, 3, 4]);
    let mut socket = app.socket(&admin).await;
    socket.listen("c", CUSTOMER, json!({})).await;
    rename(&app, &admin, ada.id(), "Augusta").await;
    assert_eq!(
        socket.data("c").await["customerChanged"]["customer"]["firstName"],
        "Augusta"
    );
    let before = app.count("outbox_event where transaction_id = 0").await;
    migrate::up(&app.app.parts.database).await.unwrap();
    assert_eq!(app.count("outbox_event where transaction_id = 0").await, before, "once");
}

#[tokio::test]
async fn one_process_tells_what_another_writes() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let other = app.beside(Setup::default()).await;
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let mut socket = other.socket(&admin).await;
    socket.listen("c", CUSTOMER, json!({})).await;
    let began = tokio::time::Instant::now();
    for name in ["A", "B", "C", "D", "E"] {
        rename(&app, &admin, ada.id(), name).await;
        assert_eq!(socket.data("c").await["customerChanged"]["customer"]["firstName"], name);
    }
    // A look without a bell comes after five seconds.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test]
async fn an_event_whose_transaction_ends_late_is_neither_skipped_nor_overtaken() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
    let mut socket = app.socket(&admin).await;
    socket.listen("c", CUSTOMER, json!({})).await;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = tokio::sync::oneshot::channel();
    let (begun, may_go_on) = (
        std::sync::Mutex::new(Some(begun)),
        tokio::sync::Mutex::new(Some(may_go_on)),
    );
    let object = ada.id().to_owned();
    let late = app.write(async |unit: &mut UnitOfWork| {
        // Its number is taken at its first write.
        unit.wait_in_line("late").await?;
        sea_orm::ConnectionTrait::execute_unprepared(unit.db(), "select pg_current_xact_id()").await?;
        begun.lock().unwrap().take().unwrap().send(()).unwrap();
        may_go_on.lock().await.take().unwrap().await.unwrap();
        unit.record(Record {
            object: object.clone(),
            ..record(77)
        });
        Ok(())
    });
    let meanwhile = async {
        has_begun.await.unwrap();
        rename(&app, &admin, bob.id(), "Robert").await;
        go_on.send(()).unwrap();
    };
    tokio::join!(late, meanwhile);
    assert_eq!(socket.data("c").await["customerChanged"]["version"], 77);
    assert_eq!(socket.data("c").await["customerChanged"]["objectId"], bob.id());
}

#[tokio::test]
async fn what_a_transaction_holds_back_comes_when_it_ends_though_it_wrote_nothing() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let mut socket = app.socket(&admin).await;
    socket.listen("c", CUSTOMER, json!({})).await;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = tokio::sync::oneshot::channel::<()>();
    let (begun, may_go_on) = (
        std::sync::Mutex::new(Some(begun)),
        tokio::sync::Mutex::new(Some(may_go_on)),
    );
    let idle = app.write(async |unit: &mut UnitOfWork| {
        sea_orm::ConnectionTrait::execute_unprepared(unit.db(), "select pg_current_xact_id()").await?;
        begun.lock().unwrap().take().unwrap().send(()).unwrap();
        may_go_on.lock().await.take().unwrap().await.unwrap();
        Ok(())
    });
    let meanwhile = async {
        has_begun.await.unwrap();
        rename(&app, &admin, ada.id(), "Augusta").await;
        let db = app.app.parts.database.reader(&Statements::default());
        let start = Cursor {
            transaction: 0,
            position: 0,
        };
        let mut last = outbox::events_after(&db, start, 500).await.unwrap();
        assert!(last.holds_back, "committed, and not to be read yet");
        assert!(
            last.events
                .pop()
                .is_none_or(|event| event.changed_paths != ["firstName"])
        );
        go_on.send(()).unwrap();
    };
    tokio::join!(idle, meanwhile);
    let began = tokio::time::Instant::now();
    assert_eq!(
        socket.data("c").await["customerChanged"]["customer"]["firstName"],
        "Augusta"
    );
    assert!(began.elapsed() < PATIENCE);
}

#[tokio::test]
async fn what_was_committed_before_is_not_told_though_it_was_held_back() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let mut socket = app.socket(&admin).await;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = tokio::sync::oneshot::channel::<()>();
    let (begun, may_go_on) = (
        std::sync::Mutex::new(Some(begun)),
        tokio::sync::Mutex::new(Some(may_go_on)),
    );
    let idle = app.write(async |unit: &mut UnitOfWork| {
        sea_orm::ConnectionTrait::execute_unprepared(unit.db(), "select pg_current_xact_id()").await?;
        begun.lock().unwrap().take().unwrap().send(()).unwrap();
        may_go_on.lock().await.take().unwrap().await.unwrap();
        Ok(())
    });
    let meanwhile = async {
        has_begun.await.unwrap();
        rename(&app, &admin, ada.id(), "before").await;
        socket
            .listen(
                "c",
                "subscription { customerChanged { version customer { firstName } } }",
                json!({}),
            )
            .await;
        rename(&app, &admin, ada.id(), "after").await;
        go_on.send(()).unwrap();
    };
    tokio::join!(idle, meanwhile);
    let known = app
        .ask(
            &admin,
            "query($id: ID!) { customer(id: $id) { version } }",
            json!({ "id": ada.id() }),
        )
        .await;
    let told = socket.data("c").await;
    assert_eq!(told["customerChanged"]["version"], known.data()["customer"]["version"]);
}
