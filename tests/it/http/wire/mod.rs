//! What comes over the wire, byte by byte.

mod ambiguous;
mod http2;
mod large;
mod slow;

use std::time::Duration;

use axum::Router;
use customer_graph::{config::ServerConfig, http};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Longer than anything here takes.
const FOREVER: Duration = Duration::from_secs(30);

/// What a slow client is given in these tests.
const SHORT: Duration = Duration::from_millis(300);

/// The service behind its own socket.
struct Wire {
    address: std::net::SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Wire {
    async fn serving(router: Router, settings: ServerConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            http::serve(listener, router, &settings, std::future::pending()).await;
        });
        Self { address, task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends these bytes, and answers everything that comes until the service ends the connection.
    async fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        // A service that has heard enough closes the connection before everything is sent.
        let _ = stream.write_all(bytes.as_ref()).await;
        rest(&mut stream).await
    }

    async fn is_serving(&self) -> bool {
        let answer = self.send("GET /health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        answer.await.starts_with("HTTP/1.1 200")
    }
}

/// Everything that comes until the other end closes the connection, which it must do.
async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    // A connection that is reset is closed, too; what came before counts.
    let _ = timeout(FOREVER, stream.read_to_end(&mut all))
        .await
        .expect("the connection is closed");
    String::from_utf8_lossy(&all).into_owned()
}

fn impatient() -> ServerConfig {
    ServerConfig {
        header_timeout: SHORT,
        write_timeout: SHORT,
        ..ServerConfig::default()
    }
}

fn post(headers: &str, body: &str) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n{headers}\r\n{body}"
    )
}
