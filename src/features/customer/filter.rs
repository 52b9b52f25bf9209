//! How lists of customers are filtered and sorted.

use async_graphql::{Enum, InputObject};
use entity::{
    customer::{Column, Model, Status},
    customer_group_member,
    id::{CustomerGroupId, CustomerId, PrefixedId},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    auth::{Permission, Viewer},
    graphql::{
        Direction, KeyValue, Listed, SortKey,
        filter::{Budget, DateTimeFilter, IdFilter, JsonPathFilter, StringFilter, TextForm, combine},
    },
    work::Call,
};

/// Registered customers have an account, guests have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CustomerType {
    /// Has an account.
    Registered,
    /// Has none.
    Guest,
}

/// Whether a customer may log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::customer::Status")]
pub enum CustomerStatus {
    /// The ordinary state.
    Active,
    /// Asked to open an account, which has not happened yet.
    Invited,
    /// Shut out: no log-in and no new tokens.
    Disabled,
}

/// Conditions on customers; all that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerWhere {
    /// The id.
    id: Option<IdFilter>,
    /// The e-mail address.
    email: Option<StringFilter>,
    /// Whether the customer has an account.
    has_account: Option<bool>,
    /// Registered customers, or guests.
    #[graphql(name = "type")]
    kind: Option<CustomerType>,
    /// One of these states.
    status: Option<Vec<CustomerStatus>>,
    /// The given name.
    first_name: Option<StringFilter>,
    /// The family name.
    last_name: Option<StringFilter>,
    /// The business.
    company_name: Option<StringFilter>,
    /// The phone number as typed.
    phone: Option<StringFilter>,
    /// The id in another system; case counts.
    external_id: Option<StringFilter>,
    /// The groups that the customer is in. Who is in no group is not in any group. Requires `groups:read`.
    groups: Option<CustomerGroupsFilter>,
    /// When the customer was created.
    created_at: Option<DateTimeFilter>,
    /// When the customer was last changed.
    updated_at: Option<DateTimeFilter>,
    /// A value inside the public metadata.
    metadata: Option<JsonPathFilter>,
    /// All of these hold.
    #[graphql(name = "AND")]
    and: Option<Vec<CustomerWhere>>,
    /// At least one of these holds.
    #[graphql(name = "OR")]
    or: Option<Vec<CustomerWhere>>,
    /// This does not hold.
    #[graphql(name = "NOT")]
    not: Option<Box<CustomerWhere>>,
}

/// A condition on the groups of a customer.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerGroupsFilter {
    /// The customer is in one of these groups (`eq`, `in`), or in none of these (`notIn`).
    id: IdFilter,
}

impl CustomerWhere {
    /// The condition on the table.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for conditions that make no sense or are too many.
    pub fn condition(&self, call: &Call) -> async_graphql::Result<Condition> {
        self.within(call, &mut Budget::default())
    }

    /// Whether nothing is asked for, so that every customer would match.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let given = [
            self.id.is_some(),
            self.email.is_some(),
            self.has_account.is_some(),
            self.kind.is_some(),
            self.status.is_some(),
            self.first_name.is_some(),
            self.last_name.is_some(),
            self.company_name.is_some(),
            self.phone.is_some(),
            self.external_id.is_some(),
            self.groups.is_some(),
            self.created_at.is_some(),
            self.updated_at.is_some(),
            self.metadata.is_some(),
            self.and.is_some(),
            self.or.is_some(),
            self.not.is_some(),
        ];
        !given.contains(&true)
    }

    fn within(&self, call: &Call, budget: &mut Budget) -> async_graphql::Result<Condition> {
        let mut own = Condition::all();
        if let Some(filter) = &self.id {
            own = own.add(filter.condition::<CustomerId>(Column::Id, budget)?);
        }
        if let Some(has_account) = self.has_account {
            own = own.add(Column::HasAccount.eq(has_account));
        }
        if let Some(kind) = self.kind {
            own = own.add(Column::HasAccount.eq(kind == CustomerType::Registered));
        }
        if let Some(states) = &self.status {
            own = own.add(Column::Status.is_in(states.iter().map(|state| Status::from(*state))));
        }
        let texts = [
            (&self.email, Column::EmailNormalized, TextForm::Email),
            (&self.first_name, Column::FirstNameFolded, TextForm::Folded),
            (&self.last_name, Column::LastNameFolded, TextForm::Folded),
            (&self.company_name, Column::CompanyNameFolded, TextForm::Folded),
            (&self.phone, Column::Phone, TextForm::Exact),
            (&self.external_id, Column::ExternalId, TextForm::Exact),
        ];
        for (filter, column, form) in texts {
            if let Some(filter) = filter {
                own = own.add(filter.condition(column, form, budget)?);
            }
        }
        if let Some(filter) = &self.groups {
            own = own.add(in_groups(&filter.id, &call.viewer)?);
        }
        for (filter, column) in [
            (&self.created_at, Column::CreatedAt),
            (&self.updated_at, Column::UpdatedAt),
        ] {
            if let Some(filter) = filter {
                own = own.add(filter.condition(column, budget)?);
            }
        }
        if let Some(filter) = &self.metadata {
            own = own.add(filter.condition(call.database.backend(), Column::Metadata, budget)?);
        }
        combine(
            own,
            self.and.as_deref(),
            self.or.as_deref(),
            self.not.as_deref(),
            budget,
            |part, budget| part.within(call, budget),
        )
    }
}

/// Membership in groups; for who may not see groups there are none, so that a filter cannot tell what a field would
/// not.
fn in_groups(filter: &IdFilter, viewer: &Viewer) -> async_graphql::Result<Condition> {
    let members = |groups: Vec<CustomerGroupId>| {
        let rows = customer_group_member::Entity::find()
            .select_only()
            .column(customer_group_member::Column::CustomerId)
            .filter(customer_group_member::Column::CustomerGroupId.is_in(groups.into_iter().map(PrefixedId::uuid)));
        let rows = if viewer.may(Permission::GroupsRead) {
            rows
        } else {
            rows.filter(Expr::val(1).eq(0))
        };
        rows.into_query()
    };
    let mut condition = Condition::all();
    if let Some(wanted) = filter.wanted()? {
        condition = condition.add(Column::Id.in_subquery(members(wanted)));
    }
    if let Some(unwanted) = filter.unwanted()? {
        condition = condition.add(Column::Id.not_in_subquery(members(unwanted)));
    }
    Ok(condition)
}

/// What customers can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CustomerSortKey {
    /// When the customer was created.
    CreatedAt,
    /// When the customer was last changed.
    UpdatedAt,
    /// The e-mail address.
    Email,
    /// The given name; case and accents make no difference.
    FirstName,
    /// The family name; case and accents make no difference.
    LastName,
    /// The business; case and accents make no difference.
    CompanyName,
}

/// One step of a sort.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct CustomerSort {
    /// By what.
    key: CustomerSortKey,
    /// In which direction.
    #[graphql(default)]
    direction: Direction,
}

/// The columns of a sort: what was asked for, newest first when nothing was, and the id last.
#[must_use]
pub fn sort_keys(sort: Option<Vec<CustomerSort>>) -> Vec<SortKey<Column>> {
    let sort = sort.filter(|sort| !sort.is_empty());
    let mut keys: Vec<SortKey<Column>> = sort
        .unwrap_or_else(|| {
            vec![CustomerSort {
                key: CustomerSortKey::CreatedAt,
                direction: Direction::Desc,
            }]
        })
        .into_iter()
        .map(|step| SortKey {
            column: match step.key {
                CustomerSortKey::CreatedAt => Column::CreatedAt,
                CustomerSortKey::UpdatedAt => Column::UpdatedAt,
                CustomerSortKey::Email => Column::EmailNormalized,
                CustomerSortKey::FirstName => Column::FirstNameFolded,
                CustomerSortKey::LastName => Column::LastNameFolded,
                CustomerSortKey::CompanyName => Column::CompanyNameFolded,
            },
            direction: step.direction,
        })
        .collect();
    let mut seen = Vec::new();
    keys.retain(|key| {
        let new = !seen.contains(&(key.column as usize));
        seen.push(key.column as usize);
        new
    });
    let direction = keys.last().map_or(Direction::Desc, |key| key.direction);
    keys.push(SortKey {
        column: Column::Id,
        direction,
    });
    keys
}

impl Listed<Column> for std::sync::Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::CreatedAt => self.created_at.into(),
            Column::UpdatedAt => self.updated_at.into(),
            Column::EmailNormalized => KeyValue::Text(self.email_normalized.clone()),
            Column::FirstNameFolded => KeyValue::Text(self.first_name_folded.clone()),
            Column::LastNameFolded => KeyValue::Text(self.last_name_folded.clone()),
            Column::CompanyNameFolded => KeyValue::Text(self.company_name_folded.clone()),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}
