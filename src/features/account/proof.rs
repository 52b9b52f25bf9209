//! The one gate of proof: what happens when an e-mail address turns out to be somebody's.
//!
//! Whether it was proven by a link after registration, by a password reset, by a change of the address or by somebody
//! who vouches for it, the same happens, here: the account's address counts as proven, registrations that others began
//! with it are dropped, and the guests of the same address are claimed, with their orders and addresses, in one step.

use entity::{
    customer::{self, Column, Entity, Model, Status},
    id::{AuthIdentityId, CustomerId, PrefixedId},
    provider_identity,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::{
    admission::disabled,
    token::{self, Purpose},
};
use crate::{
    features::{
        address::service as addresses,
        customer::service::{self as customers, CustomerDraft},
        customer_group::reassign as reassign_groups,
        identity::service::PASSWORD,
        interaction::reassign as reassign_interactions,
        note::reassign as reassign_notes,
        order::reassign as reassign_orders,
        organization::service as organizations,
        transfer::service as transfers,
    },
    work::{Record, Topic, UnitOfWork, WriteError},
};

/// Opens an account for somebody who has proven the e-mail address: the oldest guest with it becomes registered, with
/// what they typed in the place of what was known; where there is no guest, a customer is created.
///
/// # Errors
/// `ACCOUNT_DISABLED` when a guest with the address was shut out; that the address has no account yet was checked
/// before.
pub async fn open(unit: &mut UnitOfWork, draft: CustomerDraft) -> Result<Model, WriteError> {
    let Some(email) = draft.email.clone() else {
        return Err(WriteError::Fault(sea_orm::DbErr::Custom(
            "an account without an e-mail address".to_owned(),
        )));
    };
    let guests = guests(unit, &email.normalized, None).await?;
    if guests.iter().any(|guest| guest.status == Status::Disabled) {
        // Whoever was shut out does not come in again by the next door.
        return Err(disabled().into());
    }
    let guest = guests.into_iter().next();
    let row = match guest {
        Some(guest) => {
            let renewed = Model {
                email: Some(email.typed),
                first_name: draft.first_name.or_else(|| guest.first_name.clone()),
                last_name: draft.last_name.or_else(|| guest.last_name.clone()),
                company_name: draft.company_name.or_else(|| guest.company_name.clone()),
                phone_e164: if draft.phone.is_some() {
                    draft.phone_e164
                } else {
                    guest.phone_e164.clone()
                },
                phone: draft.phone.or_else(|| guest.phone.clone()),
                locale: draft.locale.or_else(|| guest.locale.clone()),
                has_account: true,
                status: Status::Active,
                ..guest.clone()
            };
            customers::replace(unit, &guest, renewed).await?
        }
        None => {
            let draft = CustomerDraft {
                has_account: true,
                ..draft
            };
            customers::create(unit, vec![draft]).await?.remove(0)?
        }
    };
    prove(unit, row, None).await
}

/// Notes that the customer has proven their present e-mail address, and claims the guests who have the same.
///
/// # Errors
/// Faults.
pub async fn prove(unit: &mut UnitOfWork, row: Model, identity: Option<AuthIdentityId>) -> Result<Model, WriteError> {
    let email = row.email_normalized.clone();
    // Somebody else may have begun a registration with the address, with a password of theirs.
    token::withdraw(unit, Purpose::REGISTRATION, &email).await?;
    token::withdraw(unit, Purpose::EMAIL_VERIFICATION, &email).await?;
    if let Some(identity) = identity {
        provider_identity::Entity::update_many()
            .col_expr(provider_identity::Column::VerifiedAt, Expr::val(unit.now()))
            .col_expr(provider_identity::Column::UpdatedAt, Expr::val(unit.now()))
            .filter(provider_identity::Column::AuthIdentityId.eq(identity))
            .filter(provider_identity::Column::Provider.eq(PASSWORD))
            .filter(provider_identity::Column::Subject.eq(&email))
            .exec(unit.db())
            .await?;
    }
    let row = if row.email_verified_at.is_none() {
        let proven = Model {
            email_verified_at: Some(unit.now()),
            ..row.clone()
        };
        let proven = customers::replace(unit, &row, proven).await?;
        unit.record(Record {
            topic: Topic("auth.verified"),
            subject: proven.id.uuid(),
            begins: false,
            object: proven.id.to_string(),
            version: proven.version,
            changes: Vec::new(),
        });
        proven
    } else {
        row
    };
    Box::pin(claim(unit, row)).await
}

/// Gives the customer what guests of the same address have: orders, contacts, addresses and groups. The guests are gone then.
async fn claim(unit: &mut UnitOfWork, row: Model) -> Result<Model, WriteError> {
    let mut guests = guests(unit, &row.email_normalized, Some(row.id)).await?;
    // Who was shut out stays apart, and is not forgotten.
    guests.retain(|guest| guest.status != Status::Disabled);
    if guests.is_empty() {
        return Ok(row);
    }
    let ids: Vec<CustomerId> = guests.iter().map(|guest| guest.id).collect();
    reassign_orders(unit, &ids, row.id).await?;
    transfers::reassign(unit, &ids, row.id).await?;
    addresses::reassign(unit, &ids, row.id).await?;
    reassign_interactions(unit, &ids, row.id).await?;
    reassign_groups(unit, &ids, row.id).await?;
    organizations::reassign(unit, &ids, row.id).await?;
    reassign_notes(unit, &ids, row.id).await?;
    customers::absorb(unit, row, &guests).await
}

async fn guests(unit: &UnitOfWork, email: &str, but: Option<CustomerId>) -> Result<Vec<Model>, WriteError> {
    let mut guests = Entity::find()
        .filter(Column::EmailNormalized.eq(email))
        .filter(Column::HasAccount.eq(false))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .lock_exclusive();
    if let Some(but) = but {
        guests = guests.filter(customer::Column::Id.ne(but));
    }
    Ok(guests.all(unit.db()).await?)
}
