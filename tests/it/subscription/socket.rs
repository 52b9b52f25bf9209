//! `graphql-transport-ws`, and those who speak it badly.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::{CUSTOMER, impatient, rename};
use crate::harness::{PATIENCE, Persona, Setup, TestApp};

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

fn subscribe(id: &str) -> Value {
    json!({ "type": "subscribe", "id": id, "payload": { "query": CUSTOMER } })
}

#[tokio::test]
async fn the_sub_protocol_is_asked_for_by_name() {
    let app = TestApp::on_sqlite().await;
    for protocol in ["graphql-ws", "graphql-transport-wss", "GRAPHQL-TRANSPORT-WS", ""] {
        let opened = app.socket_with(&[("sec-websocket-protocol", protocol)]).await;
        assert_eq!(opened.err(), Some(400), "{protocol}");
    }
    assert_eq!(app.socket_with(&[]).await.err(), Some(400));
    let several = ("sec-websocket-protocol", "graphql-ws, graphql-transport-ws");
    assert!(app.socket_with(&[several]).await.is_ok());
}

#[tokio::test]
async fn a_page_of_another_origin_opens_no_socket() {
    let mut setup = Setup::default();
    setup.http.allowed_origins = vec!["https://shop.test".to_owned()];
    let app = TestApp::on_sqlite_with(setup).await;
    let host = app.url.clone();
    for (headers, is_opened) in [
        (vec![("origin", "https://shop.test")], true),
        (
            vec![("origin", "https://shop.test"), ("sec-fetch-site", "cross-site")],
            true,
        ),
        (vec![("origin", host.as_str())], true),
        (vec![("origin", "https://evil.test")], false),
        (vec![("origin", "https://shop.test.evil.test")], false),
        (vec![("origin", "null")], false),
        (
            vec![("origin", "https://evil.test"), ("sec-fetch-site", "same-origin")],
            false,
        ),
        (vec![("sec-fetch-site", "cross-site")], false),
    ] {
        let mut all = vec![PROTOCOL];
        all.extend(headers.clone());
        let status = app.socket_with(&all).await.err();
        assert_eq!(status, (!is_opened).then_some(403), "{headers:?}");
    }
}

#[tokio::test]
async fn a_token_counts_wherever_it_comes_from() {
    let mut setup = Setup::default();
    setup.http.allowed_origins = vec!["https://shop.test".to_owned()];
    let app = TestApp::on_sqlite_with(setup).await;
    let ada = app.customer("ada").await;
    let token = ada.token.clone().unwrap();
    let bearer = format!("Bearer {token}");
    let cookie = format!("__Host-access-token={token}");
    let page = ("origin", "https://shop.test");
    for (headers, payload, is_known) in [
        (vec![], json!({ "authorization": bearer }), true),
        (vec![], json!({ "Authorization": bearer }), true),
        (vec![("authorization", bearer.as_str())], Value::Null, true),
        (vec![page, ("cookie", cookie.as_str())], Value::Null, true),
        (
            vec![("cookie", cookie.as_str()), ("session-mode", "cookie")],
            Value::Null,
            true,
        ),
        // Without a page there is no proof of who sends the cookie.
        (vec![("cookie", cookie.as_str())], Value::Null, false),
        (vec![], json!({ "token": bearer }), false),
    ] {
        let mut all = vec![PROTOCOL];
        all.extend(headers.clone());
        let mut socket = app.socket_with(&all).await.ok().unwrap();
        socket
            .send(json!({ "type": "connection_init", "payload": payload }))
            .await;
        if is_known {
            assert_eq!(socket.receive().await["type"], "connection_ack");
            socket.listen("c", CUSTOMER, json!({})).await;
        } else {
            assert_eq!(socket.closed_at_once().await, 4403, "{headers:?} {payload}");
        }
    }
}

#[tokio::test]
async fn a_token_that_is_not_valid_closes_the_socket() {
    let app = TestApp::on_sqlite().await;
    for (header, payload) in [
        (None, json!({ "authorization": "Bearer nonsense" })),
        (None, json!({ "authorization": "nonsense" })),
        (None, json!({ "authorization": "Bearer line\nbreak" })),
        (Some("Bearer nonsense"), Value::Null),
    ] {
        let mut headers = vec![PROTOCOL];
        headers.extend(header.map(|header| ("authorization", header)));
        let mut socket = app.socket_with(&headers).await.ok().unwrap();
        socket
            .send(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.closed().await, 4403, "{header:?} {payload}");
    }
}

#[tokio::test]
async fn who_does_not_say_who_they_are_is_not_waited_for() {
    let app = TestApp::on_sqlite_with(impatient()).await;
    assert_eq!(app.silent_socket().await.closed().await, 4408);
}

#[tokio::test]
async fn who_breaks_the_protocol_is_told_how() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    let mut early = app.silent_socket().await;
    early.send(subscribe("c")).await;
    assert_eq!(early.closed().await, 4401);
    let mut twice = app.socket(&ada).await;
    twice.introduce(&ada).await;
    assert_eq!(twice.closed().await, 4429);
    let mut same = app.socket(&ada).await;
    same.send(subscribe("c")).await;
    same.send(subscribe("c")).await;
    assert_eq!(same.closed().await, 4409);
}

#[tokio::test]
async fn what_is_no_message_closes_the_socket() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let long = json!({ "type": "subscribe", "id": "x".repeat(129), "payload": { "query": CUSTOMER } }).to_string();
    for text in [
        "",
        "nonsense",
        "[]",
        "{}",
        r#"{"type":"start","id":"1","payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":[]}}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"connection_init","payload":"x"}"#,
        nested.as_str(),
        long.as_str(),
    ] {
        let mut socket = app.socket(&ada).await;
        socket.send_raw(Message::text(text)).await;
        assert_eq!(socket.closed().await, 4400, "{text:.80}");
    }
    let mut socket = app.socket(&ada).await;
    socket.send_raw(Message::binary(br#"{"type":"ping"}"#.to_vec())).await;
    assert_eq!(socket.closed().await, 4400);
}

#[tokio::test]
async fn a_message_is_as_large_as_a_request_at_most() {
    let mut setup = Setup::default();
    setup.limits.body_bytes_store = 4 * 1_024;
    let app = TestApp::on_sqlite_with(setup).await;
    let admin = app.admin().await;
    let padded = |bytes: usize| json!({ "type": "ping", "payload": { "x": "x".repeat(bytes) } });
    let mut socket = app.socket(&admin).await;
    socket.send(padded(3_000)).await;
    assert_eq!(socket.receive().await["type"], "pong");
    socket.send(padded(5_000)).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn a_socket_carries_subscriptions_alone() {
    let app = TestApp::on_sqlite().await;
    let admin = app.admin().await;
    let mut socket = app.socket(&admin).await;
    for query in [
        "{ customers { totalCount } }",
        "mutation { customerCreate(input: { externalId: \"x\" }) { customer { id } } }",
        "{ __schema { types { name } } }",
        "{ _service { sdl } }",
    ] {
        let refused = socket.subscribe("q", query, json!({})).await.expect("errors");
        assert_eq!(
            refused[0]["extensions"]["code"], "BAD_USER_INPUT",
            "{query}: {refused:#}"
        );
    }
    assert_eq!(app.count("customer").await, 0);
}

#[tokio::test]
async fn a_subscription_is_judged_like_every_operation() {
    let app = TestApp::on_sqlite().await;
    let admin = app.admin().await;
    let mut socket = app.socket(&admin).await;
    let deep = format!(
        "subscription {{ customerChanged {{ customer {}id{} }} }}",
        "{ addresses { nodes { customer ".repeat(6),
        "} } }".repeat(6)
    );
    let wide = format!(
        "subscription {{ customerChanged {{ {} }} }}",
        (0..3_001).map(|n| format!("a{n}: version ")).collect::<String>()
    );
    let nested = format!("subscription {}", "{".repeat(100));
    for query in [
        "subscription { nothing }",
        "subscription { customerChanged { nothing } }",
        "subscription { __typename }",
        "subscription { __schema { types { name } } }",
        "subscription { a: customerChanged { version } b: customerChanged { version } }",
        "subscription { customerChanged { version } addressChanged { version } }",
        "subscription { ...F } fragment F on Subscription { customerChanged { version } }",
        "subscription { customerChanged(customerId: \"nonsense\") { version } }",
        "subscription { customerChanged(kinds: [NONSENSE]) { version } }",
        "subscription A { customerChanged { version } } subscription B { customerChanged { version } }",
        "subscription {",
        deep.as_str(),
        wide.as_str(),
        nested.as_str(),
    ] {
        let refused = socket.subscribe("q", query, json!({})).await;
        let refused = refused.unwrap_or_else(|| panic!("not refused: {query:.100}"));
        assert_eq!(
            refused[0]["extensions"]["code"], "BAD_USER_INPUT",
            "{query:.100}: {refused:#}"
        );
    }
}

#[tokio::test]
async fn a_socket_carries_so_many_subscriptions_and_the_others_go_on() {
    let mut setup = Setup::default();
    setup.http.subscriptions.per_connection = 5;
    let app = TestApp::on_sqlite_with(setup).await;
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let mut socket = app.socket(&ada).await;
    for number in 0..1_000 {
        socket.send(subscribe(&format!("s{number}"))).await;
    }
    socket.settle().await;
    for _ in 0..995 {
        let refused = socket.receive().await;
        assert_eq!(
            (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
            (&json!("error"), &json!("RATE_LIMITED"))
        );
    }
    rename(&app, &admin, ada.id(), "Augusta").await;
    for _ in 0..5 {
        assert_eq!(socket.receive().await["type"], "next");
    }
    socket.send(json!({ "type": "complete", "id": "s0" })).await;
    socket.listen("one more", CUSTOMER, json!({})).await;
}

#[tokio::test]
async fn a_client_has_so_many_sockets_and_all_clients_have_so_many() {
    let mut setup = Setup::default();
    setup.http.subscriptions.connections = 4;
    setup.http.subscriptions.connections_per_client = 3;
    let app = TestApp::on_sqlite_with(setup).await;
    let ada = app.customer("ada").await;
    let from = |address: &'static str| [PROTOCOL, ("x-forwarded-for", address)];
    let (one, other) = (from("203.0.113.7"), from("203.0.113.8"));
    let mut sockets = Vec::new();
    for _ in 0..3 {
        sockets.push(app.socket_with(&one).await.ok().unwrap());
    }
    assert_eq!(app.socket_with(&one).await.err(), Some(429));
    let events = app
        .events_with(&ada, CUSTOMER, json!({}), &[("x-forwarded-for", "203.0.113.8")])
        .await;
    assert_eq!(
        app.socket_with(&other).await.err(),
        Some(429),
        "streams of events count, too"
    );
    drop(events);
    drop(sockets);
    // Whoever has gone is counted until the service has seen it.
    tokio::time::timeout(PATIENCE, app.app.places.all_left()).await.unwrap();
    assert!(app.socket_with(&one).await.is_ok());
}

#[tokio::test]
async fn pings_are_answered_and_a_client_that_does_not_answer_is_given_up() {
    let app = TestApp::on_sqlite_with(impatient()).await;
    let ada = app.customer("ada").await;
    let mut socket = app.socket(&ada).await;
    socket.send(json!({ "type": "ping", "payload": { "x": 1 } })).await;
    assert_eq!(socket.receive().await, json!({ "type": "pong" }));
    // Whoever does not read does not answer either.
    tokio::time::timeout(PATIENCE, app.app.places.all_left()).await.unwrap();
    assert_eq!(socket.closed().await, 0);
}

#[tokio::test]
async fn a_client_that_answers_is_kept() {
    let app = TestApp::on_sqlite_with(impatient()).await;
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let mut socket = app.socket(&ada).await;
    socket.listen("c", CUSTOMER, json!({})).await;
    let later = tokio::time::Instant::now() + Duration::from_secs(2);
    let waiting = async { socket.receive().await };
    let changing = async {
        tokio::time::sleep_until(later).await;
        rename(&app, &admin, ada.id(), "Augusta").await;
    };
    let (told, ()) = tokio::join!(waiting, changing);
    assert_eq!(told["type"], "next");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_left_and_holds_up_nobody() {
    let mut setup = impatient();
    setup.http.subscriptions.ping_interval = Duration::from_secs(600);
    setup.http.subscriptions.init_timeout = Duration::from_secs(60);
    setup.http.subscriptions.write_timeout = Duration::from_millis(300);
    setup.http.subscriptions.answer_bytes = 8 * 1_024 * 1_024;
    let app = TestApp::on_sqlite_with(setup).await;
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let mut slow = app.socket(&admin).await;
    let mut quick = app.socket(&ada).await;
    let aliases: String = (0..90).map(|n| format!("m{n}: metadata ")).collect();
    let large = format!("subscription {{ customerChanged {{ customer {{ {aliases} }} }} }}");
    slow.listen("c", &large, json!({})).await;
    quick.listen("c", CUSTOMER, json!({})).await;
    let metadata = json!({ "set": { "text": "x".repeat(15_000) } });
    let input = json!({ "id": ada.id(), "metadata": metadata });
    super::run(&app, &admin, "customerUpdate", input, "customer { id }").await;
    quick.data("c").await;
    // Each answer to the slow one has more than one megabyte.
    let mut places = std::pin::pin!(tokio::time::timeout(PATIENCE, async {
        for round in 0.. {
            rename(&app, &admin, ada.id(), &format!("name {round}")).await;
            quick.data("c").await;
            if slow_is_gone(&app) {
                break;
            }
        }
    }));
    places.as_mut().await.unwrap();
    drop(slow);
}

fn slow_is_gone(app: &TestApp) -> bool {
    app.app.places.taken() == 1
}

#[tokio::test]
async fn a_socket_is_closed_when_the_service_stops() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    let mut socket = app.socket(&ada).await;
    let mut events = app.events(&ada, CUSTOMER, json!({})).await;
    assert_eq!(events.raw().await, Some((String::new(), String::new())));
    app.app.stopping.tell();
    assert_eq!(socket.closed().await, 1012);
    // A clean end would be the end of the subscription: whoever is broken off comes again.
    assert!(events.is_broken_off().await);
    assert_eq!(app.socket_with(&[PROTOCOL]).await.err(), Some(503));
}

#[tokio::test]
async fn who_nobody_knows_is_not_told_anything() {
    let app = TestApp::on_sqlite().await;
    let mut socket = app.silent_socket().await;
    socket.introduce(&Persona::anonymous()).await;
    assert_eq!(socket.closed_at_once().await, 4403);
    tokio::time::timeout(PATIENCE, app.app.places.all_left()).await.unwrap();
}

#[tokio::test]
async fn a_client_that_closes_its_socket_is_answered() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    for _ in 0..5 {
        let mut socket = app.socket(&ada).await;
        socket.listen("c", CUSTOMER, json!({})).await;
        assert_eq!(socket.close().await, 1000);
    }
    tokio::time::timeout(PATIENCE, app.app.places.all_left()).await.unwrap();
}

#[tokio::test]
async fn the_subscriptions_of_a_socket_are_only_so_large_together() {
    let app = TestApp::on_sqlite().await;
    let admin = app.admin().await;
    let mut socket = app.socket(&admin).await;
    let large = format!("{CUSTOMER}{}", " ".repeat(60_000));
    for number in 0..8 {
        socket.listen(&format!("s{number}"), &large, json!({})).await;
    }
    let refused = socket.subscribe("s8", &large, json!({})).await.expect("errors");
    assert_eq!(refused[0]["extensions"]["code"], "RATE_LIMITED", "{refused:#}");
    socket.send(json!({ "type": "complete", "id": "s0" })).await;
    socket.listen("s8", &large, json!({})).await;
}

#[tokio::test]
async fn an_answer_to_an_event_is_only_so_large() {
    let mut setup = Setup::default();
    setup.http.subscriptions.answer_bytes = 2_000;
    let app = TestApp::on_sqlite_with(setup).await;
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let mut socket = app.socket(&ada).await;
    let query = "subscription { customerChanged { customer { firstName metadata } } }";
    socket.listen("c", query, json!({})).await;
    let input = json!({ "id": ada.id(), "metadata": { "set": { "text": "x".repeat(3_000) } } });
    super::run(&app, &admin, "customerUpdate", input, "customer { id }").await;
    let told = socket.next("c").await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "COST_EXCEEDED", "{told:#}");
    // The rest of the service has a limit of its own.
    let answer = app.ask(&ada, "{ me { metadata } }", json!({})).await;
    assert_eq!(answer.data()["me"]["metadata"]["text"].as_str().unwrap().len(), 3_000);
}

#[tokio::test]
async fn a_subscription_that_panics_ends_with_an_error_and_the_socket_goes_on() {
    let app = TestApp::on_sqlite().await;
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let mut socket = app.socket(&ada).await;
    socket.listen("c", CUSTOMER, json!({})).await;
    rename(&app, &admin, ada.id(), "Augusta").await;
    socket.data("c").await;
    app.clock.break_once();
    super::tell_again(&app, 1).await;
    let ended = socket.receive().await;
    assert_eq!(
        (&ended["type"], &ended["id"]),
        (&json!("error"), &json!("c")),
        "{ended:#}"
    );
    assert_eq!(ended["payload"][0]["extensions"]["code"], "INTERNAL", "{ended:#}");
    socket.listen("c", CUSTOMER, json!({})).await;
    rename(&app, &admin, ada.id(), "Ada").await;
    assert_eq!(
        socket.data("c").await["customerChanged"]["customer"]["firstName"],
        "Ada"
    );
}
