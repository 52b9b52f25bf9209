//! Relay connections.

use std::{borrow::Cow, pin::Pin, sync::Arc};

use async_graphql::{Context, Object, ObjectType, OutputType, Result, SimpleObject, TypeName};
use sea_orm::ColumnTrait;

use super::{
    ContextExt, ListRequest, Listed, Page, Window,
    direct::{Nested, Nodes, Part, Plain},
};
use crate::work::Call;

/// Whether there is more of a list, and where this page begins and ends.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(shareable)]
pub struct PageInfo {
    /// Whether there are items after this page.
    pub has_next_page: bool,
    /// Whether there are items before this page.
    pub has_previous_page: bool,
    /// The cursor of the first item, to be given as `before`.
    pub start_cursor: Option<String>,
    /// The cursor of the last item, to be given as `after`.
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// Of a window with so many rows, of which there are more in the direction of reading or not.
    pub(super) fn of(window: &Window, more: bool, rows: usize, cursor: impl Fn(usize) -> Option<String>) -> Self {
        let behind = window.from.is_some();
        Self {
            has_next_page: if window.backwards { behind } else { more },
            has_previous_page: if window.backwards { more } else { behind },
            start_cursor: cursor(0),
            end_cursor: cursor(rows.saturating_sub(1)),
        }
    }

    /// How a field is written straight to JSON.
    pub(super) fn plain(field: &str) -> Option<Plain<Self>> {
        Some(match field {
            "__typename" => |_, json| json.text("PageInfo"),
            "hasNextPage" => |info, json| json.boolean(info.has_next_page),
            "hasPreviousPage" => |info, json| json.boolean(info.has_previous_page),
            "startCursor" => |info, json| json.optional(info.start_cursor.as_deref()),
            "endCursor" => |info, json| json.optional(info.end_cursor.as_deref()),
            _ => return None,
        })
    }
}

/// A node of the schema that is a row of a list.
pub trait ListNode: OutputType + ObjectType + Clone + Send + Sync + 'static {
    /// The columns that the list is sorted by.
    type Column: ColumnTrait;
    /// The row behind it.
    type Row: Listed<Self::Column> + Send + Sync + Clone + 'static;

    /// Shows a row.
    fn show(row: &Self::Row) -> Self;

    /// How a field that is nothing but a column is written straight to JSON (see [`super::direct`]). `None` for every
    /// other field: those with a guard, with arguments, or of another row.
    #[must_use]
    fn plain(_field: &str) -> Option<Plain<Self::Row>> {
        None
    }

    /// The plain fields of an object inside the row, such as an amount of money.
    #[must_use]
    fn plain_part(_field: &str) -> Option<Part<Self::Row>> {
        None
    }

    /// The lists that each row has of its own, such as the addresses of a customer.
    #[must_use]
    fn nested(_field: &str) -> Option<Nested<Self::Row>> {
        None
    }
}

/// Counts a whole list, when asked.
pub type Total =
    Box<dyn for<'a> Fn(&'a Context<'_>) -> Pin<Box<dyn Future<Output = Result<i64>> + Send + 'a>> + Send + Sync>;

/// Where the items of a page stand in their list, whatever its rows are: the same node may stand in lists that are
/// sorted by different tables.
trait Places: Send + Sync {
    fn window(&self) -> &Window;
    fn more(&self) -> bool;
    fn cursor(&self, call: &Call, position: usize) -> Option<String>;
}

struct Listing<C, R> {
    request: Arc<ListRequest<C>>,
    page: Page<R>,
}

impl<C: ColumnTrait, R: Listed<C> + Send + Sync> Places for Listing<C, R> {
    fn window(&self) -> &Window {
        &self.request.window
    }

    fn more(&self) -> bool {
        self.page.more
    }

    fn cursor(&self, call: &Call, position: usize) -> Option<String> {
        let row = self.page.rows.get(position)?;
        Some(self.request.cursor(call, row))
    }
}

/// A page of a list.
pub struct Connection<N: ListNode> {
    rows: Arc<[N::Row]>,
    places: Arc<dyn Places>,
    total: Total,
}

impl<N: ListNode> Connection<N> {
    /// A page of the list that the node has of its own, and the way to count the whole list.
    pub fn new(request: Arc<ListRequest<N::Column>>, page: Page<N::Row>, total: Total) -> Self {
        Self {
            rows: Arc::clone(&page.rows),
            places: Arc::new(Listing { request, page }),
            total,
        }
    }

    /// A page of any list whose rows hold the row of the node.
    pub fn of<C, R>(request: Arc<ListRequest<C>>, page: Page<R>, row: fn(&R) -> N::Row, total: Total) -> Self
    where
        C: ColumnTrait,
        R: Listed<C> + Send + Sync + 'static,
    {
        Self {
            rows: page.rows.iter().map(row).collect(),
            places: Arc::new(Listing { request, page }),
            total,
        }
    }
}

/// An item of a list and its place in it.
pub struct Edge<N: ListNode> {
    row: N::Row,
    places: Arc<dyn Places>,
    position: usize,
}

impl<N: ListNode> TypeName for Connection<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", <N as OutputType>::type_name()).into()
    }
}

impl<N: ListNode> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", <N as OutputType>::type_name()).into()
    }
}

/// A page of a list.
#[Object(name_type)]
impl<N: ListNode> Connection<N> {
    /// The items with their cursors.
    async fn edges(&self) -> Vec<Edge<N>> {
        self.rows
            .iter()
            .enumerate()
            .map(|(position, row)| Edge {
                row: row.clone(),
                places: Arc::clone(&self.places),
                position,
            })
            .collect()
    }

    /// The items without their cursors.
    async fn nodes(&self) -> Nodes<N> {
        Nodes(Arc::clone(&self.rows))
    }

    /// Where this page is in the list.
    async fn page_info(&self, ctx: &Context<'_>) -> PageInfo {
        let cursor = |position| self.places.cursor(ctx.call(), position);
        PageInfo::of(self.places.window(), self.places.more(), self.rows.len(), cursor)
    }

    /// How many items the whole list has. It is counted only when asked for, which takes time on long lists.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        (self.total)(ctx).await
    }
}

/// An item of a list and its place in it.
#[Object(name_type)]
impl<N: ListNode> Edge<N> {
    /// The place, to be given as `after` or `before`.
    async fn cursor(&self, ctx: &Context<'_>) -> String {
        self.places.cursor(ctx.call(), self.position).unwrap_or_default()
    }

    /// The item.
    async fn node(&self) -> N {
        N::show(&self.row)
    }
}

impl<N: ListNode> std::fmt::Debug for Connection<N> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("window", self.places.window())
            .finish_non_exhaustive()
    }
}

impl<N: ListNode> std::fmt::Debug for Edge<N> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Edge").finish_non_exhaustive()
    }
}
