//! Clients that listen: a WebSocket that speaks `graphql-transport-ws`, and a stream of events.

use std::{collections::VecDeque, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::HeaderValue,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

use super::{Persona, TestApp};

/// How long something may take that has to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A WebSocket.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// What came while something else was waited for.
    waiting: VecDeque<Value>,
}

/// A stream of events.
pub(crate) struct Events {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    response: reqwest::Response,
    read: String,
}

impl TestApp {
    /// Opens a WebSocket with these headers; the status when that is refused.
    pub(crate) async fn socket_with(&self, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        for (name, value) in headers {
            request
                .headers_mut()
                .append(*name, HeaderValue::from_str(value).unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        match timeout(PATIENCE, client_async(request, stream)).await.unwrap() {
            Ok((stream, _)) => Ok(Socket {
                stream,
                waiting: VecDeque::new(),
            }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a WebSocket on which nothing has been said yet.
    pub(crate) async fn silent_socket(&self) -> Socket {
        let opened = self
            .socket_with(&[
                ("sec-websocket-protocol", "graphql-transport-ws"),
                ("graphql-cost", "1"),
            ])
            .await;
        opened.unwrap_or_else(|status| panic!("refused with {status}"))
    }

    /// Opens a WebSocket of this persona.
    pub(crate) async fn socket(&self, persona: &Persona) -> Socket {
        let mut socket = self.silent_socket().await;
        socket.introduce(persona).await;
        assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// Sends an operation whose answer shall be a stream of events.
    pub(crate) async fn events(&self, persona: &Persona, query: &str, variables: Value) -> Events {
        self.events_with(persona, query, variables, &[]).await
    }

    /// The same, with headers.
    pub(crate) async fn events_with(
        &self,
        persona: &Persona,
        query: &str,
        variables: Value,
        headers: &[(&str, &str)],
    ) -> Events {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = client
            .post(format!("{}/graphql", self.url))
            .header("content-type", "application/json")
            .body(json!({ "query": query, "variables": variables }).to_string());
        if let Some(token) = &persona.token {
            request = request.bearer_auth(token);
        }
        if !headers.iter().any(|(name, _)| *name == "accept") {
            request = request.header("accept", "text/event-stream");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = timeout(PATIENCE, request.send()).await.unwrap().unwrap();
        Events {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            response,
            read: String::new(),
        }
    }
}

impl Socket {
    pub(crate) async fn send_raw(&mut self, message: Message) {
        timeout(PATIENCE, self.stream.send(message)).await.unwrap().unwrap();
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.send_raw(Message::text(message.to_string())).await;
    }

    /// Says who this is.
    pub(crate) async fn introduce(&mut self, persona: &Persona) {
        let payload = persona
            .token
            .as_ref()
            .map(|token| json!({ "authorization": format!("Bearer {token}") }));
        self.send(json!({ "type": "connection_init", "payload": payload }))
            .await;
    }

    /// The next message that is none to see whether somebody is there: those would keep a test waiting for ever.
    async fn message(&mut self) -> Option<Result<Message, Error>> {
        let stream = &mut self.stream;
        let message = async {
            loop {
                match stream.next().await {
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    other => return other,
                }
            }
        };
        timeout(PATIENCE, message).await.expect("a message in time")
    }

    async fn receive_new(&mut self) -> Value {
        match self.message().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("no message but {other:?}"),
        }
    }

    /// The next message.
    pub(crate) async fn receive(&mut self) -> Value {
        match self.waiting.pop_front() {
            Some(message) => message,
            None => self.receive_new().await,
        }
    }

    /// The next message, or the code with which the service closes the socket; 0 when it is broken off.
    pub(crate) async fn received_or_closed(&mut self) -> Result<Value, u16> {
        match self.message().await {
            Some(Ok(Message::Text(text))) => Ok(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(Some(frame)))) => Err(frame.code.into()),
            _ => Err(0),
        }
    }

    /// The code with which the service closes the socket; 0 when it is broken off. What comes before does not count.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            match self.message().await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return 0,
            }
        }
    }

    /// The code with which the service closes the socket, without another word.
    pub(crate) async fn closed_at_once(&mut self) -> u16 {
        assert_eq!(self.waiting, [Value::Null; 0]);
        match self.message().await {
            Some(Ok(Message::Close(Some(frame)))) => frame.code.into(),
            other => panic!("something came before the end: {other:?}"),
        }
    }

    /// Closes the socket as a client does that has heard enough; answers with the code that comes back.
    pub(crate) async fn close(&mut self) -> u16 {
        let frame = CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        };
        self.send_raw(Message::Close(Some(frame))).await;
        self.closed().await
    }

    /// Waits until everything that was sent has been dealt with.
    pub(crate) async fn settle(&mut self) {
        self.send(json!({ "type": "ping" })).await;
        loop {
            let message = self.receive_new().await;
            if message["type"] == "pong" {
                return;
            }
            self.waiting.push_back(message);
        }
    }

    /// Subscribes, and answers the errors if that is refused.
    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) -> Option<Value> {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
        self.settle().await;
        let is_error = |message: &Value| message["id"] == id && message["type"] == "error";
        let place = self.waiting.iter().position(is_error)?;
        self.waiting.remove(place).map(|message| message["payload"].clone())
    }

    /// Subscribes, which has to succeed.
    #[track_caller]
    pub(crate) fn listen(&mut self, id: &str, query: &str, variables: Value) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        async move {
            let refused = self.subscribe(id, query, variables).await;
            assert_eq!(refused, None, "refused at {place}");
        }
    }

    /// The next answer to a subscription, which has to be the next message.
    pub(crate) async fn next(&mut self, id: &str) -> Value {
        let message = self.receive().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("next"), &json!(id)),
            "{message:#}"
        );
        message["payload"].clone()
    }

    /// The data of the next answer to a subscription, in which there are no errors.
    pub(crate) async fn data(&mut self, id: &str) -> Value {
        let answer = self.next(id).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }
}

impl Events {
    /// The next event with its data, or a comment (which has neither name nor data); `None` at the end.
    pub(crate) async fn raw(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().trim().to_owned()
                };
                let found = (field("event:"), field("data:"));
                self.read = rest.to_owned();
                return Some(found);
            }
            let chunk = timeout(PATIENCE, self.response.chunk())
                .await
                .expect("an event in time");
            self.read += std::str::from_utf8(&chunk.unwrap()?).unwrap();
        }
    }

    /// Whether the stream is broken off in place of a further event.
    pub(crate) async fn is_broken_off(&mut self) -> bool {
        assert_eq!(self.read, "");
        let chunk = timeout(PATIENCE, self.response.chunk()).await;
        chunk.expect("the end in time").is_err()
    }

    /// The next event that is none to keep the connection open; `None` at the end.
    pub(crate) async fn event(&mut self) -> Option<(String, Value)> {
        let event = async {
            loop {
                let (name, data) = self.raw().await?;
                if !name.is_empty() {
                    return Some((name, serde_json::from_str(&data).unwrap_or(Value::Null)));
                }
            }
        };
        timeout(PATIENCE, event).await.expect("an event in time")
    }

    /// The next answer.
    pub(crate) async fn next(&mut self) -> Value {
        let (name, data) = self.event().await.expect("an event");
        assert_eq!(name, "next", "{data}");
        data
    }

    /// The rest of the body, where it is no stream of events.
    pub(crate) async fn text(self) -> String {
        timeout(PATIENCE, self.response.text()).await.unwrap().unwrap()
    }
}
