//! Subscriptions: what is told to whom, over WebSockets and as streams of events.

mod changes;
mod events;
mod relay;
mod rights;
mod socket;
mod strangers;

use serde_json::{Value, json};

use crate::harness::{Persona, Setup, TestApp};

pub(crate) const CUSTOMER: &str =
    "subscription($id: ID, $kinds: [ChangeKind!]) { customerChanged(customerId: $id, kinds: $kinds) {
  topic kind objectId version changedPaths at customer { id firstName email } } }";

pub(crate) const ADDRESS: &str =
    "subscription($id: ID, $kinds: [ChangeKind!]) { addressChanged(customerId: $id, kinds: $kinds) {
  topic kind objectId version changedPaths at address { id city } } }";

pub(crate) const ORDER: &str =
    "subscription($id: ID, $kinds: [ChangeKind!]) { orderLinkChanged(customerId: $id, kinds: $kinds) {
  topic kind objectId version changedPaths at orderLink { id status } } }";

/// Runs a mutation that has to succeed and answers its payload.
async fn run(app: &TestApp, persona: &Persona, mutation: &str, input: Value, selection: &str) -> Value {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code path }} }} }}"
    );
    let answer = app.ask(persona, &query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors(mutation), [""; 0], "{:#}", answer.body);
    answer.data()[mutation].clone()
}

/// Gives a customer another first name.
async fn rename(app: &TestApp, admin: &Persona, customer: &str, name: &str) {
    let input = json!({ "id": customer, "firstName": name });
    run(app, admin, "customerUpdate", input, "customer { id }").await;
}

/// Gives a customer an address in this city and answers its id.
async fn address(app: &TestApp, admin: &Persona, customer: &str, city: &str) -> String {
    let input = json!({ "customerId": customer, "countryCode": "DE", "city": city, "skipValidation": true });
    let made = run(app, admin, "addressCreate", input, "address { id }").await;
    made["address"]["id"].as_str().unwrap().to_owned()
}

/// Writes the last event once more, by hand: nobody looks at the clock, and the relay finds it without a bell.
async fn tell_again(app: &TestApp, id: u128) {
    let columns = "topic, at, actor_type, subject_id, object_id, object_version, changed_paths";
    let id = app.uuid(uuid::Uuid::from_u128(id));
    app.execute(&format!(
        "insert into outbox_event (id, {columns}) \
         select {id}, {columns} from outbox_event order by position desc limit 1"
    ))
    .await;
}

/// The service, set up for those who cannot wait.
fn impatient() -> Setup {
    let mut setup = Setup::default();
    setup.http.subscriptions.ping_interval = std::time::Duration::from_millis(200);
    setup.http.subscriptions.init_timeout = std::time::Duration::from_millis(200);
    setup
}
