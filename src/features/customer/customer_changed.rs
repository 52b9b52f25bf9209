//! `customerChanged`.

use async_graphql::{Context, ID, Object, Result, Subscription};
use entity::id::{CustomerId, PrefixedId};
use futures_util::stream::{self, Stream};

use super::{loader::CustomerById, object::Customer};
use crate::{
    auth::guard,
    graphql::{
        ContextExt, DateTime, Id,
        subscription::{ChangeKind, Facts, Interest, hear},
    },
};

/// What is told of customers. Whoever was merged into another is gone.
const TOPICS: &[(&str, ChangeKind)] = &[
    ("customer.created", ChangeKind::Created),
    ("customer.updated", ChangeKind::Updated),
    ("customer.deleted", ChangeKind::Deleted),
    ("customer.merged", ChangeKind::Deleted),
];

/// What customers may know of themselves.
const SHOWN_IN_STORE: &[&str] = &[
    "email",
    "firstName",
    "lastName",
    "companyName",
    "phone",
    "hasAccount",
    "status",
    "locale",
    "metadata",
];

/// News of customers.
#[derive(Debug, Default)]
pub struct CustomerSubscription;

/// A customer is new, changed or gone.
#[derive(Clone, Debug)]
pub struct CustomerChange(Facts);

#[Subscription]
impl CustomerSubscription {
    /// Tells of customers who are new, changed or gone. Customers hear of themselves; others require `customers:read`.
    #[graphql(
        guard = "guard::store_or_customers_read",
        visible = "guard::shows::store_or_customers_read"
    )]
    async fn customer_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this customer.")] customer_id: Option<Id<CustomerId>>,
        #[graphql(desc = "Only these kinds of change.")] kinds: Option<Vec<ChangeKind>>,
    ) -> Result<impl Stream<Item = Option<CustomerChange>>> {
        let own = ctx.viewer().customer();
        let interest = Interest::of(TOPICS)
            .among(kinds)
            .only(own.map(|own| own.to_string()))
            .only(customer_id.map(|id| id.0.to_string()));
        let facts = hear(ctx, interest)?;
        Ok(stream::iter(facts.map(|facts| Some(CustomerChange(facts)))))
    }
}

/// A customer is new, changed or gone.
#[Object]
impl CustomerChange {
    /// What happened, such as `customer.updated`.
    async fn topic(&self) -> &str {
        self.0.topic()
    }

    /// What became of the customer.
    async fn kind(&self) -> ChangeKind {
        self.0.kind()
    }

    /// The id of the customer.
    async fn object_id(&self) -> ID {
        self.0.object_id()
    }

    /// The version of the customer after the change.
    async fn version(&self) -> i32 {
        self.0.version()
    }

    /// The fields that changed, as far as you may see them; for a key inside metadata `metadata.key`.
    async fn changed_paths(&self, ctx: &Context<'_>) -> Vec<String> {
        self.0.changed_paths(ctx, "Customer", SHOWN_IN_STORE)
    }

    /// When it happened.
    async fn at(&self) -> DateTime {
        self.0.at()
    }

    /// The customer as they are now; null when they are gone.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        match CustomerId::parse(&self.0.object_id()) {
            Ok(id) => Ok(ctx.load::<CustomerById>(id).await?.map(Customer)),
            Err(_) => Ok(None),
        }
    }
}
