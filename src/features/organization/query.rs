//! Queries about organizations.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use entity::{id::OrganizationId, organization::Column};
use sea_orm::{ColumnTrait, Condition, PaginatorTrait, QueryFilter};

use super::{
    filter::{OrganizationSort, OrganizationWhere, by_name, names_with, sort_keys},
    loader::OrganizationById,
    object::{Organization, OrganizationConnection},
    visibility,
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Id, ListRequest, PageArguments, SortKey, bad_input, fault},
};

/// Queries about organizations.
#[derive(Debug, Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// One organization, by id or external id: give exactly one. In store scope it is one in which you are an active
    /// member; in admin scope this requires `organizations:read`.
    #[graphql(
        guard = "guard::store_or_organizations_read",
        visible = "guard::shows::store_or_organizations_read"
    )]
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: Option<Id<OrganizationId>>,
        #[graphql(desc = "The id in another system.")] external_id: Option<String>,
    ) -> Result<Option<Organization>> {
        match (id, external_id) {
            (Some(id), None) => Ok(ctx.load::<OrganizationById>(id.0).await?.map(Organization)),
            (None, Some(external_id)) if crate::text::is_clean(&external_id, false) => {
                let call = ctx.call();
                let row = visibility::organizations(&call.viewer)
                    .filter(Column::ExternalId.eq(external_id))
                    .one(call.db())
                    .await
                    .map_err(|error| fault(call, &error))?;
                Ok(row.map(Organization::from))
            }
            (None, Some(_)) => Ok(None),
            _ => Err(bad_input("Give exactly one of id and externalId.", None)),
        }
    }

    /// The organizations, newest first unless sorted otherwise. Requires `organizations:read`.
    #[graphql(
        guard = "guard::organizations_read",
        visible = "guard::shows::organizations_read",
        tag = "admin",
        requires_scopes = "organizations:read"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words that all occur in the name, in any case and without accents.")] query: Option<String>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<OrganizationWhere>,
        #[graphql(desc = "The order; by default newest first.")] sort: Option<Vec<OrganizationSort>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrganizationConnection>> {
        let mut condition = filter.unwrap_or_default().condition(ctx.call())?;
        if let Some(query) = query {
            condition = condition.add(names_with(&query)?);
        }
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        list(ctx, page, sort_keys(sort), condition).await.map(Some)
    }

    /// The organizations in which you are an active member, by name. Requires a customer's token.
    #[graphql(
        guard = "guard::store",
        visible = "guard::shows::store",
        tag = "store",
        requires_scopes = "store"
    )]
    async fn my_organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrganizationConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        // What a customer can see at all are these.
        list(ctx, page, by_name(), Condition::all()).await.map(Some)
    }
}

async fn list(
    ctx: &Context<'_>,
    page: PageArguments,
    keys: Vec<SortKey<Column>>,
    condition: Condition,
) -> Result<OrganizationConnection> {
    let call = ctx.call();
    let request = ListRequest::new(ctx, page, keys, condition)?;
    let rows = request
        .apply(visibility::organizations(&call.viewer))
        .all(call.db())
        .await
        .map_err(|error| fault(call, &error))?;
    let page = request.cut(rows.into_iter().map(Arc::new).collect());
    let counted = Arc::clone(&request);
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let call = ctx.call();
            let select = visibility::organizations(&call.viewer).filter(counted.condition.clone());
            Box::pin(async move {
                let count = select.count(call.db()).await.map_err(|error| fault(call, &error))?;
                Ok(i64::try_from(count).unwrap_or(i64::MAX))
            })
        }),
    ))
}
