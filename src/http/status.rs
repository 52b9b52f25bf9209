//! The status of an answer: as the audits of `graphql-http` want it, or as the draft of August 2026 does.
//!
//! | | audits | draft |
//! |---|---|---|
//! | no JSON, not a document of GraphQL | 400 | 400 |
//! | JSON, but not a request | 400 | 422 |
//! | a document that does not fit the schema or the limits, no such operation, wrong variables | 400; 200 for `application/json` | 422 |
//! | not permitted | 400; 200 for `application/json` | 403 |
//! | data and errors | 200 | 294; 200 for `application/json` |
//!
//! Under the draft, what is not a success is `application/graphql-response+json` for everybody. Bodies are the same.

use axum::http::StatusCode;

use super::{
    negotiation::Answer,
    operation::{Cause, Outcome},
};
use crate::{config::HttpProfile, work::Refusal as TurnedAway};

/// What the draft calls a partial success.
const PARTIAL: u16 = 294;

/// The status of an operation that was not executed.
pub(super) fn of_refused(cause: Cause, profile: HttpProfile, answer: Answer) -> StatusCode {
    match cause {
        Cause::Unreadable => StatusCode::BAD_REQUEST,
        Cause::Unauthenticated | Cause::UnknownKey => StatusCode::UNAUTHORIZED,
        Cause::FromElsewhere => StatusCode::FORBIDDEN,
        Cause::QueriesAlone => StatusCode::METHOD_NOT_ALLOWED,
        Cause::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Cause::NotARequest => match profile {
            HttpProfile::Audit => StatusCode::BAD_REQUEST,
            HttpProfile::Draft => StatusCode::UNPROCESSABLE_ENTITY,
        },
        Cause::NotADocument | Cause::Document | Cause::Operation | Cause::Forbidden | Cause::TooLong => {
            match (profile, answer) {
                (HttpProfile::Audit, Answer::GraphQl) => StatusCode::BAD_REQUEST,
                (HttpProfile::Audit, Answer::Json) => StatusCode::OK,
                (HttpProfile::Draft, _) if cause == Cause::Forbidden => StatusCode::FORBIDDEN,
                (HttpProfile::Draft, _) if cause == Cause::NotADocument => StatusCode::BAD_REQUEST,
                (HttpProfile::Draft, _) => StatusCode::UNPROCESSABLE_ENTITY,
            }
        }
    }
}

/// The status of an operation that the executor has answered.
pub(super) fn of_outcome(outcome: &Outcome, profile: HttpProfile, answer: Answer) -> StatusCode {
    match outcome.turned_away {
        Some(TurnedAway::TooOften { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(TurnedAway::Overloaded) => StatusCode::SERVICE_UNAVAILABLE,
        None if !outcome.is_executed => of_refused(Cause::Document, profile, answer),
        // The number means something together with the new media type alone.
        None if outcome.is_partial && (profile, answer) == (HttpProfile::Draft, Answer::GraphQl) => {
            StatusCode::from_u16(PARTIAL).unwrap_or(StatusCode::OK)
        }
        None => StatusCode::OK,
    }
}

/// The media type of an answer of this status to a client that accepts that one.
pub(super) fn media_type(status: StatusCode, profile: HttpProfile, accepted: Answer) -> Answer {
    match profile {
        HttpProfile::Draft if !status.is_success() => Answer::GraphQl,
        HttpProfile::Audit | HttpProfile::Draft => accepted,
    }
}
