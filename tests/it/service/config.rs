use std::path::Path;

use customer_graph::{
    auth::Passkeys,
    config::{Config, Mistakes, PasskeyConfig},
};

use super::program::{outcome, program};

fn read(variables: &[(&str, &str)]) -> Result<Config, Mistakes> {
    read_with(None, variables)
}

fn read_with(file: Option<&Path>, variables: &[(&str, &str)]) -> Result<Config, Mistakes> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::read(file, variables)
}

#[track_caller]
fn mistakes(result: Result<Config, Mistakes>) -> Vec<String> {
    result
        .expect_err("mistakes")
        .0
        .into_iter()
        .map(|mistake| format!("{}: {}", mistake.setting, mistake.message))
        .collect()
}

#[test]
fn without_any_setting_there_is_a_default_for_each() {
    let config = read(&[]).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:4000");
    assert_eq!(config.database.url.to_string(), "sqlite://customer-graph.sqlite");
    assert_eq!(config.limits.page_default, 20);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(
        &file,
        "[server]\nlisten = \"127.0.0.1:5000\"\nrequest_timeout = \"7s\"\n[limits]\nbulk_rows = 50\nstore_metadata_keys = [\"size\", \"color\"]\n",
    )
    .unwrap();
    let config = read_with(Some(&file), &[("CUSTOMER_GRAPH_SERVER_LISTEN", "127.0.0.1:6000")]).unwrap();
    assert_eq!(config.server.listen.port(), 6000);
    assert_eq!(config.server.request_timeout.as_secs(), 7);
    assert_eq!(config.limits.bulk_rows, 50);
    assert_eq!(config.limits.store_metadata_keys, ["size", "color"]);
}

#[test]
fn all_mistakes_are_reported_at_once_without_the_values() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(
        &file,
        "[server]\ncompression = \"hush\"\nport = 80\n[databse]\nurl = \"hush\"\n",
    )
    .unwrap();
    let found = mistakes(read_with(
        Some(&file),
        &[
            ("CUSTOMER_GRAPH_SERVER_LISTEN", "hush"),
            ("CUSTOMER_GRAPH_DATABASE_URL", "mysql://hush"),
            ("CUSTOMER_GRAPH_AUTH_PASSWORD_MINIMUM_LENGTH", "4"),
            ("CUSTOMER_GRAPH_GRAPHQL_GATEWAY_SECRET", "hush"),
            ("CUSTOMER_GRAPH_LIMITS_BULK_ROWS", "-1"),
            ("CUSTOMER_GRAPH_SERVER_LISTENN", "hush"),
            ("CUSTOMER_GRAPH_QUITE_ELSE", "hush"),
        ],
    ));
    let text = found.join("\n");
    for part in [
        "server.port in ",
        "databse in ",
        "is unknown; did you mean database?",
        "server.compression in ",
        "CUSTOMER_GRAPH_SERVER_LISTEN: must be an address",
        "CUSTOMER_GRAPH_DATABASE_URL: must begin with sqlite:// or postgres://",
        "CUSTOMER_GRAPH_AUTH_PASSWORD_MINIMUM_LENGTH: must be between 8",
        "CUSTOMER_GRAPH_GRAPHQL_GATEWAY_SECRET: must have at least 32",
        "CUSTOMER_GRAPH_LIMITS_BULK_ROWS: must be a whole number",
        "CUSTOMER_GRAPH_SERVER_LISTENN: is unknown; did you mean CUSTOMER_GRAPH_SERVER_LISTEN?",
        "CUSTOMER_GRAPH_QUITE_ELSE: is unknown; `customer-graph config check`",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!(found.len(), 10, "{text}");
    assert!(!text.contains("hush"), "{text}");
}

#[test]
fn the_owner_of_an_order_has_an_hour_and_at_most_ninety_days_to_answer() {
    for (value, fits) in [("59m", false), ("1h", true), ("90d", true), ("91d", false)] {
        let read = read_with(None, &[("CUSTOMER_GRAPH_AUTH_TRANSFER_LIFETIME", value)]);
        assert_eq!(read.is_ok(), fits, "{value}");
    }
}

#[test]
fn a_file_that_cannot_be_read_or_parsed_is_a_mistake_that_quotes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    assert!(mistakes(read_with(Some(&file), &[]))[0].contains("cannot be read"));
    std::fs::write(&file, "[auth]\nissuer = \"shop\"\nsigning_key = hush\n").unwrap();
    let found = mistakes(read_with(Some(&file), &[]));
    assert!(found[0].contains("look at line 3"), "{found:?}");
    assert!(!found[0].contains("hush"), "{found:?}");
}

#[test]
fn variables_of_tests_and_benches_and_empty_ones_are_nobodys_mistake() {
    read(&[
        ("CUSTOMER_GRAPH_REQUIRE_POSTGRES", "1"),
        ("CUSTOMER_GRAPH_TEST_POSTGRES_BIN", "/somewhere"),
        ("CUSTOMER_GRAPH_BENCH_ROWS", "7"),
        ("CUSTOMER_GRAPH_CONFIG", "file"),
        ("CUSTOMER_GRAPH_SERVER_LISTEN", ""),
        ("CUSTOMERS", "7"),
    ])
    .unwrap();
}

#[test]
fn secrets_are_not_printed() {
    let key = "-----BEGIN PRIVATE KEY-----hush";
    let config = read(&[
        ("CUSTOMER_GRAPH_AUTH_SIGNING_KEY", key),
        (
            "CUSTOMER_GRAPH_GRAPHQL_GATEWAY_SECRET",
            "hush-hush-hush-hush-hush-hush-hush-hush",
        ),
        (
            "CUSTOMER_GRAPH_DATABASE_URL",
            "postgres://me:hush@db.test/shop?password=hush",
        ),
    ])
    .unwrap();
    let shown = format!("{config:?}{:?}", config.shown());
    assert!(!shown.contains("hush"), "{shown}");
    assert!(shown.contains("postgres://db.test/shop"), "{shown}");
}

#[test]
fn config_check_lists_every_setting_and_reports_mistakes_with_exit_code_2() {
    let (code, text, _) = outcome(program(&["config", "check"]).output().unwrap());
    assert_eq!(code, 0);
    assert!(text.contains("CUSTOMER_GRAPH_SERVER_LISTEN = 127.0.0.1:4000"), "{text}");
    assert!(text.contains("CUSTOMER_GRAPH_AUTH_SIGNING_KEY = (not set)"), "{text}");
    let (code, _, text) = outcome(
        program(&["config", "check"])
            .env("CUSTOMER_GRAPH_SERVER_LISTEN", "nowhere")
            .env("CUSTOMER_GRAPH_LOG_FORMAT", "xml")
            .output()
            .unwrap(),
    );
    assert_eq!(code, 2);
    assert!(text.contains("The configuration has 2 mistakes:"), "{text}");
}

#[test]
fn a_server_elsewhere_is_not_spoken_to_without_encryption() {
    let url = "postgres://me:hush@db.test/shop?sslmode=disable";
    let config = read(&[("CUSTOMER_GRAPH_DATABASE_URL", url)]).unwrap();
    let mistakes = config.check_for_serving().unwrap_err().to_string();
    assert!(mistakes.contains("sslmode=verify-full"), "{mistakes}");
}

#[test]
fn there_may_be_several_providers_and_clients_each_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(
        &file,
        "[provider.google]\nkind = \"google\"\nclient_id = \"one\"\nclient_secret = \"hush\"\n\
         [provider.company_sso]\nissuer = \"https://sso.example\"\nclient_id = \"two\"\n\
         [client.shop]\nredirect_urls = [\"https://shop.example/log-in\"]\n",
    )
    .unwrap();
    let variables = [
        ("CUSTOMER_GRAPH_PROVIDER_GOOGLE_CLIENT_ID", "three"),
        ("CUSTOMER_GRAPH_PROVIDER_DESK_KIND", "http"),
        ("CUSTOMER_GRAPH_PROVIDER_DESK_URL", "https://desk.example/identity"),
        (
            "CUSTOMER_GRAPH_PROVIDER_DESK_SIGNING_SECRET",
            "a secret that signs, and is long enough",
        ),
        (
            "CUSTOMER_GRAPH_CLIENT_APP_REDIRECT_URLS",
            "com.example.shop:/log-in,http://localhost:3000/",
        ),
    ];
    let config = read_with(Some(&file), &variables).unwrap();
    let names: Vec<&String> = config.providers.keys().collect();
    assert_eq!(names, ["company_sso", "desk", "google"]);
    assert_eq!(config.providers["google"].client_id, "three");
    assert_eq!(config.providers["company_sso"].client_id, "two");
    assert_eq!(config.clients["app"].redirect_urls.len(), 2);
    let shown = format!("{:?}", config.shown());
    assert!(shown.contains("CUSTOMER_GRAPH_PROVIDER_GOOGLE_CLIENT_ID") && !shown.contains("hush"));
}

#[test]
fn mistakes_in_providers_and_clients_are_reported_at_once() {
    let variables = [
        ("CUSTOMER_GRAPH_PROVIDER_PASSWORD_CLIENT_ID", "one"),
        ("CUSTOMER_GRAPH_PROVIDER_INSIDE_ISSUER", "http://10.0.0.1"),
        ("CUSTOMER_GRAPH_PROVIDER_INSIDE_CLIENT_ID", "one"),
        ("CUSTOMER_GRAPH_PROVIDER_DESK_KIND", "http"),
        ("CUSTOMER_GRAPH_CLIENT_SHOP_REDIRECT_URLS", "http://shop.example/"),
        ("CUSTOMER_GRAPH_PROVIDER_GOOGLE_CLIENTID", "one"),
        ("CUSTOMER_GRAPH_HOOK_BEFORE_LOG_IN_URL", "https://hook.example/"),
    ];
    let mistakes = mistakes(read(&variables)).join("\n");
    for setting in [
        "PROVIDER_PASSWORD_KIND",
        "PROVIDER_PASSWORD_ISSUER",
        "PROVIDER_INSIDE_ISSUER",
        "PROVIDER_DESK_URL",
        "PROVIDER_DESK_SIGNING_SECRET",
        "CLIENT_SHOP_REDIRECT_URLS",
        "PROVIDER_GOOGLE_CLIENTID",
        "HOOK_SIGNING_SECRET",
    ] {
        assert!(
            mistakes.contains(&format!("CUSTOMER_GRAPH_{setting}:")),
            "{setting} in {mistakes}"
        );
    }
    assert!(!mistakes.contains("10.0.0.1"));
}

#[test]
fn passkeys_are_for_pages_of_one_domain() {
    let config = read(&[
        ("CUSTOMER_GRAPH_PASSKEY_RELYING_PARTY_ID", "shop.example"),
        (
            "CUSTOMER_GRAPH_PASSKEY_ORIGINS",
            "https://shop.example,https://accounts.shop.example:8443",
        ),
    ])
    .unwrap();
    assert_eq!(config.passkey.origin_urls().len(), 2);
    assert!(Passkeys::configured(&config.passkey).unwrap().relying_party().is_some());
    assert!(
        Passkeys::configured(&PasskeyConfig::default())
            .unwrap()
            .relying_party()
            .is_none()
    );
    let local = [
        ("CUSTOMER_GRAPH_PASSKEY_RELYING_PARTY_ID", "localhost"),
        ("CUSTOMER_GRAPH_PASSKEY_ORIGINS", "http://localhost:4000"),
    ];
    read(&local).unwrap();
    for (domain, origins, wrong) in [
        ("", "https://shop.example", "RELYING_PARTY_ID: must be given"),
        ("shop.example", "", "ORIGINS: must be given"),
        (
            "https://shop.example",
            "https://shop.example",
            "RELYING_PARTY_ID: must be a domain",
        ),
        (
            "127.0.0.1",
            "http://127.0.0.1:4000",
            "RELYING_PARTY_ID: must be a domain",
        ),
        (
            "Shop.example",
            "https://shop.example",
            "RELYING_PARTY_ID: must be a domain",
        ),
        ("shop.example", "http://shop.example", "ORIGINS: must be origins"),
        ("shop.example", "https://notshop.example", "ORIGINS: must be origins"),
        ("shop.example", "https://example", "ORIGINS: must be origins"),
        (
            "shop.example",
            "https://shop.example/log-in",
            "ORIGINS: must be origins",
        ),
        (
            "shop.example",
            "https://shop.example,nonsense",
            "ORIGINS: must be origins",
        ),
    ] {
        let found = mistakes(read(&[
            ("CUSTOMER_GRAPH_PASSKEY_RELYING_PARTY_ID", domain),
            ("CUSTOMER_GRAPH_PASSKEY_ORIGINS", origins),
        ]));
        let wrong = format!("CUSTOMER_GRAPH_PASSKEY_{wrong}");
        assert!(
            found.iter().any(|mistake| mistake.starts_with(&wrong)),
            "{domain} {origins}: {found:?}"
        );
    }
}
