//! `Organization`.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::{
    id::OrganizationId,
    organization::{Column, Model},
};
use sea_orm::{Condition, DbErr};

use super::{
    super::{
        filter::{OrganizationMemberWhere, OrganizationStatus, member_keys, unit_keys},
        loader::{
            MemberCountOfOrganization, MembersOfOrganization, RolesOfOrganization, RootUnitOfOrganization,
            UnitCountOfOrganization, UnitsOfOrganization,
        },
    },
    OrganizationMember, OrganizationMemberConnection, OrganizationRole, OrganizationUnit, OrganizationUnitConnection,
    list_of,
};
use crate::{
    auth::guard,
    features::{
        customer::picked,
        order::{OrderLinkConnection, OrderLinkWhere, orders_of},
        timeline::{TimelineEntryConnection, TimelineEntryWhere, timeline_of},
    },
    graphql::{Connection, ContextExt, DateTime, JsonObject, ListNode, PageArguments, fault},
};

/// A business whose members buy together.
#[derive(Clone, Debug)]
pub struct Organization(pub Arc<Model>);

/// A page of organizations.
pub type OrganizationConnection = Connection<Organization>;

impl ListNode for Organization {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl From<Model> for Organization {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A business whose members buy together.
#[Object]
impl Organization {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The name in the commercial register.
    async fn legal_name(&self) -> Option<&str> {
        self.0.legal_name.as_deref()
    }

    /// The number in the commercial register.
    async fn registration_number(&self) -> Option<&str> {
        self.0.registration_number.as_deref()
    }

    /// The id in another system.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Whether members may act for the organization.
    async fn status(&self) -> OrganizationStatus {
        self.0.status.into()
    }

    /// Facts about the organization that members may read: all of them, or those under the given keys.
    async fn metadata(&self, keys: Option<Vec<String>>) -> JsonObject {
        picked(&self.0.metadata, keys.as_deref())
    }

    /// Facts about the organization for staff alone. Requires `organizations:read`.
    #[graphql(
        guard = "guard::organizations_read",
        visible = "guard::shows::organizations_read",
        tag = "admin",
        requires_scopes = "organizations:read"
    )]
    async fn private_metadata(&self, keys: Option<Vec<String>>) -> Option<JsonObject> {
        Some(picked(&self.0.private_metadata, keys.as_deref()))
    }

    /// The unit at the top, which every organization has.
    async fn root_unit(&self, ctx: &Context<'_>) -> Result<OrganizationUnit> {
        let row = ctx.load::<RootUnitOfOrganization>(self.0.id).await?;
        row.map(OrganizationUnit)
            // Only when the organization goes while it is being read.
            .ok_or_else(|| fault(ctx.call(), &DbErr::RecordNotFound("a root unit".to_owned())))
    }

    /// All units, in the order in which they were created.
    async fn units(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<OrganizationUnitConnection> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        list_of::<OrganizationUnit, OrganizationId, UnitsOfOrganization, UnitCountOfOrganization>(
            ctx,
            self.0.id,
            page,
            unit_keys(),
            Condition::all(),
        )
        .await
    }

    /// The members, in the order in which they joined. Requires `organizations:read`.
    #[graphql(
        guard = "guard::organizations_read",
        visible = "guard::shows::organizations_read",
        tag = "admin",
        requires_scopes = "organizations:read"
    )]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<OrganizationMemberWhere>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrganizationMemberConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let condition = filter.unwrap_or_default().condition()?;
        list_of::<OrganizationMember, OrganizationId, MembersOfOrganization, MemberCountOfOrganization>(
            ctx,
            self.0.id,
            page,
            member_keys(),
            condition,
        )
        .await
        .map(Some)
    }

    /// The orders that were placed for the organization, those placed last first. A customer sees their own among them;
    /// others require `orders:read`.
    #[graphql(
        guard = "guard::store_or_orders_read",
        visible = "guard::shows::store_or_orders_read"
    )]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<OrderLinkWhere>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrderLinkConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        orders_of(ctx, self.0.id, filter, page).await.map(Some)
    }

    /// What was done to the organization and to what is part of it, by whom and why, newest first. Requires `timeline:read`,
    /// and to see an entry what it takes to read the object that was changed.
    #[graphql(
        guard = "guard::timeline_read",
        visible = "guard::shows::timeline_read",
        tag = "admin",
        requires_scopes = "timeline:read"
    )]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<TimelineEntryWhere>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<TimelineEntryConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        timeline_of(ctx, self.0.id, filter, page).await.map(Some)
    }

    /// The roles that members can have: the built-in ones, and those of this organization.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<OrganizationRole>> {
        let rows = ctx.load::<RolesOfOrganization>(self.0.id).await?.unwrap_or_default();
        Ok(rows.into_iter().map(OrganizationRole).collect())
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the organization was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the organization was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
