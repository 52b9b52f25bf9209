//! Who is who in the demo population: which customers have an account, which are duplicates of others,
//! which share a household, and the person behind each.

use super::addresses::{Home, any_home};
use super::countries::{Country, any_country};
use super::e_mails::{FoldedName, company_address, private_address};
use super::organizations::{Membership, SLOTS, organization_count};
use super::phones::phone;
use super::random::{Permutation, Random, Subject};
use super::types::DemoPhone;

/// How often a candidate for a twin or for the head of a household is drawn until one fits.
const ATTEMPTS: usize = 12;

/// The population as a whole: what is needed to compute any of its customers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Census {
    pub(super) seed: u64,
    pub(super) customers: usize,
    /// Shuffles the customers over the slots for members of organizations.
    pub(super) membership: Permutation,
    /// Gives every customer the number that makes their e-mail unique.
    numbers: Permutation,
}

/// What a customer is meant to be, before it is known whether somebody earlier fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Has an account and belongs to an organization.
    Member,
    /// Has an account.
    Registered,
    /// Has no account.
    Guest,
    /// Has no account and uses the e-mail of somebody of the household.
    HouseholdGuest,
    /// Is another account of an earlier customer.
    RegisteredDuplicate,
    /// Is an order without account of an earlier customer.
    GuestDuplicate,
}

/// What a customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Whether the customer has an account.
    pub(super) registered: bool,
    /// The earlier customer who is the same person.
    pub(super) duplicate_of: Option<usize>,
    /// The earlier customer of the same household who owns the e-mail.
    pub(super) shares_email_with: Option<usize>,
}

/// The person behind a customer.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) country: &'static Country,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) company_name: Option<String>,
    pub(super) phone: Option<DemoPhone>,
    pub(super) home: Home,
}

impl Census {
    /// The population of so many customers.
    pub(super) fn new(seed: u64, customers: usize) -> Self {
        Self {
            seed,
            customers,
            membership: Permutation::new(seed, Subject::Membership, customers),
            numbers: Permutation::new(seed, Subject::EMail, customers),
        }
    }

    /// The stream of chance about a subject of a customer or organization.
    pub(super) fn random(&self, subject: Subject, index: usize) -> Random {
        Random::new(self.seed, subject, index)
    }

    /// What the customer is meant to be.
    fn role(&self, index: usize) -> Role {
        if self.member(index).is_some() {
            return Role::Member;
        }
        let mut random = self.random(Subject::Kind, index);
        let guest = random.per_mille(383);
        match random.below(1000) {
            0..33 if guest => Role::GuestDuplicate,
            0..33 => Role::RegisteredDuplicate,
            33..160 if guest => Role::HouseholdGuest,
            _ if guest => Role::Guest,
            _ => Role::Registered,
        }
    }

    /// What the customer is. Nobody is a duplicate, or of the household, of a duplicate or of another
    /// guest of a household, so that no chains arise.
    pub(super) fn kind(&self, index: usize) -> Kind {
        let role = self.role(index);
        let registered = matches!(role, Role::Member | Role::Registered | Role::RegisteredDuplicate);
        let (mut duplicate_of, mut shares_email_with) = (None, None);
        match role {
            Role::Member | Role::Registered | Role::Guest => {}
            Role::HouseholdGuest => {
                shares_email_with = self.earlier(index, &[Role::Registered, Role::Guest]);
            }
            Role::RegisteredDuplicate | Role::GuestDuplicate => {
                let originals = [Role::Member, Role::Registered, Role::Guest];
                duplicate_of = self.earlier(index, &originals);
            }
        }
        Kind {
            registered,
            duplicate_of,
            shares_email_with,
        }
    }

    /// Any earlier customer of one of the roles.
    fn earlier(&self, index: usize, roles: &[Role]) -> Option<usize> {
        if index == 0 {
            return None;
        }
        let mut random = self.random(Subject::Partner, index);
        (0..ATTEMPTS)
            .map(|_| random.below(index))
            .find(|candidate| roles.contains(&self.role(*candidate)))
    }

    /// Where the customer is a member.
    pub(super) fn member(&self, index: usize) -> Option<Membership> {
        let slot = self.membership.forward(index);
        let (organization, position) = (slot / SLOTS, slot % SLOTS);
        let exists =
            organization < organization_count(self.customers) && position < self.organization_size(organization);
        exists.then_some(Membership { organization, position })
    }

    /// The country that the customer lives in, if they are neither a duplicate nor of somebody's
    /// household.
    fn country(&self, index: usize) -> &'static Country {
        match self.member(index) {
            Some(membership) => self.organization_country(membership.organization),
            None => any_country(&mut self.random(Subject::Country, index)),
        }
    }

    /// The name, as given and family name, on the same condition; `family` is the one of the
    /// household, if it is not the person's own.
    fn name(&self, index: usize, family: Option<&str>) -> (String, String) {
        let country = self.country(index);
        Self::named(country, family, &mut self.random(Subject::Name, index))
    }

    /// A name in the country.
    fn named(country: &Country, family: Option<&str>, random: &mut Random) -> (String, String) {
        let feminine = random.percent(51);
        let given = country.any_given_name(feminine, random);
        let own = country.any_family_name(feminine, random);
        (given, family.map_or(own, str::to_owned))
    }

    /// The person behind the customer. For a duplicate it is the person as they really are.
    pub(super) fn person(&self, index: usize, kind: &Kind) -> Person {
        let origin = kind.duplicate_of.unwrap_or(index);
        if let Some(head) = kind.shares_email_with {
            let country = self.country(head);
            let (head_name, family) = self.name(head, None);
            let mut random = self.random(Subject::Name, index);
            let mut name = Self::named(country, Some(&family), &mut random);
            while name.0 == head_name {
                name = Self::named(country, Some(&family), &mut random);
            }
            let home = any_home(country, &mut self.random(Subject::Home, head));
            return self.assembled(index, country, name, home, None);
        }
        let country = self.country(origin);
        let home = any_home(country, &mut self.random(Subject::Home, origin));
        let company = self.company(origin, country);
        self.assembled(origin, country, self.name(origin, None), home, company)
    }

    /// The person with these traits and their phone.
    fn assembled(
        &self,
        index: usize,
        country: &'static Country,
        (first_name, last_name): (String, String),
        home: Home,
        company_name: Option<String>,
    ) -> Person {
        let mut random = self.random(Subject::Phone, index);
        let phone = random.percent(72).then(|| phone(country, home.place, &mut random));
        Person {
            country,
            first_name,
            last_name,
            company_name,
            phone,
            home,
        }
    }

    /// The company that the customer buys for.
    fn company(&self, index: usize, country: &Country) -> Option<String> {
        if let Some(membership) = self.member(index) {
            return Some(self.organization_name(membership.organization).full());
        }
        let mut random = self.random(Subject::Company, index);
        random.per_mille(72).then(|| country.any_company(&mut random).full())
    }

    /// The e-mail address of the customer's own, for a person of this name and country.
    pub(super) fn own_email(&self, index: usize, name: (&str, &str), country: &Country) -> String {
        let digraphs = country.umlauts_as_digraphs;
        let folded = FoldedName::new(name.0, name.1, digraphs);
        let Some(Membership { organization, position }) = self.member(index) else {
            return private_address(&folded, self.numbers.forward(index));
        };
        let namesake = (0..position).any(|earlier| {
            let (first, last) = self.name(self.member_at(organization, earlier), None);
            FoldedName::new(&first, &last, digraphs) == folded
        });
        let homonym = if namesake { position } else { 0 };
        let company = self.organization_name(organization).stem;
        company_address(&folded, homonym, &company, digraphs, organization + 1)
    }

    /// The e-mail address of an earlier customer who is neither a duplicate nor of somebody's
    /// household.
    pub(super) fn email_of(&self, index: usize) -> String {
        let (first, last) = self.name(index, None);
        self.own_email(index, (&first, &last), self.country(index))
    }

    /// The country of an organization and of its members.
    pub(super) fn organization_country(&self, organization: usize) -> &'static Country {
        any_country(&mut self.random(Subject::OrganizationCountry, organization))
    }
}
