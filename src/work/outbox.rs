//! Reading the outbox forward.
//!
//! A reader takes events in the order of their transactions, and only those whose transaction is older than every one
//! that still runs (`pg_snapshot_xmin`): what comes later never belongs before it. Events that are committed but not
//! that old are held back, and a reader who is told so looks again soon. The transactions of the whole PostgreSQL server
//! count, those of its other databases too, as far as they write: one that writes for an hour holds events back for an
//! hour, and loses none. On SQLite there is one writer, and nothing is ever held back.
//!
//! A database that was dumped and restored into another PostgreSQL server holds numbers of transactions that this server
//! has not given yet. `migrate up` (and with it every start) sees that and gives all those events the transaction 0, where
//! their position alone keeps the order ([`forget_transactions_of_another_server`]); a cursor that somebody has kept from
//! before is worth nothing then.
//!
//! Positions may have gaps, where a transaction was given up; nobody waits for what would have been there.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{
    id::OutboxEventId,
    outbox_event::{Column, Entity},
};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, Statement,
    entity::prelude::{Json, Uuid},
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

use super::Connection;
pub use super::{
    outbox_feed::{Feed, FeedEvent, Place, Topics, feed},
    outbox_retention::sweep,
};

/// Where a reader stands: behind the last event that it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The transaction of the event; always 0 on SQLite.
    pub transaction: i64,
    /// The position of the event.
    pub position: i64,
}

/// Before everything that is kept.
pub const OLDEST: Cursor = Cursor {
    transaction: 0,
    position: 0,
};

/// One event: ids, versions and paths, never personal data.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place in the outbox.
    pub cursor: Cursor,
    /// By which receivers recognize repeats.
    pub id: OutboxEventId,
    /// What happened, such as `customer.updated`.
    pub topic: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What kind of actor did it.
    pub actor_type: String,
    /// To whose history it belongs: a customer, an organization, or the object itself.
    pub subject: Uuid,
    /// The id of the changed object as the schema shows it.
    pub object: String,
    /// The version of the object after the change.
    pub version: i32,
    /// The fields that changed.
    pub changed_paths: Vec<String>,
}

/// The next events.
#[derive(Clone, Debug)]
pub struct Events {
    /// In their order.
    pub events: Vec<Event>,
    /// Where to go on.
    pub next: Cursor,
    /// Whether there are more at once.
    pub has_more: bool,
    /// Whether there are some that may not be read yet: look again soon.
    pub holds_back: bool,
}

/// The events after a cursor that may be read, at most so many.
///
/// # Errors
/// Faults.
pub async fn events_after<C>(db: &Connection<C>, cursor: Cursor, limit: u64) -> Result<Events, DbErr>
where
    C: ConnectionTrait + Send,
{
    let mut select = Entity::find()
        .select_only()
        .columns([
            Column::TransactionId,
            Column::Position,
            Column::Id,
            Column::Topic,
            Column::At,
            Column::ActorType,
            Column::SubjectId,
            Column::ObjectId,
            Column::ObjectVersion,
            Column::ChangedPaths,
        ])
        .column_as(is_settled(db.get_database_backend()), "is_settled")
        .filter(place().gt(at(cursor)))
        .order_by_asc(Column::TransactionId)
        .order_by_asc(Column::Position)
        .limit(limit);
    let rows = db.page(QuerySelect::query(&mut select)).await?;
    let is_full = u64::try_from(rows.len()).is_ok_and(|count| count >= limit);
    let mut events = Vec::with_capacity(rows.len());
    let (mut next, mut holds_back) = (cursor, false);
    for row in &rows {
        // Those that may be read come before those that may not.
        if !row.try_get::<bool>("", "is_settled")? {
            holds_back = true;
            break;
        }
        next = Cursor {
            transaction: row.try_get("", "transaction_id")?,
            position: row.try_get("", "position")?,
        };
        match event(row, next) {
            Ok(event) => events.push(event),
            // Whoever read it again would never come to what is behind it.
            Err(error) => tracing::error!(position = next.position, %error, "an event cannot be read and is left out"),
        }
    }
    Ok(Events {
        next,
        has_more: is_full && !holds_back,
        holds_back,
        events,
    })
}

/// Forgets the transactions of all events when some of them, or what readers know of them, come from another PostgreSQL
/// server; answers whether that was so. Nobody may write events meanwhile.
///
/// Events stay in the order of their positions, so a reader goes back to before the first that it has not read: it may
/// read some twice. Cursors that others keep are worth nothing any more, which the new generation tells.
///
/// # Errors
/// Faults.
pub async fn forget_transactions_of_another_server(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let backend = db.get_database_backend();
    if backend != DbBackend::Postgres {
        return Ok(false);
    }
    // What a snapshot shows was written by transactions that it knows.
    let is_foreign = "select greatest((select max(transaction_id) from outbox_event),
                             (select max(transaction_id) from outbox_reader),
                             (select max(transaction_id) from outbox_horizon))
                      >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint as is_foreign";
    let found = db.query_one_raw(Statement::from_string(backend, is_foreign)).await?;
    let Some(true) = found.map(|row| row.try_get("", "is_foreign")).transpose()? else {
        return Ok(false);
    };
    for sql in [
        "update outbox_reader r set transaction_id = 0, position = coalesce(
             (select min(position) - 1 from outbox_event
              where (transaction_id, position) > (r.transaction_id, r.position)),
             (select max(position) from outbox_event), 0)",
        "update outbox_horizon set generation = generation + 1, transaction_id = 0, position = 0",
        "update outbox_event set transaction_id = 0 where transaction_id <> 0",
    ] {
        db.execute_raw(Statement::from_string(backend, sql)).await?;
    }
    Ok(true)
}

/// Whether an event may be read: no transaction that may still commit comes before its own.
pub(super) fn is_settled(backend: DbBackend) -> SimpleExpr {
    Expr::cust(match backend {
        DbBackend::Postgres => "transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        _ => "1 = 1",
    })
}

/// The place of a row, to be compared with a cursor.
pub(super) fn place() -> SimpleExpr {
    Expr::tuple([Expr::col(Column::TransactionId), Expr::col(Column::Position)])
}

/// A cursor, to be compared with the place of a row.
pub(super) fn at(cursor: Cursor) -> SimpleExpr {
    Expr::tuple([Expr::val(cursor.transaction), Expr::val(cursor.position)])
}

pub(super) fn event(row: &QueryResult, cursor: Cursor) -> Result<Event, DbErr> {
    let changed_paths: Json = row.try_get("", "changed_paths")?;
    let paths = changed_paths.as_array().into_iter().flatten();
    Ok(Event {
        cursor,
        id: row.try_get("", "id")?,
        topic: row.try_get("", "topic")?,
        at: row.try_get("", "at")?,
        actor_type: row.try_get("", "actor_type")?,
        subject: row.try_get("", "subject_id")?,
        object: row.try_get("", "object_id")?,
        version: row.try_get("", "object_version")?,
        changed_paths: paths.filter_map(|path| path.as_str().map(str::to_owned)).collect(),
    })
}

/// An instant in the life of the outbox: what was committed before it, and what comes after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// SQLite: everything up to this position.
    Position(i64),
    /// PostgreSQL: what a snapshot shows.
    Snapshot {
        /// All transactions before this one had ended.
        oldest_running: i64,
        /// This transaction and all after it had not begun.
        next: i64,
        /// Those between the two that ran.
        running: HashSet<i64>,
    },
}

impl Mark {
    /// Now.
    ///
    /// # Errors
    /// Faults.
    pub async fn now<C: ConnectionTrait + Send>(db: &Connection<C>) -> Result<Self, DbErr> {
        let backend = db.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => "select pg_current_snapshot()::text as mark",
            _ => "select coalesce(max(position), 0) as mark from outbox_event",
        };
        let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the mark of the outbox".to_owned()))?;
        match backend {
            DbBackend::Postgres => {
                let text: String = row.try_get("", "mark")?;
                Self::of_snapshot(&text).ok_or_else(|| DbErr::Type("a snapshot cannot be read".to_owned()))
            }
            _ => row.try_get("", "mark").map(Self::Position),
        }
    }

    /// Reads what [`Self::written`] writes.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(position) => Some(Self::Position(position)),
            Err(_) => Self::of_snapshot(text),
        }
    }

    /// The mark as a text, to be kept.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::Position(position) => position.to_string(),
            Self::Snapshot {
                oldest_running,
                next,
                running,
            } => {
                let running: Vec<String> = running.iter().map(i64::to_string).collect();
                format!("{oldest_running}:{next}:{}", running.join(","))
            }
        }
    }

    /// Reads `oldest:next:running,running`.
    fn of_snapshot(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let oldest_running = parts.next()?.parse().ok()?;
        let next = parts.next()?.parse().ok()?;
        let running = parts.next()?.split(',').filter(|number| !number.is_empty());
        Some(Self::Snapshot {
            oldest_running,
            next,
            running: running.map(str::parse).collect::<Result<_, _>>().ok()?,
        })
    }

    /// Where a reader begins who shall miss nothing that comes after.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        match self {
            Self::Position(position) => Cursor {
                transaction: 0,
                position: *position,
            },
            Self::Snapshot { oldest_running, .. } => Cursor {
                transaction: oldest_running - 1,
                position: i64::MAX,
            },
        }
    }

    /// Whether an event was there already.
    #[must_use]
    pub fn is_after(&self, event: Cursor) -> bool {
        match self {
            Self::Position(position) => event.position <= *position,
            Self::Snapshot {
                oldest_running,
                next,
                running,
            } => {
                event.transaction < *oldest_running
                    || (event.transaction < *next && !running.contains(&event.transaction))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    fn of(transaction: i64) -> Cursor {
        Cursor {
            transaction,
            position: 1,
        }
    }

    #[test]
    fn a_snapshot_knows_what_was_there() {
        let mark = Mark::of_snapshot("10:20:10,14").unwrap();
        for (transaction, was_there) in [(9, true), (10, false), (11, true), (14, false), (19, true), (20, false)] {
            assert_eq!(mark.is_after(of(transaction)), was_there, "{transaction}");
        }
        assert!(mark.cursor() >= of(9) && mark.cursor() < of(10));
        assert!(Mark::of_snapshot("7:7:").unwrap().is_after(of(6)));
        for wrong in ["", "1", "1:2", "1:x:", "1:2:x"] {
            assert_eq!(Mark::of_snapshot(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        for text in ["10:20:14", "7:7:", "5", "0"] {
            assert_eq!(Mark::read(text).unwrap().written(), text);
        }
        let mark = Mark::read("10:20:10,14").unwrap();
        assert_eq!(Mark::read(&mark.written()), Some(mark));
        assert_eq!(Mark::read(""), None);
    }

    #[test]
    fn a_position_knows_what_was_there() {
        let at = |position| Cursor {
            transaction: 0,
            position,
        };
        let mark = Mark::Position(5);
        assert!(mark.is_after(at(5)) && !mark.is_after(at(6)));
        assert_eq!(mark.cursor(), at(5));
    }
}
