//! A passkey proves again who somebody is.

use serde_json::{Value, json};

use super::{Device, LONG_AGO, Says, log_in_start, proven, register};
use crate::{
    harness::{Answer, PASSWORD, Persona, TestApp},
    mfa, on_both,
};

async fn step_up(app: &TestApp, who: &Persona, input: Value) -> Answer {
    app.ask(who, "mutation($input: SessionStepUpInput!) { sessionStepUp(input: $input) { isSteppedUp userErrors { code path } } }", json!({ "input": input })).await
}

/// What `sessionStepUp` takes of a device.
async fn shown(app: &TestApp, device: &mut Device, says: &Says) -> Value {
    let challenge = log_in_start(app, "CUSTOMER").await;
    let credential = device.get(&challenge.options, says);
    json!({ "passkey": challenge.answered(credential) })
}

on_both! {
    async fn a_passkey_opens_sensitive_writes_again_as_two_factors_do(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        mfa::enroll(&app, &ada).await;
        app.execute(LONG_AGO).await;
        app.execute("update session set assurance = 'AAL1'").await;
        let shown = shown(&app, &mut device, &Says::default()).await;
        let answer = step_up(&app, &ada, shown.clone()).await;
        assert_eq!(answer.data()["sessionStepUp"], json!({ "isSteppedUp": true, "userErrors": [] }));
        assert_eq!(app.count("session where assurance = 'AAL2'").await, 1);
        register(&app, &ada, &mut Device::new()).await;
        assert_eq!(step_up(&app, &ada, shown).await.data()["sessionStepUp"]["userErrors"], json!([{ "code": "TOKEN_INVALID", "path": ["passkey", "challengeToken"] }]));
    }

    async fn anothers_passkey_a_lie_and_a_copy_open_nothing(app: TestApp) {
        let (ada, bob) = (proven(&app, "ada").await, proven(&app, "bob").await);
        let (mut adas, mut bobs) = (Device::new(), Device::new());
        register(&app, &ada, &mut adas).await;
        register(&app, &bob, &mut bobs).await;
        app.execute(LONG_AGO).await;
        let refused = json!({ "isSteppedUp": false, "userErrors": [{ "code": "PASSKEY_INVALID", "path": ["passkey"] }] });
        let of_bob = shown(&app, &mut bobs, &Says::default()).await;
        assert_eq!(step_up(&app, &ada, of_bob).await.data()["sessionStepUp"], refused);
        let lie = shown(&app, &mut adas, &Says { is_verified: false, ..Says::default() }).await;
        assert_eq!(step_up(&app, &ada, lie).await.data()["sessionStepUp"], refused);
        let mut copy = adas.clone();
        let good = shown(&app, &mut adas, &Says::default()).await;
        let of_copy = shown(&app, &mut copy, &Says::default()).await;
        let (one, other) = tokio::join!(step_up(&app, &ada, good), step_up(&app, &ada, of_copy));
        let mut answers = [one.data()["sessionStepUp"].clone(), other.data()["sessionStepUp"].clone()];
        answers.sort_by_key(Value::to_string);
        assert_eq!(answers, [refused, json!({ "isSteppedUp": true, "userErrors": [] })]);
        assert_eq!(app.count("timeline_entry where type = 'auth.passkey_refused'").await, 1);
        assert_eq!(app.count("session where assurance = 'AAL2'").await, 1);
    }

    async fn one_thing_is_shown_and_no_more(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        let mut both = shown(&app, &mut device, &Says::default()).await;
        for (name, value) in [("password", PASSWORD), ("code", "000000"), ("recoveryCode", "wrong")] {
            both[name] = json!(value);
            assert_eq!(step_up(&app, &ada, both.clone()).await.user_errors("sessionStepUp"), ["REQUIRED"]);
            both.as_object_mut().unwrap().remove(name);
        }
        assert_eq!(step_up(&app, &ada, json!({ "password": PASSWORD, "code": "0", "recoveryCode": "0" })).await.user_errors("sessionStepUp"), ["REQUIRED"]);
        assert_eq!(step_up(&app, &ada, both).await.user_errors("sessionStepUp"), [""; 0]);
    }
}
