//! Default addresses: at most one of each kind for each owner.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    address::{Column, Model},
    id::AddressId,
};
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter, QueryOrder, QuerySelect};

use super::{
    super::visibility,
    owner::{Owner, owned_by},
};
use crate::work::{ErrorCode, UnitOfWork, UserError};

/// What an address can be the default for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Shipping,
    Billing,
}

impl Kind {
    pub(super) const ALL: [Self; 2] = [Self::Shipping, Self::Billing];

    pub(super) fn is_set(self, row: &Model) -> bool {
        match self {
            Self::Shipping => row.is_default_shipping,
            Self::Billing => row.is_default_billing,
        }
    }

    pub(super) fn set(self, row: &mut Model, is_default: bool) {
        match self {
            Self::Shipping => row.is_default_shipping = is_default,
            Self::Billing => row.is_default_billing = is_default,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Shipping => "isDefaultShipping",
            Self::Billing => "isDefaultBilling",
        }
    }
}

/// The addresses that become defaults in this unit.
#[derive(Debug, Default)]
pub(super) struct Claims(HashMap<(Owner, Kind), AddressId>);

impl Claims {
    /// Claims a default for an address.
    ///
    /// # Errors
    /// When another address of the same input claims it already: which of the two was meant cannot be told.
    pub(super) fn claim(&mut self, owner: Owner, kind: Kind, id: AddressId) -> Result<(), UserError> {
        let holder = *self.0.entry((owner, kind)).or_insert(id);
        if holder == id {
            return Ok(());
        }
        Err(UserError::new(
            ErrorCode::DuplicatedInputItem,
            kind.path(),
            "Only one address of an owner can become the default. Mark only one of them.",
        ))
    }

    /// The defaults that one address claimed are free again.
    pub(super) fn withdraw(&mut self, id: AddressId) {
        self.0.retain(|_, holder| *holder != id);
    }

    /// Takes the default flags from a row where another address claims them; answers whether it had any.
    pub(super) fn displace(&self, row: &mut Model) -> bool {
        let Some(owner) = Owner::of(row) else {
            return false;
        };
        let mut displaced = false;
        for kind in Kind::ALL {
            let lost = self.0.get(&(owner, kind)).is_some_and(|holder| *holder != row.id);
            if lost && kind.is_set(row) {
                kind.set(row, false);
                displaced = true;
            }
        }
        displaced
    }

    /// The present defaults, locked, that are displaced by what was claimed, before and after; `known` addresses are
    /// left out.
    pub(super) async fn displaced(
        &self,
        unit: &UnitOfWork,
        known: impl Fn(AddressId) -> bool,
    ) -> Result<Vec<(Model, Model)>, DbErr> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let mut owners: Vec<Owner> = self.0.keys().map(|(owner, _)| *owner).collect();
        owners.sort_unstable();
        owners.dedup();
        let rows = visibility::writable_by(unit.viewer())
            .filter(owned_by(unit, &owners))
            .filter(
                Condition::any()
                    .add(Column::IsDefaultShipping.eq(true))
                    .add(Column::IsDefaultBilling.eq(true)),
            )
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(unit.db())
            .await?;
        Ok(rows
            .into_iter()
            .filter(|row| !known(row.id))
            .filter_map(|before| {
                let mut after = before.clone();
                self.displace(&mut after).then(|| {
                    touch(&mut after, unit.now());
                    (before, after)
                })
            })
            .collect())
    }
}

/// A row that was changed.
pub(super) fn touch(row: &mut Model, now: DateTime<Utc>) {
    row.version += 1;
    row.updated_at = now;
}
