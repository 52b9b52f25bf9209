//! What browsers bring from providers in a form (SAML), until the frontend comes for it with the code that stands for it.
//!
//! It is kept encrypted, for two minutes, in a row that is gone as soon as it was read; of state and code only hashes are
//! kept. Nothing is decided here: whether the answer is valid is asked when the browser that began comes for it.

use std::{sync::Arc, time::Duration};

use entity::{
    id::ProviderAnswerId,
    provider_answer::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::attempt;
use crate::{
    auth::{Unsealable, rate_limit, secret_hash},
    work::{Call, Once, UnitOfWork, WriteError, WriteOptions},
};

/// For how long an answer is kept: the browser goes on at once.
const LIFETIME: Duration = Duration::from_secs(2 * 60);

/// Keeps what the browser brought from a provider, and says where it goes on: to the address at which the log-in ends,
/// with a code and the state.
///
/// # Errors
/// `STATE_MISMATCH` when no log-in at this provider is under way with this state.
pub async fn receive(
    call: &Arc<Call>,
    provider: String,
    state: SecretString,
    answer: SecretString,
) -> Result<String, WriteError> {
    rate_limit::count_network(call).await?;
    let code = call.ids.token();
    let options = WriteOptions {
        mutation: "providerAnswer",
        ..WriteOptions::default()
    };
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            let redirect_url = attempt::redirect_url_of(unit, &provider, &state).await?;
            keep(unit, &state, &code, &answer).await?;
            let mut url = Url::parse(&redirect_url).map_err(|error| DbErr::Custom(error.to_string()))?;
            url.query_pairs_mut()
                .append_pair("code", &code)
                .append_pair("state", state.expose_secret());
            Ok::<_, WriteError>(Once(url.to_string()))
        })
        .await?;
    Ok(written.value.0)
}

/// An answer takes the place of one that was brought before with the same state: a browser that goes back sends it again.
async fn keep(unit: &UnitOfWork, state: &SecretString, code: &str, answer: &SecretString) -> Result<(), WriteError> {
    let state_hash = secret_hash(state.expose_secret());
    Entity::delete_many()
        .filter(
            Condition::any()
                .add(Column::StateHash.eq(&state_hash))
                .add(Column::ExpiresAt.lte(unit.now())),
        )
        .exec(unit.db())
        .await?;
    let id: ProviderAnswerId = unit.new_id();
    let sealed = unit
        .call()
        .sealer
        .seal(&id.to_string(), answer.expose_secret().as_bytes());
    let row = Model {
        id,
        state_hash,
        code_hash: secret_hash(code),
        sealed: sealed.map_err(unsealable)?,
        created_at: unit.now(),
        expires_at: unit.now() + LIFETIME,
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    Ok(())
}

/// What the browser brought, if this code stands for it and it came with this state; it is kept no longer.
///
/// # Errors
/// Faults.
pub(super) async fn take(
    unit: &UnitOfWork,
    state: &SecretString,
    code: &SecretString,
) -> Result<Option<SecretString>, WriteError> {
    let taken = Entity::delete_many()
        .filter(Column::CodeHash.eq(secret_hash(code.expose_secret())))
        .filter(Column::StateHash.eq(secret_hash(state.expose_secret())))
        .filter(Column::ExpiresAt.gt(unit.now()))
        .exec_with_returning(unit.db())
        .await?;
    let Some(row) = taken.into_iter().next() else {
        return Ok(None);
    };
    let opened = unit
        .call()
        .sealer
        .open(&row.id.to_string(), &row.sealed)
        .map_err(unsealable)?;
    let text = String::from_utf8(opened).map_err(|_| unsealable(Unsealable))?;
    Ok(Some(text.into()))
}

fn unsealable(error: Unsealable) -> DbErr {
    DbErr::Custom(error.to_string())
}
