//! The example that loads CSV files, on files with every awkwardness that exports have.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::{
    harness::{Persona, TestApp},
    on_both,
};
use load::{Count, Files, LoadError, Mapping, Report, Service, Watcher};

#[path = "../../examples/load_csv/load/mod.rs"]
mod load;

/// Remembers what it is told.
#[derive(Default)]
struct Memory {
    lines: Vec<String>,
    stages: Vec<(&'static str, usize, usize)>,
}

impl Watcher for Memory {
    fn stage(&mut self, name: &'static str, rows: usize) {
        self.stages.push((name, rows, 0));
    }

    fn advance(&mut self, rows: usize) {
        self.stages.last_mut().unwrap().2 += rows;
    }

    fn line(&mut self, text: &str) {
        self.lines.push(text.to_owned());
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/load_csv")
        .join(name)
}

async fn try_loading(app: &TestApp, persona: &Persona, memory: &mut Memory) -> Result<Report, LoadError> {
    let token = persona.token.as_deref().unwrap_or_default();
    // Two rows in a request, so that there are several.
    let service = Service::new(&format!("{}/graphql", app.url), token, 2)?;
    let mapping = Mapping::read(&fixture("mapping.toml"))?;
    let files = Files {
        customers: fixture("customers.csv"),
        orders: fixture("orders.csv"),
        lines: fixture("lines.csv"),
    };
    load::load(&service, &mapping, &files, memory).await
}

async fn loader(app: &TestApp) -> Persona {
    app.api_key("loader", "customers:*,addresses:*,organizations:*,orders:*")
        .await
}

const REFUSED: [(&str, &str); 9] = [
    ("customers.csv:9", "2 fields"),
    (
        "customers.csv:6 (ACME1 Acme, once more)",
        "An earlier row has the same code.",
    ),
    ("customers.csv:7 (No Code Ltd)", "There is nothing in code."),
    (
        "customers.csv:5 (ATLA4 Atlantis Imports)",
        "The country Atlantis is unknown",
    ),
    ("orders.csv:5 (1004 BADZ3)", "lines.csv:6: pieces is not a number."),
    ("orders.csv:6 (1002 NORD2)", "An earlier row has the same number."),
    ("orders.csv:8 (1006 ATLA4)", "A time is not written as %d.%m.%Y."),
    ("lines.csv:8 (9999)", "There is no such order in orders.csv."),
    (
        "orders.csv:4 (1003 GHOST)",
        "customerExternalId: There is no such customer.",
    ),
];

fn count(created: usize, known: usize) -> Count {
    Count { created, known }
}

on_both! {
    async fn what_can_be_loaded_is_loaded_and_the_rest_is_told(app: TestApp) {
        let mut memory = Memory::default();
        let report = try_loading(&app, &loader(&app).await, &mut memory).await.unwrap();
        assert_eq!(report, Report {
            customers: count(5, 0),
            addresses: count(4, 0),
            unchecked: 1,
            organizations: count(4, 0),
            orders: count(3, 0),
            total: "7.34".parse().unwrap(),
            refused: 9,
        });
        let refused: Vec<&String> = memory.lines.iter().filter(|line| line.starts_with("refused: ")).collect();
        assert_eq!(refused.len(), REFUSED.len(), "{refused:#?}");
        for (line, (place, reason)) in refused.into_iter().zip(REFUSED) {
            assert!(line.starts_with(&format!("refused: {place}: ")) && line.contains(reason), "{line}: {reason}");
        }
        let kept: Vec<&String> = memory.lines.iter().filter(|line| line.starts_with("kept ")).collect();
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert!(kept[0].starts_with("kept with skipValidation: customers.csv:4 (BADZ3 Falscher Ort GmbH): postalCode: "), "{kept:?}");
        assert!(memory.stages.iter().all(|(_, rows, done)| rows == done), "{:?}", memory.stages);
        for (table, rows) in [
            ("customer", 5),
            ("address", 4),
            ("address where is_default_shipping and is_default_billing", 4),
            ("organization", 4),
            ("organization_member", 4),
            ("organization_member_role", 4),
            ("order_link", 3),
            ("order_line", 3),
            ("channel", 1),
        ] {
            assert_eq!(app.count(table).await, rows, "{table}");
        }
    }

    async fn totals_are_right_to_the_cent(app: TestApp) {
        let mut memory = Memory::default();
        try_loading(&app, &loader(&app).await, &mut memory).await.unwrap();
        // The lines of 1001 are 0.405 each: their sum is rounded, not they. 1002 is 0.025: half goes up.
        let ids = app.column("order_link", "order_id").await;
        let totals = app.column("order_link", "cast(total_amount as text)").await;
        let mut orders: Vec<(String, String)> = ids.into_iter().zip(totals).collect();
        orders.sort();
        let expected = [("1001", "181"), ("1002", "3"), ("1005", "550")];
        assert_eq!(orders, expected.map(|(id, total)| (id.to_owned(), total.to_owned())));
    }

    async fn a_row_becomes_a_customer_with_address_organization_and_order(app: TestApp) {
        let mut memory = Memory::default();
        try_loading(&app, &loader(&app).await, &mut memory).await.unwrap();
        let query = "{ customer(externalId: \"ACME1\") {
            firstName lastName companyName phone locale metadata
            addresses { nodes { firstName company address1 city postalCode countryCode } }
            orders { nodes { orderId status placedAt sourceUpdatedAt total { amount currencyCode } } }
        } organization(externalId: \"ACME1\") { name } }";
        let answer = app.ask(&app.admin().await, query, json!({})).await;
        assert_eq!(answer.data(), &json!({
            "customer": {
                "firstName": "Zoë",
                "lastName": "de la Fontaine",
                "companyName": "Acme, Bolts & Sons",
                "phone": "+33 4 78 00 00 00",
                "locale": "en",
                "metadata": { "job": "Owner" },
                "addresses": { "nodes": [{
                    "firstName": "Zoë",
                    "company": "Acme, Bolts & Sons",
                    "address1": "12 rue de l'Église, bâtiment B",
                    "city": "Lyon",
                    "postalCode": "69001",
                    "countryCode": "FR",
                }] },
                "orders": { "nodes": [{
                    "orderId": "1001",
                    "status": "completed",
                    "placedAt": "2024-07-04T00:00:00.000Z",
                    "sourceUpdatedAt": "2024-07-16T00:00:00.000Z",
                    "total": { "amount": "1.81", "currencyCode": "EUR" },
                }] },
            },
            "organization": { "name": "Acme, Bolts & Sons" },
        }));
    }

    async fn a_second_run_doubles_and_changes_nothing(app: TestApp) {
        let loader = loader(&app).await;
        try_loading(&app, &loader, &mut Memory::default()).await.unwrap();
        let told = app.count("outbox_event").await;
        let mut memory = Memory::default();
        let report = try_loading(&app, &loader, &mut memory).await.unwrap();
        assert_eq!(report, Report {
            customers: count(0, 5),
            addresses: count(0, 4),
            unchecked: 0,
            organizations: count(0, 4),
            orders: count(0, 3),
            total: "7.34".parse().unwrap(),
            refused: 9,
        });
        assert_eq!(app.count("outbox_event").await, told);
        for (table, rows) in [("customer", 5), ("address", 4), ("organization_member", 4), ("order_line", 3)] {
            assert_eq!(app.count(table).await, rows, "{table}");
        }
    }

    async fn a_key_that_may_not_write_breaks_the_load_off(app: TestApp) {
        let reader = app.api_key("reader", "*:read").await;
        for persona in [reader, Persona::bearer("unknown", "nonsense"), Persona::anonymous()] {
            let broken = try_loading(&app, &persona, &mut Memory::default()).await;
            assert!(matches!(broken, Err(LoadError::Service(_))), "{}: {broken:?}", persona.name);
        }
        assert_eq!(app.count("customer").await, 0);
    }
}
