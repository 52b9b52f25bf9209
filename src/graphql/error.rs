//! Errors as the schema shows them: user errors in payloads, and the few top-level ones.

use async_graphql::{ErrorExtensions, Interface, SimpleObject};

use crate::work::{Call, Detail, DryRun, ErrorCode, FieldChange, Refusal, UserError, WriteError, Written};

/// Something in the input that you can mend.
#[derive(Clone, Debug, Interface)]
#[graphql(
    name = "UserError",
    field(
        name = "code",
        ty = "&ErrorCode",
        desc = "What is wrong, for programs. New codes may be added."
    ),
    field(
        name = "path",
        ty = "&Option<Vec<String>>",
        desc = "Where in the input; positions in lists are numbers."
    ),
    field(name = "message", ty = "&String", desc = "What is wrong and what to do, for people.")
)]
pub enum Problem {
    /// A field of the input is wrong.
    Field(FieldError),
    /// Somebody changed the object in the meantime.
    Conflict(ConflictError),
    /// A limit was passed.
    Limit(LimitError),
}

/// A field of the input is wrong.
#[derive(Clone, Debug, SimpleObject)]
pub struct FieldError {
    /// What is wrong, for programs. New codes may be added.
    code: ErrorCode,
    /// Where in the input; positions in lists are numbers.
    path: Option<Vec<String>>,
    /// What is wrong and what to do, for people.
    message: String,
}

/// Somebody changed the object in the meantime.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConflictError {
    /// What is wrong, for programs. New codes may be added.
    code: ErrorCode,
    /// Where in the input; positions in lists are numbers.
    path: Option<Vec<String>>,
    /// What is wrong and what to do, for people.
    message: String,
    /// The version that the object has now.
    current_version: i32,
}

/// A limit was passed.
#[derive(Clone, Debug, SimpleObject)]
pub struct LimitError {
    /// What is wrong, for programs. New codes may be added.
    code: ErrorCode,
    /// Where in the input; positions in lists are numbers.
    path: Option<Vec<String>>,
    /// What is wrong and what to do, for people.
    message: String,
    /// The most that is allowed.
    limit: i64,
    /// What was asked for.
    used: i64,
}

impl From<UserError> for Problem {
    fn from(error: UserError) -> Self {
        let (code, path, message) = (error.code, Some(error.path), error.message.into_owned());
        match error.detail {
            Detail::None => Self::Field(FieldError { code, path, message }),
            Detail::Conflict { current_version } => Self::Conflict(ConflictError {
                code,
                path,
                message,
                current_version,
            }),
            Detail::Limit { limit, used } => Self::Limit(LimitError {
                code,
                path,
                message,
                limit,
                used,
            }),
        }
    }
}

/// User errors as the schema shows them.
#[must_use]
pub fn problems(errors: Vec<UserError>) -> Vec<Problem> {
    errors.into_iter().map(Problem::from).collect()
}

/// What a dry run would have done.
#[derive(Clone, Debug, SimpleObject)]
pub struct DryRunResult {
    /// The fields that would change.
    changes: Vec<FieldChangeObject>,
    /// The topics of the events that would be sent.
    events: Vec<String>,
}

impl DryRunResult {
    /// As it is shown to somebody who may write and not read: what would happen, and not from what to what.
    #[must_use]
    pub fn shown_to(mut self, may_read: bool) -> Self {
        if !may_read {
            self.changes.clear();
        }
        self
    }
}

/// A field that would change, or did.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "FieldChange")]
pub struct FieldChangeObject {
    /// The object.
    object_id: async_graphql::ID,
    /// The field; for a key inside metadata `metadata.key`.
    path: String,
    /// What it is before; null when it is not set.
    before: Option<async_graphql::Json<serde_json::Value>>,
    /// What it is after; null when it is not set.
    after: Option<async_graphql::Json<serde_json::Value>>,
}

impl FieldChangeObject {
    /// A field of an object that changed.
    #[must_use]
    pub fn new(object_id: String, change: FieldChange) -> Self {
        let shown = |value: serde_json::Value| (!value.is_null()).then_some(async_graphql::Json(value));
        Self {
            object_id: object_id.into(),
            path: change.path,
            before: shown(change.before),
            after: shown(change.after),
        }
    }
}

impl From<DryRun> for DryRunResult {
    fn from(dry_run: DryRun) -> Self {
        Self {
            changes: dry_run
                .changes
                .into_iter()
                .map(|(object, change)| FieldChangeObject::new(object, change))
                .collect(),
            events: dry_run.events.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// Sorts what a write gave into the three parts of a payload: the value, the user errors, and the dry run.
///
/// # Errors
/// A fault becomes a top-level `INTERNAL` error, somebody who must wait a `RATE_LIMITED` one.
pub fn payload<T>(
    call: &Call,
    written: Result<Written<T>, WriteError>,
) -> async_graphql::Result<(Option<T>, Vec<Problem>, Option<DryRunResult>)> {
    match written {
        Ok(written) => Ok((Some(written.value), Vec::new(), written.dry_run.map(DryRunResult::from))),
        Err(WriteError::Refused(errors)) => Ok((None, problems(errors), None)),
        Err(WriteError::Limited { retry_after }) => Err(turned_away(call, Refusal::TooOften { retry_after })),
        Err(WriteError::Overloaded) => Err(turned_away(call, Refusal::Overloaded)),
        Err(WriteError::Fault(error)) => Err(fault(call, &error)),
    }
}

/// Somebody must wait: a top-level `RATE_LIMITED` that says for how long.
fn turned_away(call: &Call, refusal: Refusal) -> async_graphql::Error {
    call.refuse(refusal);
    let (message, retry_after) = match refusal {
        Refusal::TooOften { retry_after } => ("Too many attempts. Wait, then try again.", retry_after),
        Refusal::Overloaded => ("Too many ask for this at once. Try again in a moment.", 1),
    };
    async_graphql::Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", "RATE_LIMITED");
        extensions.set("retryAfter", retry_after);
    })
}

/// A fault of ours: logged once with everything we know, answered with nothing but the request's id.
pub fn fault(call: &Call, error: &dyn std::error::Error) -> async_graphql::Error {
    tracing::error!(request.id = call.request_id, error = %Redacted(error), "a fault while answering");
    let request_id = call.request_id.clone();
    async_graphql::Error::new("Something went wrong on our side. Try again; if it stays, report the request id.")
        .extend_with(|_, extensions| {
            extensions.set("code", "INTERNAL");
            extensions.set("requestId", request_id);
        })
}

/// Something in the request that is wrong before any look-up: a top-level `BAD_USER_INPUT`.
pub fn bad_input(message: impl Into<String>, reason: Option<&'static str>) -> async_graphql::Error {
    async_graphql::Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", "BAD_USER_INPUT");
        if let Some(reason) = reason {
            extensions.set("reason", reason);
        }
    })
}

/// A database error's message may repeat a value of the row ("Key (email)=(…) already exists"), which must not reach
/// the log: PostgreSQL puts values into its detail, which is left out here, and the first line is enough to find the
/// cause.
struct Redacted<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Redacted<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.0.to_string();
        let line = text.lines().next().unwrap_or_default();
        formatter.write_str(&line.chars().take(300).collect::<String>())
    }
}
