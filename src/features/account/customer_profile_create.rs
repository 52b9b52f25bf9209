//! `customerProfileCreate`: the second of two steps to an account.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result};
use entity::id::AuthIdentityId;
use secrecy::SecretString;

use super::{
    admission::{Admitted, EntryTokens},
    doorman, registration,
    service::Registration,
    two_steps::{self, FirstStep},
};
use crate::{
    auth::rate_limit,
    features::{
        customer::{CustomerFields, service::CustomerDraft},
        provider::gate,
        session::{entered, grant_payload},
    },
    graphql::{ContextExt, LanguageTag, Secret, payload},
    work::{Call, Complaints, EmailAddress, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions, Written},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct CustomerProfileCreateMutation;

/// Who somebody is, of whom it is known how they will log in.
#[derive(Debug, InputObject)]
pub struct CustomerProfileCreateInput {
    /// The token that the first step gave. A staff user who is logged in leaves it out and becomes a customer as well.
    registration_token: Option<Secret>,
    /// The given name.
    first_name: Option<String>,
    /// The family name.
    last_name: Option<String>,
    /// The business that the customer is or buys for.
    company_name: Option<String>,
    /// The phone number, kept as typed.
    phone: Option<String>,
    /// The preferred language.
    locale: Option<LanguageTag>,
}

grant_payload! {
    /// What `customerProfileCreate` answers: the same whether or not the e-mail address is known.
    CustomerProfileCreatePayload {
        /// Whether the request was accepted. After a first step with a password it says nothing about the e-mail
        /// address: look for the mail.
        is_accepted: bool,
        /// Give it to `emailVerificationConfirm` together with the token in the mail: it shows that you are the one who
        /// typed the password. Keep it secret. Null where nothing is left to prove, and in cookie mode, where it is a
        /// cookie.
        ticket: Option<String>,
    }
}

/// For whom the profile is.
#[derive(Clone, Debug)]
enum Whose {
    /// Whoever took the first step.
    Bearer(SecretString),
    /// The identity that is logged in.
    Own(AuthIdentityId),
}

/// What came of it.
enum Created {
    /// The e-mail address is still to be proven, or there is somebody with it already.
    Asked,
    /// They are in.
    In(Admitted),
    /// They are logged in already, as somebody else.
    Added,
}

#[Object]
impl CustomerProfileCreateMutation {
    /// Takes the second of two steps to an account: who somebody is. After a first step with a password, a mail goes to
    /// the e-mail address, as after `customerRegister`; after one at a provider that vouches for the address, the account
    /// is open. The token is good once: whoever comes second is told `ALREADY_LINKED`. A staff user who is logged in
    /// becomes a customer as well, with the same log-in, and acts as the customer after `actorSwitch`.
    async fn customer_profile_create(
        &self,
        ctx: &Context<'_>,
        input: CustomerProfileCreateInput,
    ) -> Result<Option<CustomerProfileCreatePayload>> {
        let call = ctx.call();
        let tokens = EntryTokens::new(&call.ids);
        let ticket = SecretString::from(call.ids.token());
        let (created, user_errors, _) = payload(call, create(call, input, &ticket, &tokens).await)?;
        let (is_accepted, is_asked, admitted) = match created.map(|Once(created)| created) {
            Some(Created::Asked) => (true, true, None),
            Some(Created::In(admitted)) => (true, false, Some(admitted)),
            Some(Created::Added) => (true, false, None),
            None => (false, false, None),
        };
        let (grant, _, user_errors) = entered(call, admitted, &tokens, user_errors)?;
        let ticket = is_asked.then(|| registration::hand_over(call, &ticket)).flatten();
        Ok(Some(CustomerProfileCreatePayload::new(
            grant,
            is_accepted,
            ticket,
            user_errors,
        )))
    }
}

async fn create(
    call: &Arc<Call>,
    input: CustomerProfileCreateInput,
    ticket: &SecretString,
    tokens: &EntryTokens,
) -> Result<Written<Once<Created>>, WriteError> {
    let mut complaints = Complaints::default();
    let whose = match (
        input.registration_token,
        call.viewer.staff_user(),
        call.viewer.session(),
    ) {
        (Some(token), ..) => Some(Whose::Bearer(token.0)),
        (None, Some(_), Some((identity, _))) => Some(Whose::Own(identity)),
        (None, ..) => None,
    };
    let missing = || {
        UserError::new(
            ErrorCode::Required,
            "registrationToken",
            "Give the token that the first step gave.",
        )
    };
    if whose.is_none() {
        complaints.add(missing());
    }
    let fields = CustomerFields {
        first_name: input.first_name,
        last_name: input.last_name,
        company_name: input.company_name,
        phone: input.phone,
        locale: input.locale,
        ..CustomerFields::default()
    };
    let profile = fields.profile(&call.limits, &mut complaints);
    let profile = complaints.check(profile)?;
    let whose = whose.ok_or_else(missing)?;
    rate_limit::count_network(call).await?;
    let who = match &whose {
        Whose::Bearer(token) => two_steps::newcomer(call, token).await?,
        Whose::Own(_) => None,
    };
    doorman::ask(call, &who).await?;
    // No idempotency key, not even from the header: tokens are never kept.
    let options = WriteOptions {
        mutation: "customerProfileCreate",
        ..WriteOptions::default()
    };
    let (ticket, tokens) = (ticket.clone(), tokens.clone());
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            let profile = profile.clone();
            match &whose {
                Whose::Bearer(token) => take(unit, token, profile, &ticket, &tokens).await.map(Once),
                Whose::Own(identity) => {
                    two_steps::add_profile(unit, *identity, profile).await?;
                    Ok(Once(Created::Added))
                }
            }
        })
        .await?;
    if let Once(Created::In(admitted)) = &written.value {
        doorman::tell(call, who, admitted.session());
    }
    Ok(written)
}

async fn take(
    unit: &mut UnitOfWork,
    token: &SecretString,
    profile: CustomerDraft,
    ticket: &SecretString,
    tokens: &EntryTokens,
) -> Result<Created, WriteError> {
    match two_steps::redeem(unit, token).await? {
        (FirstStep::Password { email, secret_hash }, normalized) => {
            let address = EmailAddress {
                typed: email,
                normalized,
            };
            let registration = Registration {
                customer: CustomerDraft {
                    email: Some(address),
                    ..profile
                },
                secret_hash,
                ticket: ticket.clone(),
            };
            registration::begin(unit, registration).await?;
            Ok(Created::Asked)
        }
        (FirstStep::Provider { provider, external }, _) => {
            let admitted = gate::open_account(unit, &provider, &external, profile, tokens).await?;
            Ok(Created::In(admitted))
        }
    }
}
