//! Opening an account, where the e-mail address must be proven first.
//!
//! Nothing is opened until the link in the mail is followed; what was typed waits in the token. So asking for an
//! account costs the same whether or not there is one, and nobody holds an address that is not theirs.
//!
//! Whoever follows the link need not be who typed the password: the owner of an address may follow a link that a
//! stranger had sent to them. So the one who asks also gets a ticket, and only with it the typed password counts.
//! Without it the account is opened all the same, for the address is proven, but its owner chooses a password anew.

use entity::{
    account_token,
    customer::Model,
    id::{AuthIdentityId, PrefixedId},
};
use sea_orm::{DbErr, entity::prelude::Json};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    proof,
    service::{self, Holder, Registration, has_log_in},
    token::{self, NewToken, Purpose},
};
use crate::{
    auth::{Verification, secret_hash},
    features::{
        customer::service::CustomerDraft,
        identity::service::{self as identities, Owner},
        mail::service::{self as mails, NewMail},
    },
    work::{Call, EmailAddress, ErrorCode, Record, RegistrationTicket, Topic, UnitOfWork, UserError, WriteError},
};

/// What waits until the address is proven.
#[derive(Debug, Serialize, Deserialize)]
struct Pending {
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    company_name: Option<String>,
    phone: Option<String>,
    phone_e164: Option<String>,
    locale: Option<String>,
    secret_hash: String,
    ticket_hash: String,
}

/// Begins what is configured: asks for an account, or opens it at once.
///
/// # Errors
/// `COOLDOWN` when somebody asked with the same address a moment ago.
pub async fn begin(unit: &mut UnitOfWork, registration: Registration) -> Result<(), WriteError> {
    match unit.call().policy.verification {
        Verification::Required => ask(unit, registration).await,
        Verification::Optional => service::register(unit, registration).await.map(|_| ()),
    }
}

/// Asks for an account: a mail goes out, with a link where there is no account yet, and with a word about the one that
/// there is otherwise. The same is written either way.
///
/// # Errors
/// `COOLDOWN` when somebody asked with the same address a moment ago.
async fn ask(unit: &mut UnitOfWork, registration: Registration) -> Result<(), WriteError> {
    let Some(email) = registration.customer.email.clone() else {
        return Ok(());
    };
    token::check_cooldown(unit, Purpose::REGISTRATION, &email.normalized).await?;
    let holder = service::holder(unit, &email).await?;
    let is_known = holder.is_some();
    let draft = registration.customer;
    let pending = Pending {
        email: email.typed.clone(),
        first_name: draft.first_name.clone(),
        last_name: draft.last_name,
        company_name: draft.company_name,
        phone: draft.phone,
        phone_e164: draft.phone_e164,
        locale: draft.locale.clone(),
        secret_hash: registration.secret_hash,
        ticket_hash: secret_hash(registration.ticket.expose_secret()),
    };
    let new = NewToken {
        purpose: Purpose::REGISTRATION,
        email: email.normalized,
        identity: None,
        customer: None,
        data: serde_json::to_value(pending).map_err(|error| DbErr::Json(error.to_string()))?,
        lifetime: unit.call().policy.verification_lifetime,
    };
    let token = token::issue(unit, new).await?;
    let mail = NewMail {
        template: if is_known { "already_registered" } else { "registration" },
        recipient: email.typed,
        locale: draft.locale,
        token: (!is_known).then_some(token.id),
        customer: holder.and_then(Holder::customer),
        data: json!({}),
        is_withheld: false,
    };
    mails::queue(unit, mail).await?;
    Ok(())
}

/// Sends once more the mail that proves an address. What is written is the same where there is nothing to prove, or
/// where the mail went out a moment ago; that mail is withheld. The wait between two requests is counted for what was
/// asked for and not for what was sent, so that it tells a stranger nothing about the address.
///
/// # Errors
/// `COOLDOWN` when this was asked for with the same address a moment ago.
pub async fn send_again(unit: &mut UnitOfWork, email: &EmailAddress) -> Result<(), WriteError> {
    token::check_cooldown(unit, Purpose::VERIFICATION_REQUEST, &email.normalized).await?;
    let request = NewToken {
        purpose: Purpose::VERIFICATION_REQUEST,
        email: email.normalized.clone(),
        identity: None,
        customer: None,
        data: json!({}),
        lifetime: unit.call().policy.mail_cooldown,
    };
    token::issue(unit, request).await?;
    let is_sent = token::is_recent(unit, Purpose::REGISTRATION, &email.normalized).await?
        | token::is_recent(unit, Purpose::EMAIL_VERIFICATION, &email.normalized).await?;
    let pending = token::newest(unit, Purpose::REGISTRATION, &email.normalized).await?;
    let is_known = has_log_in(unit, email).await?;
    let unproven = service::unproven(unit, &email.normalized).await?;
    if let Some((customer, identity)) = unproven.filter(|_| !is_sent) {
        // No ticket: whoever asks for the mail once more need not be who opened the account.
        return service::ask_for_proof(unit, &customer, identity, json!({})).await;
    }
    let pending = pending.filter(|_| !is_known && !is_sent);
    let is_withheld = pending.is_none();
    let (purpose, data) = match pending {
        Some(token) => (Purpose::REGISTRATION, token.data),
        None => (Purpose::VERIFICATION_REQUEST, json!({})),
    };
    let text = |name: &str| data.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let mail = NewMail {
        template: "registration",
        recipient: text("email").unwrap_or_else(|| email.typed.clone()),
        locale: text("locale"),
        token: None,
        customer: None,
        data: json!({}),
        is_withheld,
    };
    let new = NewToken {
        purpose,
        email: email.normalized.clone(),
        identity: None,
        customer: None,
        data,
        lifetime: unit.call().policy.verification_lifetime,
    };
    let token = token::issue(unit, new).await?;
    let mail = NewMail {
        token: Some(token.id),
        ..mail
    };
    mails::queue(unit, mail).await?;
    Ok(())
}

/// Gives the ticket to whoever asked for the account: as a cookie that no script can read to a browser that keeps its
/// tokens so, else in the answer.
#[must_use]
pub fn hand_over(call: &Call, ticket: &SecretString) -> Option<String> {
    let Some(cookies) = &call.cookies else {
        return Some(ticket.expose_secret().to_owned());
    };
    cookies.put_ticket(RegistrationTicket::Given {
        ticket: ticket.clone(),
        seconds: i64::try_from(call.policy.verification_lifetime.as_secs()).unwrap_or(i64::MAX),
    });
    None
}

/// What is kept beside a token by which it is recognized who typed the password of the account.
#[must_use]
pub fn ticket_data(ticket: &str) -> Json {
    json!({ "ticket_hash": secret_hash(ticket) })
}

/// Whether this is the ticket that was given when the account was opened.
#[must_use]
pub fn is_ticket_of(token: &account_token::Model, ticket: Option<&str>) -> bool {
    let kept = token.data.get("ticket_hash").and_then(Json::as_str);
    ticket.is_some_and(|ticket| kept == Some(secret_hash(ticket).as_str()))
}

/// An account that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The customer.
    pub customer: Model,
    /// Who logs in as them.
    pub identity: AuthIdentityId,
    /// Whether the password that was typed at registration counts.
    pub has_password: bool,
}

/// Opens the account that was asked for.
///
/// # Errors
/// `TOKEN_INVALID`, also when there is an account by now; `TOKEN_EXPIRED`.
pub async fn confirm(unit: &mut UnitOfWork, secret: &str, ticket: Option<&str>) -> Result<Opened, WriteError> {
    let token = token::redeem(unit, Purpose::REGISTRATION, secret).await?;
    let has_password = is_ticket_of(&token, ticket);
    let pending: Pending = serde_json::from_value(token.data).map_err(|error| DbErr::Json(error.to_string()))?;
    let email = EmailAddress {
        typed: pending.email,
        normalized: token.email_normalized,
    };
    if has_log_in(unit, &email).await? {
        return Err(UserError::new(
            ErrorCode::TokenInvalid,
            "token",
            "There is an account with this e-mail address by now. Log in to it.",
        )
        .into());
    }
    let draft = CustomerDraft {
        email: Some(email.clone()),
        first_name: pending.first_name,
        last_name: pending.last_name,
        company_name: pending.company_name,
        phone: pending.phone,
        phone_e164: pending.phone_e164,
        locale: pending.locale,
        metadata: json!({}),
        private_metadata: json!({}),
        ..CustomerDraft::default()
    };
    let customer = proof::open(unit, draft).await?;
    let kept = has_password.then_some(pending.secret_hash);
    let identity = identities::create_proven(unit, Owner::Customer(customer.id), &email, kept).await?;
    unit.record(Record {
        topic: Topic("auth.registered"),
        subject: customer.id.uuid(),
        begins: false,
        object: identity.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(Opened {
        customer,
        identity,
        has_password,
    })
}
