//! Access tokens: JWT, signed with Ed25519, short-lived.
//!
//! Nothing that a token says about itself is believed before its signature holds under a key of ours: the algorithm
//! is fixed, the key is looked up by its name in a fixed map, and a header with anything else in it is refused.

use std::{collections::HashMap, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{
    SigningKey, VerifyingKey,
    pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, spki::der::pem::LineEnding},
};
use entity::{
    id::{AuthIdentityId, SessionId, StaffUserId},
    session::ActorType,
};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The longest token that is looked at, in bytes.
pub const LONGEST_TOKEN: usize = 8 * 1_024;

/// How far clocks may be apart.
const LEEWAY: i64 = 30;

/// No access token is valid for longer than this, in seconds, whatever is configured.
pub const LONGEST_ACCESS: i64 = 60 * 60;

/// The type of access tokens (RFC 9068): no other kind of token can be taken for one.
const TYPE: &str = "at+jwt";

/// The text is no Ed25519 key in PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not an Ed25519 key in PEM (PKCS#8 for the private key, SubjectPublicKeyInfo for public ones).")]
pub struct InvalidKey;

/// The keys of the service: one that signs, and older ones whose tokens may still be in use.
pub struct SigningKeys {
    key_id: String,
    signing: EncodingKey,
    secret: SecretString,
    public: Vec<(String, VerifyingKey)>,
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SigningKeys")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl SigningKeys {
    /// A new private key, as PKCS#8 PEM.
    ///
    /// # Errors
    /// Never in practice: the key is ours.
    pub fn generate() -> Result<SecretString, InvalidKey> {
        let key = SigningKey::from_bytes(&rand::random());
        let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| InvalidKey)?;
        Ok(pem.as_str().to_owned().into())
    }

    /// The key that signs, as PKCS#8 PEM, and public keys (PEM) under which older tokens are still accepted.
    ///
    /// # Errors
    /// [`InvalidKey`] when a text is no key.
    pub fn from_pem(private: &SecretString, older: &[String]) -> Result<Self, InvalidKey> {
        let key = SigningKey::from_pkcs8_pem(private.expose_secret().trim()).map_err(|_| InvalidKey)?;
        let mut public = vec![(key_id(&key.verifying_key()), key.verifying_key())];
        for pem in older {
            let key = VerifyingKey::from_public_key_pem(pem.trim()).map_err(|_| InvalidKey)?;
            public.push((key_id(&key), key));
        }
        let document = key.to_pkcs8_der().map_err(|_| InvalidKey)?;
        Ok(Self {
            key_id: key_id(&key.verifying_key()),
            signing: EncodingKey::from_ed_der(document.as_bytes()),
            secret: crate::text::hexadecimal(key.as_bytes()).into(),
            public,
        })
    }

    /// The public half of a private key (PKCS#8 PEM), as SubjectPublicKeyInfo PEM.
    ///
    /// # Errors
    /// [`InvalidKey`] when the text is no key.
    pub fn public_pem(private: &SecretString) -> Result<String, InvalidKey> {
        let key = SigningKey::from_pkcs8_pem(private.expose_secret().trim()).map_err(|_| InvalidKey)?;
        key.verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .map_err(|_| InvalidKey)
    }

    /// Whether a text is a public key in PEM.
    #[must_use]
    pub fn is_public_pem(text: &str) -> bool {
        VerifyingKey::from_public_key_pem(text.trim()).is_ok()
    }

    /// The public keys as a JWK set (RFC 7517, RFC 8037).
    #[must_use]
    pub fn jwks(&self) -> serde_json::Value {
        let keys: Vec<_> = self
            .public
            .iter()
            .map(|(key_id, key)| {
                serde_json::json!({
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "alg": "EdDSA",
                    "use": "sig",
                    "kid": key_id,
                    "x": URL_SAFE_NO_PAD.encode(key.as_bytes()),
                })
            })
            .collect();
        serde_json::json!({ "keys": keys })
    }

    /// A secret of its own for each label, which tells nothing about the key.
    #[must_use]
    pub fn derive(&self, label: &str) -> [u8; 32] {
        let secret = self.secret.expose_secret().as_bytes();
        match Hmac::<Sha256>::new_from_slice(secret) {
            Ok(mut mac) => {
                mac.update(label.as_bytes());
                mac.finalize().into_bytes().into()
            }
            Err(_) => unreachable!("HMAC takes keys of any length"),
        }
    }
}

/// The name of a key: the first 16 hexadecimal digits of the SHA-256 of its public half.
fn key_id(key: &VerifyingKey) -> String {
    crate::text::hexadecimal(&Sha256::digest(key.as_bytes())[..8])
}

/// From whom tokens are and for whom, and how long they last.
#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// The issuer (`iss`): one name for each deployment, so that a token of one is nothing to another.
    pub issuer: String,
    /// The audience (`aud`).
    pub audience: String,
    /// How long an access token is valid, at most an hour.
    pub access_lifetime: Duration,
    /// How long a session lasts from its beginning; renewing it does not make it longer.
    pub session_lifetime: Duration,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            issuer: "customer-graph".to_owned(),
            audience: "customer-graph".to_owned(),
            access_lifetime: Duration::from_secs(10 * 60),
            session_lifetime: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// From whom it is.
    pub iss: String,
    /// For whom it is.
    pub aud: String,
    /// When it ends, in seconds.
    pub exp: i64,
    /// When it begins, in seconds.
    pub nbf: i64,
    /// When it was made, in seconds.
    pub iat: i64,
    /// Who logged in.
    pub sub: AuthIdentityId,
    /// As what they act.
    pub act: Act,
    /// In which session.
    pub sid: SessionId,
    /// The staff user who acts as the one who is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imp: Option<StaffUserId>,
}

/// As what somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// As a customer.
    Customer,
    /// As a staff user.
    Staff,
}

impl From<ActorType> for Act {
    fn from(actor: ActorType) -> Self {
        match actor {
            ActorType::Customer => Self::Customer,
            ActorType::Staff => Self::Staff,
        }
    }
}

/// Makes access tokens and reads them.
#[derive(Debug)]
pub struct Tokens {
    keys: SigningKeys,
    known: HashMap<String, DecodingKey>,
    settings: TokenSettings,
    validation: Validation,
}

/// An access token and when it ends.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl Tokens {
    /// Tokens of these keys.
    #[must_use]
    pub fn new(keys: SigningKeys, settings: TokenSettings) -> Self {
        let known = keys
            .public
            .iter()
            .map(|(key_id, key)| (key_id.clone(), DecodingKey::from_ed_der(key.as_bytes())))
            .collect();
        let mut validation = Validation::new(Algorithm::EdDSA);
        // The claims are judged below, by our own clock and more strictly: exactly one issuer and audience, whole
        // numbers, nothing missing.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        Self {
            keys,
            known,
            settings,
            validation,
        }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// When a session that begins now ends.
    #[must_use]
    pub fn session_end(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::seconds(whole_seconds(self.settings.session_lifetime))
    }

    /// A token for a session, which ends with the session at the latest.
    ///
    /// # Errors
    /// Never in practice: key and claims are ours.
    pub fn issue(
        &self,
        identity: AuthIdentityId,
        act: Act,
        session: SessionId,
        session_ends: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<AccessToken, jsonwebtoken::errors::Error> {
        let lifetime = whole_seconds(self.settings.access_lifetime).min(LONGEST_ACCESS);
        let expires_at = (now + TimeDelta::seconds(lifetime)).min(session_ends);
        self.sign(identity, act, session, None, expires_at, now)
    }

    /// A token for a session in which a staff user acts as a customer: there is no other, so it lasts as long as the
    /// session.
    ///
    /// # Errors
    /// Never in practice: key and claims are ours.
    pub fn issue_impersonating(
        &self,
        identity: AuthIdentityId,
        session: SessionId,
        impersonator: StaffUserId,
        session_ends: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<AccessToken, jsonwebtoken::errors::Error> {
        let expires_at = session_ends.min(now + TimeDelta::seconds(LONGEST_ACCESS));
        self.sign(identity, Act::Customer, session, Some(impersonator), expires_at, now)
    }

    fn sign(
        &self,
        identity: AuthIdentityId,
        act: Act,
        session: SessionId,
        impersonator: Option<StaffUserId>,
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<AccessToken, jsonwebtoken::errors::Error> {
        let claims = Claims {
            iss: self.settings.issuer.clone(),
            aud: self.settings.audience.clone(),
            exp: expires_at.timestamp(),
            nbf: now.timestamp(),
            iat: now.timestamp(),
            sub: identity,
            act,
            sid: session,
            imp: impersonator,
        };
        let token = jsonwebtoken::encode(&header(&self.keys.key_id), &claims, &self.keys.signing)?;
        Ok(AccessToken {
            token,
            expires_at: DateTime::from_timestamp(claims.exp, 0).unwrap_or(expires_at),
        })
    }

    /// What a token says, if it is one of ours and valid now.
    #[must_use]
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let given = jsonwebtoken::decode_header(token).ok()?;
        let key_id = given.kid.as_deref()?;
        let key = self.known.get(key_id)?;
        // The header is exactly the one that we write; `crit`, `jku`, `jwk` and the like have no place in it.
        if given != header(key_id) {
            return None;
        }
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation)
            .ok()?
            .claims;
        let now = now.timestamp();
        let valid = claims.iss == self.settings.issuer
            && claims.aud == self.settings.audience
            && claims.exp > now.saturating_sub(LEEWAY)
            && claims.exp <= now.saturating_add(LONGEST_ACCESS)
            && claims.nbf <= now.saturating_add(LEEWAY)
            && claims.iat <= now.saturating_add(LEEWAY);
        valid.then_some(claims)
    }
}

fn whole_seconds(duration: Duration) -> i64 {
    // No lifetime is longer than a century, and sums of instants stay in range.
    i64::try_from(duration.as_secs())
        .unwrap_or(i64::MAX)
        .min(100 * 365 * 24 * 60 * 60)
}

fn header(key_id: &str) -> Header {
    Header {
        typ: Some(TYPE.to_owned()),
        kid: Some(key_id.to_owned()),
        ..Header::new(Algorithm::EdDSA)
    }
}
