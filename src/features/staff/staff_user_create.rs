//! `staffUserCreate`: somebody is invited to work here.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::RoleId;

use super::{
    object::StaffUser,
    service::{self, Invitation},
};
use crate::{
    auth::guard,
    features::role::{assignment::ROLES, authority::read_permissions},
    graphql::{ContextExt, DryRunResult, Email, Id, LanguageTag, Problem, payload},
    work::{Complaints, ErrorCode, UnitOfWork, UserError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct StaffUserCreateMutation;

/// Somebody who shall work here.
#[derive(Debug, InputObject)]
pub struct StaffUserCreateInput {
    /// The e-mail address to log in with, to which the invitation goes.
    email: Email,
    /// The name as shown to other staff.
    name: Option<String>,
    /// What is granted directly, as `resource:action`, where `*` stands for any: at most what you may do yourself.
    permissions: Option<Vec<String>>,
    /// The roles that count everywhere, at most 20.
    role_ids: Option<Vec<Id<RoleId>>>,
    /// The language of the invitation.
    locale: Option<LanguageTag>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key creates nothing twice.
    idempotency_key: Option<String>,
}

/// What `staffUserCreate` answers.
#[derive(Debug, SimpleObject)]
pub struct StaffUserCreatePayload {
    /// The new staff user; null when there are user errors.
    staff_user: Option<StaffUser>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl StaffUserCreateMutation {
    /// Creates a staff user and sends an invitation, whose link goes to a page that chooses a password with
    /// `passwordReset`; nobody else can set it. Requires `staff:write`.
    #[graphql(
        guard = "guard::staff_write",
        visible = "guard::shows::staff_write",
        tag = "admin",
        requires_scopes = "staff:write"
    )]
    async fn staff_user_create(
        &self,
        ctx: &Context<'_>,
        input: StaffUserCreateInput,
    ) -> Result<Option<StaffUserCreatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("staffUserCreate", input.idempotency_key, input.dry_run, input.reason)?;
        let mut complaints = Complaints::default();
        let typed = complaints.required_text("email", Some(input.email.0), 254);
        let email = complaints.email("email", Some(typed));
        let name = complaints.text("name", input.name, 255);
        let locale = complaints.language("locale", input.locale.map(|locale| locale.0));
        let permissions = read_permissions("permissions", &input.permissions.unwrap_or_default())
            .map_err(|error| complaints.add(error))
            .unwrap_or_default();
        let roles: Vec<RoleId> = input.role_ids.into_iter().flatten().map(|id| id.0).collect();
        if roles.len() > ROLES {
            complaints.add(UserError::limit("roleIds", ROLES, roles.len(), "roles"));
        }
        let invitation = email.map(|email| Invitation {
            email,
            name,
            locale,
            permissions,
            roles,
        });
        let written = match complaints.check(invitation) {
            Ok(Some(invitation)) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::invite(unit, invitation.clone()).await
                })
                .await
            }
            Ok(None) => Err(UserError::new(ErrorCode::Required, "email", "Fill this in.").into()),
            Err(errors) => Err(errors.into()),
        };
        let (user, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(StaffUserCreatePayload {
            staff_user: user.map(StaffUser::from),
            user_errors,
            dry_run,
        }))
    }
}
