//! The rules about impersonation.

use chrono::TimeDelta;
use entity::{
    auth_identity, customer,
    id::{CustomerId, PrefixedId},
    session::{ActorType, Assurance, Entity, Model},
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use crate::{
    auth::{Permission, Viewer, secret_hash},
    features::{customer::visibility as customers, session::service as sessions},
    work::{ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// The longest impersonation, in minutes.
pub const LONGEST: i32 = 60;

/// Somebody to act as.
#[derive(Clone, Debug)]
pub struct Impersonation {
    /// Which customer.
    pub customer: CustomerId,
    /// Why.
    pub reason: String,
    /// For how long.
    pub minutes: i32,
    /// Whether nothing may be written.
    pub is_read_only: bool,
}

/// Opens a session in which whoever writes acts as a customer.
///
/// # Errors
/// `STEP_UP_REQUIRED`, `OUT_OF_SCOPE_PERMISSION` for whom fields are hidden from, `NOT_FOUND`, `INVALID_STATE` for a customer who cannot log in.
pub async fn start(unit: &mut UnitOfWork, wanted: Impersonation) -> Result<Model, WriteError> {
    let Viewer::Staff { user, session, .. } = *unit.viewer() else {
        return Err(UserError::new(
            ErrorCode::StepUpRequired,
            "",
            "Only a staff user who has logged in a short while ago may do this.",
        )
        .into());
    };
    sessions::check_step_up(unit, session).await?;
    if unit.viewer().masks().is_some() {
        return Err(UserError::new(
            ErrorCode::OutOfScopePermission,
            "customerId",
            "Your roles hide fields from you that customers see, so you cannot act as one.",
        )
        .into());
    }
    let row = customers::nameable_by(unit.viewer(), Permission::ImpersonationStart)
        .filter(customer::Column::Id.eq(wanted.customer))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("customerId", "customer"))?;
    let identity = auth_identity::Entity::find()
        .filter(auth_identity::Column::CustomerId.eq(row.id))
        .one(unit.db())
        .await?;
    let identity = identity
        .filter(|_| row.has_account && row.status == customer::Status::Active)
        .ok_or_else(|| {
            UserError::new(
                ErrorCode::InvalidState,
                "customerId",
                "This customer has no account to act in, or is shut out.",
            )
        })?;
    // Nobody gets a refresh token, so its hashes are those of nothing.
    let nothing = || secret_hash(&unit.call().ids.token());
    let session = Model {
        id: unit.new_id(),
        auth_identity_id: identity.id,
        actor_type: ActorType::Customer,
        actor_id: row.id.uuid(),
        refresh_token_hash: nothing(),
        previous_refresh_token_hash: None,
        rotated_at: None,
        created_at: unit.now(),
        last_seen_at: unit.now(),
        expires_at: unit.now() + TimeDelta::minutes(wanted.minutes.into()),
        revoked_at: None,
        family_hash: Some(nothing()),
        device: unit.call().client.device.clone(),
        ip_prefix: unit.call().client.prefix(),
        assurance: Assurance::One,
        authenticated_at: None,
        impersonator_id: Some(user),
        impersonation_reason: Some(wanted.reason),
        is_read_only: wanted.is_read_only,
    };
    Entity::insert(session.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(Record {
        topic: Topic("auth.impersonation_started"),
        subject: row.id.uuid(),
        begins: false,
        object: session.id.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(session)
}

/// Ends the session in which whoever writes acts as a customer.
///
/// # Errors
/// `INVALID_STATE` for everybody else.
pub async fn end(unit: &mut UnitOfWork) -> Result<(), WriteError> {
    let acting = unit.viewer().impersonator().and(unit.viewer().session());
    let (Some((identity, session)), Some(customer)) = (acting, unit.viewer().customer()) else {
        return Err(UserError::new(ErrorCode::InvalidState, "", "You do not act as anybody else.").into());
    };
    sessions::end(unit, identity, Some(session)).await?;
    unit.record(Record {
        topic: Topic("auth.impersonation_ended"),
        subject: customer.uuid(),
        begins: false,
        object: session.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(())
}
