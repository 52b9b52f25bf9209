//! Heads and bodies that are too large (D4).

use customer_graph::config::ServerConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::{FOREVER, Wire, post};
use crate::harness::TestApp;

#[tokio::test]
async fn a_body_without_an_end_is_read_to_the_limit_and_no_further() {
    let app = TestApp::on_sqlite().await;
    let wire = Wire::serving(app.app.router.clone(), ServerConfig::default()).await;
    let mut stream = wire.connect().await;
    stream
        .write_all(post("transfer-encoding: chunked\r\n", "").as_bytes())
        .await
        .unwrap();
    let (mut reading, mut writing) = stream.split();
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(4_096));
    let endless = async {
        let mut sent = 0_usize;
        while writing.write_all(chunk.as_bytes()).await.is_ok() {
            sent += 4_096;
        }
        sent
    };
    let mut said = Vec::new();
    let told = async { reading.read_to_end(&mut said).await };
    let (sent, _) = timeout(FOREVER, async { tokio::join!(endless, told) }).await.unwrap();
    // Some of it waits in the buffers of the machine.
    assert!(sent < 16 * 1_024 * 1_024, "{sent} bytes were taken");
    let said = String::from_utf8_lossy(&said);
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 413"), "{said}");
    // One that says beforehand how large it is need not begin.
    let answer = wire
        .send(post("content-length: 10000000\r\nexpect: 100-continue\r\n", ""))
        .await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(wire.is_serving().await);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let app = TestApp::on_sqlite().await;
    let wire = Wire::serving(app.app.router.clone(), ServerConfig::default()).await;
    let many = "x: y\r\n".repeat(10_000);
    let few = "x: y\r\n".repeat(101);
    for (what, head, status) in [
        (
            "10,000 headers",
            format!("GET /health/live HTTP/1.1\r\nhost: a\r\n{many}\r\n"),
            "431",
        ),
        (
            "101 headers",
            format!("GET /health/live HTTP/1.1\r\nhost: a\r\n{few}\r\n"),
            "431",
        ),
        (
            "a header of 1 MB",
            format!(
                "GET /health/live HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n",
                "y".repeat(1_000_000)
            ),
            "431",
        ),
        (
            "a header of 17 kB",
            format!(
                "GET /health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: {}\r\n\r\n",
                "y".repeat(17_000)
            ),
            "431",
        ),
        (
            "a URL of 100 kB",
            format!("GET /health/live?{} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(100_000)),
            "4",
        ),
        (
            "a URL of 17 kB",
            format!(
                "GET /health/live?{} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
                "x".repeat(17_000)
            ),
            "414",
        ),
    ] {
        let answer = wire.send(head).await;
        // What is very large is cut off, and the answer may be lost with it.
        assert!(
            answer.is_empty() || answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{what}: {answer}"
        );
    }
    assert!(wire.is_serving().await);
}
