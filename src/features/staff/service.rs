//! The rules about staff users.

use std::collections::BTreeSet;

use entity::{
    id::{CustomerId, PrefixedId, RoleId, StaffUserId},
    role_assignment,
    session::ActorType,
    staff_user::{Column, Entity, Model, Status},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, entity::prelude::Json,
};
use secrecy::SecretString;
use serde_json::json;

use super::visibility;
use crate::{
    auth::Permissions,
    features::{
        account::{
            service as accounts,
            token::{self, NewToken, Purpose},
        },
        api_key::service as keys,
        identity::service::{self as identities, Owner},
        mail::service::{self as mails, NewMail},
        role::{
            assignment::{self, Assignment},
            authority::{Authority, Paths},
            roster::Member,
        },
        session::service as sessions,
    },
    work::{
        Call, Change, Complaints, EmailAddress, ErrorCode, ReadBack, Record, Snapshot, Topic, UnitOfWork, UserError,
        WriteError, snapshot::diff,
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
    let permissions = serde_json::to_value(draft.permissions).unwrap_or_default();
    let row = insert(unit, &draft.email, draft.name, permissions).await?;
    identities::create(unit, Owner::Staff(row.id), &draft.email, draft.secret_hash).await?;
    Ok(row)
}

async fn insert(
    unit: &mut UnitOfWork,
    email: &EmailAddress,
    name: Option<String>,
    permissions: Json,
) -> Result<Model, WriteError> {
    if accounts::has_log_in(unit, email).await? {
        return Err(UserError::new(
            ErrorCode::EmailTaken,
            "email",
            "Somebody logs in with this e-mail address already. Use another one.",
        )
        .into());
    }
    let row = Model {
        id: unit.new_id(),
        email: email.typed.clone(),
        email_normalized: email.normalized.clone(),
        name,
        permissions,
        status: Status::Active,
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
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

/// Somebody to invite.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Their e-mail address.
    pub email: EmailAddress,
    /// Their name.
    pub name: Option<String>,
    /// In which language they are written to.
    pub locale: Option<String>,
    /// What is granted to them directly, and how that is written.
    pub permissions: (Permissions, Vec<String>),
    /// The roles that they have everywhere.
    pub roles: Vec<RoleId>,
}

/// Creates a staff user without a password, and sends them a mail whose link lets them choose one.
///
/// # Errors
/// `EMAIL_TAKEN`, `OUT_OF_SCOPE_PERMISSION`, `NOT_FOUND` for a role, `LIMIT_EXCEEDED`.
pub async fn invite(unit: &mut UnitOfWork, invitation: Invitation) -> Result<Model, WriteError> {
    let (authority, roster) = Authority::over_roster(unit).await?;
    let (set, names) = invitation.permissions;
    authority.check_permissions("permissions", set)?;
    assignment::check_there(unit, &invitation.roles, |position| format!("roleIds.{position}")).await?;
    for (position, role) in invitation.roles.iter().enumerate() {
        authority.check_permissions(&format!("roleIds.{position}"), roster.book.permissions(*role))?;
    }
    let row = insert(unit, &invitation.email, invitation.name, json!(names)).await?;
    let roles: BTreeSet<RoleId> = invitation.roles.into_iter().collect();
    let wanted = |role| Assignment {
        user: row.id,
        role,
        channel: None,
    };
    let roles: Vec<role_assignment::Model> = roles.into_iter().map(|role| wanted(role).row(unit)).collect();
    let mut after = roster.clone();
    let member = Member {
        is_active: true,
        direct: set,
        roles: roles.clone(),
    };
    after.members.insert(row.id, member);
    let what = if roles.is_empty() { "permissions" } else { "roleIds" };
    authority
        .check_change(unit, &roster, &after, Paths { whom: what, what })
        .await?;
    assignment::give(unit, &row, &roles).await?;
    let identity = identities::create_without_log_in(unit, Owner::Staff(row.id)).await?;
    // The link does what one to set a forgotten password does, and is good for longer.
    let new = NewToken {
        purpose: Purpose::PASSWORD_RESET,
        email: row.email_normalized.clone(),
        identity: Some(identity),
        customer: None,
        data: json!({ "actor": ActorType::Staff }),
        lifetime: unit.call().policy.invitation_lifetime,
    };
    let token = token::issue(unit, new).await?;
    let mail = NewMail {
        template: "staff_invitation",
        recipient: row.email.clone(),
        locale: invitation.locale,
        token: Some(token.id),
        customer: None,
        data: json!({ "name": row.name, "is_staff": true }),
        is_withheld: false,
    };
    mails::queue(unit, mail).await?;
    Ok(row)
}

/// A change of a staff user.
#[derive(Clone, Debug)]
pub struct StaffUpdate {
    /// Who.
    pub id: StaffUserId,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// The name.
    pub name: Change<String>,
    /// Whether they may log in, if that changes.
    pub status: Option<Status>,
    /// Whether the keys that they made work on when they are disabled.
    pub keeps_keys: bool,
    /// What is granted to them directly, if that changes.
    pub permissions: Option<(Permissions, Vec<String>)>,
}

/// Changes a staff user. One who is disabled is out at once: their sessions end, and those in which they act as
/// somebody else, and the secret keys that they made, unless these stay: how many ended is answered.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `FORBIDDEN_FIELD`, `OUT_OF_SCOPE_PERMISSION`, `LAST_ADMIN`.
pub async fn update(unit: &mut UnitOfWork, update: StaffUpdate) -> Result<(Model, usize), WriteError> {
    let (authority, roster) = Authority::over_roster(unit).await?;
    let before = visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(update.id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "staff user"))?;
    if update.expected_version.is_some_and(|version| version != before.version) {
        return Err(UserError::conflict(before.version).into());
    }
    if unit.viewer().staff_user() != Some(before.id) {
        authority.check_rank("id", &roster.standing(before.id))?;
    }
    let mut after = before.clone();
    update.name.apply(&mut after.name);
    let mut changed = roster.clone();
    let member = changed.members.entry(before.id).or_default();
    let mut paths = Paths { whom: "id", what: "id" };
    if let Some(status) = update.status
        && status != before.status
    {
        authority.check_not_oneself("status", before.id)?;
        paths.what = "status";
        after.status = status;
        member.is_active = status == Status::Active;
    }
    if let Some((set, names)) = update.permissions
        && set != Permissions::stored(&before.permissions)
    {
        authority.check_not_oneself("permissions", before.id)?;
        paths.what = "permissions";
        after.permissions = json!(names);
        member.direct = set;
    }
    authority.check_change(unit, &roster, &changed, paths).await?;
    let changes = diff(Some(&before), Some(&after));
    if changes.is_empty() {
        return Ok((before, 0));
    }
    after.version += 1;
    after.updated_at = unit.now();
    Entity::update(after.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    let mut revoked = 0;
    if before.status != Status::Disabled && after.status == Status::Disabled {
        sessions::revoke_all_of_staff(unit, after.id).await?;
        token::withdraw(unit, Purpose::PASSWORD_RESET, &after.email_normalized).await?;
        if !update.keeps_keys {
            revoked = keys::revoke_those_of(unit, after.id).await?;
        }
    }
    unit.record(Record {
        topic: Topic("staff.updated"),
        subject: after.id.uuid(),
        begins: false,
        object: after.id.to_string(),
        version: after.version,
        changes,
    });
    Ok((after, revoked))
}

impl ReadBack for Model {
    type Id = StaffUserId;

    fn id(&self) -> StaffUserId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        None
    }

    async fn read_back(call: &Call, ids: Vec<StaffUserId>) -> Result<Vec<Self>, DbErr> {
        visibility::writable_by(&call.viewer)
            .filter(Column::Id.is_in(ids.into_iter().map(PrefixedId::uuid)))
            .all(call.db())
            .await
    }
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
