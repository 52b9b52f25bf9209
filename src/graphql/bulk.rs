//! Bulk mutations: many rows at once, each with its own result.

use async_graphql::Enum;

use super::bad_input;
use crate::work::{UserError, WriteError};

/// What becomes of a bulk mutation in which some rows are wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum BulkErrorPolicy {
    /// Nothing is written, and every error is told.
    #[default]
    RejectEverything,
    /// The rows that are right are written, the others are refused.
    RejectFailedRows,
}

/// One result per row of the input, in its order.
pub type RowResults<T> = Vec<Result<T, Vec<UserError>>>;

impl BulkErrorPolicy {
    /// Lets the results of a bulk write stand, or refuses all of them. Errors get the path of their row, such as
    /// `customers.3`.
    ///
    /// # Errors
    /// [`WriteError::Refused`] with the errors of all rows, when one is wrong and the policy is to reject everything.
    pub fn judge<T>(self, list: &str, results: RowResults<T>) -> Result<RowResults<T>, WriteError> {
        let results: RowResults<T> = results
            .into_iter()
            .enumerate()
            .map(|(row, result)| {
                result.map_err(|errors| {
                    errors
                        .into_iter()
                        .map(|error| error.under(&format!("{list}.{row}")))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        if self == Self::RejectFailedRows || results.iter().all(Result::is_ok) {
            return Ok(results);
        }
        Err(WriteError::Refused(
            results.into_iter().filter_map(Result::err).flatten().collect(),
        ))
    }
}

/// Writes the rows that were read without complaint and puts the complaints of the others back into their places.
///
/// `rows` holds what was read of each row, or what is wrong with it; `write` is given the right ones, in order, and
/// answers one result for each.
///
/// # Errors
/// What `write` answers.
pub async fn write_rows<D, T>(
    rows: RowResults<D>,
    write: impl AsyncFnOnce(Vec<D>) -> Result<RowResults<T>, WriteError>,
) -> Result<RowResults<T>, WriteError> {
    let mut places: Vec<Option<Vec<UserError>>> = Vec::with_capacity(rows.len());
    let mut right = Vec::with_capacity(rows.len());
    for row in rows {
        match row {
            Ok(draft) => {
                right.push(draft);
                places.push(None);
            }
            Err(errors) => places.push(Some(errors)),
        }
    }
    let mut written = write(right).await?.into_iter();
    Ok(places
        .into_iter()
        .filter_map(|place| match place {
            Some(errors) => Some(Err(errors)),
            None => written.next(),
        })
        .collect())
}

/// Complains about an input with no rows, or with too many.
///
/// # Errors
/// `LIMIT_EXCEEDED` or `REQUIRED` at the list.
pub fn check_rows(list: &str, rows: usize, most: usize) -> Result<(), WriteError> {
    if rows > most {
        return Err(UserError::limit(list, most, rows, "rows").into());
    }
    if rows == 0 {
        return Err(UserError::new(crate::work::ErrorCode::Required, list, "Give at least one row.").into());
    }
    Ok(())
}

/// Reads `maxAffected` of an update by selector.
///
/// # Errors
/// `BAD_USER_INPUT` when it is negative or above the limit.
pub fn most_affected(asked: i32, limit: u64) -> async_graphql::Result<u64> {
    u64::try_from(asked)
        .ok()
        .filter(|asked| *asked <= limit)
        .ok_or_else(|| bad_input(format!("maxAffected is a number from 0 to {limit}."), None))
}
