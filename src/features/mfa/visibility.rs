//! Which second factors exist for a viewer. Every statement on the table that answers a viewer begins here.

use entity::{
    auth_identity,
    mfa_factor::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The confirmed factors that the viewer may see: their own, those of customers with `sessions:read`, and those of staff
/// users with `staff:read`; joined with whose they are.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    let confirmed = Entity::find()
        .join(
            JoinType::InnerJoin,
            Entity::belongs_to(auth_identity::Entity)
                .from(Column::AuthIdentityId)
                .to(auth_identity::Column::Id)
                .into(),
        )
        .filter(Column::ConfirmedAt.is_not_null());
    let mut which = Condition::any();
    if let Some((identity, _)) = viewer.session() {
        which = which.add(Column::AuthIdentityId.eq(identity));
    }
    if viewer.may(Permission::SessionsRead) {
        which = which.add(auth_identity::Column::CustomerId.is_not_null());
    }
    if viewer.may(Permission::StaffRead) {
        which = which.add(auth_identity::Column::StaffUserId.is_not_null());
    }
    if which.is_empty() {
        which = which.add(Expr::val(1).eq(0));
    }
    confirmed.filter(which)
}
