//! What is configured about identity providers.

use customer_graph::{
    auth::provider::saml::{Saml, SamlSettings},
    config::Config,
};

use super::{
    forge::{Key, metadata, rsa, settings},
    idp,
};

fn refused(settings: SamlSettings, reason: &str) {
    let told = Saml::new(settings).unwrap_err();
    assert!(told.contains(reason), "{told}, not: {reason}");
}

#[test]
fn metadata_that_cannot_be_used_are_refused() {
    let good = metadata(&[rsa()]);
    let with = |from: &str, to: &str| {
        assert!(good.contains(from));
        SamlSettings {
            identity_provider_metadata: good.replace(from, to),
            ..settings()
        }
    };
    refused(with(&good, ""), "are not XML");
    refused(with(&good, "<a/>"), "are no SAML metadata");
    refused(
        with("md:EntityDescriptor", "md:EntitiesDescriptor"),
        "several providers",
    );
    refused(
        with("md:IDPSSODescriptor", "md:SPSSODescriptor"),
        "not of an identity provider",
    );
    refused(
        with("SAML:2.0:protocol", "SAML:1.1:protocol"),
        "not of an identity provider",
    );
    refused(with("HTTP-Redirect", "SOAP"), "no SingleSignOnService");
    refused(
        with("use=\"signing\"", "use=\"encryption\""),
        "no certificate to sign with",
    );
    refused(with("<ds:X509Certificate>M", "<ds:X509Certificate>N"), "cannot be read");
    refused(
        with(
            "protocolSupportEnumeration",
            "WantAuthnRequestsSigned=\"true\" protocolSupportEnumeration",
        ),
        "signed requests",
    );
    refused(with("entityID=", "other="), "no entityID");
    refused(
        with("<md:EntityDescriptor", "<!DOCTYPE x><md:EntityDescriptor"),
        "document type",
    );
    refused(
        with("https://idp.example/sso", "javascript:alert(1)//"),
        "address to log in",
    );
    refused(with(&good, &metadata(&[&Key::of_rsa(1_024)])), "2048 bits");
    let public = |settings: SamlSettings| SamlSettings {
        allow_private_network: false,
        ..settings
    };
    refused(
        public(with("https://idp.example", "http://127.0.0.1")),
        "private network",
    );
    let service_url = "http://accounts.example".to_owned();
    refused(
        public(SamlSettings {
            service_url,
            ..settings()
        }),
        "service_url",
    );
    Saml::new(public(settings())).unwrap();
}

#[tokio::test]
async fn the_configuration_is_checked_before_anything_begins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("idp.xml");
    let xml = match idp::url().await {
        Some(_) => idp::metadata().await,
        None => metadata(&[rsa()]),
    };
    std::fs::write(&file, xml).unwrap();
    let read = |more: &[(&str, &str)]| {
        let file = file.display().to_string();
        let mut variables = vec![
            ("CUSTOMER_GRAPH_PROVIDER_COMPANY_KIND".to_owned(), "saml".to_owned()),
            (
                "CUSTOMER_GRAPH_PROVIDER_COMPANY_SERVICE_URL".to_owned(),
                "https://accounts.example".to_owned(),
            ),
            (
                "CUSTOMER_GRAPH_PROVIDER_COMPANY_IDENTITY_PROVIDER_METADATA_FILE".to_owned(),
                file,
            ),
            (
                "CUSTOMER_GRAPH_PROVIDER_COMPANY_ALLOW_PRIVATE_NETWORK".to_owned(),
                "true".to_owned(),
            ),
            (
                "CUSTOMER_GRAPH_PROVIDER_COMPANY_ORGANIZATION".to_owned(),
                "acme".to_owned(),
            ),
        ];
        for (name, value) in more {
            let name = format!("CUSTOMER_GRAPH_PROVIDER_COMPANY_{name}");
            variables.retain(|(known, _)| *known != name);
            variables.push((name, (*value).to_owned()));
        }
        Config::read(None, variables)
    };
    let config = read(&[]).unwrap();
    let providers = customer_graph::auth::provider::Providers::configured(&config.providers, &config.clients);
    let provider = providers.get("company").unwrap();
    assert!(
        provider
            .service_metadata()
            .unwrap()
            .contains("https://accounts.example/saml/company/acs")
    );
    assert_eq!(providers.organization_of("company"), Some("acme"));
    for (setting, value) in [
        ("IDENTITY_PROVIDER_METADATA_FILE", "/nowhere/idp.xml"),
        ("IDENTITY_PROVIDER_METADATA_FILE", ""),
        ("SERVICE_URL", ""),
        ("SERVICE_URL", "accounts.example"),
    ] {
        let mistakes = read(&[(setting, value)]).unwrap_err();
        assert!(
            mistakes.0.iter().any(|mistake| mistake.setting.ends_with(setting)),
            "{mistakes:?}"
        );
    }
    let inline = metadata(&[rsa()]);
    let both = read(&[("IDENTITY_PROVIDER_METADATA", inline.as_str())]).unwrap_err();
    assert!(format!("{both:?}").contains("in its place"));
    read(&[
        ("IDENTITY_PROVIDER_METADATA_FILE", ""),
        ("IDENTITY_PROVIDER_METADATA", inline.as_str()),
    ])
    .unwrap();
}
