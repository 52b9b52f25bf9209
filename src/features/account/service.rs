//! The rules about accounts: who has one, and how it comes to be.

use entity::{
    customer,
    id::{AuthIdentityId, PrefixedId},
    staff_user,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::token::{self, NewToken, Purpose};
use crate::{
    features::{
        customer::service::{self as customers, CustomerDraft},
        identity::service::{self as identities, Owner},
        mail::service::{self as mails, NewMail},
    },
    work::{EmailAddress, Record, Topic, UnitOfWork, WriteError},
};

/// Somebody who wants an account.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The customer they will be.
    pub customer: CustomerDraft,
    /// The hash of their password.
    pub secret_hash: String,
}

/// Opens an account: customer, identity and password at once. `None` when the e-mail address has a log-in already,
/// or when there is no address; the caller must not tell the two cases apart from success.
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
    if has_log_in(unit, &email).await? {
        return Ok(None);
    }
    let draft = CustomerDraft {
        has_account: true,
        ..draft
    };
    let row = customers::create(unit, vec![draft]).await?.remove(0)?;
    let identity = identities::create(unit, Owner::Customer(row.id), &email, registration.secret_hash).await?;
    ask_for_proof(unit, &row, identity).await?;
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

/// Sends a customer a mail whose link proves that the e-mail address is theirs.
///
/// # Errors
/// Faults.
pub async fn ask_for_proof(
    unit: &UnitOfWork,
    customer: &customer::Model,
    identity: AuthIdentityId,
) -> Result<(), WriteError> {
    let Some(recipient) = customer.email.clone() else {
        return Ok(());
    };
    let new = NewToken {
        purpose: Purpose::EMAIL_VERIFICATION,
        email: customer.email_normalized.clone(),
        identity: Some(identity),
        customer: Some(customer.id),
        data: json!({}),
        lifetime: unit.call().policy.verification_lifetime,
    };
    let token = token::issue(unit, new).await?;
    let mail = NewMail {
        template: "email_verification",
        recipient,
        locale: customer.locale.clone(),
        token: Some(token.id),
        customer: Some(customer.id),
        data: json!({ "name": customer.first_name }),
        is_withheld: false,
    };
    mails::queue(unit, mail).await?;
    Ok(())
}

/// Whether somebody logs in with this e-mail address, or might: a registered customer, a staff user, or an identity
/// whose customer has another address by now.
///
/// # Errors
/// Faults.
pub async fn has_log_in(unit: &UnitOfWork, email: &EmailAddress) -> Result<bool, DbErr> {
    if !customers::registered(unit, &[&email.normalized]).await?.is_empty() {
        return Ok(true);
    }
    let staff = staff_user::Entity::find()
        .filter(staff_user::Column::EmailNormalized.eq(&email.normalized))
        .count(unit.db())
        .await?;
    Ok(staff > 0 || !identities::owners(unit, &[&email.normalized]).await?.is_empty())
}
