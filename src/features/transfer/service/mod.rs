//! The rules about transfers.
//!
//! Whoever writes locks in one order, so that nobody waits in a circle: the customers by id, the link, the transfer. Then
//! everything is looked at again, for it may have changed before the locks.

mod answer;
mod decide;
mod expire;
mod notice;
mod persons;
mod request;
mod resend;

use std::collections::{BTreeSet, HashMap};

use entity::{
    customer,
    id::{CustomerId, OrderLinkId, PrefixedId},
    order_link,
    order_transfer::{Column, Entity, Model, State},
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::{Json, Uuid},
    sea_query::{Expr, ExprTrait},
};
use serde_json::json;

use crate::{
    features::{account::token, order::give},
    work::{ErrorCode, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, snapshot::diff},
};

pub use answer::Answer;
pub(super) use decide::transfer_of;
pub use decide::{By, Decision, Verdict, decide};
pub use expire::expire;
pub use persons::{forget_customer, reassign};
pub use request::{Sought, Wish, request};
pub use resend::{cancel, resend};

/// The most characters of a reason.
pub const REASON: usize = 500;

/// A transfer with everything that it is about, locked.
struct Matter {
    transfer: Model,
    link: order_link::Model,
    people: HashMap<CustomerId, customer::Model>,
}

impl Matter {
    /// Who is asked; `None` where nobody owns the order.
    fn from(&self) -> Option<&customer::Model> {
        self.people.get(&self.transfer.from_customer_id?)
    }

    /// Who shall own the order.
    fn to(&self) -> Option<&customer::Model> {
        self.people.get(&self.transfer.to_customer_id?)
    }

    /// Why nobody can agree to this any more, and what the transfer becomes by that.
    fn outdated(&self, unit: &UnitOfWork) -> Option<(State, UserError)> {
        if self.transfer.expires_at <= unit.now() {
            return Some((State::Expired, too_old()));
        }
        (self.link.customer_id != self.transfer.from_customer_id).then(|| {
            let error = UserError::new(
                ErrorCode::InvalidState,
                "",
                "The order has another owner by now. Ask for a new transfer.",
            );
            (State::Cancelled, error)
        })
    }
}

/// Locks what a transfer is about, and reads it again.
async fn lock(unit: &UnitOfWork, seen: &Model) -> Result<Matter, WriteError> {
    let people = lock_customers(unit, seen.from_customer_id.into_iter().chain(seen.to_customer_id)).await?;
    let gone = || UserError::not_found("", "transfer");
    let link = give::lock(unit, seen.order_link_id).await?.ok_or_else(gone)?;
    let transfer = Entity::find_by_id(seen.id)
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(gone)?;
    Ok(Matter { transfer, link, people })
}

async fn lock_customers(
    unit: &UnitOfWork,
    ids: impl Iterator<Item = CustomerId>,
) -> Result<HashMap<CustomerId, customer::Model>, DbErr> {
    let ids: BTreeSet<Uuid> = ids.map(PrefixedId::uuid).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = customer::Entity::find()
        .filter(customer::Column::Id.is_in(ids))
        .order_by_asc(customer::Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The open transfer of an order, locked.
async fn open_of(unit: &UnitOfWork, link: OrderLinkId) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::OrderLinkId.eq(link))
        .filter(Column::State.eq(State::Requested))
        .lock_exclusive()
        .one(unit.db())
        .await
}

/// Ends a transfer and tells of it.
async fn end(unit: &mut UnitOfWork, transfer: &Model, state: State) -> Result<Model, WriteError> {
    let ended = end_all(unit, std::slice::from_ref(transfer), state).await?.remove(0);
    record(unit, topic_of(state), Some(transfer), &ended);
    Ok(ended)
}

/// Ends transfers, all of them in two statements, and tells nobody. Their tokens are good no longer.
async fn end_all(unit: &UnitOfWork, transfers: &[Model], state: State) -> Result<Vec<Model>, DbErr> {
    if transfers.is_empty() {
        return Ok(Vec::new());
    }
    Entity::update_many()
        .col_expr(Column::State, Expr::val(state))
        .col_expr(Column::DecidedAt, Expr::val(unit.now()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
        .filter(Column::Id.is_in(transfers.iter().map(|transfer| transfer.id)))
        .exec(unit.db())
        .await?;
    let tokens = transfers.iter().filter_map(|transfer| transfer.account_token_id);
    token::use_up_all(unit, tokens).await?;
    let ended = transfers.iter().map(|transfer| Model {
        state,
        decided_at: Some(unit.now()),
        version: transfer.version + 1,
        updated_at: unit.now(),
        ..transfer.clone()
    });
    Ok(ended.collect())
}

fn topic_of(state: State) -> Topic {
    Topic(match state {
        State::Requested => "order.transfer_requested",
        State::Accepted => "order.transfer_accepted",
        State::Declined => "order.transfer_declined",
        State::Cancelled => "order.transfer_cancelled",
        State::Expired => "order.transfer_expired",
    })
}

/// Notes what happened in the timeline of whoever is asked, or of the order where nobody owns it, and in that of the one
/// who shall own it.
fn record(unit: &mut UnitOfWork, topic: Topic, before: Option<&Model>, after: &Model) {
    let owner = after
        .from_customer_id
        .map_or(after.order_link_id.uuid(), PrefixedId::uuid);
    let receiver = after.to_customer_id.map(PrefixedId::uuid);
    record_for(unit, topic, before, after, [owner].into_iter().chain(receiver));
}

fn record_for(
    unit: &mut UnitOfWork,
    topic: Topic,
    before: Option<&Model>,
    after: &Model,
    subjects: impl Iterator<Item = Uuid>,
) {
    // Somebody who turned out to be both is told once.
    for subject in subjects.collect::<BTreeSet<_>>() {
        unit.record(Record {
            topic,
            subject,
            begins: false,
            object: after.id.to_string(),
            version: after.version,
            changes: diff(before, Some(after)),
        });
    }
}

/// Refuses a transfer that is not open any more, or is another than the caller has seen.
fn check_open(transfer: &Model, expected_version: Option<i32>) -> Result<(), UserError> {
    if expected_version.is_some_and(|version| version != transfer.version) {
        return Err(UserError::conflict(transfer.version));
    }
    let message = match transfer.state {
        State::Requested => return Ok(()),
        State::Expired => return Err(too_old()),
        State::Accepted => "The owner of the order has agreed to this already.",
        State::Declined => "The owner of the order has declined this already.",
        State::Cancelled => "This was cancelled.",
    };
    Err(UserError::new(ErrorCode::InvalidTransition, "", message))
}

fn too_old() -> UserError {
    UserError::new(
        ErrorCode::TransferExpired,
        "",
        "Nobody answered in time. Ask for a new transfer.",
    )
}

fn canceled(path: &str) -> UserError {
    UserError::new(
        ErrorCode::OrderCanceled,
        path,
        "The order was canceled. It stays where it is.",
    )
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("order", json!(self.order_link_id)),
            ("from", json!(self.from_customer_id)),
            ("to", json!(self.to_customer_id)),
            ("state", json!(self.state)),
            ("updateEmail", json!(self.update_email)),
            ("expiresAt", json!(self.expires_at)),
        ]
    }
}
