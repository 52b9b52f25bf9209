//! New members: which customers come into an organization, with which roles, in which units.

use std::collections::{HashMap, HashSet};

use entity::{
    customer,
    id::{CustomerId, OrganizationId, OrganizationRoleId, OrganizationUnitId, PrefixedId},
    organization_member::{Column, Entity, Model, Status},
    organization_member_role, organization_member_unit, organization_unit,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::{
    super::visibility,
    organization::{self, CHUNK, duplicated},
    role::{BUYER, Roles},
    snapshot::WholeMember,
};
use crate::{
    features::customer as customer_room,
    work::{
        ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError,
        dialect::{any_of, column},
        snapshot::diff,
    },
};

/// How an input names a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CustomerReference {
    /// By our id.
    Id(CustomerId),
    /// By the id in another system.
    ExternalId(String),
}

impl CustomerReference {
    fn path(&self) -> &'static str {
        match self {
            Self::Id(_) => "customerId",
            Self::ExternalId(_) => "customerExternalId",
        }
    }
}

/// A new member.
#[derive(Clone, Debug)]
pub struct MemberDraft {
    /// Who.
    pub customer: CustomerReference,
    /// Handles or ids of roles; buyer when none is named.
    pub roles: Vec<String>,
    /// Units of the organization.
    pub units: Vec<OrganizationUnitId>,
}

/// A new member of whom everything has been found.
#[derive(Clone, Debug)]
pub(super) struct NewMember {
    pub(super) customer: CustomerId,
    /// Where the input named the customer.
    pub(super) path: &'static str,
    roles: Vec<OrganizationRoleId>,
    units: Vec<OrganizationUnitId>,
}

impl NewMember {
    /// A customer who buys for the organization.
    pub(super) fn buyer(customer: CustomerId) -> Self {
        Self {
            customer,
            path: "",
            roles: vec![BUYER],
            units: Vec::new(),
        }
    }
}

/// Finds the customers, roles and units of new members in a few statements; an organization that is still to be made
/// is `None`.
pub(super) async fn resolve(
    unit: &UnitOfWork,
    wanted: &[(Option<OrganizationId>, &MemberDraft)],
) -> Result<Vec<Result<NewMember, Vec<UserError>>>, WriteError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let customers = customers(unit, wanted.iter().map(|(_, draft)| &draft.customer)).await?;
    let organizations: HashSet<OrganizationId> = wanted.iter().filter_map(|(organization, _)| *organization).collect();
    let organizations: Vec<OrganizationId> = organizations.into_iter().collect();
    let roles = Roles::of(unit, &organizations).await?;
    let units: Vec<OrganizationUnitId> = wanted
        .iter()
        .flat_map(|(_, draft)| draft.units.iter().copied())
        .collect();
    let units = organizations_of_units(unit, &units).await?;
    Ok(wanted
        .iter()
        .map(|(organization, draft)| {
            let mut errors = Vec::new();
            let customer = customers.get(&draft.customer).copied();
            if customer.is_none() {
                errors.push(UserError::not_found(draft.customer.path(), "customer"));
            }
            let mut named = roles.named(*organization, &draft.roles).unwrap_or_else(|unknown| {
                errors.extend(unknown);
                Vec::new()
            });
            if named.is_empty() {
                named.push(BUYER);
            }
            let units = units_of(*organization, &draft.units, &units).unwrap_or_else(|unknown| {
                errors.extend(unknown);
                Vec::new()
            });
            match customer {
                Some(customer) if errors.is_empty() => Ok(NewMember {
                    customer,
                    path: draft.customer.path(),
                    roles: named,
                    units,
                }),
                _ => Err(errors),
            }
        })
        .collect())
}

/// The members of one organization, or everything that is wrong with them, at `list.N`; a customer that is named
/// twice is wrong, too.
pub(super) fn without_errors(
    list: &str,
    resolved: Vec<Result<NewMember, Vec<UserError>>>,
) -> Result<Vec<NewMember>, Vec<UserError>> {
    let mut members = Vec::with_capacity(resolved.len());
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    for (position, member) in resolved.into_iter().enumerate() {
        let place = format!("{list}.{position}");
        match member {
            Ok(member) if !seen.insert(member.customer) => errors.push(duplicated(member.path).under(&place)),
            Ok(member) => members.push(member),
            Err(wrong) => errors.extend(wrong.into_iter().map(|error| error.under(&place))),
        }
    }
    if errors.is_empty() { Ok(members) } else { Err(errors) }
}

/// Writes new members with their roles and units; several statements for any number.
pub(super) async fn insert(
    unit: &mut UnitOfWork,
    members: Vec<(OrganizationId, NewMember)>,
) -> Result<Vec<Model>, WriteError> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let organizations: Vec<OrganizationId> = members.iter().map(|(organization, _)| *organization).collect();
    let known = Roles::of(unit, &organizations).await?;
    let mut rows = Vec::with_capacity(members.len());
    let (mut roles, mut units) = (Vec::new(), Vec::new());
    for (organization, member) in members {
        let row = Model {
            id: unit.new_id(),
            organization_id: organization,
            customer_id: member.customer,
            status: Status::Active,
            version: 1,
            joined_at: unit.now(),
            created_at: unit.now(),
            updated_at: unit.now(),
        };
        roles.extend(member.roles.iter().map(|role| organization_member_role::Model {
            organization_member_id: row.id,
            organization_role_id: *role,
        }));
        units.extend(member.units.iter().map(|unit| organization_member_unit::Model {
            organization_member_id: row.id,
            organization_unit_id: *unit,
        }));
        let whole = WholeMember {
            roles: known.handles(&member.roles),
            units: member.units,
            row: row.clone(),
        };
        record(unit, "organization.member_added", None, Some(&whole));
        rows.push(row);
    }
    for chunk in rows.chunks(CHUNK) {
        Entity::insert_many(chunk.iter().map(|row| row.clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    insert_roles(unit, roles).await?;
    insert_units(unit, units).await?;
    Ok(rows)
}

/// Makes a customer a member.
///
/// # Errors
/// `NOT_FOUND` for the organization, the customer, a role or a unit, `ALREADY_MEMBER`.
pub async fn add_member(
    unit: &mut UnitOfWork,
    organization: OrganizationId,
    draft: &MemberDraft,
) -> Result<Model, WriteError> {
    organization::find(unit, organization, "organizationId").await?;
    let member = resolve(unit, &[(Some(organization), draft)]).await?.remove(0)?;
    if !existing(unit, &[(organization, member.customer)]).await?.is_empty() {
        return Err(UserError::new(
            ErrorCode::AlreadyMember,
            member.path,
            "The customer is a member of this organization already. Change the member's roles instead.",
        )
        .into());
    }
    Ok(insert(unit, vec![(organization, member)]).await?.remove(0))
}

/// Which of these customers are members of these organizations already.
pub(super) async fn existing(
    unit: &UnitOfWork,
    pairs: &[(OrganizationId, CustomerId)],
) -> Result<HashSet<(OrganizationId, CustomerId)>, WriteError> {
    if pairs.is_empty() {
        return Ok(HashSet::new());
    }
    let backend = unit.call().database.backend();
    let rows: Vec<(OrganizationId, CustomerId)> = visibility::writable_by::<Entity>(unit.viewer())
        .select_only()
        .columns([Column::OrganizationId, Column::CustomerId])
        .filter(any_of(
            backend,
            column(Column::OrganizationId),
            pairs.iter().map(|(organization, _)| organization.uuid()),
        ))
        .filter(any_of(
            backend,
            column(Column::CustomerId),
            pairs.iter().map(|(_, customer)| customer.uuid()),
        ))
        .into_tuple()
        .all(unit.db())
        .await?;
    Ok(rows.into_iter().collect())
}

pub(super) fn record(
    unit: &mut UnitOfWork,
    topic: &'static str,
    before: Option<&WholeMember>,
    after: Option<&WholeMember>,
) {
    let Some(whole) = after.or(before) else { return };
    unit.record(Record {
        topic: Topic(topic),
        subject: whole.row.organization_id.uuid(),
        begins: false,
        object: whole.row.id.to_string(),
        version: whole.row.version + i32::from(after.is_none()),
        changes: diff(before, after),
    });
}

pub(super) async fn insert_roles(
    unit: &UnitOfWork,
    roles: Vec<organization_member_role::Model>,
) -> Result<(), WriteError> {
    for chunk in roles.chunks(CHUNK) {
        organization_member_role::Entity::insert_many(chunk.iter().map(|row| row.clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    Ok(())
}

pub(super) async fn insert_units(
    unit: &UnitOfWork,
    units: Vec<organization_member_unit::Model>,
) -> Result<(), WriteError> {
    for chunk in units.chunks(CHUNK) {
        organization_member_unit::Entity::insert_many(chunk.iter().map(|row| row.clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    Ok(())
}

/// The customers behind references, those that the viewer may see.
async fn customers<'a>(
    unit: &UnitOfWork,
    references: impl Iterator<Item = &'a CustomerReference>,
) -> Result<HashMap<CustomerReference, CustomerId>, WriteError> {
    let (mut ids, mut external_ids) = (Vec::new(), Vec::new());
    for reference in references {
        match reference {
            CustomerReference::Id(id) => ids.push(id.uuid()),
            CustomerReference::ExternalId(external_id) => external_ids.push(external_id.as_str()),
        }
    }
    let mut any = Condition::any();
    if !ids.is_empty() {
        let backend = unit.call().database.backend();
        any = any.add(any_of(backend, column(customer::Column::Id), ids));
    }
    if !external_ids.is_empty() {
        any = any.add(customer::Column::ExternalId.is_in(external_ids));
    }
    let rows: Vec<(CustomerId, Option<String>)> = customer_room::visibility::visible_to(unit.viewer())
        .select_only()
        .columns([customer::Column::Id, customer::Column::ExternalId])
        .filter(any)
        .into_tuple()
        .all(unit.db())
        .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for (id, external_id) in rows {
        found.insert(CustomerReference::Id(id), id);
        if let Some(external_id) = external_id {
            found.insert(CustomerReference::ExternalId(external_id), id);
        }
    }
    Ok(found)
}

/// The organization of each of these units.
pub(super) async fn organizations_of_units(
    unit: &UnitOfWork,
    units: &[OrganizationUnitId],
) -> Result<HashMap<OrganizationUnitId, OrganizationId>, WriteError> {
    if units.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(OrganizationUnitId, OrganizationId)> =
        visibility::writable_by::<organization_unit::Entity>(unit.viewer())
            .select_only()
            .columns([organization_unit::Column::Id, organization_unit::Column::OrganizationId])
            .filter(any_of(
                unit.call().database.backend(),
                column(organization_unit::Column::Id),
                units.iter().map(|unit| unit.uuid()),
            ))
            .into_tuple()
            .all(unit.db())
            .await?;
    Ok(rows.into_iter().collect())
}

/// Those units, each once, when all of them belong to the organization.
pub(super) fn units_of(
    organization: Option<OrganizationId>,
    wanted: &[OrganizationUnitId],
    organizations: &HashMap<OrganizationUnitId, OrganizationId>,
) -> Result<Vec<OrganizationUnitId>, Vec<UserError>> {
    let mut units = Vec::with_capacity(wanted.len());
    let mut errors = Vec::new();
    for (position, id) in wanted.iter().enumerate() {
        if organization.is_none() || organizations.get(id) != organization.as_ref() {
            errors.push(UserError::not_found(
                &format!("unitIds.{position}"),
                "unit in this organization",
            ));
        } else if !units.contains(id) {
            units.push(*id);
        }
    }
    if errors.is_empty() { Ok(units) } else { Err(errors) }
}
