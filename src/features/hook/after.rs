//! Telling hooks after a mutation: a job that commits with the change.

use std::time::Duration;

use entity::{hook, id::HookId};
use futures_util::future::BoxFuture;
use sea_orm::{DbErr, EntityTrait, entity::prelude::Json};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::letter;
use crate::{
    features::job::{
        JobContext, JobError, JobHandler,
        service::{self as jobs, NewJob},
    },
    outbound::{Outbound, PATIENCE},
    work::{FollowUp, Record, UnitOfWork},
};

/// The kind of the jobs.
const KIND: &str = "hook.after";

/// The most objects that a hook is told of at once.
const OBJECTS: usize = 500;

/// What a job is about.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    hook_id: HookId,
    mutation: String,
    request_id: String,
    actor: Json,
    objects: Vec<Object>,
    /// How many more objects changed.
    omitted: usize,
}

#[derive(Debug, Deserialize, Serialize)]
struct Object {
    id: String,
    version: i32,
    topic: String,
}

/// Puts the jobs into the queue.
#[derive(Debug)]
pub(super) struct After {
    pub(super) hooks: Vec<HookId>,
    pub(super) mutation: String,
    pub(super) actor: Json,
}

impl FollowUp for After {
    fn follow<'a>(&'a self, unit: &'a mut UnitOfWork, records: &'a [Record]) -> BoxFuture<'a, Result<(), DbErr>> {
        Box::pin(async move {
            let request_id = unit.call().request_id.clone();
            let new: Vec<NewJob> = self
                .hooks
                .iter()
                .map(|hook| {
                    let objects = records.iter().take(OBJECTS).map(|record| Object {
                        id: record.object.clone(),
                        version: record.version,
                        topic: record.topic.0.to_owned(),
                    });
                    let message = Message {
                        hook_id: *hook,
                        mutation: self.mutation.clone(),
                        request_id: request_id.clone(),
                        actor: self.actor.clone(),
                        objects: objects.collect(),
                        omitted: records.len().saturating_sub(OBJECTS),
                    };
                    NewJob {
                        kind: KIND,
                        input: serde_json::to_value(message).unwrap_or_default(),
                        is_quiet: true,
                        ..NewJob::default()
                    }
                })
                .collect();
            jobs::enqueue(unit, new).await?;
            Ok(())
        })
    }
}

/// Tells hooks.
#[derive(Debug)]
pub struct AfterHandler {
    outbound: Outbound,
}

impl AfterHandler {
    /// Hooks may or may not be in private networks.
    #[must_use]
    pub fn new(allows_private: bool) -> Self {
        Self {
            outbound: Outbound::new(allows_private, PATIENCE),
        }
    }
}

impl JobHandler for AfterHandler {
    fn kind(&self) -> &'static str {
        KIND
    }

    /// For about a day.
    fn attempts(&self) -> i32 {
        32
    }

    async fn run(&self, job: &mut JobContext) -> Result<(), JobError> {
        let message: Message = job.input()?;
        let call = job.call();
        let Some(hook) = hook::Entity::find_by_id(message.hook_id).one(call.db()).await? else {
            return Ok(());
        };
        // Whoever is switched off is not told later what happened before.
        if !hook.is_enabled {
            return Ok(());
        }
        let again = |reason: &str| Err(JobError::Again(format!("the hook was not told: {reason}")));
        let Ok(secret) = call.sealer.open(&hook.id.to_string(), &hook.sealed_secret) else {
            return again("its secret cannot be read");
        };
        let body = json!({
            "point": "AFTER",
            "mutation": message.mutation,
            "requestId": message.request_id,
            "actor": message.actor,
            "objects": message.objects,
            "omitted": message.omitted,
        });
        let id = job.id().to_string();
        let timestamp = call.now().timestamp();
        let patience = Duration::from_millis(u64::try_from(hook.timeout_ms).unwrap_or(100));
        let sent = letter::send(&self.outbound, &hook.url, &secret, &id, timestamp, &body);
        match tokio::time::timeout(patience, sent).await {
            Ok(Ok((200..=299, _))) => Ok(()),
            Ok(Ok((status, _))) => again(&format!("it answered {status}")),
            Ok(Err(error)) => again(&error.to_string()),
            Err(_) => again("no answer in time"),
        }
    }
}
