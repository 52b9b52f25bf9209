//! `OrganizationUnit`.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::{
    id::OrganizationUnitId,
    organization_unit::{Column, Model},
};
use sea_orm::Condition;

use super::{
    super::{
        filter::unit_keys,
        loader::{ChildCountOfUnit, ChildrenOfUnit, OrganizationById, UnitById},
    },
    Organization, list_of,
};
use crate::graphql::{Connection, ContextExt, DateTime, ListNode, PageArguments};

/// A division or location of an organization.
#[derive(Clone, Debug)]
pub struct OrganizationUnit(pub Arc<Model>);

/// A page of units.
pub type OrganizationUnitConnection = Connection<OrganizationUnit>;

impl ListNode for OrganizationUnit {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl From<Model> for OrganizationUnit {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A division or location of an organization. The units of an organization form a tree with one root.
#[Object]
impl OrganizationUnit {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The organization.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        let row = ctx.load::<OrganizationById>(self.0.organization_id).await?;
        Ok(row.map(Organization))
    }

    /// The unit above; null for the root.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<OrganizationUnit>> {
        match self.0.parent_id {
            Some(parent) => Ok(ctx.load::<UnitById>(parent).await?.map(OrganizationUnit)),
            None => Ok(None),
        }
    }

    /// The units right below, in the order in which they were created.
    async fn children(
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
        list_of::<Self, OrganizationUnitId, ChildrenOfUnit, ChildCountOfUnit>(
            ctx,
            self.0.id,
            page,
            unit_keys(),
            Condition::all(),
        )
        .await
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the unit was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the unit was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
