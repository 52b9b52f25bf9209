//! Queries about groups.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use entity::{
    customer_group::{Column, Entity},
    id::CustomerGroupId,
};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, Select};

use super::{
    filter::{CustomerGroupSort, CustomerGroupWhere, sort_keys},
    loader::CustomerGroupById,
    object::CustomerGroup,
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Id, ListRequest, PageArguments, bad_input, fault},
    text::{fold, is_clean},
    work::dialect,
};

/// Queries about groups.
#[derive(Debug, Default)]
pub struct CustomerGroupQuery;

/// A page of groups.
pub type CustomerGroupConnection = Connection<CustomerGroup>;

#[Object]
impl CustomerGroupQuery {
    /// One customer group, by id, name or external id: give exactly one. The name, in any case and without accents, is
    /// that of a group of the platform. Requires `groups:read`.
    #[graphql(
        guard = "guard::groups_read",
        visible = "guard::shows::groups_read",
        tag = "admin",
        requires_scopes = "groups:read"
    )]
    async fn customer_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: Option<Id<CustomerGroupId>>,
        #[graphql(desc = "The name of a group of the platform.")] name: Option<String>,
        #[graphql(desc = "The id in another system.")] external_id: Option<String>,
    ) -> Result<Option<CustomerGroup>> {
        match (id, name, external_id) {
            (Some(id), None, None) => Ok(ctx.load::<CustomerGroupById>(id.0).await?.map(CustomerGroup)),
            (None, Some(text), None) | (None, None, Some(text)) if !is_clean(&text, false) => Ok(None),
            (None, Some(name), None) => {
                one(ctx, |select| {
                    select
                        .filter(Column::OwnerVendorId.is_null())
                        .filter(Column::NameFolded.eq(fold(&name)))
                })
                .await
            }
            (None, None, Some(external_id)) => {
                one(ctx, |select| select.filter(Column::ExternalId.eq(external_id))).await
            }
            _ => Err(bad_input("Give exactly one of id, name and externalId.", None)),
        }
    }

    /// The customer groups, newest first unless sorted otherwise. Requires `groups:read`.
    #[graphql(
        guard = "guard::groups_read",
        visible = "guard::shows::groups_read",
        tag = "admin",
        requires_scopes = "groups:read"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn customer_groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A text that the name contains, in any case and without accents.")] query: Option<String>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<CustomerGroupWhere>,
        #[graphql(desc = "The order; by default newest first.")] sort: Option<Vec<CustomerGroupSort>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<CustomerGroupConnection>> {
        let call = ctx.call();
        let mut condition = filter.unwrap_or_default().condition(call)?;
        if let Some(query) = query {
            if query.len() > 512 || !is_clean(&query, false) {
                return Err(bad_input(
                    "A search has at most 512 bytes and no control characters.",
                    Some("INVALID_FILTER"),
                ));
            }
            condition = condition.add(dialect::contains(dialect::column(Column::NameFolded), &fold(&query)));
        }
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let request = ListRequest::new(ctx, page, sort_keys(sort), condition)?;
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
                let select = visible_to(&ctx.call().viewer).filter(counted.condition.clone());
                Box::pin(async move {
                    let count = select.count(ctx.call().db()).await;
                    let count = count.map_err(|error| fault(ctx.call(), &error))?;
                    Ok(i64::try_from(count).unwrap_or(i64::MAX))
                })
            }),
        )))
    }
}

/// The one group that is left of those that the viewer may see.
async fn one(
    ctx: &Context<'_>,
    narrow: impl FnOnce(Select<Entity>) -> Select<Entity>,
) -> Result<Option<CustomerGroup>> {
    let call = ctx.call();
    let row = narrow(visible_to(&call.viewer))
        .one(call.db())
        .await
        .map_err(|error| fault(call, &error))?;
    Ok(row.map(CustomerGroup::from))
}
