//! Which addresses exist for a viewer. Every statement on the table that does not insert begins here.

use entity::{
    address::{Column, Entity},
    customer, organization_unit,
};
use sea_orm::{
    ColumnTrait, DeleteMany, EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    auth::{Permission, Viewer},
    features::customer::visibility as customers,
};

/// The addresses that the viewer may see: the customer's own in store scope (never those of an organization), all
/// with `addresses:read`, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    scoped(viewer, Permission::AddressesRead)
}

/// The addresses that the viewer may change: the customer's own in store scope, all with `addresses:write`, else
/// none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    scoped(viewer, Permission::AddressesWrite)
}

/// A delete of addresses that the viewer may change.
#[must_use]
pub fn delete(viewer: &Viewer) -> DeleteMany<Entity> {
    let delete = Entity::delete_many();
    match viewer.customer() {
        Some(own) => delete.filter(Column::CustomerId.eq(own)),
        None if viewer.may(Permission::AddressesWrite) => delete,
        None => delete.filter(Expr::val(1).eq(0)),
    }
}

/// The customers whose addresses the viewer may change.
#[must_use]
pub fn customers_writable_by(viewer: &Viewer) -> Select<customer::Entity> {
    customers::within_reach(viewer, Permission::AddressesWrite)
}

/// The organization units whose addresses the viewer may change: all with `addresses:write`, else none.
#[must_use]
pub fn units_writable_by(viewer: &Viewer) -> Select<organization_unit::Entity> {
    let units = organization_unit::Entity::find();
    if viewer.may(Permission::AddressesWrite) {
        units
    } else {
        units.filter(Expr::val(1).eq(0))
    }
}

fn scoped(viewer: &Viewer, permission: Permission) -> Select<Entity> {
    match viewer.customer() {
        Some(own) => Entity::find().filter(Column::CustomerId.eq(own)),
        None if viewer.may(permission) => Entity::find(),
        None => Entity::find().filter(Expr::val(1).eq(0)),
    }
}
