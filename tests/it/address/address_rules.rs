//! `addressRules`.

use serde_json::{Value, json};

use crate::{harness::Persona, on_both};

const RULES: &str = "query($country: CountryCode!) {
  addressRules(countryCode: $country) {
    countryCode name required allowed postalCodePattern postalCodeExamples provinceKind provinces { code name latinName } format
  }
}";

on_both! {
    async fn anybody_can_ask_how_addresses_of_a_country_are_written(app: TestApp) {
        let answer = app.ask(&Persona::anonymous(), RULES, json!({ "country": "us" })).await;
        let rules = &answer.data()["addressRules"];
        assert_eq!(rules["countryCode"], "US");
        assert_eq!(rules["name"], "United States");
        assert!(rules["required"].as_array().unwrap().contains(&json!("POSTAL_CODE")));
        assert!(rules["allowed"].as_array().unwrap().contains(&json!("COMPANY")));
        assert_eq!(rules["postalCodeExamples"][0], "95014");
        assert_eq!(rules["provinceKind"], "state");
        assert!(rules["provinces"].as_array().unwrap().contains(&json!({ "code": "CA", "name": "California", "latinName": null })));
        assert!(rules["format"].as_array().unwrap().contains(&json!("{city}, {province} {postalCode}")));
        let answer = app.ask(&Persona::anonymous(), RULES, json!({ "country": "XX" })).await;
        assert_eq!(answer.data()["addressRules"], Value::Null);
    }
}
