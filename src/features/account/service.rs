//! The rules about accounts: who has one, how it comes to be, and how it goes.

use entity::{
    auth_identity, customer,
    id::{AuthIdentityId, CustomerId, PrefixedId, StaffUserId},
    provider_identity, staff_user,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    entity::prelude::DateTimeUtc,
    sea_query::{Expr, Query},
};

use crate::{
    features::{
        customer::service::{self as customers, CustomerDraft},
        session::service as sessions,
    },
    work::{EmailAddress, Record, Topic, UnitOfWork, WriteError, dialect},
};

/// The provider of those who log in with e-mail address and password: we are it ourselves.
pub const PASSWORD: &str = "password";

/// Somebody who wants an account.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The customer they will be.
    pub customer: CustomerDraft,
    /// The hash of their password.
    pub secret_hash: String,
}

/// As whom an identity acts.
#[derive(Clone, Copy, Debug)]
pub enum Owner {
    /// A customer.
    Customer(CustomerId),
    /// A staff user.
    Staff(StaffUserId),
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
    let identity = add_identity(unit, Owner::Customer(row.id), &email, registration.secret_hash).await?;
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
    let identities = provider_identity::Entity::find()
        .filter(provider_identity::Column::Provider.eq(PASSWORD))
        .filter(provider_identity::Column::Subject.eq(&email.normalized))
        .count(unit.db())
        .await?;
    Ok(staff + identities > 0)
}

/// Lets somebody log in with e-mail address and password.
///
/// # Errors
/// Faults; that the address has no log-in yet was checked before.
pub async fn add_identity(
    unit: &UnitOfWork,
    owner: Owner,
    email: &EmailAddress,
    secret_hash: String,
) -> Result<AuthIdentityId, DbErr> {
    let (customer_id, staff_user_id) = match owner {
        Owner::Customer(id) => (Some(id), None),
        Owner::Staff(id) => (None, Some(id)),
    };
    let identity = auth_identity::Model {
        id: unit.new_id(),
        customer_id,
        staff_user_id,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    let id = identity.id;
    auth_identity::Entity::insert(identity.into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    let password = provider_identity::Model {
        id: unit.new_id(),
        auth_identity_id: id,
        provider: PASSWORD.to_owned(),
        subject: email.normalized.clone(),
        secret_hash: Some(secret_hash),
        data: serde_json::json!({}),
        verified_at: None,
        last_used_at: None,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    provider_identity::Entity::insert(password.into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    Ok(id)
}

/// Lets registered customers log in with their new e-mail addresses (normalized) and no longer with the old ones. Call
/// it in the unit that changes the addresses.
///
/// # Errors
/// Faults.
pub async fn follow_email(unit: &mut UnitOfWork, changes: &[(CustomerId, String)]) -> Result<(), WriteError> {
    for (customer, email) in changes {
        let identities = Query::select()
            .column(auth_identity::Column::Id)
            .from(auth_identity::Entity)
            .and_where(auth_identity::Column::CustomerId.eq(*customer))
            .take();
        provider_identity::Entity::update_many()
            .col_expr(provider_identity::Column::Subject, Expr::val(email.as_str()))
            .col_expr(provider_identity::Column::VerifiedAt, Expr::val(None::<DateTimeUtc>))
            .col_expr(provider_identity::Column::UpdatedAt, Expr::val(unit.now()))
            .filter(provider_identity::Column::Provider.eq(PASSWORD))
            .filter(provider_identity::Column::AuthIdentityId.in_subquery(identities))
            .exec(unit.db())
            .await?;
    }
    Ok(())
}

/// Removes log-ins, credentials and sessions of customers who are being deleted. Call it before the customers are
/// gone. An identity that is also a staff user stays, as a staff user.
///
/// # Errors
/// Faults.
pub async fn forget_customer(unit: &mut UnitOfWork, customers: &[CustomerId]) -> Result<(), WriteError> {
    if customers.is_empty() {
        return Ok(());
    }
    sessions::forget_customer(unit, customers).await?;
    let theirs = dialect::any_of(
        unit.call().database.backend(),
        dialect::column(auth_identity::Column::CustomerId),
        customers.iter().map(|id| id.uuid()),
    );
    // Passwords and other ways to log in go with their identity.
    auth_identity::Entity::delete_many()
        .filter(theirs.clone())
        .filter(auth_identity::Column::StaffUserId.is_null())
        .exec(unit.db())
        .await?;
    auth_identity::Entity::update_many()
        .col_expr(auth_identity::Column::CustomerId, Expr::val(None::<CustomerId>))
        .col_expr(auth_identity::Column::UpdatedAt, Expr::val(unit.now()))
        .filter(theirs)
        .exec(unit.db())
        .await?;
    Ok(())
}
