//! `groupMembersChange`, `customerGroupsChange`, `groupMembershipsAdd`, `groupMembershipsRemove`: who is in which
//! group, written from the group's side, from the customer's side, and pair by pair.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use entity::id::{CustomerGroupId, CustomerId};

use super::{
    loader::{CustomerGroupById, MembershipById},
    membership::{self, ChangedPair, PairChange},
    object::{CustomerGroup, CustomerGroupMembership, shows_groups},
};
use crate::{
    auth::guard,
    features::customer::{Customer, CustomerById},
    graphql::{BulkErrorPolicy, ContextExt, DryRunResult, Id, Problem, RowResults, check_rows, payload, problems},
    work::{ErrorCode, Plain, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct GroupMembershipsMutation;

/// Customers to add to one group, and to remove from it.
#[derive(Debug, InputObject)]
pub struct GroupMembersChangeInput {
    /// The group.
    group_id: Id<CustomerGroupId>,
    /// The customers to add.
    #[graphql(default)]
    add: Vec<Id<CustomerId>>,
    /// The customers to remove.
    #[graphql(default)]
    remove: Vec<Id<CustomerId>>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// Groups to add one customer to, and to remove the customer from.
#[derive(Debug, InputObject)]
pub struct CustomerGroupsChangeInput {
    /// The customer.
    customer_id: Id<CustomerId>,
    /// The groups to add the customer to.
    #[graphql(default)]
    add: Vec<Id<CustomerGroupId>>,
    /// The groups to remove the customer from.
    #[graphql(default)]
    remove: Vec<Id<CustomerGroupId>>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// A customer and a group.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct GroupMembershipPair {
    /// The customer.
    customer_id: Id<CustomerId>,
    /// The group.
    group_id: Id<CustomerGroupId>,
}

/// Customers to add to groups.
#[derive(Debug, InputObject)]
pub struct GroupMembershipsAddInput {
    /// Who is added to what.
    pairs: Vec<GroupMembershipPair>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// Customers to remove from groups.
#[derive(Debug, InputObject)]
pub struct GroupMembershipsRemoveInput {
    /// Who is removed from what.
    pairs: Vec<GroupMembershipPair>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// What became of a customer and a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::membership::PairResult")]
pub enum GroupMembershipResult {
    /// The customer was not in the group and now is.
    Added,
    /// The customer was in the group and no longer is.
    Removed,
    /// There was nothing to do: who was to be added was in the group, or who was to be removed was not.
    Unchanged,
}

/// What became of one customer and one group.
#[derive(Debug)]
pub struct GroupMembershipChange(Result<ChangedPair, Vec<UserError>>);

/// What became of one customer and one group.
#[Object(visible = "shows_groups")]
impl GroupMembershipChange {
    /// What became of it; null when there are user errors.
    async fn result(&self) -> Option<GroupMembershipResult> {
        self.0.as_ref().ok().map(|pair| pair.result.into())
    }

    /// The customer; null when there are user errors.
    async fn customer_id(&self) -> Option<ID> {
        self.0.as_ref().ok().map(|pair| pair.customer.to_string().into())
    }

    /// The group; null when there are user errors.
    async fn group_id(&self) -> Option<ID> {
        self.0.as_ref().ok().map(|pair| pair.group.to_string().into())
    }

    /// The id of the membership that is, or was.
    async fn membership_id(&self) -> Option<ID> {
        let membership = self.0.as_ref().ok()?.membership?;
        Some(membership.to_string().into())
    }

    /// The membership, if there is one now. Requires `groups:read`.
    #[graphql(
        guard = "guard::groups_read",
        visible = "guard::shows::groups_read",
        tag = "admin",
        requires_scopes = "groups:read"
    )]
    async fn membership(&self, ctx: &Context<'_>) -> Result<Option<CustomerGroupMembership>> {
        let Some(id) = self.0.as_ref().ok().and_then(|pair| pair.membership) else {
            return Ok(None);
        };
        Ok(ctx.load::<MembershipById>(id).await?.map(CustomerGroupMembership))
    }

    /// What is wrong with this row.
    async fn user_errors(&self) -> Vec<Problem> {
        self.0.as_ref().err().cloned().map(problems).unwrap_or_default()
    }
}

/// What `groupMembersChange` answers.
#[derive(Debug, SimpleObject)]
pub struct GroupMembersChangePayload {
    /// The group; null when there are user errors, or when you may not see groups.
    customer_group: Option<CustomerGroup>,
    /// One result for each customer, first those to add, then those to remove; empty when there are user errors.
    results: Vec<GroupMembershipChange>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// What `customerGroupsChange` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerGroupsChangePayload {
    /// The customer; null when there are user errors.
    customer: Option<Customer>,
    /// One result for each group, first those to add to, then those to remove from; empty when there are user errors.
    results: Vec<GroupMembershipChange>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// What `groupMembershipsAdd` and `groupMembershipsRemove` answer.
#[derive(Debug, SimpleObject)]
pub struct GroupMembershipsPayload {
    /// One result for each pair, in the order of the input; empty when everything was refused.
    results: Vec<GroupMembershipChange>,
    /// What is wrong with the input; when everything is refused, the errors of all pairs.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl GroupMembershipsMutation {
    /// Adds customers to a group and removes others from it, all or none. Who already is in the group, or is not, stays
    /// so, which is no error. Requires `groups:write`; customers are found by who may see them (`customers:read`).
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn group_members_change(
        &self,
        ctx: &Context<'_>,
        input: GroupMembersChangeInput,
    ) -> Result<Option<GroupMembersChangePayload>> {
        let options = ctx.write_options("groupMembersChange", input.idempotency_key, input.dry_run, None)?;
        let group = input.group_id.0;
        let changes = both(input.add, input.remove, |customer, path, add| PairChange {
            customer: customer.0,
            group,
            add,
            customer_path: path,
            group_path: "groupId".to_owned(),
        });
        let (results, user_errors, dry_run) = write_all(ctx, options, changes).await?;
        let customer_group = match &results {
            Some(_) => ctx.load::<CustomerGroupById>(group).await?.map(CustomerGroup),
            None => None,
        };
        Ok(Some(GroupMembersChangePayload {
            customer_group,
            results: results.unwrap_or_default(),
            user_errors,
            dry_run,
        }))
    }

    /// Adds a customer to groups and removes them from others, all or none. Where the customer already is, or is not,
    /// they stay, which is no error. Requires `groups:write`; the customer is found by who may see them
    /// (`customers:read`).
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn customer_groups_change(
        &self,
        ctx: &Context<'_>,
        input: CustomerGroupsChangeInput,
    ) -> Result<Option<CustomerGroupsChangePayload>> {
        let options = ctx.write_options("customerGroupsChange", input.idempotency_key, input.dry_run, None)?;
        let customer = input.customer_id.0;
        let changes = both(input.add, input.remove, |group, path, add| PairChange {
            customer,
            group: group.0,
            add,
            customer_path: "customerId".to_owned(),
            group_path: path,
        });
        let (results, user_errors, dry_run) = write_all(ctx, options, changes).await?;
        let customer = match &results {
            Some(_) => ctx.load::<CustomerById>(customer).await?.map(Customer),
            None => None,
        };
        Ok(Some(CustomerGroupsChangePayload {
            customer,
            results: results.unwrap_or_default(),
            user_errors,
            dry_run,
        }))
    }

    /// Adds customers to groups, pair by pair. Who already is in the group stays so, which is no error. Requires
    /// `groups:write`; customers are found by who may see them (`customers:read`).
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn group_memberships_add(
        &self,
        ctx: &Context<'_>,
        input: GroupMembershipsAddInput,
    ) -> Result<Option<GroupMembershipsPayload>> {
        let options = ctx.write_options("groupMembershipsAdd", input.idempotency_key, input.dry_run, None)?;
        write_pairs(ctx, options, input.pairs, input.error_policy, true).await
    }

    /// Removes customers from groups, pair by pair. Who is not in the group stays so, which is no error. Requires
    /// `groups:write`; customers are found by who may see them (`customers:read`).
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn group_memberships_remove(
        &self,
        ctx: &Context<'_>,
        input: GroupMembershipsRemoveInput,
    ) -> Result<Option<GroupMembershipsPayload>> {
        let options = ctx.write_options("groupMembershipsRemove", input.idempotency_key, input.dry_run, None)?;
        write_pairs(ctx, options, input.pairs, input.error_policy, false).await
    }
}

/// The changes of an input with a list to add and a list to remove, each with the path of its id.
fn both<I>(add: Vec<I>, remove: Vec<I>, change: impl Fn(I, String, bool) -> PairChange) -> Vec<PairChange> {
    let adding = add
        .into_iter()
        .enumerate()
        .map(|(row, id)| (id, format!("add.{row}"), true));
    let removing = remove
        .into_iter()
        .enumerate()
        .map(|(row, id)| (id, format!("remove.{row}"), false));
    adding
        .chain(removing)
        .map(|(id, path, add)| change(id, path, add))
        .collect()
}

type Answer = (Option<Vec<GroupMembershipChange>>, Vec<Problem>, Option<DryRunResult>);

/// Writes all changes or none; every error is told once, at the path that the change brings along.
async fn write_all(ctx: &Context<'_>, options: WriteOptions, changes: Vec<PairChange>) -> Result<Answer> {
    let call = ctx.call();
    let most = call.limits.bulk_rows;
    let written = match changes.len() {
        0 => Err(UserError::new(ErrorCode::Required, "add", "Give at least one id to add or to remove.").into()),
        rows if rows > most => Err(UserError::limit("add", most, rows, "ids to add and to remove").into()),
        _ => {
            call.write(options, async move |unit: &mut UnitOfWork| {
                let rows = membership::change(unit, &changes).await?;
                let mut errors: Vec<UserError> = Vec::new();
                for error in rows.iter().filter_map(|row| row.as_ref().err()).flatten() {
                    if !errors.contains(error) {
                        errors.push(error.clone());
                    }
                }
                if errors.is_empty() {
                    Ok(Plain(rows))
                } else {
                    Err(WriteError::Refused(errors))
                }
            })
            .await
        }
    };
    let (rows, user_errors, dry_run) = payload(call, written)?;
    Ok((rows.map(|rows| shown(rows.0)), user_errors, dry_run))
}

async fn write_pairs(
    ctx: &Context<'_>,
    options: WriteOptions,
    pairs: Vec<GroupMembershipPair>,
    policy: BulkErrorPolicy,
    add: bool,
) -> Result<Option<GroupMembershipsPayload>> {
    let call = ctx.call();
    let written = match check_rows("pairs", pairs.len(), call.limits.bulk_rows) {
        Ok(()) => {
            let changes: Vec<PairChange> = pairs
                .into_iter()
                .map(|pair| PairChange {
                    customer: pair.customer_id.0,
                    group: pair.group_id.0,
                    add,
                    customer_path: "customerId".to_owned(),
                    group_path: "groupId".to_owned(),
                })
                .collect();
            call.write(options, async move |unit: &mut UnitOfWork| {
                let rows = membership::change(unit, &changes).await?;
                policy.judge("pairs", rows).map(Plain)
            })
            .await
        }
        Err(error) => Err(error),
    };
    let (rows, user_errors, dry_run) = payload(call, written)?;
    Ok(Some(GroupMembershipsPayload {
        results: rows.map(|rows| shown(rows.0)).unwrap_or_default(),
        user_errors,
        dry_run,
    }))
}

fn shown(rows: RowResults<ChangedPair>) -> Vec<GroupMembershipChange> {
    rows.into_iter().map(GroupMembershipChange).collect()
}
