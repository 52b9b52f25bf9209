//! An identity provider that says whatever a test wants, signed with whatever key.

use std::sync::OnceLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use customer_graph::{
    auth::provider::{
        Attempt, ExternalIdentity, IdentityProvider, ProviderAnswer, ProviderError,
        saml::{Saml, SamlSettings},
    },
    work::{Clock, SystemClock},
};
use openssl::{
    asn1::Asn1Time,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{X509, X509NameBuilder},
};
use samael::crypto::{Crypto, CryptoProvider};

/// The name of the identity provider that forges.
pub(super) const ENTITY_ID: &str = "https://idp.example/metadata";
/// To where its responses go.
pub(super) const ACS_URL: &str = "https://accounts.example/saml/forged/acs";
/// For whom its assertions are.
pub(super) const AUDIENCE: &str = "https://accounts.example/saml/forged/metadata";

pub(super) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(super) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// Places in a response for signatures.
const OF_RESPONSE: &str = "<!--signature of the response-->";
const OF_ASSERTION: &str = "<!--signature of the assertion-->";

/// A key with its certificate.
pub(super) struct Key {
    key: PKey<Private>,
    certificate: X509,
}

impl Key {
    fn new(key: PKey<Private>) -> Self {
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", "idp.example").unwrap();
        let name = name.build();
        let mut certificate = X509::builder().unwrap();
        certificate.set_subject_name(&name).unwrap();
        certificate.set_issuer_name(&name).unwrap();
        certificate.set_pubkey(&key).unwrap();
        certificate
            .set_not_before(&Asn1Time::days_from_now(0).unwrap())
            .unwrap();
        certificate
            .set_not_after(&Asn1Time::days_from_now(30).unwrap())
            .unwrap();
        certificate.sign(&key, MessageDigest::sha256()).unwrap();
        let certificate = certificate.build();
        Self { key, certificate }
    }

    pub(super) fn of_rsa(bits: u32) -> Self {
        Self::new(PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap())
    }

    /// Key and certificate as text.
    pub(super) fn pem(&self) -> (String, String) {
        let key = self.key.private_key_to_pem_pkcs8().unwrap();
        let certificate = self.certificate.to_pem().unwrap();
        (String::from_utf8(key).unwrap(), String::from_utf8(certificate).unwrap())
    }

    /// The certificate as it stands in XML.
    pub(super) fn certificate(&self) -> String {
        STANDARD.encode(self.certificate.to_der().unwrap())
    }
}

/// The key of the identity providers.
pub(super) fn rsa() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| Key::of_rsa(2_048))
}

/// The key that comes after it.
pub(super) fn curve() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        Key::new(PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap())
    })
}

/// The key of somebody else.
pub(super) fn stranger() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| Key::of_rsa(2_048))
}

/// Metadata with these certificates; the first is of another kind of key than the second, as while they change.
pub(super) fn metadata(keys: &[&Key]) -> String {
    let keys: String = keys
        .iter()
        .map(|key| {
            format!(
                "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}\
                 </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
                key.certificate()
            )
        })
        .collect();
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"{ENTITY_ID}\">\
         <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{keys}\
         <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
         Location=\"https://idp.example/sso?tenant=1\"/></md:IDPSSODescriptor></md:EntityDescriptor>"
    )
}

pub(super) fn settings() -> SamlSettings {
    SamlSettings {
        email_attribute: "email".to_owned(),
        first_name_attribute: "first".to_owned(),
        last_name_attribute: "last".to_owned(),
        ..super::settings("forged", metadata(&[curve(), rsa()]))
    }
}

/// A response as it must be, with places for signatures.
pub(super) fn response(request_id: &str, now: DateTime<Utc>) -> String {
    let at = |seconds| (now + TimeDelta::seconds(seconds)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let (before, now, after) = (at(-1), at(0), at(120));
    format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_response\" InResponseTo=\"{request_id}\" \
         Version=\"2.0\" IssueInstant=\"{now}\" Destination=\"{ACS_URL}\"><saml:Issuer>{ENTITY_ID}</saml:Issuer>\
         {OF_RESPONSE}<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>\
         </samlp:Status><saml:Assertion ID=\"_assertion\" Version=\"2.0\" IssueInstant=\"{now}\">\
         <saml:Issuer>{ENTITY_ID}</saml:Issuer>{OF_ASSERTION}<saml:Subject>\
         <saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">ada</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData \
         NotOnOrAfter=\"{after}\" Recipient=\"{ACS_URL}\" InResponseTo=\"{request_id}\"/></saml:SubjectConfirmation>\
         </saml:Subject><saml:Conditions NotBefore=\"{before}\" NotOnOrAfter=\"{after}\"><saml:AudienceRestriction>\
         <saml:Audience>{AUDIENCE}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement \
         AuthnInstant=\"{now}\"><saml:AuthnContext><saml:AuthnContextClassRef>\
         urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>\
         </saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name=\"email\">\
         <saml:AttributeValue>ada@example.com</saml:AttributeValue></saml:Attribute><saml:Attribute Name=\"first\">\
         <saml:AttributeValue>Ada</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>\
         </samlp:Response>"
    )
}

fn template(id: &str, algorithm: &str, digest: &str) -> String {
    format!(
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo><ds:CanonicalizationMethod \
         Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><ds:SignatureMethod Algorithm=\"{algorithm}\"/>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform \
         Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><ds:Transform \
         Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms><ds:DigestMethod \
         Algorithm=\"{digest}\"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
    )
}

/// Signs the first signature of a document.
pub(super) fn seal(xml: &str, key: &Key) -> String {
    Crypto::sign_xml(xml, &key.key.private_key_to_der().unwrap()).unwrap()
}

/// Signs the assertion.
pub(super) fn sign(xml: &str) -> String {
    sign_with(xml, rsa(), RSA_SHA256, SHA256)
}

/// The same, in another way.
pub(super) fn sign_with(xml: &str, key: &Key, algorithm: &str, digest: &str) -> String {
    seal(
        &xml.replace(OF_ASSERTION, &template("_assertion", algorithm, digest)),
        key,
    )
}

/// Signs the response, after the assertion if that is to be signed.
pub(super) fn sign_response(xml: &str) -> String {
    seal(
        &xml.replace(OF_RESPONSE, &template("_response", RSA_SHA256, SHA256)),
        rsa(),
    )
}

/// The identity provider, and a log-in that is under way at it.
pub(super) struct UnderWay {
    provider: Saml,
    attempt: Attempt,
    /// The id of the request.
    pub(super) request_id: String,
}

impl UnderWay {
    pub(super) fn new() -> Self {
        Self::at(settings())
    }

    pub(super) fn at(settings: SamlSettings) -> Self {
        use secrecy::ExposeSecret;
        let url = super::super::REDIRECT_URL.to_owned();
        let attempt = Attempt::of(&[7; 32], "a state".to_owned().into(), url, SystemClock.now());
        Self {
            provider: Saml::new(settings).unwrap(),
            request_id: format!("_{}", attempt.nonce.expose_secret()),
            attempt,
        }
    }

    /// The same log-in, so many seconds later.
    pub(super) fn later(mut self, seconds: i64) -> Self {
        self.attempt.now += TimeDelta::seconds(seconds);
        self
    }

    /// A response to it as it must be, with places for signatures.
    pub(super) fn response(&self) -> String {
        response(&self.request_id, SystemClock.now())
    }

    /// Who it is in the eyes of the service, or why it does not believe it.
    pub(super) async fn complete(&self, xml: &str) -> Result<ExternalIdentity, &'static str> {
        self.complete_encoded(STANDARD.encode(xml)).await
    }

    pub(super) async fn complete_encoded(&self, posted: String) -> Result<ExternalIdentity, &'static str> {
        let answer = ProviderAnswer {
            code: "a code".to_owned().into(),
            issuer: None,
            posted: Some(posted.into()),
        };
        match self.provider.complete(&self.attempt, &answer).await {
            Ok(identity) => Ok(identity),
            Err(ProviderError::SamlInvalid(reason)) => Err(reason),
            Err(error) => panic!("{error}"),
        }
    }

    /// That it is refused, for this reason.
    pub(super) async fn refuses(&self, xml: &str, reason: &str) {
        match self.complete(xml).await {
            Ok(identity) => panic!("believed: {identity:?} of {xml}"),
            Err(told) => assert!(told.contains(reason), "{told}, not: {reason}"),
        }
    }
}
