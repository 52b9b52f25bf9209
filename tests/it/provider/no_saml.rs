//! A program that was built without SAML.

use customer_graph::config::Config;

use crate::on_both;

const ADDRESSES: [&str; 2] = ["/saml/company/metadata", "/saml/company/acs"];

#[test]
fn a_configured_identity_provider_is_refused_with_how_to_build_for_it() {
    let variables = [
        ("CUSTOMER_GRAPH_PROVIDER_COMPANY_KIND", "saml"),
        (
            "CUSTOMER_GRAPH_PROVIDER_COMPANY_SERVICE_URL",
            "https://accounts.example",
        ),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mistakes = Config::read(None, variables).unwrap_err().0;
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert_eq!(mistakes[0].setting, "CUSTOMER_GRAPH_PROVIDER_COMPANY_KIND");
    assert!(mistakes[0].message.contains("cargo build --release --features saml"));
}

on_both! {
    async fn there_is_nothing_for_identity_providers(app: TestApp) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        for path in ADDRESSES {
            let url = format!("{}{path}", app.url);
            assert_eq!(client.get(&url).send().await.unwrap().status().as_u16(), 404);
            assert_eq!(client.post(&url).send().await.unwrap().status().as_u16(), 404);
        }
    }
}
