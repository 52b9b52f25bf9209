//! Which customers exist for a viewer. Every statement on the table begins here.

use entity::customer::{Column, Entity};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The customers that the viewer may see: their own in store scope, all with `customers:read`, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    scoped(viewer, Permission::CustomersRead)
}

/// The customers that the viewer may change: their own in store scope, all with `customers:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    scoped(viewer, Permission::CustomersWrite)
}

/// The customers that the viewer may delete: all with `customers:delete`, else none.
#[must_use]
pub fn deletable_by(viewer: &Viewer) -> Select<Entity> {
    if viewer.may(Permission::CustomersDelete) {
        Entity::find()
    } else {
        nothing()
    }
}

/// The customers whose belongings, such as addresses, the viewer may reach with the permission for those: themselves
/// in store scope, all with the permission, else none.
#[must_use]
pub fn within_reach(viewer: &Viewer, permission: Permission) -> Select<Entity> {
    scoped(viewer, permission)
}

fn scoped(viewer: &Viewer, permission: Permission) -> Select<Entity> {
    match viewer.customer() {
        Some(own) => Entity::find().filter(Column::Id.eq(own)),
        None if viewer.may(permission) => Entity::find(),
        None => nothing(),
    }
}

fn nothing() -> Select<Entity> {
    Entity::find().filter(Expr::val(1).eq(0))
}

/// A delete of customers that the viewer may delete.
#[must_use]
pub fn delete(viewer: &Viewer) -> sea_orm::DeleteMany<Entity> {
    let delete = Entity::delete_many();
    if viewer.may(Permission::CustomersDelete) {
        delete
    } else {
        delete.filter(Expr::val(1).eq(0))
    }
}

/// The customers that somebody may name in what they write about something else: all with that permission, else none.
#[must_use]
pub fn nameable_by(viewer: &Viewer, permission: Permission) -> Select<Entity> {
    if viewer.may(permission) {
        Entity::find()
    } else {
        nothing()
    }
}
