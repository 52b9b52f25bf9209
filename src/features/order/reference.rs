//! Finds the customers and organizations that drafts name, whatever they are named by: one statement for each.

use std::collections::{BTreeSet, HashMap};

use entity::{
    customer,
    id::{CustomerId, OrganizationId, PrefixedId},
    organization,
};
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::draft::{OrderLinkDraft, Reference};
use crate::{
    auth::Permission,
    features::{customer::visibility as customers, organization::visibility as organizations},
    work::{Change, UnitOfWork, UserError, WriteError},
};

/// The customers and organizations that drafts name.
#[derive(Debug, Default)]
pub(super) struct References {
    customers: HashMap<Reference<CustomerId>, CustomerId>,
    organizations: HashMap<Reference<OrganizationId>, OrganizationId>,
    locked: BTreeSet<CustomerId>,
}

impl References {
    /// Looks everything up. The customers stay locked, because their timelines will grow.
    pub(super) async fn find(unit: &UnitOfWork, drafts: &[OrderLinkDraft]) -> Result<Self, WriteError> {
        let mut references = Self::default();
        let named = drafts.iter().filter_map(|draft| draft.customer.new_value());
        if let Some(condition) = any_of(named, customer::Column::Id, customer::Column::ExternalId) {
            let rows: Vec<(CustomerId, Option<String>)> =
                customers::nameable_by(unit.viewer(), Permission::OrdersWrite)
                    .select_only()
                    .columns([customer::Column::Id, customer::Column::ExternalId])
                    .filter(condition)
                    .order_by_asc(customer::Column::Id)
                    .lock_exclusive()
                    .into_tuple()
                    .all(unit.db())
                    .await?;
            for (id, external_id) in rows {
                references.locked.insert(id);
                references.customers.insert(Reference::Id(id), id);
                if let Some(external_id) = external_id {
                    references.customers.insert(Reference::ExternalId(external_id), id);
                }
            }
        }
        let named = drafts.iter().filter_map(|draft| draft.organization.new_value());
        if let Some(condition) = any_of(named, organization::Column::Id, organization::Column::ExternalId) {
            let rows: Vec<(OrganizationId, Option<String>)> =
                organizations::nameable_by(unit.viewer(), Permission::OrdersWrite)
                    .select_only()
                    .columns([organization::Column::Id, organization::Column::ExternalId])
                    .filter(condition)
                    .into_tuple()
                    .all(unit.db())
                    .await?;
            for (id, external_id) in rows {
                references.organizations.insert(Reference::Id(id), id);
                if let Some(external_id) = external_id {
                    references.organizations.insert(Reference::ExternalId(external_id), id);
                }
            }
        }
        Ok(references)
    }

    /// Locks further customers whose timelines will grow.
    pub(super) async fn lock(
        &mut self,
        unit: &UnitOfWork,
        customers: impl Iterator<Item = CustomerId>,
    ) -> Result<(), WriteError> {
        let unlocked: BTreeSet<CustomerId> = customers.filter(|customer| !self.locked.contains(customer)).collect();
        if unlocked.is_empty() {
            return Ok(());
        }
        let _: Vec<CustomerId> = customers::nameable_by(unit.viewer(), Permission::OrdersWrite)
            .select_only()
            .column(customer::Column::Id)
            .filter(customer::Column::Id.is_in(unlocked.iter().map(|customer| customer.uuid())))
            .order_by_asc(customer::Column::Id)
            .lock_exclusive()
            .into_tuple()
            .all(unit.db())
            .await?;
        self.locked.extend(unlocked);
        Ok(())
    }

    /// The customer that a draft names, if it names one.
    pub(super) fn customer(&self, draft: &OrderLinkDraft) -> Result<Option<CustomerId>, UserError> {
        named(&draft.customer, &self.customers, "customer")
    }

    /// The organization that a draft names, if it names one.
    pub(super) fn organization(&self, draft: &OrderLinkDraft) -> Result<Option<OrganizationId>, UserError> {
        named(&draft.organization, &self.organizations, "organization")
    }
}

fn named<I: PrefixedId>(
    change: &Change<Reference<I>>,
    known: &HashMap<Reference<I>, I>,
    noun: &str,
) -> Result<Option<I>, UserError> {
    let Some(reference) = change.new_value() else {
        return Ok(None);
    };
    let path = match reference {
        Reference::Id(_) => format!("{noun}Id"),
        Reference::ExternalId(_) => format!("{noun}ExternalId"),
    };
    match known.get(reference) {
        Some(id) => Ok(Some(*id)),
        None => Err(UserError::not_found(&path, noun)),
    }
}

/// The condition that finds what is named; `None` when nothing is.
fn any_of<'a, I: PrefixedId>(
    named: impl Iterator<Item = &'a Reference<I>>,
    id: impl ColumnTrait,
    external_id: impl ColumnTrait,
) -> Option<Condition> {
    let (mut ids, mut external_ids) = (BTreeSet::new(), BTreeSet::new());
    for reference in named {
        match reference {
            Reference::Id(id) => drop(ids.insert(id.uuid())),
            Reference::ExternalId(external_id) => drop(external_ids.insert(external_id.as_str())),
        }
    }
    let mut any = Condition::any();
    if !ids.is_empty() {
        any = any.add(Expr::col(id.as_column_ref()).is_in(ids));
    }
    if !external_ids.is_empty() {
        any = any.add(Expr::col(external_id.as_column_ref()).is_in(external_ids));
    }
    (!any.is_empty()).then_some(any)
}
