//! Idempotency keys: the same key with the same input is answered with the first result.
//!
//! Only what was written is remembered. A mutation that was refused left nothing behind, so repeating it is harmless
//! and may now succeed. What is remembered are ids; the objects are read again for the answer, as they are now.

use std::collections::HashMap;

use chrono::TimeDelta;
use entity::{
    id::{CustomerId, PrefixedId},
    idempotency_record,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, QueryFilter, TryInsertResult,
    entity::prelude::Json,
    sea_query::{Expr, ExprTrait, Order, Query},
};

use super::{Call, ErrorCode, UnitOfWork, UserError, WriteError};

/// How long a key is remembered.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);

/// What a unit of work returns, and how it is remembered and read back for a repetition.
pub trait Outcome: Sized + Send {
    /// What to remember: ids, never personal data.
    fn record(&self) -> Json;

    /// The customer with whom the memory must go.
    fn customer(&self) -> Option<CustomerId> {
        None
    }

    /// Reads back what was remembered, through the viewer's eyes.
    fn replay(call: &Call, recorded: Json) -> impl Future<Output = Result<Self, WriteError>> + Send;
}

/// A row that can be read back by id for a repetition.
pub trait ReadBack: Sized + Send + Sync + Clone {
    /// Its id.
    type Id: PrefixedId + serde::Serialize + serde::de::DeserializeOwned;

    /// The id of this row.
    fn id(&self) -> Self::Id;

    /// The customer to whom the row belongs.
    fn customer(&self) -> Option<CustomerId>;

    /// Those of the rows that the viewer may see.
    fn read_back(call: &Call, ids: Vec<Self::Id>) -> impl Future<Output = Result<Vec<Self>, DbErr>> + Send;
}

impl<R: ReadBack> Outcome for R {
    fn record(&self) -> Json {
        serde_json::to_value(self.id()).unwrap_or_default()
    }

    fn customer(&self) -> Option<CustomerId> {
        ReadBack::customer(self)
    }

    async fn replay(call: &Call, recorded: Json) -> Result<Self, WriteError> {
        let gone = || WriteError::from(UserError::not_found("", "object any more"));
        let id = serde_json::from_value(recorded).map_err(|_| gone())?;
        R::read_back(call, vec![id]).await?.pop().ok_or_else(gone)
    }
}

/// One result per row of a bulk input, in its order.
impl<R: ReadBack> Outcome for Vec<Result<R, Vec<UserError>>> {
    fn record(&self) -> Json {
        let rows: Vec<Result<R::Id, &Vec<UserError>>> = self.iter().map(|row| row.as_ref().map(ReadBack::id)).collect();
        serde_json::to_value(rows).unwrap_or_default()
    }

    async fn replay(call: &Call, recorded: Json) -> Result<Self, WriteError> {
        let recorded: Vec<Result<R::Id, Vec<UserError>>> = serde_json::from_value(recorded).unwrap_or_default();
        let ids = recorded.iter().filter_map(|row| row.as_ref().ok().copied()).collect();
        let rows: HashMap<R::Id, R> = R::read_back(call, ids)
            .await?
            .into_iter()
            .map(|row| (row.id(), row))
            .collect();
        Ok(recorded
            .into_iter()
            .map(|row| {
                row.and_then(|id| {
                    rows.get(&id)
                        .cloned()
                        .ok_or_else(|| vec![UserError::not_found("", "object any more")])
                })
            })
            .collect())
    }
}

/// A row, and a fact about what was done with it (created or not).
impl<R: ReadBack> Outcome for (R, bool) {
    fn record(&self) -> Json {
        serde_json::to_value((self.0.id(), self.1)).unwrap_or_default()
    }

    fn customer(&self) -> Option<CustomerId> {
        ReadBack::customer(&self.0)
    }

    async fn replay(call: &Call, recorded: Json) -> Result<Self, WriteError> {
        let (id, fact): (Json, bool) = serde_json::from_value(recorded).unwrap_or_default();
        Ok((<R as Outcome>::replay(call, id).await?, fact))
    }
}

/// One row and how many others changed with it.
impl<R: ReadBack> Outcome for (R, usize) {
    fn record(&self) -> Json {
        serde_json::to_value((self.0.id(), self.1)).unwrap_or_default()
    }

    fn customer(&self) -> Option<CustomerId> {
        ReadBack::customer(&self.0)
    }

    async fn replay(call: &Call, recorded: Json) -> Result<Self, WriteError> {
        let (id, count): (Json, usize) = serde_json::from_value(recorded).unwrap_or_default();
        Ok((<R as Outcome>::replay(call, id).await?, count))
    }
}

/// What is remembered of one row: its id and the fact, or what was wrong with it.
type Recorded<I, E> = Result<(I, bool), E>;

/// One row and fact per row of a bulk input, in its order.
impl<R: ReadBack> Outcome for Vec<Result<(R, bool), Vec<UserError>>> {
    fn record(&self) -> Json {
        let rows: Vec<Recorded<R::Id, &Vec<UserError>>> = self
            .iter()
            .map(|row| row.as_ref().map(|(row, fact)| (row.id(), *fact)))
            .collect();
        serde_json::to_value(rows).unwrap_or_default()
    }

    async fn replay(call: &Call, recorded: Json) -> Result<Self, WriteError> {
        let recorded: Vec<Recorded<R::Id, Vec<UserError>>> = serde_json::from_value(recorded).unwrap_or_default();
        let ids: Vec<Result<R::Id, &Vec<UserError>>> =
            recorded.iter().map(|row| row.as_ref().map(|(id, _)| *id)).collect();
        let ids = serde_json::to_value(ids).unwrap_or_default();
        let rows = <Vec<Result<R, Vec<UserError>>> as Outcome>::replay(call, ids).await?;
        Ok(rows
            .into_iter()
            .zip(recorded)
            .map(|(row, recorded)| row.map(|row| (row, recorded.is_ok_and(|(_, fact)| fact))))
            .collect())
    }
}

/// Outcomes that are nothing but ids, counts and errors are remembered as they are.
#[derive(Clone, Debug)]
pub struct Plain<T>(pub T);

impl<T: serde::Serialize + serde::de::DeserializeOwned + Send> Outcome for Plain<T> {
    fn record(&self) -> Json {
        serde_json::to_value(&self.0).unwrap_or_default()
    }

    async fn replay(_: &Call, recorded: Json) -> Result<Self, WriteError> {
        serde_json::from_value(recorded)
            .map(Self)
            .map_err(|error| DbErr::Json(error.to_string()).into())
    }
}

/// Outcomes that must never be remembered, such as secrets. A mutation with such an outcome takes no idempotency key.
#[derive(Clone, Debug)]
pub struct Once<T>(pub T);

impl<T: Send> Outcome for Once<T> {
    fn record(&self) -> Json {
        Json::Null
    }

    async fn replay(_: &Call, _: Json) -> Result<Self, WriteError> {
        Err(DbErr::Custom("this outcome is not remembered".to_owned()).into())
    }
}

pub(super) enum Claim {
    /// Nobody used the key before: go on.
    Ours,
    /// This is what was answered.
    Answered(Json),
}

/// Takes the key, or waits for the one who has it and tells what was answered.
pub(super) async fn claim(
    unit: &UnitOfWork,
    mutation: &'static str,
    key: &str,
    input_hash: &str,
) -> Result<Claim, WriteError> {
    let actor = unit.viewer().idempotency_actor();
    idempotency_record::Entity::delete_many()
        .filter(idempotency_record::Column::Actor.eq(&actor))
        .filter(idempotency_record::Column::Key.eq(key))
        .filter(idempotency_record::Column::ExpiresAt.lte(unit.now()))
        .exec(unit.db())
        .await?;
    let row = idempotency_record::ActiveModel {
        actor: Set(actor.clone()),
        key: Set(key.to_owned()),
        mutation: Set(mutation.to_owned()),
        input_hash: Set(input_hash.to_owned()),
        outcome: Set(None),
        customer_id: Set(None),
        created_at: Set(unit.now()),
        expires_at: Set(unit.now() + REMEMBERED),
    };
    let inserted = idempotency_record::Entity::insert_many([row])
        .on_conflict_do_nothing_on([idempotency_record::Column::Actor, idempotency_record::Column::Key])
        .exec_without_returning(unit.db())
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(count) if count > 0) {
        return Ok(Claim::Ours);
    }
    let known = idempotency_record::Entity::find_by_id((actor, key.to_owned()))
        .one(unit.db())
        .await?;
    match known {
        Some(known) if known.mutation == mutation && known.input_hash == input_hash => {
            Ok(Claim::Answered(known.outcome.unwrap_or_default()))
        }
        Some(_) => Err(UserError::new(
            ErrorCode::IdempotencyMismatch,
            "idempotencyKey",
            "This idempotency key was used before with another input. Use a new key for a new request.",
        )
        .into()),
        // The one who had it was undone just now; the next attempt takes the key.
        None => Err(DbErr::RecordNotInserted.into()),
    }
}

/// Removes keys that are forgotten; answers how many.
///
/// # Errors
/// Faults.
pub async fn sweep(unit: &UnitOfWork, most: u64) -> Result<u64, DbErr> {
    let key = [idempotency_record::Column::Actor, idempotency_record::Column::Key];
    let old = Query::select()
        .columns(key)
        .from(idempotency_record::Entity)
        .and_where(idempotency_record::Column::ExpiresAt.lte(unit.now()))
        .order_by(idempotency_record::Column::ExpiresAt, Order::Asc)
        .limit(most)
        .take();
    let removed = idempotency_record::Entity::delete_many()
        .filter(Expr::tuple(key.map(Expr::col)).in_subquery(old))
        .exec(unit.db())
        .await?;
    Ok(removed.rows_affected)
}

/// Remembers what is answered under the key.
pub(super) async fn answer(
    unit: &UnitOfWork,
    key: &str,
    outcome: Json,
    customer: Option<CustomerId>,
) -> Result<(), WriteError> {
    idempotency_record::Entity::update_many()
        .col_expr(idempotency_record::Column::Outcome, Expr::val(outcome))
        .col_expr(idempotency_record::Column::CustomerId, Expr::val(customer))
        .filter(idempotency_record::Column::Actor.eq(unit.viewer().idempotency_actor()))
        .filter(idempotency_record::Column::Key.eq(key))
        .exec(unit.db())
        .await?;
    Ok(())
}
