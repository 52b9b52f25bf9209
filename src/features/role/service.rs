//! The rules about roles.

use std::collections::BTreeSet;

use entity::{
    id::{ChannelId, PrefixedId, RoleId, StaffUserId},
    role::{Column, Entity, Model},
    role_assignment::{self, ScopeKind},
    role_parent, staff_user,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, entity::prelude::Json,
};
use serde_json::json;

use super::{
    authority::{self, Authority},
    visibility,
};
use crate::{
    auth::{
        Permission, Permissions,
        grants::{self, FieldMasks, RoleBook},
    },
    features::{channel::visibility as channels, staff::visibility as staff},
    text::fold,
    work::{Call, ErrorCode, ReadBack, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, snapshot::diff},
};

/// The most roles there may be: they are read together.
const ROLES: usize = 200;

/// The most roles from which one role inherits, and the most that one staff user has.
pub const PARENTS: usize = 20;

/// A role as it shall be; what is `None` stays as it is.
#[derive(Clone, Debug)]
pub struct RoleDraft {
    /// Which role; without it the one with this name, or a new one.
    pub id: Option<RoleId>,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// The name.
    pub name: Option<String>,
    /// What it allows, and how that is written.
    pub permissions: Option<(Permissions, Vec<String>)>,
    /// From which roles it inherits.
    pub parents: Option<Vec<RoleId>>,
    /// What it hides.
    pub masks: Option<FieldMasks>,
}

/// Creates a role, or changes it.
///
/// # Errors
/// `OUT_OF_SCOPE_PERMISSION`, `NAME_TAKEN`, `NOT_FOUND`, `CONFLICT`, `INVALID` for circles, `INVALID_STATE` for built-in
/// roles, `LAST_ADMIN`, `LIMIT_EXCEEDED`.
pub async fn upsert(unit: &mut UnitOfWork, draft: RoleDraft) -> Result<(Model, bool), WriteError> {
    let authority = Authority::of_writer(unit).await?;
    let before = find(unit, &draft).await?;
    let book = RoleBook::read(unit.db()).await?;
    let id = before.as_ref().map_or_else(|| unit.new_id(), |row| row.id);
    if let Some(row) = &before {
        changeable(row)?;
        if draft.expected_version.is_some_and(|version| version != row.version) {
            return Err(UserError::conflict(row.version).into());
        }
        authority.check_rank("id", book.permissions(row.id))?;
    } else if book.len() >= ROLES {
        return Err(UserError::limit("", ROLES, book.len() + 1, "roles").into());
    }
    let name = name(unit, &draft, before.as_ref(), id).await?;
    let old_parents = book.get(id).map(|facts| facts.parents.clone()).unwrap_or_default();
    let parents = parents(draft.parents.as_deref(), &old_parents, &book, id)?;
    let owners = authority::owners(unit).await?;

    let (own, written) = match draft.permissions {
        Some((set, names)) => (set, json!(names)),
        None => before.as_ref().map_or_else(
            || (Permissions::default(), json!([])),
            |row| (Permissions::stored(&row.permissions), row.permissions.clone()),
        ),
    };
    let masks = match draft.masks {
        Some(masks) => masks,
        None => before
            .as_ref()
            .map(|row| grants::masks(&row.field_masks))
            .unwrap_or_default(),
    };
    authority.check_gift("permissions", own, &masks)?;
    for (position, parent) in parents.iter().enumerate() {
        authority.check_gift(&format!("parentIds.{position}"), book.permissions(*parent), &{
            let mut all = masks.clone();
            all.extend(book.masks(*parent));
            all
        })?;
    }

    let row = Model {
        id,
        name_folded: fold(&name),
        name,
        permissions: written,
        field_masks: json!(masks),
        is_built_in: false,
        is_bounded: false,
        version: before.as_ref().map_or(1, |row| row.version + 1),
        created_at: before.as_ref().map_or_else(|| unit.now(), |row| row.created_at),
        updated_at: unit.now(),
    };
    let shown = |row: &Model, parents: &[RoleId]| WithParents(row.clone(), parents.to_vec());
    let changes = diff(
        before.as_ref().map(|before| shown(before, &old_parents)).as_ref(),
        Some(&shown(&row, &parents)),
    );
    if let Some(before) = &before
        && changes.is_empty()
    {
        return Ok((before.clone(), false));
    }
    if before.is_some() {
        Entity::update(row.clone().into_active_model().reset_all())
            .exec_without_returning(unit.db())
            .await?;
    } else {
        Entity::insert(row.clone().into_active_model())
            .exec_without_returning(unit.db())
            .await?;
    }
    if parents != old_parents {
        role_parent::Entity::delete_many()
            .filter(role_parent::Column::RoleId.eq(id))
            .exec(unit.db())
            .await?;
        for parent in &parents {
            let link = role_parent::ActiveModel {
                role_id: Set(id),
                parent_id: Set(*parent),
            };
            role_parent::Entity::insert(link)
                .exec_without_returning(unit.db())
                .await?;
        }
    }
    authority::check_owner_stays(unit, owners, "permissions").await?;
    unit.record(Record {
        topic: Topic(if before.is_some() {
            "role.updated"
        } else {
            "role.created"
        }),
        subject: id.uuid(),
        begins: before.is_none(),
        object: id.to_string(),
        version: row.version,
        changes,
    });
    Ok((row, before.is_none()))
}

async fn find(unit: &UnitOfWork, draft: &RoleDraft) -> Result<Option<Model>, WriteError> {
    let select = visibility::writable_by(unit.viewer()).lock_exclusive();
    match (draft.id, &draft.name) {
        (Some(id), _) => {
            let row = select.filter(Column::Id.eq(id)).one(unit.db()).await?;
            Ok(Some(row.ok_or_else(|| UserError::not_found("id", "role"))?))
        }
        (None, Some(name)) => Ok(select.filter(Column::NameFolded.eq(fold(name))).one(unit.db()).await?),
        (None, None) => Err(UserError::new(ErrorCode::Required, "name", "Fill this in.").into()),
    }
}

async fn name(unit: &UnitOfWork, draft: &RoleDraft, before: Option<&Model>, id: RoleId) -> Result<String, WriteError> {
    let Some(name) = draft.name.clone() else {
        return Ok(before.map(|row| row.name.clone()).unwrap_or_default());
    };
    let taken = Entity::find()
        .filter(Column::NameFolded.eq(fold(&name)))
        .filter(Column::Id.ne(id))
        .count(unit.db())
        .await?;
    if taken > 0 {
        return Err(UserError::new(
            ErrorCode::NameTaken,
            "name",
            "Another role has this name. Choose another name.",
        )
        .into());
    }
    Ok(name)
}

fn changeable(row: &Model) -> Result<(), UserError> {
    if row.is_built_in {
        return Err(UserError::new(
            ErrorCode::InvalidState,
            "id",
            "This role came with the service and stays as it is. Make a role that inherits from it.",
        ));
    }
    Ok(())
}

/// From which roles a role shall inherit: each once, all there, and none that inherits from the role.
fn parents(wanted: Option<&[RoleId]>, old: &[RoleId], book: &RoleBook, id: RoleId) -> Result<Vec<RoleId>, UserError> {
    let Some(wanted) = wanted else {
        return Ok(old.to_vec());
    };
    if wanted.len() > PARENTS {
        return Err(UserError::limit("parentIds", PARENTS, wanted.len(), "parents"));
    }
    for (position, parent) in wanted.iter().enumerate() {
        let path = format!("parentIds.{position}");
        if book.get(*parent).is_none() {
            return Err(UserError::not_found(&path, "role"));
        }
        if book.lineage(*parent).contains(&id) {
            return Err(UserError::new(
                ErrorCode::Invalid,
                &path,
                "This role inherits from the one that you change. Roles cannot inherit in a circle.",
            ));
        }
    }
    Ok(wanted.iter().copied().collect::<BTreeSet<_>>().into_iter().collect())
}

/// Removes a role that nobody has and from which none inherits.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `INVALID_STATE`, `IN_USE`, `OUT_OF_SCOPE_PERMISSION`.
pub async fn delete(unit: &mut UnitOfWork, id: RoleId, expected_version: Option<i32>) -> Result<RoleId, WriteError> {
    let authority = Authority::of_writer(unit).await?;
    let row = visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "role"))?;
    changeable(&row)?;
    if expected_version.is_some_and(|version| version != row.version) {
        return Err(UserError::conflict(row.version).into());
    }
    let book = RoleBook::read(unit.db()).await?;
    authority.check_rank("id", book.permissions(id))?;
    let assigned = role_assignment::Entity::find()
        .filter(role_assignment::Column::RoleId.eq(id))
        .count(unit.db())
        .await?;
    let inherited = role_parent::Entity::find()
        .filter(role_parent::Column::ParentId.eq(id))
        .count(unit.db())
        .await?;
    if assigned + inherited > 0 {
        return Err(UserError::new(
            ErrorCode::InUse,
            "id",
            "Staff users have this role, or other roles inherit from it. Change that first.",
        )
        .into());
    }
    Entity::delete_by_id(id).exec(unit.db()).await?;
    unit.record(Record {
        topic: Topic("role.deleted"),
        subject: id.uuid(),
        begins: false,
        object: id.to_string(),
        version: row.version,
        changes: diff(Some(&WithParents(row, Vec::new())), None),
    });
    Ok(id)
}

/// A role for somebody.
#[derive(Clone, Copy, Debug)]
pub struct Assignment {
    /// Who.
    pub user: StaffUserId,
    /// Which role.
    pub role: RoleId,
    /// For which channel alone; everywhere without one.
    pub channel: Option<ChannelId>,
}

/// Gives a role to a staff user. One who has it already keeps it.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN_FIELD`, `OUT_OF_SCOPE_PERMISSION`, `LIMIT_EXCEEDED`.
pub async fn assign(unit: &mut UnitOfWork, wanted: Assignment) -> Result<staff_user::Model, WriteError> {
    let authority = Authority::of_writer(unit).await?;
    let user = user(unit, wanted.user).await?;
    authority::check_not_oneself(unit, "staffUserId", user.id)?;
    give(unit, &authority, &user, wanted, "roleId").await?;
    Ok(user)
}

/// Gives a role, when it is sure that whoever writes may change the staff user.
///
/// # Errors
/// See [`assign`].
pub async fn give(
    unit: &mut UnitOfWork,
    authority: &Authority,
    user: &staff_user::Model,
    wanted: Assignment,
    path: &str,
) -> Result<(), WriteError> {
    role(unit, wanted.role, path).await?;
    if let Some(channel) = wanted.channel {
        let known = channels::nameable_by(unit.viewer(), Permission::StaffWrite)
            .filter(entity::channel::Column::Id.eq(channel))
            .count(unit.db())
            .await?;
        if known == 0 {
            return Err(UserError::not_found("channelId", "channel").into());
        }
    }
    let book = RoleBook::read(unit.db()).await?;
    authority.check_gift(path, book.permissions(wanted.role), &book.masks(wanted.role))?;
    let assigned = grants::assignments(unit.db(), &[user.id]).await?;
    let assigned = assigned.get(&user.id).map(Vec::as_slice).unwrap_or_default();
    let scope_id = wanted.channel.map(PrefixedId::uuid);
    if assigned
        .iter()
        .any(|known| known.role_id == wanted.role && known.scope_id == scope_id)
    {
        return Ok(());
    }
    if assigned.len() >= PARENTS {
        return Err(UserError::limit(path, PARENTS, assigned.len() + 1, "roles of one staff user").into());
    }
    let row = role_assignment::Model {
        id: unit.new_id(),
        staff_user_id: user.id,
        role_id: wanted.role,
        scope_kind: if scope_id.is_some() {
            ScopeKind::Channel
        } else {
            ScopeKind::All
        },
        scope_id,
        assigned_by: unit.viewer().staff_user(),
        created_at: unit.now(),
    };
    role_assignment::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(record("staff.role_assigned", user, diff(None, Some(&row))));
    Ok(())
}

/// Takes a role from a staff user.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN_FIELD`, `OUT_OF_SCOPE_PERMISSION`, `LAST_ADMIN`.
pub async fn unassign(unit: &mut UnitOfWork, wanted: Assignment) -> Result<staff_user::Model, WriteError> {
    let authority = Authority::of_writer(unit).await?;
    let user = user(unit, wanted.user).await?;
    authority::check_not_oneself(unit, "staffUserId", user.id)?;
    role(unit, wanted.role, "roleId").await?;
    let standing = authority::standing(unit, &user).await?;
    authority.check_rank("staffUserId", standing.permissions)?;
    let book = RoleBook::read(unit.db()).await?;
    authority.check_rank("roleId", book.permissions(wanted.role))?;
    let assigned = grants::assignments(unit.db(), &[user.id]).await?;
    let scope_id = wanted.channel.map(PrefixedId::uuid);
    let row = assigned
        .get(&user.id)
        .into_iter()
        .flatten()
        .find(|known| known.role_id == wanted.role && known.scope_id == scope_id)
        .cloned()
        .ok_or_else(|| UserError::not_found("roleId", "role of this staff user"))?;
    let owners = authority::owners(unit).await?;
    role_assignment::Entity::delete_by_id(row.id).exec(unit.db()).await?;
    authority::check_owner_stays(unit, owners, "roleId").await?;
    check_not_uncovered(unit, &authority, &user, &standing.reach.masks).await?;
    unit.record(record("staff.role_unassigned", &user, diff(Some(&row), None)));
    Ok(user)
}

/// Taking a role away may show more, when it was the one that hid something: that is a gift like any other.
async fn check_not_uncovered(
    unit: &UnitOfWork,
    authority: &Authority,
    user: &staff_user::Model,
    hidden: &FieldMasks,
) -> Result<(), WriteError> {
    let now = authority::standing(unit, user).await?;
    if hidden.is_subset(&now.reach.masks) {
        return Ok(());
    }
    authority.check_gift("roleId", now.permissions, &now.reach.masks)?;
    Ok(())
}

async fn user(unit: &UnitOfWork, id: StaffUserId) -> Result<staff_user::Model, WriteError> {
    staff::writable_by(unit.viewer())
        .filter(staff_user::Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("staffUserId", "staff user").into())
}

async fn role(unit: &UnitOfWork, id: RoleId, path: &str) -> Result<Model, WriteError> {
    visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found(path, "role").into())
}

fn record(topic: &'static str, user: &staff_user::Model, changes: Vec<crate::work::FieldChange>) -> Record {
    Record {
        topic: Topic(topic),
        subject: user.id.uuid(),
        begins: false,
        object: user.id.to_string(),
        version: user.version,
        changes,
    }
}

/// A role with what it inherits from, for the timeline.
struct WithParents(Model, Vec<RoleId>);

impl Snapshot for WithParents {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("name", json!(self.0.name)),
            ("permissions", self.0.permissions.clone()),
            ("fieldMasks", self.0.field_masks.clone()),
            ("parentIds", json!(self.1)),
        ]
    }
}

impl Snapshot for role_assignment::Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("roleId", json!(self.role_id)),
            ("scope", json!(self.scope_kind)),
            ("channelId", json!(self.scope_id.map(ChannelId))),
        ]
    }
}

impl ReadBack for Model {
    type Id = RoleId;

    fn id(&self) -> RoleId {
        self.id
    }

    fn customer(&self) -> Option<entity::id::CustomerId> {
        None
    }

    async fn read_back(call: &Call, ids: Vec<RoleId>) -> Result<Vec<Self>, DbErr> {
        visibility::writable_by(&call.viewer)
            .filter(Column::Id.is_in(ids.into_iter().map(PrefixedId::uuid)))
            .all(call.db())
            .await
    }
}
