//! Bodies of requests: never read past their limit, nor for longer than a client may take.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is larger than the limit.
    TooLarge,
    /// The client took too long to send it.
    TooSlow,
    /// It ended before its end.
    Broken,
}

/// Reads a body of at most so many bytes, which must have come in this time.
pub(super) async fn read(body: Body, limit: usize, patience: Option<Duration>) -> Result<Bytes, Unread> {
    // A body that says how large it is need not be read to be refused.
    if usize::try_from(body.size_hint().lower()).is_ok_and(|least| least > limit) {
        return Err(Unread::TooLarge);
    }
    let reading = Limited::new(body, limit).collect();
    let read = match patience {
        Some(patience) => tokio::time::timeout(patience, reading)
            .await
            .map_err(|_| Unread::TooSlow)?,
        None => reading.await,
    };
    match read {
        Ok(read) => Ok(read.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(_) => Err(Unread::Broken),
    }
}
