//! `addressBulkCreate`, `addressBulkUpdate` and `addressUpdateBySelector`: many at once.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{
    address::Model,
    id::{AddressId, CustomerId, OrganizationUnitId},
};

use super::{
    address_create::{owned, owner},
    filter::AddressWhere,
    input::{AddressChangeFields, AddressFields},
    object::Address,
    service::{self, AddressChange, AddressDraft, AddressUpdate, Owner},
};
use crate::{
    auth::guard,
    graphql::{
        BulkErrorPolicy, ContextExt, DryRunResult, Id, Problem, RowResults, bad_input, check_rows, most_affected,
        payload, problems, write_rows,
    },
    work::{Call, Complaints, Plain, UnitOfWork, UserError, WriteError},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct AddressBulkMutation;

/// One new address.
#[derive(Clone, Debug, InputObject)]
pub struct AddressBulkCreateRow {
    /// The customer who owns the address.
    customer_id: Option<Id<CustomerId>>,
    /// The organization unit that owns the address, in place of a customer.
    organization_unit_id: Option<Id<OrganizationUnitId>>,
    #[graphql(flatten)]
    address: AddressFields,
}

/// Addresses to create.
#[derive(Debug, InputObject)]
pub struct AddressBulkCreateInput {
    /// The new addresses; they may have different owners.
    addresses: Vec<AddressBulkCreateRow>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key creates nothing twice.
    idempotency_key: Option<String>,
}

/// One address to change.
#[derive(Clone, Debug, InputObject)]
pub struct AddressBulkUpdateRow {
    /// Which address.
    id: Id<AddressId>,
    #[graphql(flatten)]
    change: AddressChangeFields,
    /// Whether goods go here unless the buyer says otherwise; true takes the place of the present default.
    is_default_shipping: Option<bool>,
    /// Whether bills go here unless the buyer says otherwise; true takes the place of the present default.
    is_default_billing: Option<bool>,
    /// The version that you have seen; when the address has another by now, this row is refused.
    expected_version: Option<i32>,
}

/// Addresses to change.
#[derive(Debug, InputObject)]
pub struct AddressBulkUpdateInput {
    /// The changes, each of another address.
    addresses: Vec<AddressBulkUpdateRow>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// One change of all addresses that match.
#[derive(Debug, InputObject)]
pub struct AddressUpdateBySelectorInput {
    /// Which addresses: the same filter as that of the list. It cannot be empty.
    #[graphql(name = "where")]
    filter: AddressWhere,
    /// The change.
    address: AddressChangeFields,
    /// The most addresses that you expect to match; when more do, nothing is changed.
    max_affected: i32,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What became of one row.
#[derive(Debug, SimpleObject)]
pub struct AddressRowResult {
    /// The address as it is now; null when there are user errors.
    address: Option<Address>,
    /// What is wrong with this row.
    user_errors: Vec<Problem>,
}

macro_rules! bulk_payload {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, SimpleObject)]
            pub struct $name {
                /// One result per row, in the order of the input; empty when everything was refused.
                results: Vec<AddressRowResult>,
                /// What is wrong with the input; when everything is refused, the errors of all rows.
                user_errors: Vec<Problem>,
                /// What would change, for a dry run.
                dry_run: Option<DryRunResult>,
            }
        )*
    };
}

bulk_payload! {
    /// What `addressBulkCreate` answers.
    AddressBulkCreatePayload;
    /// What `addressBulkUpdate` answers.
    AddressBulkUpdatePayload;
}

/// What `addressUpdateBySelector` answers.
#[derive(Debug, SimpleObject)]
pub struct AddressUpdateBySelectorPayload {
    /// How many addresses matched.
    affected_count: i32,
    /// Which they are.
    affected_ids: Vec<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl AddressBulkMutation {
    /// Creates many addresses at once, all or those that are right. Requires `addresses:write`.
    #[graphql(
        guard = "guard::addresses_write",
        visible = "guard::shows::addresses_write",
        tag = "admin",
        requires_scopes = "addresses:write"
    )]
    async fn address_bulk_create(
        &self,
        ctx: &Context<'_>,
        input: AddressBulkCreateInput,
    ) -> Result<Option<AddressBulkCreatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("addressBulkCreate", input.idempotency_key, input.dry_run, None)?;
        let written = match check_rows("addresses", input.addresses.len(), call.limits.bulk_rows) {
            Ok(()) => {
                let rows: RowResults<_> = input.addresses.into_iter().map(|row| row.draft(call)).collect();
                let policy = input.error_policy;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let results = write_rows(rows.clone(), async |drafts| service::create(unit, drafts).await).await?;
                    policy.judge("addresses", results)
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (results, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(AddressBulkCreatePayload {
            results: row_results(results),
            user_errors,
            dry_run,
        }))
    }

    /// Changes many addresses at once, all or those that are right. Requires `addresses:write`.
    #[graphql(
        guard = "guard::addresses_write",
        visible = "guard::shows::addresses_write",
        tag = "admin",
        requires_scopes = "addresses:write"
    )]
    async fn address_bulk_update(
        &self,
        ctx: &Context<'_>,
        input: AddressBulkUpdateInput,
    ) -> Result<Option<AddressBulkUpdatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("addressBulkUpdate", input.idempotency_key, input.dry_run, None)?;
        let written = match check_rows("addresses", input.addresses.len(), call.limits.bulk_rows) {
            Ok(()) => {
                let rows: RowResults<_> = input.addresses.into_iter().map(|row| row.update(call)).collect();
                let policy = input.error_policy;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let results =
                        write_rows(rows.clone(), async |updates| service::update(unit, updates).await).await?;
                    policy.judge("addresses", results)
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (results, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(AddressBulkUpdatePayload {
            results: row_results(results),
            user_errors,
            dry_run,
        }))
    }

    /// Makes one change of all addresses that match a filter. Nothing is changed when more match than expected.
    /// Requires `addresses:write`.
    #[graphql(
        guard = "guard::addresses_write",
        visible = "guard::shows::addresses_write",
        tag = "admin",
        requires_scopes = "addresses:write"
    )]
    async fn address_update_by_selector(
        &self,
        ctx: &Context<'_>,
        input: AddressUpdateBySelectorInput,
    ) -> Result<Option<AddressUpdateBySelectorPayload>> {
        let call = ctx.call();
        let options = ctx.write_options(
            "addressUpdateBySelector",
            input.idempotency_key,
            input.dry_run,
            input.reason,
        )?;
        if input.filter.is_empty() {
            return Err(bad_input("The selector must have a condition.", Some("INVALID_FILTER")));
        }
        let condition = input.filter.condition(call)?;
        let most = most_affected(input.max_affected, call.limits.selector_rows)?;
        let mut complaints = Complaints::default();
        let mut own = Complaints::default();
        let change = input.address.change(call, &mut own);
        complaints.under("address", own);
        let written = match complaints.check(change) {
            Ok(change) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let ids = service::select(unit, condition.clone(), most).await?;
                    let updates = ids
                        .iter()
                        .map(|id| AddressUpdate {
                            id: *id,
                            expected_version: None,
                            change: change.clone(),
                        })
                        .collect();
                    let rows = service::update(unit, updates).await?;
                    BulkErrorPolicy::RejectEverything.judge("addresses", rows)?;
                    Ok::<_, WriteError>(Plain(ids))
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (ids, user_errors, dry_run) = payload(call, written)?;
        let ids = ids.map(|Plain(ids)| ids).unwrap_or_default();
        Ok(Some(AddressUpdateBySelectorPayload {
            affected_count: i32::try_from(ids.len()).unwrap_or(i32::MAX),
            affected_ids: ids.into_iter().map(|id| id.to_string().into()).collect(),
            user_errors,
            dry_run,
        }))
    }
}

impl AddressBulkCreateRow {
    fn draft(self, call: &Call) -> Result<(Owner, AddressDraft), Vec<UserError>> {
        let owner = owner(&call.viewer, self.customer_id, self.organization_unit_id);
        let mut complaints = Complaints::default();
        let draft = self.address.draft(call, &mut complaints);
        owned(owner, complaints.check(draft))
    }
}

impl AddressBulkUpdateRow {
    fn update(self, call: &Call) -> Result<AddressUpdate, Vec<UserError>> {
        let mut complaints = Complaints::default();
        let update = AddressUpdate {
            id: self.id.0,
            expected_version: self.expected_version,
            change: AddressChange {
                is_default_shipping: self.is_default_shipping,
                is_default_billing: self.is_default_billing,
                ..self.change.change(call, &mut complaints)
            },
        };
        complaints.check(update)
    }
}

fn row_results(rows: Option<RowResults<Model>>) -> Vec<AddressRowResult> {
    rows.unwrap_or_default()
        .into_iter()
        .map(|row| match row {
            Ok(row) => AddressRowResult {
                address: Some(row.into()),
                user_errors: Vec::new(),
            },
            Err(errors) => AddressRowResult {
                address: None,
                user_errors: problems(errors),
            },
        })
        .collect()
}
