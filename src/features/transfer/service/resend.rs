//! What whoever asked can still do: ask once more, or take it back.

use chrono::TimeDelta;
use entity::{
    id::OrderTransferId,
    order_transfer::{Column, Entity, Model, State},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{super::visibility, Answer, Matter, canceled, check_open, end, lock, notice, record, request::cooling};
use crate::{
    features::account::token,
    work::{Topic, UnitOfWork, UserError, WriteError},
};

/// Sends the owner the mail once more; the link before is good no longer. The wish does not last longer by that.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `INVALID_TRANSITION`, `COOLDOWN`, `ORDER_CANCELED`, `INVALID_STATE` for an owner who cannot
/// be asked.
pub async fn resend(
    unit: &mut UnitOfWork,
    id: OrderTransferId,
    expected_version: Option<i32>,
) -> Result<Answer, WriteError> {
    let matter = find(unit, id, expected_version).await?;
    if let Some((state, error)) = matter.outdated(unit) {
        end(unit, &matter.transfer, state).await?;
        return Ok(Answer::Ended(error));
    }
    if matter.link.is_canceled {
        end(unit, &matter.transfer, State::Cancelled).await?;
        return Ok(Answer::Ended(canceled("")));
    }
    let before = &matter.transfer;
    let cooldown = TimeDelta::from_std(unit.call().policy.mail_cooldown).unwrap_or(TimeDelta::MAX);
    if before.asked_at > unit.now() - cooldown {
        return Err(cooling().into());
    }
    let addressee = notice::owner(&matter.link, matter.from())?;
    if let Some(token) = before.account_token_id {
        token::use_up(unit, token).await?;
    }
    let (token, mail) = notice::ask(unit, before, &matter.link, addressee).await?;
    let after = Model {
        account_token_id: Some(token),
        mail_id: Some(mail),
        asked_at: unit.now(),
        version: before.version + 1,
        updated_at: unit.now(),
        ..before.clone()
    };
    Entity::update(after.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    record(unit, Topic("order.transfer_resent"), Some(before), &after);
    Ok(Answer::Done(after))
}

/// Takes a wish back.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `INVALID_TRANSITION`.
pub async fn cancel(
    unit: &mut UnitOfWork,
    id: OrderTransferId,
    expected_version: Option<i32>,
) -> Result<Answer, WriteError> {
    let matter = find(unit, id, expected_version).await?;
    if let Some((State::Expired, error)) = matter.outdated(unit) {
        end(unit, &matter.transfer, State::Expired).await?;
        return Ok(Answer::Ended(error));
    }
    let ended = end(unit, &matter.transfer, State::Cancelled).await?;
    Ok(Answer::Done(ended))
}

async fn find(unit: &UnitOfWork, id: OrderTransferId, expected_version: Option<i32>) -> Result<Matter, WriteError> {
    let seen = visibility::manageable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "transfer"))?;
    let matter = lock(unit, &seen).await?;
    check_open(&matter.transfer, expected_version)?;
    Ok(matter)
}
