//! Which API keys exist for a viewer. Every statement on the table that answers a viewer begins here.

use entity::api_key::Entity;
use sea_orm::{
    EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The keys that the viewer may see: all with `api_keys:read`, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    with(viewer, Permission::ApiKeysRead)
}

/// The keys that the viewer may change: all with `api_keys:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    with(viewer, Permission::ApiKeysWrite)
}

fn with(viewer: &Viewer, permission: Permission) -> Select<Entity> {
    if viewer.may(permission) {
        Entity::find()
    } else {
        Entity::find().filter(Expr::val(1).eq(0))
    }
}
