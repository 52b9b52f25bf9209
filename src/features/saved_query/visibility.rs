//! Which saved queries exist for a viewer. Every statement on the tables begins here.

use entity::{role, saved_query, saved_query_role};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::auth::{Permission, Viewer};

/// The saved queries that the viewer may see: their own, and those shared with a role that they have. None for whoever
/// is not a staff user.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<saved_query::Entity> {
    let Some(user) = viewer.staff_user() else {
        return saved_query::Entity::find().filter(Expr::val(1).eq(0));
    };
    let mut seen = Condition::any().add(saved_query::Column::OwnerId.eq(user));
    if !viewer.roles().is_empty() {
        let shared = Query::select()
            .column(saved_query_role::Column::SavedQueryId)
            .from(saved_query_role::Entity)
            .and_where(saved_query_role::Column::RoleId.is_in(viewer.roles().iter().copied()))
            .take();
        seen = seen.add(saved_query::Column::Id.in_subquery(shared));
    }
    saved_query::Entity::find().filter(seen)
}

/// The saved queries that the viewer may change: their own.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<saved_query::Entity> {
    match viewer.staff_user() {
        Some(user) => saved_query::Entity::find().filter(saved_query::Column::OwnerId.eq(user)),
        None => saved_query::Entity::find().filter(Expr::val(1).eq(0)),
    }
}

/// The saved queries that the viewer may take away: their own, and with `staff:write` whatever is shared with a role,
/// since sharing is a matter of roles. That opens none of their texts, and what nobody shares stays its owner's alone.
#[must_use]
pub fn removable_by(viewer: &Viewer) -> Select<saved_query::Entity> {
    let Some(user) = viewer.staff_user() else {
        return saved_query::Entity::find().filter(Expr::val(1).eq(0));
    };
    let mut removable = Condition::any().add(saved_query::Column::OwnerId.eq(user));
    if viewer.may(Permission::StaffWrite) {
        let shared = Query::select()
            .column(saved_query_role::Column::SavedQueryId)
            .from(saved_query_role::Entity)
            .take();
        removable = removable.add(saved_query::Column::Id.in_subquery(shared));
    }
    saved_query::Entity::find().filter(removable)
}

/// With which roles saved queries are shared, as far as the viewer may know: all of their own, and of others those with
/// roles that they have themselves; whoever may see roles knows all.
#[must_use]
pub fn shares_visible_to(viewer: &Viewer) -> Select<saved_query_role::Entity> {
    let shares = saved_query_role::Entity::find();
    let Some(user) = viewer.staff_user() else {
        return shares.filter(Expr::val(1).eq(0));
    };
    if viewer.may(Permission::StaffRead) {
        return shares;
    }
    let own = Query::select()
        .column(saved_query::Column::Id)
        .from(saved_query::Entity)
        .and_where(saved_query::Column::OwnerId.eq(user))
        .take();
    shares.filter(
        Condition::any()
            .add(saved_query_role::Column::SavedQueryId.in_subquery(own))
            .add(saved_query_role::Column::RoleId.is_in(viewer.roles().iter().copied())),
    )
}

/// The roles with which the viewer may share: those that they have, with all from which these inherit; whoever may see
/// roles may share with each. None for whoever is not a staff user.
#[must_use]
pub fn audiences_of(viewer: &Viewer) -> Select<role::Entity> {
    let roles = role::Entity::find();
    if viewer.staff_user().is_none() {
        return roles.filter(Expr::val(1).eq(0));
    }
    if viewer.may(Permission::StaffRead) {
        return roles;
    }
    roles.filter(role::Column::Id.is_in(viewer.roles().iter().copied()))
}
