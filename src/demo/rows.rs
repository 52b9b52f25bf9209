//! From invented people to rows.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    address, channel, customer, customer_group, customer_group_member,
    id::{
        AddressId, ChannelId, CustomerGroupId, CustomerGroupMemberId, CustomerId, OrderActivityId, OrderLineId,
        OrderLinkId, OrganizationId, OrganizationMemberId, OrganizationRoleId, OrganizationUnitId, PrefixedId,
    },
    order_activity::{self, Kind},
    order_line, order_link, organization, organization_member, organization_member_role, organization_unit,
};
use sea_orm::entity::prelude::{Json, Uuid};
use serde_json::json;

use super::people::{
    DEMO_CHANNELS, DEMO_GROUPS, DEMO_NOW, DemoAddress, DemoCustomer, DemoOrder, DemoOrderStatus, DemoOrganization,
    DemoPaymentStatus, DemoPhone, DemoRole, DemoValue,
};
use crate::{
    features::{address::province_code, customer::service::derive},
    text::{fold, normalize_email},
};

/// When the shop of the demonstration opened: before its first customer came.
const OPENED: TimeDelta = TimeDelta::days(1_100);

/// The service that owns the orders.
const SOURCE: &str = "demo-shop";

/// More than the addresses, orders, lines, groups of any one owner.
const MOST_PARTS: usize = 64;

/// An id that grows with time, like those that the service makes, but always the same for the same thing.
fn id<I: PrefixedId>(at: DateTime<Utc>, number: usize) -> I {
    const RANDOM: u128 = (1 << 62) - 1;
    let milliseconds = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    // Multiplying by an odd number gives every number another one, and makes it look like chance.
    let random = (number as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15) & RANDOM;
    I::from_uuid(Uuid::from_u128(milliseconds << 80 | 7 << 76 | 2 << 62 | random))
}

/// A part of something that has an index.
const fn part(owner: usize, position: usize) -> usize {
    owner * MOST_PARTS + position
}

/// The id that a customer of the demonstration gets.
#[must_use]
pub fn customer_id(customer: &DemoCustomer) -> CustomerId {
    id(customer.created_at, customer.index)
}

/// The id that a customer has in another system.
pub(super) fn external_id(person: &DemoCustomer) -> String {
    format!("CRM-{:06}", person.index)
}

fn opened() -> DateTime<Utc> {
    DEMO_NOW - OPENED
}

fn group_id(group: usize) -> CustomerGroupId {
    id(opened(), group)
}

fn channel_id(channel: usize) -> ChannelId {
    id(opened(), channel)
}

fn organization_id(index: usize) -> OrganizationId {
    id(opened(), index)
}

fn empty() -> Json {
    json!({})
}

pub(super) fn channels() -> Vec<channel::Model> {
    let names = ["Web shop", "Shop", "Phone"];
    DEMO_CHANNELS
        .iter()
        .zip(names)
        .enumerate()
        .map(|(index, (handle, name))| channel::Model {
            id: channel_id(index),
            handle: (*handle).to_owned(),
            name: name.to_owned(),
            version: 1,
            created_at: opened(),
            updated_at: opened(),
        })
        .collect()
}

pub(super) fn groups() -> Vec<customer_group::Model> {
    DEMO_GROUPS
        .iter()
        .enumerate()
        .map(|(index, name)| customer_group::Model {
            id: group_id(index),
            owner_vendor_id: None,
            name: (*name).to_owned(),
            name_folded: fold(name),
            external_id: None,
            metadata: empty(),
            private_metadata: empty(),
            version: 1,
            created_at: opened(),
            updated_at: opened(),
        })
        .collect()
}

pub(super) fn organization(organization: &DemoOrganization) -> (organization::Model, organization_unit::Model) {
    let row = organization::Model {
        id: organization_id(organization.index),
        name: organization.name.clone(),
        name_folded: fold(&organization.name),
        legal_name: Some(organization.name.clone()),
        registration_number: Some(organization.registration_number.clone()),
        external_id: Some(organization.external_id.clone()),
        status: organization::Status::Active,
        metadata: empty(),
        private_metadata: empty(),
        version: 1,
        created_at: organization.created_at,
        updated_at: organization.created_at,
    };
    let root = organization_unit::Model {
        id: id::<OrganizationUnitId>(organization.created_at, organization.index),
        organization_id: row.id,
        parent_id: None,
        name: organization.name.clone(),
        version: 1,
        created_at: organization.created_at,
        updated_at: organization.created_at,
    };
    (row, root)
}

/// The members of an organization; `customer_ids` are theirs, in the same order.
pub(super) fn members(
    organization: &DemoOrganization,
    customer_ids: &[CustomerId],
) -> Vec<(organization_member::Model, organization_member_role::Model)> {
    organization
        .members
        .iter()
        .zip(customer_ids)
        .enumerate()
        .map(|(position, (member, customer_id))| {
            let row = organization_member::Model {
                id: id::<OrganizationMemberId>(organization.created_at, part(organization.index, position)),
                organization_id: organization_id(organization.index),
                customer_id: *customer_id,
                status: organization_member::Status::Active,
                version: 1,
                joined_at: organization.created_at,
                created_at: organization.created_at,
                updated_at: organization.created_at,
            };
            let role = organization_member_role::Model {
                organization_member_id: row.id,
                organization_role_id: built_in_role(member.role),
            };
            (row, role)
        })
        .collect()
}

/// The built-in roles have the same ids everywhere.
fn built_in_role(role: DemoRole) -> OrganizationRoleId {
    let number = match role {
        DemoRole::Admin => 1,
        DemoRole::Approver => 2,
        DemoRole::Buyer => 3,
    };
    OrganizationRoleId::from_uuid(Uuid::from_u128(0x7000_8000_0000_0000_0000 | number))
}

/// Customers with everything that belongs to them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) customers: Vec<customer::Model>,
    pub(super) addresses: Vec<address::Model>,
    pub(super) memberships: Vec<customer_group_member::Model>,
    pub(super) orders: Vec<order_link::Model>,
    pub(super) lines: Vec<order_line::Model>,
    pub(super) activities: Vec<order_activity::Model>,
}

impl Batch {
    pub(super) fn add(&mut self, person: &DemoCustomer) {
        let row = customer(person);
        for (position, address) in person.addresses.iter().enumerate() {
            self.addresses.push(address_of(person, row.id, position, address));
        }
        for (position, group) in person.groups.iter().enumerate() {
            self.memberships.push(customer_group_member::Model {
                id: id::<CustomerGroupMemberId>(person.created_at, part(person.index, position)),
                customer_group_id: group_id(*group),
                customer_id: row.id,
                added_at: person.created_at,
            });
        }
        for (position, order) in person.orders.iter().enumerate() {
            let number = part(person.index, position);
            let link = order_of(person, &row, number, order);
            for (position, line) in order.lines.iter().enumerate() {
                self.lines.push(order_line::Model {
                    id: id::<OrderLineId>(order.placed_at, part(number, position)),
                    order_link_id: link.id,
                    position: i32::try_from(position).unwrap_or(i32::MAX),
                    title: Some(line.title.to_owned()),
                    sku: Some(line.sku.to_owned()),
                    quantity: i32::try_from(line.quantity).unwrap_or(i32::MAX),
                    unit_price_amount: Some(line.unit_price),
                    discount_amount: None,
                    total_amount: Some(line.total),
                });
            }
            self.activities.extend(activities_of(&link, number, order));
            self.orders.push(link);
        }
        self.customers.push(row);
    }
}

fn customer(person: &DemoCustomer) -> customer::Model {
    let metadata: serde_json::Map<String, Json> = person
        .metadata
        .iter()
        .map(|(key, value)| {
            let value = match value {
                DemoValue::Text(text) => json!(text),
                DemoValue::Integer(number) => json!(number),
            };
            ((*key).to_owned(), value)
        })
        .collect();
    let phone = |spelling: fn(&DemoPhone) -> &String| person.phone.as_ref().map(|phone| spelling(phone).clone());
    let mut row = customer::Model {
        id: customer_id(person),
        email: Some(person.email.clone()),
        email_normalized: normalize_email(&person.email).unwrap_or_default(),
        email_verified_at: person.registered.then_some(person.created_at),
        first_name: Some(person.first_name.clone()),
        last_name: Some(person.last_name.clone()),
        company_name: person.company_name.clone(),
        phone: phone(|phone| &phone.typed),
        phone_e164: phone(|phone| &phone.e164),
        has_account: person.registered,
        status: customer::Status::Active,
        external_id: Some(external_id(person)),
        locale: None,
        created_by: None,
        metadata: Json::Object(metadata),
        private_metadata: empty(),
        first_name_folded: String::new(),
        last_name_folded: String::new(),
        company_name_folded: String::new(),
        search_text: String::new(),
        version: 1,
        created_at: person.created_at,
        updated_at: person.updated_at,
    };
    derive(&mut row);
    row
}

fn address_of(person: &DemoCustomer, owner: CustomerId, position: usize, address: &DemoAddress) -> address::Model {
    let text = |text: &str| Some(text.to_owned());
    address::Model {
        id: id::<AddressId>(person.created_at, part(person.index, position)),
        customer_id: Some(owner),
        organization_unit_id: None,
        address_name: text(address.name),
        first_name: text(&address.first_name),
        last_name: text(&address.last_name),
        company: address.company_name.clone(),
        phone: address.phone.as_ref().map(|phone| phone.typed.clone()),
        phone_e164: address.phone.as_ref().map(|phone| phone.e164.clone()),
        address1: text(&address.street_line_1),
        address2: address.street_line_2.clone(),
        city: text(address.city),
        province: address.province.map(str::to_owned),
        province_code: province_code(address.country_code, address.province),
        postal_code: text(address.postal_code),
        country_code: address.country_code.to_owned(),
        is_default_shipping: address.default_shipping,
        is_default_billing: address.default_billing,
        metadata: empty(),
        private_metadata: empty(),
        validation: json!([]),
        version: 1,
        created_at: person.created_at,
        updated_at: person.created_at,
    }
}

fn order_of(person: &DemoCustomer, customer: &customer::Model, number: usize, order: &DemoOrder) -> order_link::Model {
    order_link::Model {
        id: id::<OrderLinkId>(order.placed_at, number),
        source: SOURCE.to_owned(),
        order_id: order.id.clone(),
        display_id: Some(order.display_id.clone()),
        customer_id: Some(customer.id),
        organization_id: person.organization.map(organization_id),
        vendor_id: None,
        channel_id: Some(channel_id(order.channel)),
        email: customer.email.clone(),
        email_normalized: Some(customer.email_normalized.clone()),
        status: order.status.as_str().to_owned(),
        payment_status: Some(order.payment_status.as_str().to_owned()),
        fulfillment_status: Some(order.fulfillment_status.as_str().to_owned()),
        total_amount: order.total,
        currency_code: order.currency.to_owned(),
        placed_at: order.placed_at,
        source_updated_at: order.placed_at,
        version: 1,
        created_at: order.placed_at,
        updated_at: order.placed_at,
        is_canceled: order.status == DemoOrderStatus::Canceled,
        refunded_amount: 0,
        return_count: 0,
        named_customer_id: Some(customer.id),
    }
}

/// What came back of an order, and what was paid back for it.
fn activities_of(link: &order_link::Model, number: usize, order: &DemoOrder) -> Vec<order_activity::Model> {
    let later = (order.placed_at + TimeDelta::days(5)).min(DEMO_NOW);
    let activity = |position: usize, kind, status: &str, amount: Option<i64>| order_activity::Model {
        id: id::<OrderActivityId>(later, part(number, position)),
        order_link_id: link.id,
        customer_id: link.customer_id,
        kind,
        external_id: format!("{}-{}", order.id, position + 1),
        status: status.to_owned(),
        is_void: false,
        amount,
        currency_code: amount.map(|_| link.currency_code.clone()),
        note: None,
        occurred_at: later,
        source_updated_at: later,
        version: 1,
        created_at: later,
        updated_at: later,
    };
    let mut activities = Vec::new();
    if order.status == DemoOrderStatus::Returned {
        activities.push(activity(0, Kind::Return, "received", None));
    }
    let refund = match order.payment_status {
        DemoPaymentStatus::Refunded => Some(order.total),
        DemoPaymentStatus::PartiallyRefunded => order.lines.first().map(|line| line.unit_price),
        _ => None,
    };
    if refund.is_some() {
        activities.push(activity(1, Kind::Refund, "succeeded", refund));
    }
    activities
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_version_7_and_in_the_order_of_time() {
        let earlier: OrderLineId = id(opened(), usize::MAX >> 1);
        let later: OrderLineId = id(DEMO_NOW, 0);
        assert!(earlier < later);
        assert_eq!(later.uuid().get_version_num(), 7);
        let many: std::collections::HashSet<OrderLineId> = (0..10_000).map(|number| id(DEMO_NOW, number)).collect();
        assert_eq!(many.len(), 10_000);
    }

    #[test]
    fn the_built_in_roles_are_those_of_the_migration() {
        let id = built_in_role(DemoRole::Buyer).uuid().simple().to_string();
        assert_eq!(id, "00000000000070008000000000000003");
    }
}
