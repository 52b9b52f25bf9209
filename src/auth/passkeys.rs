//! For which site passkeys are, and on which pages they are used (WebAuthn's relying party).

use std::sync::Arc;

use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder, WebauthnError};

use crate::config::{Mistake, Mistakes, PasskeyConfig};

/// What checks passkeys; nothing where none are configured.
#[derive(Clone, Debug, Default)]
pub struct Passkeys(Option<Arc<Webauthn>>);

impl Passkeys {
    /// Passkeys of a domain, used on pages of these origins. A page of another origin, or another port, is refused,
    /// and so is one below the domain that is not named.
    ///
    /// # Errors
    /// When there is no origin, or the first one is not of the domain.
    pub fn new(domain: &str, name: &str, origins: &[Url]) -> Result<Self, WebauthnError> {
        let (first, others) = origins.split_first().ok_or(WebauthnError::Configuration)?;
        let builder = WebauthnBuilder::new(domain, first)?.rp_name(name);
        let builder = others.iter().fold(builder, WebauthnBuilder::append_allowed_origin);
        Ok(Self(Some(Arc::new(builder.build()?))))
    }

    /// What is configured.
    ///
    /// # Errors
    /// When the origins are not of the domain.
    pub fn configured(config: &PasskeyConfig) -> Result<Self, Mistakes> {
        let Some(domain) = &config.relying_party_id else {
            return Ok(Self::default());
        };
        Self::new(domain, &config.relying_party_name, &config.origin_urls()).map_err(|_| {
            let message = "must be origins of the domain in relying_party_id.".to_owned();
            Mistakes(vec![Mistake::of("passkey", "origins", message)])
        })
    }

    /// What checks them, where they are configured.
    #[must_use]
    pub fn relying_party(&self) -> Option<&Webauthn> {
        self.0.as_deref()
    }
}
