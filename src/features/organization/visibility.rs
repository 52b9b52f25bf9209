//! Which organizations, units, roles and members exist for a viewer. Every statement on these tables begins here.

use entity::{id::CustomerId, organization, organization_member, organization_role, organization_unit};
use sea_orm::{
    ColumnTrait, Condition, DeleteMany, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, IntoCondition, SelectStatement},
};

use crate::auth::{Permission, Viewer};

/// The organizations that the viewer may see: in store scope those in which they are an active member, all with
/// `organizations:read`, else none.
#[must_use]
pub fn organizations(viewer: &Viewer) -> Select<organization::Entity> {
    scoped(viewer, |own| {
        organization::Column::Id
            .in_subquery(own_organizations(own))
            .into_condition()
    })
}

/// The units that the viewer may see: those of the organizations that they may see.
#[must_use]
pub fn units(viewer: &Viewer) -> Select<organization_unit::Entity> {
    scoped(viewer, |own| {
        organization_unit::Column::OrganizationId
            .in_subquery(own_organizations(own))
            .into_condition()
    })
}

/// The roles that the viewer may see: the built-in ones, and those of the organizations that they may see.
#[must_use]
pub fn roles(viewer: &Viewer) -> Select<organization_role::Entity> {
    scoped(viewer, |own| {
        Condition::any()
            .add(organization_role::Column::OrganizationId.is_null())
            .add(organization_role::Column::OrganizationId.in_subquery(own_organizations(own)))
    })
}

/// The members that the viewer may see: in store scope their own memberships, all with `organizations:read`, else
/// none. Other members are other people, whom store scope never shows.
#[must_use]
pub fn members(viewer: &Viewer) -> Select<organization_member::Entity> {
    scoped(viewer, |own| {
        organization_member::Column::CustomerId.eq(own).into_condition()
    })
}

/// The organizations that somebody may name in what they write about something else: all with that permission, else
/// none.
#[must_use]
pub fn nameable_by(viewer: &Viewer, permission: Permission) -> Select<organization::Entity> {
    let select = organization::Entity::find();
    if viewer.may(permission) {
        select
    } else {
        select.filter(Expr::val(1).eq(0))
    }
}

/// The rows of a table of this room that the viewer may change: all with `organizations:write`, else none.
#[must_use]
pub fn writable_by<E: EntityTrait>(viewer: &Viewer) -> Select<E> {
    if viewer.may(Permission::OrganizationsWrite) {
        E::find()
    } else {
        E::find().filter(Expr::val(1).eq(0))
    }
}

/// A delete of rows of a table of this room that the viewer may change.
#[must_use]
pub fn delete<E: EntityTrait>(viewer: &Viewer) -> DeleteMany<E> {
    if viewer.may(Permission::OrganizationsWrite) {
        E::delete_many()
    } else {
        E::delete_many().filter(Expr::val(1).eq(0))
    }
}

fn scoped<E: EntityTrait>(viewer: &Viewer, of_own: impl FnOnce(CustomerId) -> Condition) -> Select<E> {
    match viewer.customer() {
        Some(own) => E::find().filter(of_own(own)),
        None if viewer.may(Permission::OrganizationsRead) => E::find(),
        None => E::find().filter(Expr::val(1).eq(0)),
    }
}

/// The organizations in which a customer is an active member.
fn own_organizations(own: CustomerId) -> SelectStatement {
    organization_member::Entity::find()
        .select_only()
        .column(organization_member::Column::OrganizationId)
        .filter(organization_member::Column::CustomerId.eq(own))
        .filter(organization_member::Column::Status.eq(organization_member::Status::Active))
        .into_query()
}
