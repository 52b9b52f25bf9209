//! What belongs to organizations, read for many at once.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::{CustomerId, OrganizationId, OrganizationMemberId, OrganizationRoleId, OrganizationUnitId, PrefixedId},
    organization, organization_member, organization_member_role, organization_member_unit, organization_role,
    organization_unit,
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, JoinType, ModelTrait, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, QueryTrait, Select, entity::prelude::Uuid,
};

use super::visibility;
use crate::{
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::{Call, dialect},
};

macro_rules! by_id {
    ($($(#[$doc:meta])* $name:ident: $id:ident => $table:ident through $visible:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name;

            impl Batch for $name {
                type Key = $id;
                type Value = Arc<$table::Model>;

                async fn load(call: &Call, keys: &[$id]) -> Result<HashMap<$id, Self::Value>, DbErr> {
                    let rows = any_of(call, visibility::$visible(&call.viewer), $table::Column::Id, keys)
                        .all(call.db())
                        .await?;
                    Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
                }
            }
        )*
    };
}

by_id! {
    /// An organization by id.
    OrganizationById: OrganizationId => organization through organizations;
    /// A unit by id.
    UnitById: OrganizationUnitId => organization_unit through units;
    /// A member by id.
    MemberById: OrganizationMemberId => organization_member through members;
    /// A role by id.
    RoleById: OrganizationRoleId => organization_role through roles;
}

macro_rules! lists {
    ($($(#[$doc:meta])* $pages:ident and $counts:ident: $id:ident in $parent:ident => $table:ident through $visible:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $pages;

            impl Batch for $pages {
                type Key = ($id, Arc<ListRequest<$table::Column>>);
                type Value = Page<Arc<$table::Model>>;

                async fn load(call: &Call, keys: &[Self::Key]) -> Result<HashMap<Self::Key, Self::Value>, DbErr> {
                    pages_of_each(
                        call,
                        keys,
                        $table::Column::$parent,
                        || visibility::$visible(&call.viewer).into_query(),
                        |row| owned::<$id, $table::Model>(row, $table::Column::$parent),
                    )
                    .await
                }
            }

            /// How many there are.
            #[derive(Debug)]
            pub struct $counts;

            impl Batch for $counts {
                type Key = ($id, Arc<ListRequest<$table::Column>>);
                type Value = i64;

                async fn load(call: &Call, keys: &[Self::Key]) -> Result<HashMap<Self::Key, i64>, DbErr> {
                    count_of_each(call, keys, $table::Column::$parent, || {
                        visibility::$visible(&call.viewer).into_query()
                    })
                    .await
                }
            }
        )*
    };
}

lists! {
    /// Pages of the members of organizations.
    MembersOfOrganization and MemberCountOfOrganization: OrganizationId in OrganizationId => organization_member through members;
    /// Pages of the memberships of customers.
    MembershipsOfCustomer and MembershipCountOfCustomer: CustomerId in CustomerId => organization_member through members;
    /// Pages of the units of organizations.
    UnitsOfOrganization and UnitCountOfOrganization: OrganizationId in OrganizationId => organization_unit through units;
    /// Pages of the units right below units.
    ChildrenOfUnit and ChildCountOfUnit: OrganizationUnitId in ParentId => organization_unit through units;
}

/// The root units of organizations.
#[derive(Debug)]
pub struct RootUnitOfOrganization;

impl Batch for RootUnitOfOrganization {
    type Key = OrganizationId;
    type Value = Arc<organization_unit::Model>;

    async fn load(call: &Call, keys: &[OrganizationId]) -> Result<HashMap<OrganizationId, Self::Value>, DbErr> {
        let roots = visibility::units(&call.viewer).filter(organization_unit::Column::ParentId.is_null());
        let rows = any_of(call, roots, organization_unit::Column::OrganizationId, keys)
            .all(call.db())
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.organization_id, Arc::new(row)))
            .collect())
    }
}

/// The roles that organizations have: the built-in ones and their own.
#[derive(Debug)]
pub struct RolesOfOrganization;

impl Batch for RolesOfOrganization {
    type Key = OrganizationId;
    type Value = Vec<Arc<organization_role::Model>>;

    async fn load(call: &Call, keys: &[OrganizationId]) -> Result<HashMap<OrganizationId, Self::Value>, DbErr> {
        let own = dialect::any_of(
            call.database.backend(),
            dialect::column(organization_role::Column::OrganizationId),
            keys.iter().map(|key| key.uuid()),
        );
        let rows: Vec<Arc<organization_role::Model>> = visibility::roles(&call.viewer)
            .filter(
                Condition::any()
                    .add(organization_role::Column::OrganizationId.is_null())
                    .add(own),
            )
            .order_by_asc(organization_role::Column::Id)
            .all(call.db())
            .await?
            .into_iter()
            .map(Arc::new)
            .collect();
        let (built_in, own): (Vec<_>, Vec<_>) = rows.into_iter().partition(|role| role.organization_id.is_none());
        Ok(keys
            .iter()
            .map(|key| {
                let own = own.iter().filter(|role| role.organization_id == Some(*key));
                (*key, built_in.iter().chain(own).cloned().collect())
            })
            .collect())
    }
}

/// The roles of members.
#[derive(Debug)]
pub struct RolesOfMember;

impl Batch for RolesOfMember {
    type Key = OrganizationMemberId;
    type Value = Vec<Arc<organization_role::Model>>;

    async fn load(call: &Call, keys: &[Self::Key]) -> Result<HashMap<Self::Key, Self::Value>, DbErr> {
        use organization_member_role::{Column, Entity};
        let members = visibility::members(&call.viewer)
            .join(
                JoinType::InnerJoin,
                organization_member::Entity::belongs_to(Entity)
                    .from(organization_member::Column::Id)
                    .to(Column::OrganizationMemberId)
                    .into(),
            )
            .join(
                JoinType::InnerJoin,
                Entity::belongs_to(organization_role::Entity)
                    .from(Column::OrganizationRoleId)
                    .to(organization_role::Column::Id)
                    .into(),
            )
            .order_by_asc(organization_role::Column::Id);
        let rows = any_of(call, members, organization_member::Column::Id, keys)
            .select_two_required(organization_role::Entity)
            .all(call.db())
            .await?;
        Ok(of_each(rows.into_iter().map(|(member, role)| (member.id, role))))
    }
}

/// The units in which members work.
#[derive(Debug)]
pub struct UnitsOfMember;

impl Batch for UnitsOfMember {
    type Key = OrganizationMemberId;
    type Value = Vec<Arc<organization_unit::Model>>;

    async fn load(call: &Call, keys: &[Self::Key]) -> Result<HashMap<Self::Key, Self::Value>, DbErr> {
        use organization_member_unit::{Column, Entity};
        // From the units, so that who may not see an organization does not see its units through a membership.
        let units = visibility::units(&call.viewer)
            .join(
                JoinType::InnerJoin,
                organization_unit::Entity::belongs_to(Entity)
                    .from(organization_unit::Column::Id)
                    .to(Column::OrganizationUnitId)
                    .into(),
            )
            .join(
                JoinType::InnerJoin,
                Entity::belongs_to(organization_member::Entity)
                    .from(Column::OrganizationMemberId)
                    .to(organization_member::Column::Id)
                    .into(),
            )
            .filter(
                organization_member::Column::Id.in_subquery(
                    any_of(
                        call,
                        visibility::members(&call.viewer),
                        organization_member::Column::Id,
                        keys,
                    )
                    .select_only()
                    .column(organization_member::Column::Id)
                    .into_query(),
                ),
            )
            .order_by_asc(organization_unit::Column::CreatedAt)
            .order_by_asc(organization_unit::Column::Id);
        let rows = units
            .select_two_required(organization_member::Entity)
            .all(call.db())
            .await?;
        Ok(of_each(rows.into_iter().map(|(unit, member)| (member.id, unit))))
    }
}

fn of_each<M>(rows: impl Iterator<Item = (OrganizationMemberId, M)>) -> HashMap<OrganizationMemberId, Vec<Arc<M>>> {
    let mut each: HashMap<OrganizationMemberId, Vec<Arc<M>>> = HashMap::new();
    for (member, row) in rows {
        each.entry(member).or_default().push(Arc::new(row));
    }
    each
}

fn any_of<E: EntityTrait, I: PrefixedId>(
    call: &Call,
    select: Select<E>,
    column: impl ColumnTrait,
    keys: &[I],
) -> Select<E> {
    select.filter(dialect::any_of(
        call.database.backend(),
        dialect::column(column),
        keys.iter().map(|key| key.uuid()),
    ))
}

/// A row and the parent to whose list it belongs.
fn owned<I, M>(row: &QueryResult, parent: <M::Entity as EntityTrait>::Column) -> Result<(I, Arc<M>), DbErr>
where
    I: PrefixedId,
    M: ModelTrait + FromQueryResult,
    <M::Entity as EntityTrait>::Column: ColumnTrait,
{
    let owner: Uuid = row.try_get("", sea_orm::IdenStatic::as_str(&parent))?;
    Ok((I::from_uuid(owner), Arc::new(M::from_query_result(row, "")?)))
}
