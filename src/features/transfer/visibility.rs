//! Which transfers exist for a viewer. Every statement on the table that answers a viewer begins here.

use entity::{
    id::{CustomerId, PrefixedId},
    order_link,
    order_transfer::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    auth::{Permission, Viewer},
    features::order::visibility as orders,
};

/// The transfers that the viewer may see: in store scope those from or to the customer, all with `orders:read`, those of
/// orders in channels within which staff may see orders, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    if let Some(own) = viewer.customer() {
        return Entity::find().filter(concerning(own));
    }
    if viewer.may(Permission::OrdersRead) {
        return Entity::find();
    }
    let links = orders::visible_to(viewer).select_only().column(order_link::Column::Id);
    Entity::find().filter(Column::OrderLinkId.in_subquery(links.into_query()))
}

/// The transfers that the viewer may take back or send once more: all with `orders:write`, in store scope those that the
/// customer asked for, else none.
#[must_use]
pub fn manageable_by(viewer: &Viewer) -> Select<Entity> {
    match viewer.customer() {
        Some(own) => Entity::find()
            .filter(Column::RequestedByType.eq("CUSTOMER"))
            .filter(Column::RequestedById.eq(own.uuid())),
        None if viewer.may(Permission::OrdersWrite) => Entity::find(),
        None => nothing(),
    }
}

/// The transfers about which the viewer may decide without a token: in store scope those that ask the customer.
#[must_use]
pub fn decidable_by(viewer: &Viewer) -> Select<Entity> {
    match viewer.customer() {
        Some(own) => Entity::find().filter(Column::FromCustomerId.eq(own)),
        None => nothing(),
    }
}

/// The transfers that may be read back for the answer to a mutation: those that the viewer may see, and for who may write
/// orders all.
#[must_use]
pub fn answered_to(viewer: &Viewer) -> Select<Entity> {
    if viewer.may(Permission::OrdersWrite) {
        Entity::find()
    } else {
        visible_to(viewer)
    }
}

/// The transfers from or to a customer.
fn concerning(customer: CustomerId) -> Condition {
    Condition::any()
        .add(Column::FromCustomerId.eq(customer))
        .add(Column::ToCustomerId.eq(customer))
}

fn nothing() -> Select<Entity> {
    Entity::find().filter(Expr::val(1).eq(0))
}
