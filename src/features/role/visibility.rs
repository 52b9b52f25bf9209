//! Which roles exist for a viewer. Every statement on the table that answers a viewer begins here. (What a staff user
//! may do is worked out below all viewers, in `auth::grants`.)

use entity::role::Entity;
use sea_orm::{
    EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The roles that the viewer may see: all with `staff:read`, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    with(viewer, Permission::StaffRead)
}

/// The roles that the viewer may change and give: all with `staff:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    with(viewer, Permission::StaffWrite)
}

fn with(viewer: &Viewer, permission: Permission) -> Select<Entity> {
    if viewer.may(permission) {
        Entity::find()
    } else {
        Entity::find().filter(Expr::val(1).eq(0))
    }
}
