//! Which contacts exist for a viewer. Every statement about what somebody may see or change begins here.

use entity::interaction::Entity;
use sea_orm::{
    EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The contacts that the viewer may see: all with `interactions:read`, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    with(viewer, Permission::InteractionsRead)
}

/// The contacts that the viewer may write: all with `interactions:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    with(viewer, Permission::InteractionsWrite)
}

fn with(viewer: &Viewer, permission: Permission) -> Select<Entity> {
    let select = Entity::find();
    if viewer.may(permission) {
        select
    } else {
        select.filter(Expr::val(1).eq(0))
    }
}
