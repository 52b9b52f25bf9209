//! Passkeys in a true browser.

use serde_json::json;

use super::{LOG_IN, LOG_IN_START, REGISTER, REGISTER_START, proven, web_driver::Browser};
use crate::{harness::PASSWORD, on_both};

/// What every script on the page begins with.
const ASK: &str = "
const ask = async (query, variables, token) => {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0];
};";

const SET_UP: &str = "
const started = await ask(input.start, {}, input.token);
const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(started.options);
const credential = (await navigator.credentials.create({ publicKey })).toJSON();
const finish = { challengeToken: started.challengeToken, credential, name: 'This browser' };
return ask(input.finish, { input: finish }, input.token);";

const LOG_IN_WITH_IT: &str = "
const started = await ask(input.start, {});
const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(started.options);
const credential = (await navigator.credentials.get({ publicKey })).toJSON();
return ask(input.finish, { input: { challengeToken: started.challengeToken, credential } });";

const PASSWORD_LOG_IN: &str = "
return ask('mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken } }', { input });";

on_both! {
    async fn a_browser_sets_up_a_passkey_and_logs_in_with_it_without_typing_anything(app: TestApp) {
        let Some(browser) = Browser::start().await else { return };
        let ada = proven(&app, "ada").await;
        let port = app.url.rsplit(':').next().unwrap();
        let device = browser.add_device().await;
        browser.open(&format!("http://localhost:{port}/")).await;
        let run = async |script: &str, input| browser.run(&format!("{ASK}{script}"), input).await;

        let session = run(PASSWORD_LOG_IN, json!({ "email": "ada@example.com", "password": PASSWORD })).await;
        let token = &session["accessToken"];
        let made = run(SET_UP, json!({ "start": REGISTER_START, "finish": REGISTER, "token": token })).await;
        assert_eq!((&made["userErrors"], &made["passkey"]["name"]), (&json!([]), &json!("This browser")), "{made}");
        let logged_out = run("return ask('mutation { sessionEnd { endedCount } }', {}, input.token);", json!({ "token": token })).await;
        assert_eq!(logged_out["endedCount"], 1);

        let log_in = json!({ "start": LOG_IN_START, "finish": LOG_IN });
        for _ in 0..2 {
            let entered = run(LOG_IN_WITH_IT, log_in.clone()).await;
            assert_eq!(entered["userErrors"], json!([]));
            let me = run("return ask('{ me { id } }', {}, input.token);", json!({ "token": entered["accessToken"] })).await;
            assert_eq!(me["id"], ada.id());
        }
        assert_eq!(app.count("session where assurance = 'AAL2' and revoked_at is null").await, 2);

        // A device that does not know its owner is not even asked by the browser.
        browser.set_verified(&device, false).await;
        let name = run(&format!("try {{ await (async () => {{ {LOG_IN_WITH_IT} }})() }} catch (error) {{ return error.name }}"), log_in).await;
        assert_eq!(name, "NotAllowedError");
    }
}
