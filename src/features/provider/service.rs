//! The rules about ways to log in: linking them, and unlinking all but the last.

use std::sync::Arc;

use entity::{
    auth_identity,
    id::{AuthIdentityId, PrefixedId, ProviderIdentityId, SessionId},
    passkey, provider_answer,
    provider_identity::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::{Json, Uuid},
    sea_query::{Expr, Order, Query},
};
use serde_json::json;

use super::gate::check_issuer;
use crate::{
    auth::provider::ExternalIdentity,
    features::{
        account::{addressee, service as accounts},
        organization::service as organizations,
        session::service as sessions,
    },
    work::{ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// The most ways to log in that one identity has.
const MOST: usize = 20;

/// The most that is kept of what a provider says about somebody, in bytes of JSON.
const LARGEST_DATA: usize = 4 * 1_024;

/// The person whom a provider calls so, locked.
///
/// # Errors
/// Faults.
pub async fn known(unit: &UnitOfWork, provider: &str, subject: &str) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::Provider.eq(provider))
        .filter(Column::Subject.eq(subject))
        .lock_exclusive()
        .one(unit.db())
        .await
}

/// Notes that somebody logged in through a provider, and what it says about them now.
///
/// # Errors
/// `TOKEN_INVALID` when the provider is another one by now.
pub async fn note_use(unit: &UnitOfWork, known: &Model, external: &ExternalIdentity) -> Result<(), WriteError> {
    check_issuer(known, external)?;
    Entity::update_many()
        .col_expr(Column::Data, Expr::val(data_of(external)))
        .col_expr(Column::LastUsedAt, Expr::val(unit.now()))
        .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
        .filter(Column::Id.eq(known.id))
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Adds a provider to the ways in which an identity logs in. That the two belong together was shown before.
///
/// # Errors
/// `ALREADY_LINKED` when the provider's person logs in as somebody else; `LIMIT_EXCEEDED`.
pub async fn link(
    unit: &mut UnitOfWork,
    identity: AuthIdentityId,
    provider: &str,
    external: &ExternalIdentity,
) -> Result<ProviderIdentityId, WriteError> {
    if let Some(known) = known(unit, provider, &external.subject).await? {
        if known.auth_identity_id != identity {
            return Err(UserError::new(
                ErrorCode::AlreadyLinked,
                "",
                "This log-in belongs to another account. Unlink it there first.",
            )
            .into());
        }
        note_use(unit, &known, external).await?;
        return Ok(known.id);
    }
    let others = of_identity(unit, identity).await?.len();
    if others >= MOST {
        return Err(UserError::limit("", MOST, others + 1, "ways to log in").into());
    }
    let row = Model {
        id: unit.new_id(),
        auth_identity_id: identity,
        provider: provider.to_owned(),
        subject: external.subject.clone(),
        secret_hash: None,
        data: data_of(external),
        verified_at: Some(unit.now()),
        last_used_at: Some(unit.now()),
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    let id = row.id;
    Entity::insert(row.into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    record(unit, "auth.login_method_linked", identity, id).await?;
    join_organization(unit, identity, provider).await?;
    Ok(id)
}

/// Makes a customer who comes from a provider for the first time a member of the organization that it is for. Who left it
/// afterwards is not taken back.
async fn join_organization(unit: &mut UnitOfWork, identity: AuthIdentityId, provider: &str) -> Result<(), WriteError> {
    let call = Arc::clone(unit.call());
    let Some(organization) = call.providers.organization_of(provider) else {
        return Ok(());
    };
    let identity = auth_identity::Entity::find_by_id(identity).one(unit.db()).await?;
    match identity.and_then(|identity| identity.customer_id) {
        Some(customer) => organizations::join(unit, organization, customer).await,
        None => Ok(()),
    }
}

/// Adds a provider to the ways to log in of somebody who has some already, and tells the owner.
///
/// # Errors
/// See [`link`].
pub async fn link_and_tell(
    unit: &mut UnitOfWork,
    identity: AuthIdentityId,
    provider: &str,
    external: &ExternalIdentity,
) -> Result<ProviderIdentityId, WriteError> {
    let is_known = known(unit, provider, &external.subject).await?.is_some();
    let id = link(unit, identity, provider, external).await?;
    if !is_known {
        addressee::tell_about(unit, identity, "login_method_linked", json!({ "provider": provider })).await?;
    }
    Ok(id)
}

/// Lets whoever is logged in link a provider: they logged in a moment ago, and have proven their e-mail address. An
/// account that waits for its owner must not be given ways to log in that stay when the owner comes.
///
/// # Errors
/// `STEP_UP_REQUIRED`, `NOT_VERIFIED`.
pub async fn check_may_link(
    unit: &UnitOfWork,
    (identity, session): (AuthIdentityId, SessionId),
) -> Result<(), WriteError> {
    sessions::check_step_up(unit, session).await?;
    accounts::check_proven(unit, identity).await
}

/// Takes one of the ways to log in from an identity, and ends its other sessions, which may have been opened with it.
///
/// The identity is locked, so of two who unlink the last two at once one is told that theirs is the last.
///
/// # Errors
/// `STEP_UP_REQUIRED`; `NOT_FOUND` when it is not a way of theirs; `LAST_LOGIN_METHOD`.
pub async fn unlink(
    unit: &mut UnitOfWork,
    (identity, session): (AuthIdentityId, SessionId),
    id: ProviderIdentityId,
) -> Result<(), WriteError> {
    sessions::check_step_up(unit, session).await?;
    auth_identity::Entity::find_by_id(identity)
        .lock_exclusive()
        .one(unit.db())
        .await?;
    let own = of_identity(unit, identity).await?;
    let Some(row) = own.iter().find(|row| row.id == id) else {
        return Err(UserError::not_found("id", "way to log in").into());
    };
    check_not_last(unit, identity).await?;
    Entity::delete_by_id(id).exec(unit.db()).await?;
    sessions::end_others(unit, identity, session).await?;
    addressee::tell_about(
        unit,
        identity,
        "login_method_unlinked",
        json!({ "provider": row.provider }),
    )
    .await?;
    record(unit, "auth.login_method_unlinked", identity, id).await
}

/// Refuses to take away the last way to log in, of whatever kind; the identity was locked before. Passkeys count where
/// they can be used.
///
/// # Errors
/// `LAST_LOGIN_METHOD`.
pub async fn check_not_last(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<(), WriteError> {
    let mut ways = Entity::find()
        .filter(Column::AuthIdentityId.eq(identity))
        .count(unit.db())
        .await?;
    if unit.call().passkeys.relying_party().is_some() {
        ways += passkey::Entity::find()
            .filter(passkey::Column::AuthIdentityId.eq(identity))
            .count(unit.db())
            .await?;
    }
    if ways < 2 {
        return Err(UserError::new(
            ErrorCode::LastLoginMethod,
            "id",
            "This is the last way to log in. Add another one first.",
        )
        .into());
    }
    Ok(())
}

/// Removes what browsers brought from providers and for which nobody came in time; answers how many.
///
/// # Errors
/// Faults.
pub async fn sweep_answers(unit: &UnitOfWork, most: u64) -> Result<u64, DbErr> {
    let old = Query::select()
        .column(provider_answer::Column::Id)
        .from(provider_answer::Entity)
        .and_where(provider_answer::Column::ExpiresAt.lte(unit.now()))
        .order_by(provider_answer::Column::ExpiresAt, Order::Asc)
        .limit(most)
        .take();
    let removed = provider_answer::Entity::delete_many()
        .filter(provider_answer::Column::Id.in_subquery(old))
        .exec(unit.db())
        .await?;
    Ok(removed.rows_affected)
}

async fn of_identity(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::AuthIdentityId.eq(identity))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(unit.db())
        .await
}

/// Into the timeline of the customer or staff user who logs in so.
async fn record(
    unit: &mut UnitOfWork,
    topic: &'static str,
    identity: AuthIdentityId,
    id: ProviderIdentityId,
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
            object: id.to_string(),
            version: 1,
            changes: Vec::new(),
        });
    }
    Ok(())
}

/// What is kept of what a provider says, in bounds.
fn data_of(external: &ExternalIdentity) -> Json {
    let mut data = external.data.clone();
    if Json::Object(data.clone()).to_string().len() > LARGEST_DATA {
        data.retain(|name, value| name == "issuer" && value.to_string().len() <= 300);
    }
    if let Some(email) = &external.email {
        data.insert("email".to_owned(), json!(email));
        data.insert("emailVerified".to_owned(), json!(external.email_verified));
    }
    Json::Object(data)
}
