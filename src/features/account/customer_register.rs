//! `customerRegister`: an account for somebody who asks for one.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use tokio::time::Instant;

use super::{registration, service::Registration};
use crate::{
    auth::rate_limit,
    features::customer::{CustomerFields, service::CustomerDraft},
    graphql::{ContextExt, Email, LanguageTag, Problem, Secret, payload},
    work::{Call, Complaints, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct CustomerRegisterMutation;

/// An account to open.
#[derive(Debug, InputObject)]
pub struct CustomerRegisterInput {
    /// The e-mail address to log in with.
    email: Email,
    /// The password: long rather than complicated.
    password: Secret,
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

/// What `customerRegister` answers: the same whether or not the e-mail address is known.
#[derive(Debug, SimpleObject)]
pub struct CustomerRegisterPayload {
    /// Whether the request was accepted. It says nothing about the e-mail address: look for the mail.
    is_accepted: bool,
    /// Give it to `emailVerificationConfirm` together with the token in the mail: it shows that you are the one who
    /// typed the password. Keep it secret. Null in cookie mode, where it is a cookie.
    ticket: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl CustomerRegisterMutation {
    /// Asks for an account. A mail goes to the e-mail address, and the account is opened with
    /// `emailVerificationConfirm`, unless this service is configured to open accounts at once. When the address has an
    /// account already, its owner gets a mail that says so, and the answer is the same.
    async fn customer_register(
        &self,
        ctx: &Context<'_>,
        input: CustomerRegisterInput,
    ) -> Result<Option<CustomerRegisterPayload>> {
        let call = ctx.call();
        let began = Instant::now();
        let prepared = prepare(call, input).await;
        let ticket = prepared.as_ref().ok().map(|registration| registration.ticket.clone());
        let written = match prepared {
            Ok(registration) => {
                // No idempotency key, not even from the header: repeating a registration does nothing anyway.
                let options = WriteOptions {
                    mutation: "customerRegister",
                    ..WriteOptions::default()
                };
                call.write(options, async move |unit: &mut UnitOfWork| {
                    registration::begin(unit, registration.clone()).await.map(Once)
                })
                .await
            }
            Err(error) => Err(error),
        };
        call.answer_not_before(began).await;
        let (accepted, user_errors, _) = payload(call, written)?;
        Ok(Some(CustomerRegisterPayload {
            is_accepted: accepted.is_some(),
            ticket: ticket
                .filter(|_| accepted.is_some())
                .and_then(|ticket| registration::hand_over(call, &ticket)),
            user_errors,
        }))
    }
}

/// Everything that takes long, before anything is looked up: known addresses take as long as unknown ones.
async fn prepare(call: &Arc<Call>, input: CustomerRegisterInput) -> Result<Registration, WriteError> {
    let mut complaints = Complaints::default();
    let fields = CustomerFields {
        email: Some(input.email),
        first_name: input.first_name,
        last_name: input.last_name,
        company_name: input.company_name,
        phone: input.phone,
        locale: input.locale,
        ..CustomerFields::default()
    };
    let customer: CustomerDraft = fields.draft(&call.limits, &mut complaints);
    if complaints.is_empty() && customer.email.is_none() {
        complaints.add(UserError::new(ErrorCode::Required, "email", "Fill this in."));
    }
    let email = customer.email.as_ref().map(|email| email.normalized.clone());
    let policy = call.passwords.policy();
    if let Some(error) = policy.check(
        "password",
        &input.password.0,
        &email.as_deref().into_iter().collect::<Vec<_>>(),
    ) {
        complaints.add(error);
    }
    let customer = complaints.check(customer)?;
    rate_limit::count_account(call, "register", email.as_deref().unwrap_or_default()).await?;
    let secret_hash = call.passwords.hash(&input.password.0).await?;
    Ok(Registration {
        customer,
        secret_hash,
        ticket: call.ids.token().into(),
    })
}
