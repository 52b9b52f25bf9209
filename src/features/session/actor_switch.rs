//! `actorSwitch`: going on as another actor of the same log-in.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result};
use entity::{
    id::{AuthIdentityId, SessionId},
    session::{ActorType, Model},
};

use super::{
    actors,
    grant::{Grant, grant_payload},
    service::RefreshToken,
    session_create::SessionActor,
};
use crate::{
    auth::guard,
    features::account::doorman,
    graphql::{ContextExt, payload},
    work::{Call, Once, UnitOfWork, WriteError, WriteOptions, Written},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct ActorSwitchMutation;

/// As what to go on.
#[derive(Debug, InputObject)]
pub struct ActorSwitchInput {
    /// As what to act; `viewer { actors }` says as whom one can.
    actor: SessionActor,
}

grant_payload! {
    /// What `actorSwitch` answers: the tokens of another session.
    ActorSwitchPayload
}

#[Object]
impl ActorSwitchMutation {
    /// Goes on as another actor of the same log-in, in a session of its own that lasts as long as the present one,
    /// which stays open. To act as a staff user one must have logged in lately, with the second factor where there is
    /// one (`STEP_UP_REQUIRED`). Whoever acts as somebody else by impersonation cannot do this.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn actor_switch(&self, ctx: &Context<'_>, input: ActorSwitchInput) -> Result<Option<ActorSwitchPayload>> {
        let call = ctx.call();
        let Some(session) = call.viewer.session() else {
            return Ok(None);
        };
        let token = RefreshToken::first(&call.ids);
        let (opened, user_errors, _) = payload(call, switch(call, session, input.actor.into(), &token).await)?;
        let grant = match opened {
            Some(Once(session)) => Some(Grant::of(call, &session, &token)?),
            None => None,
        };
        Ok(Some(ActorSwitchPayload::new(grant, user_errors)))
    }
}

/// Those who are asked before a log-in are asked here as well, or one could come to be another actor past them.
async fn switch(
    call: &Arc<Call>,
    session: (AuthIdentityId, SessionId),
    actor: ActorType,
    token: &RefreshToken,
) -> Result<Written<Once<Model>>, WriteError> {
    let known = actors::of_identity(call.db(), session.0).await?;
    let known = known.into_iter().find(|(kind, _)| *kind == actor);
    let who = match known.filter(|_| call.viewer.impersonator().is_none()) {
        Some((kind, id)) => doorman::of_actor(call, "switch", kind, id).await?,
        None => None,
    };
    doorman::ask(call, &who).await?;
    let options = WriteOptions {
        mutation: "actorSwitch",
        ..WriteOptions::default()
    };
    let token = token.clone();
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            actors::switch(unit, session, actor, &token).await.map(Once)
        })
        .await?;
    doorman::tell(call, who, Some(&written.value.0));
    Ok(written)
}
