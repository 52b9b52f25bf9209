//! Which passkeys exist for a viewer. Every list of them begins here.

use entity::{
    auth_identity, customer,
    passkey::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    auth::{Permission, Viewer},
    features::customer::visibility::within_reach,
};

/// The passkeys of customers that the viewer may see, with their identities: a customer's own in store scope, all with
/// `sessions:read`, else none.
#[must_use]
pub fn of_customers_visible_to(viewer: &Viewer) -> Select<Entity> {
    let customers = within_reach(viewer, Permission::SessionsRead)
        .select_only()
        .column(customer::Column::Id)
        .into_query();
    Entity::find()
        .join(
            JoinType::InnerJoin,
            Entity::belongs_to(auth_identity::Entity)
                .from(Column::AuthIdentityId)
                .to(auth_identity::Column::Id)
                .into(),
        )
        .filter(auth_identity::Column::CustomerId.in_subquery(customers))
}

/// The passkeys of whoever is logged in.
#[must_use]
pub fn own(viewer: &Viewer) -> Select<Entity> {
    match viewer.session() {
        Some((identity, _)) => Entity::find().filter(Column::AuthIdentityId.eq(identity)),
        None => Entity::find().filter(Expr::val(1).eq(0)),
    }
}
