//! Who owns an address, and the lock on the owner under which its addresses change.

use std::collections::{BTreeSet, HashMap};

use entity::{
    address::{self, Model},
    customer,
    id::{CustomerId, OrganizationId, OrganizationUnitId, PrefixedId},
    organization_unit,
};
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter, QueryOrder, QuerySelect, entity::prelude::Uuid};

use super::super::visibility;
use crate::work::{Topic, UnitOfWork, dialect};

/// Who owns an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A customer.
    Customer(CustomerId),
    /// A division or location of an organization.
    Unit(OrganizationUnitId),
}

impl Owner {
    /// The owner of a row; the table has a check that there is exactly one.
    pub(super) fn of(row: &Model) -> Option<Self> {
        Self::from_columns(row.customer_id, row.organization_unit_id)
    }

    pub(super) fn from_columns(customer: Option<CustomerId>, unit: Option<OrganizationUnitId>) -> Option<Self> {
        customer.map(Self::Customer).or(unit.map(Self::Unit))
    }

    pub(super) fn customer(self) -> Option<CustomerId> {
        match self {
            Self::Customer(id) => Some(id),
            Self::Unit(_) => None,
        }
    }

    pub(super) fn unit(self) -> Option<OrganizationUnitId> {
        match self {
            Self::Customer(_) => None,
            Self::Unit(id) => Some(id),
        }
    }

    /// What happened to an address of this owner.
    pub(super) fn topic(self, happening: Happening) -> Topic {
        Topic(match (self, happening) {
            (Self::Customer(_), Happening::Created) => "customer.address.created",
            (Self::Customer(_), Happening::Updated) => "customer.address.updated",
            (Self::Customer(_), Happening::Deleted) => "customer.address.deleted",
            (Self::Unit(_), Happening::Created) => "organization.address.created",
            (Self::Unit(_), Happening::Updated) => "organization.address.updated",
            (Self::Unit(_), Happening::Deleted) => "organization.address.deleted",
        })
    }

    /// The path of the owner in an input.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Customer(_) => "customerId",
            Self::Unit(_) => "organizationUnitId",
        }
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Unit(_) => "organization unit",
        }
    }
}

/// What can happen to an address.
#[derive(Clone, Copy, Debug)]
pub(super) enum Happening {
    Created,
    Updated,
    Deleted,
}

/// Owners that are locked for the rest of the unit, each with the subject whose timeline tells of its addresses: the
/// customer, or the organization of the unit.
#[derive(Debug, Default)]
pub(super) struct LockedOwners(HashMap<Owner, Uuid>);

impl LockedOwners {
    /// Locks those of the owners whose addresses the viewer may change.
    pub(super) async fn lock(unit: &UnitOfWork, owners: impl Iterator<Item = Owner>) -> Result<Self, DbErr> {
        let owners: BTreeSet<Owner> = owners.collect();
        let backend = unit.call().database.backend();
        let mut locked = HashMap::with_capacity(owners.len());
        let customers: Vec<Uuid> = owners
            .iter()
            .filter_map(|owner| Some(owner.customer()?.uuid()))
            .collect();
        if !customers.is_empty() {
            let found: Vec<CustomerId> = visibility::customers_writable_by(unit.viewer())
                .select_only()
                .column(customer::Column::Id)
                .filter(dialect::any_of(
                    backend,
                    dialect::column(customer::Column::Id),
                    customers,
                ))
                .order_by_asc(customer::Column::Id)
                .lock_exclusive()
                .into_tuple()
                .all(unit.db())
                .await?;
            locked.extend(found.into_iter().map(|id| (Owner::Customer(id), id.uuid())));
        }
        let units: Vec<Uuid> = owners.iter().filter_map(|owner| Some(owner.unit()?.uuid())).collect();
        if !units.is_empty() {
            let found: Vec<(OrganizationUnitId, OrganizationId)> = visibility::units_writable_by(unit.viewer())
                .select_only()
                .columns([organization_unit::Column::Id, organization_unit::Column::OrganizationId])
                .filter(dialect::any_of(
                    backend,
                    dialect::column(organization_unit::Column::Id),
                    units,
                ))
                .order_by_asc(organization_unit::Column::Id)
                .lock_exclusive()
                .into_tuple()
                .all(unit.db())
                .await?;
            locked.extend(
                found
                    .into_iter()
                    .map(|(id, organization)| (Owner::Unit(id), organization.uuid())),
            );
        }
        Ok(Self(locked))
    }

    /// The subject of the owner's timeline, when the owner is there.
    pub(super) fn subject(&self, owner: Owner) -> Option<Uuid> {
        self.0.get(&owner).copied()
    }
}

/// The addresses of these owners.
pub(super) fn owned_by(unit: &UnitOfWork, owners: &[Owner]) -> Condition {
    let backend = unit.call().database.backend();
    let mut any = Condition::any();
    let customers: Vec<Uuid> = owners
        .iter()
        .filter_map(|owner| Some(owner.customer()?.uuid()))
        .collect();
    if !customers.is_empty() {
        any = any.add(dialect::any_of(
            backend,
            dialect::column(address::Column::CustomerId),
            customers,
        ));
    }
    let units: Vec<Uuid> = owners.iter().filter_map(|owner| Some(owner.unit()?.uuid())).collect();
    if !units.is_empty() {
        any = any.add(dialect::any_of(
            backend,
            dialect::column(address::Column::OrganizationUnitId),
            units,
        ));
    }
    any
}

/// How many addresses each of these owners has.
pub(super) async fn counts(unit: &UnitOfWork, owners: &[Owner]) -> Result<HashMap<Owner, u64>, DbErr> {
    let rows: Vec<(Option<CustomerId>, Option<OrganizationUnitId>, i64)> = visibility::writable_by(unit.viewer())
        .select_only()
        .columns([address::Column::CustomerId, address::Column::OrganizationUnitId])
        .column_as(address::Column::Id.count(), "total")
        .filter(owned_by(unit, owners))
        .group_by(address::Column::CustomerId)
        .group_by(address::Column::OrganizationUnitId)
        .into_tuple()
        .all(unit.db())
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(customer, organization_unit, total)| {
            let owner = Owner::from_columns(customer, organization_unit)?;
            Some((owner, u64::try_from(total).unwrap_or_default()))
        })
        .collect())
}
