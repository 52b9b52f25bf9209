//! What the endpoint tells of the schema to those who may not see it: nothing.

use serde_json::json;

use super::transport::Transport;
use crate::harness::{Persona, Setup, TestApp};

async fn without_introspection() -> TestApp {
    let mut setup = Setup::default();
    setup.http.introspection_for_all = false;
    setup.http.open_to_gateways = false;
    TestApp::on_sqlite_with(setup).await
}

#[tokio::test]
async fn the_schema_is_not_shown_however_one_asks() {
    let app = without_introspection().await;
    let ada = app.customer("ada").await;
    for document in [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"Customer\") { name } }",
        "{ ...A } fragment A on Query { __schema { queryType { name } } }",
        "{ ... { __schema { queryType { name } } } }",
        "{ a: __schema { queryType { name } } }",
        "{\n\t__schema\n,{,queryType,{,name,},},}",
        "\u{feff}{ __schema { queryType { name } } }",
        "# { viewer { kind } }\n{ __schema { queryType { name } } }",
        "query A { viewer { kind } } query B { __schema { queryType { name } } }",
        "query A($no: Boolean! = true) { viewer { kind } __schema @skip(if: $no) { queryType { name } } }",
        "mutation { __schema { queryType { name } } }",
        "{ _service { sdl } }",
        "{ a: _service { sdl } }",
        "{ _entities(representations: []) { __typename } }",
    ] {
        for persona in [&Persona::anonymous(), &ada] {
            let body = json!({ "query": document, "operationName": document.starts_with("query").then_some("A") });
            let carries = |transport: &Transport| transport.carries(persona, &body);
            for transport in Transport::ALL.into_iter().filter(carries) {
                let reply = transport.send(&app, persona, &body).await;
                assert!(!reply.codes.is_empty(), "{document} over {transport:?}: {}", reply.text);
                assert!(
                    !reply.text.contains("\"data\""),
                    "{document} over {transport:?}: {}",
                    reply.text
                );
            }
        }
    }
}

#[tokio::test]
async fn a_near_miss_is_told_nothing() {
    let app = without_introspection().await;
    let ada = app.customer("ada").await;
    for (document, names) in [
        ("{ custommer { id } }", vec!["customer"]),
        (
            "{ customer(idd: \"x\") { id } }",
            vec!["externalId", "email", "`id`", "\"id\""],
        ),
        ("{ me { emial } }", vec!["email", "Email"]),
        ("{ me { adresses { nodes { id } } } }", vec!["addresses"]),
        ("{ me { ... on Custommer { id } } }", vec!["`Customer`", "\"Customer\""]),
        ("{ me { ... on Addres { id } } }", vec!["Address`", "Address\""]),
        ("{ me { id @skp(if: true) } }", vec!["skip", "include"]),
        ("query($a: CustomerWher) { me { id } }", vec!["CustomerWhere"]),
        ("mutation { sesionCreate { accessToken } }", vec!["sessionCreate"]),
        (
            "mutation { sessionCreate(input: { emial: \"a@example.com\" }) { accessToken } }",
            vec!["email"],
        ),
        (
            "mutation { sessionCreate(input: { email: \"a@example.com\", password: \"x\", actor: CUSTOMR }) { accessToken } }",
            vec!["CUSTOMER", "STAFF"],
        ),
        (
            "{ me { orders(sort: [{ by: PLACED }]) { nodes { id } } } }",
            vec!["PLACED_AT"],
        ),
        ("subscription { custommerChanged { id } }", vec!["customerChanged"]),
    ] {
        for persona in [&Persona::anonymous(), &ada] {
            let reply = Transport::Post.send(&app, persona, &json!({ "query": document })).await;
            assert!(!reply.codes.is_empty(), "{document}");
            for name in names.iter().filter(|name| !document.contains(*name)) {
                assert!(!reply.text.contains(name), "{document} is answered {}", reply.text);
            }
            for name in [
                "String",
                "Boolean",
                "Email",
                "SessionActor",
                "SessionCreateInput",
                "OrderLinkSort",
                "required type",
            ] {
                let is_told = reply.text.contains(name) && !document.contains(name);
                assert!(!is_told, "{document} is answered {}", reply.text);
            }
        }
    }
}
