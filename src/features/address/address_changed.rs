//! `addressChanged`.

use async_graphql::{Context, ID, Object, Result, Subscription};
use entity::id::{AddressId, CustomerId, PrefixedId};
use futures_util::stream::{self, Stream};

use super::{loader::AddressById, object::Address};
use crate::{
    auth::guard,
    graphql::{
        ContextExt, DateTime, Id,
        subscription::{ChangeKind, Facts, Interest, hear},
    },
};

/// What is told of addresses of customers and of organizations.
const TOPICS: &[(&str, ChangeKind)] = &[
    ("customer.address.created", ChangeKind::Created),
    ("customer.address.updated", ChangeKind::Updated),
    ("customer.address.deleted", ChangeKind::Deleted),
    ("organization.address.created", ChangeKind::Created),
    ("organization.address.updated", ChangeKind::Updated),
    ("organization.address.deleted", ChangeKind::Deleted),
];

/// What customers may know of their addresses.
const SHOWN_IN_STORE: &[&str] = &[
    "addressName",
    "firstName",
    "lastName",
    "company",
    "phone",
    "address1",
    "address2",
    "city",
    "province",
    "postalCode",
    "countryCode",
    "isDefaultShipping",
    "isDefaultBilling",
    "metadata",
];

/// News of addresses.
#[derive(Debug, Default)]
pub struct AddressSubscription;

/// An address is new, changed or gone.
#[derive(Clone, Debug)]
pub struct AddressChange(Facts);

#[Subscription]
impl AddressSubscription {
    /// Tells of addresses that are new, changed or gone. Customers hear of their own; others require `addresses:read`.
    #[graphql(
        guard = "guard::store_or_addresses_read",
        visible = "guard::shows::store_or_addresses_read"
    )]
    async fn address_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only addresses of this customer.")] customer_id: Option<Id<CustomerId>>,
        #[graphql(desc = "Only these kinds of change.")] kinds: Option<Vec<ChangeKind>>,
    ) -> Result<impl Stream<Item = Option<AddressChange>>> {
        let own = ctx.viewer().customer();
        let interest = Interest::of(TOPICS)
            .among(kinds)
            .about(own.map(PrefixedId::uuid))
            .about(customer_id.map(|id| id.0.uuid()));
        let facts = hear(ctx, interest)?;
        Ok(stream::iter(facts.map(|facts| Some(AddressChange(facts)))))
    }
}

/// An address is new, changed or gone.
#[Object]
impl AddressChange {
    /// What happened, such as `customer.address.updated`.
    async fn topic(&self) -> &str {
        self.0.topic()
    }

    /// What became of the address.
    async fn kind(&self) -> ChangeKind {
        self.0.kind()
    }

    /// The id of the address.
    async fn object_id(&self) -> ID {
        self.0.object_id()
    }

    /// The version of the address after the change.
    async fn version(&self) -> i32 {
        self.0.version()
    }

    /// The fields that changed, as far as you may see them; for a key inside metadata `metadata.key`.
    async fn changed_paths(&self, ctx: &Context<'_>) -> Vec<String> {
        self.0.changed_paths(ctx, "Address", SHOWN_IN_STORE)
    }

    /// When it happened.
    async fn at(&self) -> DateTime {
        self.0.at()
    }

    /// The address as it is now; null when it is gone.
    async fn address(&self, ctx: &Context<'_>) -> Result<Option<Address>> {
        match AddressId::parse(&self.0.object_id()) {
            Ok(id) => Ok(ctx.load::<AddressById>(id).await?.map(Address)),
            Err(_) => Ok(None),
        }
    }
}
