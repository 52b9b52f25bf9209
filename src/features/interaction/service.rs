//! The rules about contacts: a handful of statements for a thousand of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::{
    customer,
    id::{CustomerId, InteractionId, PrefixedId},
    interaction::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use serde_json::json;

use super::{
    draft::{Effect, InteractionDraft, Named, changes},
    visibility,
};
use crate::{
    auth::Permission,
    features::customer::{service::duplicated, visibility as customers},
    graphql::RowResults,
    work::{FieldChange, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// The most rows of one statement.
const ROWS: usize = 1_000;

/// A contact, and what became of its row.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The contact as it is now.
    pub row: Model,
    /// What was done to it.
    pub effect: Effect,
}

/// Takes over what systems tell of contacts. Customers are locked first, in one order for every writer, then contacts.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn record(unit: &mut UnitOfWork, drafts: Vec<InteractionDraft>) -> Result<RowResults<Recorded>, WriteError> {
    let named = named_customers(unit, &drafts).await?;
    let known = known(unit, &drafts).await?;
    let mut seen = HashSet::new();
    let mut results: RowResults<Recorded> = Vec::with_capacity(drafts.len());
    let mut writes: Vec<(Model, Option<&Model>)> = Vec::new();
    for draft in &drafts {
        let key = (draft.source.clone(), draft.external_id.clone());
        let Some(customer) = named.get(&draft.customer) else {
            let path = match draft.customer {
                Named::Id(_) => "customerId",
                Named::ExternalId(_) => "customerExternalId",
            };
            results.push(Err(vec![UserError::not_found(path, "customer")]));
            continue;
        };
        let old = known.get(&key);
        if !seen.insert(key) {
            results.push(Err(vec![duplicated("externalId")]));
            continue;
        }
        let row = draft.apply(*customer, old, unit.new_id(), unit.now());
        let effect = match old {
            None => Effect::Created,
            Some(old) if old.version == row.version => Effect::Unchanged,
            Some(_) => Effect::Updated,
        };
        if effect != Effect::Unchanged {
            writes.push((row.clone(), old));
        }
        results.push(Ok(Recorded { row, effect }));
    }
    // In one order for every writer, so that two who make the same rows wait for each other and not in a circle.
    writes.sort_by(|(one, _), (other, _)| (&one.source, &one.external_id).cmp(&(&other.source, &other.external_id)));
    save(unit, &writes).await?;
    for (row, before) in &writes {
        unit.record(Record {
            topic: Topic(if before.is_some() {
                "customer.interaction.updated"
            } else {
                "customer.interaction.recorded"
            }),
            subject: row.customer_id.uuid(),
            begins: false,
            object: row.id.to_string(),
            version: row.version,
            changes: changes(*before, row),
        });
    }
    Ok(results)
}

/// The customers that drafts name, locked, because their timelines will grow.
async fn named_customers(unit: &UnitOfWork, drafts: &[InteractionDraft]) -> Result<HashMap<Named, CustomerId>, DbErr> {
    let (mut ids, mut external_ids) = (BTreeSet::new(), BTreeSet::new());
    for draft in drafts {
        match &draft.customer {
            Named::Id(id) => drop(ids.insert(id.uuid())),
            Named::ExternalId(external_id) => drop(external_ids.insert(external_id.as_str())),
        }
    }
    let mut any = Condition::any();
    if !ids.is_empty() {
        any = any.add(customer::Column::Id.is_in(ids));
    }
    if !external_ids.is_empty() {
        any = any.add(customer::Column::ExternalId.is_in(external_ids));
    }
    if any.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(CustomerId, Option<String>)> = customers::nameable_by(unit.viewer(), Permission::InteractionsWrite)
        .select_only()
        .columns([customer::Column::Id, customer::Column::ExternalId])
        .filter(any)
        .order_by_asc(customer::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(unit.db())
        .await?;
    let mut named = HashMap::new();
    for (id, external_id) in rows {
        named.insert(Named::Id(id), id);
        named.extend(external_id.map(|external_id| (Named::ExternalId(external_id), id)));
    }
    Ok(named)
}

/// The contacts that are known already, locked.
async fn known(unit: &UnitOfWork, drafts: &[InteractionDraft]) -> Result<HashMap<(String, String), Model>, DbErr> {
    let mut sources: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for draft in drafts {
        sources.entry(&draft.source).or_default().insert(&draft.external_id);
    }
    let sources: Vec<_> = sources.into_iter().collect();
    let mut known = HashMap::new();
    // Alternatives nest, and SQLite nests at most 1,000 deep.
    for sources in sources.chunks(100) {
        let any = sources.iter().fold(Condition::any(), |any, (source, external_ids)| {
            any.add(
                Condition::all()
                    .add(Column::Source.eq(*source))
                    .add(Column::ExternalId.is_in(external_ids.iter().copied())),
            )
        });
        let found = visibility::writable_by(unit.viewer())
            .filter(any)
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(unit.db())
            .await?;
        known.extend(
            found
                .into_iter()
                .map(|row| ((row.source.clone(), row.external_id.clone()), row)),
        );
    }
    Ok(known)
}

async fn save(unit: &UnitOfWork, writes: &[(Model, Option<&Model>)]) -> Result<(), DbErr> {
    let (changed, new): (Vec<_>, Vec<_>) = writes.iter().partition(|(_, before)| before.is_some());
    for chunk in new.chunks(ROWS) {
        Entity::insert_many(chunk.iter().map(|(row, _)| row.clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    for chunk in changed.chunks(ROWS) {
        // Every row exists and is locked, so this only ever updates: one statement for all of them.
        let columns = Column::iter().filter(|column| !matches!(column, Column::Id));
        Entity::insert_many(chunk.iter().map(|(row, _)| row.clone().into_active_model()))
            .on_conflict(OnConflict::column(Column::Id).update_columns(columns).to_owned())
            .exec_without_returning(unit.db())
            .await?;
    }
    Ok(())
}

/// Gives a customer the contacts of others. Whoever calls this has proof that they are the same person, whatever the
/// viewer may see.
///
/// # Errors
/// Faults.
pub async fn reassign(unit: &mut UnitOfWork, from: &[CustomerId], to: CustomerId) -> Result<(), WriteError> {
    let rows: Vec<(InteractionId, CustomerId, i32)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::CustomerId, Column::Version])
        .filter(Column::CustomerId.is_in(from.iter().copied()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(unit.db())
        .await?;
    if rows.is_empty() {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::CustomerId, Expr::val(to))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
        .filter(Column::CustomerId.is_in(from.iter().copied()))
        .exec(unit.db())
        .await?;
    for (id, before, version) in rows {
        unit.record(Record {
            topic: Topic("customer.interaction.updated"),
            subject: to.uuid(),
            begins: false,
            object: id.to_string(),
            version: version + 1,
            changes: vec![FieldChange {
                path: "customer".to_owned(),
                before: json!(before),
                after: json!(to),
            }],
        });
    }
    Ok(())
}
