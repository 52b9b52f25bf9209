//! What the demo population is made of: plain data, ready to be stored by whoever needs it.

use chrono::{DateTime, Utc};

/// One customer of the demo population, with everything that belongs to them.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoCustomer {
    /// The position in the population, counted from zero.
    pub index: usize,
    /// Whether the customer has an account; a guest has none.
    pub registered: bool,
    /// The e-mail address at a reserved domain. Lowercased, it is unique among registered customers.
    pub email: String,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The company the customer buys for.
    pub company_name: Option<String>,
    /// The phone number.
    pub phone: Option<DemoPhone>,
    /// The country the customer lives in (ISO 3166-1, two letters).
    pub country_code: &'static str,
    /// When the customer was first seen. It grows with the index.
    pub created_at: DateTime<Utc>,
    /// When the customer last changed: not before `created_at`, not after `DEMO_NOW`.
    pub updated_at: DateTime<Utc>,
    /// Further facts, as key and value; every key occurs once.
    pub metadata: Vec<(&'static str, DemoValue)>,
    /// The addresses; the first one is the default for shipping.
    pub addresses: Vec<DemoAddress>,
    /// The groups the customer is in, as ascending indexes into `DEMO_GROUPS`.
    pub groups: Vec<usize>,
    /// The organization the customer is a member of.
    pub organization: Option<usize>,
    /// The orders, oldest first.
    pub orders: Vec<DemoOrder>,
    /// The earlier customer who is the same person in truth. This is the answer that a search for
    /// duplicates should find; do not store it where such a search could read it.
    pub duplicate_of: Option<usize>,
    /// The earlier customer whose e-mail this guest uses, being another person of the household.
    pub shares_email_with: Option<usize>,
}

/// A phone number in two spellings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoPhone {
    /// The number in the international format E.164, such as `+442079460123`.
    pub e164: String,
    /// The number as somebody of the country might type it, such as `020 7946 0123`.
    pub typed: String,
    /// The country of the number (ISO 3166-1, two letters), needed to read `typed`.
    pub country_code: &'static str,
}

/// A value of the metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DemoValue {
    /// A text.
    Text(&'static str),
    /// A whole number.
    Integer(i64),
}

/// An address in the address book of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAddress {
    /// What the customer calls the address, such as "Home".
    pub name: &'static str,
    /// The given name of the recipient.
    pub first_name: String,
    /// The family name of the recipient.
    pub last_name: String,
    /// The company at the address.
    pub company_name: Option<String>,
    /// The street with the house number.
    pub street_line_1: String,
    /// The apartment, floor or building.
    pub street_line_2: Option<String>,
    /// The city; in Japan the city and the ward.
    pub city: &'static str,
    /// The postal code, valid for the city.
    pub postal_code: &'static str,
    /// The state, province or prefecture, where addresses of the country name one. It is a code or a
    /// name that libaddressinput knows, such as "CA", "RM", "Madrid" or "Tokyo".
    pub province: Option<&'static str>,
    /// The country (ISO 3166-1, two letters).
    pub country_code: &'static str,
    /// The phone number of the recipient.
    pub phone: Option<DemoPhone>,
    /// Whether parcels go here unless the customer says otherwise.
    pub default_shipping: bool,
    /// Whether invoices go here unless the customer says otherwise.
    pub default_billing: bool,
}

/// An order. All amounts are in minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoOrder {
    /// The unique id, such as `DEMO-000123-04` for the fourth order of customer 123.
    pub id: String,
    /// The unique number that people quote, such as `#107383`.
    pub display_id: String,
    /// When the order was placed: not before the customer was created.
    pub placed_at: DateTime<Utc>,
    /// How far the order has come.
    pub status: DemoOrderStatus,
    /// How far the payment has come.
    pub payment_status: DemoPaymentStatus,
    /// How far the delivery has come.
    pub fulfillment_status: DemoFulfillmentStatus,
    /// The currency of the customer's country (ISO 4217).
    pub currency: &'static str,
    /// The number of decimal places of the currency: 0 for the yen, 2 for the others.
    pub currency_exponent: u32,
    /// Where the order was placed, as an index into `DEMO_CHANNELS`.
    pub channel: usize,
    /// What was ordered: one to four lines, each of another product.
    pub lines: Vec<DemoOrderLine>,
    /// What the delivery costs.
    pub shipping_amount: i64,
    /// The totals of all lines and the shipping amount, added up.
    pub total: i64,
}

/// A line of an order. All amounts are in minor units of the order's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoOrderLine {
    /// The name of the product.
    pub title: &'static str,
    /// The stock keeping unit of the product.
    pub sku: &'static str,
    /// How many were ordered.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: i64,
    /// The price of all.
    pub total: i64,
}

/// Declares an enumeration whose values have a name in snake case.
macro_rules! named {
    (
        $(#[$about:meta])* $name:ident {
            $($(#[$about_value:meta])* $value:ident = $text:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$about_value])* $value,)+
        }

        impl $name {
            /// The name of the value in snake case, as a service would store it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }
        }
    };
}

named! {
    /// How far an order has come.
    DemoOrderStatus {
        /// It is being worked on.
        Open = "open",
        /// It is delivered and paid for.
        Completed = "completed",
        /// It was called off before delivery.
        Canceled = "canceled",
        /// Everything came back.
        Returned = "returned",
    }
}

named! {
    /// How far the payment of an order has come.
    DemoPaymentStatus {
        /// Nothing is paid yet.
        Pending = "pending",
        /// The amount is reserved.
        Authorized = "authorized",
        /// The amount is paid.
        Paid = "paid",
        /// A part of the amount was paid back.
        PartiallyRefunded = "partially_refunded",
        /// The whole amount was paid back.
        Refunded = "refunded",
        /// The reservation was dropped.
        Voided = "voided",
    }
}

named! {
    /// How far the delivery of an order has come.
    DemoFulfillmentStatus {
        /// Nothing was handed over yet.
        Unfulfilled = "unfulfilled",
        /// A part was handed over.
        PartiallyFulfilled = "partially_fulfilled",
        /// Everything was handed over.
        Fulfilled = "fulfilled",
        /// Everything came back.
        Returned = "returned",
    }
}

named! {
    /// What a member may do for an organization.
    DemoRole {
        /// Places orders.
        Buyer = "buyer",
        /// Approves orders of others.
        Approver = "approver",
        /// Manages the organization and its members.
        Admin = "admin",
    }
}

/// An organization whose members buy in its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoOrganization {
    /// The position among the organizations, counted from zero.
    pub index: usize,
    /// The name with the legal form.
    pub name: String,
    /// The unique id in some other system, such as `ORG-000017`.
    pub external_id: String,
    /// The unique number in the company register of the country, in its usual format.
    pub registration_number: String,
    /// The country of the organization and of its members (ISO 3166-1, two letters).
    pub country_code: &'static str,
    /// When the organization was first seen: with its first member.
    pub created_at: DateTime<Utc>,
    /// Two to six members, at least one of them an admin. All are registered, and no customer is a
    /// member of two organizations.
    pub members: Vec<DemoMember>,
}

/// A member of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoMember {
    /// The index of the customer.
    pub customer: usize,
    /// What the member may do.
    pub role: DemoRole,
}
