//! Letting somebody in who has shown by one means who they are: the same checks after a password, a link, a code or
//! what another provider says.

use entity::{
    customer,
    id::{AuthIdentityId, CustomerId, StaffUserId},
    session::{self, ActorType, Assurance},
    staff_user,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, entity::prelude::Uuid};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::token::{self, NewToken, Purpose};
use crate::{
    auth::ACCOUNT_TOKEN_PREFIX,
    features::{
        mfa::service as mfa,
        session::service::{self as sessions, NewSession, RefreshToken},
    },
    work::{ErrorCode, Ids, UnitOfWork, UserError, WriteError},
};

/// The secrets that somebody may get who is let in; made before anything is written.
#[derive(Clone, Debug)]
pub struct EntryTokens {
    /// The first refresh token of the session.
    pub refresh_token: RefreshToken,
    /// What stands for the first factor while the second is asked for.
    pub challenge: SecretString,
}

impl EntryTokens {
    /// New ones.
    #[must_use]
    pub fn new(ids: &Ids) -> Self {
        Self {
            refresh_token: RefreshToken::first(ids),
            challenge: format!("{ACCOUNT_TOKEN_PREFIX}{}", ids.token()).into(),
        }
    }
}

/// As whom somebody logs in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Entrant {
    /// Who logs in.
    pub identity: AuthIdentityId,
    /// As what they act.
    pub actor: ActorType,
    /// As whom: the stored bits of the customer's or staff user's id.
    pub actor_id: Uuid,
}

/// What came of a log-in.
#[derive(Clone, Debug)]
pub enum Admitted {
    /// They are in.
    Session(Box<session::Model>),
    /// They must show their second factor, with the challenge of the [`EntryTokens`].
    Challenged,
}

impl Admitted {
    /// The session, if they are in.
    #[must_use]
    pub fn session(&self) -> Option<&session::Model> {
        match self {
            Self::Session(session) => Some(session),
            Self::Challenged => None,
        }
    }
}

/// Lets somebody in who has shown by one means who they are, or asks for their second factor.
///
/// # Errors
/// `ACCOUNT_DISABLED`.
pub async fn admit(unit: &mut UnitOfWork, entrant: Entrant, tokens: &EntryTokens) -> Result<Admitted, WriteError> {
    match standing(unit, entrant).await? {
        Some(standing) => pass(unit, entrant, standing, tokens).await,
        None => Err(disabled().into()),
    }
}

/// The same for an account of which it is known that it may log in.
///
/// # Errors
/// Faults.
pub async fn pass(
    unit: &mut UnitOfWork,
    entrant: Entrant,
    standing: Standing,
    tokens: &EntryTokens,
) -> Result<Admitted, WriteError> {
    if standing.has_factor {
        let new = NewToken {
            purpose: Purpose::MFA_CHALLENGE,
            email: String::new(),
            identity: Some(entrant.identity),
            customer: match entrant.actor {
                ActorType::Customer => Some(CustomerId(entrant.actor_id)),
                ActorType::Staff => None,
            },
            data: serde_json::to_value(entrant).map_err(|error| DbErr::Json(error.to_string()))?,
            lifetime: unit.call().policy.challenge_lifetime,
        };
        token::issue_now(unit, new, tokens.challenge.expose_secret()).await?;
        return Ok(Admitted::Challenged);
    }
    let session = open(unit, entrant, tokens, Assurance::One).await?;
    Ok(Admitted::Session(Box::new(session)))
}

/// Opens the session of somebody who has shown everything that is asked for.
///
/// # Errors
/// Faults.
pub async fn open(
    unit: &mut UnitOfWork,
    entrant: Entrant,
    tokens: &EntryTokens,
    assurance: Assurance,
) -> Result<session::Model, WriteError> {
    // Whoever is in has no need of the links and codes that were sent, and nobody else shall have them.
    token::withdraw_ways_in(unit, entrant.identity).await?;
    let new = NewSession {
        identity: entrant.identity,
        actor: entrant.actor,
        actor_id: entrant.actor_id,
        refresh_token: tokens.refresh_token.clone(),
        assurance,
    };
    sessions::open(unit, new).await
}

/// What an account that may log in asks for.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    has_factor: bool,
}

/// Whether the account may log in, and what it asks for then. It is locked, so that shutting it and logging in come one
/// after the other.
///
/// # Errors
/// Faults.
pub async fn standing(unit: &UnitOfWork, entrant: Entrant) -> Result<Option<Standing>, DbErr> {
    let has_factor = mfa::is_asked_of(entrant.identity);
    let found: Option<bool> = match entrant.actor {
        ActorType::Customer => {
            customer::Entity::find_by_id(CustomerId(entrant.actor_id))
                .select_only()
                .expr(has_factor)
                .filter(customer::Column::HasAccount.eq(true))
                .filter(customer::Column::Status.eq(customer::Status::Active))
                .lock_exclusive()
                .into_tuple()
                .one(unit.db())
                .await?
        }
        ActorType::Staff => {
            staff_user::Entity::find_by_id(StaffUserId(entrant.actor_id))
                .select_only()
                .expr(has_factor)
                .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
                .lock_exclusive()
                .into_tuple()
                .one(unit.db())
                .await?
        }
    };
    Ok(found.map(|has_factor| Standing { has_factor }))
}

/// Whether the account may log in; locked as above.
///
/// # Errors
/// Faults.
pub async fn may_log_in(unit: &UnitOfWork, entrant: Entrant) -> Result<bool, DbErr> {
    Ok(standing(unit, entrant).await?.is_some())
}

/// Said only to those who have shown that the account is theirs.
#[must_use]
pub fn disabled() -> UserError {
    UserError::new(
        ErrorCode::AccountDisabled,
        "",
        "This account may not log in. Ask customer service.",
    )
}
