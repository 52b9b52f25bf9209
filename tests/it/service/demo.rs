use std::cell::Cell;

use customer_graph::demo::{self, FillError, people::population};
use secrecy::ExposeSecret;
use serde_json::json;

use super::program::{outcome, program};
use crate::{harness::Persona, on_both};

on_both! {
    async fn the_population_is_written_whole(app: TestApp) {
        let told = Cell::new(0);
        let database = &app.app.parts.database;
        let filled = demo::fill(database, demo::SEED, 200, |customers| told.set(customers)).await.unwrap();
        assert_eq!((filled.customers, told.get()), (200, 200));
        let people: Vec<_> = population(demo::SEED, 200).collect();
        let orders: usize = people.iter().map(|person| person.orders.len()).sum();
        assert_eq!(filled.orders, orders);
        for (table, rows) in [
            ("customer", filled.customers),
            ("address", filled.addresses),
            ("order_link", filled.orders),
            ("order_line", filled.lines),
            ("organization", filled.organizations),
        ] {
            assert_eq!(app.count(table).await, i64::try_from(rows).unwrap(), "{table}");
            assert!(rows > 0, "{table}");
        }
        let members = app.count("organization_member").await;
        assert!(members >= 2 * i64::try_from(filled.organizations).unwrap());
        assert_eq!(app.count("organization_member_role").await, members);
    }

    async fn a_customer_of_the_population_is_found_by_id_and_by_search(app: TestApp) {
        let database = &app.app.parts.database;
        demo::fill(database, demo::SEED, 50, |_| ()).await.unwrap();
        let person = population(demo::SEED, 50).nth(7).unwrap();
        let id = demo::customer_id(&person).to_string();
        let query = "query($id: ID!, $words: String!) {
            customer(id: $id) { email externalId }
            customers(query: $words, first: 50) { nodes { id } }
        }";
        let words = format!("{} {}", person.first_name, person.last_name);
        let answer = app
            .ask(&app.admin().await, query, json!({ "id": id, "words": words }))
            .await;
        let data = answer.data();
        assert_eq!(data["customer"], json!({ "email": person.email, "externalId": "CRM-000007" }));
        let found = data["customers"]["nodes"].as_array().unwrap();
        assert!(found.contains(&json!({ "id": id })), "{found:?}");
    }

    async fn a_few_can_log_in_and_again_when_the_database_is_kept(app: TestApp) {
        demo::fill(&app.app.parts.database, demo::SEED, 100, |_| ()).await.unwrap();
        let call = app.system();
        let mut seen = Vec::new();
        for _ in 0..2 {
            let log_ins = demo::log_ins(&call, demo::SEED, 100).await.unwrap();
            assert_eq!(log_ins.customers.len(), 3);
            for customer in &log_ins.customers {
                let persona = Persona::bearer("customer", customer.token(&call).unwrap().expose_secret());
                let answer = app.ask(&persona, "{ me { id email } }", json!({})).await;
                assert_eq!(answer.data()["me"], json!({ "id": customer.id.to_string(), "email": customer.email }));
            }
            let input = json!({ "input": { "email": demo::STAFF_EMAIL, "password": demo::PASSWORD, "actor": "STAFF" } });
            let log_in = "mutation($input: SessionCreateInput!) {
                sessionCreate(input: $input) { accessToken userErrors { code } }
            }";
            let answer = app.ask(&Persona::anonymous(), log_in, input).await;
            assert!(answer.data()["sessionCreate"]["accessToken"].is_string(), "{:#}", answer.body);
            for (email, count) in [("support@shop.example", 100), ("analyst@shop.example", 100)] {
                let input = json!({ "input": { "email": email, "password": demo::PASSWORD, "actor": "STAFF" } });
                let answer = app.ask(&Persona::anonymous(), log_in, input).await;
                let token = answer.data()["sessionCreate"]["accessToken"].as_str().unwrap();
                let answer = app.ask(&Persona::bearer("staff", token), "{ customers(first: 1) { totalCount } }", json!({})).await;
                assert_eq!(answer.data()["customers"]["totalCount"], count, "{email}");
            }
            let key = log_ins.analyst_key.expose_secret().to_owned();
            let analyst = Persona::bearer("analyst", &key);
            let answer = app.ask(&analyst, "{ customers(first: 1) { totalCount } }", json!({})).await;
            assert_eq!(answer.data()["customers"]["totalCount"], 100);
            seen.push(key);
        }
        assert_ne!(seen[0], seen[1]);
    }

    async fn a_database_with_customers_is_left_alone(app: TestApp) {
        let database = &app.app.parts.database;
        demo::fill(database, demo::SEED, 5, |_| ()).await.unwrap();
        let again = demo::fill(database, demo::SEED, 5, |_| ()).await;
        assert!(matches!(again, Err(FillError::NotEmpty)));
        assert_eq!(app.count("customer").await, 5);
    }
}

#[test]
fn the_command_fills_a_file_prints_how_to_log_in_and_replaces_nothing_but_databases() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.sqlite");
    let demo = |arguments: &[&str]| {
        let fixed = [
            "demo",
            "--customers",
            "20",
            "--no-serve",
            "--database",
            file.to_str().unwrap(),
        ];
        outcome(program(&[&fixed[..], arguments].concat()).output().unwrap())
    };
    for arguments in [&[][..], &[], &["--keep"]] {
        let (code, text, errors) = demo(arguments);
        assert_eq!(code, 0, "{errors}");
        assert_eq!(text.contains("Made up 20 customers"), arguments.is_empty(), "{text}");
        assert_eq!(text.matches("cgk_").count(), 2, "{text}");
        assert!(text.contains("Staff user     staff@shop.example, password"), "{text}");
        assert!(
            text.contains("analyst@shop.example") && text.contains("support@shop.example"),
            "{text}"
        );
    }
    std::fs::write(&file, "my diary").unwrap();
    let (code, _, errors) = demo(&[]);
    assert_eq!(code, 1);
    assert!(
        errors.contains("is not a SQLite database; it was left alone"),
        "{errors}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "my diary");
}
