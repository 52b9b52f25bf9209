//! The rules about second factors.

use entity::{
    auth_identity,
    id::{AuthIdentityId, CustomerId, MfaFactorId, PrefixedId, SessionId, StaffUserId},
    mfa_factor::{Column, Entity, Kind, Model},
    session::Assurance,
    staff_user,
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, Query, SimpleExpr},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    recovery,
    totp::{self, Setup},
};
use crate::{
    features::{
        account::{addressee, service as accounts, token},
        customer::service as customers,
        role::authority::{self, Authority},
        session::service as sessions,
        staff::visibility as staff,
    },
    work::{ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// What somebody shows as their second factor.
#[derive(Clone, Debug)]
pub enum Shown {
    /// The code of an app.
    Code(SecretString),
    /// A recovery code.
    RecoveryCode(SecretString),
}

/// Whether a second factor is asked for.
///
/// # Errors
/// Faults.
pub async fn has_factor(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<bool, DbErr> {
    Ok(confirmed(unit, identity).await?.is_some())
}

/// The same as a condition, for a statement that looks at something else, too.
#[must_use]
pub fn is_asked_of(identity: AuthIdentityId) -> SimpleExpr {
    let confirmed = Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Column::AuthIdentityId.eq(identity))
        .and_where(Column::Kind.eq(Kind::Totp))
        .and_where(Column::ConfirmedAt.is_not_null())
        .take();
    Expr::exists(confirmed)
}

async fn confirmed(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::AuthIdentityId.eq(identity))
        .filter(Column::Kind.eq(Kind::Totp))
        .filter(Column::ConfirmedAt.is_not_null())
        .one(unit.db())
        .await
}

/// Whether what is shown is right; it is used up then, so of many who show it at once one is right. Whoever calls this
/// has counted the try before.
///
/// # Errors
/// Faults.
pub async fn accept(unit: &UnitOfWork, identity: AuthIdentityId, shown: &Shown) -> Result<bool, WriteError> {
    match shown {
        Shown::Code(code) => match confirmed(unit, identity).await? {
            Some(factor) => use_code(unit, &factor, code, None).await,
            None => Ok(false),
        },
        Shown::RecoveryCode(code) => Ok(recovery::use_up(unit, identity, code.expose_secret()).await?),
    }
}

/// Uses the code of an app, if it is right and neither it nor a later one was used before.
async fn use_code(
    unit: &UnitOfWork,
    factor: &Model,
    code: &SecretString,
    confirmed_at: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<bool, WriteError> {
    let secret = unit
        .call()
        .sealer
        .open(&factor.id.to_string(), &factor.secret)
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    let Some(step) = totp::step_of(&secret, code.expose_secret(), unit.now()) else {
        return Ok(false);
    };
    let used = Entity::update_many()
        .col_expr(Column::LastUsedStep, Expr::val(step))
        .col_expr(Column::LastUsedAt, Expr::val(unit.now()))
        .col_expr(Column::ConfirmedAt, Expr::val(confirmed_at.or(factor.confirmed_at)))
        .filter(Column::Id.eq(factor.id))
        .filter(
            Condition::any()
                .add(Column::LastUsedStep.is_null())
                .add(Column::LastUsedStep.lt(step)),
        )
        .exec(unit.db())
        .await?;
    Ok(used.rows_affected == 1)
}

/// Begins to set up an app; answers how. It is not asked for until a code of it was shown. Beginning again forgets what
/// was begun before.
///
/// # Errors
/// `STEP_UP_REQUIRED`; `NOT_VERIFIED`; `INVALID_STATE` when there is an app already.
pub(super) async fn begin(
    unit: &mut UnitOfWork,
    (identity, session): (AuthIdentityId, SessionId),
    name: &str,
    secret: &[u8],
) -> Result<(Model, Setup), WriteError> {
    sessions::check_step_up(unit, session).await?;
    accounts::check_proven(unit, identity).await?;
    if has_factor(unit, identity).await? {
        return Err(UserError::new(
            ErrorCode::InvalidState,
            "",
            "There is an app already. Remove it with mfaDisable before you set up another.",
        )
        .into());
    }
    Entity::delete_many()
        .filter(Column::AuthIdentityId.eq(identity))
        .filter(Column::ConfirmedAt.is_null())
        .exec(unit.db())
        .await?;
    let account = addressee::of_identity(unit, identity)
        .await?
        .map_or_else(|| identity.to_string(), |known| known.recipient);
    let failed = |error: &dyn std::error::Error| DbErr::Custom(error.to_string());
    let setup = totp::setup(secret, &unit.call().policy.mfa_issuer, &account).map_err(|error| failed(&error))?;
    let id: MfaFactorId = unit.new_id();
    let row = Model {
        id,
        auth_identity_id: identity,
        kind: Kind::Totp,
        name: name.to_owned(),
        secret: unit
            .call()
            .sealer
            .seal(&id.to_string(), secret)
            .map_err(|error| failed(&error))?,
        last_used_step: None,
        last_used_at: None,
        confirmed_at: None,
        created_at: unit.now(),
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    Ok((row, setup))
}

/// Confirms the app that was begun with a code of it. From now on it is asked for; every other session ends, and the
/// owner is told.
///
/// # Errors
/// `INVALID_STATE` when none was begun or there is one by now, `MFA_INVALID`.
pub async fn confirm(
    unit: &mut UnitOfWork,
    (identity, session): (AuthIdentityId, SessionId),
    code: &SecretString,
    recovery_codes: &[String],
) -> Result<Model, WriteError> {
    sessions::check_step_up(unit, session).await?;
    let begun = Entity::find()
        .filter(Column::AuthIdentityId.eq(identity))
        .filter(Column::ConfirmedAt.is_null())
        .lock_exclusive()
        .one(unit.db())
        .await?;
    let Some(factor) = begun else {
        return Err(UserError::new(
            ErrorCode::InvalidState,
            "",
            "Nothing waits to be confirmed. Begin with mfaEnrollStart.",
        )
        .into());
    };
    let now = unit.now();
    if has_factor(unit, identity).await? || !use_code(unit, &factor, code, Some(now)).await? {
        return Err(wrong("code").into());
    }
    recovery::replace(unit, identity, recovery_codes).await?;
    sessions::end_others(unit, identity, session).await?;
    sessions::step_up(unit, session, Assurance::Two).await?;
    addressee::tell(unit, identity, "mfa_added").await?;
    record(unit, "auth.mfa_added", factor.id.to_string());
    Ok(Model {
        confirmed_at: Some(now),
        last_used_at: Some(now),
        ..factor
    })
}

/// Removes a factor of whoever is logged in, and the recovery codes with it; the owner is told.
///
/// # Errors
/// `NOT_FOUND`, `STEP_UP_REQUIRED`.
pub async fn disable(
    unit: &mut UnitOfWork,
    (identity, session): (AuthIdentityId, SessionId),
    id: MfaFactorId,
) -> Result<(), WriteError> {
    find_own(unit, identity, id, "id").await?;
    sessions::check_step_up(unit, session).await?;
    remove_all(unit, identity).await?;
    addressee::tell(unit, identity, "mfa_removed").await?;
    record(unit, "auth.mfa_removed", id.to_string());
    Ok(())
}

/// Puts new recovery codes in the place of the old ones.
///
/// # Errors
/// `NOT_FOUND`, `STEP_UP_REQUIRED`.
pub async fn renew_recovery_codes(
    unit: &mut UnitOfWork,
    (identity, session): (AuthIdentityId, SessionId),
    factor: MfaFactorId,
    recovery_codes: &[String],
) -> Result<(), WriteError> {
    find_own(unit, identity, factor, "factorId").await?;
    sessions::check_step_up(unit, session).await?;
    recovery::replace(unit, identity, recovery_codes).await?;
    record(unit, "auth.recovery_codes_renewed", factor.to_string());
    Ok(())
}

async fn find_own(
    unit: &UnitOfWork,
    identity: AuthIdentityId,
    id: MfaFactorId,
    path: &str,
) -> Result<Model, WriteError> {
    Entity::find_by_id(id)
        .filter(Column::AuthIdentityId.eq(identity))
        .filter(Column::ConfirmedAt.is_not_null())
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found(path, "second factor").into())
}

/// Removes every factor and recovery code of an identity; answers whether there was a confirmed factor.
///
/// # Errors
/// Faults.
pub(super) async fn remove_all(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<bool, DbErr> {
    let had = Entity::find()
        .filter(Column::AuthIdentityId.eq(identity))
        .filter(Column::ConfirmedAt.is_not_null())
        .count(unit.db())
        .await?;
    Entity::delete_many()
        .filter(Column::AuthIdentityId.eq(identity))
        .exec(unit.db())
        .await?;
    recovery::replace(unit, identity, &[]).await?;
    Ok(had > 0)
}

/// Takes everything away from a customer who has lost it; all their sessions end, and they are told.
///
/// # Errors
/// `NOT_FOUND`; `INVALID_STATE` when there is nothing to take away.
pub async fn reset(unit: &mut UnitOfWork, id: CustomerId) -> Result<(), WriteError> {
    let row = customers::find_for_account(unit, id, "id").await?;
    let identity = auth_identity::Entity::find()
        .filter(auth_identity::Column::CustomerId.eq(row.id))
        .one(unit.db())
        .await?;
    if identity
        .as_ref()
        .is_some_and(|identity| identity.staff_user_id.is_some())
    {
        return Err(UserError::new(
            ErrorCode::ForbiddenField,
            "id",
            "This customer is a staff user as well, whose second factor only staffMfaReset takes away.",
        )
        .into());
    }
    let identity = identity.map(|identity| identity.id);
    let had = match identity {
        Some(identity) => {
            token::withdraw_everything_of(unit, identity).await?;
            remove_all(unit, identity).await?
        }
        None => false,
    };
    let Some(identity) = identity.filter(|_| had) else {
        return Err(UserError::new(ErrorCode::InvalidState, "id", "This customer has no second factor.").into());
    };
    sessions::end(unit, identity, None).await?;
    addressee::tell(unit, identity, "mfa_removed").await?;
    unit.record(Record {
        topic: Topic("auth.mfa_reset"),
        subject: row.id.uuid(),
        begins: false,
        object: identity.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(())
}

/// Takes everything away from a staff user who has lost it; all their sessions end, and they are told. Whoever does this
/// may do at least as much as they, or a colleague of lesser rank could come to their permissions by way of their mail.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN_FIELD` for oneself, `OUT_OF_SCOPE_PERMISSION`; `INVALID_STATE` when there is nothing to take
/// away.
pub async fn reset_of_staff(unit: &mut UnitOfWork, id: StaffUserId) -> Result<(), WriteError> {
    let authority = Authority::of_writer(unit).await?;
    let row = staff::writable_by(unit.viewer())
        .filter(staff_user::Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "staff user"))?;
    authority.check_not_oneself("id", row.id)?;
    authority.check_rank("id", &authority::standing(unit, &row).await?)?;
    let identity = auth_identity::Entity::find()
        .filter(auth_identity::Column::StaffUserId.eq(row.id))
        .one(unit.db())
        .await?
        .map(|identity| identity.id);
    let had = match identity {
        Some(identity) => remove_all(unit, identity).await?,
        None => false,
    };
    let Some(identity) = identity.filter(|_| had) else {
        return Err(UserError::new(ErrorCode::InvalidState, "id", "This staff user has no second factor.").into());
    };
    sessions::end(unit, identity, None).await?;
    sessions::revoke_all_of_staff(unit, row.id).await?;
    addressee::tell(unit, identity, "mfa_removed").await?;
    unit.record(Record {
        topic: Topic("auth.mfa_reset"),
        subject: row.id.uuid(),
        begins: false,
        object: identity.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(())
}

/// What is said of a code that does not fit, whatever the cause.
#[must_use]
pub fn wrong(path: &str) -> UserError {
    UserError::new(
        ErrorCode::MfaInvalid,
        path,
        "This code does not fit, or was used before. Wait for the next one and try again.",
    )
}

/// Factors belong to the timeline of whoever is logged in; nothing of their secrets is said there.
fn record(unit: &mut UnitOfWork, topic: &'static str, object: String) {
    if let (_, Some(subject)) = unit.viewer().actor() {
        unit.record(Record {
            topic: Topic(topic),
            subject,
            begins: false,
            object,
            version: 1,
            changes: Vec::new(),
        });
    }
}
