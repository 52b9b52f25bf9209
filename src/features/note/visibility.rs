//! Which notes exist for a viewer. Every statement on the table that does not insert begins here.

use entity::{
    customer,
    id::CustomerId,
    note::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, DeleteMany, EntityTrait, QueryFilter, Select, UpdateMany,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    auth::{Permission, Viewer},
    features::customer::visibility as customers,
};

/// The notes that the viewer may see: the public ones about themselves in store scope, all with `notes:read`, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    let notes = Entity::find();
    match viewer.customer() {
        Some(own) => notes
            .filter(Column::CustomerId.eq(own))
            .filter(Column::IsPublic.eq(true)),
        None if viewer.may(Permission::NotesRead) => notes,
        None => notes.filter(Expr::val(1).eq(0)),
    }
}

/// The notes that the viewer may change: all with `notes:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    if viewer.may(Permission::NotesWrite) {
        Entity::find()
    } else {
        Entity::find().filter(Expr::val(1).eq(0))
    }
}

/// A delete of notes that the viewer may change.
#[must_use]
pub fn delete(viewer: &Viewer) -> DeleteMany<Entity> {
    if viewer.may(Permission::NotesWrite) {
        Entity::delete_many()
    } else {
        Entity::delete_many().filter(Expr::val(1).eq(0))
    }
}

/// The customers about whom the viewer may write notes: all with `notes:write`, else none.
#[must_use]
pub fn customers_writable_by(viewer: &Viewer) -> Select<customer::Entity> {
    customers::nameable_by(viewer, Permission::NotesWrite)
}

/// The notes about guests who turned out to be somebody, whatever the viewer may see: whoever calls this has proof.
#[must_use]
pub fn of_guests(guests: &[CustomerId]) -> Select<Entity> {
    Entity::find().filter(Column::CustomerId.is_in(guests.iter().copied()))
}

/// An update of the notes about guests who turned out to be somebody.
#[must_use]
pub fn update_of_guests(guests: &[CustomerId]) -> UpdateMany<Entity> {
    Entity::update_many().filter(Column::CustomerId.is_in(guests.iter().copied()))
}
