//! The organizations of the demo population. Members are found without a list: the customers are
//! shuffled, and the first ones of the shuffled row fill the organizations' slots. As a shuffling can
//! be undone, the members of an organization and the organization of a customer are both computed.

use super::census::Census;
use super::customers::created_at;
use super::names::CompanyName;
use super::random::Subject;
use super::types::{DemoMember, DemoOrganization, DemoRole};

/// The most members that an organization has.
pub(super) const SLOTS: usize = 6;

/// How many of 100 organizations have two, three, four, five and six members.
const SIZES: [usize; 5] = [30, 28, 20, 13, 9];

/// How many organizations there are among so many customers: about one for each forty.
pub const fn organization_count(customers: usize) -> usize {
    (customers + 20) / 40
}

/// The place of a customer in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Membership {
    pub(super) organization: usize,
    pub(super) position: usize,
}

impl Census {
    /// How many members the organization has.
    pub(super) fn organization_size(&self, organization: usize) -> usize {
        2 + self.random(Subject::OrganizationSize, organization).weighted(&SIZES)
    }

    /// The customer in the given position of an organization.
    pub(super) fn member_at(&self, organization: usize, position: usize) -> usize {
        self.membership.backward(organization * SLOTS + position)
    }

    /// The name of the organization.
    pub(super) fn organization_name(&self, organization: usize) -> CompanyName {
        let country = self.organization_country(organization);
        country.any_company(&mut self.random(Subject::OrganizationName, organization))
    }

    /// The organization.
    pub(super) fn organization(&self, organization: usize) -> DemoOrganization {
        let exists = organization < organization_count(self.customers);
        let size = if exists {
            self.organization_size(organization)
        } else {
            0
        };
        let mut random = self.random(Subject::Roles, organization);
        let members: Vec<DemoMember> = (0..size)
            .map(|position| {
                let role = match (position, random.below(100)) {
                    (0, _) | (_, 0..8) => DemoRole::Admin,
                    (_, 8..35) => DemoRole::Approver,
                    _ => DemoRole::Buyer,
                };
                DemoMember {
                    customer: self.member_at(organization, position),
                    role,
                }
            })
            .collect();
        let first = members.iter().map(|member| member.customer).min().unwrap_or(0);
        let country = self.organization_country(organization);
        DemoOrganization {
            index: organization,
            name: self.organization_name(organization).full(),
            external_id: format!("ORG-{organization:06}"),
            registration_number: self.numbered(country.registration_number, organization),
            country_code: country.code,
            created_at: created_at(self, first),
            members,
        }
    }

    /// The pattern with the `#` replaced by the digits of a number that no other organization with
    /// the same pattern gets.
    fn numbered(&self, pattern: &str, organization: usize) -> String {
        let places = pattern.matches('#').count() as u32;
        let range = 10_u128.pow(places);
        // A factor without a divisor in common with the range keeps the numbers apart.
        let shift = self.random(Subject::RegistrationNumber, 0).next();
        let number = organization as u128 * 618_033_988_749_891 + u128::from(shift);
        let mut digits = format!("{:0width$}", number % range, width = places as usize).into_bytes();
        digits.reverse();
        pattern
            .chars()
            .map(|it| {
                if it == '#' {
                    char::from(digits.pop().unwrap_or(b'0'))
                } else {
                    it
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DemoRole, customer, organization, organization_count, organizations};
    use std::collections::HashSet;

    #[test]
    fn there_is_about_one_organization_for_forty_customers() {
        assert_eq!(organization_count(0), 0);
        assert_eq!(organization_count(19), 0);
        assert_eq!(organization_count(20), 1);
        assert_eq!(organization_count(1_000_000), 25_000);
        assert_eq!(organizations(1, 4000).count(), 100);
    }

    #[test]
    fn organizations_have_two_to_six_members_an_admin_and_numbers_of_their_own() {
        let mut numbers = HashSet::new();
        let mut members = HashSet::new();
        for organization in organizations(3, 40_000) {
            assert!((2..=6).contains(&organization.members.len()));
            assert!(organization.members.iter().any(|member| member.role == DemoRole::Admin));
            assert!(numbers.insert(organization.registration_number));
            for member in organization.members {
                assert!(member.customer < 40_000);
                assert!(members.insert(member.customer));
            }
        }
    }

    #[test]
    fn members_know_their_organization_and_share_its_name_and_country() {
        for organization in organizations(5, 2000) {
            for member in &organization.members {
                let customer = customer(5, member.customer, 2000);
                assert!(customer.registered);
                assert_eq!(customer.organization, Some(organization.index));
                assert_eq!(customer.company_name.as_ref(), Some(&organization.name));
                assert_eq!(customer.country_code, organization.country_code);
                assert!(customer.created_at >= organization.created_at);
                assert!(
                    customer
                        .email
                        .ends_with(&format!("-{}.example", organization.index + 1))
                );
            }
        }
    }

    #[test]
    fn an_organization_beyond_the_last_one_has_no_members() {
        assert_eq!(organization(1, 25, 1000).members, []);
    }
}
