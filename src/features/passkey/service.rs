//! The rules about passkeys: setting them up, using them, and taking them away.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{
    auth_identity,
    id::{AuthIdentityId, CustomerId, PasskeyId, PrefixedId, SessionId},
    passkey::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Uuid, sea_query::Expr,
};
use webauthn_rs::prelude::{CreationChallengeResponse, CredentialID, Passkey, PasskeyRegistration, Webauthn};

use super::assertion::{Proof, invalid};
use crate::{
    features::{
        account::addressee, customer::service as customers, provider::service as providers,
        session::service as sessions,
    },
    work::{ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// The most passkeys that one identity has.
const MOST: usize = 20;

/// The longest name of a credential, in bytes (WebAuthn, section 7.1).
const LONGEST_CREDENTIAL_ID: usize = 1_023;

type Own = (AuthIdentityId, SessionId);

/// Makes a challenge for a new passkey of whoever is logged in: they logged in a moment ago, and have proven their
/// e-mail address. Devices that have one already are to refuse.
///
/// # Errors
/// `STEP_UP_REQUIRED`, `NOT_VERIFIED`, `LIMIT_EXCEEDED`.
pub async fn begin(
    unit: &UnitOfWork,
    own: Own,
    relying_party: &Webauthn,
) -> Result<(CreationChallengeResponse, PasskeyRegistration), WriteError> {
    let there = check_may_add(unit, own).await?;
    let there: Vec<CredentialID> = there
        .iter()
        .filter_map(|row| URL_SAFE_NO_PAD.decode(&row.credential_id).ok())
        .collect();
    let known = addressee::of_identity(unit, own.0).await?;
    let account = known
        .as_ref()
        .map_or_else(|| own.0.to_string(), |known| known.recipient.clone());
    let name = known.and_then(|known| known.name).unwrap_or_else(|| account.clone());
    relying_party
        .start_passkey_registration(own.0.uuid(), &account, &name, Some(there))
        .map_err(|error| DbErr::Custom(error.to_string()).into())
}

/// Adds a passkey, which was checked before, to the ways in which whoever is logged in may log in; they are told.
///
/// # Errors
/// `STEP_UP_REQUIRED`, `NOT_VERIFIED`, `LIMIT_EXCEEDED`; `ALREADY_LINKED` when somebody has it already.
pub async fn add(unit: &mut UnitOfWork, own: Own, passkey: &Passkey, name: &str) -> Result<Model, WriteError> {
    check_may_add(unit, own).await?;
    if passkey.cred_id().len() > LONGEST_CREDENTIAL_ID {
        return Err(invalid().into());
    }
    let credential_id = URL_SAFE_NO_PAD.encode(passkey.cred_id());
    let known = Entity::find()
        .filter(Column::CredentialId.eq(&credential_id))
        .count(unit.db())
        .await?;
    if known > 0 {
        return Err(UserError::new(
            ErrorCode::AlreadyLinked,
            "",
            "This passkey belongs to an account already. Remove it there first, or use another device.",
        )
        .into());
    }
    let row = Model {
        id: unit.new_id(),
        auth_identity_id: own.0,
        name: name.to_owned(),
        credential_id,
        credential: serde_json::to_value(passkey).map_err(|error| DbErr::Json(error.to_string()))?,
        sign_count: 0,
        created_at: unit.now(),
        last_used_at: None,
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    addressee::tell(unit, own.0, "passkey_added").await?;
    record(unit, "auth.passkey_added", own.0, row.id.to_string()).await?;
    Ok(row)
}

/// The passkeys that are there, if there may be one more. The identity is locked by that, so that many who add one at
/// once stay within the limit.
async fn check_may_add(unit: &UnitOfWork, own: Own) -> Result<Vec<Model>, WriteError> {
    providers::check_may_link(unit, own).await?;
    let there = Entity::find()
        .filter(Column::AuthIdentityId.eq(own.0))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(unit.db())
        .await?;
    if there.len() >= MOST {
        return Err(UserError::limit("", MOST, there.len() + 1, "passkeys").into());
    }
    Ok(there)
}

/// Notes that a passkey was used. `false` when its device did not count on since then, as a copy of it would; that is
/// written, and its owner told, so it must not be undone.
///
/// # Errors
/// `PASSKEY_INVALID` when it was taken away since it was checked.
pub async fn note_use(unit: &mut UnitOfWork, proof: &Proof) -> Result<bool, WriteError> {
    let counted_on = match proof.sign_count {
        // A device that does not count.
        0 => Column::SignCount.eq(0),
        count => Column::SignCount.lt(count),
    };
    let used = Entity::update_many()
        .col_expr(Column::Credential, Expr::val(proof.credential.clone()))
        .col_expr(Column::SignCount, Expr::val(proof.sign_count))
        .col_expr(Column::LastUsedAt, Expr::val(unit.now()))
        .filter(Column::Id.eq(proof.passkey))
        .filter(counted_on)
        .exec(unit.db())
        .await?;
    if used.rows_affected == 1 {
        return Ok(true);
    }
    if note_copy(unit, proof.passkey).await? {
        return Ok(false);
    }
    Err(invalid().into())
}

/// Notes that there seems to be a copy of a device, and tells its owner; answers whether the passkey is still there.
///
/// # Errors
/// Faults.
pub async fn note_copy(unit: &mut UnitOfWork, id: PasskeyId) -> Result<bool, WriteError> {
    let Some(row) = Entity::find_by_id(id).one(unit.db()).await? else {
        return Ok(false);
    };
    addressee::tell(unit, row.auth_identity_id, "passkey_refused").await?;
    record(unit, "auth.passkey_refused", row.auth_identity_id, id.to_string()).await?;
    Ok(true)
}

/// Gives a passkey of whoever is logged in another name.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn rename(unit: &mut UnitOfWork, own: Own, id: PasskeyId, name: &str) -> Result<Arc<Model>, WriteError> {
    let row = find_own(unit, own.0, id).await?;
    Entity::update_many()
        .col_expr(Column::Name, Expr::val(name))
        .filter(Column::Id.eq(id))
        .exec(unit.db())
        .await?;
    record(unit, "auth.passkey_renamed", own.0, id.to_string()).await?;
    Ok(Arc::new(Model {
        name: name.to_owned(),
        ..row
    }))
}

/// Takes a passkey from whoever is logged in, and ends their other sessions, which may have been opened with it; they
/// are told.
///
/// # Errors
/// `STEP_UP_REQUIRED`, `NOT_FOUND`, `LAST_LOGIN_METHOD`.
pub async fn remove(unit: &mut UnitOfWork, own: Own, id: PasskeyId) -> Result<(), WriteError> {
    let (identity, session) = own;
    sessions::check_step_up(unit, session).await?;
    auth_identity::Entity::find_by_id(identity)
        .lock_exclusive()
        .one(unit.db())
        .await?;
    find_own(unit, identity, id).await?;
    providers::check_not_last(unit, identity).await?;
    Entity::delete_by_id(id).exec(unit.db()).await?;
    sessions::end_others(unit, identity, session).await?;
    addressee::tell(unit, identity, "passkey_removed").await?;
    record(unit, "auth.passkey_removed", identity, id.to_string()).await
}

async fn find_own(unit: &UnitOfWork, identity: AuthIdentityId, id: PasskeyId) -> Result<Model, WriteError> {
    Entity::find_by_id(id)
        .filter(Column::AuthIdentityId.eq(identity))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "passkey").into())
}

/// Whether an identity logs in with a passkey.
///
/// # Errors
/// Faults.
pub async fn has_some(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<bool, DbErr> {
    let count = Entity::find()
        .filter(Column::AuthIdentityId.eq(identity))
        .count(unit.db())
        .await?;
    Ok(count > 0)
}

/// Removes every passkey of an identity; answers how many there were.
async fn remove_all(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<u64, DbErr> {
    let removed = Entity::delete_many()
        .filter(Column::AuthIdentityId.eq(identity))
        .exec(unit.db())
        .await?;
    Ok(removed.rows_affected)
}

/// Takes every passkey away from a customer who has lost a device; all their sessions end, and they are told. Answers
/// how many there were.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN_FIELD` for a customer who is a staff user as well; `INVALID_STATE` when there are none.
pub async fn revoke(unit: &mut UnitOfWork, id: CustomerId) -> Result<u64, WriteError> {
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
            "This customer is a staff user as well, who logs in with the same passkeys. They cannot be taken away here.",
        )
        .into());
    }
    let removed = match &identity {
        Some(identity) => remove_all(unit, identity.id).await?,
        None => 0,
    };
    let Some(identity) = identity.filter(|_| removed > 0) else {
        return Err(UserError::new(ErrorCode::InvalidState, "id", "This customer has no passkeys.").into());
    };
    sessions::end(unit, identity.id, None).await?;
    addressee::tell(unit, identity.id, "passkey_removed").await?;
    record(unit, "auth.passkeys_revoked", identity.id, identity.id.to_string()).await?;
    Ok(removed)
}

/// Into the timeline of the customer or staff user who logs in so; nothing of the key is said there.
async fn record(
    unit: &mut UnitOfWork,
    topic: &'static str,
    identity: AuthIdentityId,
    object: String,
) -> Result<(), WriteError> {
    let identity = auth_identity::Entity::find_by_id(identity).one(unit.db()).await?;
    let subject: Option<Uuid> = identity.and_then(|identity| {
        let customer = identity.customer_id.map(PrefixedId::uuid);
        customer.or(identity.staff_user_id.map(PrefixedId::uuid))
    });
    if let Some(subject) = subject {
        unit.record(Record {
            topic: Topic(topic),
            subject,
            begins: false,
            object,
            version: 1,
            changes: Vec::new(),
        });
    }
    Ok(())
}
