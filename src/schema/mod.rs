//! The assembly: the only place that lists the rooms.

mod node;

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, SchemaBuilder};

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
        .enable_federation()
        .disable_suggestions()
}

/// The contract as text: the whole schema with its federation directives, as `schema.graphql` holds it.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .federation()
        .include_specified_by()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items();
    let text = build().sdl_with_options(options);
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines.join("\n") + "\n"
}
