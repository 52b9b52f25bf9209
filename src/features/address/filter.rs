//! How lists of addresses are filtered and sorted.

use std::sync::Arc;

use async_graphql::{Enum, InputObject};
use entity::{
    address::{Column, Model},
    id::{AddressId, CustomerId, OrganizationUnitId},
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::json;

use crate::{
    graphql::{
        CountryCode, Direction, KeyValue, Listed, SortKey, bad_input,
        filter::{Budget, DateTimeFilter, IdFilter, JsonPathFilter, StringFilter, TextForm, combine},
    },
    work::Call,
};

/// Conditions on addresses; all that are given must hold. In the texts case and accents count.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AddressWhere {
    /// The id.
    id: Option<IdFilter>,
    /// The customer who owns the address.
    customer_id: Option<IdFilter>,
    /// The organization unit that owns the address.
    organization_unit_id: Option<IdFilter>,
    /// One of these countries.
    country_code: Option<Vec<CountryCode>>,
    /// The code of the province.
    province_code: Option<StringFilter>,
    /// The city.
    city: Option<StringFilter>,
    /// The postal code.
    postal_code: Option<StringFilter>,
    /// Whether it is the default for shipping.
    is_default_shipping: Option<bool>,
    /// Whether it is the default for billing.
    is_default_billing: Option<bool>,
    /// Whether it follows the postal rules of its country.
    is_valid: Option<bool>,
    /// When the address was created.
    created_at: Option<DateTimeFilter>,
    /// When the address was last changed.
    updated_at: Option<DateTimeFilter>,
    /// A value inside the public metadata.
    metadata: Option<JsonPathFilter>,
    /// All of these hold.
    #[graphql(name = "AND")]
    and: Option<Vec<AddressWhere>>,
    /// At least one of these holds.
    #[graphql(name = "OR")]
    or: Option<Vec<AddressWhere>>,
    /// This does not hold.
    #[graphql(name = "NOT")]
    not: Option<Box<AddressWhere>>,
}

impl AddressWhere {
    /// The condition on the table.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for conditions that make no sense or are too many.
    pub fn condition(&self, call: &Call) -> async_graphql::Result<Condition> {
        self.within(call, &mut Budget::default())
    }

    /// Whether nothing is asked for, so that every address would match.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let given = [
            self.id.is_some(),
            self.customer_id.is_some(),
            self.organization_unit_id.is_some(),
            self.country_code.is_some(),
            self.province_code.is_some(),
            self.city.is_some(),
            self.postal_code.is_some(),
            self.is_default_shipping.is_some(),
            self.is_default_billing.is_some(),
            self.is_valid.is_some(),
            self.created_at.is_some(),
            self.updated_at.is_some(),
            self.metadata.is_some(),
            self.and.is_some(),
            self.or.is_some(),
            self.not.is_some(),
        ];
        !given.contains(&true)
    }

    fn within(&self, call: &Call, budget: &mut Budget) -> async_graphql::Result<Condition> {
        let mut own = Condition::all();
        if let Some(filter) = &self.id {
            own = own.add(filter.condition::<AddressId>(Column::Id, budget)?);
        }
        if let Some(filter) = &self.customer_id {
            own = own.add(filter.condition::<CustomerId>(Column::CustomerId, budget)?);
        }
        if let Some(filter) = &self.organization_unit_id {
            own = own.add(filter.condition::<OrganizationUnitId>(Column::OrganizationUnitId, budget)?);
        }
        if let Some(codes) = &self.country_code {
            budget.spend()?;
            if codes.len() > 250 || codes.iter().any(|code| super::postal::rules(&code.0).is_none()) {
                return Err(bad_input(
                    "A country is given by its code of two letters, such as DE.",
                    Some("INVALID_FILTER"),
                ));
            }
            own = own.add(Column::CountryCode.is_in(codes.iter().map(|code| code.0.trim().to_ascii_uppercase())));
        }
        let texts = [
            (&self.province_code, Column::ProvinceCode),
            (&self.city, Column::City),
            (&self.postal_code, Column::PostalCode),
        ];
        for (filter, column) in texts {
            if let Some(filter) = filter {
                own = own.add(filter.condition(column, TextForm::Exact, budget)?);
            }
        }
        for (flag, column) in [
            (self.is_default_shipping, Column::IsDefaultShipping),
            (self.is_default_billing, Column::IsDefaultBilling),
        ] {
            if let Some(flag) = flag {
                own = own.add(column.eq(flag));
            }
        }
        if let Some(is_valid) = self.is_valid {
            let nothing_found = json!([]);
            own = own.add(if is_valid {
                Column::Validation.eq(nothing_found)
            } else {
                Column::Validation.ne(nothing_found)
            });
        }
        for (filter, column) in [
            (&self.created_at, Column::CreatedAt),
            (&self.updated_at, Column::UpdatedAt),
        ] {
            if let Some(filter) = filter {
                own = own.add(filter.condition(column, budget)?);
            }
        }
        if let Some(filter) = &self.metadata {
            own = own.add(filter.condition(call.database.backend(), Column::Metadata, budget)?);
        }
        combine(
            own,
            self.and.as_deref(),
            self.or.as_deref(),
            self.not.as_deref(),
            budget,
            |part, budget| part.within(call, budget),
        )
    }
}

/// What addresses can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AddressSortKey {
    /// When the address was created.
    CreatedAt,
    /// When the address was last changed.
    UpdatedAt,
}

/// One step of a sort.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct AddressSort {
    /// By what.
    key: AddressSortKey,
    /// In which direction.
    #[graphql(default)]
    direction: Direction,
}

/// Where new addresses stand in a list that is not sorted otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newest {
    /// At its start.
    First,
    /// At its end.
    Last,
}

/// The columns of a sort: what was asked for, by age when nothing was, and the id last.
#[must_use]
pub fn sort_keys(sort: Option<Vec<AddressSort>>, newest: Newest) -> Vec<SortKey<Column>> {
    let mut keys: Vec<SortKey<Column>> = Vec::new();
    for step in sort.unwrap_or_default() {
        let column = match step.key {
            AddressSortKey::CreatedAt => Column::CreatedAt,
            AddressSortKey::UpdatedAt => Column::UpdatedAt,
        };
        if !keys.iter().any(|key| key.column as usize == column as usize) {
            keys.push(SortKey {
                column,
                direction: step.direction,
            });
        }
    }
    if keys.is_empty() {
        keys.push(SortKey {
            column: Column::CreatedAt,
            direction: if newest == Newest::First {
                Direction::Desc
            } else {
                Direction::Asc
            },
        });
    }
    let direction = keys.last().map_or(Direction::Asc, |key| key.direction);
    keys.push(SortKey {
        column: Column::Id,
        direction,
    });
    keys
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::CreatedAt => self.created_at.into(),
            Column::UpdatedAt => self.updated_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}
