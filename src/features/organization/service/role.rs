//! Roles: three that every organization has, and later those that an organization makes for itself.

use entity::{
    id::{OrganizationId, OrganizationRoleId, PrefixedId},
    organization_role::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, Condition, QueryFilter, entity::prelude::Uuid};

use super::super::visibility;
use crate::work::{ErrorCode, UnitOfWork, UserError, WriteError};

/// The built-in role whose last active holder an organization keeps.
pub const ADMIN: OrganizationRoleId = OrganizationRoleId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));
/// The built-in role that approves orders.
pub const APPROVER: OrganizationRoleId = OrganizationRoleId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0002));
/// The built-in role of a member for whom none was named.
pub const BUYER: OrganizationRoleId = OrganizationRoleId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0003));

/// The roles that some organizations have.
#[derive(Debug)]
pub struct Roles(Vec<Model>);

impl Roles {
    /// Reads the built-in roles and those of these organizations.
    pub async fn of(unit: &UnitOfWork, organizations: &[OrganizationId]) -> Result<Self, WriteError> {
        let mut any = Condition::any().add(Column::OrganizationId.is_null());
        if !organizations.is_empty() {
            any = any.add(crate::work::dialect::any_of(
                unit.call().database.backend(),
                crate::work::dialect::column(Column::OrganizationId),
                organizations.iter().map(|organization| organization.uuid()),
            ));
        }
        let rows = visibility::writable_by::<Entity>(unit.viewer())
            .filter(any)
            .all(unit.db())
            .await?;
        Ok(Self(rows))
    }

    /// Finds roles by handle or id among those that an organization has (the built-in ones alone for one that is
    /// still to be made). A role that is named twice counts once.
    pub fn named(
        &self,
        organization: Option<OrganizationId>,
        names: &[String],
    ) -> Result<Vec<OrganizationRoleId>, Vec<UserError>> {
        let mut found = Vec::with_capacity(names.len());
        let mut errors = Vec::new();
        for (position, name) in names.iter().enumerate() {
            let id = OrganizationRoleId::parse(name).ok();
            let role = self.0.iter().find(|role| {
                (role.organization_id.is_none() || role.organization_id == organization)
                    && id.map_or_else(|| role.handle == *name, |id| role.id == id)
            });
            match role {
                Some(role) if found.contains(&role.id) => {}
                Some(role) => found.push(role.id),
                None => errors.push(UserError::not_found(&format!("roles.{position}"), "role")),
            }
        }
        if errors.is_empty() { Ok(found) } else { Err(errors) }
    }

    /// The handles of roles, as the timeline names them.
    pub fn handles(&self, ids: &[OrganizationRoleId]) -> Vec<String> {
        let mut handles: Vec<String> = ids
            .iter()
            .filter_map(|id| self.0.iter().find(|role| role.id == *id))
            .map(|role| role.handle.clone())
            .collect();
        handles.sort_unstable();
        handles
    }
}

/// A member without a role could do nothing and would only look like a member.
pub fn no_role() -> UserError {
    UserError::new(
        ErrorCode::Required,
        "roles",
        "Give at least one role, or remove the member.",
    )
}
