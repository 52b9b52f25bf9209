//! Of which kind those are to whose history events belong. An event holds the bits of their ids alone.

use std::collections::{HashMap, HashSet};

use entity::{
    id::{CustomerId, OrganizationId, PrefixedId, StaffUserId, decode},
    organization, staff_user,
};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, entity::prelude::Uuid};

use super::{dialect, outbox::Event};

/// The kinds of those subjects that are not the changed object itself and are not customers either: two statements, or none.
///
/// # Errors
/// Faults.
pub async fn kinds(db: &impl ConnectionTrait, events: &[Event]) -> Result<HashMap<Uuid, &'static str>, DbErr> {
    let unknown: HashSet<Uuid> = events
        .iter()
        .filter(|event| own_prefix(event).is_none())
        .map(|event| event.subject)
        .collect();
    let mut kinds = HashMap::new();
    if unknown.is_empty() {
        return Ok(kinds);
    }
    let backend = db.get_database_backend();
    let organizations: Vec<OrganizationId> = organization::Entity::find()
        .select_only()
        .column(organization::Column::Id)
        .filter(dialect::any_of(
            backend,
            dialect::column(organization::Column::Id),
            unknown.iter().copied(),
        ))
        .into_tuple()
        .all(db)
        .await?;
    let staff: Vec<StaffUserId> = staff_user::Entity::find()
        .select_only()
        .column(staff_user::Column::Id)
        .filter(dialect::any_of(
            backend,
            dialect::column(staff_user::Column::Id),
            unknown.iter().copied(),
        ))
        .into_tuple()
        .all(db)
        .await?;
    kinds.extend(organizations.into_iter().map(|id| (id.0, OrganizationId::PREFIX)));
    kinds.extend(staff.into_iter().map(|id| (id.0, StaffUserId::PREFIX)));
    Ok(kinds)
}

/// The kind of the subject of an event, as ids begin.
#[must_use]
pub fn kind<'a>(kinds: &HashMap<Uuid, &'static str>, event: &'a Event) -> &'a str {
    let known = || kinds.get(&event.subject).copied();
    own_prefix(event).or_else(known).unwrap_or(CustomerId::PREFIX)
}

/// The kind of the object of an event, where that is its subject as well.
fn own_prefix(event: &Event) -> Option<&str> {
    let (prefix, rest) = event.object.split_once('_')?;
    (decode(rest) == Some(event.subject)).then_some(prefix)
}
