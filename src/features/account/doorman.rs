//! Those who are asked before somebody is let in, and told after: the hooks, at every way in.
//!
//! They are asked outside of transactions, so whoever stands at the door is read first, without using anything up: a
//! hook that refuses leaves the link or code as it was. Renewing a session is no log-in.

use entity::{
    account_token, auth_identity, customer,
    id::{CustomerId, PrefixedId, StaffUserId},
    session::{self, ActorType},
    staff_user,
};
use sea_orm::{DbErr, EntityTrait, entity::prelude::Uuid};

use super::token::{self, Purpose};
use crate::{
    auth::LogInFacts,
    work::{Call, WriteError},
};

/// Who stands at the door; `None` where nobody wants to know, or nobody can be made out.
pub type AtTheDoor = Option<LogInFacts>;

/// Who comes with the secret of a token that is good for this.
///
/// # Errors
/// Faults.
pub async fn with_token(call: &Call, method: &str, purpose: Purpose, secret: &str) -> Result<AtTheDoor, DbErr> {
    if !call.hooks.are_configured() {
        return Ok(None);
    }
    match token::peek(call, purpose, secret).await? {
        Some(token) => of_token(call, method, &token).await,
        None => Ok(None),
    }
}

/// Who a token is about.
///
/// # Errors
/// Faults.
pub async fn of_token(call: &Call, method: &str, token: &account_token::Model) -> Result<AtTheDoor, DbErr> {
    if !call.hooks.are_configured() {
        return Ok(None);
    }
    if let Some(customer) = token.customer_id {
        return of_actor(call, method, ActorType::Customer, customer.uuid()).await;
    }
    let Some(identity) = token.auth_identity_id else {
        return Ok(None);
    };
    let row = auth_identity::Entity::find_by_id(identity).one(call.db()).await?;
    match row.and_then(|row| row.staff_user_id) {
        Some(user) => of_actor(call, method, ActorType::Staff, user.uuid()).await,
        None => Ok(None),
    }
}

/// A customer or staff user, by the stored bits of their id.
///
/// # Errors
/// Faults.
pub async fn of_actor(call: &Call, method: &str, actor: ActorType, id: Uuid) -> Result<AtTheDoor, DbErr> {
    if !call.hooks.are_configured() {
        return Ok(None);
    }
    let email = match actor {
        ActorType::Customer => {
            let row = customer::Entity::find_by_id(CustomerId(id)).one(call.db()).await?;
            row.and_then(|row| row.email)
        }
        ActorType::Staff => {
            let row = staff_user::Entity::find_by_id(StaffUserId(id)).one(call.db()).await?;
            row.map(|row| row.email)
        }
    };
    Ok(Some(LogInFacts::of(method, actor, Some(id), email.as_deref())))
}

/// Asks whether they may come in.
///
/// # Errors
/// `HOOK_REJECTED`.
pub async fn ask(call: &Call, who: &AtTheDoor) -> Result<(), WriteError> {
    match who {
        Some(facts) => call.hooks.before_log_in(call, facts).await,
        None => Ok(()),
    }
}

/// Tells that they are in, if they are.
pub fn tell(call: &Call, who: AtTheDoor, session: Option<&session::Model>) {
    if let (Some(facts), Some(session)) = (who, session) {
        let actor_id = Some(session.actor_id);
        let facts = LogInFacts::of(&facts.method, session.actor_type, actor_id, facts.email.as_deref());
        call.hooks.after_log_in(call, &facts);
    }
}
