//! Asking for a transfer.

use chrono::TimeDelta;
use entity::{
    customer,
    id::{CustomerId, OrderLinkId},
    order_link,
    order_transfer::{Column, Entity, Model, State},
    order_transfer_party,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};

use super::{canceled, end, lock_customers, notice, open_of, record, topic_of};
use crate::{
    features::order::{give, visibility as orders},
    work::{ErrorCode, UnitOfWork, UserError, WriteError},
};

/// Which order.
#[derive(Clone, Debug)]
pub enum Sought {
    /// By its link, for staff.
    Link(OrderLinkId),
    /// By what somebody knows who has the order in hand: its number, and the normalized e-mail address on it.
    Known {
        /// The service that owns the order.
        source: String,
        /// The order's id there.
        order: String,
        /// The e-mail address; `None` for what is none.
        email: Option<String>,
    },
}

/// Somebody wants an order to be a customer's.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which order.
    pub order: Sought,
    /// Who shall own it.
    pub to: CustomerId,
    /// Why.
    pub reason: Option<String>,
    /// Whether the order takes the e-mail address of the new owner.
    pub update_email: bool,
}

/// Asks the owner of an order whether it may go to a customer.
///
/// # Errors
/// `NOT_FOUND`, `ALREADY_OWNER`, `ORDER_CANCELED`, `TARGET_IS_GUEST`, `INVALID_STATE` for a customer who is shut out and
/// for an owner who cannot be asked, `ACTIVE_TRANSFER_EXISTS`, `COOLDOWN`.
pub async fn request(unit: &mut UnitOfWork, wish: Wish) -> Result<Model, WriteError> {
    let path = match wish.order {
        Sought::Link(_) => "orderLinkId",
        Sought::Known { .. } => "orderId",
    };
    let seen = find(unit, &wish.order, path).await?;
    // Whoever may write the link may name any customer in it, and a customer names themselves.
    let mut people = lock_customers(unit, seen.customer_id.into_iter().chain([wish.to])).await?;
    let link = give::lock(unit, seen.id)
        .await?
        .filter(|link| knows(&wish.order, link))
        .ok_or_else(|| not_found(path))?;
    if link.customer_id != seen.customer_id {
        people.extend(lock_customers(unit, link.customer_id.into_iter()).await?);
    }
    let to = people
        .get(&wish.to)
        .ok_or_else(|| UserError::not_found("toCustomerId", "customer"))?;
    check(&link, to, path)?;
    let open = open_of(unit, link.id).await?;
    if let Some(open) = open {
        if open.expires_at <= unit.now() {
            end(unit, &open, State::Expired).await?;
        } else if open.from_customer_id != link.customer_id {
            end(unit, &open, State::Cancelled).await?;
        } else {
            return Err(UserError::new(
                ErrorCode::ActiveTransferExists,
                path,
                "The owner of this order is being asked already. Wait for the answer, or cancel that first.",
            )
            .into());
        }
    }
    check_cooldown(unit, &link, wish.to).await?;
    let owner = link.customer_id.and_then(|owner| people.get(&owner));
    let addressee = notice::owner(&link, owner)?;
    let (requested_by_type, requested_by_id) = unit.viewer().actor();
    let lifetime = TimeDelta::from_std(unit.call().policy.transfer_lifetime).unwrap_or(TimeDelta::MAX);
    let mut transfer = Model {
        id: unit.new_id(),
        order_link_id: link.id,
        from_customer_id: link.customer_id,
        to_customer_id: Some(wish.to),
        state: State::Requested,
        requested_by_type: requested_by_type.to_owned(),
        requested_by_id,
        reason: wish.reason,
        update_email: wish.update_email,
        expires_at: unit.now() + lifetime,
        asked_at: unit.now(),
        decided_at: None,
        account_token_id: None,
        mail_id: None,
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    let (token, mail) = notice::ask(unit, &transfer, &link, addressee).await?;
    transfer.account_token_id = Some(token);
    transfer.mail_id = Some(mail);
    Entity::insert(transfer.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    let parties = link.customer_id.into_iter().chain([wish.to]).map(|customer_id| {
        order_transfer_party::Model {
            customer_id,
            order_transfer_id: transfer.id,
        }
        .into_active_model()
    });
    order_transfer_party::Entity::insert_many(parties)
        .exec_without_returning(unit.db())
        .await?;
    record(unit, topic_of(State::Requested), None, &transfer);
    Ok(transfer)
}

/// The order that is meant, in one statement whatever is wrong: by what it takes nobody can tell an order that there is
/// from one that there is not.
async fn find(unit: &UnitOfWork, sought: &Sought, path: &str) -> Result<order_link::Model, WriteError> {
    let found = match sought {
        Sought::Link(id) => {
            orders::writable_by(unit.viewer())
                .filter(order_link::Column::Id.eq(*id))
                .one(unit.db())
                .await?
        }
        Sought::Known { source, order, .. } => give::find(unit, source, order).await?,
    };
    found
        .filter(|link| knows(sought, link))
        .ok_or_else(|| not_found(path).into())
}

/// Whether who asks knows of the order what they must.
fn knows(sought: &Sought, link: &order_link::Model) -> bool {
    match sought {
        Sought::Link(_) => true,
        Sought::Known { email, .. } => email.is_some() && *email == link.email_normalized,
    }
}

fn not_found(path: &str) -> UserError {
    UserError::not_found(path, "order")
}

fn check(link: &order_link::Model, to: &customer::Model, path: &str) -> Result<(), UserError> {
    if link.customer_id == Some(to.id) {
        return Err(UserError::new(
            ErrorCode::AlreadyOwner,
            path,
            "The order is this customer's already.",
        ));
    }
    if link.is_canceled {
        return Err(canceled(path));
    }
    check_receiver(to, "toCustomerId")
}

/// Refuses a customer who cannot be given an order.
pub(super) fn check_receiver(to: &customer::Model, path: &str) -> Result<(), UserError> {
    if !to.has_account {
        return Err(UserError::new(
            ErrorCode::TargetIsGuest,
            path,
            "An order can only go to a customer who has registered.",
        ));
    }
    if to.status != customer::Status::Active {
        return Err(UserError::new(
            ErrorCode::InvalidState,
            path,
            "This customer is shut out. Let them in first.",
        ));
    }
    Ok(())
}

/// A customer does not have the same owner asked again and again, by asking and taking back.
async fn check_cooldown(unit: &UnitOfWork, link: &order_link::Model, to: CustomerId) -> Result<(), WriteError> {
    if unit.viewer().customer().is_none() {
        return Ok(());
    }
    let cooldown = TimeDelta::from_std(unit.call().policy.mail_cooldown).unwrap_or(TimeDelta::MAX);
    let recent = Entity::find()
        .filter(Column::OrderLinkId.eq(link.id))
        .filter(Column::ToCustomerId.eq(to))
        .filter(Column::AskedAt.gt(unit.now() - cooldown))
        .count(unit.db())
        .await?;
    if recent > 0 {
        return Err(cooling().into());
    }
    Ok(())
}

/// The owner was asked just now.
pub(super) fn cooling() -> UserError {
    UserError::new(
        ErrorCode::Cooldown,
        "",
        "The owner was sent a mail a moment ago. Wait a little.",
    )
}
