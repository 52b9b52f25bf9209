//! How lists of contacts are filtered and sorted.

use std::sync::Arc;

use async_graphql::InputObject;
use entity::interaction::{Column, Direction as Way, Kind, Model};
use sea_orm::{ColumnTrait, Condition};

use super::object::{InteractionDirection, InteractionKind};
use crate::{
    auth::guard,
    graphql::{
        Direction, KeyValue, Listed, SortKey, bad_input,
        filter::{Budget, DateTimeFilter, StringFilter, TextForm, combine},
    },
};

/// Conditions on contacts; all that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(visible = "guard::shows::admin")]
pub struct InteractionWhere {
    /// One of these kinds.
    kind: Option<Vec<InteractionKind>>,
    /// Who turned to whom; a contact of which that is not known does not fit.
    direction: Option<InteractionDirection>,
    /// The system that told of it; case counts.
    source: Option<StringFilter>,
    /// The id in that system; case counts.
    external_id: Option<StringFilter>,
    /// When it happened.
    occurred_at: Option<DateTimeFilter>,
    /// All of these hold.
    #[graphql(name = "AND")]
    and: Option<Vec<InteractionWhere>>,
    /// At least one of these holds.
    #[graphql(name = "OR")]
    or: Option<Vec<InteractionWhere>>,
    /// This does not hold.
    #[graphql(name = "NOT")]
    not: Option<Box<InteractionWhere>>,
}

impl InteractionWhere {
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
        if let Some(direction) = self.direction {
            budget.spend()?;
            own = own.add(Column::Direction.eq(Way::from(direction)));
        }
        for (filter, column) in [(&self.source, Column::Source), (&self.external_id, Column::ExternalId)] {
            if let Some(filter) = filter {
                own = own.add(filter.condition(column, TextForm::Exact, budget)?);
            }
        }
        if let Some(filter) = &self.occurred_at {
            own = own.add(filter.condition(Column::OccurredAt, budget)?);
        }
        combine(
            own,
            self.and.as_deref(),
            self.or.as_deref(),
            self.not.as_deref(),
            budget,
            InteractionWhere::within,
        )
    }
}

/// What happened last comes first.
#[must_use]
pub fn newest_first() -> Vec<SortKey<Column>> {
    let key = |column| SortKey {
        column,
        direction: Direction::Desc,
    };
    vec![key(Column::OccurredAt), key(Column::Id)]
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::OccurredAt => self.occurred_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}
