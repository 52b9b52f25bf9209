//! What the query firewall costs, and how long it takes to refuse: run it where nothing else runs.
//!
//! ```sh
//! cargo run --release --example firewall
//! ```
//!
//! Prints, as medians: what a document that was seen before costs beside executing it, what a new one costs beside
//! parsing it, and the attacks that take longest to refuse.
#![allow(clippy::print_stdout, reason = "this is what the example is for")]

#[path = "../tests/it/security/attacks/documents.rs"]
mod documents;

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::parser::parse_query;
use customer_graph::{
    config::{FirewallConfig, Limits, TrustedDocumentsConfig},
    firewall::{Firewall, GivenVariables, Manifest, Refusal, Scope},
    schema,
};

/// Ordinary queries, as the benchmarks of the service send them.
const ORDINARY: [(&str, &str, &str); 3] = [
    (
        "one customer",
        "query($id: ID!) { customer(id: $id) { id email firstName lastName addresses { nodes { id city countryCode } } groups { nodes { id name } } } }",
        r#"{"id":"cus_01JAB2C3D4E5F6G7H8J9KMNPQR"}"#,
    ),
    (
        "50 customers with their lists",
        "query($first: Int, $after: String) { customers(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { id email firstName lastName companyName phone hasAccount createdAt addresses(first: 10) { nodes { id city countryCode address1 postalCode } } groups(first: 10) { nodes { id name } } orders(first: 5) { nodes { id orderId status total { amount currencyCode } placedAt } } } } }",
        r#"{"first":50,"after":null}"#,
    ),
    (
        "a new address",
        "mutation($input: AddressCreateInput!) { addressCreate(input: $input) { address { id version } userErrors { code path message } } }",
        r#"{"input":{"customerId":"cus_01JAB2C3D4E5F6G7H8J9KMNPQR","firstName":"Ada","lastName":"Lombardi","address1":"1 Main Street","city":"London","countryCode":"GB","postalCode":"N1 9GU"}}"#,
    ),
];

fn firewall() -> Firewall {
    Firewall::new(
        schema::shape(),
        FirewallConfig::default(),
        Arc::new(Limits::default()),
        &TrustedDocumentsConfig::default(),
        Manifest::default(),
    )
}

fn judge(firewall: &Firewall, document: &str, name: Option<&str>, variables: &str) -> Result<u64, Refusal> {
    let given: GivenVariables = serde_json::from_str(variables).unwrap_or_default();
    let document_read = firewall.document(Scope::Admin, Some(document), None)?;
    let (variables, cost) = firewall.variables(Scope::Admin, &document_read, name, given)?;
    black_box(variables);
    Ok(cost)
}

fn median(times: usize, mut run: impl FnMut()) -> Duration {
    let mut taken: Vec<Duration> = (0..times)
        .map(|_| {
            let started = Instant::now();
            run();
            started.elapsed()
        })
        .collect();
    taken.sort_unstable();
    taken[times / 2]
}

fn main() {
    let known = firewall();
    println!(
        "{:<32} {:>10} {:>12} {:>12} {:>8}",
        "ordinary queries", "seen", "new", "parsing", "cost"
    );
    for (name, document, variables) in ORDINARY {
        let cost = match judge(&known, document, None, variables) {
            Ok(cost) => cost,
            Err(refusal) => return println!("{name} is refused: {}", refusal.message),
        };
        let seen = median(10_000, || drop(black_box(judge(&known, document, None, variables))));
        let parsing = median(1_000, || drop(black_box(parse_query(document))));
        let mut number = 0;
        let new = median(1_000, || {
            number += 1;
            // A comment makes it another document.
            drop(black_box(judge(
                &known,
                &format!("{document} # {number}"),
                None,
                variables,
            )));
        });
        println!("{name:<32} {seen:>10.1?} {new:>12.1?} {parsing:>12.1?} {cost:>8}");
    }
    let mut refused: Vec<(Duration, String, String)> = documents::refused_to_all()
        .into_iter()
        .chain(documents::pages())
        .map(|attack| {
            let variables = attack.variables.to_string();
            let mut outcome = Ok(0);
            let took = median(5, || {
                outcome = judge(&known, &attack.document, attack.operation_name.as_deref(), &variables);
            });
            let by = match outcome {
                Ok(_) => "left to the schema".to_owned(),
                Err(refusal) => format!("{:?}", refusal.reason),
            };
            (took, attack.name, by)
        })
        .collect();
    refused.sort_unstable();
    println!("\nthe attacks that take longest, of {}", refused.len());
    for (took, name, by) in refused.iter().rev().take(12) {
        println!("{name:<48} {took:>10.1?} {by}");
    }
}
