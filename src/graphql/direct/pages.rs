//! The pages of lists inside rows.

use std::sync::Arc;

use async_graphql::{Context, ContextSelectionSet, OutputType, Value, parser::types::Selection};
use futures_util::future::try_join_all;
use sea_orm::ColumnTrait;

use super::{
    JsonText, Written,
    plan::{Offer, Plan, plan_of, write_object},
};
use crate::graphql::{Batch, ContextExt, ListNode, ListRequest, Listed, Page, PageArguments, PageInfo};

/// Reads the nested lists of the rows; `None` when one of them must take the ordinary path. `ctx` is that of the first
/// row: guards and arguments are the same for all.
pub(super) async fn read_nested<R>(
    ctx: &ContextSelectionSet<'_>,
    plan: &Plan<R>,
    rows: &[R],
) -> Option<Vec<Vec<JsonText>>> {
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
