//! The messages of `graphql-transport-ws` and the codes with which a socket is closed.
//!
//! | code | when |
//! |---|---|
//! | 1009 | a message is larger than a request may be in store scope |
//! | 1012 | the service stops; come back in a moment |
//! | 4400 | what came is no message of the protocol |
//! | 4401 | an operation came before `connection_init` was acknowledged |
//! | 4403 | there is no token, or it is not valid, or not any more: it has ended, or the session, or the account |
//! | 4408 | `connection_init` did not come in time |
//! | 4409 | a subscription came under the id of one that still runs |
//! | 4429 | `connection_init` came twice |
//!
//! One subscription too many is answered `error`: the others go on.

use axum::extract::ws::{CloseFrame, Message};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::http::request::Body;

/// The name of the sub-protocol.
pub(super) const NAME: &str = "graphql-transport-ws";

/// The longest id of a subscription, in bytes.
const LONGEST_ID: usize = 128;

/// Why a socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    TooLarge,
    Stopping,
    Invalid,
    Unauthorized,
    Forbidden,
    NotInTime,
    Duplicate,
    InitTwice,
}

impl Close {
    pub(super) fn message(self) -> Message {
        let (code, reason) = match self {
            Self::TooLarge => (1009, "The message is too large"),
            Self::Stopping => (1012, "The service stops"),
            Self::Invalid => (4400, "Invalid message"),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::NotInTime => (4408, "Connection initialisation timeout"),
            Self::Duplicate => (4409, "Subscriber for this id already exists"),
            Self::InitTwice => (4429, "Too many initialisation requests"),
        };
        Message::Close(Some(CloseFrame {
            code,
            reason: reason.into(),
        }))
    }
}

/// What a client sends.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Sent {
    /// Who it is.
    ConnectionInit {
        /// What it says of itself.
        #[serde(default)]
        payload: Option<serde_json::Map<String, serde_json::Value>>,
    },
    /// Whether somebody is there.
    Ping {},
    /// That somebody is there.
    Pong {},
    /// A subscription.
    Subscribe {
        /// Under which name.
        id: String,
        /// The operation.
        payload: Body,
    },
    /// That a subscription is not wanted any more.
    Complete {
        /// Its name.
        id: String,
    },
}

impl Sent {
    /// Reads a message.
    pub(super) fn read(text: &str) -> Result<Self, Close> {
        let sent = serde_json::from_str(text).map_err(|_| Close::Invalid)?;
        match &sent {
            Self::Subscribe { id, .. } | Self::Complete { id } if id.is_empty() || id.len() > LONGEST_ID => {
                Err(Close::Invalid)
            }
            Self::Subscribe { payload, .. } if !payload.names_a_document() => Err(Close::Invalid),
            _ => Ok(sent),
        }
    }
}

/// A message without anything in it, or what belongs to all subscriptions.
pub(super) fn plain(kind: &str) -> Message {
    text(&serde_json::json!({ "type": kind }))
}

/// An answer.
pub(super) fn next(id: &str, answer: Vec<u8>) -> Message {
    #[derive(serde::Serialize)]
    struct Next<'a> {
        id: &'a str,
        r#type: &'a str,
        payload: Box<RawValue>,
    }
    let answer = String::from_utf8(answer)
        .ok()
        .and_then(|text| RawValue::from_string(text).ok());
    text(&Next {
        id,
        r#type: "next",
        payload: answer.unwrap_or_default(),
    })
}

/// The errors with which a subscription ends.
pub(super) fn error(id: &str, errors: &serde_json::Value) -> Message {
    text(&serde_json::json!({ "id": id, "type": "error", "payload": errors }))
}

fn text(message: &impl serde::Serialize) -> Message {
    Message::text(serde_json::to_string(message).unwrap_or_default())
}
