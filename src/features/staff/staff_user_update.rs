//! `staffUserUpdate`: a staff user changed, shut out, or let in again.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::{id::StaffUserId, staff_user::Status};

use super::{
    object::{StaffUser, StaffUserStatus},
    service::{self, StaffUpdate},
};
use crate::{
    auth::guard,
    features::role::authority::read_permissions,
    graphql::{ContextExt, DryRunResult, Id, Problem, change, payload},
    work::{Complaints, UnitOfWork},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct StaffUserUpdateMutation;

/// Changes of a staff user: a field that is left out stays as it is.
#[derive(Debug, InputObject)]
pub struct StaffUserUpdateInput {
    /// The staff user.
    id: Id<StaffUserId>,
    /// Change only if this is still the version.
    expected_version: Option<i32>,
    /// The name as shown to other staff; null clears it.
    name: MaybeUndefined<String>,
    /// Whether they may log in. Who is disabled is out at once.
    status: Option<StaffUserStatus>,
    /// Whether the secret API keys that they made work on when they are disabled; otherwise those end with them. Keys
    /// keep their permissions when their maker loses some.
    #[graphql(default)]
    keep_api_keys: bool,
    /// All that is granted directly, as `resource:action`, where `*` stands for any: you can add at most what you may
    /// do yourself.
    permissions: Option<Vec<String>>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `staffUserUpdate` answers.
#[derive(Debug, SimpleObject)]
pub struct StaffUserUpdatePayload {
    /// The staff user as they are now; null when there are user errors.
    staff_user: Option<StaffUser>,
    /// How many API keys have ended with them; null when there are user errors.
    revoked_api_key_count: Option<i32>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl StaffUserUpdateMutation {
    /// Changes a staff user who may do at most what you may. Your own permissions and status are for others to change.
    /// Requires `staff:write`.
    #[graphql(
        guard = "guard::staff_write",
        visible = "guard::shows::staff_write",
        tag = "admin",
        requires_scopes = "staff:write"
    )]
    async fn staff_user_update(
        &self,
        ctx: &Context<'_>,
        input: StaffUserUpdateInput,
    ) -> Result<Option<StaffUserUpdatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("staffUserUpdate", input.idempotency_key, input.dry_run, input.reason)?;
        let mut complaints = Complaints::default();
        let permissions = match input.permissions.map(|names| read_permissions("permissions", &names)) {
            Some(Ok(read)) => Some(read),
            Some(Err(error)) => {
                complaints.add(error);
                None
            }
            None => None,
        };
        let update = StaffUpdate {
            id: input.id.0,
            expected_version: input.expected_version,
            name: complaints.text_change("name", change(input.name), 255),
            status: input.status.map(|status| match status {
                StaffUserStatus::Active => Status::Active,
                StaffUserStatus::Disabled => Status::Disabled,
            }),
            keeps_keys: input.keep_api_keys,
            permissions,
        };
        let written = match complaints.check(update) {
            Ok(update) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::update(unit, update.clone()).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (user, user_errors, dry_run) = payload(call, written)?;
        let (user, revoked) = user.unzip();
        Ok(Some(StaffUserUpdatePayload {
            staff_user: user.map(StaffUser::from),
            revoked_api_key_count: revoked.map(|count| i32::try_from(count).unwrap_or(i32::MAX)),
            user_errors,
            dry_run,
        }))
    }
}
