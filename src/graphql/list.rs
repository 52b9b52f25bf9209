//! Lists: which page, in which order, of what.
//!
//! A page begins after a row's sort values (keyset), not after a number of rows, so it is found by index at any
//! depth and does not shift when rows come and go.

use std::{collections::HashMap, fmt, hash, sync::Arc};

use async_graphql::{Context, Enum};
use entity::id::PrefixedId;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, Select, Value,
    entity::prelude::{DateTimeUtc, Uuid},
    sea_query::{Asterisk, Expr, ExprTrait, SelectStatement, SimpleExpr},
};
use serde::{Deserialize, Serialize};

use super::{ContextExt, bad_input, cursor};
use crate::work::{Call, dialect};

/// The direction of a sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
pub enum Direction {
    /// Smallest first; values that are not set come before all others.
    #[default]
    Asc,
    /// Largest first; values that are not set come after all others.
    Desc,
}

/// One sort value of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KeyValue {
    /// A number.
    Integer(i64),
    /// An instant, in milliseconds since 1970; tagged so that it is told from a number.
    Time {
        /// Milliseconds since 1970-01-01T00:00:00Z.
        t: i64,
    },
    /// An id.
    Id {
        /// The id.
        i: Uuid,
    },
    /// A text.
    Text(String),
}

impl KeyValue {
    fn value(&self) -> Value {
        match self {
            Self::Integer(number) => (*number).into(),
            Self::Time { t } => DateTimeUtc::from_timestamp_millis(*t).unwrap_or_default().into(),
            Self::Id { i } => (*i).into(),
            Self::Text(text) => text.clone().into(),
        }
    }
}

impl From<DateTimeUtc> for KeyValue {
    fn from(instant: DateTimeUtc) -> Self {
        Self::Time {
            t: instant.timestamp_millis(),
        }
    }
}

/// A column to sort by.
#[derive(Clone, Copy, Debug)]
pub struct SortKey<C> {
    /// The column.
    pub column: C,
    /// Its direction.
    pub direction: Direction,
}

/// A row of a list that can tell its sort values.
pub trait Listed<C> {
    /// The value of a column that the list may be sorted by.
    fn sort_value(&self, column: C) -> KeyValue;
}

/// The four arguments of a Relay connection.
#[derive(Clone, Debug, Default)]
pub struct PageArguments {
    /// How many from the start.
    pub first: Option<i32>,
    /// After which cursor.
    pub after: Option<String>,
    /// How many from the end.
    pub last: Option<i32>,
    /// Before which cursor.
    pub before: Option<String>,
}

/// Which part of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// How many rows, at most.
    pub limit: u64,
    /// Whether the window is counted from the end of the list.
    pub backwards: bool,
    /// The sort values of the row next to which the window begins.
    pub from: Option<Vec<KeyValue>>,
}

/// One list with its window, filter and order; two requests are equal when the same arguments made them.
#[derive(Clone)]
pub struct ListRequest<C> {
    /// Which part.
    pub window: Window,
    /// What is in the list.
    pub condition: Condition,
    /// In which order; the last key is unique.
    pub keys: Vec<SortKey<C>>,
    fingerprint: [u8; 32],
}

impl<C> fmt::Debug for ListRequest<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ListRequest")
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

impl<C> PartialEq for ListRequest<C> {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.window == other.window
    }
}

impl<C> Eq for ListRequest<C> {}

impl<C> hash::Hash for ListRequest<C> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
        self.window.hash(state);
    }
}

impl<C: ColumnTrait> ListRequest<C> {
    /// Reads the arguments of the connection at this field. `keys` end with a unique one.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for sizes that are negative or too large, both `first` and `last`, or a cursor that is not of
    /// this list.
    pub fn new(
        ctx: &Context<'_>,
        page: PageArguments,
        keys: Vec<SortKey<C>>,
        condition: Condition,
    ) -> async_graphql::Result<Arc<Self>> {
        let call = ctx.call();
        let fingerprint = ctx.fingerprint(&["first", "after", "last", "before"])?;
        let backwards = page.last.is_some() || (page.first.is_none() && page.before.is_some());
        if page.first.is_some() && page.last.is_some() {
            return Err(bad_input("Give either first or last, not both.", None));
        }
        if (backwards && page.after.is_some()) || (!backwards && page.before.is_some()) {
            return Err(bad_input("Use first with after, and last with before.", None));
        }
        let limit = page_size(call, if backwards { page.last } else { page.first })?;
        let from = match if backwards { page.before } else { page.after } {
            None => None,
            Some(given) => Some(
                cursor::read(&call.cursor_key, &fingerprint, &given)
                    .filter(|values| values.len() == keys.len())
                    .ok_or_else(|| {
                        bad_input(
                            "This cursor does not belong to this list. Use cursors only with the same field, filter and sort.",
                            Some("INVALID_CURSOR"),
                        )
                    })?,
            ),
        };
        Ok(Arc::new(Self {
            window: Window { limit, backwards, from },
            condition,
            keys,
            fingerprint,
        }))
    }

    /// The cursor of a row of this list.
    pub fn cursor<R: Listed<C>>(&self, call: &Call, row: &R) -> String {
        let values: Vec<KeyValue> = self.keys.iter().map(|key| row.sort_value(key.column)).collect();
        cursor::write(&call.cursor_key, &self.fingerprint, &values)
    }

    /// Narrows a select to this list's window and one row more, which tells whether there are more.
    pub fn apply<E: EntityTrait>(&self, select: Select<E>) -> Select<E> {
        self.order(
            select
                .filter(self.condition.clone())
                .filter(self.start())
                .limit(self.window.limit + 1),
        )
    }

    /// The order in which rows are read: reversed for a window counted from the end.
    pub fn order<Q: QueryOrder>(&self, query: Q) -> Q {
        self.keys
            .iter()
            .fold(query, |query, key| query.order_by(key.column, self.direction(key)))
    }

    /// The direction in which a key is read.
    pub fn direction(&self, key: &SortKey<C>) -> Order {
        if (key.direction == Direction::Desc) == self.window.backwards {
            Order::Asc
        } else {
            Order::Desc
        }
    }

    /// The condition that the window begins beyond its cursor.
    pub fn start(&self) -> Condition {
        match &self.window.from {
            None => Condition::all(),
            Some(values) => {
                let keys: Vec<(C, bool)> = self
                    .keys
                    .iter()
                    .map(|key| (key.column, matches!(self.direction(key), Order::Desc)))
                    .collect();
                keyset(&keys, values)
            }
        }
    }

    /// Cuts the extra row off and puts the rows into the list's order; answers rows and whether there are more.
    pub fn cut<R>(&self, mut rows: Vec<R>) -> Page<R> {
        let limit = usize::try_from(self.window.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        if self.window.backwards {
            rows.reverse();
        }
        Page {
            rows: rows.into(),
            more,
        }
    }
}

/// A page of rows.
#[derive(Debug)]
pub struct Page<R> {
    /// The rows, in the list's order.
    pub rows: Arc<[R]>,
    /// Whether there are more in the direction of reading.
    pub more: bool,
}

impl<R> Clone for Page<R> {
    fn clone(&self) -> Self {
        Self {
            rows: Arc::clone(&self.rows),
            more: self.more,
        }
    }
}

impl<R> Default for Page<R> {
    fn default() -> Self {
        Self {
            rows: Arc::new([]),
            more: false,
        }
    }
}

/// The size of a page: what is asked for, else what pages have by default.
///
/// # Errors
/// `BAD_USER_INPUT` for sizes that are negative or too large.
pub fn page_size(call: &Call, asked: Option<i32>) -> async_graphql::Result<u64> {
    let most = call.largest_page();
    match asked {
        None => Ok(u64::from(Ord::min(call.limits.page_default, most))),
        Some(asked) => match u32::try_from(asked) {
            Ok(asked) if asked <= most => Ok(u64::from(asked)),
            Ok(_) => Err(bad_input(
                format!("A page has at most {most} items."),
                Some("PAGE_TOO_LARGE"),
            )),
            Err(_) => Err(bad_input("The size of a page cannot be negative.", None)),
        },
    }
}

/// The condition that a row comes after these values, where `true` marks descending columns.
///
/// With one direction it is a comparison of tuples, which both databases answer from an index; with mixed ones it is
/// spelled out, with a bound on the first column for the index.
pub fn keyset<C: ColumnTrait>(keys: &[(C, bool)], values: &[KeyValue]) -> Condition {
    let column = |column: C| -> SimpleExpr { Expr::col(column.as_column_ref()) };
    let values: Vec<SimpleExpr> = values.iter().map(|value| Expr::val(value.value())).collect();
    let beyond = |descending: bool, left: SimpleExpr, right: SimpleExpr| {
        if descending { left.lt(right) } else { left.gt(right) }
    };
    let Some((_, first_descending)) = keys.first() else {
        return Condition::all();
    };
    if keys.iter().all(|(_, descending)| descending == first_descending) {
        let left = Expr::tuple(keys.iter().map(|(key, _)| column(*key)));
        return Condition::all().add(beyond(*first_descending, left, Expr::tuple(values)));
    }
    let mut alternatives = Condition::any();
    for (position, (key, descending)) in keys.iter().enumerate() {
        let mut alternative = Condition::all();
        for (equal, value) in keys.iter().zip(&values).take(position) {
            alternative = alternative.add(column(equal.0).eq(value.clone()));
        }
        alternatives = alternatives.add(alternative.add(beyond(*descending, column(*key), values[position].clone())));
    }
    let (first, first_descending) = keys[0];
    let bound = if first_descending {
        column(first).lte(values[0].clone())
    } else {
        column(first).gte(values[0].clone())
    };
    Condition::all().add(bound).add(alternatives)
}

/// Reads the same list of many parents: one statement for all that were asked for with equal arguments.
///
/// `select` selects the rows of all parents, `parent` is the column with the parent's id, and `read` reads the
/// parent's id and the row.
///
/// # Errors
/// What the database answers.
pub async fn pages_of_each<I, C, R>(
    call: &Call,
    keys: &[(I, Arc<ListRequest<C>>)],
    parent: impl ColumnTrait,
    select: impl Fn() -> SelectStatement,
    read: impl Fn(&QueryResult) -> Result<(I, R), DbErr>,
) -> Result<HashMap<(I, Arc<ListRequest<C>>), Page<R>>, DbErr>
where
    I: PrefixedId,
    C: ColumnTrait,
{
    let backend = call.database.backend();
    let mut pages = HashMap::with_capacity(keys.len());
    for (request, parents) in by_request(keys) {
        let mut rows = select();
        rows.cond_where(request.condition.clone()).cond_where(request.start());
        let order: Vec<(SimpleExpr, Order)> = request
            .keys
            .iter()
            .map(|key| (Expr::col(key.column.as_column_ref()), request.direction(key)))
            .collect();
        let uuids: Vec<Uuid> = parents.iter().map(|parent| parent.uuid()).collect();
        let statement = dialect::first_of_each(backend, rows, parent, &uuids, &order, request.window.limit + 1);
        let mut rows_of: HashMap<I, Vec<R>> = HashMap::with_capacity(parents.len());
        for row in call.db().page(&statement).await? {
            let (parent, row) = read(&row)?;
            rows_of.entry(parent).or_default().push(row);
        }
        for parent in parents {
            let rows = rows_of.remove(&parent).unwrap_or_default();
            pages.insert((parent, Arc::clone(request)), request.cut(rows));
        }
    }
    Ok(pages)
}

/// Counts the same list of many parents: one statement for all that were asked for with equal arguments.
///
/// # Errors
/// What the database answers.
pub async fn count_of_each<I, C>(
    call: &Call,
    keys: &[(I, Arc<ListRequest<C>>)],
    parent: impl ColumnTrait,
    select: impl Fn() -> SelectStatement,
) -> Result<HashMap<(I, Arc<ListRequest<C>>), i64>, DbErr>
where
    I: PrefixedId,
    C: ColumnTrait,
{
    let mut counts = HashMap::with_capacity(keys.len());
    for (request, parents) in by_request(keys) {
        let column = Expr::col(parent.as_column_ref());
        let mut rows = select();
        rows.clear_selects()
            .expr_as(column.clone(), "parent_id")
            .expr_as(Expr::col(Asterisk).count(), "total")
            .cond_where(request.condition.clone())
            .and_where(dialect::any_of(
                call.database.backend(),
                column,
                parents.iter().map(|parent| parent.uuid()),
            ))
            .group_by_col(parent.as_column_ref());
        let mut totals: HashMap<Uuid, i64> = HashMap::with_capacity(parents.len());
        for row in call.db().query_all(&rows).await? {
            totals.insert(row.try_get("", "parent_id")?, row.try_get("", "total")?);
        }
        for parent in parents {
            let total = totals.get(&parent.uuid()).copied().unwrap_or_default();
            counts.insert((parent, Arc::clone(request)), total);
        }
    }
    Ok(counts)
}

fn by_request<I: PrefixedId, C: ColumnTrait>(
    keys: &[(I, Arc<ListRequest<C>>)],
) -> HashMap<&Arc<ListRequest<C>>, Vec<I>> {
    let mut by_request: HashMap<&Arc<ListRequest<C>>, Vec<I>> = HashMap::new();
    for (parent, request) in keys {
        by_request.entry(request).or_default().push(*parent);
    }
    by_request
}
