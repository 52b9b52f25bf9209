//! What was found out about the mutations of an operation before it is executed, and what follows from them.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use sea_orm::DbErr;

use super::{Record, UnitOfWork, UserError};

/// Does something more with a change, in the same transaction.
pub trait FollowUp: Send + Sync + fmt::Debug {
    /// Called with everything that was changed, unless that is nothing.
    fn follow<'a>(&'a self, unit: &'a mut UnitOfWork, records: &'a [Record]) -> BoxFuture<'a, Result<(), DbErr>>;
}

/// What is known of one mutation field of an operation.
#[derive(Clone, Debug)]
pub struct Hooked {
    /// Under which name it is answered.
    pub response_key: String,
    /// The mutation.
    pub mutation: String,
    /// The fingerprint of its arguments as the client has sent them, whoever changed them since.
    pub fingerprint: [u8; 32],
    /// Why it is not done.
    pub refusal: Option<UserError>,
    /// What is done after it.
    pub follow_up: Option<Arc<dyn FollowUp>>,
}
