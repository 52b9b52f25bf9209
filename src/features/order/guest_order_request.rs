//! `guestOrderRequest`: a link to an order by mail, for whoever bought it without an account.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::CustomerId;
use sea_orm::DbErr;
use serde_json::json;
use tokio::time::Instant;

use super::{
    token::{self, REQUEST},
    visibility::{Knowledge, addressee_known_by, known_by},
};
use crate::{
    auth::rate_limit,
    features::mail::service::{self as mails, NewMail},
    graphql::{ContextExt, Email, Problem, payload},
    work::{Complaints, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct GuestOrderRequestMutation;

/// Which order somebody wants to look at.
#[derive(Debug, InputObject)]
pub struct GuestOrderRequestInput {
    /// The service that owns the order.
    source: String,
    /// The id of the order in its source.
    order_id: ID,
    /// The e-mail address on the order, in any case.
    email: Email,
}

/// What `guestOrderRequest` answers: the same whether or not there is such an order.
#[derive(Debug, SimpleObject)]
pub struct GuestOrderRequestPayload {
    /// Whether the request was accepted. It says nothing about the order: look for the mail.
    is_accepted: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// What was typed, checked.
struct Asked {
    source: String,
    order_id: String,
    typed: String,
    email: String,
}

#[Object]
impl GuestOrderRequestMutation {
    /// Sends a mail with a link to look at an order (`guestOrder`) to the e-mail address on the order, if it is this one;
    /// the answer is the same otherwise. The link is good for a day.
    async fn guest_order_request(
        &self,
        ctx: &Context<'_>,
        input: GuestOrderRequestInput,
    ) -> Result<Option<GuestOrderRequestPayload>> {
        let call = ctx.call();
        let began = Instant::now();
        let written = match read(input) {
            Ok(asked) => match rate_limit::count_account(call, "mail", &asked.email).await {
                Ok(()) => {
                    let options = WriteOptions {
                        mutation: "guestOrderRequest",
                        ..WriteOptions::default()
                    };
                    call.write(options, async move |unit: &mut UnitOfWork| {
                        ask(unit, &asked).await?;
                        Ok::<_, WriteError>(Once(()))
                    })
                    .await
                    .map(|_| ())
                }
                Err(error) => Err(error),
            },
            Err(errors) => Err(errors.into()),
        };
        call.answer_not_before(began).await;
        let is_accepted = written.is_ok();
        let user_errors = match written {
            Ok(()) => Vec::new(),
            Err(error) => payload::<()>(call, Err(error))?.1,
        };
        Ok(Some(GuestOrderRequestPayload {
            is_accepted,
            user_errors,
        }))
    }
}

fn read(input: GuestOrderRequestInput) -> Result<Asked, Vec<UserError>> {
    let mut complaints = Complaints::default();
    let source = complaints.required_text("source", Some(input.source), 64);
    let order_id = complaints.required_text("orderId", Some(input.order_id.0), 255);
    let is_empty = input.email.0.trim().is_empty();
    let email = complaints.email("email", Some(input.email.0));
    if is_empty {
        complaints.add(UserError::new(ErrorCode::Required, "email", "Fill this in."));
    }
    let email = email.map(|email| (email.typed, email.normalized)).unwrap_or_default();
    complaints.check(Asked {
        source,
        order_id,
        typed: email.0,
        email: email.1,
    })
}

/// Writes the mail, and the token whose secret is made when it is sent. What is written is the same when there is no such
/// order; that mail is withheld, and its token shows nothing.
async fn ask(unit: &UnitOfWork, asked: &Asked) -> Result<(), DbErr> {
    let knowledge = Knowledge {
        source: &asked.source,
        order_id: &asked.order_id,
        email: &asked.email,
    };
    let link = known_by(knowledge).one(unit.db()).await?;
    // With whom the mail is to be forgotten; asked for in any case, so that the time tells nothing.
    let owner: Option<CustomerId> = addressee_known_by(knowledge).into_tuple().one(unit.db()).await?;
    let secret = token::new_secret(unit);
    let token = token::issue(unit, link.as_ref().map(|link| link.id), &secret, REQUEST).await?;
    let is_withheld = link.is_none();
    let (recipient, customer, data) = match link {
        // Only what the source told of the order, and nothing that was typed now.
        Some(link) => (
            link.email.unwrap_or(asked.typed.clone()),
            owner,
            json!({
                "number": link.display_id.as_deref().unwrap_or(&link.order_id),
                "page": { "source": link.source, "order": link.order_id },
            }),
        ),
        None => (asked.typed.clone(), None, json!({})),
    };
    let mail = NewMail {
        template: "guest_order",
        recipient,
        locale: None,
        token: None,
        customer,
        data,
        is_withheld,
    };
    mails::queue_with_order(unit, mail, token.id).await?;
    Ok(())
}
