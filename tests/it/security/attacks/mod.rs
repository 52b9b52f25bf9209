//! What is done to break the endpoint with documents, over each transport and by everybody: refused at once and with a
//! clear code, nothing done, and the service goes on.

mod documents;
mod persisted;
mod secrecy;
mod transport;

use std::time::{Duration, Instant};

use serde_json::json;

use self::{
    documents::{Attack, pages, refused_to_all},
    transport::{Reply, Transport},
};
use super::counts;
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

/// The codes of refusals; what is not refused has none.
const REFUSALS: [&str; 5] = [
    "BAD_USER_INPUT",
    "COST_EXCEEDED",
    "FORBIDDEN",
    "UNAUTHENTICATED",
    "NOT_FOUND",
];

/// How long a refusal may take at most, with everything else that runs on the machine. How long it takes is measured
/// where nothing else runs (`examples/firewall.rs`).
const AT_ONCE: Duration = Duration::from_secs(2);

#[track_caller]
fn assert_refused(reply: &Reply, what: &str) {
    let shown: String = reply.text.chars().take(300).collect();
    assert!(!reply.codes.is_empty(), "{what} was taken: {shown}");
    for code in &reply.codes {
        assert!(REFUSALS.contains(&code.as_str()), "{what}: {code} {shown}");
    }
    assert!(reply.codes.len() <= 20, "{what} has {} errors", reply.codes.len());
    assert!(
        reply.text.len() < 20_000,
        "{what} is answered with {} bytes",
        reply.text.len()
    );
    assert!(reply.took < AT_ONCE, "{what} took {:?}", reply.took);
    for leak in ["sqlx", "SQLSTATE", "select ", "panicked", ".rs:"] {
        assert!(!reply.text.contains(leak), "{what} tells of the inside: {shown}");
    }
}

/// Sends an attack over each transport; all of them say the same, as far as the schema has no part in it.
async fn attack(app: &TestApp, persona: &Persona, attack: &Attack) {
    let body = attack.body();
    let mut said = None;
    let carries = |transport: &Transport| transport.carries(persona, &body);
    for transport in Transport::ALL.into_iter().filter(carries) {
        let what = format!("{} by {} over {transport:?}", attack.name, persona.name);
        let reply = transport.send(app, persona, &body).await;
        assert_refused(&reply, &what);
        if transport == Transport::Post {
            said = reply.of_firewall();
        } else if let Some(said) = &said
            && !reply.is_cut
        {
            assert_eq!(reply.of_firewall().as_ref(), Some(said), "{what}");
        }
    }
}

impl Attack {
    fn body(&self) -> serde_json::Value {
        let mut body = json!({ "query": self.document, "variables": self.variables });
        if let Some(name) = &self.operation_name {
            body["operationName"] = json!(name);
        }
        body
    }
}

on_both! {
    async fn every_attack_is_refused_over_every_transport(app: TestApp) {
        let ada = app.customer("ada").await;
        let admin = app.admin().await;
        let personas = [Persona::anonymous(), ada.clone(), admin.clone()];
        let before = counts(&app).await;
        for one in refused_to_all() {
            for persona in &personas {
                attack(&app, persona, &one).await;
            }
        }
        for one in pages() {
            attack(&app, &ada, &one).await;
        }
        assert_eq!(counts(&app).await, before);
        let answer = app.ask(&ada, "{ me { email } }", json!({})).await;
        assert_eq!(answer.data()["me"]["email"], "ada@example.com");
    }

    async fn others_are_answered_while_somebody_attacks(app: TestApp) {
        let ada = app.customer("ada").await;
        let anonymous = Persona::anonymous();
        let attacks = refused_to_all();
        let attacking = async {
            for one in &attacks {
                attack(&app, &anonymous, one).await;
            }
        };
        let asking = async {
            for _ in 0..attacks.len() {
                let started = Instant::now();
                app.ask(&ada, "{ me { email } }", json!({})).await.data();
                assert!(started.elapsed() < AT_ONCE);
            }
        };
        tokio::join!(attacking, asking);
    }
}

#[tokio::test]
async fn what_is_usual_is_within_the_limits() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    let admin = app.admin().await;
    let lists = "addresses(first: 100) { nodes { id city } } orders(first: 100) { nodes { id } }";
    for (persona, document) in [
        (&ada, format!("{{ me {{ email {lists} }} }}")),
        (
            &admin,
            format!("{{ customers(first: 200) {{ totalCount nodes {{ email {lists} }} }} }}"),
        ),
        (&admin, crate::harness::INTROSPECTION.to_owned()),
        (&ada, crate::harness::INTROSPECTION.to_owned()),
    ] {
        for transport in Transport::OF_QUERIES {
            let reply = transport.send(&app, persona, &json!({ "query": document })).await;
            assert_eq!(reply.codes, [""; 0], "{document} over {transport:?}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn a_cost_that_is_too_high_is_told_with_its_limit() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    let document = "query($n: Int) { me { orders(first: $n) { totalCount nodes { id customer { id } } } } }";
    let ask = async |n: i64| app.ask(&ada, document, json!({ "n": n })).await;
    // The customer, a page of ten, each with its customer, and counting.
    let cost = &ask(10).await.body["extensions"]["cost"];
    assert_eq!(
        (&cost["requested"], &cost["limit"]),
        (&json!(1 + 1 + 10 * 2 + 10), &json!(1_000))
    );
    let answer = ask(1_000).await;
    assert_eq!(answer.codes(), ["COST_EXCEEDED"]);
    let cost = &answer.body["errors"][0]["extensions"]["cost"];
    assert_eq!((&cost["requested"], &cost["limit"]), (&json!(2_012), &json!(1_000)));
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("2012") && message.contains("1000"), "{message}");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_sent() {
    let mut setup = crate::harness::Setup::default();
    setup.firewall.store.answer_bytes = 1_024;
    let app = TestApp::on_sqlite_with(setup).await;
    let small = app.ask(&Persona::anonymous(), "{ viewer { kind } }", json!({})).await;
    assert_eq!(small.data()["viewer"]["kind"], "ANONYMOUS");
    let large = "{ __schema { types { name description } } }";
    let answer = app.ask(&Persona::anonymous(), large, json!({})).await;
    assert_eq!(
        (answer.codes(), &answer.body["data"]),
        (vec!["COST_EXCEEDED"], &json!(null))
    );
}

#[tokio::test]
async fn a_default_counts_wherever_a_variable_is_used() {
    let app = TestApp::on_sqlite().await;
    let anonymous = Persona::anonymous();
    let document = "query($no: Boolean! = true) { kind: __typename viewer @skip(if: $no) { kind } }";
    for (variables, is_there) in [
        (json!({}), false),
        (json!({ "no": true }), false),
        (json!({ "no": false }), true),
    ] {
        let answer = app.ask(&anonymous, document, variables.clone()).await;
        assert_eq!(answer.data().get("viewer").is_some(), is_there, "{variables}");
    }
}
