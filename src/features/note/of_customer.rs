//! The edge from a customer to the notes about them.

use std::sync::Arc;

use async_graphql::{Context, Result};
use entity::{id::CustomerId, note::Column};
use sea_orm::{ColumnTrait, Condition};

use super::{
    loader::{NoteCountOfCustomer, NotesOfCustomer},
    object::NoteConnection,
};
use crate::graphql::{Connection, ContextExt, Direction, ListRequest, PageArguments, SortKey};

/// The notes about a customer, newest first.
///
/// # Errors
/// `BAD_USER_INPUT` for a page that makes no sense; faults.
pub async fn notes_of(
    ctx: &Context<'_>,
    customer: CustomerId,
    is_public: Option<bool>,
    page: PageArguments,
) -> Result<NoteConnection> {
    let keys = [Column::CreatedAt, Column::Id]
        .map(|column| SortKey {
            column,
            direction: Direction::Desc,
        })
        .into();
    let mut condition = Condition::all();
    if let Some(is_public) = is_public {
        condition = condition.add(Column::IsPublic.eq(is_public));
    }
    let request = ListRequest::new(ctx, page, keys, condition)?;
    let key = (customer, Arc::clone(&request));
    let page = ctx.load::<NotesOfCustomer>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<NoteCountOfCustomer>(key).await?.unwrap_or_default()) })
        }),
    ))
}
