//! The rules about accounts: who has one, and how it comes to be.

use entity::{
    account_token, auth_identity, customer,
    id::{AuthIdentityId, CustomerId, PrefixedId},
    staff_user,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Json,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    registration::ticket_data,
    token::{self, NewToken, Purpose},
};
use crate::{
    features::{
        customer::service::{self as customers, CustomerDraft},
        identity::service::{self as identities, Owner},
        mail::service::{self as mails, NewMail},
    },
    work::{EmailAddress, ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// Somebody who wants an account.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The customer they will be.
    pub customer: CustomerDraft,
    /// The hash of their password.
    pub secret_hash: String,
    /// What shows later that it was they who typed it.
    pub ticket: SecretString,
}

/// Opens an account: customer, identity and password at once. `None` when the e-mail address has a log-in already,
/// whose owner gets a mail that says so, or when there is no address; the caller must not tell the two cases apart from
/// success.
///
/// A guest with the same e-mail address stays a guest: whoever registers has proven nothing yet, and would otherwise
/// see the guest's addresses and orders. Guests are claimed once the address is proven.
///
/// # Errors
/// Faults.
pub async fn register(
    unit: &mut UnitOfWork,
    registration: Registration,
) -> Result<Option<customer::Model>, WriteError> {
    let draft = registration.customer;
    let Some(email) = draft.email.clone() else {
        return Ok(None);
    };
    let holder = holder(unit, &email).await?;
    if holder.is_some() {
        let mail = NewMail {
            template: "already_registered",
            recipient: email.typed,
            locale: draft.locale,
            token: None,
            customer: holder.and_then(Holder::customer),
            data: json!({}),
            is_withheld: false,
        };
        mails::queue(unit, mail).await?;
        return Ok(None);
    }
    let draft = CustomerDraft {
        has_account: true,
        ..draft
    };
    let row = customers::create(unit, vec![draft]).await?.remove(0)?;
    let identity = identities::create(unit, Owner::Customer(row.id), &email, registration.secret_hash).await?;
    ask_for_proof(unit, &row, identity, ticket_data(registration.ticket.expose_secret())).await?;
    unit.record(Record {
        topic: Topic("auth.registered"),
        subject: row.id.uuid(),
        // The customer's timeline begins in this unit.
        begins: true,
        object: identity.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(Some(row))
}

/// Sends a customer a mail whose link proves that the e-mail address is theirs. `data` is kept beside its token.
///
/// # Errors
/// Faults.
pub async fn ask_for_proof(
    unit: &UnitOfWork,
    customer: &customer::Model,
    identity: AuthIdentityId,
    data: Json,
) -> Result<(), WriteError> {
    let Some(recipient) = customer.email.clone() else {
        return Ok(());
    };
    let new = NewToken {
        purpose: Purpose::EMAIL_VERIFICATION,
        email: customer.email_normalized.clone(),
        identity: Some(identity),
        customer: Some(customer.id),
        data,
        lifetime: unit.call().policy.verification_lifetime,
    };
    let token = token::issue(unit, new).await?;
    let mail = NewMail {
        template: "email_verification",
        recipient,
        locale: customer.locale.clone(),
        token: Some(token.id),
        customer: Some(customer.id),
        data: json!({}),
        is_withheld: false,
    };
    mails::queue(unit, mail).await?;
    Ok(())
}

/// What became of a password hash of another system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// The customer logs in with it now.
    Done,
    /// There is no customer with the e-mail address.
    Unknown,
    /// The customer has a password already, or may not log in.
    Refused,
}

/// Lets a customer log in with the password that they had in another system. A guest becomes registered; that the
/// e-mail address is theirs is not proven by that. For the commands on the machine of the service alone: who can give a
/// hash can give a password.
///
/// # Errors
/// Faults.
pub async fn import_password_hash(
    unit: &mut UnitOfWork,
    email: &EmailAddress,
    secret_hash: &str,
) -> Result<Imported, WriteError> {
    let row = customer::Entity::find()
        .filter(customer::Column::EmailNormalized.eq(&email.normalized))
        .order_by_desc(customer::Column::HasAccount)
        .order_by_asc(customer::Column::CreatedAt)
        .order_by_asc(customer::Column::Id)
        .lock_exclusive()
        .one(unit.db())
        .await?;
    let Some(row) = row else {
        return Ok(Imported::Unknown);
    };
    if row.status == customer::Status::Disabled || !identities::owners(unit, &[&email.normalized]).await?.is_empty() {
        return Ok(Imported::Refused);
    }
    let identity = auth_identity::Entity::find()
        .filter(auth_identity::Column::CustomerId.eq(row.id))
        .one(unit.db())
        .await?;
    let identity = match identity {
        Some(identity) => identity.id,
        None => identities::create_without_log_in(unit, Owner::Customer(row.id)).await?,
    };
    if !row.has_account {
        let registered = customer::Model {
            has_account: true,
            status: customer::Status::Active,
            ..row.clone()
        };
        customers::replace(unit, &row, registered).await?;
    }
    identities::add_password(unit, identity, &email.normalized, secret_hash.to_owned(), None).await?;
    unit.record(Record {
        topic: Topic("auth.password_imported"),
        subject: row.id.uuid(),
        begins: false,
        object: identity.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(Imported::Done)
}

/// The registered customer with this normalized e-mail address who has not proven it yet, and who logs in as them.
///
/// # Errors
/// Faults.
pub async fn unproven(unit: &UnitOfWork, email: &str) -> Result<Option<(customer::Model, AuthIdentityId)>, WriteError> {
    let row: Option<(customer::Model, Option<auth_identity::Model>)> = customer::Entity::find()
        .select_also(auth_identity::Entity)
        .join_rev(
            JoinType::InnerJoin,
            auth_identity::Entity::belongs_to(customer::Entity)
                .from(auth_identity::Column::CustomerId)
                .to(customer::Column::Id)
                .into(),
        )
        .filter(customer::Column::EmailNormalized.eq(email))
        .filter(customer::Column::HasAccount.eq(true))
        .filter(customer::Column::EmailVerifiedAt.is_null())
        .filter(customer::Column::Status.eq(customer::Status::Active))
        .one(unit.db())
        .await?;
    Ok(row.and_then(|(row, identity)| Some((row, identity?.id))))
}

/// The customer whom a token is about, locked, if they still have the e-mail address that the token is about.
///
/// # Errors
/// `TOKEN_INVALID` when they do not, or may not log in.
pub async fn owner_of(unit: &UnitOfWork, token: &account_token::Model) -> Result<customer::Model, WriteError> {
    let row = match token.customer_id {
        Some(customer) => {
            customer::Entity::find_by_id(customer)
                .lock_exclusive()
                .one(unit.db())
                .await?
        }
        None => None,
    };
    row.filter(|row| row.email_normalized == token.email_normalized && row.status != customer::Status::Disabled)
        .ok_or_else(|| {
            UserError::new(
                ErrorCode::TokenInvalid,
                "token",
                "This link is not valid (any more). Ask for a new one.",
            )
            .into()
        })
}

/// Whether somebody logs in with this e-mail address, or might: a registered customer, a staff user, or an identity
/// whose customer has another address by now.
///
/// # Errors
/// Faults.
pub async fn has_log_in(unit: &UnitOfWork, email: &EmailAddress) -> Result<bool, DbErr> {
    Ok(holder(unit, email).await?.is_some())
}

/// Who has an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A registered customer, or one who logs in with it.
    Customer(CustomerId),
    /// A staff user, or somebody whose customer is gone.
    SomebodyElse,
}

impl Holder {
    /// The customer, if it is one.
    #[must_use]
    pub fn customer(self) -> Option<CustomerId> {
        match self {
            Self::Customer(id) => Some(id),
            Self::SomebodyElse => None,
        }
    }
}

/// Who logs in with this e-mail address, or might: see [`has_log_in`].
///
/// # Errors
/// Faults.
pub async fn holder(unit: &UnitOfWork, email: &EmailAddress) -> Result<Option<Holder>, DbErr> {
    // All three are asked whatever the first one says: the time tells nothing.
    let registered = customers::registered(unit, &[&email.normalized]).await?;
    let staff = staff_user::Entity::find()
        .filter(staff_user::Column::EmailNormalized.eq(&email.normalized))
        .count(unit.db())
        .await?;
    let logs_in = identities::owners(unit, &[&email.normalized]).await?;
    let customer = registered
        .get(&email.normalized)
        .copied()
        .or_else(|| logs_in.get(&email.normalized).copied().flatten());
    Ok(match customer {
        Some(id) => Some(Holder::Customer(id)),
        None if staff > 0 || !logs_in.is_empty() => Some(Holder::SomebodyElse),
        None => None,
    })
}

/// Asks whether a customer has proven the e-mail address: until then an account waits for its owner, and must not be
/// given anything that stays when the owner comes, such as another way to log in or a second factor. Staff need no proof.
/// The identity is locked.
///
/// # Errors
/// `NOT_VERIFIED`.
pub async fn check_proven(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<(), WriteError> {
    let identity = auth_identity::Entity::find_by_id(identity)
        .lock_exclusive()
        .one(unit.db())
        .await?;
    let Some(customer) = identity.and_then(|identity| identity.customer_id) else {
        return Ok(());
    };
    let row = customer::Entity::find_by_id(customer).one(unit.db()).await?;
    if row.is_some_and(|row| row.email_verified_at.is_none()) {
        return Err(UserError::new(
            ErrorCode::NotVerified,
            "",
            "Prove your e-mail address first: emailVerificationRequest sends a mail.",
        )
        .into());
    }
    Ok(())
}
