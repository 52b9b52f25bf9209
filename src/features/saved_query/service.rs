//! The rules about saved queries.

use std::collections::BTreeSet;

use entity::{
    id::{CustomerId, PrefixedId, RoleId, SavedQueryId, StaffUserId},
    saved_query::{Column, Entity, Model},
    saved_query_role,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
    Select, entity::prelude::Json,
};
use serde_json::json;

use super::{sharing, visibility};
use crate::{
    text::fold,
    work::{
        Call, Change, ErrorCode, FieldChange, ReadBack, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError,
        snapshot::diff,
    },
};

/// The most characters of a document, and of variables.
pub const TEXT: usize = 20_000;

/// The most characters of a description.
pub const DESCRIPTION: usize = 1_000;

/// The most queries that one staff user keeps.
pub const QUERIES: usize = 200;

/// A query to keep.
#[derive(Clone, Debug)]
pub struct SavedQueryDraft {
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The operations.
    pub document: String,
    /// The variables.
    pub variables: Option<String>,
    /// The roles with which it is shared.
    pub shared_with: Vec<RoleId>,
}

/// A change of a query; what is `None` stays as it is.
#[derive(Clone, Debug)]
pub struct SavedQueryChange {
    /// Which.
    pub id: SavedQueryId,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// Name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Change<String>,
    /// The operations.
    pub document: Option<String>,
    /// The variables.
    pub variables: Change<String>,
    /// The roles with which it is shared.
    pub shared_with: Option<Vec<RoleId>>,
}

/// Keeps a query.
///
/// # Errors
/// `LIMIT_EXCEEDED`, `NAME_TAKEN`, `NOT_FOUND` for roles, `INVALID_STATE` for whoever is not a staff user.
pub async fn create(unit: &mut UnitOfWork, draft: SavedQueryDraft) -> Result<Model, WriteError> {
    let owner = owner(unit)?;
    wait(unit, owner).await?;
    let mut errors = Vec::new();
    let kept = visibility::writable_by(unit.viewer()).count(unit.db()).await?;
    if kept >= QUERIES as u64 {
        errors.push(UserError::limit("", QUERIES, QUERIES + 1, "saved queries"));
    }
    let row = Model {
        id: unit.new_id(),
        owner_id: owner,
        name_folded: fold(&draft.name),
        name: draft.name,
        description: draft.description,
        document: draft.document,
        variables: draft.variables,
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    errors.extend(name_taken(unit, &row).await?);
    let roles: BTreeSet<RoleId> = draft.shared_with.iter().copied().collect();
    errors.extend(sharing::unknown_roles(unit, &draft.shared_with, &BTreeSet::new()).await?);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    sharing::share(unit, row.id, &roles).await?;
    let after = Shared(&row, &roles);
    unit.record(Record {
        topic: Topic("saved_query.created"),
        subject: row.id.uuid(),
        begins: true,
        object: row.id.to_string(),
        version: row.version,
        changes: changes(None, Some(&after)),
    });
    Ok(row)
}

/// Changes a query of one's own.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `NAME_TAKEN`.
pub async fn update(unit: &mut UnitOfWork, change: SavedQueryChange) -> Result<Model, WriteError> {
    wait(unit, owner(unit)?).await?;
    let own = visibility::writable_by(unit.viewer());
    let (before, old_roles) = find(unit, own, change.id, change.expected_version).await?;
    let mut after = before.clone();
    if let Some(name) = change.name {
        after.name_folded = fold(&name);
        after.name = name;
    }
    change.description.apply(&mut after.description);
    if let Some(document) = change.document {
        after.document = document;
    }
    change.variables.apply(&mut after.variables);
    let wanted = change
        .shared_with
        .unwrap_or_else(|| old_roles.iter().copied().collect());
    let roles: BTreeSet<RoleId> = wanted.iter().copied().collect();
    let mut errors: Vec<UserError> = name_taken(unit, &after).await?.into_iter().collect();
    errors.extend(sharing::unknown_roles(unit, &wanted, &old_roles).await?);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    if after == before && roles == old_roles {
        return Ok(before);
    }
    after.version += 1;
    after.updated_at = unit.now();
    Entity::update(after.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    if roles != old_roles {
        saved_query_role::Entity::delete_many()
            .filter(saved_query_role::Column::SavedQueryId.eq(after.id))
            .exec(unit.db())
            .await?;
        sharing::share(unit, after.id, &roles).await?;
    }
    let changes = changes(Some(&Shared(&before, &old_roles)), Some(&Shared(&after, &roles)));
    unit.record(Record {
        topic: Topic("saved_query.updated"),
        subject: after.id.uuid(),
        begins: false,
        object: after.id.to_string(),
        version: after.version,
        changes,
    });
    Ok(after)
}

/// Forgets a query of one's own, or one that is shared, for who manages staff users.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`.
pub async fn delete(
    unit: &mut UnitOfWork,
    id: SavedQueryId,
    expected_version: Option<i32>,
) -> Result<SavedQueryId, WriteError> {
    let removable = visibility::removable_by(unit.viewer());
    let (row, roles) = find(unit, removable, id, expected_version).await?;
    Entity::delete_by_id(id).exec(unit.db()).await?;
    unit.record(Record {
        topic: Topic("saved_query.deleted"),
        subject: id.uuid(),
        begins: false,
        object: id.to_string(),
        version: row.version + 1,
        changes: changes(Some(&Shared(&row, &roles)), None),
    });
    Ok(id)
}

fn owner(unit: &UnitOfWork) -> Result<StaffUserId, UserError> {
    unit.viewer()
        .staff_user()
        .ok_or_else(|| UserError::new(ErrorCode::InvalidState, "", "Only staff users keep queries."))
}

/// Whoever counts, or compares names, waits for the others of the same owner.
async fn wait(unit: &UnitOfWork, owner: StaffUserId) -> Result<(), DbErr> {
    unit.wait_in_line(&format!("saved queries of {owner}")).await
}

async fn find(
    unit: &UnitOfWork,
    among: Select<Entity>,
    id: SavedQueryId,
    expected_version: Option<i32>,
) -> Result<(Model, BTreeSet<RoleId>), WriteError> {
    let row = among
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "saved query"))?;
    if expected_version.is_some_and(|version| version != row.version) {
        return Err(UserError::conflict(row.version).into());
    }
    let shares = saved_query_role::Entity::find()
        .filter(saved_query_role::Column::SavedQueryId.eq(id))
        .all(unit.db())
        .await?;
    Ok((row, shares.into_iter().map(|share| share.role_id).collect()))
}

async fn name_taken(unit: &UnitOfWork, row: &Model) -> Result<Option<UserError>, DbErr> {
    let taken = visibility::writable_by(unit.viewer())
        .filter(Column::NameFolded.eq(&row.name_folded))
        .filter(Column::Id.ne(row.id))
        .count(unit.db())
        .await?;
    Ok((taken > 0).then(|| {
        UserError::new(
            ErrorCode::NameTaken,
            "name",
            "Another query of yours has this name. Choose another name, or change that one.",
        )
    }))
}

/// A query with the roles that see it, for the timeline.
struct Shared<'a>(&'a Model, &'a BTreeSet<RoleId>);

impl Snapshot for Shared<'_> {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![("sharedWithRoleIds", json!(self.1))]
    }
}

/// What changed: with whom it is shared word by word, and of its texts no more than that they did.
fn changes(before: Option<&Shared<'_>>, after: Option<&Shared<'_>>) -> Vec<FieldChange> {
    let mut changes = diff(before, after);
    let text = |shared: Option<&Shared<'_>>, of: fn(&Model) -> Option<&str>| {
        shared.and_then(|shared| of(shared.0)).map(str::to_owned)
    };
    for (path, of) in TEXTS {
        if text(before, of) != text(after, of) {
            changes.push(FieldChange {
                path: path.to_owned(),
                before: Json::Null,
                after: Json::Null,
            });
        }
    }
    changes
}

type TextOf = fn(&Model) -> Option<&str>;

const TEXTS: [(&str, TextOf); 4] = [
    ("name", |row| Some(&row.name)),
    ("description", |row| row.description.as_deref()),
    ("document", |row| Some(&row.document)),
    ("variables", |row| row.variables.as_deref()),
];

impl ReadBack for Model {
    type Id = SavedQueryId;

    fn id(&self) -> SavedQueryId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        None
    }

    async fn read_back(call: &Call, ids: Vec<SavedQueryId>) -> Result<Vec<Self>, DbErr> {
        visibility::writable_by(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}
