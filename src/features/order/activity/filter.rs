//! How lists of activities are filtered and sorted.

use std::sync::Arc;

use async_graphql::{Enum, InputObject};
use entity::order_activity::{Column, Kind, Model};
use sea_orm::{ColumnTrait, Condition};

use super::object::OrderActivityKind;
use crate::graphql::{
    Direction, KeyValue, Listed, SortKey, bad_input,
    filter::{Budget, DateTimeFilter, StringFilter, TextForm, combine},
};

/// Conditions on what happened to orders; all that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrderActivityWhere {
    /// One of these kinds.
    kind: Option<Vec<OrderActivityKind>>,
    /// The id in the source; case counts.
    external_id: Option<StringFilter>,
    /// The state; case counts.
    status: Option<StringFilter>,
    /// When it happened.
    occurred_at: Option<DateTimeFilter>,
    /// When the activity was last changed here.
    updated_at: Option<DateTimeFilter>,
    /// All of these hold.
    #[graphql(name = "AND")]
    and: Option<Vec<OrderActivityWhere>>,
    /// At least one of these holds.
    #[graphql(name = "OR")]
    or: Option<Vec<OrderActivityWhere>>,
    /// This does not hold.
    #[graphql(name = "NOT")]
    not: Option<Box<OrderActivityWhere>>,
}

impl OrderActivityWhere {
    /// The condition on the table.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for conditions that make no sense or are too many.
    pub fn condition(&self) -> async_graphql::Result<Condition> {
        self.within(&mut Budget::default())
    }

    fn within(&self, budget: &mut Budget) -> async_graphql::Result<Condition> {
        let mut own = Condition::all();
        if let Some(kinds) = &self.kind {
            budget.spend()?;
            if kinds.len() > 20 {
                return Err(bad_input("Give each kind once.", Some("INVALID_FILTER")));
            }
            own = own.add(Column::Kind.is_in(kinds.iter().map(|kind| Kind::from(*kind))));
        }
        for (filter, column) in [(&self.external_id, Column::ExternalId), (&self.status, Column::Status)] {
            if let Some(filter) = filter {
                own = own.add(filter.condition(column, TextForm::Exact, budget)?);
            }
        }
        for (filter, column) in [
            (&self.occurred_at, Column::OccurredAt),
            (&self.updated_at, Column::UpdatedAt),
        ] {
            if let Some(filter) = filter {
                own = own.add(filter.condition(column, budget)?);
            }
        }
        combine(
            own,
            self.and.as_deref(),
            self.or.as_deref(),
            self.not.as_deref(),
            budget,
            OrderActivityWhere::within,
        )
    }
}

/// What activities can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrderActivitySortKey {
    /// When it happened.
    OccurredAt,
    /// When the activity was last changed here.
    UpdatedAt,
}

/// One step of a sort.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct OrderActivitySort {
    /// By what.
    key: OrderActivitySortKey,
    /// In which direction.
    #[graphql(default)]
    direction: Direction,
}

/// The columns of a sort: what was asked for, what happened last first when nothing was, and the id last.
#[must_use]
pub fn sort_keys(sort: Option<Vec<OrderActivitySort>>) -> Vec<SortKey<Column>> {
    let mut keys: Vec<SortKey<Column>> = Vec::new();
    for step in sort.into_iter().flatten() {
        let column = match step.key {
            OrderActivitySortKey::OccurredAt => Column::OccurredAt,
            OrderActivitySortKey::UpdatedAt => Column::UpdatedAt,
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
            column: Column::OccurredAt,
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

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::OccurredAt => self.occurred_at.into(),
            Column::UpdatedAt => self.updated_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}
