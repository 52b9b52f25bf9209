//! `loginMethodLinkStart` and `loginMethodLinkComplete`: one more way to log in.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::{AuthIdentityId, ProviderIdentityId, SessionId};

use super::{
    attempt::{self, Errand},
    service,
};
use crate::{
    auth::{guard, provider::ProviderAnswer, rate_limit},
    graphql::{ContextExt, Problem, Secret, payload},
    work::{Call, Once, UnitOfWork, WriteError, WriteOptions},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct LoginMethodLinkMutation;

/// A way to log in to add.
#[derive(Debug, InputObject)]
pub struct LoginMethodLinkStartInput {
    /// The provider, by the name under which it is configured.
    provider: String,
    /// The frontend, by the name under which it is configured.
    client: String,
    /// Where the provider sends the browser back: an address from the list of this client, letter by letter.
    redirect_url: String,
}

/// What `loginMethodLinkStart` answers.
#[derive(Debug, SimpleObject)]
pub struct LoginMethodLinkStartPayload {
    /// Where to send the browser; null when there are user errors.
    authorization_url: Option<String>,
    /// Keep it in this browser, and give it to `loginMethodLinkComplete`: it shows that this was begun here.
    binding: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// What the provider sent back.
#[derive(Debug, InputObject)]
pub struct LoginMethodLinkCompleteInput {
    /// The `state` in the address to which the browser was sent back.
    state: Secret,
    /// The `code` in that address.
    code: Secret,
    /// The binding that `loginMethodLinkStart` gave to this browser.
    binding: Secret,
    /// The `iss` in that address, where there is one.
    iss: Option<String>,
}

/// What `loginMethodLinkComplete` answers.
#[derive(Debug, SimpleObject)]
pub struct LoginMethodLinkCompletePayload {
    /// The id of the way to log in; null when there are user errors.
    login_method_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl LoginMethodLinkMutation {
    /// Begins to add a provider to the ways in which whoever is logged in may log in, for which there are ten minutes.
    /// They must have logged in a short time ago, and have proven their e-mail address.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn login_method_link_start(
        &self,
        ctx: &Context<'_>,
        input: LoginMethodLinkStartInput,
    ) -> Result<Option<LoginMethodLinkStartPayload>> {
        let call = ctx.call();
        let Some(session) = call.viewer.session() else {
            return Ok(None);
        };
        let (beginning, user_errors, _) = payload(call, start(call, session, input).await)?;
        let beginning = beginning.map(|Once(beginning)| beginning);
        Ok(Some(LoginMethodLinkStartPayload {
            binding: beginning.as_ref().map(|beginning| beginning.binding.clone()),
            authorization_url: beginning.map(|beginning| beginning.authorization_url),
            user_errors,
        }))
    }

    /// Adds a provider to the ways in which whoever is logged in may log in, with what it sent back. It must be the
    /// session in which it was begun.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn login_method_link_complete(
        &self,
        ctx: &Context<'_>,
        input: LoginMethodLinkCompleteInput,
    ) -> Result<Option<LoginMethodLinkCompletePayload>> {
        let call = ctx.call();
        let Some(session) = call.viewer.session() else {
            return Ok(None);
        };
        let (linked, user_errors, _) = payload(call, complete(call, session, input).await)?;
        Ok(Some(LoginMethodLinkCompletePayload {
            login_method_id: linked.map(|Once(id)| id.to_string().into()),
            user_errors,
        }))
    }
}

type Written<T> = Result<crate::work::Written<Once<T>>, WriteError>;
type Own = (AuthIdentityId, SessionId);

fn options(mutation: &'static str) -> WriteOptions {
    WriteOptions {
        mutation,
        ..WriteOptions::default()
    }
}

async fn start(call: &Arc<Call>, own: Own, input: LoginMethodLinkStartInput) -> Written<attempt::Beginning> {
    rate_limit::count_network(call).await?;
    let beginning = attempt::begin(call, input.provider, &input.client, input.redirect_url).await?;
    call.write(options("loginMethodLinkStart"), async move |unit: &mut UnitOfWork| {
        service::check_may_link(unit, own).await?;
        attempt::keep(unit, &beginning, Errand::Link(own.0, own.1)).await?;
        Ok::<_, WriteError>(Once(beginning.clone()))
    })
    .await
}

async fn complete(call: &Arc<Call>, own: Own, input: LoginMethodLinkCompleteInput) -> Written<ProviderIdentityId> {
    rate_limit::count_network(call).await?;
    let (state, code, binding) = (input.state.0, input.code.0, input.binding.0);
    let given = (state.clone(), code.clone());
    let returned = call
        .write(
            options("loginMethodLinkComplete"),
            async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(
                    attempt::end(unit, (&given.0, &given.1), &binding, Some(own)).await?,
                ))
            },
        )
        .await?;
    let Once(returned) = returned.value;
    let answer = ProviderAnswer {
        code,
        issuer: input.iss,
        posted: returned.posted.clone(),
    };
    let external = attempt::ask(call, &returned, state, answer).await?;
    call.write(
        options("loginMethodLinkComplete"),
        async move |unit: &mut UnitOfWork| {
            service::check_may_link(unit, own).await?;
            service::link_and_tell(unit, own.0, &returned.provider, &external)
                .await
                .map(Once)
        },
    )
    .await
}
