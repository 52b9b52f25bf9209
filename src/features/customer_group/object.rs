//! What the schema shows of a group and of a membership.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use entity::{
    customer_group::{Column, Model},
    customer_group_member,
};

use super::{edge, loader::CustomerGroupById};
use crate::{
    auth::guard,
    features::customer::{Customer, CustomerById, CustomerConnection, CustomerWhere, picked},
    graphql::{ContextExt, DateTime, JsonObject, ListNode, PageArguments, direct::Plain},
};

/// Customers whom the platform or a vendor treats alike.
#[derive(Clone, Debug)]
pub struct CustomerGroup(pub Arc<Model>);

/// That a customer is in a group.
#[derive(Clone, Debug)]
pub struct CustomerGroupMembership(pub Arc<customer_group_member::Model>);

/// What kind of owner a group has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum GroupOwnerType {
    /// The company that runs the service.
    Platform,
    /// A vendor.
    Vendor,
}

/// Who owns a group.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(visible = "shows_groups")]
pub struct GroupOwner {
    /// The kind of owner.
    #[graphql(name = "type")]
    kind: GroupOwnerType,
    /// The vendor; null when the platform owns the group.
    vendor_id: Option<ID>,
}

impl ListNode for CustomerGroup {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }

    fn plain(field: &str) -> Option<Plain<Arc<Model>>> {
        Some(match field {
            "__typename" => |_, json| json.text("CustomerGroup"),
            "id" => |row, json| json.id(row.id),
            "name" => |row, json| json.text(&row.name),
            "externalId" => |row, json| json.optional(row.external_id.as_deref()),
            "version" => |row, json| json.integer(row.version.into()),
            "createdAt" => |row, json| json.instant(row.created_at),
            "updatedAt" => |row, json| json.instant(row.updated_at),
            _ => return None,
        })
    }
}

impl From<Model> for CustomerGroup {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// Whether introspection shows what groups are; who may write them sees them in what a mutation answers.
pub fn shows_groups(ctx: &Context<'_>) -> bool {
    guard::shows::groups_read(ctx) || guard::shows::groups_write(ctx)
}

fn shows_members(ctx: &Context<'_>) -> bool {
    guard::shows::groups_read(ctx) && guard::shows::customers_read(ctx)
}

/// Customers whom the platform or a vendor treats alike. For staff alone: every way to it requires `groups:read`, or
/// `groups:write` where it is the answer of a mutation.
#[Object(visible = "shows_groups")]
impl CustomerGroup {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name, unique among the groups of the same owner whatever its case and accents.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The id in another system.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Who owns the group.
    async fn owner(&self) -> GroupOwner {
        let vendor = self.0.owner_vendor_id;
        GroupOwner {
            kind: if vendor.is_some() {
                GroupOwnerType::Vendor
            } else {
                GroupOwnerType::Platform
            },
            vendor_id: vendor.map(|id| id.to_string().into()),
        }
    }

    /// Facts about the group: all of them, or those under the given keys.
    async fn metadata(&self, keys: Option<Vec<String>>) -> JsonObject {
        picked(&self.0.metadata, keys.as_deref())
    }

    /// Facts about the group for staff alone. Requires `groups:read`.
    #[graphql(
        guard = "guard::groups_read",
        visible = "guard::shows::groups_read",
        tag = "admin",
        requires_scopes = "groups:read"
    )]
    async fn private_metadata(&self, keys: Option<Vec<String>>) -> Option<JsonObject> {
        Some(picked(&self.0.private_metadata, keys.as_deref()))
    }

    /// The customers in the group, newest membership first. To sort them otherwise, ask `customers` with a condition
    /// on `groups`. Requires `groups:read` and `customers:read`.
    #[graphql(
        guard = "guard::groups_read.and(guard::customers_read)",
        visible = "shows_members",
        tag = "admin",
        requires_scopes = "groups:read customers:read"
    )]
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<CustomerWhere>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<CustomerConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        edge::customers_of_group(ctx, self.0.id, filter, page).await.map(Some)
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the group was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the group was last changed. Who is in it makes no difference.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// That a customer is in a group. For staff alone, as groups are.
#[Object(visible = "shows_groups")]
impl CustomerGroupMembership {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The customer. Requires `customers:read`.
    #[graphql(
        guard = "guard::customers_read",
        visible = "guard::shows::customers_read",
        tag = "admin",
        requires_scopes = "customers:read"
    )]
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        Ok(ctx.load::<CustomerById>(self.0.customer_id).await?.map(Customer))
    }

    /// The group. Requires `groups:read`.
    #[graphql(
        guard = "guard::groups_read",
        visible = "guard::shows::groups_read",
        tag = "admin",
        requires_scopes = "groups:read"
    )]
    async fn group(&self, ctx: &Context<'_>) -> Result<Option<CustomerGroup>> {
        Ok(ctx
            .load::<CustomerGroupById>(self.0.customer_group_id)
            .await?
            .map(CustomerGroup))
    }

    /// When the customer was added.
    async fn added_at(&self) -> DateTime {
        DateTime(self.0.added_at)
    }
}
