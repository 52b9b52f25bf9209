//! Which channels exist for a viewer. Every statement on the table begins here.

use entity::{
    channel::{Column, Entity},
    order_link,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The channels that the viewer may see: those of their own orders in store scope, all with `orders:read`, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    let select = Entity::find();
    match viewer.customer() {
        Some(own) => select.filter(
            Column::Id.in_subquery(
                order_link::Entity::find()
                    .select_only()
                    .column(order_link::Column::ChannelId)
                    .filter(order_link::Column::CustomerId.eq(own))
                    .filter(order_link::Column::ChannelId.is_not_null())
                    .into_query(),
            ),
        ),
        None if viewer.may(Permission::OrdersRead) => select,
        None => select.filter(Expr::val(1).eq(0)),
    }
}

/// The channels that the viewer may name and make: all with `orders:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    let select = Entity::find();
    if viewer.may(Permission::OrdersWrite) {
        select
    } else {
        select.filter(Expr::val(1).eq(0))
    }
}
