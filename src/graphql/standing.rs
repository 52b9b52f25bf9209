//! Queries that somebody has written down and that the service asks on its own, when nobody waits for the answer.
//!
//! Here stands what rooms know of it; the schema itself is known to the assembly alone, which does it.

use std::fmt;

use futures_util::future::BoxFuture;
use sea_orm::entity::prelude::Json;

use crate::work::Call;

/// What a standing query was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingAnswer {
    /// A JSON object: `data`, and `errors` where there are any.
    pub json: String,
    /// Whether something went wrong on our side, or it took too long: another time it may go well.
    pub is_fault: bool,
}

/// A variable that a standing query may use: its name and the name of its type.
pub type Given = (&'static str, &'static str);

/// Asks standing queries, with the means and the eyes of a call.
pub trait StandingQueries: fmt::Debug + Send + Sync {
    /// Whether it can be asked: one query, within the limits of those who have bounded roles, that fits the schema, uses
    /// no variables but these, and asks for nothing that the call's viewer may not see.
    ///
    /// The error says what is wrong, for people.
    fn check<'a>(&'a self, call: Call, text: &'a str, variables: &'static [Given])
    -> BoxFuture<'a, Result<(), String>>;

    /// Asks it. Of the variables those count that it uses.
    fn ask<'a>(
        &'a self,
        call: Call,
        text: &'a str,
        variables: serde_json::Map<String, Json>,
    ) -> BoxFuture<'a, StandingAnswer>;
}
