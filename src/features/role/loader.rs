//! Roles by id, and the roles of staff users.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::{RoleId, StaffUserId},
    role::{Column, Model},
    role_assignment,
};
use sea_orm::{DbErr, QueryFilter};

use super::visibility::visible_to;
use crate::{
    auth::{
        Permission, Permissions,
        grants::{self, RoleBook, Standing},
    },
    features::staff::visibility as staff,
    graphql::Batch,
    work::{Call, dialect},
};

/// A role by id.
#[derive(Debug)]
pub struct RoleById;

impl Batch for RoleById {
    type Key = RoleId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[RoleId]) -> Result<HashMap<RoleId, Arc<Model>>, DbErr> {
        let rows = visible_to(&call.viewer)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::Id),
                keys.iter().map(|id| id.0),
            ))
            .all(call.db())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// All roles with what they inherit from, however many ask.
#[derive(Debug)]
pub struct AllRoles;

impl Batch for AllRoles {
    type Key = ();
    type Value = Arc<RoleBook>;

    async fn load(call: &Call, _: &[()]) -> Result<HashMap<(), Arc<RoleBook>>, DbErr> {
        let book = if call.viewer.may(Permission::StaffRead) {
            RoleBook::read(call.db()).await?
        } else {
            RoleBook::default()
        };
        Ok(HashMap::from([((), Arc::new(book))]))
    }
}

/// The roles that a staff user has, and where.
#[derive(Debug)]
pub struct RolesOfStaffUser;

impl Batch for RolesOfStaffUser {
    type Key = StaffUserId;
    type Value = Vec<Arc<role_assignment::Model>>;

    async fn load(call: &Call, keys: &[StaffUserId]) -> Result<HashMap<StaffUserId, Self::Value>, DbErr> {
        if !call.viewer.may(Permission::StaffRead) {
            return Ok(HashMap::new());
        }
        let found = grants::assignments(call.db(), keys).await?;
        Ok(found
            .into_iter()
            .map(|(user, rows)| (user, rows.into_iter().map(Arc::new).collect()))
            .collect())
    }
}

/// What a staff user may do all in all.
#[derive(Debug)]
pub struct StandingOfStaffUser;

impl Batch for StandingOfStaffUser {
    type Key = StaffUserId;
    type Value = Arc<Standing>;

    async fn load(call: &Call, keys: &[StaffUserId]) -> Result<HashMap<StaffUserId, Arc<Standing>>, DbErr> {
        let rows = staff::visible_to(&call.viewer)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(entity::staff_user::Column::Id),
                keys.iter().map(|id| id.0),
            ))
            .all(call.db())
            .await?;
        let users: Vec<_> = rows
            .iter()
            .map(|row| (row.id, Permissions::stored(&row.permissions)))
            .collect();
        let standings = grants::standings(call.db(), &users).await?;
        Ok(standings
            .into_iter()
            .map(|(user, standing)| (user, Arc::new(standing)))
            .collect())
    }
}
