//! Which groups and memberships exist for a viewer. Every statement on the two tables begins here.

use entity::{customer_group, customer_group_member};
use sea_orm::{
    DeleteMany, EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The groups that the viewer may see: all with `groups:read`, else none; store scope never sees one.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<customer_group::Entity> {
    with(viewer, Permission::GroupsRead, customer_group::Entity::find())
}

/// The groups that the viewer may change: all with `groups:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<customer_group::Entity> {
    with(viewer, Permission::GroupsWrite, customer_group::Entity::find())
}

/// A delete of groups that the viewer may change.
#[must_use]
pub fn delete(viewer: &Viewer) -> DeleteMany<customer_group::Entity> {
    with(viewer, Permission::GroupsWrite, customer_group::Entity::delete_many())
}

/// The memberships that the viewer may see: all with `groups:read`, else none.
#[must_use]
pub fn memberships_visible_to(viewer: &Viewer) -> Select<customer_group_member::Entity> {
    with(viewer, Permission::GroupsRead, customer_group_member::Entity::find())
}

/// The memberships that the viewer may end: all with `groups:write`, else none.
#[must_use]
pub fn memberships_writable_by(viewer: &Viewer) -> Select<customer_group_member::Entity> {
    with(viewer, Permission::GroupsWrite, customer_group_member::Entity::find())
}

/// A delete of memberships that the viewer may end.
#[must_use]
pub fn delete_memberships(viewer: &Viewer) -> DeleteMany<customer_group_member::Entity> {
    with(
        viewer,
        Permission::GroupsWrite,
        customer_group_member::Entity::delete_many(),
    )
}

fn with<Q: QueryFilter>(viewer: &Viewer, permission: Permission, statement: Q) -> Q {
    if viewer.may(permission) {
        statement
    } else {
        statement.filter(Expr::val(1).eq(0))
    }
}
