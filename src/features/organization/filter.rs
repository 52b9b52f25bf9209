//! How lists of organizations and of members are filtered and sorted.

use async_graphql::{Enum, InputObject};
use entity::{
    id::{CustomerId, OrganizationId, OrganizationRoleId, PrefixedId},
    organization::{self, Column},
    organization_member, organization_member_role, organization_role, organization_unit,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::{
    graphql::{
        Direction, KeyValue, Listed, SortKey, bad_input,
        filter::{Budget, DateTimeFilter, IdFilter, JsonPathFilter, StringFilter, TextForm, combine},
    },
    text::{is_clean, search_words},
    work::{Call, dialect},
};

/// Whether members may act for an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::organization::Status")]
pub enum OrganizationStatus {
    /// The ordinary state.
    Active,
    /// On hold: nobody acts for it until staff lift the suspension.
    Suspended,
}

/// Whether a member may act for the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::organization_member::Status")]
pub enum OrganizationMemberStatus {
    /// The ordinary state.
    Active,
    /// On hold: the member keeps the place but may not use it.
    Suspended,
}

/// Conditions on organizations; all that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrganizationWhere {
    /// The id.
    id: Option<IdFilter>,
    /// The name.
    name: Option<StringFilter>,
    /// The id in another system; case counts.
    external_id: Option<StringFilter>,
    /// One of these states.
    status: Option<Vec<OrganizationStatus>>,
    /// When the organization was created.
    created_at: Option<DateTimeFilter>,
    /// When the organization was last changed.
    updated_at: Option<DateTimeFilter>,
    /// A value inside the public metadata.
    metadata: Option<JsonPathFilter>,
    /// All of these hold.
    #[graphql(name = "AND")]
    and: Option<Vec<OrganizationWhere>>,
    /// At least one of these holds.
    #[graphql(name = "OR")]
    or: Option<Vec<OrganizationWhere>>,
    /// This does not hold.
    #[graphql(name = "NOT")]
    not: Option<Box<OrganizationWhere>>,
}

impl OrganizationWhere {
    /// The condition on the table.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for conditions that make no sense or are too many.
    pub fn condition(&self, call: &Call) -> async_graphql::Result<Condition> {
        self.within(call, &mut Budget::default())
    }

    fn within(&self, call: &Call, budget: &mut Budget) -> async_graphql::Result<Condition> {
        let mut own = Condition::all();
        if let Some(filter) = &self.id {
            own = own.add(filter.condition::<OrganizationId>(Column::Id, budget)?);
        }
        if let Some(filter) = &self.name {
            own = own.add(filter.condition(Column::NameFolded, TextForm::Folded, budget)?);
        }
        if let Some(filter) = &self.external_id {
            own = own.add(filter.condition(Column::ExternalId, TextForm::Exact, budget)?);
        }
        if let Some(states) = &self.status {
            let states = states.iter().map(|state| organization::Status::from(*state));
            own = own.add(Column::Status.is_in(states));
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

/// Organizations whose name contains every word of a search.
///
/// # Errors
/// `BAD_USER_INPUT` for a search that is too long.
pub fn names_with(query: &str) -> async_graphql::Result<Condition> {
    if query.len() > 512 {
        return Err(bad_input("A search has at most 512 bytes.", Some("INVALID_FILTER")));
    }
    Ok(search_words(query)
        .iter()
        .filter(|word| is_clean(word, false))
        .fold(Condition::all(), |condition, word| {
            condition.add(dialect::contains(dialect::column(Column::NameFolded), word))
        }))
}

/// Conditions on members; all that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrganizationMemberWhere {
    /// The member has this role, named by handle or id.
    role: Option<String>,
    /// The customer.
    customer_id: Option<IdFilter>,
    /// One of these states.
    status: Option<Vec<OrganizationMemberStatus>>,
}

impl OrganizationMemberWhere {
    /// The condition on the table.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for ids of another kind and texts that no role can have.
    pub fn condition(&self) -> async_graphql::Result<Condition> {
        let mut own = Condition::all();
        if let Some(role) = &self.role {
            own = own.add(organization_member::Column::Id.in_subquery(with_role(role)?.into_query()));
        }
        if let Some(filter) = &self.customer_id {
            own = own
                .add(filter.condition::<CustomerId>(organization_member::Column::CustomerId, &mut Budget::default())?);
        }
        if let Some(states) = &self.status {
            let states = states.iter().map(|state| organization_member::Status::from(*state));
            own = own.add(organization_member::Column::Status.is_in(states));
        }
        Ok(own)
    }
}

/// The ids of the members who have a role. Only who may list members is asked this.
fn with_role(role: &str) -> async_graphql::Result<sea_orm::Select<organization_member_role::Entity>> {
    use organization_member_role::Column::{OrganizationMemberId, OrganizationRoleId as Role};
    let holders = organization_member_role::Entity::find()
        .select_only()
        .column(OrganizationMemberId);
    if let Ok(id) = OrganizationRoleId::parse(role) {
        return Ok(holders.filter(Role.eq(id)));
    }
    if role.len() > 255 || !is_clean(role, false) {
        return Err(bad_input(
            "A role is named by its handle or id.",
            Some("INVALID_FILTER"),
        ));
    }
    let roles = organization_role::Entity::find()
        .select_only()
        .column(organization_role::Column::Id)
        .filter(organization_role::Column::Handle.eq(role))
        .into_query();
    Ok(holders.filter(Role.in_subquery(roles)))
}

/// What organizations can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrganizationSortKey {
    /// The name; case and accents make no difference.
    Name,
    /// When the organization was created.
    CreatedAt,
    /// When the organization was last changed.
    UpdatedAt,
}

/// One step of a sort.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct OrganizationSort {
    /// By what.
    key: OrganizationSortKey,
    /// In which direction.
    #[graphql(default)]
    direction: Direction,
}

/// The columns of a sort: what was asked for, newest first when nothing was, and the id last.
#[must_use]
pub fn sort_keys(sort: Option<Vec<OrganizationSort>>) -> Vec<SortKey<Column>> {
    let newest_first = OrganizationSort {
        key: OrganizationSortKey::CreatedAt,
        direction: Direction::Desc,
    };
    let sort = sort
        .filter(|sort| !sort.is_empty())
        .unwrap_or_else(|| vec![newest_first]);
    let mut keys: Vec<SortKey<Column>> = Vec::with_capacity(sort.len() + 1);
    for step in sort {
        let column = match step.key {
            OrganizationSortKey::Name => Column::NameFolded,
            OrganizationSortKey::CreatedAt => Column::CreatedAt,
            OrganizationSortKey::UpdatedAt => Column::UpdatedAt,
        };
        if !keys.iter().any(|key| key.column as usize == column as usize) {
            keys.push(SortKey {
                column,
                direction: step.direction,
            });
        }
    }
    let direction = keys.last().map_or(Direction::Desc, |key| key.direction);
    keys.push(SortKey {
        column: Column::Id,
        direction,
    });
    keys
}

/// By name, as people look for their own organizations.
#[must_use]
pub fn by_name() -> Vec<SortKey<Column>> {
    ascending(Column::NameFolded, Column::Id)
}

/// Members are listed in the order in which they joined.
#[must_use]
pub fn member_keys() -> Vec<SortKey<organization_member::Column>> {
    ascending(organization_member::Column::JoinedAt, organization_member::Column::Id)
}

/// Units are listed in the order in which they were created.
#[must_use]
pub fn unit_keys() -> Vec<SortKey<organization_unit::Column>> {
    ascending(organization_unit::Column::CreatedAt, organization_unit::Column::Id)
}

fn ascending<C>(first: C, unique: C) -> Vec<SortKey<C>> {
    [first, unique]
        .into_iter()
        .map(|column| SortKey {
            column,
            direction: Direction::Asc,
        })
        .collect()
}

impl Listed<Column> for std::sync::Arc<organization::Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::NameFolded => KeyValue::Text(self.name_folded.clone()),
            Column::CreatedAt => self.created_at.into(),
            Column::UpdatedAt => self.updated_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

impl Listed<organization_member::Column> for std::sync::Arc<organization_member::Model> {
    fn sort_value(&self, column: organization_member::Column) -> KeyValue {
        match column {
            organization_member::Column::JoinedAt => self.joined_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

impl Listed<organization_unit::Column> for std::sync::Arc<organization_unit::Model> {
    fn sort_value(&self, column: organization_unit::Column) -> KeyValue {
        match column {
            organization_unit::Column::CreatedAt => self.created_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}
