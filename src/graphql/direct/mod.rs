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

mod json;
mod pages;
mod plan;

use std::{borrow::Cow, pin::Pin, sync::Arc};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, Result, ServerResult, Value, parser::types::Field,
    registry::Registry,
};

pub use json::JsonText;
pub use pages::write_pages;
pub use plan::Plans;

use self::{
    pages::read_nested,
    plan::{Plan, write_object},
};
use super::{ListNode, PageArguments};

/// Writes one plain field of a row.
pub type Plain<R> = fn(&R, &mut JsonText);

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

/// A text with room for so many rows and what is nested in them.
fn text_for<R>(rows: usize, plan: &Plan<R>, nested: &[Vec<JsonText>]) -> JsonText {
    let inside: usize = nested.iter().flatten().map(|text| text.0.len()).sum();
    JsonText(String::with_capacity(16 + inside + rows * (plan.steps.len() * 32 + 8)))
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
            return Ok(text.into_value());
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
            return Ok(text.into_value());
        }
        OutputType::resolve(&N::show(&self.0), ctx, field).await
    }
}
