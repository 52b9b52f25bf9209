//! Takes over what sources tell about orders: a handful of statements for a thousand orders.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::{
    id::{OrderLinkId, PrefixedId},
    order_line,
    order_link::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use super::{
    draft::{Effect, Found, OrderLinkDraft, Upserted, changes},
    reference::References,
    visibility,
};
use crate::{
    features::{channel, customer::service::duplicated},
    graphql::RowResults,
    work::{ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError, dialect},
};

/// The most rows of a statement that writes links or asks for them.
const LINKS: usize = 1_000;
/// The most rows of a statement that writes lines, which have nine columns each.
const LINES: usize = 3_000;

/// An order by its source and its id there.
type Key<'a> = (&'a str, &'a str);

/// One link to write.
struct Write {
    link: Model,
    before: Option<Model>,
    lines: Option<Vec<order_line::Model>>,
    lines_before: usize,
}

/// Takes over what sources tell. Older news than the link has is left out, and that holds for writers at the same
/// time, too: a known link is locked before it is compared, and of two who make the same link one is run again.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn upsert(unit: &mut UnitOfWork, drafts: Vec<OrderLinkDraft>) -> Result<RowResults<Upserted>, WriteError> {
    let mut references = References::find(unit, &drafts).await?;
    let known = known_links(unit, &drafts).await?;
    let mut seen = HashSet::new();
    let mut results: Vec<Result<Option<Upserted>, Vec<UserError>>> = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        let old = known.get(&key(draft));
        results.push(if !seen.insert(key(draft)) {
            Err(vec![duplicated("orderId")])
        } else if let Some(old) = old.filter(|old| draft.source_updated_at < old.source_updated_at) {
            Ok(Some(Upserted {
                link: (*old).clone(),
                effect: Effect::Stale,
            }))
        } else {
            check(draft, &references).map(|()| None)
        });
    }
    let mut fresh: Vec<usize> = (0..drafts.len())
        .filter(|row| matches!(results[*row], Ok(None)))
        .collect();
    let known_lines = known_lines(unit, fresh.iter().map(|row| &drafts[*row]), &known).await?;
    let lines_of = |old: Option<&Model>| {
        old.and_then(|old| known_lines.get(&old.id))
            .map_or(&[][..], Vec::as_slice)
    };
    fresh.retain(|row| {
        let draft = &drafts[*row];
        let old = known.get(&key(draft));
        let kept = draft.lines.is_none() && !lines_of(old).is_empty();
        if kept && old.is_some_and(|old| old.currency_code != draft.currency_code) {
            results[*row] = Err(vec![UserError::new(
                ErrorCode::Required,
                "lines",
                "The currency of the order changes. Give the lines in the new one.",
            )]);
            return false;
        }
        true
    });
    let handles: BTreeSet<&str> = fresh
        .iter()
        .filter_map(|row| drafts[*row].channel_handle.new_value().map(String::as_str))
        .collect();
    let channels = channel::service::find_or_create(unit, &handles).await?;
    let mut writes = Vec::new();
    for row in fresh {
        let draft = &drafts[row];
        let old = known.get(&key(draft));
        let found = Found {
            customer: references.customer(draft).ok().flatten(),
            organization: references.organization(draft).ok().flatten(),
            channel: draft
                .channel_handle
                .new_value()
                .and_then(|handle| channels.get(handle).copied()),
        };
        let write = write_of(unit, draft, old, lines_of(old), found);
        let effect = match &write.before {
            None => Effect::Created,
            Some(before) if before.version == write.link.version => Effect::Unchanged,
            Some(_) => Effect::Updated,
        };
        results[row] = Ok(Some(Upserted {
            link: write.link.clone(),
            effect,
        }));
        if effect != Effect::Unchanged {
            writes.push(write);
        }
    }
    let subjects = writes.iter().filter_map(|write| write.link.customer_id);
    references.lock(unit, subjects).await?;
    save(unit, writes).await?;
    Ok(results
        .into_iter()
        .map(|result| {
            result.and_then(|upserted| upserted.ok_or_else(|| vec![UserError::not_found("orderId", "order")]))
        })
        .collect())
}

fn key(draft: &OrderLinkDraft) -> Key<'_> {
    (&draft.source, &draft.order_id)
}

/// Complains about what a draft names and is not there.
fn check(draft: &OrderLinkDraft, references: &References) -> Result<(), Vec<UserError>> {
    let errors: Vec<UserError> = [references.customer(draft).err(), references.organization(draft).err()]
        .into_iter()
        .flatten()
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The link and the lines as they will be.
fn write_of(
    unit: &UnitOfWork,
    draft: &OrderLinkDraft,
    old: Option<&Model>,
    old_lines: &[order_line::Model],
    found: Found,
) -> Write {
    let mut link = draft.apply(old, unit.new_id(), found, unit.now());
    let lines = draft
        .lines
        .as_ref()
        .filter(|lines| lines.len() != old_lines.len() || lines.iter().zip(old_lines).any(|(line, old)| !line.is(old)));
    if let Some(old) = old
        && (link != *old || lines.is_some())
    {
        link.version += 1;
        link.updated_at = unit.now();
    }
    let lines = lines.map(|lines| {
        lines
            .iter()
            .zip(0..)
            .map(|(line, position)| line.row(unit.new_id(), link.id, position))
            .collect()
    });
    Write {
        link,
        before: old.cloned(),
        lines,
        lines_before: old_lines.len(),
    }
}

/// The links that are known already, locked.
async fn known_links<'a>(
    unit: &UnitOfWork,
    drafts: &'a [OrderLinkDraft],
) -> Result<HashMap<Key<'a>, Model>, WriteError> {
    let mut orders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (source, order) in drafts.iter().map(key) {
        orders.entry(source).or_default().insert(order);
    }
    let sources: Vec<_> = orders.into_iter().collect();
    let mut rows: HashMap<(String, String), Model> = HashMap::new();
    // Alternatives nest, and SQLite nests at most 1,000 deep.
    for sources in sources.chunks(100) {
        let any = sources.iter().fold(Condition::any(), |any, (source, orders)| {
            any.add(
                Condition::all()
                    .add(Column::Source.eq(*source))
                    .add(Column::OrderId.is_in(orders.iter().copied())),
            )
        });
        let found = visibility::writable_by(unit.viewer())
            .filter(any)
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(unit.db())
            .await?;
        rows.extend(
            found
                .into_iter()
                .map(|row| ((row.source.clone(), row.order_id.clone()), row)),
        );
    }
    Ok(drafts
        .iter()
        .map(key)
        .filter_map(|key| Some((key, rows.remove(&(key.0.to_owned(), key.1.to_owned()))?)))
        .collect())
}

/// The lines of those known links whose lines may change.
async fn known_lines(
    unit: &UnitOfWork,
    drafts: impl Iterator<Item = &OrderLinkDraft>,
    known: &HashMap<Key<'_>, Model>,
) -> Result<HashMap<OrderLinkId, Vec<order_line::Model>>, DbErr> {
    let links: Vec<_> = drafts
        .filter_map(|draft| known.get(&key(draft)).map(|old| (draft, old)))
        .filter(|(draft, old)| draft.lines.is_some() || draft.currency_code != old.currency_code)
        .map(|(_, old)| old.id.uuid())
        .collect();
    let mut lines: HashMap<OrderLinkId, Vec<order_line::Model>> = HashMap::new();
    if links.is_empty() {
        return Ok(lines);
    }
    let rows = visibility::lines_writable_by(unit.viewer())
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(order_line::Column::OrderLinkId),
            links,
        ))
        .order_by_asc(order_line::Column::OrderLinkId)
        .order_by_asc(order_line::Column::Position)
        .all(unit.db())
        .await?;
    for row in rows {
        lines.entry(row.order_link_id).or_default().push(row);
    }
    Ok(lines)
}

/// Writes links and lines and notes what changed.
async fn save(unit: &mut UnitOfWork, mut writes: Vec<Write>) -> Result<(), WriteError> {
    // In one order for every writer, so that two who make the same links wait for each other and not in a circle.
    writes
        .sort_by(|one, other| (&one.link.source, &one.link.order_id).cmp(&(&other.link.source, &other.link.order_id)));
    let (changed, new): (Vec<&Write>, Vec<&Write>) = writes.iter().partition(|write| write.before.is_some());
    for chunk in new.chunks(LINKS) {
        Entity::insert_many(chunk.iter().map(|write| write.link.clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    for chunk in changed.chunks(LINKS) {
        // Every row exists and is locked, so this only ever updates: one statement for all of them.
        let columns = Column::iter().filter(|column| !matches!(column, Column::Id));
        Entity::insert_many(chunk.iter().map(|write| write.link.clone().into_active_model()))
            .on_conflict(OnConflict::column(Column::Id).update_columns(columns).to_owned())
            .exec_without_returning(unit.db())
            .await?;
    }
    let replaced: Vec<_> = changed
        .iter()
        .filter(|write| write.lines.is_some() && write.lines_before > 0)
        .map(|write| write.link.id.uuid())
        .collect();
    if !replaced.is_empty() {
        visibility::delete_lines(unit.viewer())
            .filter(dialect::any_of(
                unit.call().database.backend(),
                dialect::column(order_line::Column::OrderLinkId),
                replaced,
            ))
            .exec(unit.db())
            .await?;
    }
    let lines: Vec<&order_line::Model> = writes.iter().flat_map(|write| write.lines.iter().flatten()).collect();
    for chunk in lines.chunks(LINES) {
        order_line::Entity::insert_many(chunk.iter().map(|line| (*line).clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    for write in &writes {
        unit.record(record(write));
    }
    Ok(())
}

/// What happened, in the timeline of the customer, or in that of the link where there is none.
fn record(write: &Write) -> Record {
    let link = &write.link;
    let lines = write.lines.as_ref().map(|lines| (write.lines_before, lines.len()));
    Record {
        topic: Topic(if write.before.is_some() {
            "order.updated"
        } else {
            "order.linked"
        }),
        subject: link.customer_id.map_or(link.id.uuid(), PrefixedId::uuid),
        begins: write.before.is_none() && link.customer_id.is_none(),
        object: link.id.to_string(),
        version: link.version,
        changes: changes(write.before.as_ref(), link, lines),
    }
}
