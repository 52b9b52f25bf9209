//! Replacing the refresh token of a session, and telling a lost answer from a stolen token.

use chrono::TimeDelta;
use entity::session::{Column, Entity, Model};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, sea_query::Expr};

use super::{
    refresh_token::RefreshToken,
    service::{actor_may_log_in, record, revoke},
};
use crate::{
    features::account::addressee,
    work::{UnitOfWork, WriteError},
};

/// How long after a refresh token was replaced nobody gets another for it: whoever asks at the same moment (another
/// tab, fifty at once) shall use what the first one got.
const SAME_MOMENT: TimeDelta = TimeDelta::seconds(2);

/// How long after a refresh token was replaced it may be used once more, in case the answer got lost.
const GRACE: TimeDelta = TimeDelta::seconds(10);

/// What came of presenting a refresh token.
#[derive(Clone, Debug)]
pub enum Rotation {
    /// The session goes on with the new token.
    Renewed(Box<Model>),
    /// Somebody else presented the same token at the same moment, and got the new one.
    SameMoment,
    /// The token is not valid (any more).
    Invalid,
}

/// Replaces the refresh token of a session by a new one.
///
/// The replacement is one conditional update, so of many who present the same token at once one gets the new one. A
/// token that was replaced before may come once more when the answer got lost: within ten seconds, and only as long as
/// its successor was not used. Otherwise it betrays that two hold it, and nobody can tell the thief from the owner: the
/// session ends for both, and the owner is told.
///
/// # Errors
/// Faults.
pub async fn rotate(unit: &mut UnitOfWork, old: &RefreshToken, new: &RefreshToken) -> Result<Rotation, WriteError> {
    let updated = Entity::update_many()
        .col_expr(Column::RefreshTokenHash, Expr::val(new.hash()))
        .col_expr(Column::PreviousRefreshTokenHash, Expr::val(old.hash()))
        .col_expr(Column::RotatedAt, Expr::val(unit.now()))
        .col_expr(Column::LastSeenAt, Expr::val(unit.now()))
        .filter(Column::RefreshTokenHash.eq(old.hash()))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(unit.now()))
        .exec_with_returning(unit.db())
        .await?;
    let row = match updated.into_iter().next() {
        Some(row) => row,
        None => match repeated(unit, old, new).await? {
            Rotation::Renewed(row) => *row,
            other => return Ok(other),
        },
    };
    if actor_may_log_in(unit, &row).await? {
        return Ok(Rotation::Renewed(Box::new(row)));
    }
    revoke(unit, Column::Id.eq(row.id)).await?;
    Ok(Rotation::Invalid)
}

/// A token that is not the valid one.
async fn repeated(unit: &mut UnitOfWork, old: &RefreshToken, new: &RefreshToken) -> Result<Rotation, WriteError> {
    let session = Entity::find()
        .filter(Column::FamilyHash.eq(old.family_hash()))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(unit.now()))
        .lock_exclusive()
        .one(unit.db())
        .await?;
    let Some(session) = session else {
        return Ok(Rotation::Invalid);
    };
    if session.previous_refresh_token_hash == Some(old.hash())
        && let Some(rotated_at) = session.rotated_at
    {
        let age = unit.now() - rotated_at;
        if age < SAME_MOMENT {
            return Ok(Rotation::SameMoment);
        }
        if age <= GRACE {
            // The token before stays the one that was presented, so this does not make the ten seconds longer.
            let renewed = Model {
                refresh_token_hash: new.hash(),
                last_seen_at: unit.now(),
                ..session
            };
            Entity::update(renewed.clone().into_active_model().reset_all())
                .exec_without_returning(unit.db())
                .await?;
            return Ok(Rotation::Renewed(Box::new(renewed)));
        }
    }
    revoke(unit, Column::Id.eq(session.id)).await?;
    unit.record(record("auth.refresh_token_reused", session.id, session.actor_id));
    addressee::tell(unit, session.auth_identity_id, "session_revoked").await?;
    Ok(Rotation::Invalid)
}
