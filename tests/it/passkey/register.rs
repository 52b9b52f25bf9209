//! `passkeyRegisterStart` and `passkeyRegister`.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use super::{
    Challenge, Device, LOG_IN, LOG_IN_START, LONG_AGO, REGISTER, Says, log_in_start, password_log_in, proven, register,
    register_finish, register_start, try_register_start, without,
};
use crate::{harness::Persona, on_both, on_both_with};

on_both! {
    async fn a_passkey_is_set_up_and_listed_and_its_owner_is_told(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let challenge = register_start(&app, &ada).await;
        let options = &challenge.options;
        assert_eq!(options["rp"], json!({ "name": "Shop", "id": "localhost" }));
        assert_eq!(options["user"]["name"], "ada@example.com");
        assert_eq!(options["user"]["displayName"], "ada");
        assert_eq!(options["attestation"], "none");
        assert_eq!(options["excludeCredentials"], json!([]));
        assert_eq!(options["authenticatorSelection"], json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" }));
        assert!(!app.dump("account_token").await.contains(&challenge.token));
        let mut device = Device::new();
        let credential = device.create(options, &Says::default());
        let answer = register_finish(&app, &ada, &challenge, credential).await;
        let made = &answer.data()["passkeyRegister"]["passkey"];
        assert_eq!(made["name"], "Phone");
        assert!(made["createdAt"].is_string() && made["lastUsedAt"].is_null(), "{made}");
        let list = "{ me { passkeys { id name createdAt lastUsedAt } } viewer { passkeys { id name createdAt lastUsedAt } } }";
        let listed = app.ask(&ada, list, json!({})).await;
        assert_eq!(listed.data()["me"]["passkeys"], json!([made]));
        assert_eq!(listed.data()["viewer"]["passkeys"], json!([made]));
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "A passkey was added");
        assert_eq!(app.count("timeline_entry where type = 'auth.passkey_added'").await, 1);
        let there = register_start(&app, &ada).await.options["excludeCredentials"].clone();
        assert_eq!(there.as_array().unwrap().len(), 1);
    }

    async fn it_can_be_asked_where_the_passkey_is_kept(app: TestApp) {
        let ada = proven(&app, "ada").await;
        for (attachment, written) in [("PLATFORM", "platform"), ("CROSS_PLATFORM", "cross-platform")] {
            let query = format!("mutation {{ passkeyRegisterStart(input: {{ attachment: {attachment} }}) {{ options }} }}");
            let answer = app.ask(&ada, &query, json!({})).await;
            assert_eq!(answer.data()["passkeyRegisterStart"]["options"]["authenticatorSelection"]["authenticatorAttachment"], written);
        }
    }

    async fn it_takes_a_recent_log_in_and_a_proven_address_at_both_steps(app: TestApp) {
        let eve = app.customer("eve").await;
        assert_eq!(try_register_start(&app, &eve).await.user_errors("passkeyRegisterStart"), ["NOT_VERIFIED"]);
        let ada = proven(&app, "ada").await;
        let (one, other) = (register_start(&app, &ada).await, register_start(&app, &ada).await);
        let mut device = Device::new();
        app.execute("update customer set email_verified_at = null").await;
        let credential = device.create(&one.options, &Says::default());
        assert_eq!(register_finish(&app, &ada, &one, credential).await.user_errors("passkeyRegister"), ["NOT_VERIFIED"]);
        app.execute("update customer set email_verified_at = created_at").await;
        app.execute(LONG_AGO).await;
        let credential = device.create(&other.options, &Says::default());
        assert_eq!(register_finish(&app, &ada, &other, credential).await.user_errors("passkeyRegister"), ["STEP_UP_REQUIRED"]);
        assert_eq!(try_register_start(&app, &ada).await.user_errors("passkeyRegisterStart"), ["STEP_UP_REQUIRED"]);
        assert_eq!(try_register_start(&app, &Persona::anonymous()).await.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(app.count("passkey").await, 0);
    }

    async fn a_challenge_is_good_once_for_five_minutes(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let challenge = register_start(&app, &ada).await;
        let credential = Device::new().create(&challenge.options, &Says::default());
        register_finish(&app, &ada, &challenge, credential).await.data();
        let credential = Device::new().create(&challenge.options, &Says::default());
        assert_eq!(register_finish(&app, &ada, &challenge, credential).await.user_errors("passkeyRegister"), ["TOKEN_INVALID"]);
        let challenge = register_start(&app, &ada).await;
        app.clock.advance(Duration::from_secs(5 * 60 + 1));
        let credential = Device::new().create(&challenge.options, &Says::default());
        assert_eq!(register_finish(&app, &ada, &challenge, credential).await.user_errors("passkeyRegister"), ["TOKEN_INVALID"]);
        assert_eq!(app.count("passkey").await, 1);
    }

    async fn a_challenge_belongs_to_the_session_that_began_it(app: TestApp) {
        let (ada, bob) = (proven(&app, "ada").await, proven(&app, "bob").await);
        let challenge = register_start(&app, &ada).await;
        let mut device = Device::new();
        let credential = device.create(&challenge.options, &Says::default());
        let elsewhere = password_log_in(&app, "ada@example.com").await;
        let elsewhere = Persona::bearer("ada", elsewhere.data()["sessionCreate"]["accessToken"].as_str().unwrap());
        for stranger in [&bob, &elsewhere] {
            assert_eq!(register_finish(&app, stranger, &challenge, credential.clone()).await.user_errors("passkeyRegister"), ["TOKEN_INVALID"]);
        }
        // Nor is the challenge of a log-in one for setting up a passkey.
        let other = log_in_start(&app, "CUSTOMER").await;
        let mixed = Challenge { options: challenge.options.clone(), token: other.token };
        assert_eq!(register_finish(&app, &ada, &mixed, credential.clone()).await.user_errors("passkeyRegister"), ["TOKEN_INVALID"]);
        // None of them used it up.
        assert_eq!(register_finish(&app, &ada, &challenge, credential).await.user_errors("passkeyRegister"), [""; 0]);
    }

    async fn what_a_device_made_is_checked(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let spare = register_start(&app, &ada).await.options["challenge"].as_str().unwrap().to_owned();
        for (what, says) in [
            ("a page elsewhere", Says { origin: "https://shop.example".to_owned(), ..Says::default() }),
            ("a page below the domain that is not named", Says { origin: "https://evil.localhost".to_owned(), ..Says::default() }),
            ("another port", Says { origin: "https://shop.localhost:8443".to_owned(), ..Says::default() }),
            ("no encryption", Says { origin: "http://shop.localhost".to_owned(), ..Says::default() }),
            ("another site", Says { relying_party: "shop.example".to_owned(), ..Says::default() }),
            ("another challenge", Says { challenge: Some(spare), ..Says::default() }),
            ("no user verification", Says { is_verified: false, ..Says::default() }),
            ("nobody there", Says { is_present: false, ..Says::default() }),
            ("a log-in", Says { kind: Some("webauthn.get"), ..Says::default() }),
        ] {
            let challenge = register_start(&app, &ada).await;
            let credential = Device::new().create(&challenge.options, &says);
            let answer = register_finish(&app, &ada, &challenge, credential).await;
            assert_eq!(answer.user_errors("passkeyRegister"), ["PASSKEY_INVALID"], "{what}");
            // It is used up by that.
            let credential = Device::new().create(&challenge.options, &Says::default());
            let answer = register_finish(&app, &ada, &challenge, credential).await;
            assert_eq!(answer.user_errors("passkeyRegister"), ["TOKEN_INVALID"], "{what}");
        }
        assert_eq!(app.count("passkey").await, 0);
    }

    async fn everything_that_is_wrong_with_the_input_is_said_at_once(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let large = json!({ "id": "a".repeat(16 * 1_024) });
        for (name, credential, errors) in [
            (" ".to_owned(), json!({}), json!([{ "code": "REQUIRED", "path": ["name"] }, { "code": "PASSKEY_INVALID", "path": ["credential"] }])),
            ("a".repeat(65), large, json!([{ "code": "TOO_LONG", "path": ["name"] }, { "code": "TOO_LONG", "path": ["credential"] }])),
        ] {
            let input = json!({ "input": { "challengeToken": "wrong", "credential": credential, "name": name } });
            let mut answer = app.ask(&ada, REGISTER, input).await;
            for error in answer.body["data"]["passkeyRegister"]["userErrors"].as_array_mut().unwrap() {
                error.as_object_mut().unwrap().remove("message");
            }
            assert_eq!(answer.data()["passkeyRegister"]["userErrors"], errors);
        }
        let challenge = register_start(&app, &ada).await;
        let credential = Device::new().create(&challenge.options, &Says::default());
        let input = json!({ "input": { "challengeToken": challenge.token, "credential": credential, "name": "ü".repeat(64) } });
        assert_eq!(app.ask(&ada, REGISTER, input).await.user_errors("passkeyRegister"), [""; 0]);
    }

    async fn a_passkey_belongs_to_one_account(app: TestApp) {
        let (ada, bob) = (proven(&app, "ada").await, proven(&app, "bob").await);
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        for (who, code) in [(&bob, "ALREADY_LINKED"), (&ada, "PASSKEY_INVALID")] {
            let challenge = register_start(&app, who).await;
            let credential = device.clone().create(&challenge.options, &Says::default());
            assert_eq!(register_finish(&app, who, &challenge, credential).await.user_errors("passkeyRegister"), [code]);
        }
        let mut endless = Device { id: vec![7; 1_024], ..Device::new() };
        let challenge = register_start(&app, &bob).await;
        let credential = endless.create(&challenge.options, &Says::default());
        assert_eq!(register_finish(&app, &bob, &challenge, credential).await.user_errors("passkeyRegister"), ["PASSKEY_INVALID"]);
        assert_eq!(app.count("passkey").await, 1);
    }

    async fn of_many_that_are_set_up_at_once_twenty_stay(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut begun = Vec::new();
        for _ in 0..23 {
            let challenge = register_start(&app, &ada).await;
            let credential = Device::new().create(&challenge.options, &Says::default());
            begun.push((challenge, credential));
        }
        let finish = begun.into_iter().map(async |(challenge, credential)| register_finish(&app, &ada, &challenge, credential).await);
        let answers = join_all(finish).await;
        let refused = answers.iter().filter(|answer| answer.user_errors("passkeyRegister") == ["LIMIT_EXCEEDED"]).count();
        assert_eq!(refused, 3);
        assert_eq!(app.count("passkey").await, 20);
        assert_eq!(try_register_start(&app, &ada).await.user_errors("passkeyRegisterStart"), ["LIMIT_EXCEEDED"]);
    }
}

on_both_with! { without();
    async fn where_there_are_no_passkeys_everything_about_them_says_so(app: TestApp) {
        let ada = proven(&app, "ada").await;
        assert_eq!(try_register_start(&app, &ada).await.user_errors("passkeyRegisterStart"), ["PASSKEYS_NOT_CONFIGURED"]);
        let mut input = json!({ "challengeToken": "wrong", "credential": {}, "name": "Phone" });
        assert_eq!(app.ask(&ada, REGISTER, json!({ "input": input })).await.user_errors("passkeyRegister"), ["PASSKEYS_NOT_CONFIGURED"]);
        let nobody = Persona::anonymous();
        assert_eq!(app.ask(&nobody, LOG_IN_START, json!({})).await.user_errors("sessionStartPasskey"), ["PASSKEYS_NOT_CONFIGURED"]);
        input.as_object_mut().unwrap().remove("name");
        assert_eq!(app.ask(&nobody, LOG_IN, json!({ "input": input })).await.user_errors("sessionCreateByPasskey"), ["PASSKEYS_NOT_CONFIGURED"]);
        assert_eq!(app.ask(&ada, "{ viewer { passkeys { id } } }", json!({})).await.data()["viewer"]["passkeys"], json!([]));
    }
}
