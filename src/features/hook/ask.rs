//! Asking the hooks of all mutations of an operation, in their order.

use std::{collections::HashMap, sync::Arc};

use async_graphql_value::ConstValue;
use entity::hook::{OnFailure, Point};

use super::{
    after::After,
    before::{self, Answer},
    merge,
    registry::{Active, HookSet},
};
use crate::work::{Call, ErrorCode, FollowUp, Hooked, UserError};

/// A mutation field of an operation whose hooks are asked.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Under which name it is answered.
    pub response_key: String,
    /// The mutation.
    pub mutation: String,
    /// Its input, variables filled in.
    pub input: ConstValue,
    /// The fingerprint of its arguments as the client has sent them.
    pub fingerprint: [u8; 32],
}

/// Inputs that hooks have changed, by the names under which the mutations are answered.
pub type Patched = HashMap<String, ConstValue>;

/// What came of it.
#[derive(Debug)]
pub struct Asked {
    /// What the mutations must know.
    pub hooked: Vec<Arc<Hooked>>,
    /// The inputs that were changed.
    pub patched: Patched,
}

/// Asks the hooks of these mutation fields. `fits` tells whether the operation is in order with the inputs that it is
/// given.
pub async fn ask<F>(call: &Arc<Call>, hooks: &HookSet, fields: Vec<Asking>, fits: impl Fn(Patched) -> F) -> Asked
where
    F: Future<Output = bool> + Send,
{
    let (mut hooked, mut patched) = (Vec::new(), Patched::new());
    for field in fields {
        let mut refusal = None;
        for hook in hooks.of(&field.mutation, Point::Before) {
            let input = patched.get(&field.response_key).unwrap_or(&field.input);
            let answer = before::ask(call, hook, input.clone().into_json().unwrap_or_default()).await;
            let failure = match answer {
                Answer::Allow => None,
                Answer::Refuse(error) => {
                    refusal = Some(error);
                    None
                }
                Answer::Patch(patch) => match merge::patch(input, &patch) {
                    Some(input) => {
                        let mut with_this = patched.clone();
                        with_this.insert(field.response_key.clone(), input);
                        if fits(with_this.clone()).await {
                            patched = with_this;
                            None
                        } else {
                            Some("its patch makes an input that does not fit")
                        }
                    }
                    None => Some("its patch touches what it may not"),
                },
                // One that is asked too much at once as well: somebody who does much must not keep everybody else from it
                // where the mutation goes on without the hook.
                Answer::Failure(reason) => Some(reason),
            };
            if let Some(reason) = failure {
                refusal = failed(hook, reason);
            }
            if refusal.is_some() {
                break;
            }
        }
        let told: Vec<_> = hooks
            .of(&field.mutation, Point::After)
            .map(|hook| hook.row.id)
            .collect();
        let follow_up = (!told.is_empty()).then(|| {
            let after = After {
                hooks: told,
                mutation: field.mutation.clone(),
                actor: before::actor(call),
            };
            Arc::new(after) as Arc<dyn FollowUp>
        });
        hooked.push(Arc::new(Hooked {
            response_key: field.response_key,
            mutation: field.mutation,
            fingerprint: field.fingerprint,
            refusal,
            follow_up,
        }));
    }
    Asked { hooked, patched }
}

/// What becomes of the mutation when a hook does not do what it should.
fn failed(hook: &Active, reason: &str) -> Option<UserError> {
    let row = &hook.row;
    tracing::warn!(hook = %row.id, mutation = row.mutation, on_failure = ?row.on_failure, reason, "a hook failed");
    (row.on_failure == OnFailure::Closed).then(|| {
        UserError::new(
            ErrorCode::HookRejected,
            "",
            "A system that must be asked before this does not answer as it should. Try again later.",
        )
    })
}
