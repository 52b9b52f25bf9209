//! Providers that speak OpenID Connect.

use std::{borrow::Cow, collections::HashSet, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use openidconnect::{
    AccessToken, AsyncHttpClient, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    EndUserFamilyName, EndUserGivenName, HttpRequest, HttpResponse, LocalizedClaim, Nonce, OAuth2TokenResponse,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, SignatureVerificationError, TokenResponse,
    core::{
        CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::{
    Attempt, ExternalIdentity, IdentityProvider, ProviderAnswer, ProviderError, bounded,
    discovery::{Discovery, Document, get_json},
    subject,
};
use crate::outbound::{Outbound, OutboundError, PATIENCE, is_http_url};

/// How far clocks may be apart.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// How old an id token may be.
const OLDEST: TimeDelta = TimeDelta::minutes(10);

/// The algorithms that an id token may be signed with: those with a key pair.
const ASYMMETRIC: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What a provider and this service agreed on.
#[derive(Clone, Debug)]
pub struct OpenIdConnectSettings {
    /// The issuer, exactly as the provider names itself.
    pub issuer: String,
    /// What the provider calls this service.
    pub client_id: String,
    /// The secret that proves it.
    pub client_secret: Option<SecretString>,
    /// What is asked for; `openid email profile` when there is nothing here.
    pub scopes: Vec<String>,
    /// Whether the provider may be in a private network, and http.
    pub allow_private_network: bool,
}

/// A provider that speaks OpenID Connect.
#[derive(Debug)]
pub struct OpenIdConnect {
    settings: OpenIdConnectSettings,
    outbound: Outbound,
    discovery: Discovery,
}

impl OpenIdConnect {
    /// A provider of these settings. It is asked about itself when it is first needed.
    #[must_use]
    pub fn new(settings: OpenIdConnectSettings) -> Self {
        let outbound = Outbound::new(settings.allow_private_network, PATIENCE);
        Self {
            discovery: Discovery::new(settings.issuer.clone(), outbound.clone()),
            outbound,
            settings,
        }
    }

    async fn authorization_url(&self, attempt: &Attempt) -> Result<String, ProviderError> {
        let document = self.discovery.document(attempt.now).await?;
        let mut url: Url = document.metadata.authorization_endpoint().url().clone();
        // The browser is sent there, so it must not be an address such as `javascript:`.
        if !is_http_url(url.as_str(), self.outbound.allows_private()) {
            return Err(ProviderError::Unavailable("the address of its log-in cannot be used"));
        }
        let scopes = match self.settings.scopes.as_slice() {
            [] => "openid email profile".to_owned(),
            scopes if scopes.iter().any(|scope| scope == "openid") => scopes.join(" "),
            scopes => format!("openid {}", scopes.join(" ")),
        };
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &attempt.redirect_url)
            .append_pair("scope", &scopes)
            .append_pair("state", attempt.state.expose_secret())
            .append_pair("nonce", attempt.nonce.expose_secret())
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    async fn identity(&self, attempt: &Attempt, answer: &ProviderAnswer) -> Result<ExternalIdentity, ProviderError> {
        let document = self.discovery.document(attempt.now).await?;
        match &answer.issuer {
            Some(issuer) if *issuer != self.settings.issuer => return Err(ProviderError::OtherIssuer),
            None if document.names_itself => return Err(ProviderError::OtherIssuer),
            _ => {}
        }
        let (id_token, access_token) = self.exchange(Arc::clone(&document), attempt, answer).await?;
        let keys = self.discovery.keys(&document, attempt.now, false).await?;
        let claims = match self.verify(&document, keys, &id_token, attempt) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let keys = self.discovery.keys(&document, attempt.now, true).await?;
                self.verify(&document, keys, &id_token, attempt)
            }
            verified => verified,
        };
        let claims = claims.map_err(|_| ProviderError::Refused("its id token is not valid"))?;
        self.read(&document, &claims, &access_token).await
    }

    /// Exchanges the code for tokens.
    async fn exchange(
        &self,
        document: Arc<Document>,
        attempt: &Attempt,
        answer: &ProviderAnswer,
    ) -> Result<(CoreIdToken, AccessToken), ProviderError> {
        let client = CoreClient::from_provider_metadata(
            document.metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            self.client_secret(),
        );
        let methods = document.metadata.token_endpoint_auth_methods_supported();
        let posts = methods.is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        let client = if posts {
            client.set_auth_type(AuthType::RequestBody)
        } else {
            client
        };
        let redirect_url = RedirectUrl::new(attempt.redirect_url.clone())
            .map_err(|_| ProviderError::Refused("the address to return to cannot be read"))?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(answer.code.expose_secret().to_owned()))
            .map_err(|_| ProviderError::Unavailable("its metadata have no address for tokens"))?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.expose_secret().to_owned()))
            .set_redirect_uri(Cow::Owned(redirect_url))
            .request_async(&Sender(self.outbound.clone()))
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(_) => ProviderError::Refused("it does not know the code"),
                RequestTokenError::Request(error) => error.into(),
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    ProviderError::Unavailable("its tokens are not understood")
                }
            })?;
        let id_token = tokens.id_token().ok_or(ProviderError::Refused("it gave no id token"))?;
        Ok((id_token.clone(), tokens.access_token().clone()))
    }

    /// Checks signature, algorithm, issuer, audience, authorized party, times and nonce.
    fn verify(
        &self,
        document: &Document,
        keys: CoreJsonWebKeySet,
        id_token: &CoreIdToken,
        attempt: &Attempt,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let client = CoreClient::from_provider_metadata(
            document.metadata.clone().set_jwks(keys),
            ClientId::new(self.settings.client_id.clone()),
            self.client_secret(),
        );
        let promised: HashSet<_> = document
            .metadata
            .id_token_signing_alg_values_supported()
            .iter()
            .collect();
        let now = attempt.now;
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ASYMMETRIC.into_iter().filter(|algorithm| promised.contains(algorithm)))
            .set_time_fn(move || now)
            .set_issue_time_verifier_fn(move |issued: DateTime<Utc>| {
                if issued <= now + LEEWAY && issued >= now - OLDEST {
                    Ok(())
                } else {
                    Err("issued at another time".to_owned())
                }
            });
        let nonce = Nonce::new(attempt.nonce.expose_secret().to_owned());
        let claims = id_token.claims(&verifier, &nonce)?;
        // The crate leaves this to us.
        match claims.authorized_party() {
            Some(party) if party.as_str() != self.settings.client_id => Err(ClaimsVerificationError::InvalidAudience(
                "another authorized party".to_owned(),
            )),
            _ => Ok(claims.clone()),
        }
    }

    /// Reads who it is; where the id token has no e-mail address, from the address for that.
    async fn read(
        &self,
        document: &Document,
        claims: &CoreIdTokenClaims,
        access_token: &AccessToken,
    ) -> Result<ExternalIdentity, ProviderError> {
        let name = |name: Option<String>| bounded(name, 200);
        let mut identity = ExternalIdentity {
            subject: subject(claims.subject().as_str().to_owned())?,
            email: bounded(claims.email().map(|email| email.as_str().to_owned()), 254),
            email_verified: claims.email_verified().unwrap_or(false),
            first_name: name(any_language(claims.given_name(), |name: &EndUserGivenName| {
                name.as_str()
            })),
            last_name: name(any_language(claims.family_name(), |name: &EndUserFamilyName| {
                name.as_str()
            })),
            data: serde_json::Map::new(),
        };
        if identity.email.is_none()
            && let Some(url) = document.metadata.userinfo_endpoint()
        {
            let info = get_json(&self.outbound, url.as_str(), Some(access_token.secret())).await?;
            let text = |name: &str| info.get(name).and_then(Value::as_str).map(str::to_owned);
            if text("sub").as_deref() != Some(identity.subject.as_str()) {
                return Err(ProviderError::Refused("it told about somebody else"));
            }
            identity.email = bounded(text("email"), 254);
            identity.email_verified = info.get("email_verified") == Some(&Value::Bool(true));
            identity.first_name = name(text("given_name")).or(identity.first_name);
            identity.last_name = name(text("family_name")).or(identity.last_name);
        }
        identity.data.insert("issuer".to_owned(), json!(self.settings.issuer));
        Ok(identity)
    }

    fn client_secret(&self) -> Option<ClientSecret> {
        let secret = self.settings.client_secret.as_ref()?;
        Some(ClientSecret::new(secret.expose_secret().to_owned()))
    }
}

/// Sends the requests of the `openidconnect` crate.
struct Sender(Outbound);

impl<'c> AsyncHttpClient<'c> for Sender {
    type Error = OutboundError;
    type Future = BoxFuture<'c, Result<HttpResponse, OutboundError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.0.send(request))
    }
}

impl IdentityProvider for OpenIdConnect {
    fn start<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<String, ProviderError>> {
        Box::pin(self.authorization_url(attempt))
    }

    fn complete<'a>(
        &'a self,
        attempt: &'a Attempt,
        answer: &'a ProviderAnswer,
    ) -> BoxFuture<'a, Result<ExternalIdentity, ProviderError>> {
        Box::pin(self.identity(attempt, answer))
    }
}

/// A claim in no language, or else in any.
fn any_language<T>(claim: Option<&LocalizedClaim<T>>, text: impl Fn(&T) -> &str) -> Option<String> {
    let claim = claim?;
    let value = claim
        .get(None)
        .or_else(|| claim.iter().next().map(|(_, value)| value))?;
    Some(text(value).to_owned())
}
