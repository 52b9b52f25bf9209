//! New addresses.

use std::collections::HashMap;

use entity::{
    address::Model,
    id::{CustomerId, PrefixedId},
};

use super::{
    AddressDraft, Rows,
    default::{Claims, Kind},
    owner::{Happening, LockedOwners, Owner, counts},
    save::{insert, record, save},
};
use crate::{
    features::address::rules::province_code,
    text::e164,
    work::{Record, UnitOfWork, UserError, WriteError, snapshot::diff},
};

/// Creates addresses; several statements for any number of rows and owners.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn create(unit: &mut UnitOfWork, drafts: Vec<(Owner, AddressDraft)>) -> Result<Rows, WriteError> {
    let owners = LockedOwners::lock(unit, drafts.iter().map(|(owner, _)| *owner)).await?;
    let mut present: Vec<Owner> = drafts
        .iter()
        .map(|(owner, _)| *owner)
        .filter(|owner| owners.subject(*owner).is_some())
        .collect();
    present.sort_unstable();
    present.dedup();
    let counts = if present.is_empty() {
        HashMap::new()
    } else {
        counts(unit, &present).await?
    };
    let mut claims = Claims::default();
    let rows = rows_of(unit, drafts, counts, &mut claims, |owner| {
        owners.subject(owner).is_some()
    });
    let displaced = claims.displaced(unit, |_| false).await?;
    save(
        unit,
        &owners,
        displaced.iter().map(|(before, after)| (before, after)).collect(),
    )
    .await?;
    let new: Vec<&Model> = rows.iter().filter_map(|row| row.as_ref().ok()).collect();
    insert(unit, &new).await?;
    for row in new {
        record(unit, &owners, Happening::Created, None, Some(row));
    }
    Ok(rows)
}

/// Creates addresses of customers who are made by this very unit, whose own records come before these: nobody else
/// can know the customers yet, so there is nothing to look up and nothing to lock.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn create_for_new_customers(
    unit: &mut UnitOfWork,
    drafts: Vec<(CustomerId, AddressDraft)>,
) -> Result<Rows, WriteError> {
    let drafts = drafts
        .into_iter()
        .map(|(customer, draft)| (Owner::Customer(customer), draft))
        .collect();
    let rows = rows_of(unit, drafts, HashMap::new(), &mut Claims::default(), |_| true);
    let new: Vec<&Model> = rows.iter().filter_map(|row| row.as_ref().ok()).collect();
    insert(unit, &new).await?;
    for row in new {
        if let Some(customer) = row.customer_id {
            unit.record(Record {
                topic: Owner::Customer(customer).topic(Happening::Created),
                subject: customer.uuid(),
                begins: true,
                object: row.id.to_string(),
                version: row.version,
                changes: diff(None, Some(row)),
            });
        }
    }
    Ok(rows)
}

/// Turns drafts into rows, or into what is wrong with them.
fn rows_of(
    unit: &UnitOfWork,
    drafts: Vec<(Owner, AddressDraft)>,
    mut counts: HashMap<Owner, u64>,
    claims: &mut Claims,
    exists: impl Fn(Owner) -> bool,
) -> Rows {
    let most = unit.call().limits.addresses_per_owner;
    let mut rows = Vec::with_capacity(drafts.len());
    for (owner, draft) in drafts {
        if !exists(owner) {
            rows.push(Err(vec![UserError::not_found(owner.path(), owner.noun())]));
            continue;
        }
        let row = row_of(unit, owner, draft);
        let mut errors = Vec::new();
        let count = counts.entry(owner).or_default();
        if *count >= most {
            let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            errors.push(UserError::limit(
                "",
                number(most),
                number(*count + 1),
                "addresses of one owner",
            ));
        }
        for kind in Kind::ALL {
            if kind.is_set(&row)
                && let Err(error) = claims.claim(owner, kind, row.id)
            {
                errors.push(error);
            }
        }
        rows.push(if errors.is_empty() {
            *count += 1;
            Ok(row)
        } else {
            claims.withdraw(row.id);
            Err(errors)
        });
    }
    rows
}

fn row_of(unit: &UnitOfWork, owner: Owner, draft: AddressDraft) -> Model {
    Model {
        id: unit.new_id(),
        customer_id: owner.customer(),
        organization_unit_id: owner.unit(),
        address_name: draft.address_name,
        first_name: draft.first_name,
        last_name: draft.last_name,
        company: draft.company,
        phone_e164: draft
            .phone
            .as_deref()
            .and_then(|phone| e164(phone, Some(&draft.country_code))),
        phone: draft.phone,
        address1: draft.address1,
        address2: draft.address2,
        city: draft.city,
        province_code: province_code(&draft.country_code, draft.province.as_deref()),
        province: draft.province,
        postal_code: draft.postal_code,
        country_code: draft.country_code,
        is_default_shipping: draft.is_default_shipping,
        is_default_billing: draft.is_default_billing,
        metadata: draft.metadata,
        private_metadata: draft.private_metadata,
        validation: serde_json::to_value(draft.findings).unwrap_or_default(),
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    }
}
