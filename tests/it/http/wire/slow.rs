//! Clients that take their time, or take it from others (D5).

use axum::{Router, routing::get};
use customer_graph::config::ServerConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::{FOREVER, SHORT, Wire, impatient, post, rest};
use crate::harness::{Setup, TestApp};

#[tokio::test]
async fn a_client_that_does_not_finish_its_head_is_let_go() {
    let app = TestApp::on_sqlite().await;
    let wire = Wire::serving(app.app.router.clone(), impatient()).await;
    for beginning in [
        "",
        "P",
        "PRI * HTTP/2.0\r\n",
        "POST /graphql HTTP/1.1\r\nhost: a\r\n",
        "POST /graphql HTTP/1.1\r\nhost: a\r\nx: ",
    ] {
        let mut stream = wire.connect().await;
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let said = rest(&mut stream).await;
        assert!(!said.contains("200"), "{beginning}: {said}");
    }
    assert!(wire.is_serving().await);
}

#[tokio::test]
async fn a_client_that_sends_its_head_drop_by_drop_is_let_go() {
    let app = TestApp::on_sqlite().await;
    let wire = Wire::serving(app.app.router.clone(), impatient()).await;
    let mut stream = wire.connect().await;
    stream.write_all(b"GET /health/live HTTP/1.1\r\n").await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let drip = async {
        let mut pace = tokio::time::interval(SHORT / 10);
        loop {
            pace.tick().await;
            if writing.write_all(b"x: y\r\n").await.is_err() {
                break;
            }
        }
    };
    let mut said = Vec::new();
    tokio::select! {
        () = drip => {}
        _ = reading.read_to_end(&mut said) => {}
        () = tokio::time::sleep(FOREVER) => panic!("the connection stays open"),
    }
    assert!(wire.is_serving().await);
}

#[tokio::test]
async fn a_connection_that_is_kept_does_not_wait_for_the_rest_of_another_head() {
    let app = TestApp::on_sqlite().await;
    let wire = Wire::serving(app.app.router.clone(), impatient()).await;
    let mut stream = wire.connect().await;
    let second = b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\nGET /health/live HTTP/1.1\r\nhost: a\r\n";
    stream.write_all(second).await.unwrap();
    let answer = rest(&mut stream).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
    assert!(wire.is_serving().await);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let mut setup = Setup::default();
    setup.http.body_timeout = Some(SHORT);
    let app = TestApp::on_sqlite_with(setup).await;
    let wire = Wire::serving(app.app.router.clone(), ServerConfig::default()).await;
    for (headers, beginning) in [
        ("content-length: 100\r\n", ""),
        ("content-length: 100\r\n", "{\"query\":"),
        ("transfer-encoding: chunked\r\n", "5\r\n{\"que\r\n"),
    ] {
        let answer = wire.send(post(headers, beginning)).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("BAD_USER_INPUT"), "{answer}");
    }
    assert!(wire.is_serving().await);
}

#[tokio::test]
async fn a_client_that_reads_nothing_makes_room_for_others() {
    let large = Router::new().route("/large", get(async || "large".repeat(8 * 1_024 * 1_024)));
    let settings = ServerConfig {
        connections: 1,
        ..impatient()
    };
    let wire = Wire::serving(large, settings).await;
    let mut reads_nothing = wire.connect().await;
    reads_nothing
        .write_all(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    // There is one connection alone, so this one is served once the other is given up.
    let answer = wire
        .send("GET /none HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[tokio::test]
async fn a_client_with_too_many_connections_gets_no_more() {
    let app = TestApp::on_sqlite().await;
    let settings = ServerConfig {
        connections_per_client: 2,
        ..ServerConfig::default()
    };
    let wire = Wire::serving(app.app.router.clone(), settings).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = wire.connect().await;
        stream
            .write_all(b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        let mut first = [0; 12];
        timeout(FOREVER, stream.read_exact(&mut first)).await.unwrap().unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        open.push(stream);
    }
    let mut third = wire.connect().await;
    // It may be closed before this has gone out.
    let asked = third.write_all(b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let answer = if asked.is_ok() {
        rest(&mut third).await
    } else {
        String::new()
    };
    assert_eq!(answer, "", "the third is not served");
    let elsewhere = ServerConfig {
        connections_per_client: 1,
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..ServerConfig::default()
    };
    let wire = Wire::serving(app.app.router.clone(), elsewhere).await;
    let _proxy = wire.connect().await;
    assert!(wire.is_serving().await, "a proxy in front comes for others");
}
