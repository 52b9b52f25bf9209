//! Whether an operation asks by what is hidden: an argument, a condition, an order or an input that is the same fact as
//! a hidden field, in an argument or input of the object that the field belongs to.

use std::{collections::HashMap, convert::Infallible};

use async_graphql::{
    Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet},
    registry::{MetaInputValue, MetaType, MetaTypeName, Registry},
};

use crate::auth::grants::{FieldMasks, hides};

/// The argument that searches in several fields at once, hidden ones among them.
const SEARCH: &str = "query";

/// The first hidden fact by which an operation of the document asks.
#[must_use]
pub fn first_hidden(
    registry: &Registry,
    masks: &FieldMasks,
    document: &ExecutableDocument,
    variables: &Variables,
) -> Option<String> {
    document.operations.iter().find_map(|(_, operation)| {
        let walk = Walk::new(registry, masks, variables, &operation.node);
        let root = match operation.node.ty {
            OperationType::Query => Some(registry.query_type.as_str()),
            OperationType::Mutation => registry.mutation_type.as_deref(),
            OperationType::Subscription => registry.subscription_type.as_deref(),
        };
        let set = &operation.node.selection_set.node;
        walk.in_selection(set, root?).or_else(|| {
            document.fragments.values().find_map(|fragment| {
                let kind = fragment.node.type_condition.node.on.node.as_str();
                walk.in_selection(&fragment.node.selection_set.node, kind)
            })
        })
    })
}

/// One operation with its variables.
struct Walk<'a> {
    registry: &'a Registry,
    masks: &'a FieldMasks,
    variables: &'a Variables,
    defaults: HashMap<&'a str, &'a Value>,
    objects: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn new(
        registry: &'a Registry,
        masks: &'a FieldMasks,
        variables: &'a Variables,
        operation: &'a OperationDefinition,
    ) -> Self {
        let is_object = |kind: &&MetaType| matches!(kind, MetaType::Object { .. });
        let mut defaults = HashMap::new();
        for definition in &operation.variable_definitions {
            if let Some(value) = &definition.node.default_value {
                defaults.insert(definition.node.name.node.as_str(), &value.node);
            }
        }
        Self {
            registry,
            masks,
            variables,
            defaults,
            objects: registry.types.values().filter(is_object).map(MetaType::name).collect(),
        }
    }

    fn in_selection(&self, set: &SelectionSet, parent: &str) -> Option<String> {
        set.items.iter().find_map(|selection| match &selection.node {
            Selection::Field(field) => self.in_field(&field.node, parent),
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let kind = condition.map_or(parent, |condition| condition.node.on.node.as_str());
                self.in_selection(&fragment.node.selection_set.node, kind)
            }
            Selection::FragmentSpread(_) => None,
        })
    }

    fn in_field(&self, field: &Field, parent: &str) -> Option<String> {
        let known = self.registry.types.get(parent)?.field_by_name(&field.name.node)?;
        let kind = MetaTypeName::concrete_typename(&known.ty);
        let in_arguments = field.arguments.iter().find_map(|(name, value)| {
            let argument = known.args.get(name.node.as_str())?;
            let value = value.node.clone().into_const_with(|variable| {
                let given = self.variables.get(&variable);
                let value = given.or_else(|| self.defaults.get(variable.as_str()).copied());
                Ok::<_, Infallible>(value.cloned().unwrap_or_default())
            });
            let Ok(value) = value;
            self.in_input(argument, &value, kind)
        });
        in_arguments.or_else(|| self.in_selection(&field.selection_set.node, kind))
    }

    /// An argument, or a field of an input; `of` is the type that it belongs to.
    fn in_input(&self, input: &MetaInputValue, value: &Value, of: &str) -> Option<String> {
        self.hidden(of, &input.name)
            .or_else(|| self.in_value(value, MetaTypeName::concrete_typename(&input.ty)))
    }

    fn in_value(&self, value: &Value, kind: &str) -> Option<String> {
        match (self.registry.types.get(kind)?, value) {
            (_, Value::List(items)) => items.iter().find_map(|item| self.in_value(item, kind)),
            (MetaType::InputObject { input_fields, .. }, Value::Object(fields)) => fields
                .iter()
                .find_map(|(name, value)| self.in_input(input_fields.get(name.as_str())?, value, kind)),
            // What is sorted by is named like the field, in capitals.
            (MetaType::Enum { .. }, Value::Enum(key)) => self.hidden(kind, &quiet(key)),
            (MetaType::Enum { .. }, Value::String(key)) => self.hidden(kind, &quiet(key)),
            _ => None,
        }
    }

    /// The hidden fact that a name tells in this type: in `CustomerWhere` one of customers. What begins with the name of
    /// no object may be about any.
    fn hidden(&self, kind: &str, name: &str) -> Option<String> {
        if name == SEARCH {
            return Some("what a search looks through".to_owned());
        }
        let is_hidden = |object: &&&str| hides(self.masks, object, name);
        let mut about = self
            .objects
            .iter()
            .filter(|object| kind.starts_with(**object))
            .peekable();
        let found = if about.peek().is_some() {
            about.find(is_hidden)
        } else {
            self.objects.iter().find(is_hidden)
        };
        found.map(|object| format!("{object}.{name}"))
    }
}

/// `FIRST_NAME` is `firstName`.
fn quiet(loud: &str) -> String {
    let mut quiet = String::with_capacity(loud.len());
    for (position, word) in loud.split('_').enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if position > 0 => quiet.push(first.to_ascii_uppercase()),
            Some(first) => quiet.push(first.to_ascii_lowercase()),
            None => {}
        }
        quiet.extend(letters.map(|letter| letter.to_ascii_lowercase()));
    }
    quiet
}

#[cfg(test)]
mod tests {
    use super::quiet;

    #[test]
    fn a_key_to_sort_by_is_named_like_the_field() {
        assert_eq!(quiet("FIRST_NAME"), "firstName");
        assert_eq!(quiet("EMAIL"), "email");
    }
}
