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
use futures_util::FutureExt;
use tokio::{
    sync::{Semaphore, mpsc},
    task::{AbortHandle, JoinError, JoinSet},
    time::{Duration, Instant, MissedTickBehavior, interval, sleep_until, timeout},
};

use super::{
    Listener, Live, Place, Told, not_available,
    protocol::{self, Close, Sent},
    upgrade::introduce,
};
use crate::{
    auth::Unauthenticated,
    http::{HttpState, operation::errors, request::Body},
};

/// How many messages wait for a client to read them.
const QUEUE: usize = 1;

/// How many subscriptions of a socket make an answer, or wait for it to be taken, at the same time.
const TURNS: usize = 2;

/// How large the operations of all subscriptions of a socket may be together, in bytes.
const LARGEST: usize = 512 * 1_024;

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
    /// How large its operation is.
    bytes: usize,
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
    /// The other end has closed it, and waits for an answer to that.
    Left,
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
    tasks: JoinSet<()>,
    turns: Arc<Semaphore>,
    begun: u64,
    queue: mpsc::Sender<Handed>,
    handed: mpsc::Receiver<Handed>,
    /// Whether nothing has come since the last ping.
    awaits_sign: bool,
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
        tasks: JoinSet::new(),
        turns: Arc::new(Semaphore::new(TURNS)),
        begun: 0,
        queue,
        handed,
        awaits_sign: false,
    };
    let end = socket.run().await;
    socket.running.clear();
    match end {
        End::Close(close) => {
            tracing::debug!(request.id = socket.request_id, ?close, "a socket is closed");
            if socket.send(close.message()).await.is_ok() {
                socket.part().await;
            }
        }
        End::Left => socket.part().await,
        End::Gone => {}
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
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => match ended {
                    Ok(()) => Ok(()),
                    Err(error) => self.broke_down(&error).await,
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
        // What waits to be read is a sign, too.
        if self.awaits_sign
            && let Some(received) = self.socket.recv().now_or_never()
        {
            match received {
                Some(Ok(message)) => self.receive(message).await?,
                Some(Err(error)) => return Err(broken(&error)),
                None => return Err(End::Gone),
            }
        }
        if self.awaits_sign {
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
        self.awaits_sign = true;
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
        self.awaits_sign = false;
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Close::Invalid.into()),
            // A ping is answered by itself.
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(End::Left),
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
        let bytes = body.bytes();
        let others: usize = self.running.values().map(|running| running.bytes).sum();
        if others + bytes > LARGEST {
            let message = format!("The subscriptions of one connection have at most {LARGEST} bytes together.");
            let errors = errors("RATE_LIMITED", &message, &self.request_id);
            return self.send(protocol::error(&id, &errors)).await;
        }
        // Messages are taken one after the other, so whatever is answered later says that this one has begun.
        let live = match Live::begin(Arc::clone(&self.state), Arc::clone(listener), body).await {
            Ok(live) => live,
            Err(Told::Failed(errors)) => return self.send(protocol::error(&id, &errors)).await,
            Err(Told::Unauthenticated | Told::Next(_)) => return Err(Close::Forbidden.into()),
        };
        self.begun += 1;
        let (queue, number, name) = (self.queue.clone(), self.begun, id.clone());
        let hand_over = move |told| match told {
            Told::Next(answer) => Handed::Next(name.clone(), number, answer),
            Told::Failed(errors) => Handed::Failed(name.clone(), number, errors),
            Told::Unauthenticated => Handed::Forbidden,
        };
        let task = self.tasks.spawn(live.run(Arc::clone(&self.turns), queue, hand_over));
        self.running.insert(id, Running { number, bytes, task });
        Ok(())
    }

    /// Ends a subscription whose task has panicked: it would be silent for ever.
    async fn broke_down(&mut self, error: &JoinError) -> Result<(), End> {
        let is_it = |running: &Running| running.task.id() == error.id();
        let id = self.running.iter().find(|(_, running)| is_it(running));
        let Some(id) = id.map(|(id, _)| id.clone()) else {
            // It was given up.
            return Ok(());
        };
        tracing::error!(request.id = self.request_id, "a subscription panicked");
        let errors = not_available(&self.request_id);
        self.running.remove(&id);
        self.send(protocol::error(&id, &errors)).await
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

    /// Waits a moment until both sides have said that the socket is closed: a connection that is broken off with
    /// something still to be read would take that with it.
    async fn part(mut self) {
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
