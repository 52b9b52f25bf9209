//! `customerInvite`, `customerInviteResend`, `customerInviteRevoke` and `invitationAccept`.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::{
    customer,
    id::{CustomerId, PrefixedId},
    session::ActorType,
};
use secrecy::ExposeSecret;

use super::{
    admission::{self, Admitted, Entrant, EntryTokens},
    doorman,
    invitation::{self, Invited},
    token::Purpose,
};
use crate::{
    auth::{guard, rate_limit},
    features::{
        customer::{Customer, CustomerFields},
        session::{entered, grant_payload},
    },
    graphql::{ContextExt, DryRunResult, Email, Id, LanguageTag, Problem, Secret, payload},
    work::{Call, Complaints, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions, Written},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct CustomerInviteMutation;

/// Whom to invite: a guest by id, or somebody by e-mail address.
#[derive(Debug, InputObject)]
pub struct CustomerInviteInput {
    /// Which guest.
    id: Option<Id<CustomerId>>,
    /// Which e-mail address; the oldest guest who has it is invited, or a new one is created.
    email: Option<Email>,
    /// The given name of somebody new.
    first_name: Option<String>,
    /// The family name of somebody new.
    last_name: Option<String>,
    /// The language of somebody new, in which the mail is written.
    locale: Option<LanguageTag>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// Whose invitation.
#[derive(Debug, InputObject)]
pub struct CustomerInvitationInput {
    /// Which customer.
    id: Id<CustomerId>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What the mutations about invitations answer.
#[derive(Debug, SimpleObject)]
pub struct CustomerInvitePayload {
    /// The customer as it is now; null when there are user errors.
    customer: Option<Customer>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// An invitation to accept.
#[derive(Debug, InputObject)]
pub struct InvitationAcceptInput {
    /// The token in the link.
    token: Secret,
    /// The password to log in with from now on.
    password: Secret,
}

grant_payload! {
    /// What `invitationAccept` answers: a session.
    InvitationAcceptPayload
}

#[Object]
impl CustomerInviteMutation {
    /// Invites somebody by mail to open an account; the link is good for a week. Nobody but the one who is invited
    /// chooses the password. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_invite(
        &self,
        ctx: &Context<'_>,
        input: CustomerInviteInput,
    ) -> Result<Option<CustomerInvitePayload>> {
        let options = ctx.write_options(
            "customerInvite",
            input.idempotency_key.clone(),
            input.dry_run,
            input.reason.clone(),
        )?;
        let call = ctx.call();
        let written = match invited(call, input) {
            Ok(invited) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    invitation::invite(unit, invited.clone()).await
                })
                .await
            }
            Err(error) => Err(error),
        };
        answer(ctx, written)
    }

    /// Sends an invitation once more; the link before is good no longer. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_invite_resend(
        &self,
        ctx: &Context<'_>,
        input: CustomerInvitationInput,
    ) -> Result<Option<CustomerInvitePayload>> {
        let options = ctx.write_options(
            "customerInviteResend",
            input.idempotency_key,
            input.dry_run,
            input.reason,
        )?;
        let id = input.id.0;
        let written = ctx
            .call()
            .write(options, async move |unit: &mut UnitOfWork| {
                invitation::invite_again(unit, id).await
            })
            .await;
        answer(ctx, written)
    }

    /// Takes an invitation back; the link is good no longer. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_invite_revoke(
        &self,
        ctx: &Context<'_>,
        input: CustomerInvitationInput,
    ) -> Result<Option<CustomerInvitePayload>> {
        let options = ctx.write_options(
            "customerInviteRevoke",
            input.idempotency_key,
            input.dry_run,
            input.reason,
        )?;
        let id = input.id.0;
        let written = ctx
            .call()
            .write(options, async move |unit: &mut UnitOfWork| {
                invitation::revoke(unit, id).await
            })
            .await;
        answer(ctx, written)
    }

    /// Opens an account by the link in an invitation, and logs in to it.
    async fn invitation_accept(
        &self,
        ctx: &Context<'_>,
        input: InvitationAcceptInput,
    ) -> Result<Option<InvitationAcceptPayload>> {
        let call = ctx.call();
        let tokens = EntryTokens::new(&call.ids);
        let written = accept(call, input, &tokens).await;
        let (admitted, user_errors, _) = payload(call, written)?;
        let admitted = admitted.map(|Once(admitted)| admitted);
        let (grant, _, user_errors) = entered(call, admitted, &tokens, user_errors)?;
        Ok(Some(InvitationAcceptPayload::new(grant, user_errors)))
    }
}

async fn accept(
    call: &Arc<Call>,
    input: InvitationAcceptInput,
    tokens: &EntryTokens,
) -> Result<Written<Once<Admitted>>, WriteError> {
    // Said before the link is used up.
    if let Some(error) = call.passwords.policy().check("password", &input.password.0, &[]) {
        return Err(error.into());
    }
    rate_limit::count_network(call).await?;
    let secret = input.token.0;
    let who = doorman::with_token(call, "invitation", Purpose::INVITATION, secret.expose_secret()).await?;
    doorman::ask(call, &who).await?;
    let hash = call.passwords.hash(&input.password.0).await?;
    let options = WriteOptions {
        mutation: "invitationAccept",
        ..WriteOptions::default()
    };
    let tokens = tokens.clone();
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            let (row, identity) = invitation::accept(unit, secret.expose_secret(), hash.clone()).await?;
            let entrant = Entrant {
                identity,
                actor: ActorType::Customer,
                actor_id: row.id.uuid(),
            };
            admission::admit(unit, entrant, &tokens).await.map(Once)
        })
        .await?;
    doorman::tell(call, who, written.value.0.session());
    Ok(written)
}

fn invited(call: &Call, input: CustomerInviteInput) -> Result<Invited, WriteError> {
    match (input.id, input.email) {
        (Some(id), None) => Ok(Invited::Guest(id.0)),
        (None, Some(email)) => {
            let mut complaints = Complaints::default();
            let fields = CustomerFields {
                email: Some(email),
                first_name: input.first_name,
                last_name: input.last_name,
                locale: input.locale,
                ..CustomerFields::default()
            };
            let draft = fields.draft(&call.limits, &mut complaints);
            Ok(Invited::Newcomer(Box::new(complaints.check(draft)?)))
        }
        _ => Err(UserError::new(ErrorCode::Invalid, "id", "Give exactly one of id and email.").into()),
    }
}

fn answer(
    ctx: &Context<'_>,
    written: Result<Written<customer::Model>, WriteError>,
) -> Result<Option<CustomerInvitePayload>> {
    let (customer, user_errors, dry_run) = payload(ctx.call(), written)?;
    Ok(Some(CustomerInvitePayload {
        customer: customer.map(Customer::from),
        user_errors,
        dry_run,
    }))
}
