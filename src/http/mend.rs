//! Puts the `null` where a denied field was.
//!
//! The executor leaves a field that failed out of its object, where the specification wants `null`. Each error names
//! its path, so the answer is mended once per error and not at all when there is none.

use async_graphql::{Name, PathSegment, Response, Value};

/// Inserts `null` at the path of every error where the key is missing.
pub(super) fn mend(response: &mut Response) {
    let Response { data, errors, .. } = response;
    for error in errors.iter() {
        let Some((PathSegment::Field(last), parents)) = error.path.split_last() else {
            continue;
        };
        let mut place = Some(&mut *data);
        for segment in parents {
            place = match (place, segment) {
                (Some(Value::Object(fields)), PathSegment::Field(name)) => fields.get_mut(name.as_str()),
                (Some(Value::List(items)), PathSegment::Index(index)) => items.get_mut(*index),
                _ => None,
            };
        }
        if let Some(Value::Object(fields)) = place {
            fields.entry(Name::new(last)).or_insert(Value::Null);
        }
    }
}
