//! The gate: what follows from it that a provider vouches for somebody.
//!
//! The provider's name for the person decides alone who it is, as soon as it is known; what happens to their e-mail
//! address there changes nothing. When it is not known, the e-mail address counts, and only when the provider vouches
//! for it:
//!
//! - Nobody has an account with it: one is opened, as after every other proof of an address.
//! - Somebody has, and has proven the address: both sides are proven, so the two are linked.
//! - Somebody has, and never proved the address: it may be anybody, who registered with an address not theirs and waits
//!   for its owner. Whoever comes here has proven it and is the owner, so the account is theirs; all that was there to
//!   log in with before (password, sessions, links in mail) is dropped, not only the password, since a stranger may have
//!   had any of it. Asking the owner to log in first would ask for a password that the stranger chose. A second factor
//!   is kept: only who has proven an address sets one up, so staff changed the address since.
//! - The address is a staff user's, or opens something else: nothing is linked by itself.

use entity::{
    auth_identity, customer,
    id::{AuthIdentityId, CustomerId, PrefixedId},
    provider_identity,
    session::ActorType,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, entity::prelude::Uuid};
use serde_json::json;

use super::{attempt::not_confirmed, service};
use crate::{
    auth::provider::ExternalIdentity,
    features::{
        account::{
            admission::{self, Admitted, Entrant, EntryTokens},
            proof, service as accounts, token,
        },
        customer::service::CustomerDraft,
        identity::service::{self as identities, Owner},
        mfa::service as mfa,
        passkey::service as passkeys,
        session::service as sessions,
    },
    text::normalize_email,
    work::{Call, EmailAddress, ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// Lets somebody in for whom a provider vouches, or asks for their second factor.
///
/// # Errors
/// `EMAIL_NOT_VERIFIED`, `LINK_REQUIRED`, `ACCOUNT_DISABLED`, `ACTOR_NOT_LINKED`, `TOKEN_INVALID`.
pub async fn log_in(
    unit: &mut UnitOfWork,
    provider: &str,
    external: &ExternalIdentity,
    actor: ActorType,
    tokens: &EntryTokens,
) -> Result<Admitted, WriteError> {
    let identity = match service::known(unit, provider, &external.subject).await? {
        Some(known) => {
            service::note_use(unit, &known, external).await?;
            known.auth_identity_id
        }
        None if actor == ActorType::Staff => return Err(link_required().into()),
        None => let_in(unit, provider, external).await?,
    };
    let actor_id = actor_of(unit, identity, actor).await?.ok_or_else(not_linked)?;
    let entrant = Entrant {
        identity,
        actor,
        actor_id,
    };
    admission::admit(unit, entrant, tokens).await
}

/// Whom a provider's person acts as, where that is known already.
///
/// # Errors
/// Faults.
pub async fn known_actor(call: &Call, provider: &str, subject: &str, actor: ActorType) -> Result<Option<Uuid>, DbErr> {
    let found = provider_identity::Entity::find()
        .filter(provider_identity::Column::Provider.eq(provider))
        .filter(provider_identity::Column::Subject.eq(subject))
        .one(call.db())
        .await?;
    let Some(found) = found else { return Ok(None) };
    let identity = auth_identity::Entity::find_by_id(found.auth_identity_id)
        .one(call.db())
        .await?;
    Ok(identity.and_then(|identity| as_actor(&identity, actor)))
}

async fn actor_of(unit: &UnitOfWork, identity: AuthIdentityId, actor: ActorType) -> Result<Option<Uuid>, DbErr> {
    let identity = auth_identity::Entity::find_by_id(identity).one(unit.db()).await?;
    Ok(identity.and_then(|identity| as_actor(&identity, actor)))
}

/// The stored bits of the id of the customer or staff user as whom an identity acts, if it acts as one.
pub(crate) fn as_actor(identity: &auth_identity::Model, actor: ActorType) -> Option<Uuid> {
    match actor {
        ActorType::Customer => identity.customer_id.map(PrefixedId::uuid),
        ActorType::Staff => identity.staff_user_id.map(PrefixedId::uuid),
    }
}

/// Finds or makes the identity of somebody who comes from a provider for the first time.
async fn let_in(
    unit: &mut UnitOfWork,
    provider: &str,
    external: &ExternalIdentity,
) -> Result<AuthIdentityId, WriteError> {
    let email = proven_email(external)?;
    let account = customer::Entity::find()
        .filter(customer::Column::EmailNormalized.eq(&email.normalized))
        .filter(customer::Column::HasAccount.eq(true))
        .lock_exclusive()
        .one(unit.db())
        .await?;
    if let Some(row) = account {
        let identity = match row.status {
            customer::Status::Disabled => return Err(admission::disabled().into()),
            customer::Status::Invited => return Err(link_required().into()),
            customer::Status::Active if row.email_verified_at.is_some() => own_identity(unit, row.id).await?,
            customer::Status::Active => take_over(unit, row).await?,
        };
        service::link_and_tell(unit, identity, provider, external).await?;
        return Ok(identity);
    }
    if accounts::has_log_in(unit, &email).await? {
        return Err(link_required().into());
    }
    let nothing = CustomerDraft {
        metadata: json!({}),
        private_metadata: json!({}),
        ..CustomerDraft::default()
    };
    let identity = open(unit, external, &email, nothing).await?;
    service::link(unit, identity, provider, external).await?;
    Ok(identity)
}

/// Whether somebody comes for whom an account would be opened.
///
/// # Errors
/// `EMAIL_NOT_VERIFIED`.
pub async fn is_newcomer(unit: &UnitOfWork, provider: &str, external: &ExternalIdentity) -> Result<bool, WriteError> {
    if service::known(unit, provider, &external.subject).await?.is_some() {
        return Ok(false);
    }
    let email = proven_email(external)?;
    Ok(!accounts::has_log_in(unit, &email).await?)
}

/// Opens the account of a newcomer who has said who they are.
///
/// # Errors
/// `ALREADY_LINKED` when there is an account by now; `ACCOUNT_DISABLED`.
pub async fn open_account(
    unit: &mut UnitOfWork,
    provider: &str,
    external: &ExternalIdentity,
    profile: CustomerDraft,
    tokens: &EntryTokens,
) -> Result<Admitted, WriteError> {
    if !is_newcomer(unit, provider, external).await? {
        return Err(UserError::new(
            ErrorCode::AlreadyLinked,
            "registrationToken",
            "There is an account by now. Log in to it.",
        )
        .into());
    }
    let email = proven_email(external)?;
    let identity = open(unit, external, &email, profile).await?;
    service::link(unit, identity, provider, external).await?;
    let actor = ActorType::Customer;
    let actor_id = actor_of(unit, identity, actor).await?.ok_or_else(not_linked)?;
    let entrant = Entrant {
        identity,
        actor,
        actor_id,
    };
    admission::admit(unit, entrant, tokens).await
}

/// Opens an account; guests with the address become part of it.
async fn open(
    unit: &mut UnitOfWork,
    external: &ExternalIdentity,
    email: &EmailAddress,
    profile: CustomerDraft,
) -> Result<AuthIdentityId, WriteError> {
    let draft = CustomerDraft {
        email: Some(email.clone()),
        first_name: profile.first_name.or_else(|| external.first_name.clone()),
        last_name: profile.last_name.or_else(|| external.last_name.clone()),
        ..profile
    };
    let row = proof::open(unit, draft).await?;
    let identity = identities::create_without_log_in(unit, Owner::Customer(row.id)).await?;
    unit.record(Record {
        topic: Topic("auth.registered"),
        subject: row.id.uuid(),
        begins: false,
        object: identity.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(identity)
}

/// Gives an account whose address was never proven to the one who proved it.
async fn take_over(unit: &mut UnitOfWork, row: customer::Model) -> Result<AuthIdentityId, WriteError> {
    let before = auth_identity::Entity::find()
        .filter(auth_identity::Column::CustomerId.eq(row.id))
        .lock_exclusive()
        .one(unit.db())
        .await?;
    if let Some(before) = before {
        if before.staff_user_id.is_some() {
            return Err(link_required().into());
        }
        sessions::end(unit, before.id, None).await?;
        if mfa::has_factor(unit, before.id).await? || passkeys::has_some(unit, before.id).await? {
            // Nobody sets up a factor or a passkey without having proven an address: staff changed it since. They are the
            // owner's, and the factor will be asked for.
            identities::drop_unproven_password(unit, before.id).await?;
            token::withdraw_everything_of(unit, before.id).await?;
            proof::prove(unit, row, Some(before.id)).await?;
            return Ok(before.id);
        }
        // Passwords, other ways to log in and tokens go with their identity.
        auth_identity::Entity::delete_by_id(before.id).exec(unit.db()).await?;
    }
    let row = proof::prove(unit, row, None).await?;
    let identity = identities::create_without_log_in(unit, Owner::Customer(row.id)).await?;
    unit.record(Record {
        topic: Topic("auth.taken_over"),
        subject: row.id.uuid(),
        begins: false,
        object: identity.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(identity)
}

/// Who logs in as this customer.
async fn own_identity(unit: &mut UnitOfWork, customer: CustomerId) -> Result<AuthIdentityId, WriteError> {
    let found = auth_identity::Entity::find()
        .filter(auth_identity::Column::CustomerId.eq(customer))
        .lock_exclusive()
        .one(unit.db())
        .await?;
    match found {
        // A provider that vouches for a customer says nothing about a staff user.
        Some(identity) if identity.staff_user_id.is_some() => Err(link_required().into()),
        Some(identity) => Ok(identity.id),
        None => Ok(identities::create_without_log_in(unit, Owner::Customer(customer)).await?),
    }
}

/// The e-mail address, if the provider vouches for it.
fn proven_email(external: &ExternalIdentity) -> Result<EmailAddress, UserError> {
    let typed = external.email.as_ref().filter(|_| external.email_verified);
    let address = typed.and_then(|typed| {
        Some(EmailAddress {
            normalized: normalize_email(typed)?,
            typed: typed.clone(),
        })
    });
    address.ok_or_else(|| {
        UserError::new(
            ErrorCode::EmailNotVerified,
            "",
            "The provider does not vouch for your e-mail address. Prove it there first, or log in in another way.",
        )
    })
}

fn link_required() -> UserError {
    UserError::new(
        ErrorCode::LinkRequired,
        "",
        "There is a log-in already. Log in as before and link this provider there.",
    )
}

/// The identity does not act as what was asked for.
pub(crate) fn not_linked() -> UserError {
    UserError::new(
        ErrorCode::ActorNotLinked,
        "",
        "This log-in does not act as that. Log in as something else.",
    )
}

/// Whether what is kept about a person is from the provider that vouches now: another issuer under the same name would
/// give its own names to people.
pub(super) fn check_issuer(known: &provider_identity::Model, external: &ExternalIdentity) -> Result<(), UserError> {
    match (known.data.get("issuer"), external.data.get("issuer")) {
        (Some(before), Some(now)) if before != now => Err(not_confirmed("code")),
        _ => Ok(()),
    }
}
