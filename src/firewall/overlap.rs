//! Fields of one name at one place, which must be the same field.
//!
//! The executor looks for those that are not, too; but for each it writes down every difference to the first, once for
//! every fragment around it, so that two kilobytes of them fill the memory. Here the first one ends it. And a field
//! that stands at one place over and over again, which is no mistake, is work for every row.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name,
    parser::types::{ExecutableDocument, Field, Selection, SelectionSet},
};
use async_graphql_value::Value;

use super::Refusal;

/// How often a field may stand at one place: a few fragments ask for the same, not dozens.
const REPETITIONS: usize = 20;

/// Refuses a document in which fields of one name differ at one place, or one stands there too often. What it takes
/// grows with the document when its fragments are expanded, which must be bounded before.
pub(super) fn check(document: &ExecutableDocument) -> Result<(), Refusal> {
    let mut operations = document.operations.iter();
    operations.try_for_each(|(_, operation)| of_set(document, &operation.node.selection_set.node))
}

fn of_set(document: &ExecutableDocument, set: &SelectionSet) -> Result<(), Refusal> {
    let mut place = Place {
        document,
        seen: HashSet::new(),
        known: HashMap::new(),
        fields: Vec::new(),
    };
    place.gather(set, None)?;
    let mut fields = place.fields.into_iter();
    fields.try_for_each(|field| of_set(document, &field.selection_set.node))
}

struct Place<'a> {
    document: &'a ExecutableDocument,
    /// The fragments that were looked into.
    seen: HashSet<&'a Name>,
    /// By their names in the answer, the first field for each type, and how many there are. A field outside of fragments
    /// for a type is for all of them.
    known: HashMap<&'a Name, Vec<Known<'a>>>,
    fields: Vec<&'a Field>,
}

struct Known<'a> {
    of: Option<&'a Name>,
    field: &'a Field,
    times: usize,
}

impl<'a> Place<'a> {
    fn gather(&mut self, set: &'a SelectionSet, of: Option<&'a Name>) -> Result<(), Refusal> {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.add(&field.node, of)?,
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let of = condition.map(|condition| &condition.node.on.node).or(of);
                    self.gather(&fragment.node.selection_set.node, of)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if self.seen.insert(name)
                        && let Some(fragment) = self.document.fragments.get(name)
                    {
                        let of = &fragment.node.type_condition.node.on.node;
                        self.gather(&fragment.node.selection_set.node, Some(of))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, field: &'a Field, of: Option<&'a Name>) -> Result<(), Refusal> {
        self.fields.push(field);
        let name = &field.response_key().node;
        let known = self.known.entry(name).or_default();
        let differs = |first: &Known<'a>| {
            let may_meet = first.of == of || first.of.is_none() || of.is_none();
            may_meet && !(first.field.name.node == field.name.node && same_arguments(first.field, field))
        };
        if known.iter().any(differs) {
            let message = "Fields of one name differ at one place. Give one of them an alias.";
            return Err(Refusal::invalid(message));
        }
        let Some(first) = known.iter_mut().find(|first| first.of == of) else {
            known.push(Known { of, field, times: 1 });
            return Ok(());
        };
        first.times += 1;
        if first.times > REPETITIONS {
            return Err(Refusal::too_much(format!(
                "A field stands more than {REPETITIONS} times at one place. Ask for it once."
            )));
        }
        Ok(())
    }
}

fn same_arguments(one: &Field, other: &Field) -> bool {
    let has = |name: &str, value: &Value| other.get_argument(name).is_some_and(|given| given.node == *value);
    let mut given = one.arguments.iter();
    one.arguments.len() == other.arguments.len() && given.all(|(name, value)| has(&name.node, &value.node))
}
