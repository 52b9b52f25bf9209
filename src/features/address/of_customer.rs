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
use crate::graphql::{
    Connection, ContextExt, ListRequest, PageArguments,
    direct::{Written, write_pages},
};

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

/// Writes the addresses of each of these customers, oldest first.
pub(crate) async fn write_addresses_of(
    ctx: &Context<'_>,
    customers: impl Iterator<Item = CustomerId> + Send,
    page: PageArguments,
) -> Written {
    let condition = AddressWhere::default().condition(ctx.call())?;
    let request = ListRequest::new(ctx, page, sort_keys(None, Newest::Last), condition)?;
    write_pages::<AddressesOfCustomer, Address, _, _, _>(ctx, request, customers, |row| row).await
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
