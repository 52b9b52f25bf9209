//! Members who come in through a log-in that belongs to their organization.

use entity::{
    id::{CustomerId, OrganizationId, PrefixedId},
    organization, organization_member,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::admission::{self, NewMember};
use crate::work::{ErrorCode, UnitOfWork, UserError, WriteError};

/// Makes a customer a buyer of the organization that is named by id or external id. Whoever calls this knows that they
/// belong there, whatever the viewer may see. Who is a member already stays as they are.
///
/// # Errors
/// `PROVIDER_NOT_CONFIGURED` when there is no such organization.
pub async fn join(unit: &mut UnitOfWork, named: &str, customer: CustomerId) -> Result<(), WriteError> {
    let is_named = match OrganizationId::parse(named) {
        Ok(id) => organization::Column::Id.eq(id),
        Err(_) => organization::Column::ExternalId.eq(named),
    };
    let found = organization::Entity::find()
        .filter(is_named)
        .lock_exclusive()
        .one(unit.db())
        .await?;
    let Some(found) = found else {
        tracing::error!("a provider is bound to an organization that there is not");
        return Err(UserError::new(
            ErrorCode::ProviderNotConfigured,
            "",
            "The organization of this provider is not here yet. Tell whoever runs this service.",
        )
        .into());
    };
    let known = organization_member::Entity::find()
        .filter(organization_member::Column::OrganizationId.eq(found.id))
        .filter(organization_member::Column::CustomerId.eq(customer))
        .one(unit.db())
        .await?;
    if known.is_none() {
        admission::insert(unit, vec![(found.id, NewMember::buyer(customer))]).await?;
    }
    Ok(())
}
