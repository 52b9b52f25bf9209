//! Queries about API keys.

use async_graphql::{Context, Object, Result};
use entity::api_key::Column;
use sea_orm::Condition;

use super::{object::ApiKey, visibility::visible_to};
use crate::{
    auth::guard,
    graphql::{Connection, Direction, PageArguments, SortKey, root_list},
};

/// Queries about API keys.
#[derive(Debug, Default)]
pub struct ApiKeyQuery;

/// A page of API keys.
pub type ApiKeyConnection = Connection<ApiKey>;

#[Object]
impl ApiKeyQuery {
    /// The API keys, newest first, without their secrets. Requires `api_keys:read`.
    #[graphql(
        guard = "guard::api_keys_read",
        visible = "guard::shows::api_keys_read",
        tag = "admin",
        requires_scopes = "api_keys:read"
    )]
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<ApiKeyConnection>> {
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
        root_list(ctx, page, keys, Condition::all(), visible_to).await.map(Some)
    }
}
