//! Rows read by position.
//!
//! SeaORM reads a column by its name, which looks the name up for each column of each row. A page of customers with
//! all their lists is some ten thousand columns, so the entities that are read by the page are also read by position,
//! in the order of their columns, which is the order in which SeaORM selects them.

use sea_orm::{DbErr, QueryResult};

/// A row that can be read by position.
pub trait Row: Sized {
    /// Reads the row whose columns begin at `start`.
    ///
    /// # Errors
    /// When a column has another type than the entity says.
    fn read(row: &QueryResult, start: usize) -> Result<Self, DbErr>;
}

/// Reads a model by position; the fields stand in the order of the columns, which a test checks.
macro_rules! row {
    ($($field:ident),* $(,)?) => {
        impl crate::row::Row for Model {
            fn read(row: &sea_orm::QueryResult, start: usize) -> Result<Self, sea_orm::DbErr> {
                let mut position = start;
                $(
                    let $field = row.try_get_by_index(position)?;
                    position += 1;
                )*
                let _ = position;
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
