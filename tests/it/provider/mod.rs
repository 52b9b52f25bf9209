//! Logging in at somebody else.

mod browser;
mod custom;
mod hook;
mod hostile;
mod link;
#[cfg(not(feature = "saml"))]
mod no_saml;
mod oidc;
#[cfg(feature = "saml")]
mod saml;
pub(crate) mod server;
mod social_login;

use customer_graph::auth::provider::{OpenIdConnect, OpenIdConnectSettings, Providers};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::harness::{Answer, Persona, Setup, TestApp};

/// The secret of the tests' clients at every provider.
const CLIENT_SECRET: &str = "a secret that only the tests know";

/// Where browsers may be sent back to.
const REDIRECT_URL: &str = "https://shop.example/log-in";

const START: &str = "mutation($input: SocialLoginStartInput!) {
  socialLoginStart(input: $input) { authorizationUrl binding userErrors { code path message } }
}";

const COMPLETE: &str = "mutation($input: SocialLoginCompleteInput!) {
  socialLoginComplete(input: $input) { accessToken refreshToken userErrors { code path message } }
}";

const LINK_START: &str = "mutation($input: LoginMethodLinkStartInput!) {
  loginMethodLinkStart(input: $input) { authorizationUrl binding userErrors { code path } }
}";

const LINK_COMPLETE: &str = "mutation($input: LoginMethodLinkCompleteInput!) {
  loginMethodLinkComplete(input: $input) { loginMethodId userErrors { code path } }
}";

const ME: &str = "{ me { id email emailVerifiedAt firstName lastName metadata
  loginMethods { id provider subjectHint verifiedAt lastUsedAt createdAt } } }";

/// An application that knows these providers, and the frontend `shop`.
fn setup_with(register: impl FnOnce(&mut Providers)) -> Setup {
    let mut providers = Providers::default();
    providers.allow("shop", vec![REDIRECT_URL.to_owned()]);
    register(&mut providers);
    Setup {
        providers,
        ..Setup::default()
    }
}

fn open_id_connect(issuer: &str, client_id: &str) -> Arc<OpenIdConnect> {
    Arc::new(OpenIdConnect::new(OpenIdConnectSettings {
        issuer: issuer.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: Some(CLIENT_SECRET.into()),
        scopes: Vec::new(),
        allow_private_network: true,
    }))
}

/// An application that knows the true provider, under two names, as two clients.
async fn true_provider() -> Setup {
    let issuer = oidc::issuer().await;
    setup_with(|providers| {
        if let Some(issuer) = issuer {
            providers.register("example", open_id_connect(issuer, "shop"));
            providers.register("curve", open_id_connect(issuer, "curve"));
        }
    })
}

/// A log-in that was begun.
#[derive(Clone, Debug)]
struct Begun {
    url: String,
    binding: String,
}

impl Begun {
    #[track_caller]
    fn of(answer: &Answer, mutation: &str) -> Self {
        let payload = &answer.data()[mutation];
        assert_eq!(payload["userErrors"], json!([]));
        Self {
            url: payload["authorizationUrl"].as_str().unwrap().to_owned(),
            binding: payload["binding"].as_str().unwrap().to_owned(),
        }
    }

    /// A parameter of the address to which the browser goes.
    fn parameter(&self, name: &str) -> String {
        browser::parameter(&self.url, name).expect("a parameter")
    }
}

async fn start(app: &TestApp, provider: &str) -> Begun {
    let answer = try_start(app, provider, "shop", REDIRECT_URL).await;
    Begun::of(&answer, "socialLoginStart")
}

async fn try_start(app: &TestApp, provider: &str, client: &str, redirect_url: &str) -> Answer {
    let input = json!({ "input": { "provider": provider, "client": client, "redirectUrl": redirect_url } });
    app.ask(&Persona::anonymous(), START, input).await
}

async fn complete(app: &TestApp, begun: &Begun, returned: &browser::Returned) -> Answer {
    app.ask(&Persona::anonymous(), COMPLETE, returned.input(begun)).await
}

/// Logs in at a provider's development pages, from the start to the end.
async fn log_in(app: &TestApp, provider: &str, account: &str) -> Answer {
    let begun = start(app, provider).await;
    let returned = browser::log_in(&begun.url, account).await;
    complete(app, &begun, &returned).await
}

/// Who logged in.
#[track_caller]
fn persona(answer: &Answer) -> Persona {
    let payload = &answer.data()["socialLoginComplete"];
    assert_eq!(payload["userErrors"], json!([]));
    Persona::bearer("somebody", payload["accessToken"].as_str().unwrap())
}

async fn me(app: &TestApp, persona: &Persona) -> Value {
    app.ask(persona, ME, json!({})).await.data()["me"].clone()
}
