//! Field masks: what every role of a staff user hides is hidden from them.
//!
//! Viewers from whom something is hidden are few, and for all others nothing may become slower. So there is a second
//! schema for them, the same but for one extension, which asks at each field whether it is hidden; and lists are not
//! written straight to JSON for them. A hidden field answers null with `FORBIDDEN` at its path, whatever way leads to
//! it. What would tell about its values all the same is refused: conditions, orders and inputs that name it, free-text
//! search, and dry runs, which show values before and after.

use std::sync::Arc;

use async_graphql::{
    PathSegment, QueryPathSegment, ServerError, ServerResult, Value, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo},
};

use crate::{
    auth::grants::{FieldMasks, hides},
    work::Call,
};

/// Hides fields from viewers from whom something is hidden.
#[derive(Clone, Copy, Debug)]
pub struct MaskedFields;

impl ExtensionFactory for MaskedFields {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for MaskedFields {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let masks = ctx.data_opt::<Arc<Call>>().and_then(|call| call.viewer.masks());
        if masks.is_some_and(|masks| hides(masks, info.parent_type, info.name)) {
            return Err(denied(&info));
        }
        next.run(ctx, info).await
    }
}

fn denied(info: &ResolveInfo<'_>) -> ServerError {
    let mut error = ServerError::new("Your roles do not show this field.", Some(info.field.name.pos));
    let mut node = Some(info.path_node);
    while let Some(here) = node {
        error.path.push(match here.segment {
            QueryPathSegment::Index(index) => PathSegment::Index(index),
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        });
        node = here.parent;
    }
    error.path.reverse();
    error.extensions.get_or_insert_default().set("code", "FORBIDDEN");
    error
}

/// The names by which arguments and inputs would tell about hidden fields.
#[derive(Debug)]
pub struct HiddenNames(Vec<String>);

impl HiddenNames {
    /// The names for these fields. Whatever is called as a hidden field is counted in, of whatever type it is; so is the
    /// search in several fields at once.
    #[must_use]
    pub fn of(masks: &FieldMasks) -> Self {
        let mut names = vec!["query".to_owned()];
        for mask in masks {
            let (_, field) = mask.split_once('.').unwrap_or_default();
            names.push(field.to_owned());
        }
        Self(names)
    }

    /// Whether an argument or a field of an input has such a name.
    #[must_use]
    pub fn contain(&self, name: &str) -> bool {
        self.0.iter().any(|hidden| hidden == name)
    }

    /// Whether a value names a hidden field: as a field of an input, or as what to sort by.
    #[must_use]
    pub fn are_in(&self, value: &async_graphql_value::Value) -> bool {
        use async_graphql_value::Value;
        match value {
            Value::Object(fields) => fields
                .iter()
                .any(|(name, value)| self.contain(name) || self.are_in(value)),
            Value::List(items) => items.iter().any(|item| self.are_in(item)),
            Value::Enum(name) => self.are_sorted_by(name),
            _ => false,
        }
    }

    /// Whether the variables name a hidden field.
    #[must_use]
    pub fn are_in_variables(&self, variables: &Variables) -> bool {
        variables.values().any(|value| self.are_in_constant(value))
    }

    /// Whether a value without variables names a hidden field. A text may be what a variable sorts by.
    #[must_use]
    pub fn are_in_constant(&self, value: &Value) -> bool {
        match value {
            Value::Object(fields) => fields
                .iter()
                .any(|(name, value)| self.contain(name) || self.are_in_constant(value)),
            Value::List(items) => items.iter().any(|item| self.are_in_constant(item)),
            Value::Enum(name) => self.are_sorted_by(name),
            Value::String(text) => self.are_sorted_by(text),
            _ => false,
        }
    }

    /// What is sorted by is named like the field, in capitals: `FIRST_NAME`.
    fn are_sorted_by(&self, key: &str) -> bool {
        let key: String = key.chars().filter(|character| *character != '_').collect();
        let is_loud = key.chars().all(|character| !character.is_ascii_lowercase());
        is_loud && self.0.iter().any(|hidden| hidden.eq_ignore_ascii_case(&key))
    }
}

/// Takes hidden fields out of what introspection answered.
pub fn leave_out(value: &mut Value, masks: &FieldMasks) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| leave_out(item, masks)),
        Value::Object(fields) => {
            let text = |value: Option<&Value>| match value {
                Some(Value::String(text)) => Some(text.clone()),
                _ => None,
            };
            if let Some(object) = text(fields.get("name"))
                && let Some(Value::List(shown)) = fields.get_mut("fields")
            {
                shown.retain(|field| match field {
                    Value::Object(field) => text(field.get("name")).is_none_or(|name| !hides(masks, &object, &name)),
                    _ => true,
                });
            }
            fields.values_mut().for_each(|value| leave_out(value, masks));
        }
        _ => {}
    }
}
