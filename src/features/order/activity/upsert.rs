//! Takes over what sources tell about activities: a handful of statements for a thousand of them.
//!
//! Every writer locks in one order: customers, whose timelines grow, then orders, then sums.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::{
    id::{CustomerId, OrderLinkId, PrefixedId},
    order_activity::{Column, Entity, Kind, Model},
    order_link,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QuerySelect, sea_query::OnConflict,
};

use super::draft::{OrderActivityDraft, changes, weight};
use crate::{
    features::{
        customer::service::duplicated,
        order::{
            draft::{Effect, changes as link_changes},
            follow::{self, Step},
            known::{Key, any_of_orders, known_links, replace},
            reference::References,
            sums::Sums,
            visibility,
        },
    },
    graphql::RowResults,
    work::{ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError, dialect},
};

/// The most rows of a statement that writes activities, which have fifteen columns each.
const ACTIVITIES: usize = 1_000;

/// An activity, and what became of its row.
#[derive(Clone, Debug)]
pub struct Upserted {
    /// The activity as it is now.
    pub activity: Model,
    /// What was done to it.
    pub effect: Effect,
}

/// One activity to write.
struct Write {
    /// Its place among the drafts.
    row: usize,
    activity: Model,
    before: Option<Model>,
}

type Results = [Result<Option<Upserted>, Vec<UserError>>];

/// Takes over what sources tell. Older news than an activity has is left out, and that holds for writers at the same
/// time, too: the order is locked before anything is compared.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn upsert(
    unit: &mut UnitOfWork,
    drafts: Vec<OrderActivityDraft>,
) -> Result<RowResults<Upserted>, WriteError> {
    let mut references = References::default();
    let owners = owners(unit, &drafts).await?;
    references.lock(unit, owners.into_iter()).await?;
    let links = known_links(unit, drafts.iter().map(order)).await?;
    // Somebody may have given an order to another in between.
    references
        .lock(unit, links.values().filter_map(|link| link.customer_id))
        .await?;
    let known = known_activities(unit, &drafts, &links).await?;
    let mut seen = HashSet::new();
    let mut results: Vec<Result<Option<Upserted>, Vec<UserError>>> = Vec::with_capacity(drafts.len());
    let mut writes = Vec::new();
    for (row, draft) in drafts.iter().enumerate() {
        let Some(link) = links.get(&order(draft)) else {
            results.push(Err(vec![UserError::not_found("orderId", "order")]));
            continue;
        };
        if !seen.insert((link.id, draft.kind, &draft.external_id)) {
            results.push(Err(vec![duplicated("externalId")]));
            continue;
        }
        let old = known.get(&(link.id, draft.kind, draft.external_id.clone()));
        if let Some(old) = old.filter(|old| draft.source_updated_at < old.source_updated_at) {
            let (activity, effect) = (old.clone(), Effect::Stale);
            results.push(Ok(Some(Upserted { activity, effect })));
            continue;
        }
        let activity = match draft.apply(link, old, unit.new_id(), unit.now()) {
            Ok(activity) => activity,
            Err(error) => {
                let error = UserError::new(ErrorCode::Invalid, "amount", error.to_string());
                results.push(Err(vec![error]));
                continue;
            }
        };
        let effect = match old {
            None => Effect::Created,
            Some(old) if old.version == activity.version => Effect::Unchanged,
            Some(_) => Effect::Updated,
        };
        results.push(Ok(Some(Upserted {
            activity: activity.clone(),
            effect,
        })));
        if effect != Effect::Unchanged {
            let before = old.cloned();
            writes.push(Write { row, activity, before });
        }
    }
    let links: BTreeMap<OrderLinkId, order_link::Model> = links.into_values().map(|link| (link.id, link)).collect();
    let (changed, sums) = lock_sums(unit, &links, &mut writes, &mut results).await?;
    save(unit, &mut writes).await?;
    let rows: Vec<&order_link::Model> = changed.values().collect();
    replace(unit, &rows).await?;
    follow::follow_with(unit, sums, &steps(&links, &changed)).await?;
    record(unit, &links, &writes, &changed);
    Ok(results
        .into_iter()
        .map(|result| {
            result.and_then(|upserted| upserted.ok_or_else(|| vec![UserError::not_found("orderId", "order")]))
        })
        .collect())
}

fn order(draft: &OrderActivityDraft) -> Key<'_> {
    (&draft.source, &draft.order_id)
}

/// Whose orders these are, as it seems before they are locked.
async fn owners(unit: &UnitOfWork, drafts: &[OrderActivityDraft]) -> Result<BTreeSet<CustomerId>, DbErr> {
    let mut owners = BTreeSet::new();
    for any in any_of_orders(drafts.iter().map(order)) {
        let found: Vec<Option<CustomerId>> = visibility::writable_by(unit.viewer())
            .select_only()
            .column(order_link::Column::CustomerId)
            .filter(any)
            .into_tuple()
            .all(unit.db())
            .await?;
        owners.extend(found.into_iter().flatten());
    }
    Ok(owners)
}

/// The activities that are known already. Their orders are locked, and nobody else writes them.
async fn known_activities(
    unit: &UnitOfWork,
    drafts: &[OrderActivityDraft],
    links: &HashMap<Key<'_>, order_link::Model>,
) -> Result<HashMap<(OrderLinkId, Kind, String), Model>, DbErr> {
    if links.is_empty() {
        return Ok(HashMap::new());
    }
    let named: BTreeSet<&str> = drafts.iter().map(|draft| draft.external_id.as_str()).collect();
    let rows = visibility::activities_writable_by(unit.viewer())
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(Column::OrderLinkId),
            links.values().map(|link| link.id.uuid()),
        ))
        .filter(Column::ExternalId.is_in(named))
        .all(unit.db())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.order_link_id, row.kind, row.external_id.clone()), row))
        .collect())
}

/// The orders to which the writes add something, as they will be; and their sums, locked. Rows that would make a sum too
/// large are refused.
async fn lock_sums(
    unit: &UnitOfWork,
    links: &BTreeMap<OrderLinkId, order_link::Model>,
    writes: &mut Vec<Write>,
    results: &mut Results,
) -> Result<(BTreeMap<OrderLinkId, order_link::Model>, Sums), DbErr> {
    let mut locked = None;
    loop {
        let (changed, mut too_large) = weighed(unit, links, writes);
        let sums = match locked.take() {
            Some(sums) => sums,
            None => Sums::lock(unit, &steps(links, &changed)).await?,
        };
        let steps = steps(links, &changed);
        let sums_too_large = sums.too_large(&steps);
        too_large.extend(
            steps
                .iter()
                .filter(|step| step.adds_to().is_some_and(|key| sums_too_large.contains(&key)))
                .map(|step| step.after.id),
        );
        if too_large.is_empty() {
            return Ok((changed, sums));
        }
        writes.retain(|write| {
            let is_right = !too_large.contains(&write.activity.order_link_id);
            if !is_right {
                results[write.row] = Err(vec![follow::too_large("amount")]);
            }
            is_right
        });
        locked = Some(sums);
    }
}

/// The orders that the writes change, as they will be, and those that would hold more than a number can.
fn weighed(
    unit: &UnitOfWork,
    links: &BTreeMap<OrderLinkId, order_link::Model>,
    writes: &[Write],
) -> (BTreeMap<OrderLinkId, order_link::Model>, BTreeSet<OrderLinkId>) {
    let mut weights: BTreeMap<OrderLinkId, (i128, i64)> = BTreeMap::new();
    for write in writes {
        let Some(link) = links.get(&write.activity.order_link_id) else {
            continue;
        };
        let weight_before = write.before.as_ref().map_or((0, 0), |before| weight(before, link));
        let weight_after = weight(&write.activity, link);
        let sum = weights.entry(link.id).or_default();
        sum.0 += i128::from(weight_after.0) - i128::from(weight_before.0);
        sum.1 += i64::from(weight_after.1) - i64::from(weight_before.1);
    }
    let (mut changed, mut too_large) = (BTreeMap::new(), BTreeSet::new());
    for (id, (refunded, returns)) in weights {
        let Some(link) = links.get(&id).filter(|_| (refunded, returns) != (0, 0)) else {
            continue;
        };
        let refunded = i64::try_from(i128::from(link.refunded_amount) + refunded);
        let returns = i32::try_from(i64::from(link.return_count) + returns);
        match (refunded, returns) {
            (Ok(refunded_amount), Ok(return_count)) => {
                let link = order_link::Model {
                    refunded_amount,
                    return_count,
                    version: link.version + 1,
                    updated_at: unit.now(),
                    ..link.clone()
                };
                changed.insert(id, link);
            }
            _ => drop(too_large.insert(id)),
        }
    }
    (changed, too_large)
}

fn steps<'a>(
    links: &'a BTreeMap<OrderLinkId, order_link::Model>,
    changed: &'a BTreeMap<OrderLinkId, order_link::Model>,
) -> Vec<Step<'a>> {
    let step = |after: &'a order_link::Model| Step {
        before: links.get(&after.id),
        after,
    };
    changed.values().map(step).collect()
}

async fn save(unit: &UnitOfWork, writes: &mut [Write]) -> Result<(), DbErr> {
    // In one order for every writer.
    writes.sort_by_key(|write| write.activity.id);
    let (changed, new): (Vec<&Write>, Vec<&Write>) = writes.iter().partition(|write| write.before.is_some());
    for chunk in new.chunks(ACTIVITIES) {
        Entity::insert_many(chunk.iter().map(|write| write.activity.clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    for chunk in changed.chunks(ACTIVITIES) {
        // Every row exists, so this only ever updates: one statement for all of them.
        let columns = Column::iter().filter(|column| !matches!(column, Column::Id));
        Entity::insert_many(chunk.iter().map(|write| write.activity.clone().into_active_model()))
            .on_conflict(OnConflict::column(Column::Id).update_columns(columns).to_owned())
            .exec_without_returning(unit.db())
            .await?;
    }
    Ok(())
}

/// What happened, in the timeline of the customer, or in that of the link where there is none.
fn record(
    unit: &mut UnitOfWork,
    links: &BTreeMap<OrderLinkId, order_link::Model>,
    writes: &[Write],
    changed: &BTreeMap<OrderLinkId, order_link::Model>,
) {
    let subject = |link: OrderLinkId, customer: Option<CustomerId>| customer.map_or(link.uuid(), PrefixedId::uuid);
    for write in writes {
        let activity = &write.activity;
        unit.record(Record {
            topic: Topic(if write.before.is_some() {
                "order.activity.updated"
            } else {
                "order.activity.created"
            }),
            subject: subject(activity.order_link_id, activity.customer_id),
            begins: false,
            object: activity.id.to_string(),
            version: activity.version,
            changes: changes(write.before.as_ref(), activity),
        });
    }
    for link in changed.values() {
        unit.record(Record {
            topic: Topic("order.updated"),
            subject: subject(link.id, link.customer_id),
            begins: false,
            object: link.id.to_string(),
            version: link.version,
            changes: link_changes(links.get(&link.id), link, None),
        });
    }
}
