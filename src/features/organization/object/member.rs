//! `OrganizationMember`.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::{
    id::CustomerId,
    organization_member::{Column, Model},
};
use sea_orm::Condition;

use super::{
    super::{
        filter::{OrganizationMemberStatus, member_keys},
        loader::{MembershipCountOfCustomer, MembershipsOfCustomer, OrganizationById, RolesOfMember, UnitsOfMember},
    },
    Organization, OrganizationRole, OrganizationUnit, list_of,
};
use crate::{
    auth::guard,
    features::customer::{Customer, CustomerById},
    graphql::{Connection, ContextExt, DateTime, ListNode, PageArguments},
};

/// The membership of a customer in an organization.
#[derive(Clone, Debug)]
pub struct OrganizationMember(pub Arc<Model>);

/// A page of members.
pub type OrganizationMemberConnection = Connection<OrganizationMember>;

impl ListNode for OrganizationMember {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl From<Model> for OrganizationMember {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// The memberships of a customer, in the order in which they began: the edge `Customer.memberships`.
///
/// # Errors
/// `BAD_USER_INPUT` for a page that makes no sense.
pub async fn memberships_of_customer(
    ctx: &Context<'_>,
    customer: CustomerId,
    page: PageArguments,
) -> Result<OrganizationMemberConnection> {
    list_of::<OrganizationMember, CustomerId, MembershipsOfCustomer, MembershipCountOfCustomer>(
        ctx,
        customer,
        page,
        member_keys(),
        Condition::all(),
    )
    .await
}

/// The membership of a customer in an organization.
#[Object]
impl OrganizationMember {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The organization; null for a member whose membership is on hold.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        let row = ctx.load::<OrganizationById>(self.0.organization_id).await?;
        Ok(row.map(Organization))
    }

    /// The customer. In admin scope this requires `customers:read`.
    #[graphql(
        guard = "guard::store_or_customers_read",
        visible = "guard::shows::store_or_customers_read"
    )]
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        Ok(ctx.load::<CustomerById>(self.0.customer_id).await?.map(Customer))
    }

    /// What the member may do for the organization.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<OrganizationRole>> {
        let rows = ctx.load::<RolesOfMember>(self.0.id).await?.unwrap_or_default();
        Ok(rows.into_iter().map(OrganizationRole).collect())
    }

    /// The units in which the member works; empty when it is none in particular.
    async fn units(&self, ctx: &Context<'_>) -> Result<Vec<OrganizationUnit>> {
        let rows = ctx.load::<UnitsOfMember>(self.0.id).await?.unwrap_or_default();
        Ok(rows.into_iter().map(OrganizationUnit).collect())
    }

    /// Whether the member may act for the organization.
    async fn status(&self) -> OrganizationMemberStatus {
        self.0.status.into()
    }

    /// When the customer became a member.
    async fn joined_at(&self) -> DateTime {
        DateTime(self.0.joined_at)
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
