//! Queries about activities.

use async_graphql::{Context, Object, Result};

use super::{
    filter::{OrderActivitySort, OrderActivityWhere, sort_keys},
    object::OrderActivity,
};
use crate::{
    auth::guard,
    features::order::visibility::activities_visible_to,
    graphql::{Connection, PageArguments, root_list},
};

/// Queries about what happened to orders.
#[derive(Debug, Default)]
pub struct OrderActivityQuery;

/// A page of activities.
pub type OrderActivityConnection = Connection<OrderActivity>;

#[Object]
impl OrderActivityQuery {
    /// What happened to the orders of everybody, newest first unless sorted otherwise. A system that keeps a copy asks for
    /// those whose `updatedAt` is after its last visit. Requires `orders:read`.
    #[graphql(
        guard = "guard::orders_read",
        visible = "guard::shows::orders_read",
        tag = "admin",
        requires_scopes = "orders:read"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn order_activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<OrderActivityWhere>,
        #[graphql(desc = "The order; by default what happened last first.")] sort: Option<Vec<OrderActivitySort>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrderActivityConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let condition = filter.unwrap_or_default().condition()?;
        root_list(ctx, page, sort_keys(sort), condition, activities_visible_to)
            .await
            .map(Some)
    }
}
