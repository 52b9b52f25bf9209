//! The mutation fields of an operation with their inputs, and the same operation with other inputs.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{Directive, DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Variables};
use async_graphql_value::{ConstValue, Value};

use super::document::used_fragments;

/// The argument that holds the input of a mutation.
const INPUT: &str = "input";

/// A field at the top of a mutation.
#[derive(Clone, Debug)]
pub struct MutationField {
    /// Under which name it is answered.
    pub response_key: String,
    /// The mutation.
    pub name: String,
    /// What it is called with, variables filled in.
    pub arguments: Vec<(Name, ConstValue)>,
}

impl MutationField {
    /// Its input.
    #[must_use]
    pub fn input(&self) -> ConstValue {
        let mut arguments = self.arguments.iter();
        let input = arguments.find(|(name, _)| name.as_str() == INPUT);
        input.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// The fields at the top of an operation that would be executed, in their order and each name once. The document is one
/// for execution: it has the one operation, or the only one of that name.
#[must_use]
pub fn fields(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
) -> Vec<MutationField> {
    let mut found = Vec::new();
    if let Some(set) = top(document, operation_name) {
        collect(document, set, variables, &mut found);
    }
    let mut seen = HashSet::new();
    found
        .into_iter()
        .filter(|field| field.node.name.node.as_str() != "__typename")
        .map(|field| MutationField {
            response_key: field.node.response_key().node.to_string(),
            name: field.node.name.node.to_string(),
            arguments: arguments(&field.node, variables),
        })
        .filter(|field| seen.insert(field.response_key.clone()))
        .collect()
}

/// The same document with other inputs of the fields that are answered under these names. What is not used any more is
/// left out.
#[must_use]
pub fn with_inputs(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
    inputs: &HashMap<String, ConstValue>,
) -> ExecutableDocument {
    let mut found = Vec::new();
    if let Some(set) = top(document, operation_name) {
        collect(document, set, variables, &mut found);
    }
    let items = found.into_iter().map(|field| {
        let position = field.pos;
        let mut field = field.clone();
        if let Some(input) = inputs.get(field.node.response_key().node.as_str()) {
            let arguments = &mut field.node.arguments;
            arguments.retain(|(name, _)| name.node.as_str() != INPUT);
            let value = input.clone().into_value();
            arguments.push((
                Positioned::new(Name::new(INPUT), position),
                Positioned::new(value, position),
            ));
        }
        Positioned::new(Selection::Field(field), position)
    });
    let items = items.collect();
    let mut changed = document.clone();
    if let (DocumentOperations::Multiple(operations), Some(name)) = (&mut changed.operations, operation_name) {
        operations.retain(|other, _| other.as_str() == name);
    }
    match &mut changed.operations {
        DocumentOperations::Single(operation) => operation.node.selection_set.node.items = items,
        DocumentOperations::Multiple(operations) => {
            if let Some(operation) = operations.values_mut().next() {
                operation.node.selection_set.node.items = items;
            }
        }
    }
    let fragments = used_fragments(&changed);
    changed.fragments.retain(|name, _| fragments.contains(name));
    let used = used_variables(&changed);
    let operations: Vec<_> = match &mut changed.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations {
        let definitions = &mut operation.node.variable_definitions;
        definitions.retain(|definition| used.contains(&definition.node.name.node));
    }
    changed
}

fn top<'a>(document: &'a ExecutableDocument, operation_name: Option<&str>) -> Option<&'a SelectionSet> {
    let operation = match (&document.operations, operation_name) {
        (DocumentOperations::Single(operation), _) => operation,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name)?,
        (DocumentOperations::Multiple(operations), None) => operations.values().next()?,
    };
    Some(&operation.node.selection_set.node)
}

/// The fields of a set with those of its fragments, without those that are skipped. No fragment contains itself.
fn collect<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    variables: &Variables,
    found: &mut Vec<&'a Positioned<Field>>,
) {
    for selection in &set.items {
        if is_skipped(selection.node.directives(), variables) {
            continue;
        }
        match &selection.node {
            Selection::Field(field) => found.push(field),
            Selection::InlineFragment(fragment) => {
                collect(document, &fragment.node.selection_set.node, variables, found);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(document, &fragment.node.selection_set.node, variables, found);
                }
            }
        }
    }
}

fn is_skipped(directives: &[Positioned<Directive>], variables: &Variables) -> bool {
    directives.iter().any(|directive| {
        let skips_when = match directive.node.name.node.as_str() {
            "skip" => true,
            "include" => false,
            _ => return false,
        };
        let condition = directive.node.get_argument("if");
        let condition = condition.map(|value| constant(&value.node, variables));
        condition == Some(ConstValue::Boolean(skips_when))
    })
}

fn arguments(field: &Field, variables: &Variables) -> Vec<(Name, ConstValue)> {
    let arguments = field.arguments.iter();
    arguments
        .map(|(name, value)| (name.node.clone(), constant(&value.node, variables)))
        .collect()
}

/// A value with its variables filled in, as the executor does it.
fn constant(value: &Value, variables: &Variables) -> ConstValue {
    let filled = value
        .clone()
        .into_const_with(|name| Ok::<_, std::convert::Infallible>(variables.get(&name).cloned().unwrap_or_default()));
    match filled {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

/// The variables that a document uses anywhere.
fn used_variables(document: &ExecutableDocument) -> HashSet<Name> {
    fn of_value(value: &Value, used: &mut HashSet<Name>) {
        match value {
            Value::Variable(name) => {
                used.insert(name.clone());
            }
            Value::List(items) => items.iter().for_each(|item| of_value(item, used)),
            Value::Object(fields) => fields.values().for_each(|value| of_value(value, used)),
            _ => {}
        }
    }
    fn of_directives(directives: &[Positioned<Directive>], used: &mut HashSet<Name>) {
        for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            of_value(&value.node, used);
        }
    }
    fn of_set(set: &SelectionSet, used: &mut HashSet<Name>) {
        for selection in &set.items {
            of_directives(selection.node.directives(), used);
            match &selection.node {
                Selection::Field(field) => {
                    for (_, value) in &field.node.arguments {
                        of_value(&value.node, used);
                    }
                    of_set(&field.node.selection_set.node, used);
                }
                Selection::InlineFragment(fragment) => of_set(&fragment.node.selection_set.node, used),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    let mut used = HashSet::new();
    for (_, operation) in document.operations.iter() {
        of_directives(&operation.node.directives, &mut used);
        of_set(&operation.node.selection_set.node, &mut used);
    }
    for fragment in document.fragments.values() {
        of_directives(&fragment.node.directives, &mut used);
        of_set(&fragment.node.selection_set.node, &mut used);
    }
    used
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_in_fragments_and_skipped_ones_are_not() {
        let document = parse_query(
            "mutation($a: A!, $no: Boolean!) { one(input: { x: $a, y: 1 }) { z } ...more other: two(input: {}) @skip(if: true) { z } }
             fragment more on Mutation { two(input: $a) @include(if: true) { z } three @include(if: $no) }",
        )
        .unwrap();
        let variables = Variables::from_json(json!({ "a": { "b": 2 }, "no": false }));
        let found = fields(&document, None, &variables);
        let names: Vec<&str> = found.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["one", "two"]);
        assert_eq!(
            found[0].input().into_json().unwrap(),
            json!({ "x": { "b": 2 }, "y": 1 })
        );
        assert_eq!(found[1].input().into_json().unwrap(), json!({ "b": 2 }));
    }

    #[test]
    fn other_inputs_take_what_is_not_used_any_more_with_them() {
        let document = parse_query(
            "mutation M($a: A!, $b: B!) { one(input: $a) { ...f } ...g } query Q { q }
             fragment f on F { z(b: $b) } fragment g on Mutation { two(input: { c: 1 }) { z } }",
        )
        .unwrap();
        let input = ConstValue::from_json(json!({ "x": 1 })).unwrap();
        let inputs = HashMap::from([("one".to_owned(), input.clone())]);
        let variables = Variables::default();
        let changed = with_inputs(&document, Some("M"), &variables, &inputs);
        assert_eq!(fields(&changed, Some("M"), &variables)[0].input(), input);
        assert_eq!(
            changed
                .fragments
                .keys()
                .map(async_graphql::Name::as_str)
                .collect::<Vec<_>>(),
            ["f"]
        );
        let (_, operation) = changed.operations.iter().next().unwrap();
        let left: Vec<&str> = operation
            .node
            .variable_definitions
            .iter()
            .map(|one| one.node.name.node.as_str())
            .collect();
        assert_eq!(left, ["b"]);
        assert_eq!(changed.operations.iter().count(), 1);
    }
}
