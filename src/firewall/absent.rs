//! Variables that a client has left out.
//!
//! The executor gives such a variable the value `null`, which inside an input object would clear a field that the client
//! did not mention. So the arguments and input fields that are just such a variable are taken out, and the variable's
//! definition with them, unless it is used elsewhere (in a list, or in `@skip`).

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{Selection, SelectionSet, VariableDefinition},
};
use async_graphql_value::Value;

/// Variables that may be left out and were.
#[derive(Debug)]
pub(super) struct Absent {
    names: HashSet<Name>,
    /// Those that were taken out somewhere.
    taken_out: HashSet<Name>,
    /// Those that were found where they cannot be taken out.
    left_in: HashSet<Name>,
}

impl Absent {
    pub(super) fn of(definitions: &[Positioned<VariableDefinition>], given: &Variables) -> Self {
        let names = definitions
            .iter()
            .map(|definition| &definition.node)
            .filter(|definition| {
                let may_be = definition.var_type.node.nullable && definition.default_value.is_none();
                may_be && !given.contains_key(&definition.name.node)
            })
            .map(|definition| definition.name.node.clone())
            .collect();
        Self {
            names,
            taken_out: HashSet::new(),
            left_in: HashSet::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether a variable was taken out wherever it was. One that was nowhere is not: that is a mistake to be told.
    pub(super) fn is_gone(&self, name: &Name) -> bool {
        self.taken_out.contains(name) && !self.left_in.contains(name)
    }

    pub(super) fn take_out_of(&mut self, set: &mut SelectionSet) {
        for selection in &mut set.items {
            for directive in selection.node.directives() {
                for (_, value) in &directive.node.arguments {
                    self.leave_in(&value.node);
                }
            }
            match &mut selection.node {
                Selection::Field(field) => {
                    field.node.arguments.retain(|(_, value)| !self.takes_out(&value.node));
                    for (_, value) in &mut field.node.arguments {
                        self.take_out_of_value(&mut value.node);
                    }
                    self.take_out_of(&mut field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => self.take_out_of(&mut fragment.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn takes_out(&mut self, value: &Value) -> bool {
        match value {
            Value::Variable(name) if self.names.contains(name) => {
                self.taken_out.insert(name.clone());
                true
            }
            _ => false,
        }
    }

    fn take_out_of_value(&mut self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|_, value| !self.takes_out(value));
                fields.values_mut().for_each(|value| self.take_out_of_value(value));
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.take_out_of_value(item)),
            other => self.leave_in(other),
        }
    }

    fn leave_in(&mut self, value: &Value) {
        match value {
            Value::Variable(name) if self.names.contains(name) => {
                self.left_in.insert(name.clone());
            }
            Value::List(items) => items.iter().for_each(|item| self.leave_in(item)),
            Value::Object(fields) => fields.values().for_each(|value| self.leave_in(value)),
            _ => {}
        }
    }
}
