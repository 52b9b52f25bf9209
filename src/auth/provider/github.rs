//! GitHub, and GitHub servers: OAuth 2, with the person behind an API of their own.

use futures_util::future::BoxFuture;
use hyper::http::{Request, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use url::{Url, form_urlencoded};

use super::{
    Attempt, ExternalIdentity, IdentityProvider, ProviderAnswer, ProviderError, bounded, discovery::get_json, subject,
};
use crate::outbound::{Outbound, PATIENCE};

/// What GitHub and this service agreed on.
#[derive(Clone, Debug)]
pub struct GitHubSettings {
    /// The address of the server: `https://github.com`.
    pub issuer: String,
    /// The address of its API: `https://api.github.com`.
    pub api_url: String,
    /// What GitHub calls this service.
    pub client_id: String,
    /// The secret that proves it.
    pub client_secret: SecretString,
    /// What is asked for; `read:user user:email` when there is nothing here.
    pub scopes: Vec<String>,
    /// Whether the server may be in a private network, and http.
    pub allow_private_network: bool,
}

/// GitHub, or a GitHub server.
#[derive(Debug)]
pub struct GitHub {
    settings: GitHubSettings,
    outbound: Outbound,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    primary: bool,
    verified: bool,
}

impl GitHub {
    /// GitHub with these settings.
    #[must_use]
    pub fn new(settings: GitHubSettings) -> Self {
        let outbound = Outbound::new(settings.allow_private_network, PATIENCE);
        Self { settings, outbound }
    }

    fn authorization_url(&self, attempt: &Attempt) -> Result<String, ProviderError> {
        let mut url = Url::parse(&self.address("/login/oauth/authorize"))
            .map_err(|_| ProviderError::Unavailable("its address cannot be read"))?;
        let scopes = match self.settings.scopes.as_slice() {
            [] => "read:user user:email".to_owned(),
            scopes => scopes.join(" "),
        };
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &attempt.redirect_url)
            .append_pair("scope", &scopes)
            .append_pair("state", attempt.state.expose_secret())
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    async fn identity(&self, attempt: &Attempt, answer: &ProviderAnswer) -> Result<ExternalIdentity, ProviderError> {
        let issuers = [self.settings.issuer.clone(), self.address("/login/oauth")];
        if answer.issuer.as_ref().is_some_and(|issuer| !issuers.contains(issuer)) {
            return Err(ProviderError::OtherIssuer);
        }
        let token = self.exchange(attempt, answer).await?;
        let api = self.settings.api_url.trim_end_matches('/');
        let bearer = Some(token.expose_secret());
        let user = get_json(&self.outbound, &format!("{api}/user"), bearer).await?;
        let user: User = serde_json::from_value(user)
            .map_err(|_| ProviderError::Unavailable("what it says about the person is not understood"))?;
        let emails = get_json(&self.outbound, &format!("{api}/user/emails"), bearer).await?;
        let emails: Vec<Email> = serde_json::from_value(emails)
            .map_err(|_| ProviderError::Unavailable("what it says about e-mail addresses is not understood"))?;
        let primary = emails.into_iter().find(|email| email.primary);
        let mut identity = ExternalIdentity {
            // The number stays when somebody takes another name, and names are given to others.
            subject: subject(user.id.to_string())?,
            email_verified: primary.as_ref().is_some_and(|email| email.verified),
            email: bounded(primary.map(|email| email.email), 254),
            first_name: bounded(user.name, 200),
            ..ExternalIdentity::default()
        };
        if let Some(login) = bounded(user.login, 100) {
            identity.data.insert("login".to_owned(), json!(login));
        }
        identity.data.insert("issuer".to_owned(), json!(self.settings.issuer));
        Ok(identity)
    }

    async fn exchange(&self, attempt: &Attempt, answer: &ProviderAnswer) -> Result<SecretString, ProviderError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("client_secret", self.settings.client_secret.expose_secret())
            .append_pair("code", answer.code.expose_secret())
            .append_pair("redirect_uri", &attempt.redirect_url)
            .append_pair("code_verifier", attempt.verifier.expose_secret())
            .finish();
        let request = Request::post(self.address("/login/oauth/access_token"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(form.into_bytes())
            .map_err(|_| ProviderError::Unavailable("its address cannot be read"))?;
        let answered = self.outbound.send(request).await?;
        if answered.status() != StatusCode::OK {
            return Err(ProviderError::Unavailable("it answers with another status than 200"));
        }
        // It says 200 with an error in it, too.
        serde_json::from_slice::<Tokens>(answered.body())
            .map_err(|_| ProviderError::Unavailable("its tokens are not understood"))?
            .access_token
            .ok_or(ProviderError::Refused("it does not know the code"))
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.settings.issuer.trim_end_matches('/'))
    }
}

impl IdentityProvider for GitHub {
    fn start<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<String, ProviderError>> {
        Box::pin(std::future::ready(self.authorization_url(attempt)))
    }

    fn complete<'a>(
        &'a self,
        attempt: &'a Attempt,
        answer: &'a ProviderAnswer,
    ) -> BoxFuture<'a, Result<ExternalIdentity, ProviderError>> {
        Box::pin(self.identity(attempt, answer))
    }
}
