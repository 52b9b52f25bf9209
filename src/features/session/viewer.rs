//! `viewer`: who is asking.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use entity::{
    id::{CustomerId, StaffUserId},
    session::ActorType,
};

use super::{SessionActor, actors};
use crate::{
    auth::{Permission, Viewer, guard},
    features::{
        channel::{Channel, channel_of_key},
        customer::{Customer, CustomerById},
        passkey::{Passkey, own_passkeys},
        staff::{StaffUser, StaffUserById},
    },
    graphql::{ContextExt, fault},
};

/// What kind of viewer asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ViewerKind {
    /// Nobody who has logged in.
    Anonymous,
    /// A customer.
    Customer,
    /// A staff user.
    Staff,
    /// A back-office system with a secret API key.
    ApiKey,
    /// Somebody who is told of events, in the query whose answer they are told.
    Webhook,
    /// The service itself.
    System,
}

/// Somebody as whom the log-in of the viewer can act.
#[derive(Debug, SimpleObject)]
pub struct ViewerActor {
    /// As what.
    actor: SessionActor,
    /// The id of the customer or staff user.
    id: ID,
    /// Whether the viewer acts so now.
    is_current: bool,
}

/// Who is asking, and what they may do.
#[derive(Debug)]
pub struct CurrentViewer;

/// Who is asking, and what they may do.
#[Object(name = "Viewer")]
impl CurrentViewer {
    /// The kind of viewer.
    async fn kind(&self, ctx: &Context<'_>) -> ViewerKind {
        match ctx.call().viewer {
            Viewer::Anonymous => ViewerKind::Anonymous,
            Viewer::Store { .. } => ViewerKind::Customer,
            Viewer::Staff { .. } => ViewerKind::Staff,
            Viewer::ApiKey { .. } => ViewerKind::ApiKey,
            Viewer::Webhook { .. } => ViewerKind::Webhook,
            Viewer::System => ViewerKind::System,
        }
    }

    /// The customer who is asking; null for everybody else.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        match ctx.call().viewer.customer() {
            Some(own) => Ok(ctx.load::<CustomerById>(own).await?.map(Customer)),
            None => Ok(None),
        }
    }

    /// The staff user who is asking; null for everybody else.
    #[graphql(visible = "guard::shows::admin", tag = "admin")]
    async fn staff_user(&self, ctx: &Context<'_>) -> Result<Option<StaffUser>> {
        match ctx.call().viewer.staff_user() {
            Some(own) => Ok(ctx.load::<StaffUserById>(own).await?.map(StaffUser)),
            None => Ok(None),
        }
    }

    /// As whom the viewer's log-in can act, now or after `actorSwitch`; empty for who has not logged in. Whoever acts as a
    /// customer by impersonation sees that customer alone.
    async fn actors(&self, ctx: &Context<'_>) -> Result<Vec<ViewerActor>> {
        let call = ctx.call();
        let Some((identity, _)) = call.viewer.session() else {
            return Ok(Vec::new());
        };
        let is_staff = call.viewer.staff_user().is_some();
        let known = actors::of_identity(call.db(), identity)
            .await
            .map_err(|error| fault(call, &error))?;
        let actors = known.into_iter().map(|(kind, id)| match kind {
            ActorType::Customer => ViewerActor {
                actor: SessionActor::Customer,
                id: CustomerId(id).to_string().into(),
                is_current: !is_staff,
            },
            ActorType::Staff => ViewerActor {
                actor: SessionActor::Staff,
                id: StaffUserId(id).to_string().into(),
                is_current: is_staff,
            },
        });
        let is_impersonated = call.viewer.impersonator().is_some();
        Ok(actors.filter(|actor| actor.is_current || !is_impersonated).collect())
    }

    /// The id of the staff user who acts as the customer; null when it is the customer, and for everybody else.
    async fn impersonated_by(&self, ctx: &Context<'_>) -> Option<ID> {
        let impersonator = ctx.call().viewer.impersonator()?;
        Some(impersonator.staff_user.to_string().into())
    }

    /// Whether nothing may be written, because a staff user acts as the customer to look and no more.
    async fn is_read_only(&self, ctx: &Context<'_>) -> bool {
        ctx.call()
            .viewer
            .impersonator()
            .is_some_and(|impersonator| impersonator.is_read_only)
    }

    /// The passkeys of whoever is logged in, the oldest first.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn passkeys(&self, ctx: &Context<'_>) -> Result<Option<Vec<Passkey>>> {
        own_passkeys(ctx).await
    }

    /// The channel whose publishable key came with the request (`X-Publishable-Api-Key`); null without one.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        channel_of_key(ctx).await
    }

    /// What staff users and API keys may do, as `resource:action`; empty for everybody else.
    async fn permissions(&self, ctx: &Context<'_>) -> Vec<&'static str> {
        let permissions = ctx.call().viewer.permissions();
        permissions.iter().map(Permission::as_str).collect()
    }
}

/// The query of this file.
#[derive(Debug, Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is asking: everybody gets an answer.
    async fn viewer(&self) -> CurrentViewer {
        CurrentViewer
    }
}
