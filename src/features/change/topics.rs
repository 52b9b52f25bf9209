//! Which topics are asked for.

use async_graphql::Result;

use crate::{graphql::bad_input, work::outbox::Topics};

/// The most topics that are asked for at once.
const MOST: usize = 50;

/// The most characters of a topic.
const LENGTH: usize = 64;

/// Reads topics: each one as it is, or all that begin alike, written `customer.*`; `*` is all of them.
pub(super) fn read(asked: Option<Vec<String>>) -> Result<Topics> {
    let mut topics = Topics::default();
    let Some(asked) = asked else {
        return Ok(topics);
    };
    if asked.is_empty() || asked.len() > MOST {
        return Err(bad_input(
            format!("Ask for 1 to {MOST} topics, or leave them out for all."),
            None,
        ));
    }
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= LENGTH
            && name.split('.').all(|part| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            })
    };
    for topic in asked {
        if topic == "*" {
            return Ok(Topics::default());
        }
        match topic.strip_suffix(".*") {
            Some(beginning) if is_name(beginning) => topics.beginnings.push(format!("{beginning}.")),
            None if is_name(&topic) => topics.exact.push(topic),
            _ => {
                return Err(bad_input(
                    "A topic is written like customer.updated, or customer.* for all that begin so.",
                    None,
                ));
            }
        }
    }
    Ok(topics)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    fn asked(topics: &[&str]) -> Result<Topics> {
        read(Some(topics.iter().map(|topic| (*topic).to_owned()).collect()))
    }

    #[test]
    fn topics_are_read_as_they_are_or_by_their_beginning() {
        let topics = asked(&["customer.updated", "customer.address.*"]).unwrap();
        assert_eq!(topics.exact, ["customer.updated"]);
        assert_eq!(topics.beginnings, ["customer.address."]);
        let all = asked(&["customer.updated", "*"]).unwrap();
        assert!(all.exact.is_empty() && all.beginnings.is_empty());
        for wrong in [
            "",
            ".",
            "customer.",
            "cust*",
            "*.updated",
            "Customer.updated",
            "a..b",
            ".*",
            "a/*",
        ] {
            assert!(asked(&[wrong]).is_err(), "{wrong}");
        }
        assert!(asked(&[]).is_err());
        assert!(asked(&["a.b"; MOST + 1]).is_err());
    }
}
