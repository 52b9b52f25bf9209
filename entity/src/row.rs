//! Rows read by position.
//!
//! SeaORM reads a column by its name, which looks the name up for each column of each row. A page of customers with
//! all their lists is some ten thousand columns, so the entities that are read by the page are also read by position,
//! in the order of their columns, which is the order in which SeaORM selects them.

use sea_orm::{
    DbErr, QueryResult, TryGetable,
    entity::prelude::{DateTimeUtc, Json},
    sqlx::{Row as _, ValueRef as _},
};

/// A row that can be read by position.
pub trait Row: Sized {
    /// Reads the row whose columns begin at `start`.
    ///
    /// # Errors
    /// When a column has another type than the entity says.
    fn read(row: &QueryResult, start: usize) -> Result<Self, DbErr> {
        Self::read_without(row, start, Skipped::default())
    }

    /// Reads the row whose columns begin at `start`, when these were not selected: nothing stands in their place.
    ///
    /// # Errors
    /// As for [`Self::read`].
    fn read_without(row: &QueryResult, start: usize, skipped: Skipped) -> Result<Self, DbErr>;
}

/// Columns that are not selected, by their places in the entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped(u64);

impl Skipped {
    /// Skips a column, too.
    pub fn skip(&mut self, place: usize) {
        self.0 |= 1 << place;
    }

    /// Whether the column at this place is skipped.
    #[must_use]
    pub fn has(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }
}

/// A value of a column.
pub trait Cell: TryGetable {
    /// Reads it.
    ///
    /// # Errors
    /// When the column has another type.
    fn read(row: &QueryResult, position: usize) -> Result<Self, DbErr> {
        row.try_get_by_index(position)
    }

    /// What stands in the place of one that was not selected; only what is optional, a text or JSON is ever skipped.
    fn nothing() -> Option<Self> {
        None
    }
}

impl<T: Cell> Cell for Option<T> {
    fn read(row: &QueryResult, position: usize) -> Result<Self, DbErr> {
        // SeaORM makes an error with a message of every null and then drops it.
        let known = row.try_as_pg_row().and_then(|row| row.try_get_raw(position).ok());
        if known.is_some_and(|value| value.is_null()) {
            return Ok(None);
        }
        row.try_get_by_index(position)
    }

    fn nothing() -> Option<Self> {
        Some(None)
    }
}

macro_rules! cells {
    ($($cell:ty),*) => {
        $(impl Cell for $cell {})*
    };
}

cells! {
    bool, i32, i64, DateTimeUtc, crate::customer::Status, crate::id::AddressId, crate::id::ChannelId,
    crate::id::CustomerGroupId, crate::id::CustomerId, crate::id::InteractionId, crate::id::OrderActivityId,
    crate::id::OrderLineId, crate::id::OrderLinkId, crate::interaction::Direction, crate::interaction::Kind,
    crate::order_activity::Kind,
    crate::id::OrganizationId, crate::id::OrganizationUnitId, crate::id::StaffUserId, crate::id::VendorId
}

impl Cell for String {
    fn nothing() -> Option<Self> {
        Some(Self::new())
    }
}

impl Cell for Json {
    fn nothing() -> Option<Self> {
        Some(Self::Null)
    }
}

/// Reads a column, or nothing for one that was skipped.
pub(crate) fn cell<T: Cell>(
    row: &QueryResult,
    place: usize,
    position: &mut usize,
    skipped: Skipped,
) -> Result<T, DbErr> {
    if skipped.has(place)
        && let Some(nothing) = T::nothing()
    {
        return Ok(nothing);
    }
    let value = T::read(row, *position)?;
    *position += 1;
    Ok(value)
}

/// Reads a model by position; the fields stand in the order of the columns, which a test checks.
macro_rules! row {
    ($($field:ident),* $(,)?) => {
        impl crate::row::Row for Model {
            fn read_without(
                row: &sea_orm::QueryResult,
                start: usize,
                skipped: crate::row::Skipped,
            ) -> Result<Self, sea_orm::DbErr> {
                let (mut place, mut position) = (0, start);
                $(
                    let $field = crate::row::cell(row, place, &mut position, skipped)?;
                    place += 1;
                )*
                let _ = (place, position);
                Ok(Self { $($field),* })
            }
        }

        #[cfg(test)]
        mod tests {
            use sea_orm::{IdenStatic, Iterable};

            #[test]
            fn fields_stand_in_the_order_of_the_columns() {
                let columns: Vec<&str> = super::Column::iter().map(|column| column.as_str()).collect();
                assert_eq!(columns, [$(stringify!($field)),*]);
            }
        }
    };
}
pub(crate) use row;
