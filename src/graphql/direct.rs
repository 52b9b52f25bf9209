//! The direct path: lists of plain fields are written straight to JSON.
//!
//! A page of fifty customers with their addresses, groups and orders is some four thousand fields. The executor makes
//! a future for each; for fields that are nothing but a column that is most of the work. So a type may say which of
//! its fields are plain: no guard, no arguments, nothing but the row. A list whose selection asks for such fields
//! alone is written row by row into JSON text, with the selection worked out once, and handed to the executor as a raw
//! value. Everything else (a guarded field, an edge, a directive, a fragment on an interface) takes the ordinary path.
//! Both paths must answer the same, which a test checks for every plain field.

use std::{
    any::{Any, TypeId},
    borrow::Cow,
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    ContextSelectionSet, Name, OutputType, Pos, Positioned, ServerResult, Value,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};
use async_graphql_value::RAW_VALUE_TOKEN;
use chrono::{Datelike, Timelike};
use entity::id::PrefixedId;
use sea_orm::entity::prelude::DateTimeUtc;

use super::ListNode;

/// Writes one plain field of a row.
pub type Plain<R> = fn(&R, &mut JsonText);

/// JSON text under construction.
#[derive(Debug, Default)]
pub struct JsonText(String);

impl JsonText {
    /// A text.
    pub fn text(&mut self, text: &str) {
        let plain = text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
        if plain {
            self.0.push('"');
            self.0.push_str(text);
            self.0.push('"');
        } else {
            // A string always serializes.
            self.0.push_str(&serde_json::to_string(text).unwrap_or_default());
        }
    }

    /// A text, or null.
    pub fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.0.push_str("null"),
        }
    }

    /// An id.
    pub fn id<I: PrefixedId>(&mut self, id: I) {
        self.0.push('"');
        self.0.push_str(I::PREFIX);
        self.0.push('_');
        self.0.extend(
            entity::id::encode(id.uuid())
                .iter()
                .map(|character| char::from(*character)),
        );
        self.0.push('"');
    }

    /// A truth value.
    pub fn boolean(&mut self, truth: bool) {
        self.0.push_str(if truth { "true" } else { "false" });
    }

    /// A number.
    pub fn integer(&mut self, number: i64) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{number}");
    }

    /// An instant, as the scalar `DateTime` writes it.
    pub fn instant(&mut self, instant: DateTimeUtc) {
        let (date, time) = (instant.date_naive(), instant.time());
        self.0.push('"');
        self.digits(u32::try_from(date.year()).unwrap_or_default(), 4);
        for (separator, value) in [
            ('-', date.month()),
            ('-', date.day()),
            ('T', time.hour()),
            (':', time.minute()),
            (':', time.second()),
        ] {
            self.0.push(separator);
            self.digits(value, 2);
        }
        self.0.push('.');
        self.digits(instant.timestamp_subsec_millis(), 3);
        self.0.push_str("Z\"");
    }

    /// An instant, or null.
    pub fn optional_instant(&mut self, instant: Option<DateTimeUtc>) {
        match instant {
            Some(instant) => self.instant(instant),
            None => self.0.push_str("null"),
        }
    }

    /// JSON that is already written.
    pub fn raw(&mut self, json: &str) {
        self.0.push_str(json);
    }

    fn digits(&mut self, value: u32, count: u32) {
        for place in (0..count).rev() {
            self.0.push(char::from(
                b'0' + u8::try_from(value / 10_u32.pow(place) % 10).unwrap_or_default(),
            ));
        }
    }
}

/// The rows of a list, shown as their nodes.
#[derive(Debug)]
pub struct Nodes<N: ListNode>(pub Arc<[N::Row]>);

/// The plain fields of an object inside a row, such as an amount of money: its type, and its fields.
pub type Part<R> = (&'static str, fn(&str) -> Option<Plain<R>>);

/// How a selection is written: each field's key, and how its value is written.
type Plan<R> = Vec<(String, Step<R>)>;

enum Step<R> {
    Field(Plain<R>),
    Part(Plan<R>),
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
    fn of<N: ListNode>(&self, ctx: &ContextSelectionSet<'_>) -> Option<Arc<Option<Plan<N::Row>>>> {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = plans.entry((TypeId::of::<N>(), ctx.item.pos)).or_insert_with(|| {
            let mut plan = Plan::<N::Row>::new();
            let type_name = <N as OutputType>::type_name();
            let offer = Offer {
                type_name: &type_name,
                field: N::plain,
                part: N::plain_part,
            };
            let complete = collect(ctx, &ctx.item.node, &offer, &mut plan);
            Arc::new(complete.then_some(plan))
        });
        Arc::clone(plan).downcast().ok()
    }
}

/// What a selection may ask for: fields and parts by their names.
struct Offer<'a, R> {
    type_name: &'a str,
    field: fn(&str) -> Option<Plain<R>>,
    part: fn(&str) -> Option<Part<R>>,
}

/// Adds the fields of a selection; false when one of them is not plain.
fn collect<R>(ctx: &ContextSelectionSet<'_>, set: &SelectionSet, offer: &Offer<'_, R>, plan: &mut Plan<R>) -> bool {
    let own = |condition: &Name| condition.as_str() == offer.type_name;
    set.items.iter().all(|selection| match &selection.node {
        Selection::Field(field) => {
            let field = &field.node;
            if !field.arguments.is_empty() || !field.directives.is_empty() {
                return false;
            }
            let key = format!("\"{}\":", field.response_key().node);
            let known = plan.iter().any(|(known, _)| *known == key);
            let name = field.name.node.as_str();
            let selected = &field.selection_set.node;
            if selected.items.is_empty() {
                let Some(write) = (offer.field)(name) else { return false };
                if !known {
                    plan.push((key, Step::Field(write)));
                }
                return true;
            }
            // Two selections of the same part would have to be merged; that is left to the ordinary path.
            let Some((type_name, field)) = (offer.part)(name).filter(|_| !known) else {
                return false;
            };
            let offer = Offer {
                type_name,
                field,
                part: |_| None,
            };
            let mut inner = Plan::new();
            let complete = collect(ctx, selected, &offer, &mut inner);
            plan.push((key, Step::Part(inner)));
            complete
        }
        Selection::InlineFragment(fragment) => {
            let fragment = &fragment.node;
            fragment.directives.is_empty()
                && fragment
                    .type_condition
                    .as_ref()
                    .is_none_or(|condition| own(&condition.node.on.node))
                && collect(ctx, &fragment.selection_set.node, offer, plan)
        }
        Selection::FragmentSpread(spread) => {
            let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node);
            spread.node.directives.is_empty()
                && fragment.is_some_and(|fragment| {
                    fragment.node.directives.is_empty()
                        && own(&fragment.node.type_condition.node.on.node)
                        && collect(ctx, &fragment.node.selection_set.node, offer, plan)
                })
        }
    })
}

fn write_object<R>(row: &R, plan: &Plan<R>, text: &mut JsonText) {
    text.0.push('{');
    for (position, (key, step)) in plan.iter().enumerate() {
        if position > 0 {
            text.0.push(',');
        }
        text.0.push_str(key);
        match step {
            Step::Field(write) => write(row, text),
            Step::Part(plan) => write_object(row, plan, text),
        }
    }
    text.0.push('}');
}

fn write<R>(rows: &[R], plan: &Plan<R>) -> Value {
    let mut text = JsonText(String::with_capacity(16 + rows.len() * (plan.len() * 32 + 8)));
    text.0.push('[');
    for (position, row) in rows.iter().enumerate() {
        if position > 0 {
            text.0.push(',');
        }
        write_object(row, plan, &mut text);
    }
    text.0.push(']');
    Value::Object(
        [(Name::new(RAW_VALUE_TOKEN), Value::String(text.0))]
            .into_iter()
            .collect(),
    )
}

impl<N: ListNode> OutputType for Nodes<N> {
    fn type_name() -> Cow<'static, str> {
        <Vec<N> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<N> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<N> as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let plan = ctx.data_opt::<Plans>().and_then(|plans| plans.of::<N>(ctx));
        if let Some(plan) = plan.as_deref().and_then(Option::as_ref) {
            return Ok(write(&self.0, plan));
        }
        let nodes: Vec<N> = self.0.iter().map(N::show).collect();
        OutputType::resolve(&nodes, ctx, field).await
    }
}
