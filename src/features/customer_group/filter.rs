//! How lists of groups are filtered and sorted.

use std::sync::Arc;

use async_graphql::{Enum, InputObject};
use entity::{
    customer_group::{Column, Model},
    customer_group_member,
    id::CustomerGroupId,
};
use sea_orm::Condition;

use crate::{
    graphql::{
        Direction, KeyValue, Listed, SortKey,
        filter::{Budget, DateTimeFilter, IdFilter, JsonPathFilter, StringFilter, TextForm, combine},
    },
    work::Call,
};

/// Conditions on customer groups; all that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerGroupWhere {
    /// The id.
    id: Option<IdFilter>,
    /// The name.
    name: Option<StringFilter>,
    /// The id in another system; case counts.
    external_id: Option<StringFilter>,
    /// When the group was created.
    created_at: Option<DateTimeFilter>,
    /// When the group was last changed.
    updated_at: Option<DateTimeFilter>,
    /// A value inside the public metadata.
    metadata: Option<JsonPathFilter>,
    /// All of these hold.
    #[graphql(name = "AND")]
    and: Option<Vec<CustomerGroupWhere>>,
    /// At least one of these holds.
    #[graphql(name = "OR")]
    or: Option<Vec<CustomerGroupWhere>>,
    /// This does not hold.
    #[graphql(name = "NOT")]
    not: Option<Box<CustomerGroupWhere>>,
}

impl CustomerGroupWhere {
    /// The condition on the table.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for conditions that make no sense or are too many.
    pub fn condition(&self, call: &Call) -> async_graphql::Result<Condition> {
        self.within(call, &mut Budget::default())
    }

    /// Whether nothing is asked for, so that every group would match.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let given = [
            self.id.is_some(),
            self.name.is_some(),
            self.external_id.is_some(),
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
            own = own.add(filter.condition::<CustomerGroupId>(Column::Id, budget)?);
        }
        if let Some(filter) = &self.name {
            own = own.add(filter.condition(Column::NameFolded, TextForm::Folded, budget)?);
        }
        if let Some(filter) = &self.external_id {
            own = own.add(filter.condition(Column::ExternalId, TextForm::Exact, budget)?);
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

/// What groups can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CustomerGroupSortKey {
    /// The name; case and accents make no difference.
    Name,
    /// When the group was created.
    CreatedAt,
    /// When the group was last changed.
    UpdatedAt,
}

/// One step of a sort.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct CustomerGroupSort {
    /// By what.
    key: CustomerGroupSortKey,
    /// In which direction.
    #[graphql(default)]
    direction: Direction,
}

/// The columns of a sort: what was asked for, newest first when nothing was, and the id last.
#[must_use]
pub fn sort_keys(sort: Option<Vec<CustomerGroupSort>>) -> Vec<SortKey<Column>> {
    let mut keys: Vec<SortKey<Column>> = Vec::new();
    for step in sort.into_iter().flatten() {
        let column = match step.key {
            CustomerGroupSortKey::Name => Column::NameFolded,
            CustomerGroupSortKey::CreatedAt => Column::CreatedAt,
            CustomerGroupSortKey::UpdatedAt => Column::UpdatedAt,
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
            direction: Direction::Desc,
        });
    }
    let direction = keys.last().map_or(Direction::Desc, |key| key.direction);
    keys.push(SortKey {
        column: Column::Id,
        direction,
    });
    keys
}

/// The order of membership, newest first.
#[must_use]
pub fn newest_membership_first() -> Vec<SortKey<customer_group_member::Column>> {
    [
        customer_group_member::Column::AddedAt,
        customer_group_member::Column::Id,
    ]
    .map(|column| SortKey {
        column,
        direction: Direction::Desc,
    })
    .to_vec()
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::NameFolded => KeyValue::Text(self.name_folded.clone()),
            Column::CreatedAt => self.created_at.into(),
            Column::UpdatedAt => self.updated_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}
