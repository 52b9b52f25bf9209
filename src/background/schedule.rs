//! Work that is done again and again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};

use super::sweeps::SWEEPS;
use crate::{
    features::job::service::{self as jobs, NewJob},
    work::{Call, Once, UnitOfWork, WriteError, WriteOptions},
};

/// Puts scheduled jobs into the queue. Time is cut into slots, and a slot has one job, whichever of several processes
/// comes first. What was missed while no process ran is not made up for.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    /// The slots that have their job, as far as this process knows, by the place of the sweep.
    known: Arc<Mutex<HashMap<usize, i64>>>,
}

impl Schedule {
    /// Puts into the queue what is due and not there yet; answers how many jobs are new.
    pub(super) async fn keep(&self, call: &Arc<Call>) -> Result<u64, WriteError> {
        let due = self.due(call.now());
        if due.is_empty() {
            return Ok(0);
        }
        let wanted = due.clone();
        let options = WriteOptions {
            mutation: "jobSchedule",
            ..WriteOptions::default()
        };
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                let jobs = new_jobs(&wanted);
                Ok::<_, WriteError>(Once(jobs::enqueue(unit, jobs).await?))
            })
            .await?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).extend(due);
        Ok(written.value.0)
    }

    /// The places of the sweeps that are due, and their slots.
    fn due(&self, now: DateTime<Utc>) -> Vec<(usize, i64)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.timestamp().div_euclid(60);
        let sweeps = SWEEPS.iter().enumerate();
        sweeps
            .map(|(place, sweep)| (place, minute.div_euclid(sweep.minutes) * sweep.minutes))
            .filter(|(place, slot)| known.get(place).is_none_or(|known| known != slot))
            .collect()
    }
}

fn new_jobs(wanted: &[(usize, i64)]) -> Vec<NewJob> {
    let sweeps = wanted
        .iter()
        .filter_map(|(place, slot)| Some((SWEEPS.get(*place)?.name, slot)));
    sweeps
        .map(|(name, slot)| NewJob {
            kind: name,
            schedule_key: Some(format!("{name}@{slot}")),
            is_quiet: true,
            input: serde_json::json!({}),
            ..NewJob::default()
        })
        .collect()
}
