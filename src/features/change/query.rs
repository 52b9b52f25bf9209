//! `changes`: the change feed.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use super::{object::ChangeEventConnection, topics};
use crate::{
    auth::guard,
    graphql::{ContextExt, KeyValue, PageInfo, bad_input, cursor, fault, page_size},
    work::{
        Call,
        outbox::{Cursor, Feed, Place, feed},
    },
};

/// To what cursors of the feed belong: to it alone, whatever is asked for.
const BINDING: &[u8; 32] = b"the change feed, of all topics  ";

/// The query of this room.
#[derive(Debug, Default)]
pub struct ChangeQuery;

#[Object]
impl ChangeQuery {
    /// What happened, oldest first, for systems that keep up by asking again and again. Without `after` it begins with
    /// the oldest event that is kept. Go on with `endCursor`, which is there even when nothing happened; no event is missed
    /// then, though one may come twice. To begin with a copy of everything, ask `fromNow`, keep `endCursor`, read everything,
    /// and go on with that cursor. Requires `events:read`.
    #[graphql(
        guard = "guard::events_read",
        visible = "guard::shows::events_read",
        tag = "admin",
        requires_scopes = "events:read"
    )]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor, which is good with any topics.")] after: Option<String>,
        #[graphql(desc = "Only of these topics, such as `customer.updated`, or `customer.*` for all that begin so.")]
        topics: Option<Vec<String>>,
        #[graphql(desc = "Begin with what happens from now on: no events, and the cursor to go on with.")]
        from_now: Option<bool>,
    ) -> Result<Option<ChangeEventConnection>> {
        let call = ctx.call();
        let most = page_size(call, first)?;
        let topics = topics::read(topics)?;
        let after = match (after, from_now.unwrap_or(false)) {
            (Some(_), true) => return Err(bad_input("Give either after or fromNow, not both.", None)),
            (Some(given), false) => Some(place_of(call, &given)?),
            (None, true) => return beginning(call).await.map(Some),
            (None, false) => None,
        };
        let page = feed(call.db(), after, &topics, most)
            .await
            .map_err(|error| fault(call, &error))?;
        let Feed::Page {
            events,
            generation,
            next,
            has_more,
        } = page
        else {
            return Err(bad_input(
                "Events after this cursor are no longer kept. Read everything anew, and go on without a cursor, which \
                 begins with the oldest event that is kept.",
                Some("EVENTS_GONE"),
            ));
        };
        let start_cursor = events
            .first()
            .map(|found| cursor_of(call, generation, found.event.cursor));
        Ok(Some(ChangeEventConnection {
            events: events.into_iter().map(Arc::new).collect(),
            generation,
            page_info: PageInfo {
                has_next_page: has_more,
                has_previous_page: after.is_some(),
                start_cursor,
                end_cursor: Some(cursor_of(call, generation, next)),
            },
        }))
    }
}

/// Nothing, and where to go on.
async fn beginning(call: &Call) -> Result<ChangeEventConnection> {
    let place = Place::now(call.db()).await.map_err(|error| fault(call, &error))?;
    Ok(ChangeEventConnection {
        events: Vec::new(),
        generation: place.generation,
        page_info: PageInfo {
            has_next_page: false,
            has_previous_page: true,
            start_cursor: None,
            end_cursor: Some(cursor_of(call, place.generation, place.cursor)),
        },
    })
}

/// Writes a cursor: the generation of the order, and the place in it.
pub(super) fn cursor_of(call: &Call, generation: i64, at: Cursor) -> String {
    let values = [generation, at.transaction, at.position].map(KeyValue::Integer);
    cursor::write(&call.cursor_key, BINDING, &values)
}

fn place_of(call: &Call, given: &str) -> Result<Place> {
    let values = cursor::read(&call.cursor_key, BINDING, given);
    match values.as_deref() {
        Some(
            [
                KeyValue::Integer(generation),
                KeyValue::Integer(transaction),
                KeyValue::Integer(position),
            ],
        ) => Ok(Place {
            generation: *generation,
            cursor: Cursor {
                transaction: *transaction,
                position: *position,
            },
        }),
        _ => Err(bad_input(
            "This is not a cursor of the change feed.",
            Some("INVALID_CURSOR"),
        )),
    }
}
