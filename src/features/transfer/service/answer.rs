//! What becomes of an attempt to do something about a transfer.

use entity::{
    id::{CustomerId, OrderTransferId},
    order_transfer::{Column, Model},
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, entity::prelude::Json};

use super::super::visibility;
use crate::work::{Call, Outcome, ReadBack, UserError, WriteError};

/// The transfer as it is now, or why it cannot be. A refusal can be news by itself: that a transfer was found too old is
/// kept, where an error would undo it.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It was done.
    Done(Model),
    /// It was not, and the transfer ended by this.
    Ended(UserError),
}

impl Answer {
    /// The transfer, or what the caller is told in its place.
    ///
    /// # Errors
    /// The refusal.
    pub fn into_result(self) -> Result<Model, UserError> {
        match self {
            Self::Done(transfer) => Ok(transfer),
            Self::Ended(error) => Err(error),
        }
    }
}

impl Outcome for Answer {
    fn record(&self) -> Json {
        let recorded: Result<OrderTransferId, &UserError> = match self {
            Self::Done(transfer) => Ok(transfer.id),
            Self::Ended(error) => Err(error),
        };
        serde_json::to_value(recorded).unwrap_or_default()
    }

    fn customer(&self) -> Option<CustomerId> {
        match self {
            Self::Done(transfer) => ReadBack::customer(transfer),
            Self::Ended(_) => None,
        }
    }

    async fn replay(call: &Call, recorded: Json) -> Result<Self, WriteError> {
        let recorded: Result<Json, UserError> =
            serde_json::from_value(recorded).map_err(|error| DbErr::Json(error.to_string()))?;
        Ok(match recorded {
            Ok(id) => Self::Done(<Model as Outcome>::replay(call, id).await?),
            Err(error) => Self::Ended(error),
        })
    }
}

impl ReadBack for Model {
    type Id = OrderTransferId;

    fn id(&self) -> OrderTransferId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        self.to_customer_id
    }

    async fn read_back(call: &Call, ids: Vec<OrderTransferId>) -> Result<Vec<Self>, DbErr> {
        visibility::answered_to(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}
