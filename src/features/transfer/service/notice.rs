//! The mails about transfers.

use entity::{
    customer,
    id::{AccountTokenId, CustomerId, MailId, PrefixedId, StaffUserId},
    order_link,
    order_transfer::{Model, State},
    staff_user,
};
use sea_orm::{EntityTrait, entity::prelude::Json};
use serde_json::json;

use super::Matter;
use crate::{
    features::{
        account::token::{self, NewToken, Purpose},
        mail::service::{self as mails, NewMail},
    },
    work::{EmailAddress, ErrorCode, UnitOfWork, UserError, WriteError},
};

/// Whom to ask, and where.
#[derive(Clone, Debug)]
pub(super) struct Addressee {
    pub(super) email: EmailAddress,
    locale: Option<String>,
    customer: Option<CustomerId>,
}

/// How the owner of an order is reached: at the present address of the customer; at that on the order where nobody owns
/// it.
///
/// # Errors
/// `INVALID_STATE` where there is no address.
pub(super) fn owner(link: &order_link::Model, owner: Option<&customer::Model>) -> Result<Addressee, UserError> {
    let (typed, normalized) = match owner {
        Some(owner) => (owner.email.clone(), Some(owner.email_normalized.clone())),
        None => (link.email.clone(), link.email_normalized.clone()),
    };
    let (Some(typed), Some(normalized)) = (typed, normalized) else {
        return Err(UserError::new(
            ErrorCode::InvalidState,
            "",
            "There is no e-mail address at which the owner could be asked. Give the customer one first, or the order \
             where it has no customer.",
        ));
    };
    Ok(Addressee {
        email: EmailAddress { typed, normalized },
        locale: owner.and_then(|owner| owner.locale.clone()),
        customer: owner.map(|owner| owner.id),
    })
}

/// Asks the owner by a mail with a token, whose secret is made when the mail is sent.
pub(super) async fn ask(
    unit: &UnitOfWork,
    transfer: &Model,
    link: &order_link::Model,
    addressee: Addressee,
) -> Result<(AccountTokenId, MailId), WriteError> {
    let new = NewToken {
        purpose: Purpose::ORDER_TRANSFER,
        email: addressee.email.normalized,
        identity: None,
        customer: addressee.customer,
        data: json!({ "transfer": transfer.id }),
        lifetime: (transfer.expires_at - unit.now()).to_std().unwrap_or_default(),
    };
    // Beside the others: somebody may be asked about several orders at once.
    let token = token::issue_beside(unit, new, &unit.call().ids.token()).await?;
    let mail = NewMail {
        template: "order_transfer",
        recipient: addressee.email.typed,
        locale: addressee.locale,
        token: Some(token.id),
        customer: addressee.customer,
        data: json!({
            "order": number(link),
            "is_of_shop": transfer.requested_by_type != "CUSTOMER",
            "last_day": transfer.expires_at.format("%Y-%m-%d").to_string(),
        }),
        is_withheld: false,
    };
    let mail = mails::queue(unit, mail).await?;
    Ok((token.id, mail))
}

/// Tells the new owner, and the staff user who asked, what the owner said.
pub(super) async fn tell(unit: &UnitOfWork, matter: &Matter, state: State) -> Result<(), WriteError> {
    let template = match state {
        State::Accepted => "order_transfer_accepted",
        _ => "order_transfer_declined",
    };
    if let Some(to) = matter.to()
        && let Some(recipient) = to.email.clone()
    {
        // A name that nobody has proven to be that of the reader may be anything.
        let name = to.first_name.clone().filter(|_| to.email_verified_at.is_some());
        let data = json!({ "name": name, "order": number(&matter.link) });
        send(unit, template, recipient, to.locale.clone(), Some(to.id), data).await?;
    }
    let transfer = &matter.transfer;
    if transfer.requested_by_type == "STAFF"
        && let Some(id) = transfer.requested_by_id
        && let Some(user) = staff_user::Entity::find_by_id(StaffUserId::from_uuid(id))
            .one(unit.db())
            .await?
        && user.status == staff_user::Status::Active
    {
        let data = json!({ "name": user.name, "order": number(&matter.link), "is_staff": true });
        send(unit, template, user.email, None, None, data).await?;
    }
    Ok(())
}

async fn send(
    unit: &UnitOfWork,
    template: &'static str,
    recipient: String,
    locale: Option<String>,
    customer: Option<CustomerId>,
    data: Json,
) -> Result<(), WriteError> {
    let mail = NewMail {
        template,
        recipient,
        locale,
        token: None,
        customer,
        data,
        is_withheld: false,
    };
    mails::queue(unit, mail).await?;
    Ok(())
}

/// What people call the order by.
fn number(link: &order_link::Model) -> &str {
    link.display_id.as_deref().unwrap_or(&link.order_id)
}
