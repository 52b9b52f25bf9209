//! Queries about customers.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use chrono::TimeDelta;
use entity::{
    customer::{Column, Model},
    id::CustomerId,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::{
    filter::{CustomerSort, CustomerWhere, sort_keys},
    loader::CustomerById,
    object::Customer,
    search,
    service::{self, CHANGES, Untold},
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, DateTime, Email, Id, ListRequest, PageArguments, bad_input, direct::One, fault},
    text::{is_clean, normalize_email, search_words},
    work::Call,
};

/// Queries about customers.
#[derive(Debug, Default)]
pub struct CustomerQuery;

/// A page of customers.
pub type CustomerConnection = Connection<Customer>;

#[Object]
impl CustomerQuery {
    /// The customer whose token this is; null for everybody else.
    async fn me(&self, ctx: &Context<'_>) -> Result<Option<One<Customer>>> {
        match ctx.call().viewer.customer() {
            Some(own) => Ok(ctx.load::<CustomerById>(own).await?.map(One)),
            None => Ok(None),
        }
    }

    /// One customer, by id, e-mail address or external id: give exactly one. By e-mail address the registered customer
    /// comes before guests, and the oldest guest before others. With `asOf` the profile is shown as it was then, null before
    /// the customer was created; what belongs to the customer (addresses, orders, groups and so on) is that of now. Requires
    /// `customers:read`, and with `asOf` `timeline:read` besides.
    #[graphql(
        guard = "guard::customers_read",
        visible = "guard::shows::customers_read",
        tag = "admin",
        requires_scopes = "customers:read"
    )]
    async fn customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: Option<Id<CustomerId>>,
        #[graphql(desc = "The e-mail address, in any case.")] email: Option<Email>,
        #[graphql(desc = "The id in another system.")] external_id: Option<String>,
        #[graphql(desc = "Show the profile as it was at the end of this millisecond.")] as_of: Option<DateTime>,
    ) -> Result<Option<One<Customer>>> {
        if as_of.is_some() {
            guard::timeline_read(ctx)?;
        }
        let found = match (id, email, external_id) {
            (Some(id), None, None) if as_of.is_some() => first(ctx, |select| select.filter(Column::Id.eq(id.0))).await,
            (Some(id), None, None) => Ok(ctx.load::<CustomerById>(id.0).await?.map(One)),
            (None, Some(email), None) => match normalize_email(&email.0) {
                Some(email) => {
                    first(ctx, |select| {
                        select
                            .filter(Column::EmailNormalized.eq(email))
                            .order_by_desc(Column::HasAccount)
                            .order_by_asc(Column::CreatedAt)
                            .order_by_asc(Column::Id)
                    })
                    .await
                }
                None => Ok(None),
            },
            (None, None, Some(external_id)) if is_clean(&external_id, false) => {
                first(ctx, |select| select.filter(Column::ExternalId.eq(external_id))).await
            }
            (None, None, Some(_)) => Ok(None),
            _ => Err(bad_input("Give exactly one of id, email and externalId.", None)),
        }?;
        match (found, as_of) {
            (Some(One(row)), Some(at)) => as_it_was(ctx.call(), &row, at).await,
            (found, _) => Ok(found),
        }
    }

    /// The customers, newest first unless sorted otherwise. Requires `customers:read`.
    #[graphql(
        guard = "guard::customers_read",
        visible = "guard::shows::customers_read",
        tag = "admin",
        requires_scopes = "customers:read"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Words that all occur in e-mail address, names, business or phone number, in any case and without accents; from three letters on anywhere in a word, else at its start."
        )]
        query: Option<String>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<CustomerWhere>,
        #[graphql(desc = "The order; by default newest first.")] sort: Option<Vec<CustomerSort>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<CustomerConnection>> {
        let call = ctx.call();
        let condition = filter.unwrap_or_default().condition(call)?;
        let words = match query {
            Some(query) if query.len() > 512 => {
                return Err(bad_input("A search has at most 512 bytes.", Some("INVALID_FILTER")));
            }
            Some(query) => search_words(&query)
                .into_iter()
                .filter(|word| is_clean(word, false))
                .collect(),
            None => Vec::new(),
        };
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let request = ListRequest::new(ctx, page, sort_keys(sort), condition)?;
        let rows = search::page(call, &request, &words)
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
                let select = search::matching(ctx.call(), &words).filter(counted.condition.clone());
                Box::pin(async move { count(ctx.call(), select).await })
            }),
        )))
    }
}

/// The first customer of a select.
async fn first(
    ctx: &Context<'_>,
    narrow: impl FnOnce(Select<entity::customer::Entity>) -> Select<entity::customer::Entity>,
) -> Result<Option<One<Customer>>> {
    let call = ctx.call();
    let row: Option<Model> = narrow(visible_to(&call.viewer))
        .limit(1)
        .one(call.db())
        .await
        .map_err(|error| fault(call, &error))?;
    Ok(row.map(|row| One(Arc::new(row))))
}

/// How long an instant is, as it is told: a millisecond, without the first of the next.
const TELLABLE: TimeDelta = TimeDelta::microseconds(999);

/// The customer as they were at an instant.
async fn as_it_was(call: &Call, row: &Model, at: DateTime) -> Result<Option<One<Customer>>> {
    // Instants are told in milliseconds: whoever names that of a change means what it has made.
    let end = at.0.checked_add_signed(TELLABLE).unwrap_or(at.0);
    match service::as_of(call, row.clone(), end).await {
        Ok(row) => Ok(row.map(|row| One(Arc::new(row)))),
        Err(Untold::TooManyChanges) => Err(bad_input(
            format!("There were more than {CHANGES} changes since. Ask for a later instant."),
            None,
        )),
        Err(Untold::Fault(error)) => Err(fault(call, &error)),
    }
}

async fn count<E: EntityTrait>(call: &Call, select: Select<E>) -> Result<i64>
where
    E::Model: Send + Sync,
{
    let count = select.count(call.db()).await.map_err(|error| fault(call, &error))?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
