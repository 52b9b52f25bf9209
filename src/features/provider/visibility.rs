//! Which ways to log in exist for a viewer. Every list of them begins here.

use entity::{auth_identity, customer, provider_identity};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait, Select};

use crate::{
    auth::{Permission, Viewer},
    features::customer::visibility::within_reach,
};

/// The ways in which customers log in that the viewer may see, with their identities: a customer's own in store scope,
/// all with `sessions:read`, else none.
#[must_use]
pub fn of_customers_visible_to(viewer: &Viewer) -> Select<provider_identity::Entity> {
    let customers = within_reach(viewer, Permission::SessionsRead)
        .select_only()
        .column(customer::Column::Id)
        .into_query();
    provider_identity::Entity::find()
        .join(
            JoinType::InnerJoin,
            provider_identity::Entity::belongs_to(auth_identity::Entity)
                .from(provider_identity::Column::AuthIdentityId)
                .to(auth_identity::Column::Id)
                .into(),
        )
        .filter(auth_identity::Column::CustomerId.in_subquery(customers))
}
