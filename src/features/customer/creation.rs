//! A new customer with its addresses, as one input.

use async_graphql::InputObject;

use super::{
    input::CustomerFields,
    service::{self, CustomerDraft, Rows},
};
use crate::{
    auth::Permission,
    features::address::{self, AddressFields, service::AddressDraft},
    work::{Call, Complaints, ErrorCode, UnitOfWork, UserError, WriteError},
};

/// A new customer and its addresses. At least one of e-mail, external id and phone is given.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerCreateFields {
    #[graphql(flatten)]
    customer: CustomerFields,
    /// The customer's addresses. Requires `addresses:write`.
    addresses: Option<Vec<AddressFields>>,
}

/// A new customer and its addresses, read.
#[derive(Clone, Debug)]
pub struct NewCustomer {
    customer: CustomerDraft,
    addresses: Vec<AddressDraft>,
}

impl CustomerCreateFields {
    /// Reads it.
    pub fn read(self, call: &Call, complaints: &mut Complaints) -> NewCustomer {
        let addresses = self.addresses.unwrap_or_default();
        let most = usize::try_from(call.limits.addresses_per_owner).unwrap_or(usize::MAX);
        if !addresses.is_empty() && !call.viewer.may(Permission::AddressesWrite) {
            complaints.add(UserError::new(
                ErrorCode::ForbiddenField,
                "addresses",
                "Writing addresses needs the permission addresses:write.",
            ));
        }
        if addresses.len() > most {
            complaints.add(UserError::limit("addresses", most, addresses.len(), "addresses"));
        }
        let addresses = addresses
            .into_iter()
            .take(most)
            .enumerate()
            .map(|(position, fields)| {
                let mut own = Complaints::default();
                let draft = fields.draft(call, &mut own);
                complaints.under(&format!("addresses.{position}"), own);
                draft
            })
            .collect();
        NewCustomer {
            customer: self.customer.draft(&call.limits, complaints),
            addresses,
        }
    }
}

/// Creates customers and then their addresses; several statements for any number of them.
///
/// # Errors
/// Faults; what is wrong with a customer stands in its result.
pub async fn create(unit: &mut UnitOfWork, new: Vec<NewCustomer>) -> Result<Rows, WriteError> {
    let (customers, addresses): (Vec<_>, Vec<_>) = new.into_iter().map(|new| (new.customer, new.addresses)).unzip();
    let rows = service::create(unit, customers).await?;
    let drafts: Vec<_> = rows
        .iter()
        .zip(addresses)
        .filter_map(|(row, addresses)| row.as_ref().ok().map(|row| (row.id, addresses)))
        .flat_map(|(id, addresses)| addresses.into_iter().map(move |address| (id, address)))
        .collect();
    if !drafts.is_empty() {
        // What can be wrong with an address was found when it was read; anything else undoes the whole.
        for address in address::service::create_for_new_customers(unit, drafts).await? {
            address.map_err(|errors| {
                errors
                    .into_iter()
                    .map(|error| error.under("addresses"))
                    .collect::<Vec<_>>()
            })?;
        }
    }
    Ok(rows)
}
