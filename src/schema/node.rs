//! `node` and `nodes`: any object by its id.

use async_graphql::{Context, ID, Interface, Object, Result};
use entity::id::{
    AddressId, ApiKeyId, ChannelId, CustomerGroupId, CustomerGroupMemberId, CustomerId, HookId, InteractionId, JobId,
    MailId, NoteId, OrderActivityId, OrderLinkId, OrderTransferId, OrganizationId, OrganizationMemberId,
    OrganizationRoleId, OrganizationUnitId, PrefixedId, RoleId, SavedQueryId, SessionId, StaffUserId, TimelineEntryId,
    WebhookDeliveryId, WebhookEndpointId, WorkflowId,
};

use crate::{
    features::{
        address::{Address, AddressById},
        api_key::{ApiKey, ApiKeyById},
        channel::{Channel, ChannelById},
        customer::{Customer, CustomerById},
        customer_group::{CustomerGroup, CustomerGroupById, CustomerGroupMembership, MembershipById},
        hook::{Hook, HookById},
        interaction::{Interaction, InteractionById},
        job::{Job, JobById},
        mail::{Mail, MailById},
        note::{Note, NoteById},
        order::{OrderActivity, OrderActivityById, OrderLink, OrderLinkById},
        organization::{
            MemberById, Organization, OrganizationById, OrganizationMember, OrganizationRole, OrganizationUnit,
            RoleById as OrganizationRoleById, UnitById,
        },
        role::{Role, RoleById},
        saved_query::{SavedQuery, SavedQueryById},
        session::{Session, SessionById},
        staff::{StaffUser, StaffUserById},
        timeline::{TimelineEntry, TimelineEntryById},
        transfer::{OrderTransfer, OrderTransferById},
        webhook::{WebhookDelivery, WebhookDeliveryById, WebhookEndpoint, WebhookEndpointById},
        workflow::{Workflow, WorkflowById},
    },
    graphql::{ContextExt, bad_input},
};

/// An object with an id.
#[derive(Clone, Debug, Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "The id, which never changes and is never used again."
))]
pub enum Node {
    /// A customer.
    Customer(Customer),
    /// An address.
    Address(Address),
    /// A customer group.
    CustomerGroup(CustomerGroup),
    /// The membership of a customer in a group.
    CustomerGroupMembership(CustomerGroupMembership),
    /// A channel.
    Channel(Channel),
    /// A link to an order.
    OrderLink(OrderLink),
    /// Something that happened to an order.
    OrderActivity(OrderActivity),
    /// A contact with a customer.
    Interaction(Interaction),
    /// The wish to give an order to another customer.
    OrderTransfer(OrderTransfer),
    /// An organization.
    Organization(Organization),
    /// A unit of an organization.
    OrganizationUnit(OrganizationUnit),
    /// A member of an organization.
    OrganizationMember(OrganizationMember),
    /// A role of members.
    OrganizationRole(OrganizationRole),
    /// A staff user.
    StaffUser(StaffUser),
    /// A role of staff users.
    Role(Role),
    /// A query that a staff user keeps.
    SavedQuery(SavedQuery),
    /// An API key.
    ApiKey(ApiKey),
    /// A mail.
    Mail(Mail),
    /// A hook.
    Hook(Hook),
    /// A job.
    Job(Job),
    /// A workflow.
    Workflow(Workflow),
    /// An open session.
    Session(Session),
    /// A note about a customer.
    Note(Note),
    /// An entry of a timeline.
    TimelineEntry(TimelineEntry),
    /// Somebody who is told of events.
    WebhookEndpoint(WebhookEndpoint),
    /// That somebody is told of one event.
    WebhookDelivery(WebhookDelivery),
}

/// Any object by its id.
#[derive(Debug, Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with this id; null when there is none that you may see.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The id.")] id: ID) -> Result<Option<Node>> {
        by_id(ctx, &id).await
    }

    /// The objects with these ids, in this order, with null where there is none that you may see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids, at most as many as a page has items.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        let most = ctx.call().largest_page();
        if ids.len() > most as usize {
            return Err(bad_input(format!("At most {most} ids are taken at once."), None));
        }
        futures_util::future::try_join_all(ids.iter().map(|id| by_id(ctx, id))).await
    }
}

async fn by_id(ctx: &Context<'_>, id: &str) -> Result<Option<Node>> {
    let prefix = id.split_once('_').map_or("", |(prefix, _)| prefix);
    match prefix {
        CustomerId::PREFIX => Ok(ctx
            .load::<CustomerById>(parse(id)?)
            .await?
            .map(|row| Node::Customer(Customer(row)))),
        AddressId::PREFIX => Ok(ctx
            .load::<AddressById>(parse(id)?)
            .await?
            .map(|row| Node::Address(Address(row)))),
        CustomerGroupId::PREFIX => Ok(ctx
            .load::<CustomerGroupById>(parse(id)?)
            .await?
            .map(|row| Node::CustomerGroup(CustomerGroup(row)))),
        CustomerGroupMemberId::PREFIX => Ok(ctx
            .load::<MembershipById>(parse(id)?)
            .await?
            .map(|row| Node::CustomerGroupMembership(CustomerGroupMembership(row)))),
        ChannelId::PREFIX => Ok(ctx
            .load::<ChannelById>(parse(id)?)
            .await?
            .map(|row| Node::Channel(Channel(row)))),
        OrderLinkId::PREFIX => Ok(ctx
            .load::<OrderLinkById>(parse(id)?)
            .await?
            .map(|row| Node::OrderLink(OrderLink(row)))),
        OrderActivityId::PREFIX => Ok(ctx
            .load::<OrderActivityById>(parse(id)?)
            .await?
            .map(|row| Node::OrderActivity(OrderActivity(row)))),
        InteractionId::PREFIX => Ok(ctx
            .load::<InteractionById>(parse(id)?)
            .await?
            .map(|row| Node::Interaction(Interaction(row)))),
        OrderTransferId::PREFIX => Ok(ctx
            .load::<OrderTransferById>(parse(id)?)
            .await?
            .map(|row| Node::OrderTransfer(OrderTransfer(row)))),
        OrganizationId::PREFIX => Ok(ctx
            .load::<OrganizationById>(parse(id)?)
            .await?
            .map(|row| Node::Organization(Organization(row)))),
        OrganizationUnitId::PREFIX => Ok(ctx
            .load::<UnitById>(parse(id)?)
            .await?
            .map(|row| Node::OrganizationUnit(OrganizationUnit(row)))),
        OrganizationMemberId::PREFIX => Ok(ctx
            .load::<MemberById>(parse(id)?)
            .await?
            .map(|row| Node::OrganizationMember(OrganizationMember(row)))),
        OrganizationRoleId::PREFIX => Ok(ctx
            .load::<OrganizationRoleById>(parse(id)?)
            .await?
            .map(|row| Node::OrganizationRole(OrganizationRole(row)))),
        StaffUserId::PREFIX => Ok(ctx
            .load::<StaffUserById>(parse(id)?)
            .await?
            .map(|row| Node::StaffUser(StaffUser(row)))),
        RoleId::PREFIX => Ok(ctx.load::<RoleById>(parse(id)?).await?.map(|row| Node::Role(Role(row)))),
        SavedQueryId::PREFIX => Ok(ctx
            .load::<SavedQueryById>(parse(id)?)
            .await?
            .map(|row| Node::SavedQuery(SavedQuery(row)))),
        ApiKeyId::PREFIX => Ok(ctx
            .load::<ApiKeyById>(parse(id)?)
            .await?
            .map(|row| Node::ApiKey(ApiKey(row)))),
        MailId::PREFIX => Ok(ctx.load::<MailById>(parse(id)?).await?.map(|row| Node::Mail(Mail(row)))),
        HookId::PREFIX => Ok(ctx.load::<HookById>(parse(id)?).await?.map(|row| Node::Hook(Hook(row)))),
        WorkflowId::PREFIX => Ok(ctx
            .load::<WorkflowById>(parse(id)?)
            .await?
            .map(|row| Node::Workflow(Workflow(row)))),
        JobId::PREFIX => Ok(ctx.load::<JobById>(parse(id)?).await?.map(|row| Node::Job(Job(row)))),
        SessionId::PREFIX => Ok(ctx
            .load::<SessionById>(parse(id)?)
            .await?
            .map(|row| Node::Session(Session(row)))),
        NoteId::PREFIX => Ok(ctx.load::<NoteById>(parse(id)?).await?.map(|row| Node::Note(Note(row)))),
        TimelineEntryId::PREFIX => Ok(ctx
            .load::<TimelineEntryById>(parse(id)?)
            .await?
            .map(|row| Node::TimelineEntry(TimelineEntry(row)))),
        WebhookEndpointId::PREFIX => Ok(ctx
            .load::<WebhookEndpointById>(parse(id)?)
            .await?
            .map(|row| Node::WebhookEndpoint(WebhookEndpoint(row)))),
        WebhookDeliveryId::PREFIX => Ok(ctx
            .load::<WebhookDeliveryById>(parse(id)?)
            .await?
            .map(|row| Node::WebhookDelivery(WebhookDelivery(row)))),
        _ => Err(bad_input("This is not the id of a node.", None)),
    }
}

fn parse<I: PrefixedId>(id: &str) -> Result<I> {
    I::parse(id).map_err(|error| bad_input(error.to_string(), None))
}
