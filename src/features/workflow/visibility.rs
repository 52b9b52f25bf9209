//! Which workflows exist for a viewer. Every statement on the table that answers a viewer begins here.

use entity::workflow::Entity;
use sea_orm::{
    EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The workflows that the viewer may see: all with `hooks:read`, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    with(viewer, Permission::HooksRead)
}

/// The workflows that the viewer may change: all with `hooks:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    with(viewer, Permission::HooksWrite)
}

fn with(viewer: &Viewer, permission: Permission) -> Select<Entity> {
    if viewer.may(permission) {
        Entity::find()
    } else {
        Entity::find().filter(Expr::val(1).eq(0))
    }
}
