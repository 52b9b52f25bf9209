//! One operation, whatever carried it here: who asks for what, what of it is refused, and what is answered.
//!
//! Nothing in here knows of requests and responses of HTTP. Each transport reads an [`Asker`] and a [`Body`] in its own
//! way, has the operation prepared ([`HttpState::prepare`]), decides whether it carries operations of this kind, has it
//! executed ([`Prepared::execute`]) and puts the [`Outcome`] or what was [`Refused`] into its own form. A subscription is
//! prepared and executed once when it begins ([`Prepared::begin`]) and anew for each event ([`Prepared::hear`]).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{Response, ServerError, Value, parser::types::OperationType};
use entity::id::ChannelId;
use futures_util::StreamExt;

use super::{HttpState, hooked::Hooks, request::Body};
use crate::{
    auth::Viewer,
    firewall::{Document, Reason, Refusal, Scope, short},
    graphql::{
        Loaders, arrange,
        direct::{JsonText, Plans},
        mend,
        subscription::{Hearing, Interest},
    },
    schema::Schema,
    work::{Call, Client, Refusal as TurnedAway, SessionCookies, outbox::Event},
};

/// The most errors in one answer.
const ERRORS: usize = 20;

/// How long it may take to tell somebody of an event.
const LONGEST_HEARING: Duration = Duration::from_secs(30);

/// What those are told to whom the schema is not shown.
const NOT_OF_THE_SCHEMA: &str =
    "This does not fit the schema, at the places in `locations`. Whoever may see the schema is told more.";

/// Who asks, and with what.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    /// On whose behalf.
    pub(super) viewer: Viewer,
    /// From where.
    pub(super) client: Client,
    /// The cookies of a browser that keeps its tokens in them.
    pub(super) cookies: Option<SessionCookies>,
    /// The channel of the publishable key, where one was sent.
    pub(super) channel: Option<ChannelId>,
    /// Whether it is the federation gateway that asks.
    pub(super) is_gateway: bool,
    /// What makes a mutation that is sent again count once.
    pub(super) idempotency_key: Option<String>,
    /// Names the request in logs, errors, timeline and events.
    pub(super) request_id: String,
    /// Whether the answer shall say what it has cost.
    pub(super) wants_cost: bool,
}

/// Why an operation was not executed, as far as a transport tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// What came could not be read at all.
    Unreadable,
    /// A mutation came by a way that carries queries alone.
    QueriesAlone,
    /// A page that may not ask made a browser send it.
    FromElsewhere,
    /// It could be read, and is not a request.
    NotARequest,
    /// The token is not valid.
    Unauthenticated,
    /// The publishable key is not valid.
    UnknownKey,
    /// It is not a document of GraphQL.
    NotADocument,
    /// The document is wrong, too large, or does not fit the schema; or the variables do not fit the document.
    Document,
    /// It is not clear which operation is meant, or it is of a kind that is not carried here.
    Operation,
    /// Whoever asks may not ask for this.
    Forbidden,
    /// It took too long.
    TooLong,
    /// The service cannot tell who asks.
    Unavailable,
}

/// An operation that was not executed.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    /// Why, for the transport.
    pub(super) cause: Cause,
    /// Why, for programs.
    pub(super) code: &'static str,
    /// What to do, for people.
    pub(super) message: String,
    /// What it would have cost and what it may cost, where that is the cause.
    cost: Option<(u64, u64)>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let Refusal { reason, message } = refusal;
        let refused = |cause| Self::new(cause, message.clone());
        match reason {
            Reason::Malformed => refused(Cause::NotADocument),
            Reason::Invalid | Reason::TooMuch | Reason::Variables => refused(Cause::Document),
            Reason::NotTrusted => refused(Cause::Forbidden),
            Reason::Cost { requested, limit } => Self::too_expensive(requested, limit, message),
            // As Apollo's clients know them, which then send the document itself.
            Reason::NotSupported => Self {
                code: "PERSISTED_QUERY_NOT_SUPPORTED",
                ..refused(Cause::Document)
            },
            Reason::NotFound => Self {
                code: "PERSISTED_QUERY_NOT_FOUND",
                ..refused(Cause::Document)
            },
        }
    }
}

impl Refused {
    pub(super) fn new(cause: Cause, message: impl Into<String>) -> Self {
        let code = match cause {
            Cause::Unauthenticated | Cause::UnknownKey => "UNAUTHENTICATED",
            Cause::Forbidden | Cause::FromElsewhere => "FORBIDDEN",
            Cause::Unavailable => "INTERNAL",
            Cause::Unreadable
            | Cause::NotARequest
            | Cause::QueriesAlone
            | Cause::NotADocument
            | Cause::Document
            | Cause::Operation
            | Cause::TooLong => "BAD_USER_INPUT",
        };
        Self {
            cause,
            code,
            message: message.into(),
            cost: None,
        }
    }

    pub(super) fn too_expensive(requested: u64, limit: u64, message: String) -> Self {
        Self {
            code: "COST_EXCEEDED",
            cost: Some((requested, limit)),
            ..Self::new(Cause::Document, message)
        }
    }

    /// The `errors` of the answer, which has no `data`.
    pub(super) fn errors(&self, request_id: &str) -> serde_json::Value {
        let mut errors = errors(self.code, &self.message, request_id);
        if let Some((requested, limit)) = self.cost {
            errors[0]["extensions"]["cost"] = serde_json::json!({ "requested": requested, "limit": limit });
        }
        errors
    }

    /// The whole answer as JSON.
    pub(super) fn json(&self, request_id: &str) -> Vec<u8> {
        let body = serde_json::json!({ "errors": self.errors(request_id) });
        body.to_string().into_bytes()
    }
}

/// The `errors` of an answer that is one error; a request that has no id has none in it.
pub(super) fn errors(code: &str, message: &str, request_id: &str) -> serde_json::Value {
    let mut extensions = serde_json::json!({ "code": code });
    if !request_id.is_empty() {
        extensions["requestId"] = request_id.into();
    }
    serde_json::json!([{ "message": message, "extensions": extensions }])
}

/// An operation that was found to be in order, of somebody who may ask for it.
pub(super) struct Prepared {
    /// Whether it is a query, a mutation or a subscription.
    pub(super) kind: OperationType,
    /// The operation's means.
    pub(super) call: Arc<Call>,
    /// Whether whoever asks may see the schema.
    sees_schema: bool,
    document: Arc<Document>,
    operation_name: Option<String>,
    request: async_graphql::Request,
    /// The schema as this viewer sees it.
    schema: Schema,
    /// Whom to ask before a mutation.
    hooks: Option<Hooks>,
    wants_cost: bool,
    /// What it costs, and what it may cost.
    cost: (u64, u64),
    /// How many fields and fragments its document may have.
    most_selections: usize,
    /// How long it may take.
    limit: Option<Duration>,
    /// How large the answer may be, in bytes.
    answer_bytes: usize,
    started: Instant,
}

/// What an operation was answered.
pub(super) struct Outcome {
    /// Data and errors: the errors bounded, each with a code, and `null` where a field was denied.
    response: Response,
    /// Whether there is data; otherwise the executor refused the operation.
    pub(super) is_executed: bool,
    /// Whether there is data and errors too.
    pub(super) is_partial: bool,
    /// Whether every field at the top is null, if there is data at all.
    pub(super) is_empty: bool,
    /// Whether it was turned away altogether, because whoever asks has asked too often or too many ask at once.
    pub(super) turned_away: Option<TurnedAway>,
    /// The cookies of a browser that keeps its tokens in them, with what becomes of them.
    pub(super) cookies: Option<SessionCookies>,
    /// How large it may be, in bytes; what a mutation has done is told in any case.
    most_bytes: Option<usize>,
}

impl Outcome {
    /// The errors alone, as JSON.
    pub(super) fn errors(&self) -> serde_json::Value {
        serde_json::to_value(&self.response.errors).unwrap_or_default()
    }

    /// As JSON: `data`, `errors` and `extensions`; without `data` when nothing was executed.
    pub(super) fn json(&self) -> Vec<u8> {
        if self.is_executed {
            let text = JsonText::response(&self.response);
            match self.most_bytes {
                Some(most) if text.len() > most => {
                    let message = format!("The answer has more than {most} bytes. Ask for smaller pages.");
                    let errors = errors("COST_EXCEEDED", &message, "");
                    let answer = serde_json::json!({ "data": null, "errors": errors });
                    serde_json::to_vec(&answer).unwrap_or_default()
                }
                _ => text,
            }
        } else {
            let errors = serde_json::json!({ "errors": self.response.errors });
            serde_json::to_vec(&errors).unwrap_or_default()
        }
    }
}

impl HttpState {
    /// Judges an operation and makes it ready to be executed.
    ///
    /// # Errors
    /// What is wrong with it, or that whoever asks may not ask for it.
    pub(super) fn prepare(&self, asker: Asker, body: Body) -> Result<Prepared, Refused> {
        let started = Instant::now();
        let viewer = asker.viewer;
        let scope = Scope::of(&viewer, asker.is_gateway && self.settings.gateway_secret.is_some());
        let document = self
            .firewall
            .document(scope, body.query.as_deref(), body.document_id())?;
        let Some(operation) = document.operation(body.operation_name.as_deref()) else {
            let message = "Name one of the document's operations in operationName.";
            return Err(Refused::new(Cause::Operation, message));
        };
        let kind = operation.ty;
        let forbidden = |message: &str| Err(Refused::new(Cause::Forbidden, message));
        let sees_schema = viewer.is_admin() || self.settings.introspection_for_all;
        if document.introspects && !sees_schema {
            return forbidden("The schema is shown to the admin scope alone.");
        }
        if document.federates && !asker.is_gateway {
            return forbidden(
                "_service and _entities are for the federation gateway, which sends Gateway-Authorization.",
            );
        }
        if kind == OperationType::Mutation && !document.may_be_run_by(&viewer, body.operation_name.as_deref()) {
            return forbidden("This is not possible while acting as a customer.");
        }
        // Where everybody is a gateway (the demo), what only a gateway asks has a gateway's limits.
        let scope = if document.federates { Scope::Gateway } else { scope };
        let (variables, cost) =
            self.firewall
                .variables(scope, &document, body.operation_name.as_deref(), body.variables)?;
        let limits = self.firewall.limits(scope);
        // Many answers to subscriptions may wait for their readers at once.
        let answer_bytes = match kind {
            OperationType::Subscription => limits.answer_bytes.min(self.settings.subscriptions.answer_bytes),
            OperationType::Query | OperationType::Mutation => limits.answer_bytes,
        };
        let is_masked = viewer.masks().is_some();
        // A statement that nobody waits for any more is ended by the database's own time-out.
        let limit = (kind == OperationType::Query).then(|| Duration::from_millis(limits.query_milliseconds));
        let mut call = Call::new(self.parts.clone(), viewer, asker.request_id, asker.idempotency_key)
            .from_client(asker.client)
            .with_cookies(asker.cookies)
            .in_channel(asker.channel)
            .through_gateway(asker.is_gateway);
        if kind == OperationType::Query {
            call = call.asking_for(Arc::clone(&document.names));
        }
        let call = Arc::new(call);
        let hooks = (kind == OperationType::Mutation).then(|| Hooks {
            registry: Arc::clone(&self.hooks),
            firewall: Arc::clone(&self.firewall),
            probe: Arc::clone(&self.probe_schema),
            scope,
            operation_name: body.operation_name.clone(),
        });
        let executable = document.for_execution(body.operation_name.as_deref(), &variables);
        let mut request = async_graphql::Request::new(String::new())
            .variables(variables)
            .data(Arc::clone(&call))
            .data(Arc::clone(&self.hooks))
            .data(Loaders::new(Arc::clone(&call)))
            .data(self.courier.clone());
        if !is_masked {
            // What is written straight to JSON asks nobody whether a field is hidden.
            request = request.data(Plans::default());
        }
        request.operation_name.clone_from(&body.operation_name);
        request.set_parsed_query(executable);
        let schema = if is_masked { &self.masked_schema } else { &self.schema };
        Ok(Prepared {
            kind,
            call,
            sees_schema,
            document,
            operation_name: body.operation_name,
            request,
            schema: schema.clone(),
            hooks,
            wants_cost: asker.wants_cost,
            cost: (cost, limits.cost),
            most_selections: limits.selections,
            limit,
            answer_bytes,
            started,
        })
    }
}

impl Prepared {
    /// How many fields and fragments the document has, fragments expanded, and how many it may have.
    pub(super) fn selections(&self) -> (usize, usize) {
        (self.document.size.selections, self.most_selections)
    }

    /// What the operation costs, and what it may cost.
    pub(super) fn cost(&self) -> (u64, u64) {
        self.cost
    }

    /// Executes a query or a mutation.
    ///
    /// # Errors
    /// That it took too long, or that those could not be found who are to be asked before it.
    pub(super) async fn execute(mut self) -> Result<Outcome, Refused> {
        if let Some(hooks) = self.hooks.take()
            && let Some(changed) =
                Box::pin(hooks.ask(&self.call, &self.document, &self.request.variables, &self.schema)).await?
        {
            self.request.set_parsed_query(changed.document);
            self.cost.0 = changed.cost;
        }
        let request = self.take_request();
        let execution = self.schema.execute(request);
        let response = match self.limit {
            Some(limit) => tokio::time::timeout(limit, execution)
                .await
                .map_err(|_| Refused::new(Cause::TooLong, "This takes too long. Ask for less at once."))?,
            None => execution.await,
        };
        Ok(self.finish(response))
    }

    /// Begins a subscription: what it wants to hear, or what the executor has against it.
    ///
    /// # Errors
    /// That its field stands where it is not looked for.
    pub(super) async fn begin(mut self) -> Result<Result<Interest, Outcome>, Refused> {
        let hearing = Hearing::default();
        let request = self.take_request().data(hearing.clone());
        if let Some(response) = self.schema.execute_stream(request).next().await {
            return Ok(Err(self.finish(response)));
        }
        let interest = hearing.interest().cloned();
        let message = "A subscription has one field at its top, and not in a fragment.";
        interest.map(Ok).ok_or_else(|| Refused::new(Cause::Document, message))
    }

    /// Executes a subscription for an event; `None` when that does not exist for the viewer.
    ///
    /// # Errors
    /// That it took too long.
    pub(super) async fn hear(mut self, event: Arc<Event>) -> Result<Option<Outcome>, Refused> {
        let request = self.take_request().data(Hearing::of(event));
        let mut answers = self.schema.execute_stream(request);
        let answer = tokio::time::timeout(self.limit.unwrap_or(LONGEST_HEARING), answers.next()).await;
        match answer {
            Ok(answer) => Ok(answer.map(|response| self.finish(response))),
            Err(_) => Err(Refused::new(
                Cause::TooLong,
                "This takes too long. Ask for less at once.",
            )),
        }
    }

    fn take_request(&mut self) -> async_graphql::Request {
        std::mem::replace(&mut self.request, async_graphql::Request::new(String::new()))
    }

    /// Puts what the executor answers into order.
    fn finish(self, mut response: Response) -> Outcome {
        let call = self.call;
        mend(&mut response);
        if let Some(operation) = self.document.operation(self.operation_name.as_deref()) {
            arrange(operation, self.document.fragments(), &mut response.data);
        }
        let is_executed = !matches!(response.data, Value::Null) || response.errors.is_empty();
        if !is_executed && !self.sees_schema {
            // The executor's words name types, and what is missing.
            for error in &mut response.errors {
                NOT_OF_THE_SCHEMA.clone_into(&mut error.message);
            }
        }
        tidy(&mut response.errors, &call.request_id);
        tracing::info!(
            request.id = call.request_id,
            operation = name_of(self.kind),
            viewer = call.viewer.kind(),
            cost = self.cost.0,
            statements = call.statements.count(),
            errors = response.errors.len(),
            duration_ms = self.started.elapsed().as_secs_f64() * 1_000.0,
            "answered"
        );
        if self.wants_cost {
            let statements = call.statements.count();
            let (requested, limit) = self.cost;
            let cost = async_graphql::value!({
                "requested": requested,
                "limit": limit,
                "fields": self.document.size.fields,
                "statements": statements,
            });
            response.extensions.insert("cost".to_owned(), cost);
        }
        let is_empty = match &response.data {
            Value::Object(fields) => fields.values().all(|field| matches!(field, Value::Null)),
            _ => true,
        };
        Outcome {
            is_executed,
            is_partial: is_executed && !response.errors.is_empty(),
            is_empty,
            turned_away: call.refusal().filter(|_| is_empty),
            cookies: call.cookies.clone(),
            most_bytes: (self.kind != OperationType::Mutation).then_some(self.answer_bytes),
            response,
        }
    }
}

fn name_of(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// Bounds the errors and gives each a code.
fn tidy(errors: &mut Vec<ServerError>, request_id: &str) {
    errors.truncate(ERRORS);
    for error in errors {
        error.message = short(&error.message);
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", "BAD_USER_INPUT");
        }
        if extensions.get("requestId").is_none() {
            extensions.set("requestId", request_id);
        }
    }
}
