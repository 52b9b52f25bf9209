//! Which sessions exist for a viewer. Every statement on the table that answers a viewer begins here.

use entity::session::{ActorType, Column, Entity};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The sessions that the viewer may see: their own, and with `sessions:read` those of all customers.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    scoped(viewer, Permission::SessionsRead)
}

/// The sessions that the viewer may end: their own, and with `sessions:write` those of all customers.
#[must_use]
pub fn endable_by(viewer: &Viewer) -> Select<Entity> {
    scoped(viewer, Permission::SessionsWrite)
}

fn scoped(viewer: &Viewer, permission: Permission) -> Select<Entity> {
    let mut which = Condition::any();
    if let Some((identity, _)) = viewer.session() {
        which = which.add(Column::AuthIdentityId.eq(identity));
    }
    if viewer.may(permission) {
        which = which.add(Column::ActorType.eq(ActorType::Customer));
    }
    if which.is_empty() {
        which = which.add(Expr::val(1).eq(0));
    }
    Entity::find().filter(which)
}
