//! Passkeys.

mod change;
mod chromium;
mod device;
mod hostile;
mod log_in;
mod proof;
mod register;
mod staff;
mod step_up;
mod web_driver;

use customer_graph::auth::Passkeys;
use serde_json::{Value, json};

pub(crate) use device::{Device, Says};

use crate::harness::{Answer, PASSWORD, Persona, Setup, TestApp};

/// Somebody with this name, whose e-mail address is proven.
pub(crate) async fn proven(app: &TestApp, name: &'static str) -> Persona {
    let persona = app.customer(name).await;
    app.execute("update customer set email_verified_at = created_at").await;
    persona
}

const REGISTER_START: &str = "mutation {
  passkeyRegisterStart(input: {}) { options challengeToken userErrors { code path } }
}";

const REGISTER: &str = "mutation($input: PasskeyRegisterInput!) {
  passkeyRegister(input: $input) { passkey { id name createdAt lastUsedAt } userErrors { code path message } }
}";

const LOG_IN_START: &str = "mutation($actor: SessionActor! = CUSTOMER) {
  sessionStartPasskey(input: { actor: $actor }) { options challengeToken userErrors { code path } }
}";

const LOG_IN: &str = "mutation($input: SessionCreateByPasskeyInput!) {
  sessionCreateByPasskey(input: $input) { accessToken refreshToken userErrors { code path message } }
}";

/// A challenge that was made.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    pub(crate) options: Value,
    token: String,
}

impl Challenge {
    #[track_caller]
    fn of(answer: &Answer, mutation: &str) -> Self {
        let payload = &answer.data()[mutation];
        assert_eq!(payload["userErrors"], json!([]));
        Self {
            options: payload["options"].clone(),
            token: payload["challengeToken"].as_str().unwrap().to_owned(),
        }
    }

    fn answered(&self, credential: Value) -> Value {
        json!({ "challengeToken": self.token, "credential": credential })
    }
}

async fn try_register_start(app: &TestApp, who: &Persona) -> Answer {
    app.ask(who, REGISTER_START, json!({})).await
}

async fn register_start(app: &TestApp, who: &Persona) -> Challenge {
    Challenge::of(&try_register_start(app, who).await, "passkeyRegisterStart")
}

/// Gives the answer of a device to a challenge back.
async fn register_finish(app: &TestApp, who: &Persona, challenge: &Challenge, credential: Value) -> Answer {
    let mut input = challenge.answered(credential);
    input["name"] = json!("Phone");
    app.ask(who, REGISTER, json!({ "input": input })).await
}

/// Sets up a passkey on this device, and answers its id.
pub(crate) async fn register(app: &TestApp, who: &Persona, device: &mut Device) -> String {
    let challenge = register_start(app, who).await;
    let credential = device.create(&challenge.options, &Says::default());
    let answer = register_finish(app, who, &challenge, credential).await;
    let id = &answer.data()["passkeyRegister"]["passkey"]["id"];
    id.as_str().unwrap_or_else(|| panic!("{:#}", answer.body)).to_owned()
}

async fn log_in_start(app: &TestApp, actor: &str) -> Challenge {
    let answer = app
        .ask(&Persona::anonymous(), LOG_IN_START, json!({ "actor": actor }))
        .await;
    Challenge::of(&answer, "sessionStartPasskey")
}

/// Gives the answer of a device to a challenge back.
async fn log_in_finish(app: &TestApp, challenge: &Challenge, credential: Value) -> Answer {
    let input = json!({ "input": challenge.answered(credential) });
    app.ask(&Persona::anonymous(), LOG_IN, input).await
}

/// Logs in with this device.
async fn log_in(app: &TestApp, device: &mut Device) -> Answer {
    let challenge = log_in_start(app, "CUSTOMER").await;
    let credential = device.get(&challenge.options, &Says::default());
    log_in_finish(app, &challenge, credential).await
}

/// Who logged in.
#[track_caller]
fn persona(answer: &Answer) -> Persona {
    let payload = &answer.data()["sessionCreateByPasskey"];
    assert_eq!(payload["userErrors"], json!([]));
    Persona::bearer("somebody", payload["accessToken"].as_str().unwrap())
}

async fn password_log_in(app: &TestApp, email: &str) -> Answer {
    let query = "mutation($email: Email!, $password: String!) {
      sessionCreate(input: { email: $email, password: $password }) { accessToken mfaToken userErrors { code } }
    }";
    let variables = json!({ "email": email, "password": PASSWORD });
    app.ask(&Persona::anonymous(), query, variables).await
}

/// A service without passkeys.
fn without() -> Setup {
    Setup {
        passkeys: |_| Passkeys::default(),
        ..Setup::default()
    }
}

const LONG_AGO: &str = "update session set authenticated_at = '2020-01-01T00:00:00.000Z'";
