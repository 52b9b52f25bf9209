//! Which channels exist for a viewer. Every statement on the table begins here.

use entity::{
    channel::{Column, Entity},
    id::{ChannelId, PrefixedId},
    order_link,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The channels that the viewer may see: those of their own orders in store scope, all with `orders:read`, those
/// within which staff may see order links, else none.
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
        None => match viewer.channels_for(Permission::OrdersRead) {
            channels if channels.is_empty() => select.filter(Expr::val(1).eq(0)),
            channels => select.filter(Column::Id.is_in(channels.iter().map(|channel| channel.uuid()))),
        },
    }
}

/// The channel whose publishable key came with an operation: everybody who sends it may see it.
#[must_use]
pub fn of_key(channel: ChannelId) -> Select<Entity> {
    Entity::find().filter(Column::Id.eq(channel))
}

/// The channels that somebody may name who gives keys and roles for them.
#[must_use]
pub fn nameable_by(viewer: &Viewer, permission: Permission) -> Select<Entity> {
    if viewer.may(permission) {
        Entity::find()
    } else {
        Entity::find().filter(Expr::val(1).eq(0))
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
