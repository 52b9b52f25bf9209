//! `customerUpsert`: the customer behind an identifier, changed or created.

use async_graphql::{Context, InputObject, Object, OneofObject, Result, SimpleObject};
use entity::id::CustomerId;

use super::{
    input::CustomerChangeFields,
    object::Customer,
    service::{self, CustomerUpsert},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Email, Id, Problem, payload},
    work::{Complaints, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct CustomerUpsertMutation;

/// What identifies a customer to you: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum CustomerIdentifier {
    /// Our id. There must be such a customer, because ids are made by the service.
    Id(Id<CustomerId>),
    /// The e-mail address. The registered customer comes before guests, the oldest guest before others.
    Email(Email),
    /// The id in another system.
    ExternalId(String),
}

impl CustomerIdentifier {
    /// Reads it.
    pub fn read(self, complaints: &mut Complaints) -> Option<service::KnownBy> {
        match self {
            Self::Id(id) => Some(service::KnownBy::Id(id.0)),
            Self::Email(email) => complaints
                .email("identifier.email", Some(email.0))
                .map(service::KnownBy::Email),
            Self::ExternalId(external_id) => {
                let external_id = complaints.required_text("identifier.externalId", Some(external_id), 255);
                (!external_id.is_empty()).then_some(service::KnownBy::ExternalId(external_id))
            }
        }
    }
}

/// A customer to change or create.
#[derive(Debug, InputObject)]
pub struct CustomerUpsertInput {
    /// What identifies the customer.
    identifier: CustomerIdentifier,
    #[graphql(flatten)]
    change: CustomerChangeFields,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerUpsert` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerUpsertPayload {
    /// The customer as it is now; null when there are user errors.
    customer: Option<Customer>,
    /// Whether the customer was created; null when there are user errors.
    is_created: Option<bool>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// Reads one upsert.
pub fn read(
    identifier: CustomerIdentifier,
    change: CustomerChangeFields,
    complaints: &mut Complaints,
) -> Option<CustomerUpsert> {
    let known_by = identifier.read(complaints);
    let change = change.change(complaints);
    known_by.map(|known_by| CustomerUpsert { known_by, change })
}

#[Object]
impl CustomerUpsertMutation {
    /// Changes the customer behind an identifier, or creates one when there is none. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_upsert(
        &self,
        ctx: &Context<'_>,
        input: CustomerUpsertInput,
    ) -> Result<Option<CustomerUpsertPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerUpsert", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let upsert = read(input.identifier, input.change, &mut complaints);
        let written = match complaints.check(upsert) {
            Ok(Some(upsert)) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(service::upsert(unit, vec![upsert.clone()]).await?.remove(0)?)
                })
                .await
            }
            Ok(None) => Err(UserError::not_found("identifier", "customer").into()),
            Err(errors) => Err(errors.into()),
        };
        let (upserted, user_errors, dry_run) = payload(call, written)?;
        let (customer, is_created) = upserted
            .map(|(row, is_created)| (Customer::from(row), is_created))
            .unzip();
        Ok(Some(CustomerUpsertPayload {
            customer,
            is_created,
            user_errors,
            dry_run,
        }))
    }
}
