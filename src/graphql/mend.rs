//! Puts the `null` where a denied field was.
//!
//! The executor leaves a field that failed out of its object, where the specification wants `null`, and makes an
//! object that has lost all its fields `null` itself. Each error names its path, so the answer is mended once per error
//! and not at all when there is none.

use async_graphql::{Name, PathSegment, Response, ServerError, Value};

/// Inserts `null` at the path of every error where the key is missing.
pub fn mend(response: &mut Response) {
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
        match place {
            Some(Value::Object(fields)) => {
                fields.entry(Name::new(last)).or_insert(Value::Null);
            }
            // Guarded fields are nullable, so a denial never reaches the object around it.
            Some(lost @ Value::Null) if is_denial(error) => {
                *lost = Value::Object([(Name::new(last), Value::Null)].into_iter().collect());
            }
            _ => {}
        }
    }
}

fn is_denial(error: &ServerError) -> bool {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    matches!(code, Some(Value::String(code)) if code == "FORBIDDEN" || code == "UNAUTHENTICATED")
}
