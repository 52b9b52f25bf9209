//! A believable population for demonstrations: customers with names, addresses, phone numbers,
//! groups, organizations and orders, made from nothing but a seed.
//!
//! The generator is pure and deterministic: `customer` computes any customer from the seed, the
//! index and the size of the population, and `population` streams all of them without holding
//! more than one. Nothing depends on the machine, the time or the version of another crate, so the
//! same seed gives the same people forever; a test holds on to a fingerprint.
//!
//! Nobody here exists. E-mail addresses are at names that nobody can own, and phone numbers come
//! from the ranges set aside for fiction wherever a country has such ranges that libraries accept.
//! Elsewhere a number may belong to somebody: never call or text it. The reserved ranges are small,
//! so that in a large population strangers have a number in common; whether two customers are the
//! same person is told by `DemoCustomer::duplicate_of` alone.

mod addresses;
mod census;
mod countries;
mod currencies;
mod customers;
mod e_mails;
mod engagement;
mod names;
mod orders;
mod organizations;
mod phones;
mod products;
mod random;
mod stream;
mod types;

pub use engagement::DEMO_GROUPS;
pub use orders::DEMO_CHANNELS;
pub use organizations::organization_count;
pub use stream::Stream;
pub use types::{
    DemoAddress, DemoCustomer, DemoFulfillmentStatus, DemoMember, DemoOrder, DemoOrderLine, DemoOrderStatus,
    DemoOrganization, DemoPaymentStatus, DemoPhone, DemoRole, DemoValue,
};

use census::Census;
use chrono::{DateTime, Utc};

/// The instant at which the demo population is looked at: 2026-11-01T00:00:00Z. Nothing in it is
/// later.
pub const DEMO_NOW: DateTime<Utc> = match DateTime::from_timestamp(1_793_491_200, 0) {
    Some(now) => now,
    None => DateTime::UNIX_EPOCH,
};

/// All customers of a population of the given size, in the order in which they were first seen.
/// Skipping with `nth` costs nothing.
pub fn population(seed: u64, customers: usize) -> Stream<DemoCustomer> {
    Stream::new(Census::new(seed, customers), 0..customers, Census::customer)
}

/// The customer with the given index, which must be below the number of customers.
pub fn customer(seed: u64, index: usize, customers: usize) -> DemoCustomer {
    Census::new(seed, customers).customer(index)
}

/// All organizations of a population of the given number of customers.
pub fn organizations(seed: u64, customers: usize) -> Stream<DemoOrganization> {
    let indexes = 0..organization_count(customers);
    Stream::new(Census::new(seed, customers), indexes, Census::organization)
}

/// The organization with the given index in a population of the given number of customers. One that
/// is not below [`organization_count`] has no members.
pub fn organization(seed: u64, index: usize, customers: usize) -> DemoOrganization {
    Census::new(seed, customers).organization(index)
}

#[cfg(test)]
mod tests {
    use super::{DEMO_GROUPS, DEMO_NOW, DemoCustomer, customer, organization, organizations, population};
    use chrono::TimeDelta;
    use std::collections::{HashMap, HashSet};

    /// How many of 100 customers it applies to.
    fn percentage(customers: &[DemoCustomer], applies: impl Fn(&DemoCustomer) -> bool) -> f64 {
        let number = customers.iter().filter(|customer| applies(customer)).count();
        number as f64 * 100.0 / customers.len() as f64
    }

    #[test]
    fn now_is_the_first_of_november_2026() {
        assert_eq!(DEMO_NOW.to_rfc3339(), "2026-11-01T00:00:00+00:00");
    }

    #[test]
    fn the_same_seed_gives_the_same_people_and_another_one_others() {
        assert!(population(1, 500).eq(population(1, 500)));
        assert!(organizations(1, 500).eq(organizations(1, 500)));
        assert!(
            population(1, 500)
                .zip(population(2, 500))
                .any(|(one, other)| one != other)
        );
    }

    #[test]
    fn a_customer_is_the_nth_of_the_population() {
        for index in [0, 1, 17, 499, 999] {
            assert_eq!(population(7, 1000).nth(index), Some(customer(7, index, 1000)));
        }
        assert_eq!(population(7, 1000).nth(1000), None);
        assert_eq!(population(7, 1000).len(), 1000);
        assert_eq!(
            population(7, 1000).skip(300).step_by(7).nth(2),
            Some(customer(7, 314, 1000))
        );
        assert_eq!(organizations(7, 1000).nth(3), Some(organization(7, 3, 1000)));
    }

    #[test]
    fn small_populations_and_extreme_seeds_are_fine() {
        for customers in [0, 1, 2, 3, 19, 20, 21, 59, 60, 61] {
            for seed in [0, 1, u64::MAX] {
                assert_eq!(
                    population(seed, customers).filter(|it| it.index < customers).count(),
                    customers
                );
                for organization in organizations(seed, customers) {
                    assert!(organization.members.iter().all(|member| member.customer < customers));
                }
            }
        }
    }

    #[test]
    fn registered_customers_have_distinct_emails() {
        let mut met = HashSet::new();
        for customer in population(42, 20_000).filter(|customer| customer.registered) {
            assert!(met.insert(customer.email.to_lowercase()), "{}", customer.email);
        }
    }

    #[test]
    fn emails_are_plain_and_at_reserved_names() {
        for customer in population(43, 20_000) {
            let (names, domain) = customer.email.split_once('@').unwrap();
            assert!(!names.is_empty() && names.len() <= 64, "{}", customer.email);
            let plain = |it: u8| it.is_ascii_alphanumeric() || b".-_+@".contains(&it);
            assert!(customer.email.bytes().all(plain), "{}", customer.email);
            let domain = domain.to_lowercase();
            let reserved = ["example.com", "example.org", "example.net"].contains(&domain.as_str());
            assert!(reserved || domain.ends_with(".example"), "{}", customer.email);
        }
    }

    #[test]
    fn the_shares_are_as_described() {
        let people: Vec<_> = population(44, 20_000).collect();
        let within = |share: f64, low: f64, high: f64| assert!((low..high).contains(&share), "{share}");
        within(percentage(&people, |it| it.duplicate_of.is_some()), 2.6, 3.4);
        within(percentage(&people, |it| !it.registered), 33.5, 36.5);
        within(percentage(&people, |it| it.company_name.is_some()), 13.5, 16.5);
        within(percentage(&people, |it| it.shares_email_with.is_some()), 3.5, 5.5);
        within(percentage(&people, |it| it.groups.is_empty()), 30.0, 50.0);
        let groups = people.iter().map(|it| it.groups.len()).sum::<usize>();
        within(groups as f64 / people.len() as f64, 1.35, 1.65);
        let addresses = people.iter().map(|it| it.addresses.len()).sum::<usize>();
        within(addresses as f64 / people.len() as f64, 1.5, 1.7);
        let in_last_year = DEMO_NOW - TimeDelta::days(365);
        within(percentage(&people, |it| it.created_at >= in_last_year), 43.0, 47.0);
    }

    #[test]
    fn duplicates_are_the_same_person_as_somebody_earlier() {
        let people: Vec<_> = population(45, 20_000).collect();
        for (customer, twin) in people.iter().filter_map(|it| Some((it, &people[it.duplicate_of?]))) {
            assert!(twin.index < customer.index && twin.created_at <= customer.created_at);
            assert!(twin.duplicate_of.is_none() && twin.shares_email_with.is_none());
            let number = |it: &DemoCustomer| it.phone.as_ref().map(|phone| phone.e164.clone());
            assert_eq!(number(customer), number(twin));
            let spelling = |it: &DemoCustomer| {
                let email = it.email.to_lowercase().replace("+shop", "");
                email.replace(['.', '_', '-'], "")
            };
            let same_name = customer.first_name.to_lowercase() == twin.first_name.to_lowercase()
                && customer.last_name.to_lowercase() == twin.last_name.to_lowercase();
            let found = number(twin).is_some() || spelling(customer) == spelling(twin) || same_name;
            assert!(found, "{customer:?} {twin:?}");
            assert_eq!(customer.country_code, twin.country_code);
            let home = |it: &DemoCustomer| Some(it.addresses.first()?.street_line_1.clone());
            assert!(home(customer).is_some());
            assert!(home(twin).is_none_or(|street| Some(street) == home(customer)));
        }
    }

    #[test]
    fn guests_of_a_household_share_the_email_and_the_family_name() {
        let people: Vec<_> = population(46, 20_000).collect();
        let mut heads = [0, 0];
        for guest in people.iter().filter(|it| it.shares_email_with.is_some()) {
            let head = &people[guest.shares_email_with.unwrap()];
            assert!(!guest.registered && head.index < guest.index);
            assert_eq!((&guest.email, &guest.last_name), (&head.email, &head.last_name));
            assert_ne!(guest.first_name, head.first_name);
            heads[usize::from(head.registered)] += 1;
        }
        assert!(heads[0] > 100 && heads[1] > 100, "{heads:?}");
    }

    #[test]
    fn dates_groups_and_addresses_are_in_order() {
        let mut earliest = DEMO_NOW - TimeDelta::days(1096);
        for customer in population(47, 20_000) {
            assert!(earliest <= customer.created_at && customer.created_at <= DEMO_NOW);
            assert!(customer.created_at <= customer.updated_at && customer.updated_at <= DEMO_NOW);
            earliest = customer.created_at;
            assert!(customer.groups.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(customer.groups.iter().all(|group| *group < DEMO_GROUPS.len()));
            let shipping = |it: &super::DemoAddress| it.default_shipping;
            assert_eq!(customer.addresses.iter().position(shipping).unwrap_or(0), 0);
            let billing = customer.addresses.iter().filter(|it| it.default_billing).count();
            assert_eq!(billing, usize::from(!customer.addresses.is_empty()));
            let names: HashSet<_> = customer.addresses.iter().map(|address| address.name).collect();
            assert_eq!(names.len(), customer.addresses.len());
            let keys: HashMap<_, _> = customer.metadata.iter().map(|(key, value)| (key, value)).collect();
            assert_eq!(keys.len(), customer.metadata.len());
        }
    }

    /// The population is a promise: this test fails when anything about it changes. If the change is
    /// meant, put the new fingerprint here.
    #[test]
    fn the_population_stays_what_it_is() {
        let described = population(2026, 2000).map(|customer| format!("{customer:?}"));
        let described = described.chain(organizations(2026, 2000).map(|it| format!("{it:?}")));
        // FNV-1a, which unlike the hashers of the standard library never changes.
        let fingerprint = described
            .flat_map(String::into_bytes)
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        assert_eq!(format!("{fingerprint:016x}"), "754aae9242015697");
    }
}
