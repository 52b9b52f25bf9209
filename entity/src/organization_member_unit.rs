//! `organization_member_unit`: which member of an organization works in which units.

use sea_orm::entity::prelude::*;

use crate::{
    id::{OrganizationMemberId, OrganizationUnitId},
    personal_data::{Classified, DataClass},
};

/// One unit of one member.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_member_unit")]
pub struct Model {
    /// The member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_member_id: OrganizationMemberId,
    /// The unit in which the member works.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_unit_id: OrganizationUnitId,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::OrganizationMemberId | Column::OrganizationUnitId => DataClass::Impersonal,
        }
    }
}
