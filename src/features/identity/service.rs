//! The rules about identities.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    auth_identity,
    id::{AuthIdentityId, CustomerId, PrefixedId, StaffUserId},
    passkey, provider_identity,
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Expr, OnConflict, SimpleExpr},
};

use crate::{
    features::session::service as sessions,
    work::{EmailAddress, ErrorCode, UnitOfWork, UserError, WriteError, dialect},
};

pub use entity::provider_identity::PASSWORD;

/// As whom an identity acts.
#[derive(Clone, Copy, Debug)]
pub enum Owner {
    /// A customer.
    Customer(CustomerId),
    /// A staff user.
    Staff(StaffUserId),
}

/// Lets somebody log in with e-mail address and password, before it is proven that the address is theirs.
///
/// # Errors
/// Faults; that the address has no log-in yet was checked before.
pub async fn create(
    unit: &UnitOfWork,
    owner: Owner,
    email: &EmailAddress,
    secret_hash: String,
) -> Result<AuthIdentityId, DbErr> {
    let id = create_without_log_in(unit, owner).await?;
    add_password(unit, id, &email.normalized, secret_hash, None).await?;
    Ok(id)
}

/// Lets somebody log in who has proven the e-mail address: with the password, where there is one.
///
/// # Errors
/// Faults; that the address has no log-in yet was checked before.
pub async fn create_proven(
    unit: &UnitOfWork,
    owner: Owner,
    email: &EmailAddress,
    secret_hash: Option<String>,
) -> Result<AuthIdentityId, DbErr> {
    let id = create_without_log_in(unit, owner).await?;
    if let Some(secret_hash) = secret_hash {
        add_password(unit, id, &email.normalized, secret_hash, Some(unit.now())).await?;
    }
    Ok(id)
}

/// An identity with no way to log in yet.
///
/// # Errors
/// Faults.
pub async fn create_without_log_in(unit: &UnitOfWork, owner: Owner) -> Result<AuthIdentityId, DbErr> {
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
    Ok(id)
}

/// Adds a password to the ways in which an identity logs in.
///
/// # Errors
/// Faults; that nobody logs in with the address was checked before.
pub async fn add_password(
    unit: &UnitOfWork,
    identity: AuthIdentityId,
    email: &str,
    secret_hash: String,
    verified_at: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    let password = provider_identity::Model {
        id: unit.new_id(),
        auth_identity_id: identity,
        provider: PASSWORD.to_owned(),
        subject: email.to_owned(),
        secret_hash: Some(secret_hash),
        data: serde_json::json!({}),
        verified_at,
        last_used_at: None,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    provider_identity::Entity::insert(password.into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    Ok(())
}

/// Sets the password of an identity, whether or not it has one already. The owner has proven the e-mail address.
///
/// # Errors
/// Faults.
pub async fn set_password(
    unit: &UnitOfWork,
    identity: AuthIdentityId,
    email: &str,
    secret_hash: String,
) -> Result<(), DbErr> {
    let updated = provider_identity::Entity::update_many()
        .col_expr(provider_identity::Column::SecretHash, Expr::val(secret_hash.clone()))
        .col_expr(provider_identity::Column::VerifiedAt, Expr::val(unit.now()))
        .col_expr(provider_identity::Column::UpdatedAt, Expr::val(unit.now()))
        .filter(provider_identity::Column::AuthIdentityId.eq(identity))
        .filter(provider_identity::Column::Provider.eq(PASSWORD))
        .exec(unit.db())
        .await?;
    if updated.rows_affected == 0 {
        add_password(unit, identity, email, secret_hash, Some(unit.now())).await?;
    }
    Ok(())
}

/// Takes the password away from an identity that nobody has proven the e-mail address of: a stranger may have typed
/// it. The owner can set one of their own.
///
/// # Errors
/// Faults.
pub async fn drop_unproven_password(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<(), DbErr> {
    provider_identity::Entity::delete_many()
        .filter(provider_identity::Column::AuthIdentityId.eq(identity))
        .filter(provider_identity::Column::Provider.eq(PASSWORD))
        .filter(provider_identity::Column::VerifiedAt.is_null())
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Whose log-ins these normalized e-mail addresses are, where they are some: a customer's, or somebody else's.
///
/// # Errors
/// Faults.
pub async fn owners(unit: &UnitOfWork, emails: &[&str]) -> Result<HashMap<String, Option<CustomerId>>, DbErr> {
    if emails.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, Option<CustomerId>)> = provider_identity::Entity::find()
        .select_only()
        .column(provider_identity::Column::Subject)
        .join(
            JoinType::InnerJoin,
            provider_identity::Entity::belongs_to(auth_identity::Entity)
                .from(provider_identity::Column::AuthIdentityId)
                .to(auth_identity::Column::Id)
                .into(),
        )
        .column(auth_identity::Column::CustomerId)
        .filter(provider_identity::Column::Provider.eq(PASSWORD))
        .filter(provider_identity::Column::Subject.is_in(emails.iter().copied()))
        .into_tuple()
        .all(unit.db())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Who of these staff users has a way to log in: not who was invited and has not chosen one yet.
///
/// # Errors
/// Faults.
pub async fn staff_with_log_in(unit: &UnitOfWork, users: &[StaffUserId]) -> Result<HashSet<StaffUserId>, DbErr> {
    let providers = provider_identity::Entity::find()
        .select_only()
        .column(provider_identity::Column::AuthIdentityId)
        .into_query();
    let mut way = Condition::any().add(auth_identity::Column::Id.in_subquery(providers));
    if unit.call().passkeys.relying_party().is_some() {
        let passkeys = passkey::Entity::find()
            .select_only()
            .column(passkey::Column::AuthIdentityId)
            .into_query();
        way = way.add(auth_identity::Column::Id.in_subquery(passkeys));
    }
    let mut found = HashSet::new();
    for chunk in users.chunks(1_000) {
        let rows: Vec<StaffUserId> = auth_identity::Entity::find()
            .select_only()
            .column(auth_identity::Column::StaffUserId)
            .filter(way.clone())
            .filter(auth_identity::Column::StaffUserId.is_in(chunk.iter().map(|user| user.uuid())))
            .into_tuple()
            .all(unit.db())
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Lets registered customers log in with their new e-mail addresses (normalized) and no longer with the old ones. That
/// the new addresses are free was checked before.
///
/// A customer who is a staff user as well keeps the address: it opens the staff user's log-in too, and whoever may
/// write customers must not come to that by way of it.
///
/// # Errors
/// `FORBIDDEN_FIELD`.
pub async fn follow_emails(unit: &UnitOfWork, emails: &HashMap<CustomerId, String>) -> Result<(), WriteError> {
    if emails.is_empty() {
        return Ok(());
    }
    check_not_staff(unit, emails.keys().copied()).await?;
    let rows: Vec<(provider_identity::Model, Option<auth_identity::Model>)> = provider_identity::Entity::find()
        .select_also(auth_identity::Entity)
        .join(
            JoinType::InnerJoin,
            provider_identity::Entity::belongs_to(auth_identity::Entity)
                .from(provider_identity::Column::AuthIdentityId)
                .to(auth_identity::Column::Id)
                .into(),
        )
        .filter(provider_identity::Column::Provider.eq(PASSWORD))
        .filter(of_customers(unit, emails.keys().copied()))
        .all(unit.db())
        .await?;
    let moved: Vec<provider_identity::ActiveModel> = rows
        .into_iter()
        .filter_map(|(row, identity)| {
            let subject = emails.get(&identity?.customer_id?)?.clone();
            let moved = provider_identity::Model {
                subject,
                // What was proven is that the old address is theirs.
                verified_at: None,
                updated_at: unit.now(),
                ..row
            };
            Some(moved.into_active_model())
        })
        .collect();
    for chunk in moved.chunks(1_000) {
        // Every row exists, so this only ever updates: one statement for all of them.
        provider_identity::Entity::insert_many(chunk.to_vec())
            .on_conflict(
                OnConflict::column(provider_identity::Column::Id)
                    .update_columns([
                        provider_identity::Column::Subject,
                        provider_identity::Column::VerifiedAt,
                        provider_identity::Column::UpdatedAt,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(unit.db())
            .await?;
    }
    Ok(())
}

/// Refuses when one of these customers, whose e-mail address is to change, is a staff user as well.
///
/// # Errors
/// `FORBIDDEN_FIELD`.
pub async fn check_not_staff(unit: &UnitOfWork, customers: impl Iterator<Item = CustomerId>) -> Result<(), WriteError> {
    let staff = auth_identity::Entity::find()
        .filter(of_customers(unit, customers))
        .filter(auth_identity::Column::StaffUserId.is_not_null())
        .count(unit.db())
        .await?;
    if staff > 0 {
        return Err(UserError::new(
            ErrorCode::ForbiddenField,
            "email",
            "This customer is a staff user as well, who logs in with this e-mail address. It cannot be changed here.",
        )
        .into());
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
    // Passwords and other ways to log in go with their identity.
    auth_identity::Entity::delete_many()
        .filter(of_customers(unit, customers.iter().copied()))
        .filter(auth_identity::Column::StaffUserId.is_null())
        .exec(unit.db())
        .await?;
    auth_identity::Entity::update_many()
        .col_expr(auth_identity::Column::CustomerId, Expr::val(None::<CustomerId>))
        .col_expr(auth_identity::Column::UpdatedAt, Expr::val(unit.now()))
        .filter(of_customers(unit, customers.iter().copied()))
        .exec(unit.db())
        .await?;
    Ok(())
}

fn of_customers(unit: &UnitOfWork, customers: impl Iterator<Item = CustomerId>) -> SimpleExpr {
    dialect::any_of(
        unit.call().database.backend(),
        dialect::column(auth_identity::Column::CustomerId),
        customers.map(PrefixedId::uuid),
    )
}
