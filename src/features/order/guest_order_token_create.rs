//! `guestOrderTokenCreate`: a token for the link in the shop's own confirmation.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{id::PrefixedId, order_link::Column};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use super::{
    token::{self, CONFIRMATION},
    visibility,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DateTime, Problem, payload},
    work::{Complaints, Once, Record, Topic, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct GuestOrderTokenCreateMutation;

/// For which order a token is made.
#[derive(Debug, InputObject)]
pub struct GuestOrderTokenCreateInput {
    /// The service that owns the order.
    source: String,
    /// The id of the order in its source.
    order_id: ID,
}

/// What `guestOrderTokenCreate` answers.
#[derive(Debug, SimpleObject)]
pub struct GuestOrderTokenCreatePayload {
    /// The token, which is shown this once; null when there are user errors.
    token: Option<String>,
    /// Until when the token is good.
    expires_at: Option<DateTime>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl GuestOrderTokenCreateMutation {
    /// Makes a token with which whoever bought an order without an account looks at it (`guestOrder`), for the link in
    /// the shop's own confirmation. It is good for thirty days and as many looks as they like, together with the e-mail
    /// address on the order. Requires `orders:write`.
    #[graphql(
        guard = "guard::orders_write",
        visible = "guard::shows::orders_write",
        tag = "admin",
        requires_scopes = "orders:write"
    )]
    async fn guest_order_token_create(
        &self,
        ctx: &Context<'_>,
        input: GuestOrderTokenCreateInput,
    ) -> Result<Option<GuestOrderTokenCreatePayload>> {
        let call = ctx.call();
        let mut complaints = Complaints::default();
        let named = (
            complaints.required_text("source", Some(input.source), 64),
            complaints.required_text("orderId", Some(input.order_id.0), 255),
        );
        let written = match complaints.check(named) {
            Ok((source, order)) => {
                // The secret is never kept, so that nothing could be answered to a repetition.
                let options = WriteOptions {
                    mutation: "guestOrderTokenCreate",
                    ..WriteOptions::default()
                };
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let link = visibility::writable_by(unit.viewer())
                        .filter(Column::Source.eq(&source))
                        .filter(Column::OrderId.eq(&order))
                        .lock_exclusive()
                        .one(unit.db())
                        .await?
                        .ok_or_else(|| UserError::not_found("orderId", "order"))?;
                    let secret = token::new_secret(unit);
                    let row = token::issue(unit, Some(link.id), &secret, CONFIRMATION).await?;
                    unit.record(Record {
                        topic: Topic("order.token_created"),
                        subject: link.customer_id.map_or(link.id.uuid(), PrefixedId::uuid),
                        begins: false,
                        object: link.id.to_string(),
                        version: link.version,
                        changes: Vec::new(),
                    });
                    Ok::<_, WriteError>(Once((secret, row.expires_at)))
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (made, user_errors, _) = payload(call, written)?;
        let (token, expires_at) = made.map(|Once(made)| made).unzip();
        Ok(Some(GuestOrderTokenCreatePayload {
            token,
            expires_at: expires_at.map(DateTime),
            user_errors,
        }))
    }
}
