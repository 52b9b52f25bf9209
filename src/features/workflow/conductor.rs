//! Takes the steps of a workflow.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use entity::workflow;
use sea_orm::{EntityTrait, entity::prelude::Json};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    service,
    step::Step,
    trigger::{KIND, Run},
};
use crate::{
    features::{
        hook::letter,
        job::{
            JobContext, JobError, JobHandler, Progress,
            step::{StepRecord, StepState},
        },
    },
    outbound::Outbound,
};

/// For how long a step is waited for at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is tried to undo a step.
const UNDOING: i32 = 10;

/// The largest answer of a step that others are told of, in bytes.
const ANSWER: usize = 8 * 1_024;

/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// Takes the steps of workflows.
#[derive(Debug)]
pub struct Conductor {
    outbound: Outbound,
}

/// What a job remembers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Memory {
    /// The steps as they were when the job was begun.
    plan: Vec<Step>,
    /// What became of each.
    steps: Vec<StepRecord>,
    /// How often undoing the present step was tried.
    undone: i32,
    /// How often all of it was begun anew.
    round: u32,
    /// Whether steps are being undone.
    is_undoing: bool,
    /// Whether nothing is left to do.
    is_over: bool,
}

/// What a step has answered.
enum Outcome {
    Done(Json),
    /// It may go well another time.
    Again(String),
    Failed(String),
}

impl Conductor {
    /// Steps may or may not be in private networks.
    #[must_use]
    pub fn new(allows_private: bool) -> Self {
        Self {
            outbound: Outbound::new(allows_private, PATIENCE),
        }
    }

    /// The plan, made when the job is begun, or begun anew after it failed.
    async fn begin(&self, job: &mut JobContext, row: &workflow::Model) -> Result<(), JobError> {
        let memory = read(job.progress());
        if !memory.plan.is_empty() && !memory.is_over {
            return Ok(());
        }
        let plan = if memory.plan.is_empty() {
            service::steps(row)
        } else {
            memory.plan
        };
        let steps = plan.iter().map(|step| StepRecord {
            name: step.name.clone(),
            state: StepState::Waiting,
            attempts: 0,
            error: None,
            at: None,
        });
        let memory = Memory {
            steps: steps.collect(),
            plan,
            round: memory.round + 1,
            ..Memory::default()
        };
        job.step(move |_, progress| {
            let memory = memory.clone();
            Box::pin(async move {
                *progress = Progress {
                    total: i32::try_from(memory.plan.len()).ok(),
                    memory: json!(memory),
                    ..Progress::default()
                };
                Ok(())
            })
        })
        .await
    }

    async fn send(&self, job: &JobContext, row: &workflow::Model, place: usize, is_undoing: bool) -> Outcome {
        let call = job.call();
        let memory = read(job.progress());
        let Some(step) = memory.plan.get(place) else {
            return Outcome::Failed("there is no such step".to_owned());
        };
        let url = if is_undoing {
            step.compensate_url.as_deref().unwrap_or(&step.url)
        } else {
            &step.url
        };
        let Ok(secret) = call.sealer.open(&row.id.to_string(), &row.sealed_secret) else {
            return Outcome::Again("the secret of the workflow cannot be read".to_owned());
        };
        let Ok(run) = job.input::<Run>() else {
            return Outcome::Failed("what the job is about cannot be read".to_owned());
        };
        let kind = if is_undoing { "compensate" } else { "step" };
        let body = json!({
            "type": kind,
            "workflow": { "id": row.id, "name": row.name },
            "step": step.name,
            "event": run.event,
            "answers": job.progress().answers.clone().unwrap_or_else(|| json!({})),
        });
        // The same each time that it is tried.
        let id = format!("{}.{}.{place}.{kind}", job.id(), memory.round);
        let patience = Duration::from_millis(step.timeout_milliseconds.into());
        let sent = letter::send(&self.outbound, url, &secret, &id, call.now().timestamp(), &body);
        match tokio::time::timeout(patience, sent).await {
            Ok(Ok((200..=299, answer))) => Outcome::Done(answer),
            Ok(Ok((status @ (408 | 425 | 429), _))) => Outcome::Again(format!("it answered {status}")),
            Ok(Ok((status @ 400..=499, _))) => Outcome::Failed(format!("it answered {status}")),
            Ok(Ok((status, _))) => Outcome::Again(format!("it answered {status}")),
            Ok(Err(error)) => Outcome::Again(error.to_string()),
            Err(_) => Outcome::Again("no answer in time".to_owned()),
        }
    }

    /// Takes the next step; answers whether there was one.
    async fn forward(&self, job: &mut JobContext, row: &workflow::Model) -> Result<bool, JobError> {
        let memory = read(job.progress());
        let next = memory.steps.iter().position(|step| step.state == StepState::Waiting);
        let Some(place) = next else { return Ok(false) };
        // Noted before it is tried: a step by which processes die is not tried for ever.
        let now = job.call().now();
        change(job, true, move |memory, _| memory.steps[place].attempts += 1).await?;
        let outcome = self.send(job, row, place, false).await;
        let attempts = read(job.progress()).steps[place].attempts;
        let most = i32::try_from(memory.plan[place].attempts).unwrap_or(1);
        match outcome {
            Outcome::Done(answer) => {
                change(job, false, move |memory, progress| {
                    settle(memory, place, StepState::Done, None, now);
                    let name = memory.steps[place].name.clone();
                    keep_answer(progress, name, &answer);
                    progress.succeed(1);
                })
                .await?;
                Ok(true)
            }
            Outcome::Again(error) if attempts < most => {
                let reason = format!("step {}: {error}", memory.steps[place].name);
                change(job, false, move |memory, _| {
                    memory.steps[place].error = Some(error.clone());
                })
                .await?;
                Err(JobError::Later {
                    after: wait(attempts),
                    reason: Some(reason),
                })
            }
            Outcome::Again(error) | Outcome::Failed(error) => {
                change(job, false, move |memory, progress| {
                    settle(memory, place, StepState::Failed, Some(error.clone()), now);
                    memory.is_undoing = true;
                    progress.fail(1);
                })
                .await?;
                Ok(true)
            }
        }
    }

    /// Undoes the last step that was taken; answers whether there was one.
    async fn back(&self, job: &mut JobContext, row: &workflow::Model) -> Result<bool, JobError> {
        let memory = read(job.progress());
        let undoable = |place: &usize| memory.plan[*place].compensate_url.is_some();
        let last = (0..memory.steps.len())
            .rev()
            .filter(undoable)
            .find(|place| memory.steps[*place].state == StepState::Done);
        let Some(place) = last else { return Ok(false) };
        let now = job.call().now();
        change(job, true, move |memory, _| {
            memory.undone += 1;
            memory.steps[place].attempts += 1;
        })
        .await?;
        let outcome = self.send(job, row, place, true).await;
        let attempts = read(job.progress()).undone;
        let state = match outcome {
            Outcome::Done(_) => (StepState::Compensated, None),
            Outcome::Again(error) if attempts < UNDOING => {
                let reason = format!("undoing step {}: {error}", memory.steps[place].name);
                change(job, false, move |memory, _| {
                    memory.steps[place].error = Some(error.clone());
                })
                .await?;
                return Err(JobError::Later {
                    after: wait(attempts),
                    reason: Some(reason),
                });
            }
            Outcome::Again(error) | Outcome::Failed(error) => (StepState::CompensationFailed, Some(error)),
        };
        change(job, false, move |memory, _| {
            let (state, error) = state.clone();
            settle(memory, place, state, error, now);
            memory.undone = 0;
        })
        .await?;
        Ok(true)
    }
}

impl JobHandler for Conductor {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, job: &mut JobContext) -> Result<(), JobError> {
        let run: Run = job.input()?;
        let call = job.call();
        let row = workflow::Entity::find_by_id(run.workflow_id).one(call.db()).await?;
        let Some(row) = row else {
            return Err(JobError::Failed("the workflow was deleted".to_owned()));
        };
        self.begin(job, &row).await?;
        while !read(job.progress()).is_undoing {
            if !self.forward(job, &row).await? {
                return Ok(());
            }
        }
        while self.back(job, &row).await? {}
        let memory = read(job.progress());
        let failed = memory.steps.iter().find(|step| step.state == StepState::Failed);
        let reason = failed.map_or_else(String::new, |step| {
            format!("step {}: {}", step.name, step.error.as_deref().unwrap_or_default())
        });
        change(job, false, |memory, _| memory.is_over = true).await?;
        Err(JobError::Failed(reason))
    }
}

fn read(progress: &Progress) -> Memory {
    serde_json::from_value(progress.memory.clone()).unwrap_or_default()
}

/// Changes what the job remembers.
async fn change<F>(job: &mut JobContext, heeds: bool, body: F) -> Result<(), JobError>
where
    F: Fn(&mut Memory, &mut Progress) + Clone + Send + Sync + 'static,
{
    let change = move |progress: &mut Progress| {
        let mut memory = read(progress);
        body(&mut memory, progress);
        progress.memory = json!(memory);
    };
    if heeds {
        job.step(move |_, progress| {
            change(progress);
            Box::pin(async { Ok(()) })
        })
        .await
    } else {
        job.note(move |_, progress| {
            change(progress);
            Box::pin(async { Ok(()) })
        })
        .await
    }
}

fn settle(memory: &mut Memory, place: usize, state: StepState, error: Option<String>, at: DateTime<Utc>) {
    let step = &mut memory.steps[place];
    step.state = state;
    step.error = error;
    step.at = Some(at);
}

/// What is too large is left out.
fn keep_answer(progress: &mut Progress, step: String, answer: &Json) {
    let answers = progress.answers.take().unwrap_or_else(|| json!({}));
    let mut answers: BTreeMap<String, Json> = serde_json::from_value(answers).unwrap_or_default();
    let is_small = answer.to_string().len() <= ANSWER;
    answers.insert(step, if is_small { answer.clone() } else { Json::Null });
    progress.answers = Some(json!(answers));
}

/// Two seconds after the first attempt, and twice as long after each further one.
fn wait(attempts: i32) -> Duration {
    let doubled = u32::try_from(attempts - 1).unwrap_or_default().min(16);
    (Duration::from_secs(2) * 2_u32.pow(doubled)).min(LONGEST_WAIT)
}
