//! What may be written about a customer, read into drafts with every complaint.

use async_graphql::{InputObject, MaybeUndefined};
use entity::customer::Model;

use super::service::{CustomerChange, CustomerDraft};
use crate::{
    config::Limits,
    graphql::{Email, JsonObject, LanguageTag, MetadataPatch, change, check_metadata},
    text::e164,
    work::{Complaints, ErrorCode, UserError},
};

/// The longest name, in characters.
pub const NAME: usize = 255;

/// A new customer. At least one of e-mail, external id and phone is given.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerFields {
    /// The e-mail address.
    pub email: Option<Email>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The business that the customer is or buys for.
    pub company_name: Option<String>,
    /// The phone number, kept as typed.
    pub phone: Option<String>,
    /// The id in another system; unique among customers.
    pub external_id: Option<String>,
    /// The preferred language.
    pub locale: Option<LanguageTag>,
    /// Facts that the customer may read.
    pub metadata: Option<JsonObject>,
    /// Facts for staff alone.
    pub private_metadata: Option<JsonObject>,
}

impl CustomerFields {
    /// Reads it.
    pub fn draft(self, limits: &Limits, complaints: &mut Complaints) -> CustomerDraft {
        let draft = self.profile(limits, complaints);
        if complaints.is_empty() && draft.email.is_none() && draft.external_id.is_none() && draft.phone.is_none() {
            complaints.add(UserError::new(
                ErrorCode::Required,
                "email",
                "Give at least one of e-mail, external id and phone, so that the customer can be found again.",
            ));
        }
        draft
    }

    /// Reads it about somebody whose e-mail address is known from elsewhere.
    pub fn profile(self, limits: &Limits, complaints: &mut Complaints) -> CustomerDraft {
        let draft = CustomerDraft {
            email: complaints.email("email", self.email.map(|email| email.0)),
            first_name: complaints.text("firstName", self.first_name, NAME),
            last_name: complaints.text("lastName", self.last_name, NAME),
            company_name: complaints.text("companyName", self.company_name, NAME),
            phone_e164: self.phone.as_deref().and_then(|phone| e164(phone, None)),
            phone: complaints.text("phone", self.phone, 40),
            external_id: complaints.text("externalId", self.external_id, 255),
            locale: complaints.language("locale", self.locale.map(|locale| locale.0)),
            metadata: self.metadata.map(|metadata| metadata.0).unwrap_or_default().into(),
            private_metadata: self
                .private_metadata
                .map(|metadata| metadata.0)
                .unwrap_or_default()
                .into(),
            has_account: false,
        };
        for (path, metadata) in [
            ("metadata", &draft.metadata),
            ("privateMetadata", &draft.private_metadata),
        ] {
            if let Some(error) = check_metadata(path, metadata, limits) {
                complaints.add(error);
            }
        }
        draft
    }
}

/// Changes of a customer: a field that is left out stays as it is, null clears it.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerChangeFields {
    /// The e-mail address. For a registered customer it cannot be cleared.
    pub email: MaybeUndefined<Email>,
    /// The given name.
    pub first_name: MaybeUndefined<String>,
    /// The family name.
    pub last_name: MaybeUndefined<String>,
    /// The business that the customer is or buys for.
    pub company_name: MaybeUndefined<String>,
    /// The phone number, kept as typed.
    pub phone: MaybeUndefined<String>,
    /// The id in another system; unique among customers.
    pub external_id: MaybeUndefined<String>,
    /// The preferred language.
    pub locale: MaybeUndefined<LanguageTag>,
    /// Changes of the metadata that the customer may read.
    pub metadata: Option<MetadataPatch>,
    /// Changes of the metadata for staff alone.
    pub private_metadata: Option<MetadataPatch>,
}

impl CustomerChangeFields {
    /// Reads it.
    pub fn change(self, complaints: &mut Complaints) -> CustomerChange {
        let phone = complaints.text_change("phone", change(self.phone), 40);
        CustomerChange {
            email: change(self.email).and_then(|email| complaints.email("email", Some(email.0))),
            first_name: complaints.text_change("firstName", change(self.first_name), NAME),
            last_name: complaints.text_change("lastName", change(self.last_name), NAME),
            company_name: complaints.text_change("companyName", change(self.company_name), NAME),
            phone,
            external_id: complaints.text_change("externalId", change(self.external_id), 255),
            locale: change(self.locale).and_then(|locale| complaints.language("locale", Some(locale.0))),
            metadata: self.metadata.map(Into::into),
            private_metadata: self.private_metadata.map(Into::into),
            status: None,
        }
    }
}

/// Complains about the metadata of a customer after a change.
pub fn check_row(row: &Model, limits: &Limits) -> Vec<UserError> {
    [("metadata", &row.metadata), ("privateMetadata", &row.private_metadata)]
        .into_iter()
        .filter_map(|(path, metadata)| check_metadata(path, metadata, limits))
        .collect()
}
