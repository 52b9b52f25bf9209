//! How close the demo population is to the shop: the groups they are in and what is noted about them.

use super::census::{Census, Person};
use super::random::Subject;
use super::types::{DemoOrder, DemoOrderStatus, DemoPaymentStatus, DemoValue};

/// The groups of the demo population.
pub const DEMO_GROUPS: [&str; 10] = [
    "VIP",
    "Wholesale",
    "Newsletter",
    "Employees",
    "Early access",
    "Returns watch",
    "Loyalty program",
    "Birthday club",
    "Students",
    "Press",
];

const VIP: usize = 0;
const WHOLESALE: usize = 1;
const NEWSLETTER: usize = 2;
const EMPLOYEES: usize = 3;
const EARLY_ACCESS: usize = 4;
const RETURNS_WATCH: usize = 5;
const LOYALTY_PROGRAM: usize = 6;
const BIRTHDAY_CLUB: usize = 7;
const STUDENTS: usize = 8;
const PRESS: usize = 9;

/// The tiers of the loyalty program, each with the points it starts at.
const TIERS: [(&str, i64); 4] = [("platinum", 3000), ("gold", 1200), ("silver", 400), ("bronze", 0)];

/// How customers say they found the shop.
const SOURCES: [&str; 7] = [
    "search",
    "friend",
    "instagram",
    "newsletter",
    "store_visit",
    "magazine",
    "fair",
];

/// The groups of a customer and what is noted about them.
pub(super) struct Engagement {
    pub(super) groups: Vec<usize>,
    pub(super) metadata: Vec<(&'static str, DemoValue)>,
}

impl Census {
    /// Whether the customer buys large quantities to sell them again.
    pub(super) fn buys_wholesale(&self, index: usize, registered: bool, person: &Person) -> bool {
        let company = person.company_name.is_some();
        registered && company && self.random(Subject::Wholesale, index).percent(30)
    }

    /// The groups of the customer and what is noted about them, given what they ordered.
    pub(super) fn engagement(
        &self,
        index: usize,
        registered: bool,
        wholesale: bool,
        orders: &[DemoOrder],
    ) -> Engagement {
        let mut random = self.random(Subject::Engagement, index);
        let mut joined = [false; DEMO_GROUPS.len()];
        let mut metadata = Vec::new();
        if registered {
            let engaged = random.percent(73);
            joined[NEWSLETTER] = engaged && random.percent(90);
            joined[EARLY_ACCESS] = engaged && random.percent(42);
            joined[LOYALTY_PROGRAM] = engaged && random.percent(70);
            joined[BIRTHDAY_CLUB] = engaged && random.percent(48);
            joined[STUDENTS] = !wholesale && random.percent(8);
            joined[EMPLOYEES] = !wholesale && random.percent(1);
            joined[PRESS] = random.per_mille(6);
            joined[WHOLESALE] = wholesale;
        } else {
            joined[NEWSLETTER] = random.percent(34);
        }
        if joined[LOYALTY_PROGRAM] {
            let bought = orders.iter().filter(|order| order.status == DemoOrderStatus::Completed);
            let points = bought.map(|_| random.between(20, 160)).sum::<i64>();
            let points = points + random.between(0, 60);
            let tier = TIERS
                .iter()
                .find(|(_, least)| points >= *least)
                .map_or("bronze", |it| it.0);
            metadata.push(("loyalty_tier", DemoValue::Text(tier)));
            metadata.push(("loyalty_points", DemoValue::Integer(points)));
            joined[VIP] = points >= TIERS[1].1;
        }
        joined[VIP] |= registered && orders.len() >= 15 && random.percent(60);
        let came_back = |order: &&DemoOrder| {
            matches!(
                order.payment_status,
                DemoPaymentStatus::Refunded | DemoPaymentStatus::PartiallyRefunded
            )
        };
        joined[RETURNS_WATCH] = orders.iter().filter(came_back).count() >= 3;
        if random.percent(24) {
            let source = *random.pick(&SOURCES);
            metadata.push(("found_by", DemoValue::Text(source)));
        }
        if wholesale {
            metadata.push(("payment_days", DemoValue::Integer(*random.pick(&[14, 30, 30, 60]))));
        }
        let groups = (0..DEMO_GROUPS.len()).filter(|group| joined[*group]).collect();
        Engagement { groups, metadata }
    }
}
