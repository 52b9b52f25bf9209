//! Hooks: somebody who is asked before a log-in and may refuse it, and somebody who is told after it.
//!
//! Both get a signed request (see [`Outbound::post_signed`]): `{"event": "log_in.before", "method", "actor", "actorId",
//! "email", "ipPrefix", "requestId"}`. Who is asked before answers `{"allow": true}`; anything else that is JSON refuses. Where no
//! such answer comes within three seconds, the configuration decides. Hooks are asked outside of transactions.

use std::{sync::Arc, time::Duration};

use entity::{
    id::{CustomerId, StaffUserId},
    session::ActorType,
};
use sea_orm::entity::prelude::Uuid;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::{
    config::HookConfig,
    outbound::{Outbound, OutboundError},
    work::{Call, ErrorCode, UserError, WriteError},
};

/// For how long a hook is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// Who is asked before a log-in and told after it.
#[derive(Clone, Debug, Default)]
pub struct Hooks(Option<Arc<Configured>>);

#[derive(Debug)]
struct Configured {
    before: Option<Listener>,
    after: Option<Listener>,
    secret: SecretString,
    fail_open: bool,
}

/// Each has requests of its own under way: who is told must not keep who is asked from answering.
#[derive(Debug)]
struct Listener {
    url: String,
    outbound: Outbound,
}

/// A log-in, as hooks are told of it.
#[derive(Clone, Debug)]
pub struct LogInFacts {
    /// The way to log in: `password`, `magic_link`, `one_time_code`, `passkey`, the name of a provider, or
    /// `second_factor` for the second step after any of them; `invitation` and `registration` for an account that is
    /// opened by it, and `switch` for who goes on as another actor of the same log-in.
    pub method: String,
    /// As what somebody logs in: `CUSTOMER` or `STAFF`.
    pub actor: &'static str,
    /// The id of the customer or staff user, where there is one already.
    pub actor_id: Option<String>,
    /// The e-mail address that they logged in with, or that the provider knows.
    pub email: Option<String>,
}

impl LogInFacts {
    /// A log-in of a customer or staff user; the id are its stored bits.
    #[must_use]
    pub fn of(method: &str, actor: ActorType, actor_id: Option<Uuid>, email: Option<&str>) -> Self {
        let (kind, actor_id) = match actor {
            ActorType::Customer => ("CUSTOMER", actor_id.map(|id| CustomerId(id).to_string())),
            ActorType::Staff => ("STAFF", actor_id.map(|id| StaffUserId(id).to_string())),
        };
        Self {
            method: method.to_owned(),
            actor: kind,
            actor_id,
            email: email.map(str::to_owned),
        }
    }
}

impl Hooks {
    /// What is configured.
    #[must_use]
    pub fn configured(config: &HookConfig) -> Self {
        if config.before_log_in_url.is_none() && config.after_log_in_url.is_none() {
            return Self::default();
        }
        let listener = |url: &Option<String>| {
            url.clone().map(|url| Listener {
                url,
                outbound: Outbound::new(config.allow_private_network, PATIENCE),
            })
        };
        Self(Some(Arc::new(Configured {
            before: listener(&config.before_log_in_url),
            after: listener(&config.after_log_in_url),
            secret: config.signing_secret.clone().unwrap_or_default(),
            fail_open: config.fail_open,
        })))
    }

    /// Whether anybody wants to know of log-ins.
    #[must_use]
    pub fn are_configured(&self) -> bool {
        self.0.is_some()
    }

    /// Asks whether somebody who proved who they are may log in.
    ///
    /// # Errors
    /// `HOOK_REJECTED`; [`WriteError::Overloaded`] when too many are asked about at once.
    pub async fn before_log_in(&self, call: &Call, facts: &LogInFacts) -> Result<(), WriteError> {
        let Some(hooks) = &self.0 else { return Ok(()) };
        let Some(Listener { url, outbound }) = &hooks.before else {
            return Ok(());
        };
        let body = body("log_in.before", call, facts);
        let timestamp = call.now().timestamp();
        let may = match outbound.post_signed(url, &hooks.secret, timestamp, &body).await {
            Ok(answer) => answer.get("allow") == Some(&Value::Bool(true)),
            // Whoever floods it must not get past it, where people may log in without its answer.
            Err(OutboundError::Busy) => return Err(WriteError::Overloaded),
            Err(error) => {
                tracing::warn!(%error, fail_open = hooks.fail_open, "the hook before log-in did not answer");
                hooks.fail_open
            }
        };
        if may {
            return Ok(());
        }
        Err(UserError::new(
            ErrorCode::HookRejected,
            "",
            "This log-in was refused. Ask customer service.",
        )
        .into())
    }

    /// Tells of somebody who logged in. Nobody waits for the answer.
    pub fn after_log_in(&self, call: &Call, facts: &LogInFacts) {
        let Some(hooks) = self.0.clone() else { return };
        if hooks.after.is_none() {
            return;
        }
        let body = body("log_in.after", call, facts);
        let timestamp = call.now().timestamp();
        tokio::spawn(async move {
            let Some(Listener { url, outbound }) = &hooks.after else {
                return;
            };
            if let Err(error) = outbound.post_signed(url, &hooks.secret, timestamp, &body).await {
                tracing::warn!(%error, "the hook after log-in did not answer");
            }
        });
    }
}

fn body(event: &str, call: &Call, facts: &LogInFacts) -> Value {
    json!({
        "event": event,
        "method": facts.method,
        "actor": facts.actor,
        "actorId": facts.actor_id,
        "email": facts.email,
        "ipPrefix": call.client.prefix(),
        "requestId": call.request_id,
    })
}
