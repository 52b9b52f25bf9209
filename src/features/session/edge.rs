//! The list of devices on which a customer is logged in.

use async_graphql::{Context, Result};
use entity::{id::CustomerId, session::Column};
use sea_orm::Condition;

use super::{
    loader::{SessionCountOfCustomer, SessionsOfCustomer},
    object::Session,
};
use crate::graphql::{Connection, ContextExt, Direction, ListRequest, PageArguments, SortKey};

/// A page of sessions.
pub type SessionConnection = Connection<Session>;

/// The open sessions of a customer, newest first; read together with those of other customers.
///
/// # Errors
/// `BAD_USER_INPUT` for page arguments that make no sense, and faults.
pub async fn sessions_of(ctx: &Context<'_>, customer: CustomerId, page: PageArguments) -> Result<SessionConnection> {
    let keys = [Column::CreatedAt, Column::Id]
        .map(|column| SortKey {
            column,
            direction: Direction::Desc,
        })
        .into();
    let request = ListRequest::new(ctx, page, keys, Condition::all())?;
    let key = (customer, request.clone());
    let page = ctx.load::<SessionsOfCustomer>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<SessionCountOfCustomer>(key).await?.unwrap_or_default()) })
        }),
    ))
}
