//! The body of a request (GraphQL over HTTP).

use async_graphql::Variables;
use serde::Deserialize;

/// What a client sends.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    /// The document.
    pub(super) query: String,
    /// Which of its operations.
    pub(super) operation_name: Option<String>,
    /// The values of its variables.
    #[serde(default, deserialize_with = "object_or_null")]
    pub(super) variables: Variables,
}

fn object_or_null<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Variables, D::Error> {
    Ok(
        Option::<serde_json::Map<String, serde_json::Value>>::deserialize(deserializer)?
            .map(|map| Variables::from_json(serde_json::Value::Object(map)))
            .unwrap_or_default(),
    )
}

/// Reads a body.
///
/// # Errors
/// A sentence for the client.
pub(super) fn read(bytes: &[u8]) -> Result<Body, &'static str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err("Send one operation a request; lists of operations are not taken.");
    }
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            "The body must be a JSON object with a text `query`, and optionally an object `variables` and a text `operationName`."
        }
        _ => "The body is not valid JSON.",
    })
}
