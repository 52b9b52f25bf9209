//! The timeline: who changed what from what to what, and why, for staff.
//!
//! The room reads what every unit of work writes ([`crate::work::timeline`]) and changes nothing. It promises that an
//! entry is seen only by who has `timeline:read` and may see objects of the kind that was changed ([`kind`]), everywhere:
//! what somebody sees within channels alone has no entries for them. Customers see no timeline, not even their own: it tells
//! what staff did, and why. Values of fields that the viewer's roles hide are null, and so is everything that was erased; that
//! something happened stays, and the chain of hashes with it.

mod kind;
mod loader;
mod object;
mod of_subject;
mod query;
pub mod visibility;

pub use kind::is_hidden;
pub use loader::TimelineEntryById;
pub use object::{TimelineEntry, TimelineEntryConnection};
pub use of_subject::{TimelineEntryWhere, timeline_of};
pub use query::TimelineQuery;
