//! `addressSetDefault`: which address goods and bills go to.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::AddressId;

use super::{
    object::Address,
    service::{self, AddressChange, AddressUpdate},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{ErrorCode, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct AddressSetDefaultMutation;

/// What an address is the default for. At least one of `shipping` and `billing` is given.
#[derive(Debug, InputObject)]
pub struct AddressSetDefaultInput {
    /// Which address.
    id: Id<AddressId>,
    /// Whether goods go here unless the buyer says otherwise; stays as it is when left out.
    shipping: Option<bool>,
    /// Whether bills go here unless the buyer says otherwise; stays as it is when left out.
    billing: Option<bool>,
    /// The version that you have seen; when the address has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `addressSetDefault` answers.
#[derive(Debug, SimpleObject)]
pub struct AddressSetDefaultPayload {
    /// The address as it is now; null when there are user errors.
    address: Option<Address>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl AddressSetDefaultMutation {
    /// Makes an address the default for shipping, billing or both, in place of the present default, or takes that from
    /// it. Customers do so with their own; others require `addresses:write`.
    #[graphql(
        guard = "guard::store_or_addresses_write",
        visible = "guard::shows::store_or_addresses_write"
    )]
    async fn address_set_default(
        &self,
        ctx: &Context<'_>,
        input: AddressSetDefaultInput,
    ) -> Result<Option<AddressSetDefaultPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("addressSetDefault", input.idempotency_key, input.dry_run, None)?;
        let update = AddressUpdate {
            id: input.id.0,
            expected_version: input.expected_version,
            change: AddressChange {
                is_default_shipping: input.shipping,
                is_default_billing: input.billing,
                ..AddressChange::default()
            },
        };
        let written = if input.shipping.is_none() && input.billing.is_none() {
            Err(UserError::new(
                ErrorCode::Required,
                "shipping",
                "Say what the address is the default for: shipping, billing or both.",
            )
            .into())
        } else {
            call.write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(service::update(unit, vec![update.clone()]).await?.remove(0)?)
            })
            .await
        };
        let (address, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(AddressSetDefaultPayload {
            address: address.map(Address::from),
            user_errors,
            dry_run,
        }))
    }
}
