//! The rules about staff users.

use entity::{
    id::PrefixedId,
    staff_user::{Entity, Model, Status},
};
use sea_orm::{EntityTrait, IntoActiveModel, entity::prelude::Json};
use secrecy::SecretString;
use serde_json::json;

use crate::{
    auth::Permissions,
    features::{
        account::service as accounts,
        identity::service::{self as identities, Owner},
    },
    work::{
        Call, Complaints, EmailAddress, ErrorCode, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError,
        snapshot::diff,
    },
};

/// A new staff user, checked and with the password hashed, which takes too long for a transaction.
#[derive(Clone, Debug)]
pub struct StaffDraft {
    email: EmailAddress,
    name: Option<String>,
    secret_hash: String,
    permissions: Permissions,
}

/// Reads what is to become a staff user.
///
/// # Errors
/// Every complaint about it; [`WriteError::Overloaded`].
pub async fn prepare(
    call: &Call,
    email: &str,
    name: Option<String>,
    password: &SecretString,
    permissions: Permissions,
) -> Result<StaffDraft, WriteError> {
    let mut complaints = Complaints::default();
    let typed = complaints.required_text("email", Some(email.to_owned()), 254);
    let email = complaints.email("email", Some(typed));
    let name = complaints.text("name", name, 255);
    let known: Vec<&str> = [email.as_ref().map(|email| email.normalized.as_str()), name.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    if let Some(error) = call.passwords.policy().check("password", password, &known) {
        complaints.add(error);
    }
    match complaints.check(email)? {
        Some(email) => Ok(StaffDraft {
            email,
            name,
            secret_hash: call.passwords.hash(password).await?,
            permissions,
        }),
        None => Err(UserError::new(ErrorCode::Required, "email", "Fill this in.").into()),
    }
}

/// Creates a staff user who logs in with e-mail address and password.
///
/// # Errors
/// `EMAIL_TAKEN` when somebody logs in with the address already: a registered customer who gave it has not proven
/// that it is theirs, and must not come to be staff by that.
pub async fn create(unit: &mut UnitOfWork, draft: StaffDraft) -> Result<Model, WriteError> {
    if accounts::has_log_in(unit, &draft.email).await? {
        return Err(UserError::new(
            ErrorCode::EmailTaken,
            "email",
            "Somebody logs in with this e-mail address already. Use another one.",
        )
        .into());
    }
    let row = Model {
        id: unit.new_id(),
        email: draft.email.typed.clone(),
        email_normalized: draft.email.normalized.clone(),
        name: draft.name,
        permissions: serde_json::to_value(draft.permissions).unwrap_or_default(),
        status: Status::Active,
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    identities::create(unit, Owner::Staff(row.id), &draft.email, draft.secret_hash).await?;
    unit.record(Record {
        topic: Topic("staff.created"),
        subject: row.id.uuid(),
        begins: true,
        object: row.id.to_string(),
        version: row.version,
        changes: diff(None, Some(&row)),
    });
    Ok(row)
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("email", json!(self.email)),
            ("name", json!(self.name)),
            ("permissions", self.permissions.clone()),
            ("status", json!(self.status)),
        ]
    }
}
