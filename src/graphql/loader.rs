//! Loaders: what is asked for at the same moment is read in one statement.
//!
//! Loaders are born with the request, so they can neither leak one viewer's rows to another nor go stale. This is
//! the only file that knows the `dataloader` crate, which cuts what was gathered into batches, and whose `load` panics
//! on a missing key: a batch therefore answers every key, with `None` where there is nothing.
//!
//! The gathering is our own. The crate lets every waiter wait some turns of the runtime and then queue for one lock, so
//! that the answers of a page of a hundred customers arrive over many turns and what they ask for next is read in
//! several statements. Here the first who asks waits for all, until nobody new comes, and all get
//! their answers in the same turn.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    fmt::Debug,
    hash::Hash,
    marker::PhantomData,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dataloader::{BatchFn, non_cached::Loader};
use sea_orm::DbErr;
use tokio::sync::oneshot;

use crate::work::Call;

/// The most keys that go into one statement.
const BATCH: usize = 1_000;

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

/// The answers to several keys, in their order.
type Answers<V> = Result<Vec<Option<V>>, Arc<DbErr>>;

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

/// For how many turns of the request's one task nobody new must have come. What is asked for at the same moment is
/// mostly asked for in the same turn; a very large page takes several, one after the other.
const QUIET_TURNS: usize = 1;

type LoaderOf<B> = Loader<<B as Batch>::Key, Answer<<B as Batch>::Value>, Reader<B>>;

/// Those who wait for a batch, each with what they ask for.
type Waiting<B> = Vec<(Vec<<B as Batch>::Key>, oneshot::Sender<Answers<<B as Batch>::Value>>)>;

/// Gathers what is asked for, and has it read.
struct Gathering<B: Batch> {
    waiting: Mutex<Waiting<B>>,
    loader: LoaderOf<B>,
}

impl<B: Batch> Gathering<B> {
    fn new(call: Arc<Call>) -> Self {
        let reader = Reader::<B> {
            call,
            batch: PhantomData,
        };
        Self {
            waiting: Mutex::default(),
            loader: LoaderOf::<B>::new(reader)
                .with_max_batch_size(BATCH)
                .with_yield_count(0),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<B>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn load(&self, keys: Vec<B::Key>) -> Answers<B::Value> {
        loop {
            let (sender, receiver) = oneshot::channel();
            let first = {
                let mut waiting = self.waiting();
                waiting.push((keys.clone(), sender));
                waiting.len() == 1
            };
            if first {
                self.lead().await;
            }
            // Fails when the one who led was given up, with an object that another error made null.
            if let Ok(answer) = receiver.await {
                return answer;
            }
        }
    }

    /// Waits until nobody new comes, reads for all, and tells all.
    async fn lead(&self) {
        let given_up = GivenUp(self);
        let (mut known, mut quiet) = (1, 0);
        while quiet < QUIET_TURNS {
            tokio::task::yield_now().await;
            let gathered = self.waiting().len();
            quiet = if gathered == known { quiet + 1 } else { 0 };
            known = gathered;
        }
        std::mem::forget(given_up);
        let waiting = std::mem::take(&mut *self.waiting());
        let keys: HashSet<B::Key> = waiting.iter().flat_map(|(keys, _)| keys).cloned().collect();
        // Fails for a key that a batch does not answer, which cannot happen.
        let answers = self
            .loader
            .try_load_many(keys.into_iter().collect())
            .await
            .unwrap_or_default();
        for (keys, sender) in waiting {
            let own = keys.iter().map(|key| answers.get(key).cloned().unwrap_or(Ok(None)));
            // Who is not there any more does not need an answer.
            let _ = sender.send(own.collect());
        }
    }
}

/// Lets those who wait ask again when the one who leads is given up.
struct GivenUp<'a, B: Batch>(&'a Gathering<B>);

impl<B: Batch> Drop for GivenUp<'_, B> {
    fn drop(&mut self) {
        self.0.waiting().clear();
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
        Ok(self.load_many::<B>(vec![key]).await?.pop().flatten())
    }

    /// Loads several values together with what others ask for at the same moment; they are answered in the order of
    /// the keys.
    ///
    /// # Errors
    /// As for [`Self::load`].
    pub async fn load_many<B: Batch>(&self, keys: Vec<B::Key>) -> Answers<B::Value> {
        // Without tokio's budget for one task, which a page of many parents would use up: some of them would then ask
        // too late to be in the batch of the others.
        tokio::task::unconstrained(self.gathering::<B>().load(keys)).await
    }

    fn gathering<B: Batch>(&self) -> Arc<Gathering<B>> {
        let mut loaders = self.loaders.lock().unwrap_or_else(PoisonError::into_inner);
        let loader = loaders
            .entry(TypeId::of::<B>())
            .or_insert_with(|| Arc::new(Gathering::<B>::new(Arc::clone(&self.call))));
        match Arc::clone(loader).downcast() {
            Ok(loader) => loader,
            Err(_) => unreachable!("a loader is kept under its own type"),
        }
    }
}
