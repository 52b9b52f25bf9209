//! `profileUpdate`: what customers change about themselves.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::{
    input::NAME,
    object::Customer,
    service::{self, CustomerChange, CustomerUpdate},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, LanguageTag, MetadataChange, MetadataPatch, Problem, change, payload},
    work::{Complaints, ErrorCode, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct ProfileUpdateMutation;

/// A change of one's own profile. The e-mail address is changed by a procedure of its own, because it must be proven.
#[derive(Debug, InputObject)]
pub struct ProfileUpdateInput {
    /// The given name.
    first_name: MaybeUndefined<String>,
    /// The family name.
    last_name: MaybeUndefined<String>,
    /// The business that you buy for.
    company_name: MaybeUndefined<String>,
    /// The phone number, kept as typed.
    phone: MaybeUndefined<String>,
    /// The preferred language.
    locale: MaybeUndefined<LanguageTag>,
    /// Changes of metadata, under those keys that the shop allows its customers to write.
    metadata: Option<MetadataPatch>,
    /// The version that you have seen; when the profile has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `profileUpdate` answers.
#[derive(Debug, SimpleObject)]
pub struct ProfileUpdatePayload {
    /// The profile as it is now; null when there are user errors.
    customer: Option<Customer>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl ProfileUpdateMutation {
    /// Changes the profile of the customer whose token this is. A field that is left out stays as it is, null clears
    /// it. Requires a customer's token.
    #[graphql(
        guard = "guard::store",
        visible = "guard::shows::store",
        tag = "store",
        requires_scopes = "store"
    )]
    async fn profile_update(
        &self,
        ctx: &Context<'_>,
        input: ProfileUpdateInput,
    ) -> Result<Option<ProfileUpdatePayload>> {
        let call = ctx.call();
        let Some(own) = call.viewer.customer() else {
            return Ok(None);
        };
        let options = ctx.write_options("profileUpdate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let metadata = input.metadata.map(MetadataChange::from);
        let foreign = metadata.iter().any(|patch| {
            patch.replaces()
                || patch
                    .keys()
                    .any(|key| !call.limits.store_metadata_keys.iter().any(|known| known == key))
        });
        if foreign {
            complaints.add(UserError::new(
                ErrorCode::ForbiddenField,
                "metadata",
                "You may only set or delete the keys that the shop allows its customers to write.",
            ));
        }
        let change = CustomerChange {
            first_name: complaints.text_change("firstName", change(input.first_name), NAME),
            last_name: complaints.text_change("lastName", change(input.last_name), NAME),
            company_name: complaints.text_change("companyName", change(input.company_name), NAME),
            phone: complaints.text_change("phone", change(input.phone), 40),
            locale: change(input.locale).and_then(|locale| complaints.language("locale", Some(locale.0))),
            metadata,
            ..CustomerChange::default()
        };
        let update = CustomerUpdate {
            id: own,
            expected_version: input.expected_version,
            change,
        };
        let written = match complaints.check(update) {
            Ok(update) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(service::update(unit, vec![update.clone()]).await?.remove(0)?)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (customer, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(ProfileUpdatePayload {
            customer: customer.map(Customer::from),
            user_errors,
            dry_run,
        }))
    }
}
