//! The order of an answer's fields.
//!
//! The executor answers fields as they become ready, so what had to be looked up comes after what was at hand, and two
//! equal requests may differ. Here they get the order in which the document first names them (GraphQL, "Serialized Map
//! Ordering", but for fields that fragments on several types name in different orders). A list that was written straight to JSON has it already.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value,
    indexmap::IndexMap,
    parser::types::{FragmentDefinition, OperationDefinition, Selection, SelectionSet},
};

/// The fragments of a document.
type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// The keys of an object in their order, with those of the objects under them.
#[derive(Debug, Default)]
struct Keys<'a>(IndexMap<&'a str, Keys<'a>>);

/// Puts the fields of an operation's answer into the order in which it asks for them. The fragments are known not to
/// contain themselves, and not to be too many once they are expanded.
pub fn arrange(operation: &OperationDefinition, fragments: &Fragments, data: &mut Value) {
    if let Value::Object(_) = data {
        let mut keys = Keys::default();
        keys.add(&operation.selection_set.node, fragments);
        keys.arrange(data);
    }
}

impl<'a> Keys<'a> {
    fn add(&mut self, set: &'a SelectionSet, fragments: &'a Fragments) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    let under = self.0.entry(key).or_default();
                    under.add(&field.node.selection_set.node, fragments);
                }
                Selection::InlineFragment(fragment) => self.add(&fragment.node.selection_set.node, fragments),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        self.add(&fragment.node.selection_set.node, fragments);
                    }
                }
            }
        }
    }

    fn arrange(&self, value: &mut Value) {
        match value {
            // Of a scalar that looks like an object nothing is asked.
            Value::Object(fields) if !self.0.is_empty() => {
                let place = |key: &Name| self.0.get_index_of(key.as_str());
                if !fields.keys().map(place).is_sorted() {
                    fields.sort_by_cached_key(|key, _| place(key));
                }
                for (key, field) in fields {
                    if let Some(under) = self.0.get(key.as_str()) {
                        under.arrange(field);
                    }
                }
            }
            Value::List(items) => {
                for item in items {
                    self.arrange(item);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Value, parser::parse_query, value};

    use super::arrange;

    fn arranged(document: &str, mut data: Value) -> String {
        let document = parse_query(document).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        arrange(&operation.node, &document.fragments, &mut data);
        data.to_string()
    }

    #[test]
    fn fields_have_the_order_in_which_they_are_asked_for() {
        let data = value!({ "d": 1, "a": { "c": 2, "b": [{ "y": 1, "x": 2 }, null, { "x": 3 }] } });
        assert_eq!(
            arranged("{ a { b { x y } c } d }", data.clone()),
            value!({ "a": { "b": [{ "x": 2, "y": 1 }, null, { "x": 3 }], "c": 2 }, "d": 1 }).to_string()
        );
        let document = "{ ...rest a: z { c ... on T { b { y } } } a: z { b { x } } } fragment rest on Query { d }";
        assert_eq!(
            arranged(document, data),
            value!({ "d": 1, "a": { "c": 2, "b": [{ "y": 1, "x": 2 }, null, { "x": 3 }] } }).to_string()
        );
    }

    #[test]
    fn values_of_scalars_stay_as_they_are() {
        let data = value!({ "m": { "b": 1, "a": [{ "z": 1, "y": 2 }] } });
        assert_eq!(arranged("{ m }", data.clone()), data.to_string());
    }
}
