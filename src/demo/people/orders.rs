//! What the demo population ordered, when, and what became of it.

use super::DEMO_NOW;
use super::census::{Census, Person};
use super::currencies::Currency;
use super::products::PRODUCTS;
use super::random::{Random, Subject};
use super::types::{
    DemoFulfillmentStatus as Fulfillment, DemoOrder, DemoOrderLine, DemoOrderStatus as Status,
    DemoPaymentStatus as Payment,
};
use chrono::{DateTime, TimeDelta, Utc};

/// The channels that orders come in through.
pub const DEMO_CHANNELS: [&str; 3] = ["web", "store", "phone"];

/// The index of the shop that one walks into, where everything is settled at the till.
const STORE: usize = 1;

/// The most orders that a customer has.
pub(super) const MOST_ORDERS: usize = 60;

/// How many of 100 orders have one, two, three and four lines.
const LINES: [usize; 4] = [48, 28, 15, 9];

/// Orders worth this many euro cents are delivered for free.
const FREE_DELIVERY: i64 = 12_000;

/// What the delivery costs in euro cents, by mail and by courier.
const DELIVERY: (i64, i64) = (495, 1295);

const DAY: i64 = 24 * 60 * 60;

impl Census {
    /// The orders of the customer, oldest first.
    pub(super) fn orders(
        &self,
        index: usize,
        registered: bool,
        wholesale: bool,
        person: &Person,
        created_at: DateTime<Utc>,
    ) -> Vec<DemoOrder> {
        let mut random = self.random(Subject::Orders, index);
        let age = (DEMO_NOW - created_at).num_seconds();
        // Nobody orders more often than every three days, on average.
        let most = 1 + usize::try_from(age / (3 * DAY)).unwrap_or(0);
        let number = number_of_orders(registered, &mut random).min(most);
        let mut seconds: Vec<i64> = (0..number).map(|_| random.between(0, age)).collect();
        if let Some(first) = seconds.first_mut() {
            // A guest is first seen with an order; many an account is made for one.
            if !registered || random.percent(35) {
                *first = 0;
            }
        }
        seconds.sort_unstable();
        seconds
            .into_iter()
            .enumerate()
            .map(|(position, second)| {
                let placed_at = created_at + TimeDelta::seconds(second);
                let display = 100_000 + index * MOST_ORDERS + position;
                let mut order = any_order(placed_at, registered, wholesale, person, &mut random);
                order.id = format!("DEMO-{index:06}-{:02}", position + 1);
                order.display_id = format!("#{display}");
                order
            })
            .collect()
    }
}

/// How many orders a customer placed: none or a few, and with some customers many.
fn number_of_orders(registered: bool, random: &mut Random) -> usize {
    if !registered {
        return 1 + random.weighted(&[72, 18, 7, 3]);
    }
    match random.below(100) {
        0..16 => 0,
        16..64 => {
            let mut number = 1;
            while number < MOST_ORDERS && random.percent(62) {
                number += 1;
            }
            number
        }
        // Twice as many orders are half as frequent.
        _ => loop {
            let number = 7000 / (1 + random.below(1000));
            if number <= MOST_ORDERS {
                break number;
            }
        },
    }
}

/// An order without its ids.
fn any_order(
    placed_at: DateTime<Utc>,
    registered: bool,
    wholesale: bool,
    person: &Person,
    random: &mut Random,
) -> DemoOrder {
    let currency = person.country.currency;
    let channel = random.weighted(if registered { &[76, 16, 8] } else { &[90, 2, 8] });
    let (lines, worth) = any_lines(currency, wholesale, random);
    let shipping_amount = match random.below(100) {
        _ if channel == STORE => 0,
        0..12 => currency.price(DELIVERY.1),
        _ if worth >= FREE_DELIVERY => 0,
        _ => currency.price(DELIVERY.0),
    };
    let total = lines.iter().map(|line| line.total).sum::<i64>() + shipping_amount;
    let (status, payment_status, fulfillment_status) = if channel == STORE {
        settled(random)
    } else {
        state((DEMO_NOW - placed_at).num_days(), random)
    };
    DemoOrder {
        id: String::new(),
        display_id: String::new(),
        placed_at,
        status,
        payment_status,
        fulfillment_status,
        currency: currency.code,
        currency_exponent: currency.exponent,
        channel,
        lines,
        shipping_amount,
        total,
    }
}

/// The lines of an order and what they are worth in euro cents.
fn any_lines(currency: &Currency, wholesale: bool, random: &mut Random) -> (Vec<DemoOrderLine>, i64) {
    let number = 1 + random.weighted(&LINES);
    let mut lines: Vec<DemoOrderLine> = Vec::with_capacity(number);
    let mut worth = 0;
    while lines.len() < number {
        let product = random.pick(&PRODUCTS);
        if lines.iter().any(|line| line.sku == product.sku) {
            continue;
        }
        let quantity = if wholesale {
            6 * (1 + random.below(12))
        } else {
            1 + random.weighted(&[78, 15, 5, 2])
        } as u32;
        let unit_price = currency.price(product.euro_cents);
        worth += product.euro_cents * i64::from(quantity);
        lines.push(DemoOrderLine {
            title: product.title,
            sku: product.sku,
            quantity,
            unit_price,
            total: unit_price * i64::from(quantity),
        });
    }
    (lines, worth)
}

/// What became of an order that was placed so many days ago.
fn state(days: i64, random: &mut Random) -> (Status, Payment, Fulfillment) {
    let pending = if random.percent(18) {
        Payment::Pending
    } else {
        Payment::Authorized
    };
    match days {
        _ if random.percent(4) => {
            let payment = if random.percent(70) {
                Payment::Voided
            } else {
                Payment::Refunded
            };
            (Status::Canceled, payment, Fulfillment::Unfulfilled)
        }
        0..=1 => (Status::Open, pending, Fulfillment::Unfulfilled),
        2..=5 if random.percent(40) => (Status::Open, pending, Fulfillment::Unfulfilled),
        2..=5 if random.percent(30) => (Status::Open, Payment::Paid, Fulfillment::PartiallyFulfilled),
        2..=9 => (Status::Completed, Payment::Paid, Fulfillment::Fulfilled),
        _ => settled(random),
    }
}

/// What became of an order that is through, mostly for good.
fn settled(random: &mut Random) -> (Status, Payment, Fulfillment) {
    match random.below(100) {
        0..4 => (Status::Returned, Payment::Refunded, Fulfillment::Returned),
        4..7 => (Status::Completed, Payment::PartiallyRefunded, Fulfillment::Fulfilled),
        _ => (Status::Completed, Payment::Paid, Fulfillment::Fulfilled),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DEMO_NOW, population};
    use super::{DEMO_CHANNELS, MOST_ORDERS};
    use std::collections::HashSet;

    #[test]
    fn the_totals_add_up() {
        for order in population(11, 5000).flat_map(|customer| customer.orders) {
            let mut sum = order.shipping_amount;
            for line in &order.lines {
                assert!(line.unit_price > 0 && line.quantity > 0);
                assert_eq!(line.total, line.unit_price * i64::from(line.quantity));
                sum += line.total;
            }
            assert_eq!(order.total, sum, "{}", order.id);
            assert!((1..=4).contains(&order.lines.len()));
            assert!(order.channel < DEMO_CHANNELS.len());
            let exponent = if order.currency == "JPY" { 0 } else { 2 };
            assert_eq!(order.currency_exponent, exponent);
        }
    }

    #[test]
    fn order_ids_are_unique_and_orders_lie_between_the_customer_and_now() {
        let (mut ids, mut display_ids) = (HashSet::new(), HashSet::new());
        for customer in population(12, 5000) {
            let mut earliest = customer.created_at;
            for order in customer.orders {
                assert!(earliest <= order.placed_at && order.placed_at <= DEMO_NOW);
                assert!(customer.updated_at >= order.placed_at);
                earliest = order.placed_at;
                assert!(ids.insert(order.id) && display_ids.insert(order.display_id));
            }
        }
    }

    #[test]
    fn many_have_few_orders_and_few_have_many() {
        let numbers: Vec<usize> = population(13, 20_000).map(|customer| customer.orders.len()).collect();
        let mean = numbers.iter().sum::<usize>() as f64 / numbers.len() as f64;
        assert!((4.0..6.0).contains(&mean), "{mean}");
        let few = numbers.iter().filter(|number| **number <= 3).count();
        assert!(few > numbers.len() / 2, "{few}");
        let most = numbers.iter().max().copied().unwrap_or(0);
        assert!((50..=MOST_ORDERS).contains(&most), "{most}");
    }
}
