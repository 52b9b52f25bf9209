//! What the schema shows of a session.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use entity::session::{self, Column, Model};

use crate::graphql::{ContextExt, DateTime, KeyValue, ListNode, Listed};

/// A log-in that goes on, on one device.
#[derive(Clone, Debug)]
pub struct Session(pub Arc<Model>);

/// How strongly somebody was proven (NIST SP 800-63B).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AssuranceLevel {
    /// By one factor, such as a password.
    #[graphql(name = "AAL1")]
    One,
    /// By two factors.
    #[graphql(name = "AAL2")]
    Two,
}

impl ListNode for Session {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::CreatedAt => self.created_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

impl Session {
    /// Where a staff user sits who acts as a customer is no matter of the customer's.
    fn shows_where(&self, ctx: &Context<'_>) -> bool {
        self.0.impersonator_id.is_none() || ctx.call().viewer.is_admin()
    }
}

/// A log-in that goes on, on one device.
#[Object]
impl Session {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What the device called itself when the session began; null for a customer where it is that of a staff user who
    /// acts as them.
    async fn device(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.device.as_deref().filter(|_| self.shows_where(ctx))
    }

    /// The network from which the session began: the first 24 bits of an IPv4 address, the first 64 of IPv6; null for a
    /// customer where it is that of a staff user who acts as them.
    async fn ip_prefix(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.ip_prefix.as_deref().filter(|_| self.shows_where(ctx))
    }

    /// How strongly the person was proven.
    async fn assurance(&self) -> AssuranceLevel {
        match self.0.assurance {
            session::Assurance::One => AssuranceLevel::One,
            session::Assurance::Two => AssuranceLevel::Two,
        }
    }

    /// Whether it is the session of the token with which this is asked.
    async fn is_current(&self, ctx: &Context<'_>) -> bool {
        ctx.call()
            .viewer
            .session()
            .is_some_and(|(_, session)| session == self.0.id)
    }

    /// The id of the staff user who acts as the customer in this session; null when it is the customer.
    async fn impersonated_by(&self) -> Option<ID> {
        Some(self.0.impersonator_id?.to_string().into())
    }

    /// When the session began.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When its tokens were last renewed.
    async fn last_seen_at(&self) -> DateTime {
        DateTime(self.0.last_seen_at)
    }

    /// When the session ends by itself.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }
}
