//! Which events an endpoint is told of.

use entity::{outbox_event::Column, webhook_endpoint::Model};
use sea_orm::{ColumnTrait, Condition};

use crate::work::{Complaints, ErrorCode, UserError, dialect};

/// The most patterns of one endpoint.
const MOST: usize = 50;

/// The most characters of a topic.
const LONGEST: usize = 64;

/// Reads patterns: a topic, all topics that begin in one way (`customer.*`, `customer.group.*`), or all (`*`). One that occurs twice counts once.
pub(super) fn read(complaints: &mut Complaints, typed: Vec<String>) -> Vec<String> {
    let path = "topics";
    if typed.len() > MOST {
        complaints.add(UserError::limit(path, MOST, typed.len(), "topics"));
        return Vec::new();
    }
    if typed.is_empty() {
        complaints.add(UserError::new(
            ErrorCode::Required,
            path,
            "Say of which events it is told; * stands for all.",
        ));
    }
    let mut topics: Vec<String> = Vec::with_capacity(typed.len());
    for (position, typed) in typed.into_iter().enumerate() {
        let topic = typed.trim();
        if !is_pattern(topic) {
            complaints.add(UserError::new(
                ErrorCode::Invalid,
                &format!("{path}.{position}"),
                "A topic is written like customer.updated, customer.* or *.",
            ));
        } else if !topics.iter().any(|known| known == topic) {
            topics.push(topic.to_owned());
        }
    }
    topics
}

fn is_pattern(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if text == "*" {
        return true;
    }
    let stem = text.strip_suffix(".*").unwrap_or(text);
    text.len() <= LONGEST && text.contains('.') && stem.split('.').all(is_word)
}

/// The patterns of an endpoint.
pub(super) fn of(endpoint: &Model) -> impl Iterator<Item = &str> {
    let topics = endpoint.topics.as_array().into_iter().flatten();
    topics.filter_map(serde_json::Value::as_str)
}

/// Whether an endpoint is told of events of a topic.
pub(super) fn include(endpoint: &Model, topic: &str) -> bool {
    of(endpoint).any(|pattern| fits(pattern, topic))
}

/// The same as a condition on the outbox.
pub(super) fn condition(endpoint: &Model) -> Condition {
    of(endpoint).fold(Condition::any(), |any, pattern| match pattern.strip_suffix('*') {
        Some("") => any.add(Column::Topic.is_not_null()),
        Some(beginning) => any.add(dialect::starts_with(dialect::column(Column::Topic), beginning)),
        None => any.add(Column::Topic.eq(pattern)),
    })
}

fn fits(pattern: &str, topic: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => topic.starts_with(beginning),
        None => pattern == topic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_a_topic_a_noun_or_everything() {
        for (pattern, topic, fitting) in [
            ("*", "customer.updated", true),
            ("customer.*", "customer.updated", true),
            ("customer.*", "customers.updated", false),
            ("customer.*", "customer.group.updated", true),
            ("customer.group.*", "customer.group.updated", true),
            ("customer.group.*", "customer.updated", false),
            ("customer.updated", "customer.updated", true),
            ("customer.updated", "customer.created", false),
            ("auth.*", "auth.log_in.failed", true),
        ] {
            assert!(is_pattern(pattern), "{pattern}");
            assert_eq!(fits(pattern, topic), fitting, "{pattern} {topic}");
        }
        for text in [
            "",
            ".",
            "customer",
            "customer.",
            ".*",
            "*.created",
            "Customer.created",
            "customer.c*",
            "a..b",
            "customer.*.b",
        ] {
            assert!(!is_pattern(text), "{text}");
        }
        assert!(!is_pattern(&format!("customer.{}", "a".repeat(60))));
    }
}
