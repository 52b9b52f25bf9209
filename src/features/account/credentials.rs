//! Proving who one is with e-mail address and password.

use std::sync::Arc;

use entity::{
    auth_identity, customer,
    id::{AuthIdentityId, CustomerId, PrefixedId, ProviderIdentityId, SessionId, StaffUserId},
    provider_identity,
    session::ActorType,
    staff_user,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, Select, entity::prelude::Uuid, sea_query::Expr,
};
use secrecy::SecretString;
use tokio::time::Instant;

use super::{
    admission::{self, Admitted, Entrant, EntryTokens},
    token,
};
use crate::{
    auth::{LogInFacts, Passwords, Verdict, rate_limit},
    features::{identity::service::PASSWORD, session::service as sessions},
    text::normalize_email,
    work::{Call, ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// Somebody gave the right password. What it was compared with is kept, so that a password that is changed in between
/// opens nothing.
#[derive(Clone, Debug)]
pub struct Proof {
    entrant: Entrant,
    provider: ProviderIdentityId,
    secret_hash: String,
    better_hash: Option<String>,
}

impl Proof {
    /// The log-in, as hooks are told of it.
    #[must_use]
    pub fn facts(&self, email: &str) -> LogInFacts {
        LogInFacts::of(PASSWORD, self.entrant.actor, Some(self.entrant.actor_id), Some(email))
    }
}

/// What is kept for an e-mail address.
struct LogIn {
    identity: AuthIdentityId,
    provider: ProviderIdentityId,
    secret_hash: Option<String>,
    actor_id: Option<Uuid>,
    is_active: bool,
    /// Whether they have logged in from this network lately.
    is_at_home: bool,
}

/// Compares a password with the one kept for an e-mail address. One look-up and one hash, whatever is kept and
/// whatever comes out; this is the one place where a password opens anything.
///
/// # Errors
/// `INVALID_CREDENTIALS`, the same for every cause; `ACCOUNT_DISABLED` to the one who knows the password; [`WriteError::Overloaded`].
pub async fn check(
    call: &Arc<Call>,
    email: &str,
    password: &SecretString,
    actor: ActorType,
) -> Result<Proof, WriteError> {
    let started = Instant::now();
    // What is no e-mail address is looked up as well, and not found.
    let subject = normalize_email(email).unwrap_or_default();
    rate_limit::check_network(call)?;
    // Found before the try is counted, but of no use to anybody before.
    let known = find(call, &subject, actor).await?;
    if subject.is_empty() {
        // Not one count for everybody who ever mistypes an address.
        rate_limit::count_account_of(call, "log-in", &call.client.network(), false).await?;
    } else {
        let is_at_home = known.as_ref().is_some_and(|known| known.is_at_home);
        rate_limit::count_account_of(call, "log-in", &subject, is_at_home).await?;
    }
    let stored = known.as_ref().and_then(|known| known.secret_hash.clone());
    let better_hash = match call.passwords.verify(password, stored.as_deref()).await? {
        Verdict::Wrong => {
            // Hashes of other systems take other times; a wrong answer always takes the same.
            tokio::time::sleep_until(started + call.policy.wrong_password_time).await;
            return Err(failed(call));
        }
        Verdict::Right => None,
        Verdict::RightButWeak(better) => Some(better),
    };
    let (Some(known), Some(secret_hash)) = (known, stored) else {
        return Err(failed(call));
    };
    let Some(actor_id) = known.actor_id else {
        return Err(failed(call));
    };
    if !known.is_active {
        return Err(admission::disabled().into());
    }
    Ok(Proof {
        entrant: Entrant {
            identity: known.identity,
            actor,
            actor_id,
        },
        provider: known.provider,
        secret_hash,
        better_hash,
    })
}

/// Lets somebody in who gave the right password, or asks for their second factor.
///
/// # Errors
/// `INVALID_CREDENTIALS` when the password was changed or the account shut since it was checked.
pub async fn log_in(unit: &mut UnitOfWork, proof: Proof, tokens: &EntryTokens) -> Result<Admitted, WriteError> {
    let secret_hash = proof.better_hash.as_ref().unwrap_or(&proof.secret_hash);
    let Some(standing) = admission::standing(unit, proof.entrant).await? else {
        return Err(invalid(""));
    };
    if !replace(unit, proof.provider, &proof.secret_hash, secret_hash).await? {
        return Err(invalid(""));
    }
    admission::pass(unit, proof.entrant, standing, tokens).await
}

/// A password that may be put in the place of another.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    provider: ProviderIdentityId,
    secret_hash: String,
    new_hash: String,
}

/// Checks the current password of whoever is logged in and makes ready the new one.
///
/// # Errors
/// `PASSWORD_TOO_WEAK`, `INVALID_CREDENTIALS`, [`WriteError::Overloaded`].
pub async fn prepare_change(
    call: &Arc<Call>,
    identity: AuthIdentityId,
    current: &SecretString,
    new: &SecretString,
) -> Result<PasswordChange, WriteError> {
    let row = password_of(call, identity).await?;
    let subject = row.as_ref().map(|row| row.subject.as_str()).unwrap_or_default();
    count_own(call, identity, subject).await?;
    let passwords: &Passwords = &call.passwords;
    if let Some(error) = passwords.policy().check("newPassword", new, &[subject]) {
        return Err(error.into());
    }
    let stored = row.as_ref().and_then(|row| row.secret_hash.as_deref());
    match (passwords.verify(current, stored).await?, &row, stored) {
        (Verdict::Right | Verdict::RightButWeak(_), Some(row), Some(stored)) => Ok(PasswordChange {
            provider: row.id,
            secret_hash: stored.to_owned(),
            new_hash: passwords.hash(new).await?,
        }),
        _ => Err(invalid("currentPassword")),
    }
}

/// The right password of somebody who is logged in, and what it was compared with.
#[derive(Clone, Debug)]
pub struct OwnPassword {
    provider: ProviderIdentityId,
    secret_hash: String,
}

/// Compares a password with that of whoever is logged in.
///
/// # Errors
/// `INVALID_CREDENTIALS`, also for somebody who has no password; [`WriteError::Overloaded`].
pub async fn check_own(
    call: &Arc<Call>,
    identity: AuthIdentityId,
    password: &SecretString,
) -> Result<OwnPassword, WriteError> {
    let row = password_of(call, identity).await?;
    let subject = row.as_ref().map(|row| row.subject.as_str()).unwrap_or_default();
    count_own(call, identity, subject).await?;
    let stored = row.as_ref().and_then(|row| row.secret_hash.as_deref());
    match (call.passwords.verify(password, stored).await?, &row, stored) {
        (Verdict::Right | Verdict::RightButWeak(_), Some(row), Some(stored)) => Ok(OwnPassword {
            provider: row.id,
            secret_hash: stored.to_owned(),
        }),
        _ => Err(invalid("password")),
    }
}

/// Notes that the password was used.
///
/// # Errors
/// `INVALID_CREDENTIALS` when it was changed since it was compared.
pub async fn confirm_own(unit: &UnitOfWork, own: &OwnPassword) -> Result<(), WriteError> {
    if replace(unit, own.provider, &own.secret_hash, &own.secret_hash).await? {
        Ok(())
    } else {
        Err(invalid("password"))
    }
}

/// Counts a try with the password of whoever is logged in, together with the tries to log in; those who have no password
/// are counted each for themselves.
async fn count_own(call: &Arc<Call>, identity: AuthIdentityId, subject: &str) -> Result<(), WriteError> {
    if subject.is_empty() {
        rate_limit::count_account(call, "log-in", &identity.to_string()).await
    } else {
        rate_limit::count_account(call, "log-in", subject).await
    }
}

async fn password_of(call: &Call, identity: AuthIdentityId) -> Result<Option<provider_identity::Model>, DbErr> {
    provider_identity::Entity::find()
        .filter(provider_identity::Column::AuthIdentityId.eq(identity))
        .filter(provider_identity::Column::Provider.eq(PASSWORD))
        .one(call.db())
        .await
}

/// Puts the new password in place and ends every other session: whoever knew the old one is out.
///
/// # Errors
/// `INVALID_CREDENTIALS` when the password was changed since it was checked.
pub async fn change(
    unit: &mut UnitOfWork,
    (identity, session): (AuthIdentityId, SessionId),
    change: PasswordChange,
) -> Result<(), WriteError> {
    if !replace(unit, change.provider, &change.secret_hash, &change.new_hash).await? {
        return Err(invalid("currentPassword"));
    }
    token::withdraw_everything_of(unit, identity).await?;
    sessions::end_others(unit, identity, session).await?;
    if let (_, Some(actor)) = unit.viewer().actor() {
        unit.record(Record {
            topic: Topic("auth.password_changed"),
            subject: actor,
            begins: false,
            object: identity.to_string(),
            version: 1,
            changes: Vec::new(),
        });
    }
    Ok(())
}

/// Notes that a password was used, and replaces its hash, if it is still the one that was compared with.
async fn replace(unit: &UnitOfWork, provider: ProviderIdentityId, old: &str, new: &str) -> Result<bool, DbErr> {
    let updated = provider_identity::Entity::update_many()
        .col_expr(provider_identity::Column::SecretHash, Expr::val(new))
        .col_expr(provider_identity::Column::LastUsedAt, Expr::val(unit.now()))
        .col_expr(provider_identity::Column::UpdatedAt, Expr::val(unit.now()))
        .filter(provider_identity::Column::Id.eq(provider))
        .filter(provider_identity::Column::SecretHash.eq(old))
        .exec(unit.db())
        .await?;
    Ok(updated.rows_affected == 1)
}

async fn find(call: &Call, subject: &str, actor: ActorType) -> Result<Option<LogIn>, DbErr> {
    match actor {
        ActorType::Customer => {
            type Row = (
                AuthIdentityId,
                ProviderIdentityId,
                Option<String>,
                bool,
                Option<CustomerId>,
                Option<customer::Status>,
            );
            let row: Option<Row> = identities(call, subject)
                .join(
                    JoinType::LeftJoin,
                    auth_identity::Entity::belongs_to(customer::Entity)
                        .from(auth_identity::Column::CustomerId)
                        .to(customer::Column::Id)
                        .into(),
                )
                .column(customer::Column::Id)
                .column(customer::Column::Status)
                .into_tuple()
                .one(call.db())
                .await?;
            Ok(row.map(
                |(identity, provider, secret_hash, is_at_home, customer, status)| LogIn {
                    identity,
                    provider,
                    secret_hash,
                    actor_id: customer.map(PrefixedId::uuid),
                    is_active: status == Some(customer::Status::Active),
                    is_at_home,
                },
            ))
        }
        ActorType::Staff => {
            type Row = (
                AuthIdentityId,
                ProviderIdentityId,
                Option<String>,
                bool,
                Option<StaffUserId>,
                Option<staff_user::Status>,
            );
            let row: Option<Row> = identities(call, subject)
                .join(
                    JoinType::LeftJoin,
                    auth_identity::Entity::belongs_to(staff_user::Entity)
                        .from(auth_identity::Column::StaffUserId)
                        .to(staff_user::Column::Id)
                        .into(),
                )
                .column(staff_user::Column::Id)
                .column(staff_user::Column::Status)
                .into_tuple()
                .one(call.db())
                .await?;
            Ok(
                row.map(|(identity, provider, secret_hash, is_at_home, user, status)| LogIn {
                    identity,
                    provider,
                    secret_hash,
                    actor_id: user.map(PrefixedId::uuid),
                    is_active: status == Some(staff_user::Status::Active),
                    is_at_home,
                }),
            )
        }
    }
}

/// Who logs in with this e-mail address and a password; begun with the columns of identity, secret and network.
fn identities(call: &Call, subject: &str) -> Select<provider_identity::Entity> {
    provider_identity::Entity::find()
        .select_only()
        .column(provider_identity::Column::AuthIdentityId)
        .column(provider_identity::Column::Id)
        .column(provider_identity::Column::SecretHash)
        .expr(rate_limit::is_at_home(call))
        .join(
            JoinType::InnerJoin,
            provider_identity::Entity::belongs_to(auth_identity::Entity)
                .from(provider_identity::Column::AuthIdentityId)
                .to(auth_identity::Column::Id)
                .into(),
        )
        .filter(provider_identity::Column::Provider.eq(PASSWORD))
        .filter(provider_identity::Column::Subject.eq(subject))
}

/// The answer to who does not get in, which is noted.
fn failed(call: &Call) -> WriteError {
    call.failures.note();
    invalid("")
}

/// One answer for everything that can be wrong.
fn invalid(path: &str) -> WriteError {
    UserError::new(
        ErrorCode::InvalidCredentials,
        path,
        "E-mail address and password do not fit together, or there is no such account.",
    )
    .into()
}
