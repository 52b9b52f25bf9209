//! `role_assignment`: which staff user has which role, and where.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{RoleAssignmentId, RoleId, StaffUserId},
    personal_data::{Classified, DataClass},
};

/// Where does a role count?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ScopeKind {
    /// Everywhere.
    #[sea_orm(string_value = "ALL")]
    All,
    /// For what belongs to one channel.
    #[sea_orm(string_value = "CHANNEL")]
    Channel,
    /// For what belongs to one vendor.
    #[sea_orm(string_value = "VENDOR")]
    Vendor,
}

/// A staff user has a role.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role_assignment")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleAssignmentId,
    /// Who has the role; once per role and scope.
    pub staff_user_id: StaffUserId,
    /// The role.
    pub role_id: RoleId,
    /// Where it counts.
    pub scope_kind: ScopeKind,
    /// The stored bits of the id of the channel or vendor; absent when it counts everywhere.
    pub scope_id: Option<Uuid>,
    /// The staff user who gave the role.
    pub assigned_by: Option<StaffUserId>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Id
            | Column::StaffUserId
            | Column::RoleId
            | Column::ScopeKind
            | Column::ScopeId
            | Column::AssignedBy
            | Column::CreatedAt => DataClass::Impersonal,
        }
    }
}
