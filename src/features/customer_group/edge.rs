//! The lists at the two ends of a membership: the groups of a customer, the customers of a group.

use async_graphql::{Context, Result};
use entity::id::{CustomerGroupId, CustomerId};

use super::{
    filter::{CustomerGroupWhere, newest_membership_first},
    loader::{CustomerCountOfGroup, CustomersOfGroup, GroupCountOfCustomer, GroupsOfCustomer},
    object::CustomerGroup,
    query::CustomerGroupConnection,
};
use crate::{
    features::customer::{CustomerConnection, CustomerWhere},
    graphql::{
        Connection, ContextExt, ListRequest, PageArguments,
        direct::{Written, write_pages},
    },
};

/// The groups of a customer, newest membership first; read together with those of other customers.
///
/// # Errors
/// `BAD_USER_INPUT` for page or filter arguments that make no sense, and faults.
pub async fn groups_of_customer(
    ctx: &Context<'_>,
    customer: CustomerId,
    filter: Option<CustomerGroupWhere>,
    page: PageArguments,
) -> Result<CustomerGroupConnection> {
    let condition = filter.unwrap_or_default().condition(ctx.call())?;
    let request = ListRequest::new(ctx, page, newest_membership_first(), condition)?;
    let key = (customer, request.clone());
    let page = ctx.load::<GroupsOfCustomer>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::of(
        request,
        page,
        |member| member.row.clone(),
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<GroupCountOfCustomer>(key).await?.unwrap_or_default()) })
        }),
    ))
}

/// The customers of a group, newest membership first; read together with those of other groups.
///
/// # Errors
/// As for [`groups_of_customer`].
pub async fn customers_of_group(
    ctx: &Context<'_>,
    group: CustomerGroupId,
    filter: Option<CustomerWhere>,
    page: PageArguments,
) -> Result<CustomerConnection> {
    let condition = filter.unwrap_or_default().condition(ctx.call())?;
    let request = ListRequest::new(ctx, page, newest_membership_first(), condition)?;
    let key = (group, request.clone());
    let page = ctx.load::<CustomersOfGroup>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::of(
        request,
        page,
        |member| member.row.clone(),
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<CustomerCountOfGroup>(key).await?.unwrap_or_default()) })
        }),
    ))
}

/// Writes the groups of each of these customers, newest membership first.
///
/// # Errors
/// As for [`groups_of_customer`].
pub async fn write_groups_of(
    ctx: &Context<'_>,
    customers: impl Iterator<Item = CustomerId> + Send,
    page: PageArguments,
) -> Written {
    let condition = CustomerGroupWhere::default().condition(ctx.call())?;
    let request = ListRequest::new(ctx, page, newest_membership_first(), condition)?;
    write_pages::<GroupsOfCustomer, CustomerGroup, _, _, _>(ctx, request, customers, |member| &member.row).await
}
