//! JSON text under construction.

use std::fmt::Write as _;

use async_graphql::{Name, Response, Value};
use async_graphql_value::RAW_VALUE_TOKEN;
use chrono::{Datelike, Timelike};
use entity::id::PrefixedId;
use sea_orm::entity::prelude::DateTimeUtc;

/// JSON text under construction.
#[derive(Debug, Default)]
pub struct JsonText(pub(super) String);

impl JsonText {
    /// A text.
    pub fn text(&mut self, text: &str) {
        let plain = text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
        if plain {
            self.0.push('"');
            self.0.push_str(text);
            self.0.push('"');
        } else {
            // A string always serializes.
            self.0.push_str(&serde_json::to_string(text).unwrap_or_default());
        }
    }

    /// A text, or null.
    pub fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.0.push_str("null"),
        }
    }

    /// An id.
    pub fn id<I: PrefixedId>(&mut self, id: I) {
        self.0.push('"');
        self.0.push_str(I::PREFIX);
        self.0.push('_');
        self.0.extend(
            entity::id::encode(id.uuid())
                .iter()
                .map(|character| char::from(*character)),
        );
        self.0.push('"');
    }

    /// A truth value.
    pub fn boolean(&mut self, truth: bool) {
        self.0.push_str(if truth { "true" } else { "false" });
    }

    /// A number.
    pub fn integer(&mut self, number: i64) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{number}");
    }

    /// An instant, as the scalar `DateTime` writes it.
    pub fn instant(&mut self, instant: DateTimeUtc) {
        let (date, time) = (instant.date_naive(), instant.time());
        self.0.push('"');
        self.digits(u32::try_from(date.year()).unwrap_or_default(), 4);
        for (separator, value) in [
            ('-', date.month()),
            ('-', date.day()),
            ('T', time.hour()),
            (':', time.minute()),
            (':', time.second()),
        ] {
            self.0.push(separator);
            self.digits(value, 2);
        }
        self.0.push('.');
        self.digits(instant.timestamp_subsec_millis(), 3);
        self.0.push_str("Z\"");
    }

    /// An instant, or null.
    pub fn optional_instant(&mut self, instant: Option<DateTimeUtc>) {
        match instant {
            Some(instant) => self.instant(instant),
            None => self.0.push_str("null"),
        }
    }

    /// A value that the executor has made.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.0.push_str("null"),
            Value::Boolean(truth) => self.boolean(*truth),
            Value::String(text) => self.text(text),
            Value::Enum(name) => self.text(name),
            Value::List(items) => self.list(items.iter(), |item, json| json.value(item)),
            Value::Object(fields) => {
                if let (1, Some(Value::String(written))) = (fields.len(), fields.get(RAW_VALUE_TOKEN)) {
                    self.0.push_str(written);
                    return;
                }
                self.0.push('{');
                for (position, (name, value)) in fields.iter().enumerate() {
                    if position > 0 {
                        self.0.push(',');
                    }
                    self.text(name);
                    self.0.push(':');
                    self.value(value);
                }
                self.0.push('}');
            }
            // Numbers and bytes always serialize.
            other => self.0.push_str(&serde_json::to_string(other).unwrap_or_default()),
        }
    }

    /// A whole answer.
    #[must_use]
    pub fn response(response: &Response) -> Vec<u8> {
        let mut json = Self::default();
        json.0.push_str("{\"data\":");
        json.value(&response.data);
        if !response.extensions.is_empty() {
            let extensions = serde_json::to_string(&response.extensions).unwrap_or_default();
            let _ = write!(json.0, ",\"extensions\":{extensions}");
        }
        if !response.errors.is_empty() {
            let errors = serde_json::to_string(&response.errors).unwrap_or_default();
            let _ = write!(json.0, ",\"errors\":{errors}");
        }
        json.0.push('}');
        json.0.into_bytes()
    }

    pub(super) fn list<T>(&mut self, items: impl Iterator<Item = T>, write: impl Fn(T, &mut Self)) {
        self.0.push('[');
        for (position, item) in items.enumerate() {
            if position > 0 {
                self.0.push(',');
            }
            write(item, self);
        }
        self.0.push(']');
    }

    fn digits(&mut self, value: u32, count: u32) {
        for place in (0..count).rev() {
            self.0.push(char::from(
                b'0' + u8::try_from(value / 10_u32.pow(place) % 10).unwrap_or_default(),
            ));
        }
    }

    /// Hands it to the executor.
    pub(super) fn into_value(self) -> Value {
        Value::Object(
            [(Name::new(RAW_VALUE_TOKEN), Value::String(self.0))]
                .into_iter()
                .collect(),
        )
    }
}
