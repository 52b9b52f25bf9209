use std::{collections::BTreeSet, path::Path};

use customer_graph::{
    demo,
    http::page::{EXAMPLES, Scope},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::{
    harness::{Persona, TestApp},
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
        assert!(html.contains("GraphiQL"), "{path}");
    }
    let (status, _, body) = get(&app, "/graphql", "application/json").await;
    assert_eq!(status, 400);
    assert!(body.contains("`query`"), "{body}");
}

#[tokio::test]
async fn nothing_runs_in_the_page_but_its_script_and_the_pinned_files() {
    let app = TestApp::on_sqlite().await;
    let (_, headers, html) = get(&app, "/", "text/html").await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    let scripts = policy
        .split(';')
        .find(|part| part.trim().starts_with("script-src"))
        .unwrap();
    assert!(!scripts.contains("unsafe") && !scripts.contains('*'), "{scripts}");
    for source in scripts.split_whitespace().skip(1) {
        let pinned =
            source.starts_with("https://cdn.jsdelivr.net/npm/") && source.contains('@') && source.ends_with(".js");
        assert!(pinned || source.starts_with("'sha256-"), "{source}");
        if pinned {
            assert!(html.contains(source), "{source}");
        }
    }
    assert!(
        policy.contains("default-src 'none'") && policy.contains("connect-src 'self'"),
        "{policy}"
    );
    assert_eq!(html.matches("sha384-").count(), 4);
}

#[tokio::test]
async fn a_service_in_real_use_offers_no_token() {
    let app = TestApp::on_sqlite().await;
    let (_, _, html) = get(&app, "/", "text/html").await;
    assert!(html.contains(r#""token":null"#));
    assert!(!html.contains("cgk_"));
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
