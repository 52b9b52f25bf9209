//! Metadata: what the identity provider says about itself, and what it must know about this service.

use base64::{Engine, engine::general_purpose::STANDARD};
use openssl::{pkey::Id, x509::X509};
use roxmltree::{Document, Node};

use super::{
    document::{Checked, PROTOCOL, SIGNATURE, all, is, text},
    signature::{Certificate, Kind},
};

/// The namespace of metadata.
const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

/// The answer comes in a form.
pub(super) const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// The request goes in an address.
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/// The largest metadata, in bytes.
const LARGEST: usize = 1_024 * 1_024;
/// The most certificates.
const CERTIFICATES: usize = 10;
/// The shortest RSA key, in bits.
const SHORTEST_KEY: u32 = 2_048;

/// What an identity provider says about itself.
#[derive(Debug)]
pub(super) struct IdentityProviderMetadata {
    /// What it is called.
    pub entity_id: String,
    /// Where the browser goes to log in.
    pub log_in_url: String,
    /// Those with which it signs; several while it changes from one to the next.
    pub certificates: Vec<Certificate>,
}

impl IdentityProviderMetadata {
    /// Reads metadata; the error is the end of a sentence about them.
    pub(super) fn read(xml: &str) -> Checked<Self> {
        if xml.len() > LARGEST {
            return Err("are too large");
        }
        let document = Document::parse(xml.trim_start_matches('\u{feff}').trim())
            .map_err(|_| "are not XML, or have a document type")?;
        let entity = document.root_element();
        if is(entity, METADATA, "EntitiesDescriptor") {
            return Err("are of several providers; take out those of one (EntityDescriptor)");
        }
        if !is(entity, METADATA, "EntityDescriptor") {
            return Err("are no SAML metadata (EntityDescriptor)");
        }
        let roles = all(entity, METADATA, "IDPSSODescriptor");
        let mut roles = roles.filter(|role| {
            let protocols = role.attribute("protocolSupportEnumeration").unwrap_or_default();
            protocols.split_whitespace().any(|protocol| protocol == PROTOCOL)
        });
        let role = roles
            .next()
            .ok_or("are not of an identity provider for SAML 2.0 (IDPSSODescriptor)")?;
        if role
            .attribute("WantAuthnRequestsSigned")
            .is_some_and(|wants| matches!(wants.trim(), "true" | "1"))
        {
            return Err("ask for signed requests (WantAuthnRequestsSigned), which this service does not send");
        }
        let entity_id = entity.attribute("entityID").unwrap_or_default();
        if entity_id.is_empty() || entity_id.len() > 1_024 {
            return Err("have no entityID");
        }
        let log_in_url = all(role, METADATA, "SingleSignOnService")
            .find(|service| service.attribute("Binding") == Some(REDIRECT))
            .and_then(|service| service.attribute("Location"))
            .ok_or("have no SingleSignOnService for HTTP-Redirect")?;
        Ok(Self {
            entity_id: entity_id.to_owned(),
            log_in_url: log_in_url.to_owned(),
            certificates: certificates(role)?,
        })
    }
}

/// The certificates with which an identity provider signs.
fn certificates(role: Node<'_, '_>) -> Checked<Vec<Certificate>> {
    let keys = all(role, METADATA, "KeyDescriptor")
        .filter(|key| key.attribute("use").is_none_or(|purpose| purpose == "signing"));
    let written = keys
        .flat_map(|key| all(key, SIGNATURE, "KeyInfo"))
        .flat_map(|info| all(info, SIGNATURE, "X509Data"))
        .flat_map(|data| all(data, SIGNATURE, "X509Certificate"));
    let mut certificates = Vec::new();
    for certificate in written {
        let encoded: String = text(certificate)?.split_whitespace().collect();
        let unreadable = "have a certificate that cannot be read";
        let der = STANDARD.decode(encoded).map_err(|_| unreadable)?;
        let key = X509::from_der(&der)
            .and_then(|certificate| certificate.public_key())
            .map_err(|_| unreadable)?;
        let kind = match key.id() {
            Id::RSA if key.bits() >= SHORTEST_KEY => Kind::Rsa,
            Id::EC => Kind::Curve,
            _ => return Err("have a certificate for another key than RSA of 2048 bits and more, or an elliptic curve"),
        };
        certificates.push(Certificate { der: der.into(), kind });
    }
    match certificates.len() {
        0 => Err("have no certificate to sign with"),
        1..=CERTIFICATES => Ok(certificates),
        _ => Err("have more than ten certificates to sign with"),
    }
}

/// What an identity provider must know about this service.
pub(super) fn of_service(entity_id: &str, acs_url: &str) -> String {
    format!(
        "<md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{}\">\
         <md:SPSSODescriptor AuthnRequestsSigned=\"false\" WantAssertionsSigned=\"true\" \
         protocolSupportEnumeration=\"{PROTOCOL}\">\
         <md:AssertionConsumerService Binding=\"{POST}\" Location=\"{}\" index=\"0\" isDefault=\"true\"/>\
         </md:SPSSODescriptor></md:EntityDescriptor>\n",
        escaped(entity_id),
        escaped(acs_url),
    )
}

/// As text in XML, or in an attribute.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
