//! Somebody who is told, and who may be asked to behave badly.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What was received.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) id: String,
    pub(super) timestamp: i64,
    pub(super) signature: String,
    pub(super) body: String,
    pub(super) json: Value,
}

impl Received {
    /// The version of the object, of a message without a payload query.
    pub(super) fn version(&self) -> i64 {
        self.json["data"]["version"].as_i64().unwrap()
    }

    pub(super) fn object(&self) -> &str {
        self.json["data"]["objectId"].as_str().unwrap()
    }
}

/// What the receiver does when it was told.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// Answers this status.
    Status(u16),
    /// The same, with these headers.
    With(u16, String),
    /// Answers nothing, and keeps the connection open.
    Hang,
    /// Answers what is no HTTP.
    Garbage,
    /// Answers 200 with a body that does not end.
    Endless,
    /// Closes the connection without an answer.
    Close,
    /// Answers 200, promises a body, and closes the connection.
    CloseMidway,
}

type Decide = Box<dyn Fn(&Received) -> Reply + Send>;

struct Shared {
    received: Mutex<Vec<Received>>,
    decide: Mutex<Decide>,
}

/// Listens on loopback for as long as it is held.
pub(super) struct Receiver {
    port: u16,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// One that takes everything.
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            decide: Mutex::new(Box::new(|_| Reply::Status(204))),
        });
        let port = listener.local_addr().unwrap().port();
        let all = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let shared = Arc::clone(&all);
                connections.spawn(async move {
                    // Whoever sends may go away at any time.
                    let _ = serve(stream, &shared).await;
                });
            }
        });
        Self { port, shared, task }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks", self.port)
    }

    /// From now on it does this.
    pub(super) fn replies(&self, decide: impl Fn(&Received) -> Reply + Send + 'static) {
        *self.shared.decide.lock().unwrap() = Box::new(decide);
    }

    /// Everything so far, in the order in which it came.
    pub(super) fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Everything that came since this was last asked.
    pub(super) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.shared.received.lock().unwrap())
    }

    /// Waits until it has received so many.
    pub(super) async fn has_received(&self, count: usize) {
        for _ in 0..2_000 {
            if self.shared.received.lock().unwrap().len() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} of {count} messages came", self.received().len());
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut read = Vec::new();
    while let Some(received) = request(&mut stream, &mut read).await? {
        let reply = (shared.decide.lock().unwrap())(&received);
        shared.received.lock().unwrap().push(received);
        match reply {
            Reply::Status(status) => answer(&mut stream, status, "").await?,
            Reply::With(status, headers) => answer(&mut stream, status, &headers).await?,
            Reply::Hang => std::future::pending().await,
            Reply::Garbage => return stream.write_all(b"\x00\xffthis is no HTTP\r\n\r\n").await,
            Reply::Endless => {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                    .await?;
                let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
                loop {
                    stream.write_all(&chunk).await?;
                }
            }
            Reply::Close => return Ok(()),
            Reply::CloseMidway => {
                return stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf")
                    .await;
            }
        }
    }
    Ok(())
}

async fn answer(stream: &mut TcpStream, status: u16, headers: &str) -> std::io::Result<()> {
    let length = if status == 204 { "" } else { "content-length: 0\r\n" };
    let text = format!("HTTP/1.1 {status} Status\r\n{headers}{length}\r\n");
    stream.write_all(text.as_bytes()).await
}

/// The next request on a connection; `None` at its end.
async fn request(stream: &mut TcpStream, read: &mut Vec<u8>) -> std::io::Result<Option<Received>> {
    loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            let header = |name: &str| {
                let found = head.lines().find_map(|line| {
                    let (known, value) = line.split_once(':')?;
                    known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
                });
                found.unwrap_or_default()
            };
            let length: usize = header("content-length").parse().unwrap();
            if read.len() >= end + 4 + length {
                let body = String::from_utf8(read[end + 4..end + 4 + length].to_vec()).unwrap();
                read.drain(..end + 4 + length);
                assert_eq!(header("content-type"), "application/json");
                return Ok(Some(Received {
                    id: header("webhook-id"),
                    timestamp: header("webhook-timestamp").parse().unwrap(),
                    signature: header("webhook-signature"),
                    json: serde_json::from_str(&body).unwrap(),
                    body,
                }));
            }
        }
        let mut chunk = [0; 16 * 1_024];
        match stream.read(&mut chunk).await? {
            0 => return Ok(None),
            count => read.extend_from_slice(&chunk[..count]),
        }
    }
}
