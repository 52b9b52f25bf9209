//! What the timeline tells of this room's rows, and how they are read back for a repeated request.

use entity::{
    id::{CustomerId, OrganizationId, OrganizationMemberId, OrganizationUnitId},
    organization, organization_member, organization_unit,
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, entity::prelude::Json};
use serde_json::json;

use super::super::visibility;
use crate::work::{Call, ReadBack, Snapshot};

impl Snapshot for organization::Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("name", json!(self.name)),
            ("legalName", json!(self.legal_name)),
            ("registrationNumber", json!(self.registration_number)),
            ("externalId", json!(self.external_id)),
            ("status", json!(self.status)),
            ("metadata", self.metadata.clone()),
            ("privateMetadata", self.private_metadata.clone()),
        ]
    }
}

impl Snapshot for organization_unit::Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![("name", json!(self.name)), ("parentId", json!(self.parent_id))]
    }
}

/// A member with what stands in other tables.
pub struct WholeMember {
    /// The row.
    pub row: organization_member::Model,
    /// The handles of the roles, sorted.
    pub roles: Vec<String>,
    /// The units.
    pub units: Vec<OrganizationUnitId>,
}

impl Snapshot for WholeMember {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("customerId", json!(self.row.customer_id)),
            ("status", json!(self.row.status)),
            ("roles", json!(self.roles)),
            ("unitIds", json!(self.units)),
        ]
    }
}

impl ReadBack for organization::Model {
    type Id = OrganizationId;

    fn id(&self) -> OrganizationId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        None
    }

    async fn read_back(call: &Call, ids: Vec<OrganizationId>) -> Result<Vec<Self>, DbErr> {
        visibility::organizations(&call.viewer)
            .filter(organization::Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}

impl ReadBack for organization_unit::Model {
    type Id = OrganizationUnitId;

    fn id(&self) -> OrganizationUnitId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        None
    }

    async fn read_back(call: &Call, ids: Vec<OrganizationUnitId>) -> Result<Vec<Self>, DbErr> {
        visibility::units(&call.viewer)
            .filter(organization_unit::Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}

impl ReadBack for organization_member::Model {
    type Id = OrganizationMemberId;

    fn id(&self) -> OrganizationMemberId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        Some(self.customer_id)
    }

    async fn read_back(call: &Call, ids: Vec<OrganizationMemberId>) -> Result<Vec<Self>, DbErr> {
        visibility::members(&call.viewer)
            .filter(organization_member::Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}
