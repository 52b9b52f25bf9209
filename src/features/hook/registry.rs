//! The hooks as a process knows them.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    hook::{Column, Model, Point},
    id::HookId,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use secrecy::SecretSlice;

use crate::{
    outbound::Outbound,
    work::{Call, Statements},
};

/// For how long a process goes by what it has read: after that a mutation reads it anew, in one statement.
const FRESH: TimeDelta = TimeDelta::seconds(2);

/// A hook that is asked or told.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) row: Model,
    /// `None` when it was encrypted with another key: then nothing can be signed.
    pub(super) secret: Option<SecretSlice<u8>>,
    /// Each has requests of its own under way: one that hangs holds up no other.
    pub(super) outbound: Outbound,
}

/// Hooks by mutation, each list in the order in which they are asked.
#[derive(Debug, Default)]
pub struct HookSet(HashMap<String, Vec<Arc<Active>>>);

impl HookSet {
    /// Whether a mutation has hooks.
    #[must_use]
    pub fn has(&self, mutation: &str) -> bool {
        self.0.contains_key(mutation)
    }

    pub(super) fn of(&self, mutation: &str, point: Point) -> impl Iterator<Item = &Arc<Active>> {
        let hooks = self.0.get(mutation).into_iter().flatten();
        hooks.filter(move |hook| hook.row.point == point)
    }
}

#[derive(Debug)]
struct Known {
    read_at: DateTime<Utc>,
    hooks: Arc<HookSet>,
    all: HashMap<HookId, Arc<Active>>,
}

/// The hooks as a process knows them: what it changes itself it knows at once, what others change within two seconds.
#[derive(Debug)]
pub struct Registry {
    mutations: &'static BTreeSet<String>,
    allows_private: bool,
    known: Mutex<Option<Known>>,
    reading: tokio::sync::Mutex<()>,
}

impl Registry {
    /// A registry of hooks of these mutations, which may or may not be in private networks.
    #[must_use]
    pub fn new(mutations: &'static BTreeSet<String>, allows_private: bool) -> Self {
        Self {
            mutations,
            allows_private,
            known: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// The mutations that can have hooks.
    #[must_use]
    pub fn mutations(&self) -> &'static BTreeSet<String> {
        self.mutations
    }

    /// Whether hooks may be in private networks, and http.
    #[must_use]
    pub fn allows_private(&self) -> bool {
        self.allows_private
    }

    /// The hooks.
    ///
    /// # Errors
    /// Faults.
    pub async fn current(&self, call: &Call) -> Result<Arc<HookSet>, DbErr> {
        if let Some(hooks) = self.fresh(call.now()) {
            return Ok(hooks);
        }
        let _reading = self.reading.lock().await;
        if let Some(hooks) = self.fresh(call.now()) {
            return Ok(hooks);
        }
        let read_at = call.now();
        // For all operations of the next moment, not for this one: it is not counted among its statements.
        let db = call.database.reader(&Statements::default());
        let rows = entity::hook::Entity::find()
            .filter(Column::IsEnabled.eq(true))
            .order_by_asc(Column::Position)
            .order_by_asc(Column::Id)
            .all(&db)
            .await?;
        let before = self.lock().take();
        let known = self.known(call, read_at, rows, before);
        let hooks = Arc::clone(&known.hooks);
        *self.lock() = Some(known);
        Ok(hooks)
    }

    /// Reads them anew next time.
    pub fn forget(&self) {
        if let Some(known) = &mut *self.lock() {
            known.read_at = DateTime::UNIX_EPOCH;
        }
    }

    fn fresh(&self, now: DateTime<Utc>) -> Option<Arc<HookSet>> {
        let known = self.lock();
        let known = known.as_ref()?;
        let age = now - known.read_at;
        (TimeDelta::zero()..FRESH)
            .contains(&age)
            .then(|| Arc::clone(&known.hooks))
    }

    /// What did not change keeps its connections.
    fn known(&self, call: &Call, read_at: DateTime<Utc>, rows: Vec<Model>, before: Option<Known>) -> Known {
        let before = before.map(|known| known.all).unwrap_or_default();
        let mut hooks = HookSet::default();
        let mut all = HashMap::new();
        for row in rows.into_iter().filter(|row| self.mutations.contains(&row.mutation)) {
            let active = match before.get(&row.id) {
                Some(active) if active.row.version == row.version => Arc::clone(active),
                _ => Arc::new(self.active(call, row)),
            };
            all.insert(active.row.id, Arc::clone(&active));
            hooks.0.entry(active.row.mutation.clone()).or_default().push(active);
        }
        Known {
            read_at,
            hooks: Arc::new(hooks),
            all,
        }
    }

    fn active(&self, call: &Call, row: Model) -> Active {
        let patience = Duration::from_millis(u64::try_from(row.timeout_ms).unwrap_or(100));
        Active {
            secret: call
                .sealer
                .open(&row.id.to_string(), &row.sealed_secret)
                .ok()
                .map(SecretSlice::from),
            outbound: Outbound::new(self.allows_private, patience),
            row,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
