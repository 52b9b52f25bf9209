//! `addressCreate`: one new address.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::{CustomerId, OrganizationUnitId};

use super::{
    input::AddressFields,
    object::Address,
    service::{self, AddressDraft, Owner},
};
use crate::{
    auth::{Viewer, guard},
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, ErrorCode, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct AddressCreateMutation;

/// A new address.
#[derive(Debug, InputObject)]
pub struct AddressCreateInput {
    /// The customer who owns the address. A customer may leave it out; staff give it, or an organization unit.
    customer_id: Option<Id<CustomerId>>,
    /// The organization unit that owns the address, in place of a customer. Not for customers.
    organization_unit_id: Option<Id<OrganizationUnitId>>,
    #[graphql(flatten)]
    address: AddressFields,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key creates nothing twice.
    idempotency_key: Option<String>,
}

/// What `addressCreate` answers.
#[derive(Debug, SimpleObject)]
pub struct AddressCreatePayload {
    /// The new address; null when there are user errors.
    address: Option<Address>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl AddressCreateMutation {
    /// Creates an address: a customer one of their own, others one of any customer or organization unit, which
    /// requires `addresses:write`. A new default takes the place of the present one.
    #[graphql(
        guard = "guard::store_or_addresses_write",
        visible = "guard::shows::store_or_addresses_write"
    )]
    async fn address_create(
        &self,
        ctx: &Context<'_>,
        input: AddressCreateInput,
    ) -> Result<Option<AddressCreatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("addressCreate", input.idempotency_key, input.dry_run, None)?;
        let owner = owner(&call.viewer, input.customer_id, input.organization_unit_id);
        let mut complaints = Complaints::default();
        let draft = input.address.draft(call, &mut complaints);
        let written = match owned(owner, complaints.check(draft)) {
            Ok(draft) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let row = service::create(unit, vec![draft.clone()]).await?.remove(0)?;
                    Ok::<_, WriteError>(row)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (address, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(AddressCreatePayload {
            address: address.map(Address::from),
            user_errors,
            dry_run,
        }))
    }
}

/// Whose a new address is: a customer's own when they do not say.
pub(super) fn owner(
    viewer: &Viewer,
    customer: Option<Id<CustomerId>>,
    organization_unit: Option<Id<OrganizationUnitId>>,
) -> Result<Owner, UserError> {
    match (customer, organization_unit, viewer.customer()) {
        (Some(customer), None, _) => Ok(Owner::Customer(customer.0)),
        (None, Some(unit), _) => Ok(Owner::Unit(unit.0)),
        (None, None, Some(own)) => Ok(Owner::Customer(own)),
        (None, None, None) => Err(UserError::new(
            ErrorCode::Required,
            "customerId",
            "Say whose address this is: give a customer or an organization unit.",
        )),
        (Some(_), Some(_), _) => Err(UserError::new(
            ErrorCode::Invalid,
            "organizationUnitId",
            "An address has one owner: give either a customer or an organization unit.",
        )),
    }
}

/// A draft with its owner, or everything that is wrong with either.
pub(super) fn owned(
    owner: Result<Owner, UserError>,
    draft: Result<AddressDraft, Vec<UserError>>,
) -> Result<(Owner, AddressDraft), Vec<UserError>> {
    match (owner, draft) {
        (Ok(owner), Ok(draft)) => Ok((owner, draft)),
        (Err(error), Ok(_)) => Err(vec![error]),
        (Ok(_), Err(errors)) => Err(errors),
        (Err(error), Err(mut errors)) => {
            errors.insert(0, error);
            Err(errors)
        }
    }
}
