//! The assembly: the only place that lists the rooms.

mod federation;
mod node;
mod personal;
mod print;
mod sdl;

use async_graphql::{EmptySubscription, MergedObject, SchemaBuilder};

pub use sdl::{plain_sdl, sdl};

use crate::{
    features::{
        account, address, api_key, channel, customer, customer_group, impersonation, mail, mfa, order, organization,
        passkey, provider, role, saved_query, session, staff,
    },
    graphql::masked::MaskedFields,
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
    organization::OrganizationQuery,
    mail::MailQuery,
    staff::StaffUserQuery,
    staff::PermissionExplainQuery,
    role::RoleQuery,
    saved_query::SavedQueryQuery,
    api_key::ApiKeyQuery,
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
    organization::OrganizationMutation,
    staff::StaffMutation,
    role::RoleMutation,
    saved_query::SavedQueryMutation,
    api_key::ApiKeyMutation,
    impersonation::ImpersonationMutation,
);

/// The one schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema.
#[must_use]
pub fn build() -> Schema {
    builder().finish()
}

/// Builds the same schema for viewers from whom something is hidden.
#[must_use]
pub fn build_masked() -> Schema {
    builder().extension(MaskedFields).finish()
}

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    async_graphql::Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .enable_subscription_in_federation()
        .disable_suggestions()
}
