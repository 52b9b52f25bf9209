//! Which second factors exist for a viewer. Every statement on the table that answers a viewer begins here.

use entity::{
    auth_identity,
    mfa_factor::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The confirmed factors that the viewer may see: their own in store scope, all with `sessions:read`, else none; joined
/// with whose they are.
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
    match viewer {
        Viewer::Store { identity, .. } => confirmed.filter(Column::AuthIdentityId.eq(*identity)),
        _ if viewer.may(Permission::SessionsRead) => confirmed,
        _ => confirmed.filter(Expr::val(1).eq(0)),
    }
}
