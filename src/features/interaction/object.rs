//! What the schema shows of a contact.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::interaction::{Column, Direction, Kind, Model};

use crate::{
    auth::guard,
    features::customer::{Customer, CustomerById},
    graphql::{ContextExt, DateTime, ListNode},
};

/// A contact with a customer, such as a call.
#[derive(Clone, Debug)]
pub struct Interaction(pub Arc<Model>);

/// What kind of contact it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind", visible = "guard::shows::admin")]
pub enum InteractionKind {
    /// A letter or e-mail.
    Mail,
    /// A call.
    Call,
    /// A chat.
    Chat,
    /// A visit.
    Visit,
    /// A campaign that reached the customer.
    Campaign,
}

/// Who turned to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Direction", visible = "guard::shows::admin")]
pub enum InteractionDirection {
    /// The customer to the company.
    Inbound,
    /// The company to the customer.
    Outbound,
}

impl ListNode for Interaction {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl From<Model> for Interaction {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A contact with a customer, such as a call.
#[Object(visible = "guard::shows::admin", tag = "admin")]
impl Interaction {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// With whom, where the viewer may see them.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        Ok(ctx.load::<CustomerById>(self.0.customer_id).await?.map(Customer))
    }

    /// What kind of contact it was.
    async fn kind(&self) -> InteractionKind {
        self.0.kind.into()
    }

    /// Who turned to whom, where that is known.
    async fn direction(&self) -> Option<InteractionDirection> {
        self.0.direction.map(Into::into)
    }

    /// The system that told of it.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// The id in that system.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }

    /// What it was about; null where that is hidden from the viewer.
    async fn summary(&self) -> Option<&str> {
        Some(&self.0.summary)
    }

    /// Grows by one with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was first told.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed here.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
