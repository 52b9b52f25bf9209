//! The search: which index answers it.
//!
//! A rare word is best answered by the search index, whose few rows are then sorted; a frequent one by walking the
//! list's own index until the page is full. A planner that must choose for an unknown word, as in a prepared
//! statement, can choose wrongly in both directions, and each wrong choice costs a walk over the whole table. So the
//! choice is made here, by counting: the search index is asked first, for a bounded number of rows.

use entity::{
    customer::{Column, Entity, Model},
    row::Row,
};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{CommonTableExpression, Expr, WithClause},
};

use super::{loader::unasked, visibility::visible_to};
use crate::{
    graphql::ListRequest,
    work::{Call, dialect, without},
};

/// Up to this many matches are sorted; of more, the first are found by walking the list's own index.
const FEW: u64 = 300;

/// The rows of a page (and one more, if there is one) whose search text holds all the words.
///
/// # Errors
/// What the database answers.
pub async fn page(call: &Call, request: &ListRequest<Column>, words: &[String]) -> Result<Vec<Model>, DbErr> {
    if words.is_empty() {
        return call
            .db()
            .rows_without(request.apply(visible_to(&call.viewer)), unasked(call, &request.keys))
            .await;
    }
    if call.database.backend() == DbBackend::Postgres {
        few_or_none(call, request, words).await
    } else {
        let probe = dialect::search_probe(words, FEW + 1);
        let few = match probe {
            Some(probe) => match call.db().query_one(&probe).await? {
                Some(count) => count.try_get_by_index::<i64>(0)?.unsigned_abs() <= FEW,
                None => true,
            },
            None => false,
        };
        if few {
            let matching = matching(call, words);
            call.db()
                .rows_without(request.apply(matching), unasked(call, &request.keys))
                .await
        } else {
            walk(call, request, words).await
        }
    }
}

/// Those whom the search index knows under the words.
pub fn matching(call: &Call, words: &[String]) -> Select<Entity> {
    visible_to(&call.viewer).filter(dialect::search(
        call.database.backend(),
        Column::SearchText,
        Column::Id,
        words,
    ))
}

/// One statement that reads the matches from the search index and tells when there were too many.
async fn few_or_none(call: &Call, request: &ListRequest<Column>, words: &[String]) -> Result<Vec<Model>, DbErr> {
    let skipped = unasked(call, &request.keys);
    let matches = without(matching(call, words), skipped)
        .filter(request.condition.clone())
        .filter(request.start())
        .limit(FEW + 1)
        .into_query();
    // The matches take the table's name, so that the list's order can be asked of them as of the table.
    let matches = CommonTableExpression::new()
        .table_name(Entity)
        .query(matches)
        .materialized(true)
        .to_owned();
    let page = request
        .order(without(Entity::find(), skipped))
        .limit(request.window.limit + 1)
        .into_query()
        .expr(Expr::cust("(select count(*) from customer)"))
        .take();
    let statement = page.with(WithClause::new().cte(matches).to_owned());
    let rows = call.db().query_all(&statement).await?;
    let columns = (0..Column::iter().count()).filter(|place| !skipped.has(*place)).count();
    let found = rows
        .first()
        .map(|row| row.try_get_by_index::<i64>(columns))
        .transpose()?
        .unwrap_or_default();
    if found.unsigned_abs() > FEW {
        return walk(call, request, words).await;
    }
    rows.iter().map(|row| Model::read_without(row, 0, skipped)).collect()
}

/// Walks the index of the list's order and keeps the rows that match.
async fn walk(call: &Call, request: &ListRequest<Column>, words: &[String]) -> Result<Vec<Model>, DbErr> {
    let rows = visible_to(&call.viewer).filter(dialect::search_by_reading(Column::SearchText, words));
    call.db()
        .rows_without(request.apply(rows), unasked(call, &request.keys))
        .await
}
