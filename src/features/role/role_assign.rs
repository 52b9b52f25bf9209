//! `roleAssign` and `roleUnassign`: a role given, and taken away.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::{ChannelId, RoleId, StaffUserId};

use super::assignment::{self, Assignment};
use crate::{
    auth::guard,
    features::staff::StaffUser,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::UnitOfWork,
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct RoleAssignMutation;

/// Who gets which role.
#[derive(Debug, InputObject)]
pub struct RoleAssignInput {
    /// The staff user.
    staff_user_id: Id<StaffUserId>,
    /// The role: it allows at most what you may do yourself.
    role_id: Id<RoleId>,
    /// For order links of this channel alone; everywhere without it. Within a channel a role shows its order links and
    /// allows nothing else.
    channel_id: Option<Id<ChannelId>>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `roleAssign` answers.
#[derive(Debug, SimpleObject)]
pub struct RoleAssignPayload {
    /// The staff user; null when there are user errors.
    staff_user: Option<StaffUser>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// Who loses which role.
#[derive(Debug, InputObject)]
pub struct RoleUnassignInput {
    /// The staff user.
    staff_user_id: Id<StaffUserId>,
    /// The role.
    role_id: Id<RoleId>,
    /// The channel for which it was given; without it the role that counts everywhere is taken away.
    channel_id: Option<Id<ChannelId>>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `roleUnassign` answers.
#[derive(Debug, SimpleObject)]
pub struct RoleUnassignPayload {
    /// The staff user; null when there are user errors.
    staff_user: Option<StaffUser>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl RoleAssignMutation {
    /// Gives a role to another staff user, who may do what it allows within five seconds. Requires `staff:write`.
    #[graphql(
        guard = "guard::staff_write",
        visible = "guard::shows::staff_write",
        tag = "admin",
        requires_scopes = "staff:write"
    )]
    async fn role_assign(&self, ctx: &Context<'_>, input: RoleAssignInput) -> Result<Option<RoleAssignPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("roleAssign", input.idempotency_key, input.dry_run, input.reason)?;
        let wanted = Assignment {
            user: input.staff_user_id.0,
            role: input.role_id.0,
            channel: input.channel_id.map(|id| id.0),
        };
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                assignment::assign(unit, wanted).await
            })
            .await;
        let (user, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(RoleAssignPayload {
            staff_user: user.map(StaffUser::from),
            user_errors,
            dry_run,
        }))
    }

    /// Takes a role from another staff user, who may no longer do what it allowed within five seconds. Requires
    /// `staff:write`.
    #[graphql(
        guard = "guard::staff_write",
        visible = "guard::shows::staff_write",
        tag = "admin",
        requires_scopes = "staff:write"
    )]
    async fn role_unassign(&self, ctx: &Context<'_>, input: RoleUnassignInput) -> Result<Option<RoleUnassignPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("roleUnassign", input.idempotency_key, input.dry_run, input.reason)?;
        let wanted = Assignment {
            user: input.staff_user_id.0,
            role: input.role_id.0,
            channel: input.channel_id.map(|id| id.0),
        };
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                assignment::unassign(unit, wanted).await
            })
            .await;
        let (user, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(RoleUnassignPayload {
            staff_user: user.map(StaffUser::from),
            user_errors,
            dry_run,
        }))
    }
}
