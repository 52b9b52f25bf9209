//! Queries about addresses.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use entity::id::AddressId;
use sea_orm::{PaginatorTrait, QueryFilter};

use super::{
    filter::{AddressSort, AddressWhere, Newest, sort_keys},
    loader::AddressById,
    object::{Address, AddressRules},
    postal,
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, CountryCode, Id, ListRequest, PageArguments, fault},
};

/// Queries about addresses.
#[derive(Debug, Default)]
pub struct AddressQuery;

/// A page of addresses.
pub type AddressConnection = Connection<Address>;

#[Object]
impl AddressQuery {
    /// One address. Customers find their own; others require `addresses:read`.
    #[graphql(
        guard = "guard::store_or_addresses_read",
        visible = "guard::shows::store_or_addresses_read"
    )]
    async fn address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: Id<AddressId>,
    ) -> Result<Option<Address>> {
        Ok(ctx.load::<AddressById>(id.0).await?.map(Address))
    }

    /// The addresses of all customers and organization units, newest first unless sorted otherwise. A system that
    /// keeps a copy asks for those whose `updatedAt` is after its last visit. Requires `addresses:read`.
    #[graphql(
        guard = "guard::addresses_read",
        visible = "guard::shows::addresses_read",
        tag = "admin",
        requires_scopes = "addresses:read"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn addresses(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<AddressWhere>,
        #[graphql(desc = "The order; by default newest first.")] sort: Option<Vec<AddressSort>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<AddressConnection>> {
        let call = ctx.call();
        let condition = filter.unwrap_or_default().condition(call)?;
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let request = ListRequest::new(ctx, page, sort_keys(sort, Newest::First), condition)?;
        let rows = call
            .db()
            .rows(request.apply(visible_to(&call.viewer)))
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
                let call = Arc::clone(ctx.call());
                let select = visible_to(&call.viewer).filter(counted.condition.clone());
                Box::pin(async move {
                    let count = select.count(call.db()).await.map_err(|error| fault(&call, &error))?;
                    Ok(i64::try_from(count).unwrap_or(i64::MAX))
                })
            }),
        )))
    }

    /// What an address in a country has to have and how it is written; null for a country that does not exist.
    async fn address_rules(&self, #[graphql(desc = "The country.")] country_code: CountryCode) -> Option<AddressRules> {
        postal::rules(&country_code.0).map(AddressRules)
    }
}
