//! Loaders: what is asked for at the same moment is read in one statement.
//!
//! Loaders are born with the request, so they can neither leak one viewer's rows to another nor go stale. This is
//! the only file that knows the `dataloader` crate, whose `load` panics on a missing key: a batch therefore answers
//! every key, with `None` where there is nothing.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt::Debug,
    hash::Hash,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

use dataloader::{BatchFn, non_cached::Loader};
use sea_orm::DbErr;

use crate::work::Call;

/// The most keys that go into one statement.
const BATCH: usize = 1_000;

/// How often a loader lets others go before it reads. What is asked for at the same moment is asked for in the same
/// turn of the request's one task, so one turn is enough for all of it; each further turn wakes every waiter again.
const YIELDS: usize = 1;

/// How one kind of value is read for many keys at once.
pub trait Batch: Send + Sync + 'static {
    /// What is asked with.
    type Key: Clone + Debug + Eq + Hash + Send + Sync + 'static;
    /// What is answered.
    type Value: Clone + Send + Sync + 'static;

    /// Reads the values of these keys; a key without a value is left out.
    fn load(
        call: &Call,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>, DbErr>> + Send;
}

type Answer<V> = Result<Option<V>, Arc<DbErr>>;

struct Reader<B> {
    call: Arc<Call>,
    batch: PhantomData<B>,
}

impl<B: Batch> BatchFn<B::Key, Answer<B::Value>> for Reader<B> {
    async fn load(&mut self, keys: &[B::Key]) -> HashMap<B::Key, Answer<B::Value>> {
        match B::load(&self.call, keys).await {
            Ok(mut values) => keys.iter().map(|key| (key.clone(), Ok(values.remove(key)))).collect(),
            Err(error) => {
                let error = Arc::new(error);
                keys.iter().map(|key| (key.clone(), Err(Arc::clone(&error)))).collect()
            }
        }
    }
}

/// The loaders of one request, each made when it is first used.
pub struct Loaders {
    call: Arc<Call>,
    loaders: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Debug for Loaders {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Loaders").finish_non_exhaustive()
    }
}

type LoaderOf<B> = Loader<<B as Batch>::Key, Answer<<B as Batch>::Value>, Reader<B>>;

impl Loaders {
    /// Loaders that read on behalf of this call.
    #[must_use]
    pub fn new(call: Arc<Call>) -> Self {
        Self {
            call,
            loaders: Mutex::default(),
        }
    }

    /// Loads one value together with what others ask for at the same moment.
    ///
    /// # Errors
    /// What the database answered to the whole batch; every waiter gets the same.
    pub async fn load<B: Batch>(&self, key: B::Key) -> Answer<B::Value> {
        let loader = self.loader::<B>();
        // Without tokio's budget for one task, which a page of many parents would use up: some of them would then ask
        // too late to be in the batch of the others.
        match tokio::task::unconstrained(loader.try_load(key)).await {
            Ok(answer) => answer,
            // Cannot happen: a batch answers every key.
            Err(_) => Ok(None),
        }
    }

    fn loader<B: Batch>(&self) -> LoaderOf<B> {
        let mut loaders = self.loaders.lock().unwrap_or_else(PoisonError::into_inner);
        let loader = loaders.entry(TypeId::of::<B>()).or_insert_with(|| {
            let reader = Reader::<B> {
                call: Arc::clone(&self.call),
                batch: PhantomData,
            };
            Arc::new(
                LoaderOf::<B>::new(reader)
                    .with_max_batch_size(BATCH)
                    .with_yield_count(YIELDS),
            )
        });
        match loader.downcast_ref::<LoaderOf<B>>() {
            Some(loader) => loader.clone(),
            None => unreachable!("a loader is kept under its own type"),
        }
    }
}
