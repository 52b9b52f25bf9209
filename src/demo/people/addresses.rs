//! Where the demo population lives, works and sends presents to.

use super::census::{Census, Person};
use super::countries::{Country, Place, StreetForm, any_country};
use super::random::{Random, Subject};
use super::types::{DemoAddress, DemoPhone};

/// How many customers of 100 have so many addresses, from none to four.
const NUMBERS: [usize; 5] = [12, 42, 26, 14, 6];

/// What people call their second address and the ones after it.
#[rustfmt::skip]
const FURTHER_NAMES: [&str; 8] = [
    "Office", "Home", "Parents", "Partner", "Vacation home", "Neighbors", "Friends", "Pickup point",
];

/// A place to live, down to the door.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) place: &'static Place,
    pub(super) street_line_1: String,
    pub(super) street_line_2: Option<String>,
}

/// Any home in the country.
pub(super) fn any_home(country: &Country, random: &mut Random) -> Home {
    let place = random.pick(country.places);
    any_home_at(country, place, random)
}

/// Any home at the place, which lies in the country.
fn any_home_at(country: &Country, place: &'static Place, random: &mut Random) -> Home {
    let streets = if place.streets.is_empty() {
        country.streets
    } else {
        place.streets
    };
    let street = random.pick(streets);
    // Low numbers are more frequent than high ones, since every street has them.
    let highest = 1 + random.below(180);
    let number = 1 + random.below(highest);
    let street_line_1 = match country.street_form {
        StreetForm::NumberFirst => format!("{number} {street}"),
        StreetForm::NumberLast => format!("{street} {number}"),
        StreetForm::NumberAfterComma => format!("{street}, {number}"),
        StreetForm::Blocks => {
            let (block, building) = (1 + random.below(25), 1 + random.below(30));
            format!("{}-{block}-{building} {street}", 1 + random.below(5))
        }
    };
    let street_line_2 = random.percent(28).then(|| {
        let pattern = random.pick(country.second_lines);
        random.filled(pattern)
    });
    Home {
        place,
        street_line_1,
        street_line_2,
    }
}

impl Census {
    /// The address book of the customer: a default for shipping first, if there is any address.
    pub(super) fn addresses(
        &self,
        index: usize,
        person: &Person,
        names: (&str, &str),
        phone: Option<&DemoPhone>,
        at_least: usize,
    ) -> Vec<DemoAddress> {
        let mut random = self.random(Subject::Addresses, index);
        let number = random.weighted(&NUMBERS).max(at_least);
        let mut addresses: Vec<DemoAddress> = Vec::with_capacity(number);
        for position in 0..number {
            let address = if position == 0 {
                first_address(person, names, phone, &mut random)
            } else {
                let name = loop {
                    let name = *random.pick(&FURTHER_NAMES);
                    if addresses.iter().all(|address| address.name != name) {
                        break name;
                    }
                };
                further_address(name, person, names, phone, &mut random)
            };
            addresses.push(address);
        }
        let billing = if number > 1 && random.percent(25) {
            random.below(number)
        } else {
            0
        };
        if let Some(address) = addresses.get_mut(billing) {
            address.default_billing = true;
        }
        addresses
    }
}

/// The address that parcels go to: mostly the home, often the office if there is a company.
fn first_address(
    person: &Person,
    (first_name, last_name): (&str, &str),
    phone: Option<&DemoPhone>,
    random: &mut Random,
) -> DemoAddress {
    let at_work = person.company_name.is_some() && random.percent(70);
    DemoAddress {
        name: if at_work { "Office" } else { "Home" },
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        company_name: person.company_name.clone().filter(|_| at_work),
        street_line_1: person.home.street_line_1.clone(),
        street_line_2: person.home.street_line_2.clone(),
        city: person.home.place.city,
        postal_code: person.home.place.postal_code,
        province: person.home.place.province,
        country_code: person.country.code,
        phone: phone.filter(|_| random.percent(60)).cloned(),
        default_shipping: true,
        default_billing: false,
    }
}

/// Another address: of oneself, of the family or of friends, sometimes abroad.
fn further_address(
    name: &'static str,
    person: &Person,
    (first_name, last_name): (&str, &str),
    phone: Option<&DemoPhone>,
    random: &mut Random,
) -> DemoAddress {
    let country = match name {
        "Friends" | "Vacation home" if random.percent(35) => any_country(random),
        _ => person.country,
    };
    let home = match name {
        "Office" | "Home" | "Partner" | "Neighbors" | "Pickup point" => any_home_at(country, person.home.place, random),
        _ => any_home(country, random),
    };
    let (first_name, last_name) = match name {
        "Parents" => (country.any_given_name(random.percent(50), random), last_name.to_owned()),
        "Partner" | "Neighbors" | "Friends" => {
            let feminine = random.percent(50);
            (
                country.any_given_name(feminine, random),
                country.any_family_name(feminine, random),
            )
        }
        _ => (first_name.to_owned(), last_name.to_owned()),
    };
    let own = name == "Office";
    DemoAddress {
        name,
        first_name,
        last_name,
        company_name: person.company_name.clone().filter(|_| own),
        street_line_1: home.street_line_1,
        street_line_2: home.street_line_2,
        city: home.place.city,
        postal_code: home.place.postal_code,
        province: home.place.province,
        country_code: country.code,
        phone: phone.filter(|_| own && random.percent(40)).cloned(),
        default_shipping: false,
        default_billing: false,
    }
}
