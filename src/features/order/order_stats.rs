//! What the schema shows of a customer's orders, added up.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Object, Result, SimpleObject};
use entity::{
    id::{CustomerId, PrefixedId},
    order_stats::{Column, Model},
};
use rust_decimal::Decimal as Exact;
use sea_orm::{DbErr, QueryFilter, QueryOrder};

use super::visibility::{sees_sums_of, sums_visible_to};
use crate::{
    graphql::{Batch, ContextExt, CurrencyCode, DateTime, Decimal, Money},
    work::{Call, dialect},
};

/// The sums of a customer, by currency.
#[derive(Debug)]
pub struct SumsOfCustomer;

impl Batch for SumsOfCustomer {
    type Key = CustomerId;
    type Value = Arc<Vec<Model>>;

    async fn load(call: &Call, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Self::Value>, DbErr> {
        let select = sums_visible_to(&call.viewer)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::CustomerId),
                keys.iter().map(|customer| customer.uuid()),
            ))
            .order_by_asc(Column::CustomerId)
            .order_by_asc(Column::CurrencyCode);
        let mut sums: HashMap<CustomerId, Vec<Model>> = HashMap::with_capacity(keys.len());
        for row in call.db().rows(select).await? {
            sums.entry(row.customer_id).or_default().push(row);
        }
        Ok(sums.into_iter().map(|(id, rows)| (id, Arc::new(rows))).collect())
    }
}

/// The sums of a customer, for who may see them.
///
/// # Errors
/// Faults.
pub async fn order_stats_of(ctx: &Context<'_>, customer: CustomerId) -> Result<Option<OrderStats>> {
    if !sees_sums_of(ctx.viewer(), customer) {
        return Ok(None);
    }
    let rows = ctx.load::<SumsOfCustomer>(customer).await?.unwrap_or_default();
    Ok(Some(OrderStats(rows)))
}

/// The orders of a customer, added up.
#[derive(Clone, Debug)]
pub struct OrderStats(Arc<Vec<Model>>);

/// The orders of a customer in one currency, added up. Canceled orders do not count, and neither do their refunds.
#[derive(Clone, Debug, SimpleObject)]
pub struct OrderStatsInCurrency {
    /// The currency.
    currency_code: CurrencyCode,
    /// How many orders there are.
    order_count: i64,
    /// The totals of the orders, added up; what was paid back is not taken off.
    spent: Money,
    /// The total of an order on average, rounded to the decimals of the currency, a half to the even neighbor.
    average: Money,
    /// What was paid back: the refunds that were not canceled, rejected or declined and did not fail.
    refunded: Money,
    /// How many orders have a return that was not canceled, rejected or declined and did not fail.
    returned_order_count: i64,
    /// When the first of the orders was placed.
    first_order_at: DateTime,
    /// When the last of the orders was placed.
    last_order_at: DateTime,
}

/// The orders of a customer, added up. Canceled orders do not count, and neither do their refunds.
#[Object]
impl OrderStats {
    /// How many orders there are, in all currencies together.
    async fn order_count(&self) -> i64 {
        self.count(|row| row.order_count)
    }

    /// The sums for each currency, by its code; empty where there is no order.
    async fn by_currency(&self) -> Vec<OrderStatsInCurrency> {
        self.0.iter().map(OrderStatsInCurrency::of).collect()
    }

    /// When the first of the orders was placed; null where there is none.
    async fn first_order_at(&self) -> Option<DateTime> {
        self.0.iter().map(|row| row.first_placed_at).min().map(DateTime)
    }

    /// When the last of the orders was placed; null where there is none.
    async fn last_order_at(&self) -> Option<DateTime> {
        self.0.iter().map(|row| row.last_placed_at).max().map(DateTime)
    }

    /// How many orders have a return that was not canceled, rejected or declined and did not fail.
    async fn returned_order_count(&self) -> i64 {
        self.count(|row| row.returned_order_count)
    }

    /// The part of the orders that have a return, from 0 to 1, rounded to four decimals, a half to the even neighbor;
    /// null where there is no order.
    async fn return_rate(&self) -> Option<Decimal> {
        let orders = self.count(|row| row.order_count);
        let returned = self.count(|row| row.returned_order_count);
        let rate = rounded_share(i128::from(returned) * 10_000, orders)?;
        Some(Decimal(Exact::new(rate, 4)))
    }
}

impl OrderStats {
    fn count(&self, of: fn(&Model) -> i64) -> i64 {
        self.0.iter().map(of).fold(0, i64::saturating_add)
    }
}

impl OrderStatsInCurrency {
    fn of(row: &Model) -> Self {
        let money = |minor| Money::from_minor(minor, &row.currency_code);
        let average = rounded_share(i128::from(row.spent_amount), row.order_count).unwrap_or_default();
        Self {
            currency_code: CurrencyCode(row.currency_code.clone()),
            order_count: row.order_count,
            spent: money(row.spent_amount),
            average: money(average),
            refunded: money(row.refunded_amount),
            returned_order_count: row.returned_order_count,
            first_order_at: DateTime(row.first_placed_at),
            last_order_at: DateTime(row.last_placed_at),
        }
    }
}

/// A sum divided by a count, rounded, a half to the even neighbor; `None` where there is nothing to divide by.
fn rounded_share(sum: i128, count: i64) -> Option<i64> {
    let count = Some(i128::from(count)).filter(|count| *count > 0)?;
    let (below, rest) = (sum.div_euclid(count), sum.rem_euclid(count));
    let goes_up = match (2 * rest).cmp(&count) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => below.rem_euclid(2) == 1,
        std::cmp::Ordering::Greater => true,
    };
    i64::try_from(below + i128::from(goes_up)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_rounded_to_the_even_neighbor() {
        for (sum, count, share) in [
            (10, 4, 2),
            (14, 4, 4),
            (15, 4, 4),
            (13, 4, 3),
            (-10, 4, -2),
            (-14, 4, -4),
            (-13, 4, -3),
            (1, 3, 0),
            (2, 3, 1),
            (7, 1, 7),
        ] {
            assert_eq!(rounded_share(sum, count), Some(share), "{sum} / {count}");
        }
        assert_eq!(rounded_share(7, 0), None);
        assert_eq!(rounded_share(i64::MAX.into(), 1), Some(i64::MAX));
    }
}
