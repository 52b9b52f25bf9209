//! What the schema shows of a customer.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::customer::{Column, Model};

use super::filter::{CustomerStatus, CustomerType};
use crate::{
    auth::{grants::hides, guard},
    features::{
        address::{self, Address, AddressConnection, AddressSort, AddressWhere},
        customer_group::{CustomerGroupConnection, CustomerGroupWhere, groups_of_customer, write_groups_of},
        interaction::{InteractionConnection, InteractionWhere, interactions_of},
        mfa::{MfaFactor, factors_of},
        note::{NoteConnection, notes_of},
        order::{
            OrderActivityConnection, OrderActivityWhere, OrderLinkConnection, OrderLinkWhere, OrderStats,
            activities_of, order_stats_of, orders_of, write_orders_of,
        },
        organization::{OrganizationMemberConnection, memberships_of_customer},
        passkey::{Passkey, passkeys_of},
        provider::{LoginMethod, login_methods_of},
        session::{SessionConnection, sessions_of},
        timeline::{TimelineEntryConnection, TimelineEntryWhere, timeline_of},
        transfer::{OrderTransferConnection, transfers_of},
    },
    graphql::{
        ActorRef, ContextExt, DateTime, Email, JsonObject, LanguageTag, ListNode, PageArguments, PhoneNumber, apart,
        direct::{Nested, Plain},
    },
};

/// A person or business that buys, with an account or as a guest.
#[derive(Clone, Debug)]
pub struct Customer(pub Arc<Model>);

impl ListNode for Customer {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }

    fn plain(field: &str) -> Option<Plain<Arc<Model>>> {
        Some(match field {
            "__typename" => |_, json| json.text("Customer"),
            "id" => |row, json| json.id(row.id),
            "email" => |row, json| json.optional(row.email.as_deref()),
            "emailVerifiedAt" => |row, json| json.optional_instant(row.email_verified_at),
            "firstName" => |row, json| json.optional(row.first_name.as_deref()),
            "lastName" => |row, json| json.optional(row.last_name.as_deref()),
            "companyName" => |row, json| json.optional(row.company_name.as_deref()),
            "phone" => |row, json| json.optional(row.phone.as_deref()),
            "phoneE164" => |row, json| json.optional(row.phone_e164.as_deref()),
            "locale" => |row, json| json.optional(row.locale.as_deref()),
            "type" => |row, json| json.text(if row.has_account { "REGISTERED" } else { "GUEST" }),
            "hasAccount" => |row, json| json.boolean(row.has_account),
            "version" => |row, json| json.integer(row.version.into()),
            "createdAt" => |row, json| json.instant(row.created_at),
            "updatedAt" => |row, json| json.instant(row.updated_at),
            _ => return None,
        })
    }

    fn nested(field: &str) -> Option<Nested<Arc<Model>>> {
        Some(match field {
            "addresses" => Nested {
                guard: guard::store_or_addresses_read,
                write: |ctx, rows, page| {
                    Box::pin(address::write_addresses_of(ctx, rows.iter().map(|row| row.id), page))
                },
            },
            "groups" => Nested {
                guard: guard::groups_read,
                write: |ctx, rows, page| Box::pin(write_groups_of(ctx, rows.iter().map(|row| row.id), page)),
            },
            "orders" => Nested {
                guard: guard::store_or_orders_read,
                write: |ctx, rows, page| Box::pin(write_orders_of(ctx, rows.iter().map(|row| row.id), page)),
            },
            _ => return None,
        })
    }
}

impl From<Model> for Customer {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// The metadata, or only these keys of it.
pub(crate) fn picked(metadata: &serde_json::Value, keys: Option<&[String]>) -> JsonObject {
    let fields = metadata.as_object().cloned().unwrap_or_default();
    JsonObject(match keys {
        Some(keys) => fields.into_iter().filter(|(key, _)| keys.contains(key)).collect(),
        None => fields,
    })
}

/// A person or business that buys, with an account or as a guest.
#[Object]
impl Customer {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The e-mail address as it was typed.
    async fn email(&self) -> Option<Email> {
        self.0.email.clone().map(Email)
    }

    /// When the customer proved to own the e-mail address.
    async fn email_verified_at(&self) -> Option<DateTime> {
        self.0.email_verified_at.map(DateTime)
    }

    /// The given name.
    async fn first_name(&self) -> Option<&str> {
        self.0.first_name.as_deref()
    }

    /// The family name.
    async fn last_name(&self) -> Option<&str> {
        self.0.last_name.as_deref()
    }

    /// A name to show: given and family name, else the business, else the e-mail address, else the phone number.
    /// It is made of what the viewer may see.
    async fn display_name(&self, ctx: &Context<'_>) -> String {
        let row = &self.0;
        let masks = ctx.call().viewer.masks();
        let shown = |field: &str, value: &Option<String>| {
            let is_hidden = masks.is_some_and(|masks| hides(masks, "Customer", field));
            value.clone().filter(|_| !is_hidden)
        };
        match (shown("firstName", &row.first_name), shown("lastName", &row.last_name)) {
            (Some(first), Some(last)) => format!("{first} {last}"),
            (Some(name), None) | (None, Some(name)) => name,
            (None, None) => shown("companyName", &row.company_name)
                .or_else(|| shown("email", &row.email))
                .or_else(|| shown("phone", &row.phone))
                .unwrap_or_default(),
        }
    }

    /// The business that the customer is or buys for.
    async fn company_name(&self) -> Option<&str> {
        self.0.company_name.as_deref()
    }

    /// The phone number as it was typed.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// The phone number in E.164, where it could be read as one.
    async fn phone_e164(&self) -> Option<PhoneNumber> {
        self.0.phone_e164.clone().map(PhoneNumber)
    }

    /// The preferred language.
    async fn locale(&self) -> Option<LanguageTag> {
        self.0.locale.clone().map(LanguageTag)
    }

    /// Whether the customer is registered or a guest.
    #[graphql(name = "type")]
    async fn kind(&self) -> CustomerType {
        if self.0.has_account {
            CustomerType::Registered
        } else {
            CustomerType::Guest
        }
    }

    /// Whether the customer has an account.
    async fn has_account(&self) -> bool {
        self.0.has_account
    }

    /// Whether the customer may log in.
    async fn status(&self) -> CustomerStatus {
        self.0.status.into()
    }

    /// The id in another system. Requires `customers:read`.
    #[graphql(
        guard = "guard::customers_read",
        visible = "guard::shows::customers_read",
        tag = "admin",
        requires_scopes = "customers:read"
    )]
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Who made the customer, when that was a staff user. Requires `customers:read`.
    #[graphql(
        guard = "guard::customers_read",
        visible = "guard::shows::customers_read",
        tag = "admin",
        requires_scopes = "customers:read"
    )]
    async fn created_by(&self) -> Option<ActorRef> {
        self.0.created_by.map(ActorRef::staff)
    }

    /// The addresses of the customer, oldest first unless sorted otherwise. Customers see their own; others require
    /// `addresses:read`.
    #[graphql(
        guard = "guard::store_or_addresses_read",
        visible = "guard::shows::store_or_addresses_read"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn addresses(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<Box<AddressWhere>>,
        #[graphql(desc = "The order; by default oldest first.")] sort: Option<Vec<AddressSort>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<AddressConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Ok(Some(
            apart(address::addresses_of(
                ctx,
                self.0.id,
                filter.map(|filter| *filter),
                sort,
                page,
            ))
            .await?,
        ))
    }

    /// The address where goods go unless the buyer says otherwise. Customers see their own; others require
    /// `addresses:read`.
    #[graphql(
        guard = "guard::store_or_addresses_read",
        visible = "guard::shows::store_or_addresses_read"
    )]
    async fn default_shipping_address(&self, ctx: &Context<'_>) -> Result<Option<Address>> {
        apart(address::default_shipping_of(ctx, self.0.id)).await
    }

    /// The address where bills go unless the buyer says otherwise. Customers see their own; others require
    /// `addresses:read`.
    #[graphql(
        guard = "guard::store_or_addresses_read",
        visible = "guard::shows::store_or_addresses_read"
    )]
    async fn default_billing_address(&self, ctx: &Context<'_>) -> Result<Option<Address>> {
        apart(address::default_billing_of(ctx, self.0.id)).await
    }

    /// Facts about the customer that the customer may read: all of them, or those under the given keys.
    async fn metadata(&self, keys: Option<Vec<String>>) -> JsonObject {
        picked(&self.0.metadata, keys.as_deref())
    }

    /// Facts about the customer for staff alone. Requires `customers:read`.
    #[graphql(
        guard = "guard::customers_read",
        visible = "guard::shows::customers_read",
        tag = "admin",
        requires_scopes = "customers:read"
    )]
    async fn private_metadata(&self, keys: Option<Vec<String>>) -> Option<JsonObject> {
        Some(picked(&self.0.private_metadata, keys.as_deref()))
    }

    /// The groups that the customer is in, newest membership first. Requires `groups:read`.
    #[graphql(
        guard = "guard::groups_read",
        visible = "guard::shows::groups_read",
        tag = "admin",
        requires_scopes = "groups:read"
    )]
    async fn groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<Box<CustomerGroupWhere>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<CustomerGroupConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(groups_of_customer(ctx, self.0.id, filter.map(|filter| *filter), page))
            .await
            .map(Some)
    }

    /// The orders of the customer, those placed last first. A customer sees their own; others require `orders:read`.
    #[graphql(
        guard = "guard::store_or_orders_read",
        visible = "guard::shows::store_or_orders_read"
    )]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<Box<OrderLinkWhere>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrderLinkConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(orders_of(ctx, self.0.id, filter.map(|filter| *filter), page))
            .await
            .map(Some)
    }

    /// The wishes to give orders of the customer to others, or orders of others to the customer, newest first. Customers
    /// see their own; others require `orders:read`.
    #[graphql(
        guard = "guard::store_or_orders_read",
        visible = "guard::shows::store_or_orders_read"
    )]
    async fn transfers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrderTransferConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(transfers_of(ctx, self.0.id, page)).await.map(Some)
    }

    /// What happened to the orders of the customer after they were placed, newest first. A customer sees what happened to
    /// their own, without notes; others require `orders:read`.
    #[graphql(
        guard = "guard::store_or_orders_read",
        visible = "guard::shows::store_or_orders_read"
    )]
    async fn activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<Box<OrderActivityWhere>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrderActivityConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(activities_of(ctx, self.0.id, filter.map(|filter| *filter), page))
            .await
            .map(Some)
    }

    /// The orders of the customer, added up over all channels. A customer sees their own; others require `orders:read`.
    /// Null for those who may see the orders of some channels alone.
    #[graphql(
        guard = "guard::store_or_orders_read",
        visible = "guard::shows::store_or_orders_read"
    )]
    async fn order_stats(&self, ctx: &Context<'_>) -> Result<Option<OrderStats>> {
        apart(order_stats_of(ctx, self.0.id)).await
    }

    /// Contacts with the customer of which other systems tell, such as calls, newest first. Requires
    /// `interactions:read`.
    #[graphql(
        guard = "guard::interactions_read",
        visible = "guard::shows::interactions_read",
        tag = "admin",
        requires_scopes = "interactions:read"
    )]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<Box<InteractionWhere>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<InteractionConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(interactions_of(ctx, self.0.id, filter.map(|filter| *filter), page))
            .await
            .map(Some)
    }

    /// What was written down about the customer, newest first. A customer sees what is public; others require
    /// `notes:read`.
    #[graphql(guard = "guard::store_or_notes_read", visible = "guard::shows::store_or_notes_read")]
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that the customer may read (true) or may not (false).")] is_public: Option<bool>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<NoteConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(notes_of(ctx, self.0.id, is_public, page)).await.map(Some)
    }

    /// What was done to the customer and to what is theirs, by whom and why, newest first. Requires `timeline:read`, and to
    /// see an entry what it takes to read the object that was changed.
    #[graphql(
        guard = "guard::timeline_read",
        visible = "guard::shows::timeline_read",
        tag = "admin",
        requires_scopes = "timeline:read"
    )]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<Box<TimelineEntryWhere>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<TimelineEntryConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(timeline_of(ctx, self.0.id, filter.map(|filter| *filter), page))
            .await
            .map(Some)
    }

    /// The organizations of which the customer is a member, in the order in which they joined. In admin scope this
    /// requires `organizations:read`.
    #[graphql(
        guard = "guard::store_or_organizations_read",
        visible = "guard::shows::store_or_organizations_read"
    )]
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrganizationMemberConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(memberships_of_customer(ctx, self.0.id, page)).await.map(Some)
    }

    /// The devices on which the customer is logged in, newest log-in first. Customers see their own; others require
    /// `sessions:read`.
    #[graphql(
        guard = "guard::store_or_sessions_read",
        visible = "guard::shows::store_or_sessions_read"
    )]
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<SessionConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(sessions_of(ctx, self.0.id, page)).await.map(Some)
    }

    /// What is asked for beside the customer's password at a log-in, oldest first. A customer sees their own; others
    /// require `sessions:read`.
    #[graphql(
        guard = "guard::store_or_sessions_read",
        visible = "guard::shows::store_or_sessions_read"
    )]
    async fn mfa_factors(&self, ctx: &Context<'_>) -> Result<Option<Vec<MfaFactor>>> {
        apart(factors_of(ctx, self.0.id)).await.map(Some)
    }

    /// The ways in which the customer logs in, the oldest first. Customers see their own; others require `sessions:read`.
    #[graphql(
        guard = "guard::store_or_sessions_read",
        visible = "guard::shows::store_or_sessions_read"
    )]
    async fn login_methods(&self, ctx: &Context<'_>) -> Result<Option<Vec<LoginMethod>>> {
        apart(login_methods_of(ctx, self.0.id)).await.map(Some)
    }

    /// The passkeys with which the customer logs in, the oldest first. Customers see their own; others require
    /// `sessions:read`.
    #[graphql(
        guard = "guard::store_or_sessions_read",
        visible = "guard::shows::store_or_sessions_read"
    )]
    async fn passkeys(&self, ctx: &Context<'_>) -> Result<Option<Vec<Passkey>>> {
        apart(passkeys_of(ctx, self.0.id)).await.map(Some)
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the customer was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the customer was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
