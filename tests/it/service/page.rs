use std::{collections::BTreeSet, path::Path};

use customer_graph::{
    config::{GraphqlConfig, QueryPage},
    demo,
    http::page::{EXAMPLES, Scope, is_bundled},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::{
    harness::{Persona, Setup, TestApp},
    on_both,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/queries");

async fn get(app: &TestApp, path: &str, accept: &str) -> (u16, reqwest::header::HeaderMap, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(format!("{}{path}", app.url)).header("accept", accept);
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.text().await.unwrap())
}

#[tokio::test]
async fn a_browser_gets_the_page_and_other_clients_are_told_to_ask_something() {
    let app = TestApp::on_sqlite().await;
    for path in ["/", "/graphql", "/graphql?plain"] {
        let (status, headers, html) = get(&app, path, "text/html,application/xhtml+xml,*/*;q=0.8").await;
        assert_eq!(status, 200, "{path}");
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(headers["cache-control"], "no-store");
        assert!(html.contains("<title>customer graph</title>"), "{path}");
    }
    let (status, _, body) = get(&app, "/graphql", "application/json").await;
    assert_eq!(status, 400);
    assert!(body.contains("`query`"), "{body}");
}

#[tokio::test]
async fn there_is_no_page_unless_it_is_asked_for() {
    assert_eq!(GraphqlConfig::default().query_page, QueryPage::Off);
    let mut setup = Setup::default();
    setup.http.page = QueryPage::Off;
    let app = TestApp::on_sqlite_with(setup).await;
    let file = files(&TestApp::on_sqlite().await).await.pop();
    for path in ["/", file.as_deref().unwrap_or("/graphiql/main.js")] {
        let (status, headers, body) = get(&app, path, "text/html,*/*").await;
        assert_eq!(
            (status, headers["content-type"].to_str().unwrap()),
            (404, "application/json; charset=utf-8"),
            "{path}: {body}"
        );
    }
    assert_eq!(get(&app, "/graphql", "text/html,*/*").await.0, 400);
}

/// The files that the page names; none where it is not built in, which one line says.
async fn files(app: &TestApp) -> Vec<String> {
    let (_, _, html) = get(app, "/", "text/html").await;
    let names = html.split('"').filter(|text| text.starts_with("/graphiql/"));
    let names: Vec<String> = names.map(str::to_owned).collect();
    assert_eq!(names.is_empty(), !is_bundled());
    let is_required = std::env::var_os("CUSTOMER_GRAPH_REQUIRE_NODE").is_some_and(|value| value == "1");
    assert!(is_bundled() || !is_required, "the query page is not built in");
    names
}

#[tokio::test]
async fn the_page_loads_its_own_files_alone_each_under_a_number_of_its_answer() {
    let app = TestApp::on_sqlite().await;
    if files(&app).await.is_empty() {
        return;
    }
    let mut numbers = BTreeSet::new();
    for _ in 0..2 {
        let (_, headers, html) = get(&app, "/", "text/html").await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        let number = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(
            number.len() >= 22 && html.contains(&format!("nonce=\"{number}\"")),
            "{policy}"
        );
        numbers.insert(number.to_owned());
        let fixed = policy.replace(&format!(" 'nonce-{number}'"), "");
        assert_eq!(
            fixed,
            "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
             font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        );
        assert!(!html.contains("://"), "nothing comes from elsewhere");
        assert_eq!(
            (&headers["x-frame-options"], &headers["referrer-policy"]),
            (&"DENY".parse().unwrap(), &"no-referrer".parse().unwrap())
        );
    }
    assert_eq!(numbers.len(), 2);
}

#[tokio::test]
async fn files_of_the_page_come_compressed_and_are_kept_for_good() {
    let app = TestApp::on_sqlite().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for path in files(&app).await {
        let request = || client.get(format!("{}{path}", app.url));
        let response = request().header("accept-encoding", "br, gzip").send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let headers = response.headers();
        assert_eq!(headers["content-encoding"], "gzip");
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let kind = headers["content-type"].to_str().unwrap();
        assert!(
            kind.starts_with(if path.ends_with(".css") {
                "text/css"
            } else {
                "text/javascript"
            }),
            "{path}: {kind}"
        );
        assert!(response.bytes().await.unwrap().starts_with(&[0x1f, 0x8b]));
        let response = request().header("accept-encoding", "identity").send().await.unwrap();
        assert_eq!(response.status(), 406, "{path}");
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
    for path in [
        "/graphiql/none.js",
        "/graphiql/manifest.txt",
        "/graphiql/..%2fmanifest.txt",
        "/graphiql/",
    ] {
        assert_eq!(get(&app, path, "*/*").await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn a_page_for_staff_offers_nothing_for_customers_and_none_offers_a_secret() {
    let mut setup = Setup::default();
    setup.http.page = QueryPage::Staff;
    let (staff, open) = (TestApp::on_sqlite_with(setup).await, TestApp::on_sqlite().await);
    if is_bundled() {
        let data = async |app: &TestApp| -> Value {
            let (_, _, html) = get(app, "/", "text/html").await;
            let data = html
                .split("id=\"data\">")
                .nth(1)
                .unwrap()
                .split("</script>")
                .next()
                .unwrap();
            serde_json::from_str(data).unwrap()
        };
        let scopes = |data: &Value| {
            data["examples"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["scope"].as_str().unwrap().to_owned())
                .collect::<BTreeSet<_>>()
        };
        let (staff, open) = (data(&staff).await, data(&open).await);
        assert_eq!(
            (staff["isOpen"].as_bool(), open["isOpen"].as_bool()),
            (Some(false), Some(true))
        );
        assert_eq!(scopes(&staff), ["Analyst", "Back office"].map(str::to_owned).into());
        assert_eq!(scopes(&open).len(), 3);
        assert_eq!(
            (&staff["personas"], &open["personas"]),
            (&Value::Array(Vec::new()), &Value::Array(Vec::new()))
        );
    } else {
        let (_, _, html) = get(&open, "/", "text/html").await;
        assert!(html.contains(r#""token":null"#) && !html.contains("cgk_"));
        assert!(
            html.contains("npm --prefix web run build"),
            "it says how to get the whole page"
        );
    }
}

#[test]
fn every_file_is_an_example_and_says_what_it_does() {
    let names: BTreeSet<String> = Path::new(FOLDER)
        .read_dir()
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut wanted = BTreeSet::new();
    for example in EXAMPLES {
        wanted.insert(format!("{}.graphql", example.name));
        if example.variables.is_some() {
            wanted.insert(format!("{}.variables.json", example.name));
        }
        assert!(
            example.query.starts_with("# "),
            "{} begins with a comment",
            example.name
        );
        assert_ne!(example.title(), example.name);
    }
    assert_eq!(names, wanted);
}

on_both! {
    async fn every_example_answers_on_the_demonstration(app: TestApp) {
        demo::fill(&app.app.parts.database, demo::SEED, 200, |_| ()).await.unwrap();
        let call = app.system();
        let log_ins = demo::log_ins(&call, demo::SEED, 200).await.unwrap();
        let customer = log_ins.customers[0].token(&call).unwrap();
        let persona = |scope, token: &SecretString| (scope, Persona::bearer("demo", token.expose_secret()));
        let personas = [
            persona(Scope::Storefront, &customer),
            persona(Scope::BackOffice, &log_ins.admin_key),
            persona(Scope::Analyst, &log_ins.analyst_key),
        ];
        for example in EXAMPLES {
            let (_, persona) = personas.iter().find(|(scope, _)| *scope == example.scope).unwrap();
            let variables = example.variables.map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
            let answer = app.ask(persona, example.query, variables).await;
            let data = answer.data().as_object().unwrap();
            for (field, value) in data {
                assert!(!value.is_null(), "{} answers {field}", example.name);
                assert_eq!(answer.user_errors(field), Vec::<&str>::new(), "{}", example.name);
                if let Some(nodes) = value["nodes"].as_array() {
                    assert!(!nodes.is_empty(), "{} finds something", example.name);
                }
            }
        }
    }
}
