//! As whom an identity can act, and going over from one to the other.

use entity::{
    auth_identity, customer,
    id::{AuthIdentityId, PrefixedId, SessionId},
    session::{ActorType, Column, Entity, Model},
    staff_user,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, entity::prelude::Uuid,
};

use super::{
    refresh_token::RefreshToken,
    service::{self, check_step_up},
};
use crate::{
    features::account::admission::{self, Entrant},
    work::{ErrorCode, UnitOfWork, UserError, WriteError},
};

/// Somebody as whom an identity can act: the kind, and the stored bits of the id.
pub type Actor = (ActorType, Uuid);

/// As whom an identity can act now: those who may not log in are left out.
///
/// # Errors
/// Faults.
pub async fn of_identity(db: &impl ConnectionTrait, identity: AuthIdentityId) -> Result<Vec<Actor>, DbErr> {
    let Some(row) = auth_identity::Entity::find_by_id(identity).one(db).await? else {
        return Ok(Vec::new());
    };
    let mut actors = Vec::new();
    if let Some(customer) = row.customer_id {
        let active = customer::Entity::find_by_id(customer)
            .filter(customer::Column::HasAccount.eq(true))
            .filter(customer::Column::Status.eq(customer::Status::Active))
            .count(db)
            .await?;
        actors.extend((active > 0).then(|| (ActorType::Customer, customer.uuid())));
    }
    if let Some(user) = row.staff_user_id {
        let active = staff_user::Entity::find_by_id(user)
            .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
            .count(db)
            .await?;
        actors.extend((active > 0).then(|| (ActorType::Staff, user.uuid())));
    }
    Ok(actors)
}

/// Opens a session in which the same identity acts as somebody else. It is no log-in: the session is as strong, as
/// fresh and as long as the one from which it comes. To act as a staff user, one must have logged in lately, with the
/// second factor where there is one.
///
/// # Errors
/// `INVALID_STATE` for who acts so already, `ACTOR_NOT_LINKED`, `STEP_UP_REQUIRED`, `ACCOUNT_DISABLED`.
pub async fn switch(
    unit: &mut UnitOfWork,
    (identity, session): (AuthIdentityId, SessionId),
    actor: ActorType,
    refresh_token: &RefreshToken,
) -> Result<Model, WriteError> {
    let from = Entity::find_by_id(session)
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ImpersonatorId.is_null())
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::new(ErrorCode::StepUpRequired, "", "This session has ended. Log in anew."))?;
    if from.actor_type == actor {
        return Err(UserError::new(ErrorCode::InvalidState, "actor", "You act as that already.").into());
    }
    let row = auth_identity::Entity::find_by_id(identity)
        .lock_exclusive()
        .one(unit.db())
        .await?;
    let actor_id = row.and_then(|row| match actor {
        ActorType::Customer => row.customer_id.map(PrefixedId::uuid),
        ActorType::Staff => row.staff_user_id.map(PrefixedId::uuid),
    });
    let Some(actor_id) = actor_id else {
        return Err(UserError::new(
            ErrorCode::ActorNotLinked,
            "actor",
            "This log-in does not act as that. viewer.actors says as whom it does.",
        )
        .into());
    };
    if actor == ActorType::Staff {
        check_step_up(unit, session).await?;
    }
    let entrant = Entrant {
        identity,
        actor,
        actor_id,
    };
    if !admission::may_log_in(unit, entrant).await? {
        return Err(admission::disabled().into());
    }
    let opened = Model {
        id: unit.new_id(),
        actor_type: actor,
        actor_id,
        refresh_token_hash: refresh_token.hash(),
        previous_refresh_token_hash: None,
        rotated_at: None,
        family_hash: Some(refresh_token.family_hash()),
        created_at: unit.now(),
        last_seen_at: unit.now(),
        device: unit.call().client.device.clone(),
        ip_prefix: unit.call().client.prefix(),
        ..from
    };
    service::insert(unit, opened, "auth.actor_switched").await
}
