//! What customers ordered, added up by currency, and kept so by what each change adds and takes away.
//!
//! A canceled order counts nowhere, neither do its refunds. The sums of a customer and currency are locked before the
//! orders are written, so that of two writers at once the second adds to what the first has written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{
    id::{CustomerId, PrefixedId},
    order_link,
    order_stats::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement},
};

use crate::work::{UnitOfWork, dialect};

/// The most rows of one statement.
const ROWS: usize = 1_000;

/// Whose sums, and in which currency.
pub(super) type Key = (CustomerId, String);

/// A link before and after a change.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// As it was; nothing for a new link.
    pub before: Option<&'a order_link::Model>,
    /// As it is.
    pub after: &'a order_link::Model,
}

/// What one order is in the sums of its customer.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Share<'a> {
    customer: CustomerId,
    currency: &'a str,
    total: i64,
    refunded: i64,
    is_returned: bool,
    placed_at: DateTime<Utc>,
}

/// The share of an order; nothing for an order of nobody and for one that was canceled.
fn share(link: &order_link::Model) -> Option<Share<'_>> {
    let customer = link.customer_id.filter(|_| !link.is_canceled)?;
    Some(Share {
        customer,
        currency: &link.currency_code,
        total: link.total_amount,
        refunded: link.refunded_amount,
        is_returned: link.return_count > 0,
        placed_at: link.placed_at,
    })
}

impl Share<'_> {
    fn key(&self) -> Key {
        (self.customer, self.currency.to_owned())
    }
}

impl Step<'_> {
    /// What the change takes away and what it adds; nothing where the two are the same.
    fn shares(&self) -> (Option<Share<'_>>, Option<Share<'_>>) {
        match (self.before.and_then(share), share(self.after)) {
            (before, after) if before == after => (None, None),
            shares => shares,
        }
    }

    /// To which sums the change adds.
    pub(super) fn adds_to(&self) -> Option<Key> {
        self.shares().1.map(|share| share.key())
    }
}

/// What changes add to the sums of one customer and currency.
#[derive(Clone, Debug, Default)]
struct Tally {
    orders: i64,
    spent: i128,
    refunded: i128,
    returned: i64,
    come: Vec<DateTime<Utc>>,
    gone: Vec<DateTime<Utc>>,
}

fn tallies(steps: &[Step<'_>]) -> BTreeMap<Key, Tally> {
    let mut tallies: BTreeMap<Key, Tally> = BTreeMap::new();
    for step in steps {
        let (before, after) = step.shares();
        for (share, sign) in [(before, -1), (after, 1)] {
            let Some(share) = share else { continue };
            let tally = tallies.entry(share.key()).or_default();
            tally.orders += sign;
            tally.spent += i128::from(sign) * i128::from(share.total);
            tally.refunded += i128::from(sign) * i128::from(share.refunded);
            tally.returned += sign * i64::from(share.is_returned);
            if sign > 0 {
                tally.come.push(share.placed_at);
            } else {
                tally.gone.push(share.placed_at);
            }
        }
    }
    tallies
}

/// The sums that changes concern, locked.
#[derive(Debug)]
pub(super) struct Sums {
    rows: BTreeMap<Key, Model>,
}

impl Sums {
    /// Locks the sums that these changes concern, in one order for every writer; where there are none yet, rows of
    /// nothing are made, which [`Self::add`] fills or takes away again.
    pub(super) async fn lock(unit: &UnitOfWork, steps: &[Step<'_>]) -> Result<Self, DbErr> {
        let keys: BTreeSet<Key> = tallies(steps).into_keys().collect();
        let nothing: Vec<Model> = keys
            .into_iter()
            .map(|(customer_id, currency_code)| Model {
                customer_id,
                currency_code,
                order_count: 0,
                spent_amount: 0,
                refunded_amount: 0,
                returned_order_count: 0,
                first_placed_at: unit.now(),
                last_placed_at: unit.now(),
            })
            .collect();
        let mut rows = BTreeMap::new();
        for chunk in nothing.chunks(ROWS) {
            // An update that changes nothing but locks: of many first orders at once, each waits for the one before.
            let locked = Entity::insert_many(chunk.iter().cloned().map(IntoActiveModel::into_active_model))
                .on_conflict(
                    OnConflict::columns([Column::CustomerId, Column::CurrencyCode])
                        .value(Column::OrderCount, Expr::col((Entity, Column::OrderCount)))
                        .to_owned(),
                )
                .exec_with_returning(unit.db())
                .await?;
            rows.extend(
                locked
                    .into_iter()
                    .map(|row| ((row.customer_id, row.currency_code.clone()), row)),
            );
        }
        Ok(Self { rows })
    }

    /// Those of the sums that these changes would make larger than a number can be.
    pub(super) fn too_large(&self, steps: &[Step<'_>]) -> BTreeSet<Key> {
        tallies(steps)
            .into_iter()
            .filter(|(key, tally)| {
                let (spent, refunded) = self.rows.get(key).map_or((0, 0), |row| {
                    (i128::from(row.spent_amount), i128::from(row.refunded_amount))
                });
                i64::try_from(spent + tally.spent).is_err() || i64::try_from(refunded + tally.refunded).is_err()
            })
            .map(|(key, _)| key)
            .collect()
    }

    /// Adds what the changes add, once the links are written.
    pub(super) async fn add(mut self, unit: &UnitOfWork, steps: &[Step<'_>]) -> Result<(), DbErr> {
        let mut outlooks = BTreeSet::new();
        for (key, tally) in tallies(steps) {
            let Some(row) = self.rows.get_mut(&key) else { continue };
            let knows_ends = row.order_count > 0;
            row.order_count += tally.orders;
            row.spent_amount = sum(row.spent_amount, tally.spent)?;
            row.refunded_amount = sum(row.refunded_amount, tally.refunded)?;
            row.returned_order_count += tally.returned;
            let is_end = |placed: &DateTime<Utc>| *placed <= row.first_placed_at || *placed >= row.last_placed_at;
            if tally.gone.iter().any(is_end) {
                outlooks.insert(key);
                continue;
            }
            let ends = [row.first_placed_at, row.last_placed_at];
            let all = || tally.come.iter().chain(ends.iter().filter(|_| knows_ends)).copied();
            row.first_placed_at = all().min().unwrap_or(row.first_placed_at);
            row.last_placed_at = all().max().unwrap_or(row.last_placed_at);
        }
        self.look_up_ends(unit, &outlooks).await?;
        self.save(unit).await
    }

    /// Looks up the first and the last order where one that was an end has gone.
    async fn look_up_ends(&mut self, unit: &UnitOfWork, keys: &BTreeSet<Key>) -> Result<(), DbErr> {
        let customers: BTreeSet<CustomerId> = keys.iter().map(|(customer, _)| *customer).collect();
        let customers: Vec<CustomerId> = customers.into_iter().collect();
        for chunk in customers.chunks(ROWS) {
            let select = Query::select()
                .columns([Column::CustomerId, Column::CurrencyCode])
                .expr_as(
                    Expr::SubQuery(None, Box::new(end_of_orders(<Expr as ExprTrait>::min).into())),
                    "first_placed_at",
                )
                .expr_as(
                    Expr::SubQuery(None, Box::new(end_of_orders(<Expr as ExprTrait>::max).into())),
                    "last_placed_at",
                )
                .from(Entity)
                .and_where(dialect::any_of(
                    unit.call().database.backend(),
                    dialect::column(Column::CustomerId),
                    chunk.iter().map(|customer| customer.uuid()),
                ))
                .take();
            for found in unit.db().query_all(&select).await? {
                let key = (found.try_get("", "customer_id")?, found.try_get("", "currency_code")?);
                let Some(row) = self.rows.get_mut(&key).filter(|_| keys.contains(&key)) else {
                    continue;
                };
                // No order is left that counts: the row goes.
                if let Some(first) = found.try_get("", "first_placed_at")? {
                    row.first_placed_at = first;
                }
                if let Some(last) = found.try_get("", "last_placed_at")? {
                    row.last_placed_at = last;
                }
            }
        }
        Ok(())
    }

    async fn save(self, unit: &UnitOfWork) -> Result<(), DbErr> {
        let rows: Vec<Model> = self.rows.into_values().collect();
        for chunk in rows.chunks(ROWS) {
            // Every row exists and is locked, so this only ever updates: one statement for all of them.
            Entity::insert_many(chunk.iter().cloned().map(IntoActiveModel::into_active_model))
                .on_conflict(
                    OnConflict::columns([Column::CustomerId, Column::CurrencyCode])
                        .update_columns([
                            Column::OrderCount,
                            Column::SpentAmount,
                            Column::RefundedAmount,
                            Column::ReturnedOrderCount,
                            Column::FirstPlacedAt,
                            Column::LastPlacedAt,
                        ])
                        .to_owned(),
                )
                .exec_without_returning(unit.db())
                .await?;
        }
        let empty: Vec<&Model> = rows.iter().filter(|row| row.order_count == 0).collect();
        for chunk in empty.chunks(ROWS) {
            // Nobody else ever leaves a row of nothing behind.
            Entity::delete_many()
                .filter(dialect::any_of(
                    unit.call().database.backend(),
                    dialect::column(Column::CustomerId),
                    chunk.iter().map(|row| row.customer_id.uuid()),
                ))
                .filter(Column::OrderCount.eq(0))
                .exec(unit.db())
                .await?;
        }
        Ok(())
    }
}

/// The first or the last order that counts in the sums of the row around, by one look at the index.
fn end_of_orders(end: fn(Expr) -> Expr) -> SelectStatement {
    let link = |column: order_link::Column| Expr::col((order_link::Entity, column));
    Query::select()
        .expr(end(link(order_link::Column::PlacedAt)))
        .from(order_link::Entity)
        .and_where(link(order_link::Column::CustomerId).equals((Entity, Column::CustomerId)))
        .and_where(link(order_link::Column::CurrencyCode).equals((Entity, Column::CurrencyCode)))
        .and_where(link(order_link::Column::IsCanceled).eq(false))
        .take()
}

fn sum(known: i64, more: i128) -> Result<i64, DbErr> {
    i64::try_from(i128::from(known) + more).map_err(|_| DbErr::Type("a sum that was found too large".to_owned()))
}
