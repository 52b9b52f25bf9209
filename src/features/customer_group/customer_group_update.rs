//! `customerGroupUpdate` and `customerGroupUpdateBySelector`: one group, or those that match, changed.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::CustomerGroupId;

use super::{
    filter::CustomerGroupWhere,
    input::{CustomerGroupChangeFields, CustomerGroupCommonChange},
    object::CustomerGroup,
    service::{self, CustomerGroupUpdate},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, bad_input, most_affected, payload},
    work::{Complaints, Plain, UnitOfWork, UserError, WriteError},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct CustomerGroupUpdateMutation;

/// Changes of one customer group.
#[derive(Debug, InputObject)]
pub struct CustomerGroupUpdateInput {
    /// The group.
    id: Id<CustomerGroupId>,
    /// Change only if this is still the version.
    expected_version: Option<i32>,
    #[graphql(flatten)]
    change: CustomerGroupChangeFields,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerGroupUpdate` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerGroupUpdatePayload {
    /// The group as it is now; null when there are user errors.
    customer_group: Option<CustomerGroup>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// The same changes of all groups that match.
#[derive(Debug, InputObject)]
pub struct CustomerGroupUpdateBySelectorInput {
    /// Which groups: the same filter as that of the list. It cannot be empty.
    #[graphql(name = "where")]
    filter: CustomerGroupWhere,
    /// What to change.
    change: CustomerGroupCommonChange,
    /// The most groups that you expect to match; when more do, nothing is changed.
    max_affected: i32,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerGroupUpdateBySelector` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerGroupUpdateBySelectorPayload {
    /// How many groups matched; 0 when there are user errors.
    affected_count: i32,
    /// Which they are.
    affected_ids: Vec<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerGroupUpdateMutation {
    /// Changes a customer group. Requires `groups:write`.
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn customer_group_update(
        &self,
        ctx: &Context<'_>,
        input: CustomerGroupUpdateInput,
    ) -> Result<Option<CustomerGroupUpdatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerGroupUpdate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let update = CustomerGroupUpdate {
            id: input.id.0,
            expected_version: input.expected_version,
            change: input.change.change(&mut complaints),
        };
        let written = match complaints.check(update) {
            Ok(update) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let row = service::update(unit, vec![update.clone()]).await?.remove(0)?;
                    Ok::<_, WriteError>(row)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (customer_group, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerGroupUpdatePayload {
            customer_group: customer_group.map(CustomerGroup::from),
            user_errors,
            dry_run,
        }))
    }

    /// Changes all customer groups that match, or none when more match than `maxAffected`. Requires `groups:write`.
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn customer_group_update_by_selector(
        &self,
        ctx: &Context<'_>,
        input: CustomerGroupUpdateBySelectorInput,
    ) -> Result<Option<CustomerGroupUpdateBySelectorPayload>> {
        let call = ctx.call();
        let options = ctx.write_options(
            "customerGroupUpdateBySelector",
            input.idempotency_key,
            input.dry_run,
            None,
        )?;
        if input.filter.is_empty() {
            return Err(bad_input("The selector must have a condition.", Some("INVALID_FILTER")));
        }
        let most = most_affected(input.max_affected, call.limits.selector_rows)?;
        let condition = input.filter.condition(call)?;
        let change = input.change.change();
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                let ids = service::select(unit, condition.clone(), most).await?;
                let updates = ids
                    .iter()
                    .map(|id| CustomerGroupUpdate {
                        id: *id,
                        expected_version: None,
                        change: change.clone(),
                    })
                    .collect();
                let rows = service::update(unit, updates).await?;
                let errors: Vec<UserError> = rows
                    .into_iter()
                    .filter_map(Result::err)
                    .flatten()
                    .map(|error| error.under("change"))
                    .collect();
                if errors.is_empty() {
                    Ok(Plain(ids))
                } else {
                    Err(WriteError::Refused(errors))
                }
            })
            .await;
        let (ids, user_errors, dry_run) = payload(call, written)?;
        let ids = ids.map(|ids| ids.0).unwrap_or_default();
        Ok(Some(CustomerGroupUpdateBySelectorPayload {
            affected_count: i32::try_from(ids.len()).unwrap_or(i32::MAX),
            affected_ids: ids.into_iter().map(|id| id.to_string().into()).collect(),
            user_errors,
            dry_run,
        }))
    }
}
