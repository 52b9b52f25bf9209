//! The rules about sessions.

use chrono::TimeDelta;
use entity::{
    auth_identity, customer,
    id::{AuthIdentityId, CustomerId, PrefixedId, SessionId, StaffUserId},
    mfa_factor,
    session::{ActorType, Assurance, Column, Entity, Model},
    staff_user,
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait, Order, Query},
};

pub use super::{
    refresh_token::RefreshToken,
    rotation::{Rotation, rotate},
};

use super::visibility;
use crate::work::{ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError, dialect};

/// For how long a session is kept after its end: a network from which somebody logged in is known for as long.
const KEPT: TimeDelta = TimeDelta::days(30);

/// A session to open.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Who logged in.
    pub identity: AuthIdentityId,
    /// As what they act.
    pub actor: ActorType,
    /// As whom: the stored bits of the customer's or staff user's id.
    pub actor_id: Uuid,
    /// Its first refresh token.
    pub refresh_token: RefreshToken,
    /// How strongly they were proven.
    pub assurance: Assurance,
}

/// Opens a session.
///
/// # Errors
/// Faults.
pub async fn open(unit: &mut UnitOfWork, new: NewSession) -> Result<Model, WriteError> {
    let row = Model {
        id: unit.new_id(),
        auth_identity_id: new.identity,
        actor_type: new.actor,
        actor_id: new.actor_id,
        refresh_token_hash: new.refresh_token.hash(),
        previous_refresh_token_hash: None,
        rotated_at: None,
        created_at: unit.now(),
        last_seen_at: unit.now(),
        expires_at: unit.call().tokens.session_end(unit.now()),
        revoked_at: None,
        family_hash: Some(new.refresh_token.family_hash()),
        device: unit.call().client.device.clone(),
        ip_prefix: unit.call().client.prefix(),
        assurance: new.assurance,
        authenticated_at: Some(unit.now()),
        impersonator_id: None,
        impersonation_reason: None,
        is_read_only: false,
    };
    insert(unit, row, "auth.login_succeeded").await
}

pub(super) async fn insert(unit: &mut UnitOfWork, row: Model, topic: &'static str) -> Result<Model, WriteError> {
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(record(topic, row.id, row.actor_id));
    Ok(row)
}

/// Ends sessions of an identity early: one of them, or all; answers how many were open.
///
/// # Errors
/// Faults.
pub async fn end(
    unit: &mut UnitOfWork,
    identity: AuthIdentityId,
    only: Option<SessionId>,
) -> Result<usize, WriteError> {
    let mut which = Condition::all().add(Column::AuthIdentityId.eq(identity));
    if let Some(session) = only {
        which = which.add(Column::Id.eq(session));
    }
    revoke(unit, which).await
}

/// Ends every session of an identity but this one.
///
/// # Errors
/// Faults.
pub async fn end_others(unit: &mut UnitOfWork, identity: AuthIdentityId, kept: SessionId) -> Result<usize, WriteError> {
    let others = Condition::all()
        .add(Column::AuthIdentityId.eq(identity))
        .add(Column::Id.ne(kept));
    revoke(unit, others).await
}

/// Checks that there is such an open session of the identity's own.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn find_own(unit: &UnitOfWork, identity: AuthIdentityId, id: SessionId) -> Result<(), WriteError> {
    let found = visibility::visible_to(unit.viewer())
        .filter(Column::Id.eq(id))
        .filter(Column::AuthIdentityId.eq(identity))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(unit.now()))
        .count(unit.db())
        .await?;
    if found == 0 {
        return Err(UserError::not_found("id", "session").into());
    }
    Ok(())
}

/// Ends every session of a customer that the viewer may end; answers how many were open.
///
/// # Errors
/// Faults.
pub async fn end_all_of_customer(unit: &mut UnitOfWork, customer: CustomerId) -> Result<usize, WriteError> {
    let may_end = visibility::endable_by(unit.viewer())
        .select_only()
        .column(Column::Id)
        .into_query();
    let which = Condition::all()
        .add(Column::ActorType.eq(ActorType::Customer))
        .add(Column::ActorId.eq(customer.uuid()))
        .add(Column::Id.in_subquery(may_end));
    revoke(unit, which).await
}

/// Ends every session in which somebody acts as one of these customers: they were shut out.
///
/// # Errors
/// Faults.
pub async fn revoke_all_of_customer(unit: &mut UnitOfWork, customers: &[CustomerId]) -> Result<(), WriteError> {
    if !customers.is_empty() {
        let which = of_customers(unit, customers);
        revoke(unit, which).await?;
    }
    Ok(())
}

/// Ends every session of a staff user, who was shut out, and every one in which they act as a customer.
///
/// # Errors
/// Faults.
pub async fn revoke_all_of_staff(unit: &mut UnitOfWork, user: StaffUserId) -> Result<(), WriteError> {
    let own = Condition::all()
        .add(Column::ActorType.eq(ActorType::Staff))
        .add(Column::ActorId.eq(user.uuid()));
    revoke(unit, Condition::any().add(own).add(Column::ImpersonatorId.eq(user))).await?;
    Ok(())
}

/// Removes what is kept about the sessions of these customers, who are being deleted.
///
/// # Errors
/// Faults.
pub async fn forget_customer(unit: &mut UnitOfWork, customers: &[CustomerId]) -> Result<(), WriteError> {
    Entity::delete_many()
        .filter(of_customers(unit, customers))
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Sessions are found through their identities, which an index serves.
fn of_customers(unit: &UnitOfWork, customers: &[CustomerId]) -> Condition {
    let identities = Query::select()
        .column(auth_identity::Column::Id)
        .from(auth_identity::Entity)
        .and_where(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(auth_identity::Column::CustomerId),
            customers.iter().map(|id| id.uuid()),
        ))
        .take();
    Condition::all()
        .add(Column::ActorType.eq(ActorType::Customer))
        .add(Column::AuthIdentityId.in_subquery(identities))
}

/// Asks for a recent log-in before a sensitive write: with the second factor, where there is one.
///
/// # Errors
/// `STEP_UP_REQUIRED`.
pub async fn check_step_up(unit: &UnitOfWork, session: SessionId) -> Result<(), WriteError> {
    let age = TimeDelta::from_std(unit.call().policy.step_up_age).unwrap_or(TimeDelta::MAX);
    let factors = Query::select()
        .expr(Expr::val(1))
        .from(mfa_factor::Entity)
        .and_where(
            Expr::col((mfa_factor::Entity, mfa_factor::Column::AuthIdentityId))
                .equals((Entity, Column::AuthIdentityId)),
        )
        .and_where(mfa_factor::Column::ConfirmedAt.is_not_null())
        .take();
    let recent = Entity::find_by_id(session)
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ImpersonatorId.is_null())
        .filter(Column::AuthenticatedAt.gt(unit.now() - age))
        .filter(
            Condition::any()
                .add(Column::Assurance.eq(Assurance::Two))
                .add(Expr::exists(factors).not()),
        )
        .count(unit.db())
        .await?;
    if recent == 0 {
        return Err(UserError::new(
            ErrorCode::StepUpRequired,
            "",
            "Prove again who you are with sessionStepUp, or log in anew, then repeat this.",
        )
        .into());
    }
    Ok(())
}

/// Notes that somebody has just proven again who they are.
///
/// # Errors
/// Faults.
pub async fn step_up(unit: &mut UnitOfWork, session: SessionId, assurance: Assurance) -> Result<(), WriteError> {
    let renewed = Entity::update_many()
        .col_expr(Column::AuthenticatedAt, Expr::val(unit.now()))
        .col_expr(Column::Assurance, Expr::val(assurance))
        .filter(Column::Id.eq(session))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ImpersonatorId.is_null())
        .exec_with_returning(unit.db())
        .await?;
    for session in renewed {
        unit.record(record("auth.step_up", session.id, session.actor_id));
    }
    Ok(())
}

/// Removes sessions that ended long ago, so that devices and networks are not kept for ever; answers how many.
///
/// # Errors
/// Faults.
pub async fn sweep(unit: &UnitOfWork, most: u64) -> Result<u64, DbErr> {
    let old = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::ExpiresAt.lt(unit.now() - KEPT))
        .order_by(Column::ExpiresAt, Order::Asc)
        .limit(most)
        .take();
    let removed = Entity::delete_many()
        .filter(Column::Id.in_subquery(old))
        .exec(unit.db())
        .await?;
    Ok(removed.rows_affected)
}

pub(super) async fn revoke(
    unit: &mut UnitOfWork,
    which: impl sea_orm::sea_query::IntoCondition,
) -> Result<usize, WriteError> {
    let open: Vec<(SessionId, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::ActorId])
        .filter(which)
        .filter(Column::RevokedAt.is_null())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(unit.db())
        .await?;
    if open.is_empty() {
        return Ok(0);
    }
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::val(unit.now()))
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(Column::Id),
            open.iter().map(|(id, _)| id.uuid()),
        ))
        .exec(unit.db())
        .await?;
    for (id, actor) in &open {
        unit.record(record("auth.session_revoked", *id, *actor));
    }
    Ok(open.len())
}

pub(super) async fn actor_may_log_in(unit: &UnitOfWork, session: &Model) -> Result<bool, DbErr> {
    let found = match session.actor_type {
        ActorType::Customer => {
            customer::Entity::find_by_id(CustomerId(session.actor_id))
                .filter(customer::Column::HasAccount.eq(true))
                .filter(customer::Column::Status.eq(customer::Status::Active))
                .count(unit.db())
                .await?
        }
        ActorType::Staff => {
            staff_user::Entity::find_by_id(StaffUserId(session.actor_id))
                .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
                .count(unit.db())
                .await?
        }
    };
    Ok(found > 0)
}

/// Sessions belong to the timeline of the customer or staff user; nothing of their tokens is said there.
pub(super) fn record(topic: &'static str, session: SessionId, actor: Uuid) -> Record {
    Record {
        topic: Topic(topic),
        subject: actor,
        begins: false,
        object: session.to_string(),
        version: 1,
        changes: Vec::new(),
    }
}
