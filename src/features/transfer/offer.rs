//! What whoever has the link in the mail is asked about.

use std::sync::Arc;

use async_graphql::{ID, Object};
use entity::{
    customer, order_link,
    order_transfer::{Column, Entity, Model, State},
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{hint, service::transfer_of};
use crate::{
    features::account::token::{self, Purpose},
    graphql::{DateTime, Money},
    work::Call,
};

/// What the owner of an order is asked.
#[derive(Clone, Debug)]
pub struct OrderTransferOffer {
    transfer: Arc<Model>,
    link: Arc<order_link::Model>,
    new_owner_hint: Option<String>,
}

impl OrderTransferOffer {
    /// What the owner of a token is asked; `None` for a token that is good for nothing (any more). The token stands in the
    /// place of everything that a viewer may see.
    pub(super) async fn behind(call: &Call, secret: &str) -> Result<Option<Self>, DbErr> {
        let Some(token) = token::peek(call, Purpose::ORDER_TRANSFER, secret).await? else {
            return Ok(None);
        };
        let Some(id) = transfer_of(&token) else {
            return Ok(None);
        };
        let transfer = Entity::find_by_id(id)
            .filter(Column::State.eq(State::Requested))
            .filter(Column::AccountTokenId.eq(token.id))
            .one(call.db())
            .await?;
        let Some(transfer) = transfer else { return Ok(None) };
        let link = order_link::Entity::find_by_id(transfer.order_link_id)
            .one(call.db())
            .await?;
        let parties = transfer.from_customer_id.into_iter().chain(transfer.to_customer_id);
        let people = customer::Entity::find()
            .filter(customer::Column::Id.is_in(parties))
            .all(call.db())
            .await?;
        let person = |id| people.iter().find(|person| Some(person.id) == id);
        let address = match transfer.from_customer_id {
            Some(_) => person(transfer.from_customer_id).map(|owner| &owner.email_normalized),
            None => link.as_ref().and_then(|link| link.email_normalized.as_ref()),
        };
        let is_theirs = address == Some(&token.email_normalized);
        let new_owner_hint = person(transfer.to_customer_id).and_then(hint::of);
        Ok(link
            .filter(|link| is_theirs && link.customer_id == transfer.from_customer_id)
            .map(|link| Self {
                transfer: Arc::new(transfer),
                link: Arc::new(link),
                new_owner_hint,
            }))
    }
}

/// What the owner of an order is asked: whether it may go to another customer. It is shown to whoever has the link in the
/// mail.
#[Object]
impl OrderTransferOffer {
    /// The service that owns the order.
    async fn source(&self) -> &str {
        &self.link.source
    }

    /// The id of the order in its source.
    async fn order_id(&self) -> ID {
        self.link.order_id.clone().into()
    }

    /// The number that people call the order by.
    async fn display_id(&self) -> Option<&str> {
        self.link.display_id.as_deref()
    }

    /// The total of the order.
    async fn total(&self) -> Money {
        Money::from_minor(self.link.total_amount, &self.link.currency_code)
    }

    /// When the order was placed.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.link.placed_at)
    }

    /// Whether the shop asks, and not the customer to whom the order shall go.
    async fn is_from_shop(&self) -> bool {
        self.transfer.requested_by_type != "CUSTOMER"
    }

    /// Enough of the e-mail address of who shall own the order to recognize it, and no more; null when they have not
    /// proven it.
    async fn new_owner_hint(&self) -> Option<&str> {
        self.new_owner_hint.as_deref()
    }

    /// Whether the e-mail address on the order becomes that of the new owner.
    async fn update_email(&self) -> bool {
        self.transfer.update_email
    }

    /// Until when there can be an answer.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.transfer.expires_at)
    }
}
