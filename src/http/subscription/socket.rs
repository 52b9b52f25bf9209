//! WebSockets: `graphql-transport-ws`, the protocol of the npm package `graphql-ws`, and nothing else.
//!
//! A socket carries subscriptions alone; queries and mutations have HTTP, where caches, limits, idempotency and logs know
//! them. One task serves a socket, and one each of its subscriptions; they hand over what they have to tell through a
//! short queue, so that a client that does not read holds up nobody but itself, until it is given up.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::ws::{Message, WebSocket},
    http::request::Parts,
};
use tokio::{
    sync::mpsc,
    task::AbortHandle,
    time::{Duration, Instant, MissedTickBehavior, interval, sleep_until, timeout},
};

use super::{
    Listener, Live, Place, Told,
    protocol::{self, Close, Sent},
    upgrade::introduce,
};
use crate::{
    auth::Unauthenticated,
    http::{HttpState, operation::errors, request::Body},
};

/// How many messages wait for a client to read them.
const QUEUE: usize = 16;

/// How long a client may take to close its side.
const PARTING: Duration = Duration::from_secs(1);

/// What a subscription hands over to its socket.
enum Handed {
    /// An answer, and of which subscription it is.
    Next(String, u64, Vec<u8>),
    /// The errors with which a subscription ended.
    Failed(String, u64, serde_json::Value),
    /// That whoever listens may not do so any more.
    Forbidden,
}

/// A subscription that runs until this is dropped.
struct Running {
    number: u64,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Why a socket ends.
enum End {
    /// It is closed with this code.
    Close(Close),
    /// The other end is gone, or does not take what is sent.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

struct Socket {
    socket: WebSocket,
    state: Arc<HttpState>,
    request_id: String,
    /// The head of the upgrade, until it is known who listens.
    head: Option<Parts>,
    listener: Option<Arc<Listener>>,
    running: HashMap<String, Running>,
    begun: u64,
    queue: mpsc::Sender<Handed>,
    handed: mpsc::Receiver<Handed>,
    /// Whether the last ping has not been answered yet.
    awaits_pong: bool,
}

pub(super) async fn serve(socket: WebSocket, state: Arc<HttpState>, head: Parts, request_id: String, place: Place) {
    let (queue, handed) = mpsc::channel(QUEUE);
    let mut socket = Socket {
        socket,
        state,
        request_id,
        head: Some(head),
        listener: None,
        running: HashMap::new(),
        begun: 0,
        queue,
        handed,
        awaits_pong: false,
    };
    let end = socket.run().await;
    socket.running.clear();
    if let End::Close(close) = end {
        tracing::debug!(request.id = socket.request_id, ?close, "a socket is closed");
        socket.part(close).await;
    }
    drop(place);
}

impl Socket {
    /// Serves until there is a reason to end.
    async fn run(&mut self) -> End {
        let stopping = self.state.stopping.clone();
        let mut stopping = std::pin::pin!(stopping.told());
        let settings = self.state.settings.subscriptions.clone();
        let mut ticks = interval(settings.ping_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        let mut deadline = Some((Instant::now() + settings.init_timeout, Close::NotInTime));
        loop {
            let ends_at = deadline.map_or_else(|| Instant::now() + settings.ping_interval, |(at, _)| at);
            let done = tokio::select! {
                () = &mut stopping => Err(Close::Stopping.into()),
                () = sleep_until(ends_at), if deadline.is_some() => {
                    Err(deadline.map_or(End::Gone, |(_, close)| close.into()))
                }
                received = self.socket.recv() => match received {
                    Some(Ok(message)) => self.receive(message).await,
                    Some(Err(error)) => Err(broken(&error)),
                    None => Err(End::Gone),
                },
                handed = self.handed.recv() => match handed {
                    Some(handed) => self.pass_on(handed).await,
                    None => Err(End::Gone),
                },
                _ = ticks.tick() => self.look_after().await,
            };
            if let Err(end) = done {
                return end;
            }
            if let (Some((_, Close::NotInTime)), Some(listener)) = (deadline, &self.listener) {
                let left = listener.time_left(&self.state);
                deadline = left.map(|left| (Instant::now() + left, Close::Forbidden));
            }
        }
    }

    /// Sees whether the other end is there still, and may listen still.
    async fn look_after(&mut self) -> Result<(), End> {
        if self.awaits_pong {
            tracing::debug!(
                request.id = self.request_id,
                "a socket is given up: its client does not answer"
            );
            return Err(End::Gone);
        }
        if let Some(listener) = &self.listener
            && let Err(Unauthenticated::Invalid) = listener.check(&self.state).await
        {
            return Err(Close::Forbidden.into());
        }
        self.awaits_pong = true;
        self.send(Message::Ping(axum::body::Bytes::new())).await
    }

    /// Sends a message, as long as the client takes what is sent.
    async fn send(&mut self, message: Message) -> Result<(), End> {
        let patience = self.state.settings.subscriptions.write_timeout;
        match timeout(patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    async fn receive(&mut self, message: Message) -> Result<(), End> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Close::Invalid.into()),
            Message::Pong(_) => {
                self.awaits_pong = false;
                return Ok(());
            }
            // It is answered by itself.
            Message::Ping(_) => return Ok(()),
            Message::Close(_) => return Err(End::Gone),
        };
        match Sent::read(&text)? {
            Sent::ConnectionInit { payload } => {
                let Some(head) = self.head.take() else {
                    return Err(Close::InitTwice.into());
                };
                self.listener =
                    Some(introduce(&self.state, head, payload.unwrap_or_default(), &self.request_id).await?);
                self.send(protocol::plain("connection_ack")).await
            }
            Sent::Ping {} => self.send(protocol::plain("pong")).await,
            Sent::Pong {} => Ok(()),
            Sent::Subscribe { id, payload } => self.subscribe(id, payload).await,
            Sent::Complete { id } => {
                self.running.remove(&id);
                Ok(())
            }
        }
    }

    async fn subscribe(&mut self, id: String, body: Body) -> Result<(), End> {
        let Some(listener) = &self.listener else {
            return Err(Close::Unauthorized.into());
        };
        if self.running.contains_key(&id) {
            return Err(Close::Duplicate.into());
        }
        let most = self.state.settings.subscriptions.per_connection;
        if self.running.len() >= most {
            let message = format!("One connection carries {most} subscriptions at once.");
            let errors = errors("RATE_LIMITED", &message, &self.request_id);
            return self.send(protocol::error(&id, &errors)).await;
        }
        // Messages are taken one after the other, so whatever is answered later says that this one has begun.
        let mut live = match Live::begin(Arc::clone(&self.state), Arc::clone(listener), body).await {
            Ok(live) => live,
            Err(Told::Failed(errors)) => return self.send(protocol::error(&id, &errors)).await,
            Err(Told::Unauthenticated | Told::Next(_)) => return Err(Close::Forbidden.into()),
        };
        self.begun += 1;
        let (queue, number, name) = (self.queue.clone(), self.begun, id.clone());
        let task = tokio::spawn(async move {
            loop {
                let (handed, is_last) = match live.next().await {
                    Told::Next(answer) => (Handed::Next(name.clone(), number, answer), false),
                    Told::Failed(errors) => (Handed::Failed(name.clone(), number, errors), true),
                    Told::Unauthenticated => (Handed::Forbidden, true),
                };
                if queue.send(handed).await.is_err() || is_last {
                    break;
                }
            }
        });
        let task = task.abort_handle();
        self.running.insert(id, Running { number, task });
        Ok(())
    }

    /// Sends what a subscription has handed over, if it still runs.
    async fn pass_on(&mut self, handed: Handed) -> Result<(), End> {
        let runs = |id: &str, number| self.running.get(id).is_some_and(|running| running.number == number);
        match handed {
            Handed::Next(id, number, answer) if runs(&id, number) => self.send(protocol::next(&id, answer)).await,
            Handed::Failed(id, number, errors) if runs(&id, number) => {
                self.running.remove(&id);
                self.send(protocol::error(&id, &errors)).await
            }
            Handed::Forbidden => Err(Close::Forbidden.into()),
            Handed::Next(..) | Handed::Failed(..) => Ok(()),
        }
    }

    /// Says why the socket is closed, and waits a moment for the other side: a connection that is broken off with
    /// something still to be read would take the reason with it.
    async fn part(mut self, close: Close) {
        if self.send(close.message()).await.is_err() {
            return;
        }
        let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        // Who does not close their side is left.
        let _ = timeout(PARTING, rest).await;
    }
}

/// What a broken socket is closed with, if it is clear why it broke.
fn broken(error: &axum::Error) -> End {
    use std::error::Error as _;
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.to_string().contains("too long") {
            return Close::TooLarge.into();
        }
        cause = error.source();
    }
    End::Gone
}
