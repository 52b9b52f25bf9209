//! Second factors.

mod enroll;
mod log_in;
mod reset;
mod staff_reset;
mod step_up;

use customer_graph::work::Clock;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::harness::{Answer, PASSWORD, Persona, TestApp};

/// An app that makes codes.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) factor: String,
    secret: String,
    pub(crate) recovery_codes: Vec<String>,
}

impl App {
    /// The code that it shows so many steps of half a minute from now.
    pub(crate) fn code(&self, app: &TestApp, steps: i64) -> String {
        let totp = Builder::new()
            .with_secret(Secret::try_from_base32(&self.secret).unwrap())
            .build()
            .unwrap();
        let time = app.clock.now().timestamp() + 30 * steps;
        totp.generate(u64::try_from(time).unwrap()).to_string()
    }

    /// A code that it does not show.
    pub(crate) fn wrong_code(&self, app: &TestApp) -> &'static str {
        let shown: Vec<String> = (-1..=1).map(|steps| self.code(app, steps)).collect();
        ["000000", "000001", "000002", "000003"]
            .into_iter()
            .find(|code| !shown.iter().any(|shown| shown == code))
            .unwrap()
    }
}

pub(crate) async fn start(app: &TestApp, who: &Persona) -> Answer {
    app.ask(who, "mutation { mfaEnrollStart(input: { name: \"Phone\" }) { factor { id kind name confirmedAt } secret otpauthUrl userErrors { code path } } }", json!({})).await
}

pub(crate) async fn confirm(app: &TestApp, who: &Persona, code: &str) -> Answer {
    app.ask(who, "mutation($code: String!) { mfaEnrollConfirm(input: { code: $code }) { factor { id confirmedAt } recoveryCodes userErrors { code path } } }", json!({ "code": code })).await
}

/// Sets up an app, for somebody who has proven the e-mail address. Its code of the present step is used up by that.
pub(crate) async fn enroll(app: &TestApp, who: &Persona) -> App {
    app.prove_addresses().await;
    let started = start(app, who).await;
    let started = &started.data()["mfaEnrollStart"];
    let mut made = App {
        factor: started["factor"]["id"].as_str().unwrap().to_owned(),
        secret: started["secret"].as_str().unwrap().to_owned(),
        recovery_codes: Vec::new(),
    };
    let confirmed = confirm(app, who, &made.code(app, 0)).await;
    let codes = confirmed.data()["mfaEnrollConfirm"]["recoveryCodes"].as_array();
    made.recovery_codes = codes
        .unwrap_or_else(|| panic!("{:#}", confirmed.body))
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    made
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Value {
    let input = json!({ "input": { "email": email, "password": password } });
    let answer = app.ask(&Persona::anonymous(), "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken refreshToken mfaToken userErrors { code path } } }", input).await;
    answer.data()["sessionCreate"].clone()
}

/// The token that the right password gives.
async fn challenge(app: &TestApp, email: &str) -> String {
    let answer = log_in(app, email, PASSWORD).await;
    assert_eq!(answer["userErrors"], json!([{ "code": "MFA_REQUIRED", "path": [] }]));
    assert!(
        answer["accessToken"].is_null() && answer["refreshToken"].is_null(),
        "{answer}"
    );
    answer["mfaToken"].as_str().unwrap().to_owned()
}

async fn verify(app: &TestApp, token: &str, shown: Value) -> Answer {
    let mut input = json!({ "mfaToken": token });
    for (name, value) in shown.as_object().unwrap() {
        input[name] = value.clone();
    }
    app.ask(&Persona::anonymous(), "mutation($input: SessionVerifyMfaInput!) { sessionVerifyMfa(input: $input) { accessToken refreshToken userErrors { code path } } }", json!({ "input": input })).await
}

fn is_in(answer: &Answer) -> bool {
    answer.data()["sessionVerifyMfa"]["accessToken"].is_string()
}
