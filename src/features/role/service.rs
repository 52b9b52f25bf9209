//! The rules about roles.

use std::collections::BTreeSet;

use entity::{
    id::{PrefixedId, RoleId},
    role::{Column, Entity, Model},
    role_parent,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, entity::prelude::Json,
};
use serde_json::json;

use super::{
    authority::{Authority, Paths},
    visibility,
};
use crate::{
    auth::{
        Permissions,
        grants::{self, FieldMasks, RoleBook, RoleFacts},
    },
    text::fold,
    work::{Call, ErrorCode, ReadBack, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, snapshot::diff},
};

/// The most roles there may be: they are read together.
const ROLES: usize = 200;

/// The most roles from which one role inherits.
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
    let (authority, roster) = Authority::over_roster(unit).await?;
    let book = &roster.book;
    let before = find(unit, &draft).await?;
    let id = before.as_ref().map_or_else(|| unit.new_id(), |row| row.id);
    if let Some(row) = &before {
        changeable(row)?;
        if draft.expected_version.is_some_and(|version| version != row.version) {
            return Err(UserError::conflict(row.version).into());
        }
        authority.check_role("id", book.permissions(row.id))?;
    } else if book.len() >= ROLES {
        return Err(UserError::limit("", ROLES, book.len() + 1, "roles").into());
    }
    let name = name(unit, &draft, before.as_ref(), id).await?;
    let old_parents = book.get(id).map(|facts| facts.parents.clone()).unwrap_or_default();
    let parents = parents(draft.parents.as_deref(), &old_parents, book, id)?;

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
    let mut hidden = masks.clone();
    hidden.extend(parents.iter().flat_map(|parent| book.masks(*parent)));
    authority.check_gift("permissions", own, &hidden)?;
    for (position, parent) in parents.iter().enumerate() {
        authority.check_gift(&format!("parentIds.{position}"), book.permissions(*parent), &hidden)?;
    }
    let mut after = roster.clone();
    let facts = RoleFacts {
        name: name.clone(),
        permissions: own,
        masks: masks.clone(),
        is_bounded: false,
        parents: parents.clone(),
    };
    after.book.put(id, facts);
    let paths = Paths {
        whom: "id",
        what: "permissions",
    };
    authority.check_change(unit, &roster, &after, paths).await?;

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
    let (authority, roster) = Authority::over_roster(unit).await?;
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
    authority.check_role("id", roster.book.permissions(id))?;
    // What nobody has and none inherits from changes nobody's standing.
    if roster.has_use_for(id) {
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
