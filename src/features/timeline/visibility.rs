//! Which entries of the timeline exist for a viewer. Every statement that reads the table for somebody begins here.

use entity::timeline_entry::{Column, Entity};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use super::kind::{KINDS, Kind, Needs};
use crate::auth::{Permission, Permissions, Viewer};

/// The entries that the viewer may see: with `timeline:read` those about objects of the kinds that they may read
/// everywhere; about kinds that nobody has named yet only with every permission; else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    let entries = Entity::find();
    if !viewer.may(Permission::TimelineRead) {
        return entries.filter(Expr::val(1).eq(0));
    }
    if viewer.permissions() == Permissions::all() {
        let hidden = KINDS.iter().filter(|kind| kind.needs() == Needs::Owner);
        return entries.filter(hidden.fold(Condition::any(), |any, kind| any.add(about(kind))).not());
    }
    let seen = KINDS.iter().filter(|kind| match kind.needs() {
        Needs::Permission(permission) => viewer.may(permission),
        Needs::Owner => false,
    });
    // Without any kind the condition would be no condition.
    let nothing = Condition::any().add(Expr::val(1).eq(0));
    entries.filter(seen.fold(nothing, |any, kind| any.add(about(kind))))
}

fn about(kind: &Kind) -> Condition {
    let (from, to) = kind.range();
    Condition::all()
        .add(Column::ObjectId.gte(from))
        .add(Column::ObjectId.lt(to))
}
