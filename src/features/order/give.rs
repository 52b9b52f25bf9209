//! Orders that are given to another customer: the one place where an order changes its owner by somebody's consent.
//!
//! Whoever calls these has looked into who consents, whatever the viewer may see: the owner of an order decides without
//! logging in, and who asks for an order does not see it yet.

use entity::{
    id::{CustomerId, OrderLinkId, PrefixedId},
    order_link::{Column, Entity, Model},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::{
    draft::changes,
    follow::{Step, follow, withdraw_tokens},
};
use crate::work::{EmailAddress, Record, Topic, UnitOfWork, WriteError};

/// The link with this source and order, as it is now.
///
/// # Errors
/// Faults.
pub async fn find(unit: &UnitOfWork, source: &str, order: &str) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::Source.eq(source))
        .filter(Column::OrderId.eq(order))
        .one(unit.db())
        .await
}

/// The link with this id, locked.
///
/// # Errors
/// Faults.
pub async fn lock(unit: &UnitOfWork, id: OrderLinkId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(unit.db()).await
}

/// Gives an order to a customer, whose e-mail address it takes where one is given; otherwise it has none any more. The
/// link and both customers are locked. What follows the order goes with it. It is told in the timelines of both; in that of the link where nobody
/// owned the order.
///
/// # Errors
/// `LIMIT_EXCEEDED` when the new owner's sums would be larger than a number can be; faults.
pub async fn give(
    unit: &mut UnitOfWork,
    link: &Model,
    to: CustomerId,
    email: Option<EmailAddress>,
) -> Result<Model, WriteError> {
    let mut given = link.clone();
    given.customer_id = Some(to);
    // The address of whoever had it goes with them: they would be shown the order by it, and it would outlive them.
    (given.email, given.email_normalized) = email.map(|email| (email.typed, email.normalized)).unzip();
    given.version += 1;
    given.updated_at = unit.now();
    Entity::update(given.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    let step = Step {
        before: Some(link),
        after: &given,
    };
    follow(unit, &[step]).await?;
    withdraw_tokens(unit, &[given.id.uuid()]).await?;
    let before = link.customer_id.map_or(link.id.uuid(), PrefixedId::uuid);
    for subject in [before, to.uuid()] {
        unit.record(Record {
            topic: Topic("order.updated"),
            subject,
            begins: false,
            object: given.id.to_string(),
            version: given.version,
            changes: changes(Some(link), &given, None),
        });
    }
    Ok(given)
}
