//! What a client sends (GraphQL over HTTP), in a body or in a URL.

use async_graphql::{Extensions, Variables};
use serde::Deserialize;
use url::form_urlencoded;

use super::operation::{Cause, Refused};

/// An operation that is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    /// The document.
    pub(super) query: String,
    /// Which of its operations.
    pub(super) operation_name: Option<String>,
    /// The values of its variables.
    #[serde(default, deserialize_with = "variables")]
    pub(super) variables: Variables,
    /// What is said about it beside.
    #[serde(default)]
    pub(super) extensions: Extensions,
}

type Object = serde_json::Map<String, serde_json::Value>;

/// What a body holds.
#[derive(Debug)]
pub(super) enum Asked {
    /// One operation.
    One(Body),
    /// A list of them.
    Several(Vec<Body>),
}

/// The executor's own reader takes more than objects.
fn variables<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Variables, D::Error> {
    let object: Option<Object> = Option::deserialize(deserializer)?;
    Ok(Variables::from_json(serde_json::Value::Object(
        object.unwrap_or_default(),
    )))
}

/// Reads a body. A list is read only where lists of this many operations are taken.
pub(super) fn in_body(bytes: &[u8], most: usize) -> Result<Asked, Refused> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if !is_list {
        return serde_json::from_slice(bytes).map(Asked::One).map_err(not_read);
    }
    if most == 0 {
        let message = "Send one operation a request; lists of operations are not taken.";
        return Err(Refused::new(Cause::NotARequest, message));
    }
    let bodies: Vec<Body> = serde_json::from_slice(bytes).map_err(not_read)?;
    if bodies.is_empty() || bodies.len() > most {
        let message = format!("A list holds one operation at least and {most} at most.");
        return Err(Refused::new(Cause::NotARequest, message));
    }
    Ok(Asked::Several(bodies))
}

fn not_read(error: serde_json::Error) -> Refused {
    match error.classify() {
        serde_json::error::Category::Data => Refused::new(
            Cause::NotARequest,
            "The body must be a JSON object with a text `query`, and optionally an object `variables`, a text \
             `operationName` and an object `extensions`.",
        ),
        _ => Refused::new(Cause::Unreadable, "The body is not valid JSON."),
    }
}

/// Reads the query of a URL. An optional parameter that is empty counts as absent.
pub(super) fn in_url(query: &str) -> Result<Body, Refused> {
    let wrong = |message: &str| Refused::new(Cause::NotARequest, message);
    let (mut document, mut operation_name, mut variables, mut extensions) = (None, None, None, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let place = match name.as_ref() {
            "query" => &mut document,
            "operationName" => &mut operation_name,
            "variables" => &mut variables,
            "extensions" => &mut extensions,
            _ => continue,
        };
        if place.replace(value.into_owned()).is_some() {
            return Err(wrong("A parameter stands in the URL twice."));
        }
    }
    let not_an_object = || wrong("`variables` and `extensions` must be JSON objects, encoded for a URL.");
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let variables: Option<Object> = match given(variables) {
        Some(text) => serde_json::from_str(&text).map_err(|_| not_an_object())?,
        None => None,
    };
    let extensions: Extensions = match given(extensions) {
        Some(text) => serde_json::from_str(&text).map_err(|_| not_an_object())?,
        None => Extensions::default(),
    };
    Ok(Body {
        query: document.ok_or_else(|| wrong("Put the operation into the parameter `query`, or send it with POST."))?,
        operation_name: given(operation_name),
        variables: Variables::from_json(serde_json::Value::Object(variables.unwrap_or_default())),
        extensions,
    })
}

/// Whether the query of a URL asks for an operation.
pub(super) fn is_in_url(query: Option<&str>) -> bool {
    query.is_some_and(|query| form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "query"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    #[test]
    fn a_url_holds_all_that_a_body_holds() {
        let body = in_url(
            "query=query%20Q(%24i%3AInt)%7Ba%7D&operationName=Q&variables=%7B%22i%22%3A+1%7D&extensions=%7B%7D&other=x",
        );
        let body = body.unwrap();
        assert_eq!(body.query, "query Q($i:Int){a}");
        assert_eq!(body.operation_name.as_deref(), Some("Q"));
        assert_eq!(body.variables, Variables::from_json(serde_json::json!({ "i": 1 })));
        let body = in_url("query={a}&operationName=&variables=&extensions=null").unwrap();
        assert_eq!(body.operation_name, None);
        assert_eq!(body.variables, Variables::default());
    }

    #[test]
    fn a_url_that_says_too_little_or_too_much_is_refused() {
        for query in [
            "",
            "operationName=Q",
            "query={a}&query={a}",
            "query={a}&variables={}&variables={}",
            "query={a}&operationName=A&operation%4eame=B",
            "query={a}&variables=[]",
            "query={a}&variables=1",
            "query={a}&variables={",
            "query={a}&extensions=[]",
        ] {
            assert_eq!(in_url(query).unwrap_err().cause, Cause::NotARequest, "{query}");
        }
    }

    #[test]
    fn a_list_is_read_where_lists_are_taken_and_only_so_long() {
        let list = |length: usize| format!("[{}]", vec![r#"{"query":"{a}"}"#; length].join(","));
        for (most, length, is_taken) in [(0, 1, false), (0, 0, false), (2, 0, false), (2, 2, true), (2, 3, false)] {
            assert_eq!(
                in_body(list(length).as_bytes(), most).is_ok(),
                is_taken,
                "{length} of {most}"
            );
        }
        assert!(in_body(b"[[]]", 2).is_err());
        assert!(matches!(
            in_body(b"\xef\xbb\xbf{\"query\":\"{a}\"}", 0),
            Ok(Asked::One(_))
        ));
        let cut = in_body(b"{\"query", 0).unwrap_err();
        assert_eq!(cut.cause, Cause::Unreadable);
        let twice = in_body(br#"{"query":"{a}","query":"{b}"}"#, 0).unwrap_err();
        assert_eq!(twice.cause, Cause::NotARequest);
    }
}
