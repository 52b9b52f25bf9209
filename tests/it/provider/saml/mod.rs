//! Logging in at SAML identity providers: a true one in a process of its own, and one that forges.

mod envelope;
mod forge;
mod idp;
mod log_in;
mod refused;
mod settings;
mod statements;
mod wrapping;

use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use customer_graph::auth::provider::{
    Providers,
    saml::{Saml, SamlSettings},
};
use flate2::read::DeflateDecoder;
use url::form_urlencoded;

use super::{Begun, browser::Returned};
use crate::harness::{Setup, TestApp};

/// The public address of the service under test, as identity providers know it.
const SERVICE_URL: &str = "https://accounts.example";

/// The attributes of the true identity provider.
const CLAIMS: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";

fn settings(name: &str, metadata: String) -> SamlSettings {
    SamlSettings {
        name: name.to_owned(),
        service_url: SERVICE_URL.to_owned(),
        entity_id: None,
        identity_provider_metadata: metadata,
        email_attribute: format!("{CLAIMS}/emailaddress"),
        first_name_attribute: format!("{CLAIMS}/givenname"),
        last_name_attribute: format!("{CLAIMS}/surname"),
        verified_email_domains: vec!["example.com".to_owned()],
        allow_private_network: true,
    }
}

fn provider(settings: SamlSettings) -> std::sync::Arc<Saml> {
    std::sync::Arc::new(Saml::new(settings).unwrap())
}

/// An application that knows the true identity provider as `example` and as `partner`, which is for an organization, and
/// the one that forges as `forged`.
async fn identity_providers() -> Setup {
    let metadata = match idp::url().await {
        Some(_) => Some(idp::metadata().await),
        None => None,
    };
    super::setup_with(|providers: &mut Providers| {
        providers.register("forged", provider(forge::settings()));
        if let Some(metadata) = metadata {
            providers.register("example", provider(settings("example", metadata.clone())));
            providers.register("partner", provider(settings("partner", metadata)));
            providers.bind("partner", "acme");
        }
    })
}

/// The request in the address to which the browser goes, as XML.
fn request(begun: &Begun) -> String {
    let deflated = STANDARD.decode(begun.parameter("SAMLRequest")).unwrap();
    let mut xml = String::new();
    DeflateDecoder::new(deflated.as_slice())
        .read_to_string(&mut xml)
        .unwrap();
    xml
}

/// The id of the request.
fn request_id(begun: &Begun) -> String {
    let xml = request(begun);
    let document = roxmltree::Document::parse(&xml).unwrap();
    document.root_element().attribute("ID").unwrap().to_owned()
}

/// What the service answers to a form: the status, where the browser goes on to, and the text.
async fn post(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> (u16, Option<String>, String) {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    post_body(app, path, "application/x-www-form-urlencoded", body).await
}

async fn post_body(app: &TestApp, path: &str, kind: &str, body: String) -> (u16, Option<String>, String) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let request = client
        .post(format!("{}{path}", app.url))
        .header("content-type", kind)
        .body(body);
    let answer = request.send().await.unwrap();
    let location = answer.headers().get("location");
    let location = location.map(|url| url.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location, answer.text().await.unwrap())
}

/// Brings a response to the service, as the browser does, and answers with what the frontend gets.
async fn bring(app: &TestApp, provider: &str, begun: &Begun, xml: &str) -> Returned {
    let (answer, state) = (STANDARD.encode(xml), begun.parameter("RelayState"));
    let fields = [("SAMLResponse", answer.as_str()), ("RelayState", &state)];
    let (status, location, text) = post(app, &format!("/saml/{provider}/acs"), &fields).await;
    assert_eq!(status, 303, "{text}");
    Returned::of(&location.unwrap())
}
