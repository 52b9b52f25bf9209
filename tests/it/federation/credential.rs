//! `_service` and `_entities` are for the gateway, which proves that it is one.

use customer_graph::config::GatewaySdl;
use serde_json::{Value, json};

use super::representation;
use crate::{
    customer,
    harness::{Answer, Persona, Setup, TestApp},
    on_both_with,
};

const SECRET: &str = "a secret of more than thirty-two characters";

fn guarded() -> Setup {
    let mut setup = Setup::default();
    setup.http.open_to_gateways = false;
    setup.http.gateway_secret = Some(SECRET.into());
    setup
}

async fn ask(app: &TestApp, persona: &Persona, credential: Option<&str>, body: Value) -> Answer {
    let headers: Vec<(&str, &str)> = credential
        .map(|value| ("gateway-authorization", value))
        .into_iter()
        .collect();
    app.send(persona, body.to_string(), &headers).await
}

/// Every way in which the two fields can be asked for.
fn ways(id: &str) -> Vec<Value> {
    let entities = format!(
        "_entities(representations: [{{ __typename: \"Customer\", id: \"{id}\" }}]) {{ ... on Customer {{ id }} }}"
    );
    let documents = [
        "{ _service { sdl } }".to_owned(),
        "{ harmless: _service { sdl } }".to_owned(),
        "{,,_service,{,sdl,},}".to_owned(),
        "query { __typename ... { ... on Query { _service { sdl } } } }".to_owned(),
        "query { ...A } fragment A on Query { ...B } fragment B on Query { _service { sdl } }".to_owned(),
        format!("{{ {entities} }}"),
        format!("{{ me {{ id }} entities: {entities} }}"),
        format!("query {{ ...A }} fragment A on Query {{ other: {entities} }}"),
        format!("query {{ ... @include(if: true) {{ {entities} }} }}"),
    ];
    let mut ways: Vec<Value> = documents.iter().map(|document| json!({ "query": document })).collect();
    ways.push(json!({
        "query": "query($all: [_Any!]!) { _entities(representations: $all) { __typename } }",
        "variables": { "all": [representation(id)] },
    }));
    ways.push(json!({ "query": "query($yes: Boolean!) { _service @include(if: $yes) { sdl } }", "variables": { "yes": true } }));
    ways.push(json!({ "query": "query One { __typename } query Two { _service { sdl } }", "operationName": "Two" }));
    ways
}

on_both_with! { guarded();
    async fn without_the_credential_nobody_gets_in(app: TestApp) {
        let admin = app.admin().await;
        let id = customer::create(&app, &admin, json!({ "externalId": "somebody" })).await;
        let wrong = [None, Some(""), Some("Bearer"), Some("Bearer "), Some(SECRET), Some("Basic a secret of more than thirty-two characters"),
            Some("Bearer a secret of more than thirty-two character"), Some("Bearer a secret of more than thirty-two characters and more"),
            Some("Bearer A SECRET OF MORE THAN THIRTY-TWO CHARACTERS")];
        for body in ways(&id) {
            for credential in wrong {
                for persona in [&admin, &Persona::anonymous()] {
                    let answer = ask(&app, persona, credential, body.clone()).await;
                    assert_eq!(answer.codes(), ["FORBIDDEN"], "{body} {credential:?}");
                    let text = answer.body.to_string();
                    assert!(!text.contains(&id) && !text.contains("type Customer"), "{body} {credential:?}: {text}");
                }
            }
            let answer = ask(&app, &admin, Some(&format!("Bearer {SECRET}")), body.clone()).await;
            let text = answer.data().to_string();
            assert!(text.contains(&id) || text.contains("type Customer") || text.contains("\"__typename\":\"Customer\""), "{body}: {text}");
        }
        let introspection = json!({ "query": "{ __schema { queryType { fields { name } } } }" });
        for (credential, is_shown) in [(None, false), (Some(format!("Bearer {SECRET}")), true)] {
            let answer = ask(&app, &admin, credential.as_deref(), introspection.clone()).await;
            assert_eq!(answer.data().to_string().contains("_entities"), is_shown);
        }
        // The header of users is another one.
        let answer = app.ask(&Persona::bearer("gateway", SECRET), "{ _service { sdl } }", json!({})).await;
        assert_eq!(answer.codes(), ["UNAUTHENTICATED"]);
    }

    async fn the_credential_opens_the_two_fields_and_nothing_else(app: TestApp) {
        let admin = app.admin().await;
        let (ada, credential) = (app.customer("ada").await, format!("Bearer {SECRET}"));
        let operations = [
            ("{ customers { nodes { id } } }", "UNAUTHENTICATED"),
            ("{ customer(email: \"ada@example.com\") { id } }", "UNAUTHENTICATED"),
            ("mutation { customerCreate(input: {}) { customer { id } } }", "UNAUTHENTICATED"),
        ];
        for (operation, code) in operations {
            let answer = ask(&app, &Persona::anonymous(), Some(&credential), json!({ "query": operation })).await;
            assert_eq!(answer.codes(), [code], "{operation}");
        }
        let node = json!({ "query": "query($id: ID!) { node(id: $id) { id } }", "variables": { "id": ada.id() } });
        assert_eq!(ask(&app, &Persona::anonymous(), Some(&credential), node).await.data()["node"], Value::Null);
        let entity = json!({
            "query": "query($all: [_Any!]!) { _entities(representations: $all) { ... on Customer { email } } }",
            "variables": { "all": [representation(ada.id())] },
        });
        for (persona, expected) in [(Persona::anonymous(), json!([null])), (admin, json!([{ "email": "ada@example.com" }])), (ada, json!([{ "email": "ada@example.com" }]))] {
            let answer = ask(&app, &persona, Some(&credential), entity.clone()).await;
            assert_eq!(answer.data()["_entities"], expected, "{}", persona.name);
        }
    }
}

fn without_a_gateway() -> Setup {
    let mut setup = Setup::default();
    setup.http.open_to_gateways = false;
    setup
}

on_both_with! { without_a_gateway();
    async fn where_no_credential_is_set_there_is_no_gateway(app: TestApp) {
        let admin = app.admin().await;
        for credential in [None, Some(""), Some("Bearer "), Some("Bearer x")] {
            let answer = ask(&app, &admin, credential, json!({ "query": "{ _service { sdl } }" })).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"], "{credential:?}");
        }
    }
}

#[tokio::test]
async fn the_fields_themselves_are_closed_without_a_gateway() {
    let app = TestApp::on_sqlite().await;
    let schema = customer_graph::schema::build();
    for query in [
        "{ _service { sdl } }",
        "{ _entities(representations: []) { __typename } }",
    ] {
        let closed = async_graphql::Request::new(query).data(app.system());
        let answer = schema.execute(closed).await;
        assert!(answer.errors[0].message.contains("Gateway-Authorization"), "{answer:?}");
    }
}

#[tokio::test]
async fn in_the_demo_everybody_is_the_gateway_and_gets_the_text_of_the_file() {
    let app = TestApp::on_sqlite().await;
    let answer = app.ask(&Persona::anonymous(), "{ _service { sdl } }", json!({})).await;
    let file = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    assert_eq!(answer.data()["_service"]["sdl"], *file);
}

fn plain() -> Setup {
    let mut setup = Setup::default();
    setup.http.gateway_sdl = GatewaySdl::Plain;
    setup
}

on_both_with! { plain();
    async fn a_gateway_that_takes_no_labels_gets_a_contract_without_them(app: TestApp) {
        let answer = app.ask(&Persona::anonymous(), "{ _service { sdl } }", json!({})).await;
        let text = answer.data()["_service"]["sdl"].as_str().unwrap();
        assert_eq!(text, customer_graph::schema::plain_sdl(), "what `customer-graph schema --plain` prints");
        for label in ["@authenticated", "@requiresScopes", "@oneOf", "@specifiedBy"] {
            assert!(!text.contains(label), "{label}");
        }
        assert!(text.contains("type Customer implements Node @key(fields: \"id\")"));
        // What the labels say holds without them.
        let answer = app.ask(&Persona::anonymous(), "{ customers { nodes { id } } }", json!({})).await;
        assert_eq!(answer.codes(), ["UNAUTHENTICATED"]);
    }
}
