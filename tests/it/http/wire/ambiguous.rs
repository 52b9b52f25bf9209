//! Requests that can be read in two ways, and what is no request (D6).

use super::{Wire, impatient};
use crate::{
    harness::TestApp,
    http::{CREATE, TYPENAME, body, token, writer},
};

/// A mutation, as a request of its own that hides in the body of another.
fn hidden(token: &str) -> String {
    let create = body(CREATE);
    format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{create}",
        create.len()
    )
}

#[tokio::test]
async fn a_request_whose_end_can_be_read_in_two_ways_hides_no_other() {
    let app = TestApp::on_sqlite().await;
    let wire = Wire::serving(app.app.router.clone(), impatient()).await;
    let hidden = hidden(&token(&writer(&app).await));
    let typename = body(TYPENAME);
    let length = typename.len();
    let chunked = format!("{length:x}\r\n{typename}\r\n0\r\n\r\n");
    let long = length + hidden.len();
    let keep = |headers: String, body: &str| {
        format!("POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n{headers}\r\n{body}{hidden}")
    };
    for (what, request) in [
        (
            "chunks and a length",
            keep(
                format!("transfer-encoding: chunked\r\ncontent-length: {long}\r\n"),
                &chunked,
            ),
        ),
        (
            "a length and chunks",
            keep(
                format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"),
                &chunked,
            ),
        ),
        (
            "two lengths",
            keep(
                format!("content-length: {length}\r\ncontent-length: {long}\r\n"),
                &typename,
            ),
        ),
        (
            "two lengths in one",
            keep(format!("content-length: {length}, {long}\r\n"), &typename),
        ),
        (
            "a length with a sign",
            keep(format!("content-length: +{length}\r\n"), &typename),
        ),
        (
            "chunks that are not",
            keep("transfer-encoding: xchunked\r\n".to_owned(), &typename),
        ),
        (
            "chunks before another coding",
            keep("transfer-encoding: chunked, identity\r\n".to_owned(), &chunked),
        ),
        (
            "a space before the colon",
            keep(format!("content-length : {length}\r\n"), &typename),
        ),
        (
            "a folded header",
            keep(format!("content-length:\r\n {length}\r\n"), &typename),
        ),
        (
            "a length that is none",
            keep("content-length: 0x10\r\n".to_owned(), &typename),
        ),
    ] {
        let answer = wire.send(request).await;
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{what}: {answer}");
        assert!(!answer.contains("customerCreate"), "{what}: {answer}");
        assert_eq!(app.count("customer").await, 0, "{what}");
    }
    // The same after a request that has one end alone is a request of its own.
    let fine = keep(format!("content-length: {length}\r\n"), &typename);
    assert_eq!(wire.send(fine).await.matches("HTTP/1.1 200").count(), 2);
    assert_eq!(app.count("customer").await, 1);
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let app = TestApp::on_sqlite().await;
    let wire = Wire::serving(app.app.router.clone(), impatient()).await;
    for nonsense in [
        "nonsense\r\n\r\n",
        "GET /health/live HTTP/3.0\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nhost: a\r\nx\0y: z\r\n\r\n",
        "GET /health/live\0 HTTP/1.1\r\nhost: a\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{0}\u{0}",
    ] {
        let answer = wire.send(nonsense).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{nonsense:?}: {answer}"
        );
    }
    // Where a request says it goes besides, it goes here all the same, and nothing of it comes back.
    let elsewhere = "GET http://evil.test/graphql HTTP/1.1\r\nhost: evil.test\r\nconnection: close\r\n\r\n";
    let answer = wire.send(elsewhere).await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && !answer.contains("evil"),
        "{answer}"
    );
    let answer = wire
        .send("CONNECT evil.test:443 HTTP/1.1\r\nhost: evil.test\r\nconnection: close\r\n\r\n")
        .await;
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    assert!(wire.is_serving().await);
}
