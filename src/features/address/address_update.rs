//! `addressUpdate`: one address by id.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::AddressId;

use super::{
    input::AddressChangeFields,
    object::Address,
    service::{self, AddressChange, AddressUpdate},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct AddressUpdateMutation;

/// A change of an address.
#[derive(Debug, InputObject)]
pub struct AddressUpdateInput {
    /// Which address.
    id: Id<AddressId>,
    #[graphql(flatten)]
    change: AddressChangeFields,
    /// Whether goods go here unless the buyer says otherwise; true takes the place of the present default.
    is_default_shipping: Option<bool>,
    /// Whether bills go here unless the buyer says otherwise; true takes the place of the present default.
    is_default_billing: Option<bool>,
    /// The version that you have seen; when the address has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `addressUpdate` answers.
#[derive(Debug, SimpleObject)]
pub struct AddressUpdatePayload {
    /// The address as it is now; null when there are user errors.
    address: Option<Address>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl AddressUpdateMutation {
    /// Changes an address. A field that is left out stays as it is, null clears it. What the postal rules found wrong
    /// with an address that was stored all the same may stay until the field it is about, or the country, changes.
    /// Customers change their own; others require `addresses:write`.
    #[graphql(
        guard = "guard::store_or_addresses_write",
        visible = "guard::shows::store_or_addresses_write"
    )]
    async fn address_update(
        &self,
        ctx: &Context<'_>,
        input: AddressUpdateInput,
    ) -> Result<Option<AddressUpdatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("addressUpdate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let update = AddressUpdate {
            id: input.id.0,
            expected_version: input.expected_version,
            change: AddressChange {
                is_default_shipping: input.is_default_shipping,
                is_default_billing: input.is_default_billing,
                ..input.change.change(call, &mut complaints)
            },
        };
        let written = match complaints.check(update) {
            Ok(update) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(service::update(unit, vec![update.clone()]).await?.remove(0)?)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (address, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(AddressUpdatePayload {
            address: address.map(Address::from),
            user_errors,
            dry_run,
        }))
    }
}
