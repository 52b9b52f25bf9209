//! Of which kind those are to whose history events belong. An event holds the bits of their ids alone.

use std::collections::{HashMap, HashSet};

use entity::{
    id::{CustomerId, OrderLinkId, OrganizationId, PrefixedId, StaffUserId, decode},
    order_link, organization, staff_user,
};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, entity::prelude::Uuid};

use super::{dialect, outbox::Event};

/// The kinds of those subjects that are not the changed object itself and are not customers either: three
/// statements, or none.
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
    for (prefix, known) in [
        (
            OrganizationId::PREFIX,
            among::<organization::Entity>(db, organization::Column::Id, &unknown).await?,
        ),
        (
            OrderLinkId::PREFIX,
            among::<order_link::Entity>(db, order_link::Column::Id, &unknown).await?,
        ),
        (
            StaffUserId::PREFIX,
            among::<staff_user::Entity>(db, staff_user::Column::Id, &unknown).await?,
        ),
    ] {
        kinds.extend(known.into_iter().map(|id| (id, prefix)));
    }
    Ok(kinds)
}

/// Which of these are ids of a table.
async fn among<E: EntityTrait>(
    db: &impl ConnectionTrait,
    id: E::Column,
    subjects: &HashSet<Uuid>,
) -> Result<Vec<Uuid>, DbErr> {
    let any = dialect::any_of(db.get_database_backend(), dialect::column(id), subjects.iter().copied());
    E::find()
        .select_only()
        .column(id)
        .filter(any)
        .into_tuple()
        .all(db)
        .await
}

/// The kind of the subject of an event, as ids begin.
#[must_use]
pub fn kind<'a>(kinds: &HashMap<Uuid, &'static str>, event: &'a Event) -> &'a str {
    kind_of(event, kinds.get(&event.subject).copied())
}

/// The same, where it is known by other means what the subject is if it is neither the changed object nor a customer. Of
/// an organization that is gone the topic tells it.
#[must_use]
pub fn kind_of<'a>(event: &'a Event, known: Option<&'static str>) -> &'a str {
    let told = || {
        event
            .topic
            .starts_with("organization.")
            .then_some(OrganizationId::PREFIX)
    };
    own_prefix(event).or(known).or_else(told).unwrap_or(CustomerId::PREFIX)
}

/// The kind of the object of an event, where that is its subject as well.
fn own_prefix(event: &Event) -> Option<&str> {
    let (prefix, rest) = event.object.split_once('_')?;
    (decode(rest) == Some(event.subject)).then_some(prefix)
}
