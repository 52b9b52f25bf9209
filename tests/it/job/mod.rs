//! Work that goes on after the response.

mod change;
mod kill;
mod runner;
mod schedule;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use customer_graph::features::job::{
    JobContext, JobError, JobHandler, JobHandlers,
    service::{self, NewJob},
};
use customer_graph::work::UnitOfWork;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::harness::{Answer, Persona, Setup, TestApp};

/// What a job of the tests does with each of its parts.
type Act = Arc<dyn Fn(i32) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

/// Does so many parts, each a step of its own, and notes who did which.
#[derive(Clone)]
struct Parts {
    act: Act,
    done: Arc<Mutex<Vec<i32>>>,
}

impl Parts {
    fn new(act: impl Fn(i32) -> Result<(), JobError> + Send + Sync + 'static) -> Self {
        Self::waiting(move |part| {
            let result = act(part);
            Box::pin(async { result })
        })
    }

    fn waiting(act: impl Fn(i32) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync + 'static) -> Self {
        Self {
            act: Arc::new(act),
            done: Arc::default(),
        }
    }

    /// The parts that were done, in the order in which that was.
    fn done(&self) -> Vec<i32> {
        self.done.lock().unwrap().clone()
    }

    fn setup(&self) -> Setup {
        Setup {
            jobs: JobHandlers::default().with(self.clone()),
            ..Setup::default()
        }
    }
}

impl JobHandler for Parts {
    fn kind(&self) -> &'static str {
        "parts"
    }

    fn attempts(&self) -> i32 {
        3
    }

    async fn run(&self, job: &mut JobContext) -> Result<(), JobError> {
        let parts: i32 = job.input()?;
        while job.progress().done < parts {
            let part = job.progress().done;
            (self.act)(part).await?;
            job.step(|_, progress| {
                progress.succeed(1);
                Box::pin(async { Ok(()) })
            })
            .await?;
            self.done.lock().unwrap().push(part);
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

/// Puts jobs of so many parts into the queue.
pub(crate) async fn enqueue(app: &TestApp, jobs: usize, parts: i32) {
    app.write(async |unit: &mut UnitOfWork| {
        let new = NewJob {
            kind: "parts",
            input: json!(parts),
            total: Some(parts),
            ..NewJob::default()
        };
        Ok(service::enqueue(unit, vec![new; jobs]).await?)
    })
    .await;
}

/// The jobs of the tests, the newest first.
async fn jobs(app: &TestApp, persona: &Persona) -> Vec<Value> {
    let query = "{ jobs(where: { kind: \"parts\" }, first: 100) { nodes {
      id state done total succeeded failed attempts lastError nextRunAt version cancelRequestedAt startedAt finishedAt createdBy { type id }
    } } }";
    let answer = app.ask(persona, query, json!({})).await;
    answer.data()["jobs"]["nodes"].as_array().unwrap().clone()
}

async fn change(app: &TestApp, persona: &Persona, mutation: &str, id: &Value) -> Answer {
    let query = format!(
        "mutation {{ {mutation}(input: {{ id: {id} }}) {{ job {{ id state cancelRequestedAt }} userErrors {{ code path }} }} }}"
    );
    app.ask(persona, &query, json!({})).await
}

/// Long enough for the lease of whoever died.
const LEASE_OVER: Duration = Duration::from_secs(31);
