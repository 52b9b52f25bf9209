//! Asking one hook before a mutation.

use sea_orm::entity::prelude::Json;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{letter, registry::Active};
use crate::{
    auth::shown_actor,
    outbound::OutboundError,
    text::is_clean,
    work::{Call, ErrorCode, UserError},
};

/// The most characters of what a hook says to people.
const MESSAGE: usize = 500;

/// The most steps of a path, and characters of a step.
const STEPS: usize = 16;
const STEP: usize = 64;

/// What a hook says.
#[derive(Debug)]
pub(super) enum Answer {
    /// Go on.
    Allow,
    /// Do not.
    Refuse(UserError),
    /// Go on with another input.
    Patch(Json),
    /// Nothing that can be understood, and why.
    Failure(&'static str),
}

/// Who is asking, as hooks are told.
pub(super) fn actor(call: &Call) -> Json {
    let (kind, id) = call.viewer.actor();
    let impersonator = call.viewer.impersonator().map(|impersonator| impersonator.staff_user);
    json!({ "type": kind, "id": shown_actor(kind, id), "impersonatorId": impersonator })
}

/// Asks a hook about a mutation with this input.
pub(super) async fn ask(call: &Call, hook: &Active, input: Json) -> Answer {
    let Some(secret) = &hook.secret else {
        return Answer::Failure("its secret cannot be read");
    };
    let dry_run = input.get("dryRun").and_then(Json::as_bool).unwrap_or_default();
    let body = json!({
        "point": "BEFORE",
        "mutation": hook.row.mutation,
        "input": input,
        "actor": actor(call),
        "requestId": call.request_id,
        "dryRun": dry_run,
    });
    let id = format!("msg_{}", call.ids.salt());
    let timestamp = call.now().timestamp();
    match letter::send(
        &hook.outbound,
        &hook.row.url,
        secret.expose_secret(),
        &id,
        timestamp,
        &body,
    )
    .await
    {
        Ok((200, answer)) => read(&answer),
        Ok(_) => Answer::Failure("its status is not 200"),
        Err(OutboundError::Busy) => Answer::Failure("too much is asked of it at once"),
        Err(OutboundError::Forbidden) => Answer::Failure("requests may not be sent there"),
        Err(OutboundError::TooLarge) => Answer::Failure("its answer is too large"),
        Err(OutboundError::NoAnswer) => Answer::Failure("it does not answer in time"),
    }
}

fn read(answer: &Json) -> Answer {
    let Some(fields) = answer.as_object() else {
        return Answer::Failure("its answer is no JSON object");
    };
    match (fields.get("allow"), fields.get("patch")) {
        (Some(Json::Bool(true)), None) => Answer::Allow,
        (None | Some(Json::Bool(true)), Some(patch @ Json::Object(_))) => Answer::Patch(patch.clone()),
        (Some(Json::Bool(false)), None) => {
            let message = fields.get("message").and_then(Json::as_str).map(str::trim);
            let message = message.filter(|message| !message.is_empty() && is_clean(message, false));
            let message: String = message
                .unwrap_or("This was refused by a system that was asked.")
                .chars()
                .take(MESSAGE)
                .collect();
            Answer::Refuse(UserError {
                path: fields.get("path").map(path).unwrap_or_default(),
                ..UserError::new(ErrorCode::HookRejected, "", message)
            })
        }
        _ => Answer::Failure("its answer neither allows, refuses nor patches"),
    }
}

/// A path as a list of names and positions, or as a text with full stops.
fn path(path: &Json) -> Vec<String> {
    let steps: Vec<String> = match path {
        Json::String(text) => text.split('.').map(str::to_owned).collect(),
        Json::Array(steps) => steps
            .iter()
            .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    let is_plain = |step: &String| !step.is_empty() && step.chars().count() <= STEP && is_clean(step, false);
    if steps.len() <= STEPS && steps.iter().all(is_plain) {
        steps
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_is_a_failure() {
        for answer in [
            json!(null),
            json!([]),
            json!({}),
            json!({ "allow": "yes" }),
            json!({ "allow": false, "patch": {} }),
            json!({ "patch": [] }),
        ] {
            assert!(matches!(read(&answer), Answer::Failure(_)), "{answer}");
        }
    }

    #[test]
    fn what_a_hook_says_is_bounded() {
        let answer = json!({ "allow": false, "message": "x".repeat(10_000), "path": ["customers", 1, "email"] });
        let Answer::Refuse(error) = read(&answer) else {
            unreachable!()
        };
        assert_eq!(error.message.len(), MESSAGE);
        assert_eq!(error.path, ["customers", "1", "email"]);
        assert_eq!(path(&json!("a.b")), ["a", "b"]);
        assert!(path(&json!(["\u{7}"])).is_empty() && path(&json!("a.".repeat(50))).is_empty());
    }
}
