//! What the schema shows of a transfer.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::{
    id::{ApiKeyId, CustomerId, PrefixedId, StaffUserId},
    mail,
    order_transfer::{Column, Model},
};

use super::{
    filter::OrderTransferState,
    loader::{MailOfTransfer, NewOwnerHint},
};
use crate::{
    auth::guard,
    features::{
        customer::{Customer, CustomerById},
        mail::MailState,
        order::{OrderLink, OrderLinkById},
    },
    graphql::{ActorRef, ContextExt, DateTime, ListNode},
};

/// The wish to give an order to another customer, and what became of it.
#[derive(Clone, Debug)]
pub struct OrderTransfer(pub Arc<Model>);

/// What became of the last mail by which the owner of an order is asked.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(visible = "guard::shows::orders_read")]
pub struct OrderTransferNotification {
    /// What became of the mail.
    state: MailState,
    /// How often it was tried.
    attempts: i32,
    /// Why the last attempt failed.
    last_error: Option<String>,
    /// When it was put into the queue.
    queued_at: DateTime,
    /// When the mail server took it.
    sent_at: Option<DateTime>,
}

impl From<&mail::Model> for OrderTransferNotification {
    fn from(mail: &mail::Model) -> Self {
        Self {
            state: mail.state.into(),
            attempts: mail.attempts,
            last_error: mail.last_error.clone(),
            queued_at: DateTime(mail.created_at),
            sent_at: mail.sent_at.map(DateTime),
        }
    }
}

impl ListNode for OrderTransfer {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl From<Model> for OrderTransfer {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

async fn customer(ctx: &Context<'_>, id: Option<CustomerId>) -> Result<Option<Customer>> {
    match id {
        Some(id) => Ok(ctx.load::<CustomerById>(id).await?.map(Customer)),
        None => Ok(None),
    }
}

/// The wish to give an order to another customer, and what became of it. It stays when it is decided. Customers see those
/// from and to themselves, and nothing of the other side.
#[Object]
impl OrderTransfer {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The order; null when you may not see it, as when it is not yours yet, or not any more.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<OrderLink>> {
        Ok(ctx.load::<OrderLinkById>(self.0.order_link_id).await?.map(OrderLink))
    }

    /// Who is asked, or was: the owner of the order; null when nobody owned it, the customer is gone, or you may not see
    /// them.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        customer(ctx, self.0.from_customer_id).await
    }

    /// Who shall own the order; null when the customer is gone, or you may not see them.
    async fn to(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        customer(ctx, self.0.to_customer_id).await
    }

    /// Enough of the e-mail address of who shall own the order for the present owner to recognize it, and no more; null
    /// when they have not proven it, and for everybody but the owner who is being asked. Requires a customer's token.
    #[graphql(
        guard = "guard::store",
        visible = "guard::shows::store",
        tag = "store",
        requires_scopes = "store"
    )]
    async fn new_owner_hint(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        ctx.load::<NewOwnerHint>(self.0.id).await
    }

    /// What became of it. One that is too old says so when somebody next touches it, or after a while.
    async fn state(&self) -> OrderTransferState {
        self.0.state.into()
    }

    /// Who asked for it. Customers see of others only what kind of actor they are.
    async fn requested_by(&self, ctx: &Context<'_>) -> ActorRef {
        let viewer = ctx.viewer();
        let is_shown = |id: &sea_orm::entity::prelude::Uuid| {
            viewer.is_admin() || viewer.customer().is_some_and(|own| own.uuid() == *id)
        };
        let id = self.0.requested_by_id.filter(is_shown).and_then(|id| {
            Some(match self.0.requested_by_type.as_str() {
                "CUSTOMER" => CustomerId::from_uuid(id).to_string(),
                "STAFF" => StaffUserId::from_uuid(id).to_string(),
                "API_KEY" => ApiKeyId::from_uuid(id).to_string(),
                _ => return None,
            })
        });
        ActorRef {
            kind: self.0.requested_by_type.clone(),
            id: id.map(ID::from),
        }
    }

    /// Why, in the words of the staff user who asked. Requires `orders:read`.
    #[graphql(
        guard = "guard::orders_read",
        visible = "guard::shows::orders_read",
        tag = "admin",
        requires_scopes = "orders:read"
    )]
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Until when the owner may agree.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }

    /// When it was decided, taken back, or found too old.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime)
    }

    /// Whether the e-mail address on the order becomes that of the new owner.
    async fn update_email(&self) -> bool {
        self.0.update_email
    }

    /// What became of the last mail to the owner; null when that is not known any more. Requires `orders:read`.
    #[graphql(
        guard = "guard::orders_read",
        visible = "guard::shows::orders_read",
        tag = "admin",
        requires_scopes = "orders:read"
    )]
    async fn notification(&self, ctx: &Context<'_>) -> Result<Option<OrderTransferNotification>> {
        let mail = ctx.load::<MailOfTransfer>(self.0.id).await?;
        Ok(mail.map(|mail| OrderTransferNotification::from(&*mail)))
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
