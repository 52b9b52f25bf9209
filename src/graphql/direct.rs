//! The direct path: lists of plain fields are written straight to JSON.
//!
//! A page of fifty customers with their addresses, groups and orders is some four thousand fields. The executor makes
//! a future for each; for fields that are nothing but a column that is most of the work. So a type may say which of
//! its fields are plain: no guard, no arguments, nothing but the row. A list whose selection asks for such fields
//! alone is written row by row into JSON text, with the selection worked out once, and handed to the executor as a raw
//! value. Lists inside the rows are read for all rows together by the same loaders as ever, with the guard judged once,
//! and written into the same text ([`Nested`]). Everything else (a guarded field, an edge, a directive, a fragment on
//! an interface), and whatever fails or is refused, takes the ordinary path, which tells about it row by row.
//! Both paths must answer the same, which tests check for every plain field and for every nested list.

use std::{
    any::{Any, TypeId},
    borrow::Cow,
    collections::HashMap,
    fmt::Write as _,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Context, ContextSelectionSet, Name, OutputType, Pos, Positioned, Response, Result, ServerResult, Value,
    parser::types::{Field, FragmentDefinition, Selection, SelectionSet},
    registry::Registry,
};
use async_graphql_value::RAW_VALUE_TOKEN;
use chrono::{Datelike, Timelike};
use entity::id::PrefixedId;
use futures_util::future::try_join_all;
use sea_orm::{ColumnTrait, entity::prelude::DateTimeUtc};

use super::{Batch, ContextExt, ListNode, ListRequest, Listed, Page, PageArguments, PageInfo};

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

    /// A value that the executor has made.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.0.push_str("null"),
            Value::Boolean(truth) => self.boolean(*truth),
            Value::String(text) => self.text(text),
            Value::Enum(name) => self.text(name),
            Value::List(items) => self.list(items.iter(), |item, json| json.value(item)),
            Value::Object(fields) => {
                if let (1, Some(Value::String(written))) = (fields.len(), fields.get(RAW_VALUE_TOKEN)) {
                    self.0.push_str(written);
                    return;
                }
                self.0.push('{');
                for (position, (name, value)) in fields.iter().enumerate() {
                    if position > 0 {
                        self.0.push(',');
                    }
                    self.text(name);
                    self.0.push(':');
                    self.value(value);
                }
                self.0.push('}');
            }
            // Numbers and bytes always serialize.
            other => self.0.push_str(&serde_json::to_string(other).unwrap_or_default()),
        }
    }

    /// A whole answer.
    #[must_use]
    pub fn response(response: &Response) -> Vec<u8> {
        let mut json = Self::default();
        json.0.push_str("{\"data\":");
        json.value(&response.data);
        if !response.extensions.is_empty() {
            let extensions = serde_json::to_string(&response.extensions).unwrap_or_default();
            let _ = write!(json.0, ",\"extensions\":{extensions}");
        }
        if !response.errors.is_empty() {
            let errors = serde_json::to_string(&response.errors).unwrap_or_default();
            let _ = write!(json.0, ",\"errors\":{errors}");
        }
        json.0.push('}');
        json.0.into_bytes()
    }

    fn list<T>(&mut self, items: impl Iterator<Item = T>, write: impl Fn(T, &mut Self)) {
        self.0.push('[');
        for (position, item) in items.enumerate() {
            if position > 0 {
                self.0.push(',');
            }
            write(item, self);
        }
        self.0.push(']');
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

/// One row, shown as its node.
#[derive(Debug)]
pub struct One<N: ListNode>(pub N::Row);

/// The plain fields of an object inside a row, such as an amount of money: its type, and its fields.
pub type Part<R> = (&'static str, fn(&str) -> Option<Plain<R>>);

/// A list that each row has of its own.
pub struct Nested<R> {
    /// The guard of the field. Who is refused takes the ordinary path, where the field refuses.
    pub guard: fn(&Context<'_>) -> Result<()>,
    /// Reads the lists of all these rows together and writes each; see [`write_pages`].
    pub write: for<'a> fn(&'a Context<'a>, &'a [R], PageArguments) -> Writing<'a>,
}

/// One text for each row, in their order; `None` when more is selected than can be written straight.
pub type Written = Result<Option<Vec<JsonText>>>;

/// Texts that are being written.
pub type Writing<'a> = Pin<Box<dyn Future<Output = Written> + Send + 'a>>;

/// How a selection is written: each field's key, and how its value is written.
struct Plan<R> {
    steps: Vec<(String, Step<R>)>,
    nested: Vec<(Positioned<Field>, Nested<R>)>,
}

enum Step<R> {
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
    fn of<N: ListNode>(&self, ctx: &ContextSelectionSet<'_>) -> Option<Arc<Option<Plan<N::Row>>>> {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = plans
            .entry((TypeId::of::<N>(), ctx.item.pos))
            .or_insert_with(|| Arc::new(plan_of::<N>(&ctx.query_env.fragments, &ctx.item.node)));
        Arc::clone(plan).downcast().ok()
    }
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

fn plan_of<N: ListNode>(fragments: &Fragments, set: &SelectionSet) -> Option<Plan<N::Row>> {
    Offer {
        type_name: &<N as OutputType>::type_name(),
        field: N::plain,
        part: N::plain_part,
        nested: N::nested,
    }
    .plan(fragments, set)
}

/// What a selection may ask for: fields, parts and nested lists by their names.
struct Offer<'a, R> {
    type_name: &'a str,
    field: fn(&str) -> Option<Plain<R>>,
    part: fn(&str) -> Option<Part<R>>,
    nested: fn(&str) -> Option<Nested<R>>,
}

impl<'a, R> Offer<'a, R> {
    fn of_fields(type_name: &'a str, field: fn(&str) -> Option<Plain<R>>) -> Self {
        Self {
            type_name,
            field,
            part: |_| None,
            nested: |_| None,
        }
    }

    /// How a selection is written, when all of it can be.
    fn plan(&self, fragments: &Fragments, set: &SelectionSet) -> Option<Plan<R>> {
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

/// Reads the nested lists of the rows; `None` when one of them must take the ordinary path. `ctx` is that of the first
/// row: guards and arguments are the same for all.
async fn read_nested<R>(ctx: &ContextSelectionSet<'_>, plan: &Plan<R>, rows: &[R]) -> Option<Vec<Vec<JsonText>>> {
    if rows.is_empty() || plan.nested.is_empty() {
        return Some(Vec::new());
    }
    let fields: Vec<Context<'_>> = plan.nested.iter().map(|(field, _)| ctx.with_field(field)).collect();
    let mut writings = Vec::with_capacity(fields.len());
    for (ctx, (_, nested)) in fields.iter().zip(&plan.nested) {
        (nested.guard)(ctx).ok()?;
        let writing = (nested.write)(ctx, rows, page_arguments(ctx)?);
        writings.push(async move { writing.await.ok().flatten().ok_or(()) });
    }
    try_join_all(writings).await.ok()
}

/// The arguments of a list when they are none but its size.
fn page_arguments(ctx: &Context<'_>) -> Option<PageArguments> {
    let mut page = PageArguments::default();
    for (name, value) in ctx.field().arguments().ok()? {
        let size = match value {
            Value::Null => None,
            Value::Number(size) => Some(i32::try_from(size.as_i64()?).ok()?),
            _ => return None,
        };
        match name.as_str() {
            "first" => page.first = size,
            "last" => page.last = size,
            _ => return None,
        }
    }
    Some(page)
}

/// How the page of a nested list is written.
enum PageStep<R> {
    TypeName(String),
    Nodes(Plan<R>),
    PageInfo(Plan<PageInfo>),
}

fn page_plan<N: ListNode>(ctx: &Context<'_>) -> Option<Vec<(String, PageStep<N::Row>)>> {
    let fragments = &ctx.query_env.fragments;
    let mut plan: Vec<(String, PageStep<N::Row>)> = Vec::new();
    for selection in &ctx.item.node.selection_set.node.items {
        let Selection::Field(field) = &selection.node else {
            return None;
        };
        let field = &field.node;
        let key = format!("\"{}\":", field.response_key().node);
        if !field.directives.is_empty() || plan.iter().any(|(known, _)| *known == key) {
            return None;
        }
        let selected = &field.selection_set.node;
        let step = match field.name.node.as_str() {
            "__typename" => PageStep::TypeName(format!("{}Connection", <N as OutputType>::type_name())),
            "nodes" => PageStep::Nodes(plan_of::<N>(fragments, selected).filter(|plan| plan.nested.is_empty())?),
            "pageInfo" => PageStep::PageInfo(Offer::of_fields("PageInfo", PageInfo::plain).plan(fragments, selected)?),
            _ => return None,
        };
        plan.push((key, step));
    }
    Some(plan)
}

/// Reads the same list of many parents in one batch and writes each of them; `row` finds the row of the node `N`.
///
/// # Errors
/// What the loader answers.
pub async fn write_pages<B, N, I, C, R>(
    ctx: &Context<'_>,
    request: Arc<ListRequest<C>>,
    parents: impl Iterator<Item = I> + Send,
    row: fn(&R) -> &N::Row,
) -> Written
where
    B: Batch<Key = (I, Arc<ListRequest<C>>), Value = Page<R>>,
    N: ListNode,
    C: ColumnTrait,
    R: Listed<C> + Sync,
{
    let Some(plan) = page_plan::<N>(ctx) else {
        return Ok(None);
    };
    let keys = parents.map(|parent| (parent, Arc::clone(&request))).collect();
    let pages = ctx.load_many::<B>(keys).await?;
    let write = |page: Page<R>| {
        let mut json = JsonText(String::with_capacity(64 + page.rows.len() * 256));
        json.0.push('{');
        for (position, (key, step)) in plan.iter().enumerate() {
            if position > 0 {
                json.0.push(',');
            }
            json.0.push_str(key);
            match step {
                PageStep::TypeName(name) => json.text(name),
                PageStep::Nodes(plan) => json.list(page.rows.iter(), |listed, json| {
                    write_object(row(listed), plan, &[], 0, json);
                }),
                PageStep::PageInfo(plan) => {
                    let cursor = |position| Some(request.cursor(ctx.call(), page.rows.get(position)?));
                    let info = PageInfo::of(&request.window, page.more, page.rows.len(), cursor);
                    write_object(&info, plan, &[], 0, &mut json);
                }
            }
        }
        json.0.push('}');
        json
    };
    Ok(Some(
        pages.into_iter().map(|page| write(page.unwrap_or_default())).collect(),
    ))
}

fn write_object<R>(row: &R, plan: &Plan<R>, nested: &[Vec<JsonText>], place: usize, text: &mut JsonText) {
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

/// A text with room for so many rows and what is nested in them.
fn text_for<R>(rows: usize, plan: &Plan<R>, nested: &[Vec<JsonText>]) -> JsonText {
    let inside: usize = nested.iter().flatten().map(|text| text.0.len()).sum();
    JsonText(String::with_capacity(16 + inside + rows * (plan.steps.len() * 32 + 8)))
}

/// Hands written JSON to the executor.
fn raw(text: JsonText) -> Value {
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
        if let Some(plan) = plan.as_deref().and_then(Option::as_ref)
            && let Some(nested) = read_nested(&ctx.with_index(0), plan, &self.0).await
        {
            let mut text = text_for(self.0.len(), plan, &nested);
            text.list(self.0.iter().enumerate(), |(place, row), text| {
                write_object(row, plan, &nested, place, text);
            });
            return Ok(raw(text));
        }
        let nodes: Vec<N> = self.0.iter().map(N::show).collect();
        OutputType::resolve(&nodes, ctx, field).await
    }
}

impl<N: ListNode> OutputType for One<N> {
    fn type_name() -> Cow<'static, str> {
        <N as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <N as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <N as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let plan = ctx.data_opt::<Plans>().and_then(|plans| plans.of::<N>(ctx));
        if let Some(plan) = plan.as_deref().and_then(Option::as_ref)
            && let Some(nested) = read_nested(ctx, plan, std::slice::from_ref(&self.0)).await
        {
            let mut text = text_for(1, plan, &nested);
            write_object(&self.0, plan, &nested, 0, &mut text);
            return Ok(raw(text));
        }
        OutputType::resolve(&N::show(&self.0), ctx, field).await
    }
}
