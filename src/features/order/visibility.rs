//! Which order links, lines, activities and sums exist for a viewer. Every statement about what somebody may see or
//! change begins here.

use chrono::{DateTime, Utc};
use entity::{
    customer,
    id::{CustomerId, OrderLinkId, PrefixedId},
    order_activity::{self, Kind},
    order_line,
    order_link::{Column, Entity},
    order_stats, order_token,
};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, DeleteMany, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    UpdateMany,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use uuid::Uuid;

use crate::{
    auth::{Permission, Viewer},
    work::dialect,
};

/// The links that the viewer may see: those of their own orders in store scope, all with `orders:read`, those of
/// channels within which staff may see them, else none.
#[must_use]
pub fn visible_to(viewer: &Viewer) -> Select<Entity> {
    match viewer.customer() {
        Some(own) => Entity::find().filter(Column::CustomerId.eq(own)),
        None if viewer.may(Permission::OrdersRead) => Entity::find(),
        None => match viewer.channels_for(Permission::OrdersRead) {
            channels if channels.is_empty() => Entity::find().filter(Expr::val(1).eq(0)),
            channels => Entity::find().filter(Column::ChannelId.is_in(channels.iter().map(|channel| channel.uuid()))),
        },
    }
}

/// The links that the viewer may write: all with `orders:write`, else none.
#[must_use]
pub fn writable_by(viewer: &Viewer) -> Select<Entity> {
    let select = Entity::find();
    if viewer.may(Permission::OrdersWrite) {
        select
    } else {
        select.filter(Expr::val(1).eq(0))
    }
}

/// The lines of the links that the viewer may see.
#[must_use]
pub fn lines_visible_to(viewer: &Viewer) -> Select<order_line::Entity> {
    let select = order_line::Entity::find();
    if viewer.may(Permission::OrdersRead) {
        return select;
    }
    select.filter(
        order_line::Column::OrderLinkId.in_subquery(visible_to(viewer).select_only().column(Column::Id).into_query()),
    )
}

/// The lines that the viewer may write.
#[must_use]
pub fn lines_writable_by(viewer: &Viewer) -> Select<order_line::Entity> {
    let select = order_line::Entity::find();
    if viewer.may(Permission::OrdersWrite) {
        select
    } else {
        select.filter(Expr::val(1).eq(0))
    }
}

/// A delete of lines that the viewer may write.
#[must_use]
pub fn delete_lines(viewer: &Viewer) -> DeleteMany<order_line::Entity> {
    let delete = order_line::Entity::delete_many();
    if viewer.may(Permission::OrdersWrite) {
        delete
    } else {
        delete.filter(Expr::val(1).eq(0))
    }
}

/// The activities of the links that the viewer may see. Notes are for those who may see all orders of a channel, not for
/// the buyer.
#[must_use]
pub fn activities_visible_to(viewer: &Viewer) -> Select<order_activity::Entity> {
    let select = order_activity::Entity::find();
    match viewer.customer() {
        Some(own) => select
            .filter(order_activity::Column::CustomerId.eq(own))
            .filter(order_activity::Column::Kind.ne(Kind::Note)),
        None if viewer.may(Permission::OrdersRead) => select,
        None => select.filter(
            order_activity::Column::OrderLinkId
                .in_subquery(visible_to(viewer).select_only().column(Column::Id).into_query()),
        ),
    }
}

/// The activities that the viewer may write.
#[must_use]
pub fn activities_writable_by(viewer: &Viewer) -> Select<order_activity::Entity> {
    let select = order_activity::Entity::find();
    if viewer.may(Permission::OrdersWrite) {
        select
    } else {
        select.filter(Expr::val(1).eq(0))
    }
}

/// Whether the viewer may see the sums of this customer: their own, or with `orders:read`. Sums are over all channels,
/// so that whoever sees the orders of some channels sees none.
#[must_use]
pub fn sees_sums_of(viewer: &Viewer, customer: CustomerId) -> bool {
    viewer.customer() == Some(customer) || viewer.may(Permission::OrdersRead)
}

/// The sums that the viewer may see.
#[must_use]
pub fn sums_visible_to(viewer: &Viewer) -> Select<order_stats::Entity> {
    let select = order_stats::Entity::find();
    match viewer.customer() {
        Some(own) => select.filter(order_stats::Column::CustomerId.eq(own)),
        None if viewer.may(Permission::OrdersRead) => select,
        None => select.filter(Expr::val(1).eq(0)),
    }
}

/// What somebody without an account knows of an order.
#[derive(Clone, Copy, Debug)]
pub struct Knowledge<'a> {
    /// The service that owns the order.
    pub source: &'a str,
    /// The id of the order in its source.
    pub order_id: &'a str,
    /// The normalized e-mail address on the order.
    pub email: &'a str,
}

/// The one link of which somebody knows this, for a mail to the e-mail address on it and to nobody else.
#[must_use]
pub fn known_by(knowledge: Knowledge<'_>) -> Select<Entity> {
    Entity::find()
        .filter(Column::Source.eq(knowledge.source))
        .filter(Column::OrderId.eq(knowledge.order_id))
        .filter(Column::EmailNormalized.eq(knowledge.email))
}

/// The id of whose the link is of which somebody knows this, if the e-mail address on it is theirs.
#[must_use]
pub fn addressee_known_by(knowledge: Knowledge<'_>) -> Select<customer::Entity> {
    let owner = known_by(knowledge)
        .select_only()
        .column(Column::CustomerId)
        .into_query();
    customer::Entity::find()
        .select_only()
        .column(customer::Column::Id)
        .filter(customer::Column::EmailNormalized.eq(knowledge.email))
        .filter(customer::Column::Id.in_subquery(owner))
}

/// The one link that is shown to whoever knows this and holds a token of it that is good, whoever they are.
#[must_use]
pub fn shown_to_holder(knowledge: Knowledge<'_>, secret_hash: &str, now: DateTime<Utc>) -> Select<Entity> {
    let shown = order_token::Entity::find()
        .select_only()
        .column(order_token::Column::OrderLinkId)
        .filter(order_token::Column::SecretHash.eq(secret_hash))
        .filter(order_token::Column::ExpiresAt.gt(now));
    known_by(knowledge).filter(Column::Id.in_subquery(shown.into_query()))
}

/// The lines of a link that is shown to the holder of a token.
#[must_use]
pub fn lines_of_shown(link: OrderLinkId) -> Select<order_line::Entity> {
    order_line::Entity::find().filter(order_line::Column::OrderLinkId.eq(link))
}

/// The activities of a link that is shown to the holder of a token: those that a buyer may see.
#[must_use]
pub fn activities_of_shown(link: OrderLinkId) -> Select<order_activity::Entity> {
    order_activity::Entity::find()
        .filter(order_activity::Column::OrderLinkId.eq(link))
        .filter(order_activity::Column::Kind.ne(Kind::Note))
}

/// The e-mail addresses that no customer has but these, for who may delete these: staff say whose address it is, a
/// customer has to have shown that it is theirs.
#[must_use]
pub fn addresses_of_these_alone(
    backend: DbBackend,
    viewer: &Viewer,
    customers: &[CustomerId],
) -> Select<customer::Entity> {
    let deletable: Vec<Uuid> = deletable(viewer, customers).map(PrefixedId::uuid).collect();
    let other = Alias::new("other");
    let others = Query::select()
        .expr(Expr::val(1))
        .from_as(customer::Entity, other.clone())
        .and_where(
            Expr::col((other.clone(), customer::Column::EmailNormalized))
                .equals((customer::Entity, customer::Column::EmailNormalized)),
        )
        .and_where(
            dialect::any_of(
                backend,
                Expr::col((other, customer::Column::Id)),
                deletable.iter().copied(),
            )
            .not(),
        )
        .take();
    let id = Expr::col((customer::Entity, customer::Column::Id));
    let select = customer::Entity::find()
        .select_only()
        .column(customer::Column::EmailNormalized)
        .distinct()
        .filter(dialect::any_of(backend, id, deletable.iter().copied()))
        .filter(customer::Column::EmailNormalized.ne(""))
        .filter(Expr::exists(others).not());
    match viewer.customer() {
        Some(_) => select.filter(customer::Column::EmailVerifiedAt.is_not_null()),
        None => select,
    }
}

/// The links of these customers and those of nobody with one of these addresses, for who may delete the customers: with
/// `customers:delete`, or the customer in store scope.
#[must_use]
pub fn detachable_by(viewer: &Viewer, customers: &[CustomerId], addresses: &[String]) -> Select<Entity> {
    Entity::find().filter(detachable(viewer, customers, addresses))
}

/// An update of the same links.
#[must_use]
pub fn detach(viewer: &Viewer, customers: &[CustomerId], addresses: &[String]) -> UpdateMany<Entity> {
    Entity::update_many().filter(detachable(viewer, customers, addresses))
}

/// An update of the links of which the source says that they are these customers', for who may delete them.
#[must_use]
pub fn named(viewer: &Viewer, customers: &[CustomerId]) -> UpdateMany<Entity> {
    let deletable = deletable(viewer, customers).map(PrefixedId::uuid);
    Entity::update_many().filter(Column::NamedCustomerId.is_in(deletable))
}

/// A delete of the sums of these customers, for who may delete the customers.
#[must_use]
pub fn delete_sums(viewer: &Viewer, customers: &[CustomerId]) -> DeleteMany<order_stats::Entity> {
    let deletable = deletable(viewer, customers).map(PrefixedId::uuid);
    order_stats::Entity::delete_many().filter(order_stats::Column::CustomerId.is_in(deletable))
}

// The addresses are values and not a subquery, for which SQLite would read all orders of nobody.
fn detachable(viewer: &Viewer, customers: &[CustomerId], addresses: &[String]) -> Condition {
    let nobodys = Condition::all()
        .add(Column::CustomerId.is_null())
        .add(Column::EmailNormalized.is_in(addresses));
    Condition::any()
        .add(Column::CustomerId.is_in(deletable(viewer, customers).map(PrefixedId::uuid)))
        .add_option((!addresses.is_empty()).then_some(nobodys))
}

fn deletable(viewer: &Viewer, customers: &[CustomerId]) -> impl Iterator<Item = CustomerId> {
    let may = viewer.may(Permission::CustomersDelete);
    customers
        .iter()
        .copied()
        .filter(move |customer| may || viewer.customer() == Some(*customer))
}
