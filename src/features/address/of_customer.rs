//! The edges from a customer to their addresses.

use std::sync::Arc;

use async_graphql::{Context, Result};
use entity::id::CustomerId;

use super::{
    filter::{AddressSort, AddressWhere, Newest, sort_keys},
    loader::{AddressCountOfCustomer, AddressesOfCustomer, DefaultsOfCustomer},
    object::Address,
    query::AddressConnection,
};
use crate::graphql::{Connection, ContextExt, ListRequest, PageArguments};

/// A page of a customer's addresses, oldest first unless sorted otherwise.
pub(crate) async fn addresses_of(
    ctx: &Context<'_>,
    customer: CustomerId,
    filter: Option<AddressWhere>,
    sort: Option<Vec<AddressSort>>,
    page: PageArguments,
) -> Result<AddressConnection> {
    let condition = filter.unwrap_or_default().condition(ctx.call())?;
    let request = ListRequest::new(ctx, page, sort_keys(sort, Newest::Last), condition)?;
    let key = (customer, Arc::clone(&request));
    let page = ctx.load::<AddressesOfCustomer>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<AddressCountOfCustomer>(key).await?.unwrap_or_default()) })
        }),
    ))
}

/// The address of a customer where goods go.
pub(crate) async fn default_shipping_of(ctx: &Context<'_>, customer: CustomerId) -> Result<Option<Address>> {
    let defaults = ctx.load::<DefaultsOfCustomer>(customer).await?.unwrap_or_default();
    Ok(defaults.shipping.map(Address))
}

/// The address of a customer where bills go.
pub(crate) async fn default_billing_of(ctx: &Context<'_>, customer: CustomerId) -> Result<Option<Address>> {
    let defaults = ctx.load::<DefaultsOfCustomer>(customer).await?.unwrap_or_default();
    Ok(defaults.billing.map(Address))
}
