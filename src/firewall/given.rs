//! The values of variables as they come: read strictly, and held against the limits.

use std::fmt;

use async_graphql::{Name, Variables, indexmap::IndexMap};
use async_graphql_value::ConstValue;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

use super::Refusal;
use crate::config::DocumentLimits;

/// What a value takes beside its own text, in bytes.
const OVERHEAD: usize = 4;

/// The values of variables as a client has sent them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenVariables {
    values: Variables,
    /// Whether an object in them names a key twice: readers differ on which of the two counts.
    repeats_a_key: bool,
}

impl GivenVariables {
    /// The values with their size in bytes, when they are within the limits. A list may be as long as `longest_list`.
    ///
    /// # Errors
    /// When they are not, or cannot be the values of variables.
    pub fn within(self, limits: &DocumentLimits, longest_list: usize) -> Result<(Variables, usize), Refusal> {
        if self.repeats_a_key {
            return Err(Refusal::variables("An object in the variables names a key twice."));
        }
        if self.values.keys().any(|name| name.starts_with("__")) {
            let message = "Names that begin with two underscores are not for variables.";
            return Err(Refusal::variables(message));
        }
        let extent = self.extent();
        for (size, most, what) in [
            (extent.bytes, limits.variables_bytes, "bytes. Send less at once"),
            (
                extent.longest_list,
                longest_list,
                "items in one list. Send several requests",
            ),
        ] {
            if size > most {
                return Err(Refusal::variables(format!(
                    "The variables have more than {most} {what}."
                )));
            }
        }
        Ok((self.values, extent.bytes))
    }

    /// How large they are, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.extent().bytes
    }

    fn extent(&self) -> Extent {
        let mut extent = Extent::default();
        for (name, value) in self.values.iter() {
            extent.bytes += name.len();
            extent.add(value);
        }
        extent
    }
}

/// How large values are.
#[derive(Default)]
struct Extent {
    bytes: usize,
    longest_list: usize,
}

impl Extent {
    /// How deep values are nested is bounded by the reader of JSON, at 127.
    fn add(&mut self, value: &ConstValue) {
        self.bytes += OVERHEAD;
        match value {
            ConstValue::String(text) => self.bytes += text.len(),
            ConstValue::List(items) => {
                self.longest_list = self.longest_list.max(items.len());
                items.iter().for_each(|item| self.add(item));
            }
            ConstValue::Object(fields) => {
                for (name, value) in fields {
                    self.bytes += name.len();
                    self.add(value);
                }
            }
            _ => {}
        }
    }
}

/// Refuses a value that could not be that of a variable.
///
/// # Errors
/// When it is too large, or a list in it is longer than `longest_list`.
pub(super) fn check(value: &ConstValue, limits: &DocumentLimits, longest_list: usize) -> Result<(), Refusal> {
    let mut extent = Extent::default();
    extent.add(value);
    if extent.bytes > limits.variables_bytes || extent.longest_list > longest_list {
        return Err(Refusal::variables("The value is too large."));
    }
    Ok(())
}

impl<'de> Deserialize<'de> for GivenVariables {
    /// An object or nothing; the executor's own reader takes more than objects.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Given::deserialize(deserializer)?;
        match given.value {
            ConstValue::Null => Ok(Self::default()),
            ConstValue::Object(_) => Ok(Self {
                values: Variables::from_value(given.value),
                repeats_a_key: given.repeats_a_key,
            }),
            _ => Err(de::Error::custom("variables are an object")),
        }
    }
}

/// A value of JSON.
struct Given {
    value: ConstValue,
    repeats_a_key: bool,
}

impl Given {
    fn of(value: impl Into<ConstValue>) -> Self {
        Self {
            value: value.into(),
            repeats_a_key: false,
        }
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GivenVisitor)
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value of JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Given, E> {
        Ok(Given::of(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Given, E> {
        Ok(Given::of(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Given, E> {
        Ok(Given::of(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Given, E> {
        Ok(Given::of(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Given, E> {
        Ok(Given::of(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Given, E> {
        Ok(Given::of(value))
    }

    fn visit_unit<E>(self) -> Result<Given, E> {
        Ok(Given::of(ConstValue::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Given, A::Error> {
        let (mut items, mut repeats_a_key) = (Vec::new(), false);
        while let Some(item) = sequence.next_element::<Given>()? {
            repeats_a_key |= item.repeats_a_key;
            items.push(item.value);
        }
        Ok(Given {
            value: ConstValue::List(items),
            repeats_a_key,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given, A::Error> {
        let (mut fields, mut repeats_a_key) = (IndexMap::new(), false);
        while let Some((name, field)) = map.next_entry::<String, Given>()? {
            repeats_a_key |= field.repeats_a_key;
            repeats_a_key |= fields.insert(Name::new(name), field.value).is_some();
        }
        Ok(Given {
            value: ConstValue::Object(fields),
            repeats_a_key,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;
    use crate::config::FirewallConfig;

    fn read(text: &str) -> Result<GivenVariables, serde_json::Error> {
        serde_json::from_str(text)
    }

    fn is_taken(text: &str) -> bool {
        let limits = FirewallConfig::default().store;
        read(text).unwrap().within(&limits, limits.list_items).is_ok()
    }

    #[test]
    fn what_json_says_is_what_is_read() {
        let text = r#"{"a":null,"b":true,"c":-1,"d":18446744073709551615,"e":1.5,"f":"x\n","g":[1,[]],"h":{"i":{}}}"#;
        let given = read(text).unwrap();
        let expected = Variables::from_json(serde_json::from_str(text).unwrap());
        assert_eq!(given.values, expected);
        assert_eq!(read("null").unwrap().values, Variables::default());
        for other in ["[]", "1", "\"{}\"", "true"] {
            assert!(read(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_key_twice_is_refused_wherever_it_is() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":[{"b":{"c":1,"c":2}}]}"#] {
            assert!(!is_taken(text), "{text}");
        }
        assert!(is_taken(r#"{"a":{"b":1},"b":[{"a":1},{"a":1}]}"#));
    }

    #[test]
    fn there_is_an_end_to_lists_depth_bytes_and_names() {
        let list = |length: usize| format!("{{\"a\":[{}0]}}", "0,".repeat(length - 1));
        assert!(is_taken(&list(100)));
        assert!(!is_taken(&list(101)));
        let deep = |depth: usize| format!("{{\"a\":{}0{}}}", "{\"b\":".repeat(depth), "}".repeat(depth));
        assert!(is_taken(&deep(126)));
        assert!(read(&deep(127)).is_err());
        let long = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length));
        assert!(is_taken(&long(32_000)));
        assert!(!is_taken(&long(32_769)));
        assert!(!is_taken(r#"{"__proto__":{"isAdmin":true}}"#));
    }
}
