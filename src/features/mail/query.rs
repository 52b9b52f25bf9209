//! Queries about mail.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result};
use entity::{
    id::CustomerId,
    mail::{Column, State},
};
use sea_orm::{ColumnTrait, Condition, PaginatorTrait, QueryFilter};

use super::{
    object::{Mail, MailState},
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Direction, Id, ListRequest, PageArguments, SortKey, fault},
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
        let call = ctx.call();
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
        let request = ListRequest::new(ctx, page, keys, condition)?;
        let rows = request
            .apply(visible_to(&call.viewer))
            .all(call.db())
            .await
            .map_err(|error| fault(call, &error))?
            .into_iter()
            .map(Arc::new)
            .collect();
        let page = request.cut(rows);
        let counted = Arc::clone(&request);
        Ok(Some(Connection::new(
            request,
            page,
            Box::new(move |ctx| {
                let select = visible_to(&ctx.call().viewer).filter(counted.condition.clone());
                Box::pin(async move {
                    let count = select.count(ctx.call().db()).await;
                    let count = count.map_err(|error| fault(ctx.call(), &error))?;
                    Ok(i64::try_from(count).unwrap_or(i64::MAX))
                })
            }),
        )))
    }
}
