//! Addresses.

mod address_create;

use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

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
