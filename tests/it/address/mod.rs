//! Addresses.

mod address_bulk;
mod address_create;
mod address_delete;
mod address_rules;
mod address_set_default;
mod address_update;
mod addresses;
mod store;

use serde_json::{Value, json};

use crate::harness::{Answer, Persona, TestApp};

/// Creates an address and answers with everything that a test may ask about it.
pub(crate) const CREATE: &str = "mutation($input: AddressCreateInput!) {
  addressCreate(input: $input) {
    address { id customer { id } addressName isDefaultShipping isDefaultBilling firstName lastName phone phoneE164
      address1 city province provinceCode postalCode countryCode formatted metadata version
      validation { isValid findings { field code message } } }
    userErrors { code path message }
    dryRun { events changes { objectId path after } }
  }
}";

/// Makes a customer and answers with the id.
pub(crate) async fn customer(app: &TestApp, admin: &Persona, external_id: &str) -> String {
    let create = "mutation($id: String!) { customerCreate(input: { externalId: $id }) { customer { id } } }";
    let answer = app.ask(admin, create, json!({ "id": external_id })).await;
    answer.data()["customerCreate"]["customer"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A right address, with some fields instead of its own.
pub(crate) fn german(with: Value) -> Value {
    let mut address = json!({
        "firstName": "Ada", "lastName": "Byron", "address1": "Hauptstraße 1", "city": "Oldenburg",
        "postalCode": "26133", "countryCode": "DE",
    });
    for (field, value) in with.as_object().unwrap() {
        address[field] = value.clone();
    }
    address
}

/// Makes an address and answers with the id.
pub(crate) async fn address(app: &TestApp, persona: &Persona, input: Value) -> String {
    let answer = app.ask(persona, CREATE, json!({ "input": input })).await;
    let id = answer.data()["addressCreate"]["address"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{:#}", answer.body)).to_owned()
}

/// The codes and paths of user errors.
#[track_caller]
pub(crate) fn errors(errors: &Value) -> Vec<(String, String)> {
    errors
        .as_array()
        .unwrap_or_else(|| panic!("{errors:#}"))
        .iter()
        .map(|error| {
            let path = error["path"].as_array().unwrap();
            let path: Vec<&str> = path.iter().map(|step| step.as_str().unwrap()).collect();
            (error["code"].as_str().unwrap().to_owned(), path.join("."))
        })
        .collect()
}

/// The codes and paths of the user errors of a mutation.
#[track_caller]
pub(crate) fn errors_of(answer: &Answer, mutation: &str) -> Vec<(String, String)> {
    errors(&answer.body["data"][mutation]["userErrors"])
}

/// A list of codes and paths to compare with.
pub(crate) fn told<const N: usize>(errors: [(&str, &str); N]) -> Vec<(String, String)> {
    errors.map(|(code, path)| (code.to_owned(), path.to_owned())).into()
}

/// The default addresses of a customer: shipping, then billing.
pub(crate) async fn defaults(app: &TestApp, admin: &Persona, customer: &str) -> (Option<String>, Option<String>) {
    let query = "query($id: ID!) { customer(id: $id) { defaultShippingAddress { id } defaultBillingAddress { id } } }";
    let answer = app.ask(admin, query, json!({ "id": customer })).await;
    let customer = &answer.data()["customer"];
    let id = |field: &str| customer[field]["id"].as_str().map(str::to_owned);
    (id("defaultShippingAddress"), id("defaultBillingAddress"))
}
