//! Whether a text holds a secret: a saved query outlives the moment, and others read it.
//!
//! This finds what people leave behind by accident, such as the password of a log-in that they tried, and not what
//! somebody hides.

use serde_json::Value;

use crate::auth::{ACCOUNT_TOKEN_PREFIX, API_KEY_PREFIX};

/// How every signed token begins: `{"` in base 64.
const SIGNED_TOKEN_PREFIX: &str = "eyJ";

/// How long a token is at least.
const TOKEN_LENGTH: usize = 24;

/// Whether variables hold a secret: a text under the name of one, or a token of ours anywhere.
pub(super) fn in_variables(variables: &Value) -> bool {
    match variables {
        Value::String(text) => holds_token(text),
        Value::Array(items) => items.iter().any(in_variables),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| in_variables(value) || (names_secret(name) && is_text(value))),
        _ => false,
    }
}

/// Whether a document holds a secret: a literal text under the name of one, or a token of ours anywhere.
pub(super) fn in_document(document: &str) -> bool {
    if holds_token(document) {
        return true;
    }
    let mut rest = document;
    while let Some(colon) = rest.find(':') {
        let (before, after) = (&rest[..colon], &rest[colon + 1..]);
        let name = before
            .trim_end()
            .rsplit(|character: char| !is_name(character))
            .next()
            .unwrap_or_default();
        let value = after.trim_start_matches(|character: char| character.is_whitespace() || character == ',');
        let text = value.strip_prefix('"').map(|text| text.trim_start_matches('"'));
        if names_secret(name) && text.is_some_and(|text| value.len() - text.len() != 2) {
            return true;
        }
        rest = after;
    }
    false
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// Names under which the schema takes secrets.
fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("password")
        || name.contains("secret")
        || name.ends_with("token")
        || name.ends_with("recoverycode")
        || name == "code"
}

fn holds_token(text: &str) -> bool {
    text.split(|character: char| !(is_name(character) || matches!(character, '-' | '.')))
        .filter(|word| word.len() >= TOKEN_LENGTH)
        .any(|word| {
            word.starts_with(API_KEY_PREFIX)
                || word.starts_with(ACCOUNT_TOKEN_PREFIX)
                || (word.starts_with(SIGNED_TOKEN_PREFIX) && word.matches('.').count() == 2)
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn passwords_and_tokens_are_found_under_their_names_and_by_their_looks() {
        for variables in [
            json!({ "input": { "email": "ada@example.com", "password": "x" } }),
            json!({ "input": [{ "newPassword": "x" }] }),
            json!({ "t": "cgk_0123456789abcdefghijklmnopqrstuvwxyz" }),
            json!({ "headers": "Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl" }),
            json!({ "refreshToken": "x" }),
            json!({ "code": "123456" }),
        ] {
            assert!(in_variables(&variables), "{variables}");
        }
        for document in [
            r#"mutation { sessionCreate(input: { email: "a", password: "x" }) { accessToken } }"#,
            "mutation { sessionCreate(input: { password :\n \"\"\"x\"\"\" }) { accessToken } }",
            r#"{ x(a: "cgt_0123456789abcdefghijklmnopqrstuvwxyz") }"#,
        ] {
            assert!(in_document(document), "{document}");
        }
    }

    #[test]
    fn ordinary_queries_hold_none() {
        let variables =
            json!({ "input": { "countryCode": "DE", "password": "", "code": null, "first": 1 }, "query": "tokens" });
        assert!(!in_variables(&variables));
        for document in [
            "mutation($password: String!) { sessionCreate(input: { email: \"a\", password: $password }) { userErrors { code message } } }",
            "query Token { addresses(where: { countryCode: { eq: \"DE\" } }) { nodes { code: countryCode } } }",
            "{ x(password: \"\") }",
            ":",
            "",
        ] {
            assert!(!in_document(document), "{document}");
        }
    }
}
