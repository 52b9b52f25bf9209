//! The assembly: the only place that lists the rooms.

mod federation;
mod node;
mod personal;
mod print;
mod probe;
mod sdl;
mod standing;

use std::sync::LazyLock;

use async_graphql::{MergedObject, MergedSubscription, Request, SchemaBuilder};
use futures_util::FutureExt;

pub use probe::{build_probe, hookable};
pub use sdl::{plain_sdl, sdl};
pub use standing::Standing;

use crate::{
    features::{
        account, address, api_key, change, channel, customer, customer_group, hook, impersonation, interaction, job,
        mail, mfa, note, order, organization, passkey, provider, role, saved_query, session, staff, timeline, transfer,
        webhook, workflow,
    },
    firewall::{INTROSPECTION, Shape},
    graphql::{ShowEverything, masked::MaskedFields},
};

/// The queries of all rooms.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    node::NodeQuery,
    federation::FederationQuery,
    session::ViewerQuery,
    customer::CustomerQuery,
    address::AddressQuery,
    customer_group::CustomerGroupQuery,
    channel::ChannelQuery,
    order::OrderQuery,
    transfer::OrderTransferQuery,
    organization::OrganizationQuery,
    mail::MailQuery,
    job::JobQuery,
    hook::HookQuery,
    workflow::WorkflowQuery,
    staff::StaffUserQuery,
    staff::PermissionExplainQuery,
    role::RoleQuery,
    saved_query::SavedQueryQuery,
    api_key::ApiKeyQuery,
    timeline::TimelineQuery,
    change::ChangeQuery,
    webhook::WebhookQuery,
);

/// The mutations of all rooms.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    account::AccountMutation,
    session::SessionMutation,
    mfa::MfaMutation,
    passkey::PasskeyMutation,
    provider::ProviderMutation,
    customer::CustomerMutation,
    address::AddressMutation,
    customer_group::CustomerGroupMutation,
    order::OrderMutation,
    note::NoteMutation,
    transfer::OrderTransferMutation,
    organization::OrganizationMutation,
    staff::StaffMutation,
    role::RoleMutation,
    saved_query::SavedQueryMutation,
    api_key::ApiKeyMutation,
    webhook::WebhookMutation,
    impersonation::ImpersonationMutation,
    interaction::InteractionMutation,
    job::JobMutation,
    hook::HookMutation,
    workflow::WorkflowMutation,
);

/// The subscriptions of all rooms.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(
    customer::CustomerSubscription,
    address::AddressSubscription,
    order::OrderSubscription,
);

/// The one schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Builds the schema.
#[must_use]
pub fn build() -> Schema {
    builder().finish()
}

/// What the firewall knows of the schema.
#[must_use]
pub fn shape() -> &'static Shape {
    static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
        let schema = build();
        // There is nothing to wait for, and without a call nobody asks.
        let answer = |request: Request| schema.execute(request).now_or_never().map(|answer| answer.data);
        let all = answer(Request::new(INTROSPECTION).data(ShowEverything));
        let open = answer(Request::new(INTROSPECTION));
        match all.zip(open).and_then(|(all, open)| Shape::read(all, open)) {
            Some(shape) => shape,
            None => unreachable!("introspection answers at once"),
        }
    });
    &SHAPE
}

/// Builds the same schema for viewers from whom something is hidden.
#[must_use]
pub fn build_masked() -> Schema {
    builder().extension(MaskedFields).finish()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .enable_subscription_in_federation()
        .disable_suggestions()
}
