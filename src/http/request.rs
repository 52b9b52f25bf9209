//! What a client sends (GraphQL over HTTP), in a body or in a URL.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use url::form_urlencoded;

use super::operation::{Cause, Refused};
use crate::firewall::GivenVariables;

/// An operation that is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    /// The document.
    #[serde(default)]
    pub(super) query: Option<String>,
    /// The SHA-256 of the document, which was agreed upon beforehand.
    #[serde(default)]
    document_id: Option<String>,
    /// Which of its operations.
    pub(super) operation_name: Option<String>,
    /// The values of its variables.
    #[serde(default)]
    pub(super) variables: GivenVariables,
    /// What is said about it beside.
    #[serde(default)]
    extensions: Extensions,
}

/// What is kept of the extensions: nothing but what counts.
#[derive(Clone, Debug, Default)]
struct Extensions {
    /// The hash in `persistedQuery`.
    sha256_hash: Option<String>,
}

impl<'de> Deserialize<'de> for Extensions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;

        impl<'de> Visitor<'de> for Reading {
            type Value = Extensions;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_unit<E>(self) -> Result<Extensions, E> {
                Ok(Extensions::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extensions, A::Error> {
                let mut read = Extensions::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "persistedQuery" {
                        let persisted: serde_json::Value = map.next_value()?;
                        read.sha256_hash = persisted["sha256Hash"].as_str().map(str::to_owned);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(read)
            }
        }

        deserializer.deserialize_any(Reading)
    }
}

impl Body {
    /// The hash that stands for the document: as GraphQL over HTTP sends it, or as Apollo's clients do.
    pub(super) fn document_id(&self) -> Option<&str> {
        self.document_id.as_deref().or(self.extensions.sha256_hash.as_deref())
    }

    /// How much it keeps, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let texts = [
            &self.query,
            &self.document_id,
            &self.operation_name,
            &self.extensions.sha256_hash,
        ];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        texts + self.variables.bytes()
    }

    /// Whether there is a document, or a hash that stands for one.
    pub(super) fn names_a_document(&self) -> bool {
        self.query.is_some() || self.document_id().is_some()
    }

    /// A request names a document in one way or another.
    fn checked(self) -> Result<Self, Refused> {
        if !self.names_a_document() {
            return Err(Refused::new(Cause::NotARequest, NOT_A_REQUEST));
        }
        Ok(self)
    }
}

const NOT_A_REQUEST: &str = "The body must be a JSON object with a text `query` (or a `documentId`), and optionally an object \
                             `variables`, a text `operationName` and an object `extensions`.";

/// What a body holds.
#[derive(Debug)]
pub(super) enum Asked {
    /// One operation.
    One(Body),
    /// A list of them.
    Several(Vec<Body>),
}

/// Reads a body. A list is read only where lists of this many operations are taken.
pub(super) fn in_body(bytes: &[u8], most: usize) -> Result<Asked, Refused> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if !is_list {
        let body: Body = serde_json::from_slice(bytes).map_err(not_read)?;
        return body.checked().map(Asked::One);
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
    bodies
        .into_iter()
        .map(Body::checked)
        .collect::<Result<_, _>>()
        .map(Asked::Several)
}

fn not_read(error: serde_json::Error) -> Refused {
    match error.classify() {
        serde_json::error::Category::Data => Refused::new(Cause::NotARequest, NOT_A_REQUEST),
        _ => Refused::new(Cause::Unreadable, "The body is not valid JSON."),
    }
}

/// Reads the query of a URL. An optional parameter that is empty counts as absent.
pub(super) fn in_url(query: &str) -> Result<Body, Refused> {
    let wrong = |message: &str| Refused::new(Cause::NotARequest, message);
    let (mut document, mut document_id, mut operation_name) = (None, None, None);
    let (mut variables, mut extensions) = (None, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let place = match name.as_ref() {
            "query" => &mut document,
            "documentId" => &mut document_id,
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
    let variables: GivenVariables = match given(variables) {
        Some(text) => serde_json::from_str(&text).map_err(|_| not_an_object())?,
        None => GivenVariables::default(),
    };
    let extensions: Extensions = match given(extensions) {
        Some(text) => serde_json::from_str(&text).map_err(|_| not_an_object())?,
        None => Extensions::default(),
    };
    let body = Body {
        query: document,
        document_id: given(document_id),
        operation_name: given(operation_name),
        variables,
        extensions,
    };
    body.checked()
        .map_err(|_| wrong("Put the operation into the parameter `query`, or send it with POST."))
}

/// Whether the query of a URL asks for an operation.
pub(super) fn is_in_url(query: Option<&str>) -> bool {
    query.is_some_and(|query| {
        form_urlencoded::parse(query.as_bytes())
            .any(|(name, _)| matches!(&*name, "query" | "documentId" | "extensions"))
    })
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
        assert_eq!(body.query.as_deref(), Some("query Q($i:Int){a}"));
        assert_eq!(body.operation_name.as_deref(), Some("Q"));
        assert_eq!(body.variables, serde_json::from_str(r#"{"i":1}"#).unwrap());
        let body = in_url("query={a}&operationName=&variables=&extensions=null").unwrap();
        assert_eq!(body.operation_name, None);
        assert_eq!(body.variables, GivenVariables::default());
        for query in [
            "documentId=sha256:ab",
            "documentId=sha256:ab&query=",
            "extensions={\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"sha256:ab\"}}",
        ] {
            assert_eq!(in_url(query).unwrap().document_id(), Some("sha256:ab"), "{query}");
        }
    }

    #[test]
    fn of_extensions_nothing_is_kept_but_the_hash() {
        let read = |extensions: serde_json::Value| {
            let body = serde_json::json!({ "query": "{a}", "extensions": extensions });
            serde_json::from_value::<Body>(body)
        };
        let tracing = serde_json::json!({ "trace": "x".repeat(10_000), "list": [1, { "a": null }] });
        assert_eq!(read(tracing).unwrap().bytes(), 3);
        let hash =
            serde_json::json!({ "persistedQuery": { "version": 1, "sha256Hash": "ab", "more": "y" }, "other": [] });
        let hash = read(hash).unwrap();
        assert_eq!((hash.document_id(), hash.bytes()), (Some("ab"), 5));
        for nothing in [
            serde_json::json!(null),
            serde_json::json!({}),
            serde_json::json!({ "persistedQuery": 1 }),
            serde_json::json!({ "persistedQuery": { "sha256Hash": 1 } }),
        ] {
            assert_eq!(read(nothing).unwrap().document_id(), None);
        }
        for wrong in [serde_json::json!([]), serde_json::json!("x"), serde_json::json!(1)] {
            assert!(read(wrong).is_err());
        }
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
