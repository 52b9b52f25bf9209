//! What is known of orders already: their links, locked, their lines, and what was paid back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{
    id::{OrderLinkId, PrefixedId},
    order_activity, order_line,
    order_link::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Uuid, sea_query::OnConflict,
};

use super::visibility;
use crate::work::{UnitOfWork, WriteError, dialect};

/// The most rows of a statement that writes links or asks for them.
pub(super) const LINKS: usize = 1_000;

/// An order by its source and its id there.
pub(super) type Key<'a> = (&'a str, &'a str);

/// The links of these orders that are known already, locked.
pub(super) async fn known_links<'a>(
    unit: &UnitOfWork,
    keys: impl Iterator<Item = Key<'a>> + Clone,
) -> Result<HashMap<Key<'a>, Model>, WriteError> {
    let mut rows: HashMap<(String, String), Model> = HashMap::new();
    for any in any_of_orders(keys.clone()) {
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
    Ok(keys
        .filter_map(|key| Some((key, rows.remove(&(key.0.to_owned(), key.1.to_owned()))?)))
        .collect())
}

/// Conditions that find these orders: together all of them.
pub(super) fn any_of_orders<'a>(keys: impl Iterator<Item = Key<'a>>) -> Vec<Condition> {
    let mut orders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (source, order) in keys {
        orders.entry(source).or_default().insert(order);
    }
    let sources: Vec<_> = orders.into_iter().collect();
    // Alternatives nest, and SQLite nests at most 1,000 deep.
    let any = |sources: &[(&str, BTreeSet<&str>)]| {
        sources.iter().fold(Condition::any(), |any, (source, orders)| {
            any.add(
                Condition::all()
                    .add(Column::Source.eq(*source))
                    .add(Column::OrderId.is_in(orders.iter().copied())),
            )
        })
    };
    sources.chunks(100).map(any).collect()
}

/// The lines of these links.
pub(super) async fn known_lines(
    unit: &UnitOfWork,
    links: Vec<Uuid>,
) -> Result<HashMap<OrderLinkId, Vec<order_line::Model>>, DbErr> {
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

/// What was paid back of these orders, in the currency that each will have.
pub(super) async fn refunds_in(
    unit: &UnitOfWork,
    currencies: HashMap<OrderLinkId, &str>,
) -> Result<HashMap<OrderLinkId, i128>, DbErr> {
    let mut refunds: HashMap<OrderLinkId, i128> = currencies.keys().map(|link| (*link, 0)).collect();
    if refunds.is_empty() {
        return Ok(refunds);
    }
    let rows: Vec<(OrderLinkId, Option<String>, Option<i64>)> = visibility::activities_writable_by(unit.viewer())
        .select_only()
        .columns([
            order_activity::Column::OrderLinkId,
            order_activity::Column::CurrencyCode,
            order_activity::Column::Amount,
        ])
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(order_activity::Column::OrderLinkId),
            currencies.keys().map(|link| link.uuid()),
        ))
        .filter(order_activity::Column::Kind.eq(order_activity::Kind::Refund))
        .filter(order_activity::Column::IsVoid.eq(false))
        .into_tuple()
        .all(unit.db())
        .await?;
    for (link, currency, amount) in rows {
        if currency.as_deref() == currencies.get(&link).copied() {
            *refunds.entry(link).or_default() += i128::from(amount.unwrap_or_default());
        }
    }
    Ok(refunds)
}

/// Writes links that are known and locked.
pub(super) async fn replace(unit: &UnitOfWork, links: &[&Model]) -> Result<(), DbErr> {
    for chunk in links.chunks(LINKS) {
        // Every row exists, so this only ever updates: one statement for all of them.
        let columns = Column::iter().filter(|column| !matches!(column, Column::Id));
        Entity::insert_many(chunk.iter().map(|link| (*link).clone().into_active_model()))
            .on_conflict(OnConflict::column(Column::Id).update_columns(columns).to_owned())
            .exec_without_returning(unit.db())
            .await?;
    }
    Ok(())
}
