//! JSON merge patch (RFC 7396) of an input.

use async_graphql::Name;
use async_graphql_value::ConstValue;
use sea_orm::entity::prelude::Json;

/// Fields of the input that a hook may not touch: whether anything is kept, and what counts as a repetition, is the
/// client's alone.
const UNTOUCHED: [&str; 2] = ["dryRun", "idempotencyKey"];

/// The input with the patch; `None` for a patch that touches what it may not, or that is no object.
pub(super) fn patch(input: &ConstValue, patch: &Json) -> Option<ConstValue> {
    let fields = patch.as_object()?;
    if UNTOUCHED.iter().any(|name| fields.contains_key(*name)) {
        return None;
    }
    merge(input.clone(), patch)
}

fn merge(target: ConstValue, patch: &Json) -> Option<ConstValue> {
    let Json::Object(patch) = patch else {
        return ConstValue::from_json(patch.clone()).ok();
    };
    let mut fields = match target {
        ConstValue::Object(fields) => fields,
        _ => Default::default(),
    };
    for (name, value) in patch {
        let name = Name::new(name);
        if value.is_null() {
            fields.shift_remove(&name);
        } else {
            let before = fields.get(&name).cloned().unwrap_or_default();
            fields.insert(name, merge(before, value)?);
        }
    }
    Some(ConstValue::Object(fields))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_does_what_the_standard_says() {
        // Some of the examples of RFC 7396, appendix A.
        for (target, change, result) in [
            (json!({ "a": "b" }), json!({ "a": "c" }), json!({ "a": "c" })),
            (json!({ "a": "b" }), json!({ "b": "c" }), json!({ "a": "b", "b": "c" })),
            (json!({ "a": "b" }), json!({ "a": null }), json!({})),
            (json!({ "a": ["b"] }), json!({ "a": "c" }), json!({ "a": "c" })),
            (
                json!({ "a": { "b": "c" } }),
                json!({ "a": { "b": "d", "c": null } }),
                json!({ "a": { "b": "d" } }),
            ),
            (json!({ "e": null }), json!({ "a": 1 }), json!({ "e": null, "a": 1 })),
            (
                json!({}),
                json!({ "a": { "bb": { "ccc": null } } }),
                json!({ "a": { "bb": {} } }),
            ),
        ] {
            let target = ConstValue::from_json(target).unwrap();
            let merged = patch(&target, &change).unwrap();
            assert_eq!(merged, ConstValue::from_json(result).unwrap());
        }
    }

    #[test]
    fn a_patch_does_not_touch_what_is_the_clients_alone() {
        let input = ConstValue::from_json(json!({ "dryRun": true })).unwrap();
        for change in [json!({ "dryRun": false }), json!({ "idempotencyKey": "a" }), json!(1)] {
            assert_eq!(patch(&input, &change), None);
        }
    }
}
