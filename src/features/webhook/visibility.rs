//! Which endpoints and deliveries exist for a viewer. Every statement on the tables that answers a viewer begins here.
//! (What is to be sent is looked for below all viewers, in `queue`.)

use entity::{webhook_delivery, webhook_endpoint};
use sea_orm::{
    EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The endpoints that the viewer may see: all with `webhooks:read`, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<webhook_endpoint::Entity> {
    with(viewer, Permission::WebhooksRead)
}

/// The endpoints that the viewer may change: all with `webhooks:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<webhook_endpoint::Entity> {
    with(viewer, Permission::WebhooksWrite)
}

/// The deliveries that the viewer may see: all with `webhooks:read`, else none.
#[must_use]
pub fn deliveries_visible_to(viewer: &Viewer) -> Select<webhook_delivery::Entity> {
    with(viewer, Permission::WebhooksRead)
}

/// The deliveries that the viewer may have repeated: all with `webhooks:write`, else none.
#[must_use]
pub fn deliveries_repeatable_by(viewer: &Viewer) -> Select<webhook_delivery::Entity> {
    with(viewer, Permission::WebhooksWrite)
}

fn with<E: EntityTrait>(viewer: &Viewer, permission: Permission) -> Select<E> {
    if viewer.may(permission) {
        E::find()
    } else {
        E::find().filter(Expr::val(1).eq(0))
    }
}
