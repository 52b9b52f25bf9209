//! `organization_member_role`: which member of an organization has which roles.

use sea_orm::entity::prelude::*;

use crate::{
    id::{OrganizationMemberId, OrganizationRoleId},
    personal_data::{Classified, DataClass},
};

/// One role of one member.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_member_role")]
pub struct Model {
    /// The member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_member_id: OrganizationMemberId,
    /// The role that the member has.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_role_id: OrganizationRoleId,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::OrganizationMemberId | Column::OrganizationRoleId => DataClass::Impersonal,
        }
    }
}
