//! `kill -9`, again and again, while events are written and told: nothing is lost, and for each customer everything comes
//! in its order.
//!
//! `KILL_ROUNDS` says how often; without it a few times.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};

use super::{CREATE, Received, Receiver, Reply, versions_of};
use crate::{harness::Persona, on_both, security::kill};

const CUSTOMERS: usize = 8;

const UPDATE: &str = "mutation($id: ID!, $name: String!) { customerUpdate(input: { id: $id, firstName: $name }) { customer { version } userErrors { code } } }";

fn rounds() -> u32 {
    let asked = std::env::var_os("KILL_ROUNDS");
    asked.and_then(|rounds| rounds.to_str()?.parse().ok()).unwrap_or(4)
}

/// How the service is told to send webhooks.
const SETTINGS: [(&str, &str); 3] = [
    ("CUSTOMER_GRAPH_WEBHOOKS_ALLOW_PRIVATE_NETWORK", "true"),
    ("CUSTOMER_GRAPH_WEBHOOKS_TIMEOUT", "500ms"),
    ("CUSTOMER_GRAPH_WEBHOOKS_LEASE", "2500ms"),
];

/// What is answered, if anything is: the service may be gone.
async fn ask(client: &reqwest::Client, url: &str, admin: &Persona, query: &str, variables: Value) -> Option<Value> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .bearer_auth(admin.token.as_ref().unwrap())
        .body(body);
    serde_json::from_str(&request.send().await.ok()?.text().await.ok()?).ok()
}

/// The versions of each customer that were acknowledged.
type Acknowledged = Arc<Mutex<HashMap<String, Vec<i64>>>>;

/// Changes a customer for as long as the service answers.
async fn change_on(url: String, admin: Persona, id: String, acknowledged: Acknowledged) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    loop {
        let name = format!("Name {}", rand::random::<u64>());
        let Some(answer) = ask(&client, &url, &admin, UPDATE, json!({ "id": id, "name": name })).await else {
            return;
        };
        let version = answer["data"]["customerUpdate"]["customer"]["version"].as_i64();
        let version = version.unwrap_or_else(|| panic!("{answer:#}"));
        acknowledged
            .lock()
            .unwrap()
            .entry(id.clone())
            .or_default()
            .push(version);
    }
}

on_both! {
    async fn a_service_that_is_killed_again_and_again_loses_nothing_and_keeps_the_order(app: TestApp) {
        let admin = app.admin().await;
        let mut customers = Vec::new();
        let create = "mutation($id: String!) { customerCreate(input: { externalId: $id }) { customer { id } } }";
        for number in 0..CUSTOMERS {
            let made = app.ask(&admin, create, json!({ "id": format!("c{number}") })).await;
            customers.push(made.data()["customerCreate"]["customer"]["id"].as_str().unwrap().to_owned());
        }
        let (_folder, key_file) = kill::key_file();
        let receiver = Receiver::start().await;
        // Now and then it behaves badly, too.
        receiver.replies(|_| match rand::random_range(0..200) {
            0 => Reply::Close,
            1 => Reply::Garbage,
            2 => Reply::CloseMidway,
            _ => Reply::Status(200),
        });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let acknowledged = Acknowledged::default();
        let rounds = rounds();
        for round in 0..rounds {
            let (mut child, url) = kill::serve_with(&app, &key_file, &SETTINGS).await;
            if round == 0 {
                let input = json!({ "url": receiver.url(), "topics": ["customer.updated"] });
                let made = ask(&client, &url, &admin, CREATE, json!({ "input": input })).await.unwrap();
                assert_eq!(made["data"]["webhookCreate"]["userErrors"], json!([]), "{made:#}");
            }
            let writers: Vec<_> = customers
                .iter()
                .map(|id| tokio::spawn(change_on(url.clone(), admin.clone(), id.clone(), Arc::clone(&acknowledged))))
                .collect();
            tokio::time::sleep(Duration::from_millis(rand::random_range(20..1_200))).await;
            child.kill().await.unwrap();
            for writer in writers {
                writer.await.unwrap();
            }
        }
        let acknowledged = acknowledged.lock().unwrap().clone();
        let total: usize = acknowledged.values().map(Vec::len).sum();
        let (_child, _) = kill::serve_with(&app, &key_file, &SETTINGS).await;
        let is_complete = |received: &[Received]| {
            acknowledged.iter().all(|(id, versions)| {
                let known = versions_of(received, id);
                versions.iter().all(|version| known.contains(version))
            })
        };
        let mut looks = 0;
        while !is_complete(&receiver.received()) {
            looks += 1;
            assert!(looks < 1_200, "something is lost of {total} events: {} came", receiver.received().len());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let received = receiver.received();
        let mut ids: HashMap<(String, i64), String> = HashMap::new();
        let (mut first_arrivals, mut repeats): (HashMap<&str, Vec<i64>>, usize) = (HashMap::new(), 0);
        for one in &received {
            let id = ids.entry((one.object().to_owned(), one.version())).or_insert_with(|| one.id.clone());
            assert_eq!(*id, one.id, "a repeat has another id");
            let own = first_arrivals.entry(one.object()).or_default();
            if own.contains(&one.version()) {
                repeats += 1;
            } else {
                own.push(one.version());
            }
        }
        for (id, versions) in &first_arrivals {
            assert!(versions.is_sorted(), "the events of {id} came as {versions:?}");
        }
        eprintln!("{rounds} kills: {total} events were acknowledged, {} messages came, {repeats} of them repeats", received.len());
    }
}
