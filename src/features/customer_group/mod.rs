//! Customer groups: customers that the platform or a vendor treats alike, and who is in them.
//!
//! The room owns groups and memberships, and promises that a name is unique per owner whatever its case and accents,
//! that a customer is in a group at most once, and that every addition and removal stands in the customer's timeline.
//! Store scope sees none of it. Other rooms get the edge from a customer to their groups.
mod customer_group_bulk;
mod customer_group_create;
mod customer_group_delete;
mod customer_group_update;
mod edge;
mod filter;
mod group_memberships;
mod input;
mod loader;
mod membership;
mod object;
mod query;
mod reassign;
mod service;
pub mod visibility;

pub use edge::{groups_of_customer, write_groups_of};
pub use filter::CustomerGroupWhere;
pub use loader::{CustomerGroupById, MembershipById};
pub use object::{CustomerGroup, CustomerGroupMembership};
pub use query::{CustomerGroupConnection, CustomerGroupQuery};
pub use reassign::reassign;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct CustomerGroupMutation(
    customer_group_create::CustomerGroupCreateMutation,
    customer_group_update::CustomerGroupUpdateMutation,
    customer_group_delete::CustomerGroupDeleteMutation,
    customer_group_bulk::CustomerGroupBulkMutation,
    group_memberships::GroupMembershipsMutation,
);
