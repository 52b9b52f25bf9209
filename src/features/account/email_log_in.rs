//! The rules about logging in by what a mail brings: a link or a code.
//!
//! Both prove the e-mail address. They open no account; where there is none, the mail is written and withheld.

use entity::{account_token, session::ActorType};

use super::{
    addressee::{self, Notice},
    admission::{self, Admitted, Entrant, EntryTokens},
    proof,
    token::{self, Purpose},
};
use crate::{
    auth::one_time_code::code_hash,
    features::{identity::service as identities, session::service as sessions},
    work::{UnitOfWork, WriteError},
};

/// A mail with a link.
#[must_use]
pub fn link(unit: &UnitOfWork, actor: ActorType) -> Notice {
    Notice {
        purpose: Purpose::MAGIC_LINK,
        template: "magic_link",
        lifetime: unit.call().policy.magic_link_lifetime,
        actor,
    }
}

/// A mail with a code.
#[must_use]
pub fn code(unit: &UnitOfWork, actor: ActorType) -> Notice {
    Notice {
        purpose: Purpose::ONE_TIME_CODE,
        template: "one_time_code",
        lifetime: unit.call().policy.code_lifetime,
        actor,
    }
}

/// Lets somebody in who has followed a link.
///
/// # Errors
/// `TOKEN_INVALID`, `TOKEN_EXPIRED`, `ACCOUNT_DISABLED`.
pub async fn follow(unit: &mut UnitOfWork, secret: &str, tokens: &EntryTokens) -> Result<Admitted, WriteError> {
    let token = token::redeem(unit, Purpose::MAGIC_LINK, secret).await?;
    enter(unit, &token, tokens).await
}

/// Compares a code with that of the newest mail; answers its token when it is right. The try is counted first; `None`
/// for a wrong code, which must be written like every other outcome.
///
/// # Errors
/// Faults.
pub async fn compare(unit: &UnitOfWork, email: &str, typed: &str) -> Result<Option<account_token::Model>, WriteError> {
    let token = token::count_try_with_newest(unit, Purpose::ONE_TIME_CODE, email).await?;
    let keys = unit.call().tokens.keys();
    Ok(token.filter(|token| token.secret_hash == code_hash(keys, token.id, typed)))
}

/// Lets somebody in who has typed the right code; `None` when somebody else was faster with it.
///
/// # Errors
/// `TOKEN_INVALID` when the account has changed since, `ACCOUNT_DISABLED`.
pub async fn type_in(
    unit: &mut UnitOfWork,
    token: &account_token::Model,
    tokens: &EntryTokens,
) -> Result<Option<Admitted>, WriteError> {
    if !token::use_up(unit, token.id).await? {
        return Ok(None);
    }
    enter(unit, token, tokens).await.map(Some)
}

async fn enter(
    unit: &mut UnitOfWork,
    token: &account_token::Model,
    tokens: &EntryTokens,
) -> Result<Admitted, WriteError> {
    let owner = addressee::owner_of(unit, token).await?;
    let entrant = Entrant {
        identity: owner.identity,
        actor: match owner.customer {
            Some(_) => ActorType::Customer,
            None => ActorType::Staff,
        },
        actor_id: owner.actor_id,
    };
    if let Some(row) = owner.customer {
        if row.email_verified_at.is_none() {
            // Until now anybody may have opened the account: what they left behind is no way in any more.
            sessions::end(unit, owner.identity, None).await?;
            identities::drop_unproven_password(unit, owner.identity).await?;
            token::withdraw_everything_of(unit, owner.identity).await?;
        }
        proof::prove(unit, row, Some(owner.identity)).await?;
    }
    admission::admit(unit, entrant, tokens).await
}
