//! Absent, null or a value: what an update does to a field.

use async_graphql::MaybeUndefined;

use crate::work::Change;

/// Absent keeps, null clears, a value sets.
pub fn change<T>(input: MaybeUndefined<T>) -> Change<T> {
    match input {
        MaybeUndefined::Undefined => Change::Keep,
        MaybeUndefined::Null => Change::Clear,
        MaybeUndefined::Value(value) => Change::Set(value),
    }
}
