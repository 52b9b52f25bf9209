//! What the schema shows of a mail.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::mail::{Column, Model, State};

use crate::{
    auth::guard,
    features::customer::{Customer, CustomerById},
    graphql::{ContextExt, DateTime, Email, KeyValue, LanguageTag, ListNode, Listed},
};

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MailState {
    /// It waits to be sent, or to be tried again.
    Queued,
    /// The mail server took it.
    Sent,
    /// It was given up.
    Failed,
    /// It was never meant to be sent, or a newer one has taken its place.
    Withheld,
}

impl From<State> for MailState {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Sent => Self::Sent,
            State::Failed => Self::Failed,
            State::Withheld => Self::Withheld,
        }
    }
}

/// A mail to a customer or staff user, without its text.
#[derive(Clone, Debug)]
pub struct Mail(pub Arc<Model>);

impl ListNode for Mail {
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

/// A mail to a customer or staff user, without its text.
#[Object(visible = "guard::shows::admin", tag = "admin")]
impl Mail {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Which text it has, such as `password_reset`.
    async fn template(&self) -> &str {
        &self.0.template
    }

    /// The e-mail address it goes to; null where customers' addresses are hidden from the viewer.
    async fn recipient(&self) -> Option<Email> {
        Some(Email(self.0.recipient.clone()))
    }

    /// The customer it goes to, where it goes to one whom the viewer may see.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        match self.0.customer_id {
            Some(customer) => Ok(ctx.load::<CustomerById>(customer).await?.map(Customer)),
            None => Ok(None),
        }
    }

    /// The language it is asked for in; null for the default one.
    async fn locale(&self) -> Option<LanguageTag> {
        self.0.locale.clone().map(LanguageTag)
    }

    /// What became of it.
    async fn state(&self) -> MailState {
        self.0.state.into()
    }

    /// How often it was tried.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// Why the last attempt failed.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    /// When it is tried again.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        self.0
            .next_attempt_at
            .filter(|_| self.0.state == State::Queued)
            .map(DateTime)
    }

    /// When the mail server took it.
    async fn sent_at(&self) -> Option<DateTime> {
        self.0.sent_at.map(DateTime)
    }

    /// When it was put into the queue.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}
