//! SAML 2.0, as a service provider: the browser goes to the identity provider with an `AuthnRequest` in the address
//! (HTTP-Redirect) and brings back a `Response` in a form (HTTP-POST), which `http::saml` takes.
//!
//! Signatures are checked by libxmlsec1, by way of the crate `samael`; of that nothing else is used, because:
//!
//! - The parser in C mends what is not well-formed and expands entities. So a strict parser reads the document first,
//!   and refuses document types, encodings, depth and size before ([`document`]).
//! - libxmlsec1 fetches whatever address a signature refers to, and runs any transform. So a signature has one form here:
//!   one reference, to the id of the element around it, two transforms, and no objects ([`document`]).
//! - A valid signature somewhere says nothing about an assertion elsewhere (signature wrapping). So a document has one
//!   assertion, no id occurs twice, and what is read is the very text whose digest was signed ([`signature`]), parsed
//!   anew: nothing that was not signed is in it, and comments, which are not signed, are not in it either.
//! - A certificate in the answer would vouch for itself. Keys come from the configuration alone, one at a time, since one
//!   that does not fit would end the search among several.
//! - Its checks of times and audiences take the machine's clock, and pass what is absent. So they are made here
//!   ([`assertion`]), and what is absent is refused.

mod assertion;
mod document;
mod metadata;
mod signature;

use std::{io::Write, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::SecondsFormat;
use flate2::{Compression, write::DeflateEncoder};
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use self::{
    assertion::Expected,
    document::{ASSERTION, Checked, PROTOCOL},
    metadata::{IdentityProviderMetadata, escaped},
};
use super::{Attempt, ExternalIdentity, IdentityProvider, ProviderAnswer, ProviderError, bounded, subject};
use crate::{outbound::is_http_url, text::normalize_email};

/// The longest answer that is looked at, in characters of base64.
pub const LONGEST_ANSWER: usize = 256 * 1_024;

/// What an identity provider and this service agreed on.
#[derive(Clone, Debug, Default)]
pub struct SamlSettings {
    /// The name of the provider, which is part of our addresses.
    pub name: String,
    /// The public address of this service, such as `https://accounts.shop.example`.
    pub service_url: String,
    /// What this service is called there; the address of its metadata when there is nothing here.
    pub entity_id: Option<String>,
    /// The metadata of the identity provider, as XML.
    pub identity_provider_metadata: String,
    /// The attribute that holds the e-mail address.
    pub email_attribute: String,
    /// The attribute that holds the given name.
    pub first_name_attribute: String,
    /// The attribute that holds the family name.
    pub last_name_attribute: String,
    /// The domains for whose e-mail addresses the provider is believed; `*` for all.
    pub verified_email_domains: Vec<String>,
    /// Whether it may be in a private network, and http.
    pub allow_private_network: bool,
}

/// A SAML 2.0 identity provider.
#[derive(Clone, Debug)]
pub struct Saml(Arc<Agreement>);

#[derive(Debug)]
struct Agreement {
    settings: SamlSettings,
    entity_id: String,
    acs_url: String,
    own_metadata: String,
    provider: IdentityProviderMetadata,
}

impl Saml {
    /// The identity provider with these settings.
    ///
    /// # Errors
    /// What is wrong with the metadata or the addresses, as the end of a sentence about them.
    pub fn new(settings: SamlSettings) -> Result<Self, &'static str> {
        let service_url = settings.service_url.trim_end_matches('/');
        if !is_http_url(service_url, settings.allow_private_network) {
            return Err("belong to a provider whose service_url is not an address");
        }
        let provider = IdentityProviderMetadata::read(&settings.identity_provider_metadata)?;
        if !is_http_url(&provider.log_in_url, settings.allow_private_network) {
            return Err("name an address to log in at that does not begin with https:// or is in a private network");
        }
        let own = format!("{service_url}/saml/{}", settings.name);
        let entity_id = settings.entity_id.clone().unwrap_or_else(|| format!("{own}/metadata"));
        let acs_url = format!("{own}/acs");
        Ok(Self(Arc::new(Agreement {
            own_metadata: metadata::of_service(&entity_id, &acs_url),
            entity_id,
            acs_url,
            provider,
            settings,
        })))
    }

    fn log_in_url(&self, attempt: &Attempt) -> Result<String, ProviderError> {
        let unusable = |_| ProviderError::Unavailable("the request cannot be written");
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
        deflated
            .write_all(self.0.request(attempt).as_bytes())
            .map_err(unusable)?;
        let request = STANDARD.encode(deflated.finish().map_err(unusable)?);
        let mut url = Url::parse(&self.0.provider.log_in_url)
            .map_err(|_| ProviderError::Unavailable("its address cannot be read"))?;
        url.query_pairs_mut()
            .append_pair("SAMLRequest", &request)
            .append_pair("RelayState", attempt.state.expose_secret());
        Ok(url.into())
    }

    async fn identity(&self, attempt: &Attempt, answer: &ProviderAnswer) -> Result<ExternalIdentity, ProviderError> {
        let posted = answer
            .posted
            .clone()
            .ok_or(ProviderError::SamlInvalid("there is none"))?;
        let (agreement, attempt) = (Arc::clone(&self.0), attempt.clone());
        let read = tokio::task::spawn_blocking(move || agreement.identity(&attempt, &posted));
        match read.await {
            Ok(read) => read.map_err(ProviderError::SamlInvalid),
            Err(_) => Err(ProviderError::SamlInvalid("it cannot be read")),
        }
    }
}

impl Agreement {
    /// An `AuthnRequest`. It is not signed: nothing in it is worth forging, since the answer must name it.
    fn request(&self, attempt: &Attempt) -> String {
        format!(
            "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{}\" Version=\"2.0\" \
             IssueInstant=\"{}\" Destination=\"{}\" AssertionConsumerServiceURL=\"{}\" ProtocolBinding=\"{}\">\
             <saml:Issuer>{}</saml:Issuer><samlp:NameIDPolicy AllowCreate=\"true\"/></samlp:AuthnRequest>",
            request_id(attempt),
            attempt.now.to_rfc3339_opts(SecondsFormat::Secs, true),
            escaped(&self.provider.log_in_url),
            escaped(&self.acs_url),
            metadata::POST,
            escaped(&self.entity_id),
        )
    }

    /// Who it is, when everything about the answer is as it must be.
    fn identity(&self, attempt: &Attempt, posted: &SecretString) -> Checked<ExternalIdentity> {
        let posted = posted.expose_secret();
        if posted.len() > LONGEST_ANSWER {
            return Err("it is too long");
        }
        let encoded: Vec<u8> = posted.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let decoded = STANDARD.decode(encoded).map_err(|_| "it is not base64")?;
        let text = String::from_utf8(decoded).map_err(|_| "it is not UTF-8")?;
        let xml = document::undeclared(&text)?;
        let request_id = request_id(attempt);
        let expected = Expected {
            issuer: &self.provider.entity_id,
            audience: &self.entity_id,
            recipient: &self.acs_url,
            request_id: &request_id,
            now: attempt.now,
        };
        let whole = document::parse(xml)?;
        let signed = document::check(&whole)?;
        assertion::check_response(whole.root_element(), &expected)?;

        let verified = signature::verified(xml, signed.kind, &self.provider.certificates)?;
        let verified = document::parse(&verified)?;
        let assertion = document::assertion_in(&verified, signed.id)?;
        assertion::check(assertion, &expected)?;
        self.read(assertion)
    }

    fn read(&self, assertion: roxmltree::Node<'_, '_>) -> Checked<ExternalIdentity> {
        let name = assertion::name(assertion)?;
        let attribute = |wanted: &str| assertion::attribute(assertion, wanted);
        let email = match attribute(&self.settings.email_attribute)? {
            None if name.is_email => Some(name.text.clone()),
            email => email,
        };
        let email = bounded(email, 254);
        let mut data = serde_json::Map::new();
        data.insert("issuer".to_owned(), self.provider.entity_id.clone().into());
        Ok(ExternalIdentity {
            subject: subject(name.text).map_err(|_| "the name of the person is empty or too long")?,
            email_verified: email.as_deref().is_some_and(|email| self.vouches_for(email)),
            email,
            first_name: bounded(attribute(&self.settings.first_name_attribute)?, 200),
            last_name: bounded(attribute(&self.settings.last_name_attribute)?, 200),
            data,
        })
    }

    /// Whether the provider is believed about this address: its domain is one of those that were named.
    fn vouches_for(&self, email: &str) -> bool {
        let Some(normalized) = normalize_email(email) else {
            return false;
        };
        let domain = normalized.rsplit_once('@').map(|(_, domain)| domain);
        let domains = &self.settings.verified_email_domains;
        domains
            .iter()
            .any(|known| known == "*" || domain.is_some_and(|domain| known.eq_ignore_ascii_case(domain)))
    }
}

/// What our request is called, which the answer must repeat; it follows from the state, as the nonce does.
fn request_id(attempt: &Attempt) -> String {
    format!("_{}", attempt.nonce.expose_secret())
}

impl IdentityProvider for Saml {
    fn start<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<String, ProviderError>> {
        Box::pin(std::future::ready(self.log_in_url(attempt)))
    }

    fn complete<'a>(
        &'a self,
        attempt: &'a Attempt,
        answer: &'a ProviderAnswer,
    ) -> BoxFuture<'a, Result<ExternalIdentity, ProviderError>> {
        Box::pin(self.identity(attempt, answer))
    }

    fn service_metadata(&self) -> Option<&str> {
        Some(&self.0.own_metadata)
    }
}
