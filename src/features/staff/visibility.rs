//! Which staff users exist for a viewer. Every statement on the table that answers a viewer begins here.

use entity::staff_user::{Column, Entity};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::auth::Viewer;

/// The staff users that the viewer may see: oneself; all for the service itself; else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    match viewer {
        Viewer::System => Entity::find(),
        Viewer::Staff { user, .. } => Entity::find().filter(Column::Id.eq(*user)),
        Viewer::Anonymous | Viewer::Store { .. } | Viewer::ApiKey { .. } => Entity::find().filter(Expr::val(1).eq(0)),
    }
}
