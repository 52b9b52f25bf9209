//! Queries about mail.

use async_graphql::{Context, InputObject, Object, Result};
use entity::{
    id::CustomerId,
    mail::{Column, State},
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    object::{Mail, MailState},
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{Connection, Direction, Id, PageArguments, SortKey, root_list},
};

/// Queries about mail.
#[derive(Debug, Default)]
pub struct MailQuery;

/// A page of mail.
pub type MailConnection = Connection<Mail>;

/// Which mail; what is left out does not matter.
#[derive(Clone, Debug, Default, InputObject)]
pub struct MailWhere {
    /// To this customer.
    customer_id: Option<Id<CustomerId>>,
    /// In this state.
    state: Option<MailState>,
}

impl MailWhere {
    fn condition(&self) -> Condition {
        let state = self.state.map(|state| match state {
            MailState::Queued => State::Queued,
            MailState::Sent => State::Sent,
            MailState::Failed => State::Failed,
            MailState::Withheld => State::Withheld,
        });
        Condition::all()
            .add_option(self.customer_id.map(|customer| Column::CustomerId.eq(customer.0)))
            .add_option(state.map(|state| Column::State.eq(state)))
    }
}

#[Object]
impl MailQuery {
    /// The mail to customers and staff users, newest first, and what became of it. Requires `mails:read`.
    #[graphql(
        guard = "guard::mails_read",
        visible = "guard::shows::mails_read",
        tag = "admin",
        requires_scopes = "mails:read"
    )]
    async fn mails(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<MailWhere>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<MailConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let keys = [Column::CreatedAt, Column::Id]
            .map(|column| SortKey {
                column,
                direction: Direction::Desc,
            })
            .into();
        let condition = filter.unwrap_or_default().condition();
        root_list(ctx, page, keys, condition, visible_to).await.map(Some)
    }
}
