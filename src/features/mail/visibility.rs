//! Which mail exists for a viewer. Every statement on the table that answers a viewer begins here.

use entity::mail::Entity;
use sea_orm::{
    EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::{Permission, Viewer};

/// The mail that the viewer may see: all with `mails:read`, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    if viewer.may(Permission::MailsRead) {
        Entity::find()
    } else {
        Entity::find().filter(Expr::val(1).eq(0))
    }
}
