//! Order links: what the customer graph knows of orders that other services own.
//!
//! A link is found by its source and the order's id there. News may come late, twice or in the wrong order: an older
//! word never overwrites a newer one. The links outlive the customer, for the books, but not with the person in them.

pub mod service;
pub mod visibility;
