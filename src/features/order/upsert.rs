//! Takes over what sources tell about orders: a handful of statements for a thousand orders.

use std::collections::{BTreeSet, HashSet};

use entity::{
    id::PrefixedId,
    order_line,
    order_link::{Entity, Model},
};
use sea_orm::{DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use super::{
    draft::{Effect, Found, OrderLinkDraft, Upserted, changes},
    follow::{self, Step},
    known::{Key, LINKS, known_lines, known_links, refunds_in, replace},
    reference::References,
    sums::Sums,
    visibility,
};
use crate::{
    features::{channel, customer::service::duplicated},
    graphql::RowResults,
    work::{ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError, dialect},
};

/// The most rows of a statement that writes lines, which have nine columns each.
const LINES: usize = 3_000;

/// One link to write.
struct Write {
    /// Its place among the drafts.
    row: usize,
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
    let known = known_links(unit, drafts.iter().map(key)).await?;
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
    let changeable = fresh.iter().filter_map(|row| {
        let draft = &drafts[*row];
        let old = known.get(&key(draft))?;
        (draft.lines.is_some() || draft.currency_code != old.currency_code).then_some(old.id.uuid())
    });
    let known_lines = known_lines(unit, changeable.collect()).await?;
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
    let recounted = fresh.iter().filter_map(|row| {
        let draft = &drafts[*row];
        let old = known.get(&key(draft))?;
        (old.currency_code != draft.currency_code).then_some((old.id, draft.currency_code.as_str()))
    });
    let refunds = refunds_in(unit, recounted.collect()).await?;
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
        let refunded = match old.and_then(|old| refunds.get(&old.id)) {
            Some(refunded) => match i64::try_from(*refunded) {
                Ok(refunded) => Some(refunded),
                Err(_) => {
                    results[row] = Err(vec![follow::too_large("currencyCode")]);
                    continue;
                }
            },
            None => None,
        };
        let write = write_of(unit, draft, row, (old, lines_of(old), refunded), found);
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
    let sums = lock_sums(unit, &mut writes, &mut results).await?;
    save(unit, &mut writes).await?;
    follow::follow_with(unit, sums, &steps(&writes)).await?;
    for write in &writes {
        unit.record(record(write));
    }
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

/// The link and the lines as they will be; known are the link, its lines, and what was paid back where that changes.
fn write_of(
    unit: &UnitOfWork,
    draft: &OrderLinkDraft,
    row: usize,
    (old, old_lines, refunded): (Option<&Model>, &[order_line::Model], Option<i64>),
    found: Found,
) -> Write {
    let mut link = draft.apply(old, unit.new_id(), found, unit.now());
    if let Some(refunded) = refunded {
        link.refunded_amount = refunded;
    }
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
        row,
        link,
        before: old.cloned(),
        lines,
        lines_before: old_lines.len(),
    }
}

/// The changes that are written.
fn steps(writes: &[Write]) -> Vec<Step<'_>> {
    let steps = writes.iter().map(|write| Step {
        before: write.before.as_ref(),
        after: &write.link,
    });
    steps.collect()
}

/// Locks the sums that follow, and refuses the rows that would make one of them too large.
async fn lock_sums(
    unit: &UnitOfWork,
    writes: &mut Vec<Write>,
    results: &mut [Result<Option<Upserted>, Vec<UserError>>],
) -> Result<Sums, DbErr> {
    let sums = Sums::lock(unit, &steps(writes)).await?;
    loop {
        let too_large = sums.too_large(&steps(writes));
        if too_large.is_empty() {
            return Ok(sums);
        }
        // What a refused row would have taken away from other sums stays there, so these are looked at again.
        writes.retain(|write| {
            let adds = steps(std::slice::from_ref(write))[0].adds_to();
            let is_right = adds.is_none_or(|key| !too_large.contains(&key));
            if !is_right {
                results[write.row] = Err(vec![follow::too_large("totalAmount")]);
            }
            is_right
        });
    }
}

/// Writes links and lines.
async fn save(unit: &UnitOfWork, writes: &mut [Write]) -> Result<(), WriteError> {
    // In one order for every writer, so that two who make the same links wait for each other and not in a circle.
    writes
        .sort_by(|one, other| (&one.link.source, &one.link.order_id).cmp(&(&other.link.source, &other.link.order_id)));
    let (changed, new): (Vec<&Write>, Vec<&Write>) = writes.iter().partition(|write| write.before.is_some());
    for chunk in new.chunks(LINKS) {
        Entity::insert_many(chunk.iter().map(|write| write.link.clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    let rows: Vec<&Model> = changed.iter().map(|write| &write.link).collect();
    replace(unit, &rows).await?;
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
