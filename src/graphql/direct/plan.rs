//! How a selection is written, worked out once.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    ContextSelectionSet, Name, OutputType, Pos, Positioned,
    parser::types::{Field, FragmentDefinition, Selection, SelectionSet},
};

use super::{JsonText, Nested, Part, Plain};
use crate::graphql::ListNode;

/// How a selection is written: each field's key, and how its value is written.
pub(super) struct Plan<R> {
    pub(super) steps: Vec<(String, Step<R>)>,
    pub(super) nested: Vec<(Positioned<Field>, Nested<R>)>,
}

pub(super) enum Step<R> {
    Field(Plain<R>),
    Part(Plan<R>),
    /// The place among the nested lists.
    Nested(usize),
}

/// The plans of one request, each made when its selection is first met.
#[derive(Default)]
pub struct Plans(Mutex<HashMap<(TypeId, Pos), Arc<dyn Any + Send + Sync>>>);

impl std::fmt::Debug for Plans {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Plans").finish_non_exhaustive()
    }
}

impl Plans {
    pub(super) fn of<N: ListNode>(&self, ctx: &ContextSelectionSet<'_>) -> Option<Arc<Option<Plan<N::Row>>>> {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = plans
            .entry((TypeId::of::<N>(), ctx.item.pos))
            .or_insert_with(|| Arc::new(plan_of::<N>(&ctx.query_env.fragments, &ctx.item.node)));
        Arc::clone(plan).downcast().ok()
    }
}

pub(super) type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

pub(super) fn plan_of<N: ListNode>(fragments: &Fragments, set: &SelectionSet) -> Option<Plan<N::Row>> {
    Offer {
        type_name: &<N as OutputType>::type_name(),
        field: N::plain,
        part: N::plain_part,
        nested: N::nested,
    }
    .plan(fragments, set)
}

/// What a selection may ask for: fields, parts and nested lists by their names.
pub(super) struct Offer<'a, R> {
    type_name: &'a str,
    field: fn(&str) -> Option<Plain<R>>,
    part: fn(&str) -> Option<Part<R>>,
    nested: fn(&str) -> Option<Nested<R>>,
}

impl<'a, R> Offer<'a, R> {
    pub(super) fn of_fields(type_name: &'a str, field: fn(&str) -> Option<Plain<R>>) -> Self {
        Self {
            type_name,
            field,
            part: |_| None,
            nested: |_| None,
        }
    }

    /// How a selection is written, when all of it can be.
    pub(super) fn plan(&self, fragments: &Fragments, set: &SelectionSet) -> Option<Plan<R>> {
        let mut plan = Plan {
            steps: Vec::new(),
            nested: Vec::new(),
        };
        self.collect(fragments, set, &mut plan).then_some(plan)
    }

    /// Adds the fields of a selection; false when one of them cannot be written straight.
    fn collect(&self, fragments: &Fragments, set: &SelectionSet, plan: &mut Plan<R>) -> bool {
        let own = |condition: &Name| condition.as_str() == self.type_name;
        set.items.iter().all(|selection| match &selection.node {
            Selection::Field(field) => self.field(fragments, field, plan).is_some(),
            Selection::InlineFragment(fragment) => {
                let fragment = &fragment.node;
                fragment.directives.is_empty()
                    && fragment
                        .type_condition
                        .as_ref()
                        .is_none_or(|condition| own(&condition.node.on.node))
                    && self.collect(fragments, &fragment.selection_set.node, plan)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = fragments.get(&spread.node.fragment_name.node);
                spread.node.directives.is_empty()
                    && fragment.is_some_and(|fragment| {
                        fragment.node.directives.is_empty()
                            && own(&fragment.node.type_condition.node.on.node)
                            && self.collect(fragments, &fragment.node.selection_set.node, plan)
                    })
            }
        })
    }

    fn field(&self, fragments: &Fragments, positioned: &Positioned<Field>, plan: &mut Plan<R>) -> Option<()> {
        let field = &positioned.node;
        if !field.directives.is_empty() {
            return None;
        }
        let key = format!("\"{}\":", field.response_key().node);
        let known = plan.steps.iter().any(|(known, _)| *known == key);
        let name = field.name.node.as_str();
        let selected = &field.selection_set.node;
        // Two selections of the same object would have to be merged; that is left to the ordinary path.
        if !selected.items.is_empty() && known {
            return None;
        }
        if let Some(nested) = (self.nested)(name) {
            plan.steps.push((key, Step::Nested(plan.nested.len())));
            plan.nested.push((positioned.clone(), nested));
            return Some(());
        }
        if !field.arguments.is_empty() {
            return None;
        }
        if selected.items.is_empty() {
            let write = (self.field)(name)?;
            if !known {
                plan.steps.push((key, Step::Field(write)));
            }
            return Some(());
        }
        let (type_name, field) = (self.part)(name)?;
        let part = Offer::of_fields(type_name, field).plan(fragments, selected)?;
        plan.steps.push((key, Step::Part(part)));
        Some(())
    }
}

pub(super) fn write_object<R>(row: &R, plan: &Plan<R>, nested: &[Vec<JsonText>], place: usize, text: &mut JsonText) {
    text.0.push('{');
    for (position, (key, step)) in plan.steps.iter().enumerate() {
        if position > 0 {
            text.0.push(',');
        }
        text.0.push_str(key);
        match step {
            Step::Field(write) => write(row, text),
            Step::Part(plan) => write_object(row, plan, &[], 0, text),
            Step::Nested(which) => {
                let written = nested.get(*which).and_then(|texts| texts.get(place));
                text.0.push_str(written.map_or("null", |written| written.0.as_str()));
            }
        }
    }
    text.0.push('}');
}
