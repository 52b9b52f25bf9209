//! The addresses for identity providers, whatever is sent there.

use std::time::Duration;

use super::{super::start, SERVICE_URL, identity_providers, idp, post, post_body, request};
use crate::{harness::TestApp, on_both, on_both_with};

/// What an address answers: the status, the kind, the text.
async fn get(app: &TestApp, path: &str) -> (u16, String, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("{}{path}", app.url)).send().await.unwrap();
    let kind = answer
        .headers()
        .get("content-type")
        .map(|kind| kind.to_str().unwrap().to_owned());
    (
        answer.status().as_u16(),
        kind.unwrap_or_default(),
        answer.text().await.unwrap(),
    )
}

on_both_with! { identity_providers().await;
    async fn an_identity_provider_reads_who_we_are(app: TestApp) {
        let (status, kind, xml) = get(&app, "/saml/forged/metadata").await;
        assert_eq!((status, kind.as_str()), (200, "application/samlmetadata+xml"));
        let document = roxmltree::Document::parse(&xml).unwrap();
        let entity = document.root_element();
        assert_eq!(entity.attribute("entityID"), Some(format!("{SERVICE_URL}/saml/forged/metadata").as_str()));
        let service = entity.descendants().find(|node| node.tag_name().name() == "AssertionConsumerService");
        assert_eq!(service.unwrap().attribute("Location"), Some(format!("{SERVICE_URL}/saml/forged/acs").as_str()));
        assert!(xml.contains("WantAssertionsSigned=\"true\""));
    }

    async fn a_request_says_what_it_wants(app: TestApp) {
        let begun = start(&app, "forged").await;
        assert!(begun.url.starts_with("https://idp.example/sso?tenant=1&SAMLRequest="), "{}", begun.url);
        let xml = request(&begun);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let asked = document.root_element();
        for (name, value) in [
            ("AssertionConsumerServiceURL", format!("{SERVICE_URL}/saml/forged/acs")),
            ("Destination", "https://idp.example/sso?tenant=1".to_owned()),
            ("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST".to_owned()),
            ("Version", "2.0".to_owned()),
        ] {
            assert_eq!(asked.attribute(name), Some(value.as_str()));
        }
        assert!(xml.contains("<saml:Issuer>https://accounts.example/saml/forged/metadata</saml:Issuer>"));
    }

    async fn nothing_is_taken_but_an_answer_to_a_log_in_that_is_under_way_there(app: TestApp) {
        let state = start(&app, "forged").await.parameter("RelayState");
        let acs = "/saml/forged/acs";
        for fields in [
            vec![],
            vec![("SAMLResponse", "PHg+")],
            vec![("RelayState", state.as_str())],
            vec![("SAMLResponse", "PHg+"), ("RelayState", "another")],
            vec![("SAMLResponse", "PHg+"), ("RelayState", "")],
            vec![("SAMLResponse", "PHg+"), ("SAMLResponse", "PHg+"), ("RelayState", &state)],
            vec![("SAMLResponse", "PHg+"), ("RelayState", &state), ("RelayState", "another")],
        ] {
            let (status, location, text) = post(&app, acs, &fields).await;
            assert_eq!((status, location), (400, None), "{fields:?}");
            assert!(text.contains("begin again"));
        }
        let good = [("SAMLResponse", "PHg+"), ("RelayState", state.as_str())];
        let long = "A".repeat(300_000);
        assert_eq!(post(&app, acs, &[("SAMLResponse", &long), ("RelayState", &state)]).await.0, 413);
        let megabyte = "A".repeat(1_000_000);
        assert_eq!(post(&app, acs, &[("SAMLResponse", &megabyte), ("RelayState", &state)]).await.0, 413);
        let body = format!("{{\"SAMLResponse\": \"PHg+\", \"RelayState\": \"{state}\"}}");
        assert_eq!(post_body(&app, acs, "application/json", body).await.0, 415);
        assert_eq!(get(&app, acs).await.0, 405);
        assert_eq!(post(&app, "/saml/nobody/acs", &good).await.0, 404);
        assert_eq!(get(&app, "/saml/nobody/metadata").await.0, 404);
        assert_eq!(app.count("provider_answer").await, 0);
        let (status, location, _) = post(&app, acs, &good).await;
        assert_eq!(status, 303);
        assert!(location.unwrap().starts_with("https://shop.example/log-in?code="));
        app.clock.advance(Duration::from_secs(601));
        assert_eq!(post(&app, acs, &good).await.0, 400);
    }

    async fn a_state_of_another_identity_provider_is_none(app: TestApp) {
        if idp::url().await.is_none() { return }
        let state = start(&app, "example").await.parameter("RelayState");
        let fields = [("SAMLResponse", "PHg+"), ("RelayState", state.as_str())];
        assert_eq!(post(&app, "/saml/forged/acs", &fields).await.0, 400);
        assert_eq!(post(&app, "/saml/example/acs", &fields).await.0, 303);
    }
}

on_both! {
    async fn where_no_identity_provider_is_configured_nothing_is_taken(app: TestApp) {
        assert_eq!(post(&app, "/saml/forged/acs", &[("SAMLResponse", "PHg+"), ("RelayState", "x")]).await.0, 404);
    }
}
