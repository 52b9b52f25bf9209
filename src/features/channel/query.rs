//! Queries about channels.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use entity::channel::Column;
use sea_orm::Condition;

use super::{
    object::Channel,
    visibility::{of_key, visible_to},
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Direction, PageArguments, SortKey, fault, root_list},
};

/// Queries about channels.
#[derive(Debug, Default)]
pub struct ChannelQuery;

/// A page of channels.
pub type ChannelConnection = Connection<Channel>;

#[Object]
impl ChannelQuery {
    /// The channels, by handle. Requires `orders:read`.
    #[graphql(
        guard = "guard::orders_read",
        visible = "guard::shows::orders_read",
        tag = "admin",
        requires_scopes = "orders:read"
    )]
    async fn channels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<ChannelConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let keys = [Column::Handle, Column::Id]
            .map(|column| SortKey {
                column,
                direction: Direction::Asc,
            })
            .into();
        root_list(ctx, page, keys, Condition::all(), visible_to).await.map(Some)
    }
}

/// The channel whose publishable key came with the request.
///
/// # Errors
/// Faults.
pub async fn channel_of_key(ctx: &Context<'_>) -> Result<Option<Channel>> {
    let call = ctx.call();
    let Some(channel) = call.channel else {
        return Ok(None);
    };
    let row = of_key(channel)
        .one(call.db())
        .await
        .map_err(|error| fault(call, &error))?;
    Ok(row.map(|row| Channel(Arc::new(row))))
}
