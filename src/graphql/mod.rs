//! The kit: what every room needs to speak GraphQL. It knows no room.

mod actor;
mod arrange;
mod bulk;
mod change;
pub mod connection;
mod context;
pub mod cursor;
pub mod direct;
mod error;
pub mod filter;
mod id;
mod list;
pub mod loader;
pub mod masked;
mod mend;
mod metadata;
mod root_list;
mod scalar;
mod secret;
pub mod standing;
pub mod subscription;

pub use actor::ActorRef;
pub use arrange::arrange;
pub use bulk::{BulkErrorPolicy, RowResults, check_rows, most_affected, write_rows};
pub use change::change;
pub use connection::{Connection, Edge, ListNode, PageInfo, Total};
pub use context::{ContextExt, ShowEverything, apart, fingerprint};
pub use error::{
    ConflictError, DryRunResult, FieldChangeObject, FieldError, LimitError, Problem, bad_input, fault, payload,
    problems,
};
pub use id::Id;
pub use list::{
    Direction, KeyValue, ListRequest, Listed, Page, PageArguments, SortKey, Window, count_of_each, keyset, page_size,
    pages_of_each,
};
pub use loader::{Batch, Loaders};
pub use mend::mend;
pub use metadata::{MetadataChange, MetadataPatch, check_metadata};
pub use root_list::root_list;
pub use scalar::{CountryCode, CurrencyCode, DateTime, Decimal, Email, JsonObject, LanguageTag, Money, PhoneNumber};
pub use secret::Secret;
