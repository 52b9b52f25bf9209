//! The change feed: what happened, for systems that would rather ask than be told.
//!
//! The room owns nothing; it reads the outbox ([`crate::work::outbox`]) forward and promises that whoever goes on with
//! the cursor that they were given last misses no event, of this process or of another, after a restart or a crash of
//! theirs or ours, however late a transaction was committed. Events come at least once and in their order. They are ids,
//! versions and paths, never values: who wants to know more asks for the object, with what they may see.
//!
//! It is a connection that only goes forward: what a queue knows nothing of (its end, its length) is not offered. Other
//! than elsewhere the end of a page has a cursor when nothing is on it, and cursors are good with any other topics:
//! a page ends where it was looked, so a reader of what seldom happens goes on, and one that wants more topics from
//! now on begins no second list. `hasNextPage` says that there is more to look at at once, though perhaps nothing of
//! these topics.
//!
//! Events are kept for a time (`limits.events_kept`). A cursor from before that is refused with `EVENTS_GONE`, never
//! answered with a gap.

mod object;
mod query;
mod topics;

pub use query::ChangeQuery;
