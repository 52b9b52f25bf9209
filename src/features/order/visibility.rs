//! Which order links and lines exist for a viewer. Every statement on the two tables begins here.

use entity::{
    id::{CustomerId, PrefixedId},
    order_line,
    order_link::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, DeleteMany, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select, UpdateMany,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The links that the viewer may see: those of their own orders in store scope, all with `orders:read`, those of
/// channels within which staff may see them, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    match viewer.customer() {
        Some(own) => Entity::find().filter(Column::CustomerId.eq(own)),
        None if viewer.may(Permission::OrdersRead) => Entity::find(),
        None => match viewer.channels_for(Permission::OrdersRead) {
            channels if channels.is_empty() => Entity::find().filter(Expr::val(1).eq(0)),
            channels => Entity::find().filter(Column::ChannelId.is_in(channels.iter().map(|channel| channel.uuid()))),
        },
    }
}

/// The links that the viewer may write: all with `orders:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    let select = Entity::find();
    if viewer.may(Permission::OrdersWrite) {
        select
    } else {
        select.filter(Expr::val(1).eq(0))
    }
}

/// The lines of the links that the viewer may see.
#[must_use]
pub fn lines_visible_to(viewer: &Viewer) -> Select<order_line::Entity> {
    let select = order_line::Entity::find();
    if viewer.may(Permission::OrdersRead) {
        return select;
    }
    select.filter(
        order_line::Column::OrderLinkId.in_subquery(visible_to(viewer).select_only().column(Column::Id).into_query()),
    )
}

/// The lines that the viewer may write.
#[must_use]
pub fn lines_writable_by(viewer: &Viewer) -> Select<order_line::Entity> {
    let select = order_line::Entity::find();
    if viewer.may(Permission::OrdersWrite) {
        select
    } else {
        select.filter(Expr::val(1).eq(0))
    }
}

/// A delete of lines that the viewer may write.
#[must_use]
pub fn delete_lines(viewer: &Viewer) -> DeleteMany<order_line::Entity> {
    let delete = order_line::Entity::delete_many();
    if viewer.may(Permission::OrdersWrite) {
        delete
    } else {
        delete.filter(Expr::val(1).eq(0))
    }
}

/// The links of these customers, for who may delete the customers: with `customers:delete`, or the customer in store
/// scope.
#[must_use]
pub fn detachable_by(viewer: &Viewer, customers: &[CustomerId]) -> Select<Entity> {
    Entity::find().filter(detachable(viewer, customers))
}

/// An update of the links of these customers, for who may delete the customers.
#[must_use]
pub fn detach(viewer: &Viewer, customers: &[CustomerId]) -> UpdateMany<Entity> {
    Entity::update_many().filter(detachable(viewer, customers))
}

fn detachable(viewer: &Viewer, customers: &[CustomerId]) -> sea_orm::Condition {
    let may = viewer.may(Permission::CustomersDelete);
    let deletable = customers
        .iter()
        .copied()
        .filter(|customer| may || viewer.customer() == Some(*customer))
        .map(PrefixedId::uuid);
    sea_orm::Condition::all().add(Column::CustomerId.is_in(deletable))
}
