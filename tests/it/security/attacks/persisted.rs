//! Documents that are named by their hashes: those alone that were agreed upon, and nothing is added by asking.

use customer_graph::{
    app::TrustedParts,
    config::{TrustedDocuments, TrustedDocumentsConfig},
    firewall::Manifest,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::transport::Transport;
use crate::harness::{Persona, Setup, TestApp};

const ME: &str = "query Me { me { email } }";
const KIND: &str = "query Kind { viewer { kind } }";

fn hash(document: &str) -> String {
    Sha256::digest(document)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn trusting(store: TrustedDocuments, admin: TrustedDocuments) -> Setup {
    let manifest = json!({ hash(ME): ME, hash(KIND): KIND }).to_string();
    Setup {
        trusted_documents: TrustedParts {
            settings: TrustedDocumentsConfig {
                store,
                admin,
                ..TrustedDocumentsConfig::default()
            },
            manifest: Manifest::read(&manifest).unwrap(),
        },
        ..Setup::default()
    }
}

/// The two ways in which clients name a document.
fn named(hash: &str) -> [Value; 3] {
    [
        json!({ "documentId": hash }),
        json!({ "documentId": format!("sha256:{hash}") }),
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } }),
    ]
}

async fn send(app: &TestApp, persona: &Persona, body: &Value) -> (Vec<String>, Value) {
    let mut replies = Vec::new();
    for transport in Transport::OF_QUERIES {
        let reply = transport.send(app, persona, body).await;
        let answer: Value = serde_json::from_str(&reply.text).unwrap();
        replies.push((reply.codes, answer["data"].clone()));
    }
    assert!(replies.iter().all(|reply| *reply == replies[0]), "{body}: {replies:?}");
    replies.remove(0)
}

#[tokio::test]
async fn a_hash_stands_for_the_document_that_was_agreed_upon() {
    for mode in [TrustedDocuments::Accept, TrustedDocuments::Require] {
        let app = TestApp::on_sqlite_with(trusting(mode, TrustedDocuments::Off)).await;
        let ada = app.customer("ada").await;
        for body in named(&hash(ME)) {
            let (codes, data) = send(&app, &ada, &body).await;
            assert_eq!(
                (codes, data),
                (vec![], json!({ "me": { "email": "ada@example.com" } })),
                "{body}"
            );
        }
        let in_full = json!({ "query": ME, "documentId": hash(ME), "operationName": "Me" });
        assert_eq!(send(&app, &ada, &in_full).await.0, [""; 0]);
        assert_eq!(send(&app, &ada, &json!({ "query": ME })).await.0, [""; 0]);
    }
}

#[tokio::test]
async fn other_documents_are_refused_where_the_agreed_ones_are_required() {
    let app = TestApp::on_sqlite_with(trusting(TrustedDocuments::Require, TrustedDocuments::Accept)).await;
    let ada = app.customer("ada").await;
    let admin = app.admin().await;
    for other in [
        "{ viewer { kind } }",
        "query Me { me { email } } ",
        "{ __schema { queryType { name } } }",
        "",
    ] {
        for persona in [&ada, &Persona::anonymous()] {
            let (codes, data) = send(&app, persona, &json!({ "query": other })).await;
            assert_eq!((codes, data), (vec!["FORBIDDEN".to_owned()], json!(null)), "{other}");
        }
    }
    assert_eq!(
        send(&app, &admin, &json!({ "query": "{ viewer { kind } }" })).await.0,
        [""; 0]
    );
}

#[tokio::test]
async fn a_hash_that_nobody_knows_is_refused_and_stays_unknown() {
    let app = TestApp::on_sqlite_with(trusting(TrustedDocuments::Accept, TrustedDocuments::Off)).await;
    let anonymous = Persona::anonymous();
    let other = "{ viewer { kind } }";
    let in_full =
        json!({ "query": other, "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash(other) } } });
    for body in named(&hash(other)) {
        assert_eq!(
            send(&app, &anonymous, &body).await.0,
            ["PERSISTED_QUERY_NOT_FOUND"],
            "{body}"
        );
        // What Apollo's clients do next is answered, and not remembered.
        assert_eq!(send(&app, &anonymous, &in_full).await.0, [""; 0]);
    }
    let admin = app.admin().await;
    for body in named(&hash(ME)) {
        assert_eq!(
            send(&app, &admin, &body).await.0,
            ["PERSISTED_QUERY_NOT_SUPPORTED"],
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_hash_must_be_one_and_be_the_one_of_its_document() {
    let app = TestApp::on_sqlite_with(trusting(TrustedDocuments::Accept, TrustedDocuments::Off)).await;
    let anonymous = Persona::anonymous();
    for body in [
        json!({ "query": KIND, "documentId": hash(ME) }),
        json!({ "documentId": hash(ME).to_uppercase() }),
        json!({ "documentId": "me" }),
        json!({ "documentId": format!("md5:{}", hash(ME)) }),
        json!({ "documentId": "a".repeat(10_000) }),
        json!({ "documentId": "../../etc/passwd" }),
    ] {
        let (codes, data) = send(&app, &anonymous, &body).await;
        assert_eq!(
            (codes, data),
            (vec!["BAD_USER_INPUT".to_owned()], json!(null)),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_flood_of_documents_leaves_the_memory_as_it_was() {
    let app = TestApp::on_sqlite().await;
    let anonymous = Persona::anonymous();
    for number in 0..1_500 {
        let document = match number % 3 {
            0 => format!("{{ a{number}: __typename }}"),
            1 => format!("{{ __typename }} # {number} {}", "x".repeat(15_000)),
            _ => format!(
                "query($a: ID = \"{number}{}\") {{ node(id: $a) {{ id }} }}",
                "x".repeat(15_000)
            ),
        };
        let answer = app.ask(&anonymous, &document, json!({})).await;
        assert_eq!(answer.status, 200);
    }
    let bytes = app.app.firewall.cached_bytes();
    assert!(bytes <= 16 * 1_024 * 1_024, "{bytes}");
}
