//! `roleUpsert`: a role created or changed.

use std::collections::BTreeSet;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::RoleId;

use super::{
    authority::read_permissions,
    object::Role,
    service::{self, RoleDraft},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, ErrorCode, UnitOfWork, UserError},
};

/// The most fields that one role hides.
const MASKS: usize = 100;

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct RoleUpsertMutation;

/// A role as it shall be: a field that is left out stays as it is.
#[derive(Debug, InputObject)]
pub struct RoleUpsertInput {
    /// Which role to change; without it the one with this name is changed, or a new one created.
    id: Option<Id<RoleId>>,
    /// Change only if this is still the version.
    expected_version: Option<i32>,
    /// The name, unique among roles whatever its case and accents.
    name: Option<String>,
    /// What it allows, as `resource:action`, where `*` stands for any: at most what you may do yourself.
    permissions: Option<Vec<String>>,
    /// The roles from which it inherits, at most 20.
    parent_ids: Option<Vec<Id<RoleId>>>,
    /// The fields that it does not show, as `Type.field`, such as `Customer.phone`.
    field_masks: Option<Vec<String>>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `roleUpsert` answers.
#[derive(Debug, SimpleObject)]
pub struct RoleUpsertPayload {
    /// The role as it is now; null when there are user errors.
    role: Option<Role>,
    /// Whether it is new; null when there are user errors.
    is_created: Option<bool>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl RoleUpsertMutation {
    /// Creates a role, or changes it; built-in roles stay as they are. You can allow at most what you may do yourself.
    /// Requires `staff:write`.
    #[graphql(
        guard = "guard::staff_write",
        visible = "guard::shows::staff_write",
        tag = "admin",
        requires_scopes = "staff:write"
    )]
    async fn role_upsert(&self, ctx: &Context<'_>, input: RoleUpsertInput) -> Result<Option<RoleUpsertPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("roleUpsert", input.idempotency_key, input.dry_run, input.reason)?;
        let mut complaints = Complaints::default();
        let permissions = input
            .permissions
            .and_then(|names| match read_permissions("permissions", &names) {
                Ok(read) => Some(read),
                Err(error) => {
                    complaints.add(error);
                    None
                }
            });
        let masks = input.field_masks.map(|masks| self::masks(ctx, &masks, &mut complaints));
        let draft = RoleDraft {
            id: input.id.map(|id| id.0),
            expected_version: input.expected_version,
            name: input.name.map(|name| complaints.required_text("name", Some(name), 255)),
            permissions,
            parents: input.parent_ids.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            masks,
        };
        let written = match complaints.check(draft) {
            Ok(draft) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::upsert(unit, draft.clone()).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (role, user_errors, dry_run) = payload(call, written)?;
        let is_created = role.as_ref().map(|(_, is_created)| *is_created);
        Ok(Some(RoleUpsertPayload {
            role: role.map(|(row, _)| Role::from(row)),
            is_created,
            user_errors,
            dry_run,
        }))
    }
}

/// Only what the schema has can be hidden, and only where it may be null.
fn masks(ctx: &Context<'_>, names: &[String], complaints: &mut Complaints) -> BTreeSet<String> {
    if names.len() > MASKS {
        complaints.add(UserError::limit("fieldMasks", MASKS, names.len(), "fields"));
        return BTreeSet::new();
    }
    for (position, name) in names.iter().enumerate() {
        let field = name.split_once('.').and_then(|(object, field)| {
            let is_object = !matches!(object, "Query" | "Mutation" | "_Service") && !object.starts_with("__");
            let object = ctx.schema_env.registry.types.get(object).filter(|_| is_object)?;
            object.field_by_name(field)
        });
        let message = match field {
            None => "There is no such field. Write it as Type.field, such as Customer.phone.",
            Some(field) if field.ty.ends_with('!') => "This field is never null, so it cannot be hidden.",
            Some(_) => continue,
        };
        complaints.add(UserError::new(
            ErrorCode::Invalid,
            &format!("fieldMasks.{position}"),
            message,
        ));
    }
    names.iter().cloned().collect()
}
