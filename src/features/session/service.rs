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
    ActiveModelTrait, ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait, Query},
};
use secrecy::{ExposeSecret, SecretString};

use super::visibility;
use crate::{
    auth::secret_hash,
    features::mail::service::{self as mails, NewMail},
    work::{ErrorCode, Ids, Record, Topic, UnitOfWork, UserError, WriteError, dialect},
};

/// What begins every refresh token.
pub const REFRESH_TOKEN_PREFIX: &str = "cgr_";

/// How long after a refresh token was replaced nobody gets another for it: whoever asks at the same moment (another
/// tab, fifty at once) shall use what the first one got.
const SAME_MOMENT: TimeDelta = TimeDelta::seconds(2);

/// How long after a refresh token was replaced it may be used once more, in case the answer got lost.
const GRACE: TimeDelta = TimeDelta::seconds(10);

/// A refresh token: a part that all tokens of the session share, and a part of its own. By the first, a token that was
/// used before is recognized, however long ago, without keeping it.
#[derive(Clone, Debug)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// The first token of a session.
    #[must_use]
    pub fn first(ids: &Ids) -> Self {
        Self(format!("{REFRESH_TOKEN_PREFIX}{}.{}", ids.token(), ids.token()).into())
    }

    /// The token that comes after this one.
    #[must_use]
    pub fn next(&self, ids: &Ids) -> Self {
        Self(format!("{REFRESH_TOKEN_PREFIX}{}.{}", self.family(), ids.token()).into())
    }

    /// A token that somebody presents.
    #[must_use]
    pub fn presented(token: SecretString) -> Self {
        Self(token)
    }

    /// The token itself.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }

    fn family(&self) -> &str {
        let token = self.0.expose_secret();
        let token = token.strip_prefix(REFRESH_TOKEN_PREFIX).unwrap_or(token);
        token.split_once('.').map_or(token, |(family, _)| family)
    }

    fn hash(&self) -> String {
        secret_hash(self.0.expose_secret())
    }

    fn family_hash(&self) -> String {
        secret_hash(self.family())
    }
}

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
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(record("auth.login_succeeded", row.id, row.actor_id));
    Ok(row)
}

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
    warn_owner(unit, &session).await?;
    Ok(Rotation::Invalid)
}

/// Tells the owner of a session that it was ended because two had its token.
async fn warn_owner(unit: &UnitOfWork, session: &Model) -> Result<(), DbErr> {
    let (recipient, locale, name, customer) = match session.actor_type {
        ActorType::Customer => {
            let row = customer::Entity::find_by_id(CustomerId(session.actor_id))
                .one(unit.db())
                .await?;
            match row {
                Some(row) => (row.email, row.locale, row.first_name, Some(row.id)),
                None => return Ok(()),
            }
        }
        ActorType::Staff => {
            let row = staff_user::Entity::find_by_id(StaffUserId(session.actor_id))
                .one(unit.db())
                .await?;
            match row {
                Some(row) => (Some(row.email), None, row.name, None),
                None => return Ok(()),
            }
        }
    };
    if let Some(recipient) = recipient {
        let mail = NewMail {
            template: "session_revoked",
            recipient,
            locale,
            token: None,
            customer,
            data: serde_json::json!({ "name": name }),
            is_withheld: false,
        };
        mails::queue(unit, mail).await?;
    }
    Ok(())
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
