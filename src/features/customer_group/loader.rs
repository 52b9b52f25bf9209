//! Groups and memberships by id, the groups of customers, the customers of groups.

use std::{collections::HashMap, sync::Arc};

use entity::{
    customer, customer_group, customer_group_member,
    id::{CustomerGroupId, CustomerGroupMemberId, CustomerId},
    row::{Row, Skipped},
};
use sea_orm::{
    ColumnTrait, DbErr, QueryFilter, QueryResult, QueryTrait,
    entity::prelude::DateTimeUtc,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use super::visibility::{memberships_visible_to, visible_to};
use crate::{
    features::customer::visibility as customer_visibility,
    graphql::{Batch, KeyValue, ListRequest, Listed, Page, count_of_each, pages_of_each},
    work::{Call, dialect, without},
};

/// The request for a list in the order of membership.
pub type MemberRequest = Arc<ListRequest<customer_group_member::Column>>;

/// A group by id.
#[derive(Debug)]
pub struct CustomerGroupById;

impl Batch for CustomerGroupById {
    type Key = CustomerGroupId;
    type Value = Arc<customer_group::Model>;

    async fn load(call: &Call, keys: &[CustomerGroupId]) -> Result<HashMap<Self::Key, Self::Value>, DbErr> {
        let rows = call
            .db()
            .rows(visible_to(&call.viewer).filter(dialect::any_of(
                call.database.backend(),
                dialect::column(customer_group::Column::Id),
                keys.iter().map(|id| id.0),
            )))
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// A membership by id.
#[derive(Debug)]
pub struct MembershipById;

impl Batch for MembershipById {
    type Key = CustomerGroupMemberId;
    type Value = Arc<customer_group_member::Model>;

    async fn load(call: &Call, keys: &[CustomerGroupMemberId]) -> Result<HashMap<Self::Key, Self::Value>, DbErr> {
        let rows = memberships_visible_to(&call.viewer)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(customer_group_member::Column::Id),
                keys.iter().map(|id| id.0),
            ))
            .all(call.db())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// What stands at the other end of a membership, and when it began.
#[derive(Clone, Debug)]
pub struct Joined<M> {
    /// The group of a customer, or the customer of a group.
    pub row: Arc<M>,
    /// The membership.
    pub membership: CustomerGroupMemberId,
    /// When it began.
    pub added_at: DateTimeUtc,
}

impl<M> Listed<customer_group_member::Column> for Joined<M> {
    fn sort_value(&self, column: customer_group_member::Column) -> KeyValue {
        match column {
            customer_group_member::Column::AddedAt => self.added_at.into(),
            _ => KeyValue::Id { i: self.membership.0 },
        }
    }
}

impl<M: Row> Joined<M> {
    fn read(row: &QueryResult, skipped: Skipped) -> Result<Self, DbErr> {
        Ok(Self {
            row: Arc::new(M::read_without(row, 0, skipped)?),
            membership: row.try_get("", "membership_id")?,
            added_at: row.try_get("", "membership_added_at")?,
        })
    }
}

/// The groups of each of several customers.
#[derive(Debug)]
pub struct GroupsOfCustomer;

impl Batch for GroupsOfCustomer {
    type Key = (CustomerId, MemberRequest);
    type Value = Page<Joined<customer_group::Model>>;

    async fn load(call: &Call, keys: &[Self::Key]) -> Result<HashMap<Self::Key, Self::Value>, DbErr> {
        let columns = [
            (customer_group::Column::Metadata as usize, Some("metadata")),
            (
                customer_group::Column::PrivateMetadata as usize,
                Some("privateMetadata"),
            ),
            (customer_group::Column::NameFolded as usize, None),
        ];
        let skipped = call.unasked(&columns, |_| false);
        pages_of_each(
            call,
            keys,
            customer_group_member::Column::CustomerId,
            || groups_with_memberships(call, skipped),
            |row| Ok((row.try_get("", "membership_customer_id")?, Joined::read(row, skipped)?)),
        )
        .await
    }
}

/// How many groups each of several customers is in.
#[derive(Debug)]
pub struct GroupCountOfCustomer;

impl Batch for GroupCountOfCustomer {
    type Key = (CustomerId, MemberRequest);
    type Value = i64;

    async fn load(call: &Call, keys: &[Self::Key]) -> Result<HashMap<Self::Key, Self::Value>, DbErr> {
        count_of_each(call, keys, customer_group_member::Column::CustomerId, || {
            groups_with_memberships(call, Skipped::default())
        })
        .await
    }
}

/// The customers of each of several groups.
#[derive(Debug)]
pub struct CustomersOfGroup;

impl Batch for CustomersOfGroup {
    type Key = (CustomerGroupId, MemberRequest);
    type Value = Page<Joined<customer::Model>>;

    async fn load(call: &Call, keys: &[Self::Key]) -> Result<HashMap<Self::Key, Self::Value>, DbErr> {
        pages_of_each(
            call,
            keys,
            customer_group_member::Column::CustomerGroupId,
            || customers_with_memberships(call),
            |row| {
                Ok((
                    row.try_get("", "membership_group_id")?,
                    Joined::read(row, Skipped::default())?,
                ))
            },
        )
        .await
    }
}

/// How many customers each of several groups has.
#[derive(Debug)]
pub struct CustomerCountOfGroup;

impl Batch for CustomerCountOfGroup {
    type Key = (CustomerGroupId, MemberRequest);
    type Value = i64;

    async fn load(call: &Call, keys: &[Self::Key]) -> Result<HashMap<Self::Key, Self::Value>, DbErr> {
        count_of_each(call, keys, customer_group_member::Column::CustomerGroupId, || {
            customers_with_memberships(call)
        })
        .await
    }
}

fn groups_with_memberships(call: &Call, skipped: Skipped) -> SelectStatement {
    with_memberships(
        without(visible_to(&call.viewer), skipped).into_query(),
        customer_group::Column::Id,
        customer_group_member::Column::CustomerGroupId,
    )
}

/// Who may not see groups sees no group's customers either, whatever they may see of customers.
fn customers_with_memberships(call: &Call) -> SelectStatement {
    let mut select = with_memberships(
        customer_visibility::visible_to(&call.viewer).into_query(),
        customer::Column::Id,
        customer_group_member::Column::CustomerId,
    );
    if !call.viewer.may(crate::auth::Permission::GroupsRead) {
        select.and_where(Expr::val(1).eq(0));
    }
    select
}

/// Joins the memberships to what they belong to; their columns are renamed, since both tables have an id.
fn with_memberships(
    mut select: SelectStatement,
    id: impl ColumnTrait,
    reference: customer_group_member::Column,
) -> SelectStatement {
    select.inner_join(
        customer_group_member::Entity,
        dialect::column(reference).eq(dialect::column(id)),
    );
    for (column, name) in [
        (customer_group_member::Column::Id, "membership_id"),
        (customer_group_member::Column::CustomerGroupId, "membership_group_id"),
        (customer_group_member::Column::CustomerId, "membership_customer_id"),
        (customer_group_member::Column::AddedAt, "membership_added_at"),
    ] {
        select.expr_as(dialect::column(column), name);
    }
    select
}
