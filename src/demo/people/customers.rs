//! How a customer of the demo population is put together.

use super::census::{Census, Kind, Person};
use super::random::{Random, Subject};
use super::types::DemoCustomer;
use super::{DEMO_NOW, names, phones};
use chrono::{DateTime, TimeDelta, Utc};

/// The seconds of the three years before [`DEMO_NOW`] that customers were first seen in.
const SPAN: i64 = 1096 * 24 * 60 * 60;

impl Census {
    /// The customer with everything that belongs to them.
    pub(super) fn customer(&self, index: usize) -> DemoCustomer {
        let kind = self.kind(index);
        let Kind {
            registered,
            duplicate_of,
            shares_email_with,
        } = kind;
        let person = self.person(index, &kind);
        let mut random = self.random(Subject::Variation, index);
        let (first_name, last_name) = match duplicate_of {
            Some(_) if !registered || person.phone.is_some() => varied_name(&person, &mut random),
            _ => (person.first_name.clone(), person.last_name.clone()),
        };
        let email = self.email(index, &kind, &person, &mut random);
        let phone = person.phone.as_ref().map(|phone| phones::retyped(phone, &mut random));
        let created_at = created_at(self, index);
        let wholesale = self.buys_wholesale(index, registered, &person);
        let orders = self.orders(index, registered, wholesale, &person, created_at);
        let engagement = self.engagement(index, registered, wholesale, &orders);
        let names = (first_name.as_str(), last_name.as_str());
        // A twin always gives the address they really live at.
        let at_least = usize::from(duplicate_of.is_some());
        let addresses = self.addresses(index, &person, names, phone.as_ref(), at_least);
        let last_order = orders.last().map_or(created_at, |order| order.placed_at);
        DemoCustomer {
            index,
            registered,
            email,
            phone,
            country_code: person.country.code,
            created_at,
            updated_at: self.updated_at(index, created_at).max(last_order),
            metadata: engagement.metadata,
            addresses,
            groups: engagement.groups,
            organization: self.member(index).map(|membership| membership.organization),
            orders,
            duplicate_of,
            shares_email_with,
            first_name,
            last_name,
            company_name: person.company_name,
        }
    }

    /// The e-mail address that the customer gives. A registered one gives their own; a guest may give
    /// one of the household or, as a twin, another spelling of the one they gave before.
    fn email(&self, index: usize, kind: &Kind, person: &Person, random: &mut Random) -> String {
        if let Some(head) = kind.shares_email_with {
            return self.email_of(head);
        }
        if let Some(original) = kind.duplicate_of.filter(|_| !kind.registered) {
            let before = self.email_of(original);
            // Without a phone number, nothing else tells that it is the same person.
            match random.below(if person.phone.is_some() { 10 } else { 8 }) {
                0..3 => return capitalized(&before),
                3..5 => return before.replacen('@', "+shop@", 1),
                5..7 => return without_punctuation(&before),
                7 => return before,
                _ => {}
            }
        }
        let name = (person.first_name.as_str(), person.last_name.as_str());
        self.own_email(index, name, person.country)
    }

    /// When the customer last changed, not counting orders.
    fn updated_at(&self, index: usize, created_at: DateTime<Utc>) -> DateTime<Utc> {
        let mut random = self.random(Subject::Updated, index);
        let age = (DEMO_NOW - created_at).num_seconds();
        let unchanged = random.percent(30);
        let later = if unchanged { 0 } else { random.between(0, age) };
        created_at + TimeDelta::seconds(later)
    }
}

/// When the customer was first seen. Every customer has a stretch of the three years to themselves,
/// and the stretches become denser: in the end three times as dense as in the beginning.
pub(super) fn created_at(census: &Census, index: usize) -> DateTime<Utc> {
    let within = census.random(Subject::Created, index).fraction();
    let share = (index as f64 + within) / census.customers.max(1) as f64;
    // The inverse of share = (x + x²) / 2. The square root is exact on every machine.
    let position = ((1.0 + 8.0 * share.min(1.0)).sqrt() - 1.0) / 2.0;
    let seconds = (position * SPAN as f64) as i64;
    DEMO_NOW - TimeDelta::seconds((SPAN - seconds).max(0))
}

/// The name as a twin gives it: often with a slip, at times in another spelling.
fn varied_name(person: &Person, random: &mut Random) -> (String, String) {
    let (first, last) = (person.first_name.clone(), person.last_name.clone());
    match random.below(10) {
        0..3 => (names::mistyped(&first, random), last),
        3..6 => (first, names::mistyped(&last, random)),
        6 => (first, last.to_uppercase()),
        7 => (first.to_lowercase(), last.to_lowercase()),
        _ => (first, last),
    }
}

/// The address with a capital at the start of each of its words.
fn capitalized(address: &str) -> String {
    let mut start = true;
    address
        .chars()
        .map(|it| {
            let capital = start;
            start = !it.is_ascii_alphanumeric();
            if capital { it.to_ascii_uppercase() } else { it }
        })
        .collect()
}

/// The address without the punctuation between the names.
fn without_punctuation(address: &str) -> String {
    let (names, domain) = address.split_once('@').unwrap_or((address, "example.com"));
    let names: String = names.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{names}@{domain}")
}

#[cfg(test)]
mod tests {
    use super::{DEMO_NOW, SPAN, capitalized, without_punctuation};
    use chrono::TimeDelta;

    #[test]
    fn the_span_is_three_years() {
        let start = DEMO_NOW - TimeDelta::seconds(SPAN);
        assert_eq!(start.to_rfc3339(), "2023-11-01T00:00:00+00:00");
    }

    #[test]
    fn emails_can_be_spelled_in_other_ways() {
        assert_eq!(capitalized("zoe.vos2@mail.example"), "Zoe.Vos2@Mail.Example");
        assert_eq!(without_punctuation("zoe.vos2@mail.example"), "zoevos2@mail.example");
    }
}
