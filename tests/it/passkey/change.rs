//! `passkeyRename` and `passkeyDelete`, and that a passkey is a way to log in.

use serde_json::{Value, json};

use super::{Device, LONG_AGO, log_in, password_log_in, persona, proven, register, without};
use crate::{
    harness::{Answer, Persona, TestApp},
    on_both,
};

async fn rename(app: &TestApp, who: &Persona, id: &str, name: &str) -> Answer {
    let input = json!({ "input": { "id": id, "name": name } });
    app.ask(who, "mutation($input: PasskeyRenameInput!) { passkeyRename(input: $input) { passkey { id name } userErrors { code path } } }", input).await
}

async fn delete(app: &TestApp, who: &Persona, id: &str) -> Answer {
    app.ask(
        who,
        "mutation($id: ID!) { passkeyDelete(input: { id: $id }) { deletedPasskeyId userErrors { code path } } }",
        json!({ "id": id }),
    )
    .await
}

async fn unlink(app: &TestApp, who: &Persona, id: &Value) -> Answer {
    app.ask(
        who,
        "mutation($id: ID!) { loginMethodUnlink(input: { id: $id }) { unlinkedId userErrors { code path } } }",
        json!({ "id": id }),
    )
    .await
}

async fn password_of(app: &TestApp, who: &Persona) -> Value {
    let answer = app.ask(who, "{ me { loginMethods { id provider } } }", json!({})).await;
    answer.data()["me"]["loginMethods"][0]["id"].clone()
}

on_both! {
    async fn a_passkey_gets_another_name(app: TestApp) {
        let (ada, bob) = (proven(&app, "ada").await, proven(&app, "bob").await);
        let id = register(&app, &ada, &mut Device::new()).await;
        let answer = rename(&app, &ada, &id, " Key ring ").await;
        assert_eq!(answer.data()["passkeyRename"], json!({ "passkey": { "id": id, "name": "Key ring" }, "userErrors": [] }));
        assert_eq!(app.column("passkey", "name").await, ["Key ring"]);
        assert_eq!(rename(&app, &bob, &id, "Mine").await.user_errors("passkeyRename"), ["NOT_FOUND"]);
        assert_eq!(rename(&app, &ada, "pkey_01ARZ3NDEKTSV4RRFFQ69G5FAV", "Mine").await.user_errors("passkeyRename"), ["NOT_FOUND"]);
        assert_eq!(rename(&app, &ada, ada.id(), "Mine").await.codes(), ["BAD_USER_INPUT"]);
        assert_eq!(rename(&app, &ada, &id, " ").await.user_errors("passkeyRename"), ["REQUIRED"]);
        assert_eq!(rename(&app, &ada, &id, &"a".repeat(65)).await.user_errors("passkeyRename"), ["TOO_LONG"]);
        assert_eq!(rename(&app, &Persona::anonymous(), &id, "Mine").await.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(app.column("passkey", "name").await, ["Key ring"]);
        assert_eq!(app.count("timeline_entry where type = 'auth.passkey_renamed'").await, 1);
    }

    async fn a_passkey_is_taken_away_by_its_owner_alone_who_is_told(app: TestApp) {
        let (ada, bob) = (proven(&app, "ada").await, proven(&app, "bob").await);
        let mut device = Device::new();
        let id = register(&app, &ada, &mut device).await;
        persona(&log_in(&app, &mut device).await);
        assert_eq!(delete(&app, &bob, &id).await.user_errors("passkeyDelete"), ["NOT_FOUND"]);
        assert_eq!(delete(&app, &ada, ada.id()).await.codes(), ["BAD_USER_INPUT"]);
        assert_eq!(app.count("passkey").await, 1);
        let answer = delete(&app, &ada, &id).await;
        assert_eq!(answer.data()["passkeyDelete"], json!({ "deletedPasskeyId": id, "userErrors": [] }));
        assert_eq!(app.count("passkey").await, 0);
        assert_eq!(app.count("session where revoked_at is null").await, 2, "Ada's and Bob's, and not the one opened with it");
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "A passkey was removed");
        assert_eq!(app.count("timeline_entry where type = 'auth.passkey_removed'").await, 1);
        assert_eq!(log_in(&app, &mut device).await.user_errors("sessionCreateByPasskey"), ["PASSKEY_INVALID"]);
        assert_eq!(delete(&app, &ada, &id).await.user_errors("passkeyDelete"), ["NOT_FOUND"]);
        // The device may be set up once more.
        register(&app, &ada, &mut device).await;
    }

    async fn taking_one_away_asks_for_a_recent_log_in(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let id = register(&app, &ada, &mut Device::new()).await;
        app.execute(LONG_AGO).await;
        assert_eq!(delete(&app, &ada, &id).await.user_errors("passkeyDelete"), ["STEP_UP_REQUIRED"]);
        assert_eq!(app.count("passkey").await, 1);
    }

    async fn the_last_way_to_log_in_stays_whatever_it_is(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        let id = register(&app, &ada, &mut device).await;
        let password = password_of(&app, &ada).await;
        assert_eq!(unlink(&app, &ada, &password).await.user_errors("loginMethodUnlink"), [""; 0]);
        assert_eq!(delete(&app, &ada, &id).await.user_errors("passkeyDelete"), ["LAST_LOGIN_METHOD"]);
        assert_eq!(password_log_in(&app, "ada@example.com").await.user_errors("sessionCreate"), ["INVALID_CREDENTIALS"]);
        persona(&log_in(&app, &mut device).await);
        register(&app, &ada, &mut Device::new()).await;
        assert_eq!(delete(&app, &ada, &id).await.user_errors("passkeyDelete"), [""; 0]);
    }

    async fn a_password_without_a_passkey_stays(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let id = register(&app, &ada, &mut Device::new()).await;
        delete(&app, &ada, &id).await.data();
        let password = password_of(&app, &ada).await;
        assert_eq!(unlink(&app, &ada, &password).await.user_errors("loginMethodUnlink"), ["LAST_LOGIN_METHOD"]);
    }

    async fn a_passkey_that_cannot_be_used_any_more_is_no_way_to_log_in(app: TestApp) {
        let key = customer_graph::auth::SigningKeys::generate().unwrap();
        let with = app.beside(crate::harness::Setup { signing_key: Some(key.clone()), ..Default::default() }).await;
        let ada = proven(&with, "ada").await;
        register(&with, &ada, &mut Device::new()).await;
        let without = app.beside(crate::harness::Setup { signing_key: Some(key), ..without() }).await;
        let password = password_of(&without, &ada).await;
        assert_eq!(unlink(&without, &ada, &password).await.user_errors("loginMethodUnlink"), ["LAST_LOGIN_METHOD"]);
        assert_eq!(unlink(&with, &ada, &password).await.user_errors("loginMethodUnlink"), [""; 0]);
    }

    async fn of_two_who_take_away_the_last_two_ways_at_once_one_is_refused(app: TestApp) {
        let ada = proven(&app, "ada").await;
        for _ in 0..5 {
            let id = register(&app, &ada, &mut Device::new()).await;
            let password = password_of(&app, &ada).await;
            let (one, other) = tokio::join!(delete(&app, &ada, &id), unlink(&app, &ada, &password));
            let refused = [one.user_errors("passkeyDelete"), other.user_errors("loginMethodUnlink")];
            let refused = refused.iter().filter(|codes| **codes == ["LAST_LOGIN_METHOD"]).count();
            assert_eq!(refused, 1);
            assert_eq!(app.count("passkey").await + app.count("provider_identity").await, 1);
            if app.count("provider_identity").await == 0 {
                return;
            }
        }
    }
}
