//! Guards on fields: the door.
//!
//! A guard is named in words on the field: `#[graphql(guard = "guard::customers_read", visible =
//! "guard::shows::customers_read")]`. The guard refuses, `visible` hides the field from the viewer's introspection.
//! A denied field answers `null` with an error at its path, `UNAUTHENTICATED` for somebody who has not logged in and
//! `FORBIDDEN` for somebody who may not; its siblings answer.

use std::sync::Arc;

use async_graphql::{Context, ErrorExtensions, Result};

use super::{Permission, Viewer};
use crate::{graphql::ContextExt, work::Call};

fn allow(ctx: &Context<'_>, allowed: bool, message: &'static str) -> Result<()> {
    if allowed {
        return Ok(());
    }
    let code = if matches!(ctx.viewer(), Viewer::Anonymous) {
        "UNAUTHENTICATED"
    } else {
        "FORBIDDEN"
    };
    let message = if code == "UNAUTHENTICATED" {
        "Log in to use this field."
    } else {
        message
    };
    Err(async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", code)))
}

/// A customer in store scope.
///
/// # Errors
/// For everybody else.
pub fn store(ctx: &Context<'_>) -> Result<()> {
    allow(
        ctx,
        ctx.viewer().customer().is_some(),
        "This field is for customers. Use a customer's token.",
    )
}

/// Anybody in admin scope, whatever their permissions.
///
/// # Errors
/// For everybody else.
pub fn admin(ctx: &Context<'_>) -> Result<()> {
    allow(ctx, ctx.viewer().is_admin(), "This field needs the admin scope.")
}

/// A staff user who has logged in, whatever their permissions.
///
/// # Errors
/// For everybody else, API keys among them.
pub fn staff_user(ctx: &Context<'_>) -> Result<()> {
    allow(
        ctx,
        ctx.viewer().staff_user().is_some(),
        "This field is for staff users who have logged in.",
    )
}

/// Anybody who has logged in.
///
/// # Errors
/// For everybody else.
pub fn logged_in(ctx: &Context<'_>) -> Result<()> {
    allow(
        ctx,
        !matches!(ctx.viewer(), Viewer::Anonymous),
        "Log in to use this field.",
    )
}

/// Anybody who has logged in with a session: a customer or a staff user.
///
/// # Errors
/// For everybody else.
pub fn in_session(ctx: &Context<'_>) -> Result<()> {
    allow(
        ctx,
        ctx.viewer().session().is_some(),
        "This field is for customers and staff users who have logged in.",
    )
}

/// The federation gateway, whoever asks through it.
///
/// # Errors
/// For everybody else.
pub fn gateway(ctx: &Context<'_>) -> Result<()> {
    let call = ctx.data_opt::<Arc<Call>>();
    if call.is_some_and(|call| call.is_from_gateway) {
        return Ok(());
    }
    let message = "This field is for the federation gateway, which sends Gateway-Authorization.";
    Err(async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", "FORBIDDEN")))
}

macro_rules! guards {
    ($($name:ident / $or_store:ident = $permission:ident;)*) => {
        $(
            #[doc = concat!("Admin scope with the permission [`Permission::", stringify!($permission), "`].")]
            ///
            /// # Errors
            /// For everybody else.
            pub fn $name(ctx: &Context<'_>) -> Result<()> {
                allow(
                    ctx,
                    ctx.viewer().may_somewhere(Permission::$permission),
                    const_str(Permission::$permission),
                )
            }

            #[doc = concat!("A customer (about their own), or admin scope with [`Permission::", stringify!($permission), "`].")]
            ///
            /// # Errors
            /// For everybody else.
            pub fn $or_store(ctx: &Context<'_>) -> Result<()> {
                let viewer = ctx.viewer();
                allow(
                    ctx,
                    viewer.customer().is_some() || viewer.may_somewhere(Permission::$permission),
                    const_str(Permission::$permission),
                )
            }
        )*

        /// What introspection shows: the same conditions as the guards, as truth values.
        pub mod shows {
            use super::{Context, ContextExt};

            /// See [`super::store`].
            pub fn store(ctx: &Context<'_>) -> bool {
                ctx.shows_everything() || super::store(ctx).is_ok()
            }

            /// See [`super::admin`].
            pub fn admin(ctx: &Context<'_>) -> bool {
                ctx.shows_everything() || super::admin(ctx).is_ok()
            }

            /// See [`super::staff_user`].
            pub fn staff_user(ctx: &Context<'_>) -> bool {
                ctx.shows_everything() || super::staff_user(ctx).is_ok()
            }

            /// See [`super::logged_in`].
            pub fn logged_in(ctx: &Context<'_>) -> bool {
                ctx.shows_everything() || super::logged_in(ctx).is_ok()
            }

            /// See [`super::gateway`].
            pub fn gateway(ctx: &Context<'_>) -> bool {
                ctx.shows_everything() || super::gateway(ctx).is_ok()
            }

            /// See [`super::in_session`].
            pub fn in_session(ctx: &Context<'_>) -> bool {
                ctx.shows_everything() || super::in_session(ctx).is_ok()
            }

            $(
                #[doc = concat!("See [`super::", stringify!($name), "`].")]
                pub fn $name(ctx: &Context<'_>) -> bool {
                    ctx.shows_everything() || super::$name(ctx).is_ok()
                }

                #[doc = concat!("See [`super::", stringify!($or_store), "`].")]
                pub fn $or_store(ctx: &Context<'_>) -> bool {
                    ctx.shows_everything() || super::$or_store(ctx).is_ok()
                }
            )*
        }
    };
}

guards! {
    customers_read / store_or_customers_read = CustomersRead;
    customers_write / store_or_customers_write = CustomersWrite;
    customers_delete / store_or_customers_delete = CustomersDelete;
    addresses_read / store_or_addresses_read = AddressesRead;
    addresses_write / store_or_addresses_write = AddressesWrite;
    groups_read / store_or_groups_read = GroupsRead;
    groups_write / store_or_groups_write = GroupsWrite;
    organizations_read / store_or_organizations_read = OrganizationsRead;
    organizations_write / store_or_organizations_write = OrganizationsWrite;
    orders_read / store_or_orders_read = OrdersRead;
    orders_write / store_or_orders_write = OrdersWrite;
    mails_read / store_or_mails_read = MailsRead;
    sessions_read / store_or_sessions_read = SessionsRead;
    sessions_write / store_or_sessions_write = SessionsWrite;
    staff_read / store_or_staff_read = StaffRead;
    staff_write / store_or_staff_write = StaffWrite;
    api_keys_read / store_or_api_keys_read = ApiKeysRead;
    api_keys_write / store_or_api_keys_write = ApiKeysWrite;
    impersonation_start / store_or_impersonation_start = ImpersonationStart;
    timeline_read / store_or_timeline_read = TimelineRead;
    notes_read / store_or_notes_read = NotesRead;
    notes_write / store_or_notes_write = NotesWrite;
    interactions_read / store_or_interactions_read = InteractionsRead;
    interactions_write / store_or_interactions_write = InteractionsWrite;
    events_read / store_or_events_read = EventsRead;
    webhooks_read / store_or_webhooks_read = WebhooksRead;
    webhooks_write / store_or_webhooks_write = WebhooksWrite;
    hooks_read / store_or_hooks_read = HooksRead;
    hooks_write / store_or_hooks_write = HooksWrite;
    jobs_read / store_or_jobs_read = JobsRead;
    jobs_write / store_or_jobs_write = JobsWrite;
}

const fn const_str(permission: Permission) -> &'static str {
    match permission {
        Permission::CustomersRead => "This needs the permission customers:read.",
        Permission::CustomersWrite => "This needs the permission customers:write.",
        Permission::CustomersDelete => "This needs the permission customers:delete.",
        Permission::AddressesRead => "This needs the permission addresses:read.",
        Permission::AddressesWrite => "This needs the permission addresses:write.",
        Permission::GroupsRead => "This needs the permission groups:read.",
        Permission::GroupsWrite => "This needs the permission groups:write.",
        Permission::OrganizationsRead => "This needs the permission organizations:read.",
        Permission::OrganizationsWrite => "This needs the permission organizations:write.",
        Permission::OrdersRead => "This needs the permission orders:read.",
        Permission::OrdersWrite => "This needs the permission orders:write.",
        Permission::MailsRead => "This needs the permission mails:read.",
        Permission::SessionsRead => "This needs the permission sessions:read.",
        Permission::SessionsWrite => "This needs the permission sessions:write.",
        Permission::StaffRead => "This needs the permission staff:read.",
        Permission::StaffWrite => "This needs the permission staff:write.",
        Permission::ApiKeysRead => "This needs the permission api_keys:read.",
        Permission::ApiKeysWrite => "This needs the permission api_keys:write.",
        Permission::ImpersonationStart => "This needs the permission impersonation:start.",
        Permission::TimelineRead => "This needs the permission timeline:read.",
        Permission::NotesRead => "This needs the permission notes:read.",
        Permission::NotesWrite => "This needs the permission notes:write.",
        Permission::InteractionsRead => "This needs the permission interactions:read.",
        Permission::InteractionsWrite => "This needs the permission interactions:write.",
        Permission::EventsRead => "This needs the permission events:read.",
        Permission::WebhooksRead => "This needs the permission webhooks:read.",
        Permission::WebhooksWrite => "This needs the permission webhooks:write.",
        Permission::HooksRead => "This needs the permission hooks:read.",
        Permission::HooksWrite => "This needs the permission hooks:write.",
        Permission::JobsRead => "This needs the permission jobs:read.",
        Permission::JobsWrite => "This needs the permission jobs:write.",
    }
}
