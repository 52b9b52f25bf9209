//! Which staff users exist for a viewer. Every statement on the table that answers a viewer begins here.

use entity::staff_user::{Column, Entity};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The staff users that the viewer may see: all with `staff:read`, else oneself.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    match viewer.staff_user() {
        _ if viewer.may(Permission::StaffRead) => Entity::find(),
        Some(own) => Entity::find().filter(Column::Id.eq(own)),
        None => Entity::find().filter(Expr::val(1).eq(0)),
    }
}

/// The staff users that the viewer may change: all with `staff:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    if viewer.may(Permission::StaffWrite) {
        Entity::find()
    } else {
        Entity::find().filter(Expr::val(1).eq(0))
    }
}
