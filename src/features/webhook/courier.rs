//! Composes what an endpoint is told, signs it and sends it.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::{
    id::{OutboxEventId, WebhookEndpointId, format},
    webhook_delivery, webhook_endpoint,
};
use hyper::http::{Request, StatusCode, header, response::Parts};
use sea_orm::entity::prelude::Json;
use serde_json::json;

use super::signature;
use crate::{
    auth::{Permissions, Unsealable, Viewer},
    graphql::standing::{Given, StandingQueries},
    outbound::{Outbound, OutboundError},
    work::{Call, CallParts, ErrorCode, UserError},
};

/// What a payload query may use.
const VARIABLES: &[Given] = &[("id", "ID"), ("subjectId", "ID"), ("topic", "String")];

/// The shortest and the longest pause that an endpoint may ask for.
const PAUSES: (TimeDelta, TimeDelta) = (TimeDelta::seconds(1), TimeDelta::hours(1));

/// What an endpoint is told of.
#[derive(Clone, Debug)]
pub struct Message {
    /// By which receivers recognize repeats.
    pub event: OutboxEventId,
    /// What happened.
    pub topic: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What kind of actor did it.
    pub actor_type: String,
    /// To whose history it belongs.
    pub subject: String,
    /// The changed object.
    pub object: String,
    /// Its version after the change.
    pub version: i32,
    /// The fields that changed.
    pub changed_paths: Json,
}

impl From<&webhook_delivery::Model> for Message {
    fn from(row: &webhook_delivery::Model) -> Self {
        Self {
            event: row.event_id,
            topic: row.topic.clone(),
            at: row.at,
            actor_type: row.actor_type.clone(),
            subject: format(&row.subject_prefix, row.subject_id),
            object: row.object_id.clone(),
            version: row.object_version,
            changed_paths: row.changed_paths.clone(),
        }
    }
}

/// The body of a request.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The JSON.
    pub body: String,
    /// Whether something went wrong on our side while the payload query was answered.
    pub is_fault: bool,
}

/// Why an endpoint was not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What it answered, if anything.
    pub status: Option<u16>,
    /// Why, in our words: nothing of what was answered.
    pub reason: String,
    /// For how long it has asked not to be told anything.
    pub pause: Option<TimeDelta>,
    /// Whether it said that it is gone for good.
    pub is_gone: bool,
}

impl Failure {
    /// For this reason, without an answer.
    #[must_use]
    pub fn because(reason: &str) -> Self {
        Self {
            status: None,
            reason: reason.to_owned(),
            pause: None,
            is_gone: false,
        }
    }
}

/// Composes what an endpoint is told, signs it and sends it.
#[derive(Clone, Debug)]
pub struct Courier {
    outbound: Outbound,
    standing: Arc<dyn StandingQueries>,
}

impl Courier {
    /// Sends in this way, and asks payload queries so.
    #[must_use]
    pub fn new(outbound: Outbound, standing: Arc<dyn StandingQueries>) -> Self {
        Self { outbound, standing }
    }

    /// Whether endpoints may be in a private network.
    #[must_use]
    pub fn allows_private(&self) -> bool {
        self.outbound.allows_private()
    }

    /// Asks whether a payload query can be asked with these permissions.
    ///
    /// # Errors
    /// `INVALID`, with what is wrong.
    pub async fn check_query(
        &self,
        call: &Call,
        endpoint: WebhookEndpointId,
        permissions: Permissions,
        text: &str,
    ) -> Result<(), UserError> {
        let eyes = eyes(call, endpoint, permissions);
        self.standing
            .check(eyes, text, VARIABLES)
            .await
            .map_err(|message| UserError::new(ErrorCode::Invalid, "payloadQuery", message))
    }

    /// What an endpoint is told: the answer to its payload query, or ids, version and changed fields.
    pub async fn compose(&self, parts: &CallParts, endpoint: &webhook_endpoint::Model, message: &Message) -> Composed {
        let timestamp = message.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let Some(query) = &endpoint.payload_query else {
            let body = json!({ "type": message.topic, "timestamp": timestamp, "data": {
                "objectId": message.object,
                "subjectId": message.subject,
                "version": message.version,
                "changedPaths": message.changed_paths,
                "actorKind": message.actor_type,
            } });
            return Composed {
                body: body.to_string(),
                is_fault: false,
            };
        };
        let variables = [
            ("id", &message.object),
            ("subjectId", &message.subject),
            ("topic", &message.topic),
        ];
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let eyes = eyes(parts, endpoint.id, Permissions::stored(&endpoint.permissions));
        let answer = self.standing.ask(eyes, query, variables).await;
        let (topic, timestamp) = (json!(message.topic), json!(timestamp));
        // `data`, and `errors` if there are any, are among the others.
        let rest = answer.json.strip_prefix('{').unwrap_or("\"data\":null}");
        Composed {
            body: format!("{{\"type\":{topic},\"timestamp\":{timestamp},{rest}"),
            is_fault: answer.is_fault,
        }
    }

    /// Sends a message, signed at this instant; answers the status, which is one of success.
    ///
    /// # Errors
    /// Why the endpoint has not taken it.
    pub async fn post(
        &self,
        endpoint: &webhook_endpoint::Model,
        secrets: &[Vec<u8>],
        now: DateTime<Utc>,
        event: OutboxEventId,
        body: String,
    ) -> Result<u16, Failure> {
        let (id, timestamp) = (event.to_string(), now.timestamp());
        let request = Request::post(&endpoint.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header(
                "webhook-signature",
                signature::signatures(secrets, &id, timestamp, &body),
            )
            .body(body.into_bytes())
            .map_err(|_| Failure::because("the address cannot be used"))?;
        match self.outbound.tell(request).await {
            Ok(head) if head.status.is_success() => Ok(head.status.as_u16()),
            Ok(head) => Err(Failure {
                status: Some(head.status.as_u16()),
                reason: format!("the endpoint answered {}", head.status.as_u16()),
                pause: pause(&head, now),
                is_gone: head.status == StatusCode::GONE,
            }),
            Err(OutboundError::Forbidden) => Err(Failure::because("requests may not be sent to this address")),
            Err(_) => Err(Failure::because("there was no answer in time")),
        }
    }
}

/// The secrets that sign for an endpoint at this instant.
///
/// # Errors
/// When they were encrypted with another key.
pub fn secrets(
    parts: &CallParts,
    endpoint: &webhook_endpoint::Model,
    now: DateTime<Utc>,
) -> Result<Vec<Vec<u8>>, Unsealable> {
    let is_rotating = endpoint.previous_expires_at.is_some_and(|expiry| expiry > now);
    let previous = endpoint.previous_secret.as_ref().filter(|_| is_rotating);
    let owner = endpoint.id.to_string();
    let sealed = std::iter::once(&endpoint.secret).chain(previous);
    sealed.map(|secret| parts.sealer.open(&owner, secret)).collect()
}

/// A call that sees what the payload query of an endpoint may.
fn eyes(parts: &CallParts, endpoint: WebhookEndpointId, permissions: Permissions) -> Call {
    let viewer = Viewer::Webhook { endpoint, permissions };
    Call::new(parts.clone(), viewer, "webhook".to_owned(), None)
}

/// The pause that an answer asks for with `Retry-After`, in seconds or until an instant.
fn pause(head: &Parts, now: DateTime<Utc>) -> Option<TimeDelta> {
    if !matches!(
        head.status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        return None;
    }
    let text = head.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = match text.parse::<u32>() {
        Ok(seconds) => TimeDelta::seconds(seconds.into()),
        Err(_) => DateTime::parse_from_rfc2822(text).ok()?.to_utc() - now,
    };
    let (shortest, longest) = PAUSES;
    Some(asked.clamp(shortest, longest))
}
