//! The rules about sessions.

use entity::{
    auth_identity, customer,
    id::{AuthIdentityId, CustomerId, PrefixedId, SessionId, StaffUserId},
    session::{ActorType, Column, Entity, Model},
    staff_user,
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Uuid,
    sea_query::{Expr, Query},
};

use crate::work::{Record, Topic, UnitOfWork, WriteError, dialect};

/// What begins every refresh token.
pub const REFRESH_TOKEN_PREFIX: &str = "cgr_";

/// A session to open.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Who logged in.
    pub identity: AuthIdentityId,
    /// As what they act.
    pub actor: ActorType,
    /// As whom: the stored bits of the customer's or staff user's id.
    pub actor_id: Uuid,
    /// The hash of its first refresh token.
    pub refresh_token_hash: String,
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
        refresh_token_hash: new.refresh_token_hash,
        previous_refresh_token_hash: None,
        rotated_at: None,
        created_at: unit.now(),
        last_seen_at: unit.now(),
        expires_at: unit.call().tokens.session_end(unit.now()),
        revoked_at: None,
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(record("auth.login_succeeded", row.id, row.actor_id));
    Ok(row)
}

/// Replaces the refresh token of a session by a new one; `None` when the old one is not valid.
///
/// The replacement is one conditional update, so of many who present the same token at once one gets the new one. A
/// token that was replaced before betrays that two hold it, and nobody can tell the thief from the owner: the session
/// ends for both.
///
/// # Errors
/// Faults.
pub async fn rotate(unit: &mut UnitOfWork, old_hash: &str, new_hash: &str) -> Result<Option<Model>, WriteError> {
    let updated = Entity::update_many()
        .col_expr(Column::RefreshTokenHash, Expr::val(new_hash))
        .col_expr(Column::PreviousRefreshTokenHash, Expr::val(old_hash))
        .col_expr(Column::RotatedAt, Expr::val(unit.now()))
        .col_expr(Column::LastSeenAt, Expr::val(unit.now()))
        .filter(Column::RefreshTokenHash.eq(old_hash))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(unit.now()))
        .exec(unit.db())
        .await?;
    if updated.rows_affected == 0 {
        revoke(unit, Column::PreviousRefreshTokenHash.eq(old_hash)).await?;
        return Ok(None);
    }
    let row = Entity::find()
        .filter(Column::RefreshTokenHash.eq(new_hash))
        .one(unit.db())
        .await?;
    match row {
        Some(row) if actor_may_log_in(unit, &row).await? => Ok(Some(row)),
        Some(row) => {
            revoke(unit, Column::Id.eq(row.id)).await?;
            Ok(None)
        }
        None => Ok(None),
    }
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

async fn revoke(unit: &mut UnitOfWork, which: impl sea_orm::sea_query::IntoCondition) -> Result<usize, WriteError> {
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

async fn actor_may_log_in(unit: &UnitOfWork, session: &Model) -> Result<bool, DbErr> {
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
fn record(topic: &'static str, session: SessionId, actor: Uuid) -> Record {
    Record {
        topic: Topic(topic),
        subject: actor,
        begins: false,
        object: session.to_string(),
        version: 1,
        changes: Vec::new(),
    }
}
