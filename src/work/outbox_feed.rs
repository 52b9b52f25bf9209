//! The outbox as others read it, who keep their cursors themselves: one statement a page, whoever asks.
//!
//! A page looks at a stretch of events and answers those of some topics. Its end is where the stretch ends, so that
//! whoever asks for what seldom happens goes on all the same. A cursor names the generation of the order that it belongs
//! to ([`outbox::forget_transactions_of_another_server`]).

use entity::{
    id::StaffUserId,
    order_link,
    outbox_event::{Column, Entity},
    outbox_horizon, staff_user,
};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryResult,
    entity::prelude::Uuid,
    sea_query::{
        Alias, Asterisk, CaseStatement, Cond, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement,
        WindowStatement,
    },
};

use super::{
    Connection,
    outbox::{self, Cursor, Event, Mark, OLDEST},
};

/// How many events are looked at for those of some topics.
const STRETCH: u64 = 5_000;

/// A cursor, and to which order it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The generation of the order.
    pub generation: i64,
    /// Behind which event.
    pub cursor: Cursor,
}

impl Place {
    /// Before everything that is committed from now on.
    ///
    /// # Errors
    /// Faults.
    pub async fn now<C: ConnectionTrait + Send>(db: &Connection<C>) -> Result<Self, DbErr> {
        let horizon = outbox_horizon::Entity::find_by_id(1).one(db).await?;
        let horizon = horizon.ok_or_else(|| DbErr::RecordNotFound("the horizon of the outbox".to_owned()))?;
        let now = Mark::now(db).await?.cursor();
        Ok(Self {
            generation: horizon.generation,
            cursor: now.max(Cursor {
                transaction: horizon.transaction_id,
                position: horizon.position,
            }),
        })
    }
}

/// Which topics; all when nothing is named.
#[derive(Clone, Debug, Default)]
pub struct Topics {
    /// These.
    pub exact: Vec<String>,
    /// Those that begin with one of these, which end with a dot.
    pub beginnings: Vec<String>,
}

/// An event, and who caused it.
#[derive(Clone, Debug)]
pub struct FeedEvent {
    /// The event.
    pub event: Event,
    /// The kind of actor.
    pub actor_type: String,
    /// The stored bits of the id of the actor.
    pub actor_id: Option<Uuid>,
    /// The staff user who acted as the actor.
    pub impersonator: Option<StaffUserId>,
    /// The request that caused the event.
    pub request_id: Option<String>,
    /// Whether it belongs to the history of a staff user: the id of a subject does not tell of which kind it is.
    pub is_about_staff: bool,
    /// Whether it belongs to that of an order, of which nobody is known whose it is.
    pub is_about_order: bool,
}

/// A page of the feed.
#[derive(Clone, Debug)]
pub enum Feed {
    /// The next events.
    Page {
        /// In their order.
        events: Vec<FeedEvent>,
        /// The generation that their cursors belong to.
        generation: i64,
        /// Where to go on.
        next: Cursor,
        /// Whether there is more to look at, at once.
        has_more: bool,
    },
    /// Events after the place are not kept any more, or nobody can tell which those are.
    Gone,
}

/// The events after a place, the oldest that are kept without one, at most so many.
///
/// # Errors
/// Faults.
pub async fn feed<C>(db: &Connection<C>, after: Option<Place>, topics: &Topics, most: u64) -> Result<Feed, DbErr>
where
    C: ConnectionTrait + Send,
{
    let cursor = after.map_or(OLDEST, |place| place.cursor);
    let select = statement(db.get_database_backend(), cursor, topics, most);
    let rows = db.page(&select).await?;
    let first = rows
        .first()
        .ok_or_else(|| DbErr::RecordNotFound("the horizon of the outbox".to_owned()))?;
    let generation: i64 = first.try_get("", "generation")?;
    let horizon = Cursor {
        transaction: first.try_get("", "horizon_transaction")?,
        position: first.try_get("", "horizon_position")?,
    };
    if after.is_some_and(|place| place.generation != generation || place.cursor < horizon) {
        return Ok(Feed::Gone);
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut events, mut next) = (Vec::new(), cursor.max(horizon));
    let mut has_more = false;
    for row in &rows {
        // The row of the horizon alone, when there is nothing after the cursor.
        let Some(position) = row.try_get::<Option<i64>>("", "position")? else {
            break;
        };
        let is_wanted = row.try_get::<i32>("", "is_wanted")? == 1;
        if is_wanted && events.len() == most {
            has_more = true;
            break;
        }
        next = Cursor {
            transaction: row.try_get("", "transaction_id")?,
            position,
        };
        has_more = is_last_of_a_full_stretch(row, most)?;
        if is_wanted {
            match read(row, next) {
                Ok(event) => events.push(event),
                // Whoever read it again would never come to what is behind it.
                Err(error) => tracing::error!(position, %error, "an event cannot be read and is left out"),
            }
        }
    }
    Ok(Feed::Page {
        events,
        generation,
        next,
        has_more,
    })
}

/// Whether this is where a stretch ends beyond which there may be more.
fn is_last_of_a_full_stretch(row: &QueryResult, most: usize) -> Result<bool, DbErr> {
    let (number, looked_at): (i64, i64) = (row.try_get("", "number")?, row.try_get("", "looked_at")?);
    let full = i64::try_from(stretch(u64::try_from(most).unwrap_or(STRETCH))).unwrap_or(i64::MAX);
    Ok(number == looked_at && looked_at >= full)
}

/// One row more than are answered tells whether there are more.
fn stretch(most: u64) -> u64 {
    Ord::max(STRETCH, most + 1)
}

/// The horizon beside each event that is wanted, and beside the last that was looked at.
fn statement(backend: DbBackend, cursor: Cursor, topics: &Topics, most: u64) -> SelectStatement {
    let columns = [
        Column::TransactionId,
        Column::Position,
        Column::Id,
        Column::Topic,
        Column::At,
        Column::ActorType,
        Column::ActorId,
        Column::SubjectId,
        Column::ObjectId,
        Column::ObjectVersion,
        Column::ChangedPaths,
        Column::RequestId,
        Column::ImpersonatorId,
    ];
    let is_everything = topics.exact.is_empty() && topics.beginnings.is_empty();
    let looked_at = Query::select()
        .columns(columns)
        .from(Entity)
        .and_where(outbox::place().gt(outbox::at(cursor)))
        .and_where(outbox::is_settled(backend))
        .order_by(Column::TransactionId, Order::Asc)
        .order_by(Column::Position, Order::Asc)
        .limit(if is_everything { most + 1 } else { stretch(most) })
        .take();
    let (stretch, numbered, found, horizon) = (
        Alias::new("stretch"),
        Alias::new("numbered"),
        Alias::new("found"),
        Alias::new("horizon"),
    );
    let mut in_order = WindowStatement::new();
    in_order
        .order_by(Column::TransactionId, Order::Asc)
        .order_by(Column::Position, Order::Asc);
    let wanted = CaseStatement::new().case(topics.condition(), 1).finally(0);
    let numbered_rows = Query::select()
        .column(Asterisk)
        .expr_as(wanted, "is_wanted")
        .expr_window_as(Func::cust("row_number"), in_order, "number")
        .expr_window_as(Expr::col(Asterisk).count(), WindowStatement::new(), "looked_at")
        .from_subquery(looked_at, stretch)
        .take();
    let staff = Query::select()
        .expr(Expr::val(1))
        .from(staff_user::Entity)
        .and_where(
            Expr::col((staff_user::Entity, staff_user::Column::Id)).equals((numbered.clone(), Column::SubjectId)),
        )
        .take();
    let order = Query::select()
        .expr(Expr::val(1))
        .from(order_link::Entity)
        .and_where(
            Expr::col((order_link::Entity, order_link::Column::Id)).equals((numbered.clone(), Column::SubjectId)),
        )
        .take();
    let found_rows = Query::select()
        .column(Asterisk)
        .expr_as(Expr::exists(staff), "is_about_staff")
        .expr_as(Expr::exists(order), "is_about_order")
        .from_subquery(numbered_rows, numbered)
        .cond_where(
            Cond::any()
                .add(Expr::col("is_wanted").eq(1))
                .add(Expr::col("number").equals("looked_at")),
        )
        .order_by("number", Order::Asc)
        .limit(most + 1)
        .take();
    Query::select()
        .expr_as(
            Expr::col((horizon.clone(), outbox_horizon::Column::Generation)),
            "generation",
        )
        .expr_as(
            Expr::col((horizon.clone(), outbox_horizon::Column::TransactionId)),
            "horizon_transaction",
        )
        .expr_as(
            Expr::col((horizon.clone(), outbox_horizon::Column::Position)),
            "horizon_position",
        )
        .column((found.clone(), Asterisk))
        .from_as(outbox_horizon::Entity, horizon)
        .join_subquery(JoinType::LeftJoin, found_rows, found.clone(), Expr::cust("1 = 1"))
        .order_by((found, "number"), Order::Asc)
        .take()
}

impl Topics {
    fn condition(&self) -> Cond {
        if self.exact.is_empty() && self.beginnings.is_empty() {
            return Cond::all().add(Expr::cust("1 = 1"));
        }
        let topic = || Expr::col(Column::Topic);
        let mut any = Cond::any();
        if !self.exact.is_empty() {
            any = any.add(topic().is_in(self.exact.iter().map(String::as_str)));
        }
        for beginning in &self.beginnings {
            // The sign after the dot ends the range; texts are compared byte by byte on both databases.
            let end = format!("{}/", beginning.trim_end_matches('.'));
            any = any.add(topic().gte(beginning.as_str()).and(topic().lt(end)));
        }
        any
    }
}

fn read(row: &QueryResult, cursor: Cursor) -> Result<FeedEvent, DbErr> {
    Ok(FeedEvent {
        event: outbox::event(row, cursor)?,
        actor_type: row.try_get("", "actor_type")?,
        actor_id: row.try_get("", "actor_id")?,
        impersonator: row.try_get("", "impersonator_id")?,
        request_id: row.try_get("", "request_id")?,
        is_about_staff: row.try_get("", "is_about_staff")?,
        is_about_order: row.try_get("", "is_about_order")?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use std::time::Duration;

    use secrecy::SecretString;

    use super::*;
    use crate::{
        migrate,
        work::{Database, DatabaseSettings, Statements},
    };

    #[tokio::test]
    async fn a_page_is_found_by_index() {
        let folder = tempfile::tempdir().unwrap();
        let settings = DatabaseSettings {
            url: SecretString::from(format!("sqlite://{}/feed.sqlite", folder.path().display())),
            connections: 1,
            acquire_timeout: Duration::from_secs(30),
            statement_timeout: Duration::from_secs(30),
        };
        let database = Database::connect(&settings).await.unwrap();
        migrate::up(&database).await.unwrap();
        let db = database.reader(&Statements::default());
        let some = Topics {
            exact: vec!["order.placed".to_owned()],
            beginnings: vec!["customer.".to_owned()],
        };
        for topics in [Topics::default(), some] {
            let mut explained = DbBackend::Sqlite.build(&statement(DbBackend::Sqlite, OLDEST, &topics, 20));
            explained.sql = format!("explain query plan {}", explained.sql);
            let rows = db.query_all_raw(explained).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
            let found = plan
                .iter()
                .any(|step| step.contains("USING INDEX outbox_event_order (transaction_id>?)"));
            assert!(found, "{plan:#?}");
        }
    }
}
