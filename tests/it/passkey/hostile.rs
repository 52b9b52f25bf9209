//! Devices and browsers that lie.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    Device, LOG_IN, Says, log_in, log_in_finish, log_in_start, persona, proven, register, register_finish,
    register_start,
};
use crate::{
    harness::{Persona, Setup},
    on_both, on_both_with,
};

/// The alarm is given at the third log-in that fails.
fn wary() -> Setup {
    let mut setup = Setup::default();
    setup.accounts.failures_per_minute = 3;
    setup
}

on_both! {
    async fn what_a_device_signed_is_checked_and_every_lie_gets_one_answer(app: TestApp) {
        let (ada, bob) = (proven(&app, "ada").await, proven(&app, "bob").await);
        let (mut device, mut bobs) = (Device::new(), Device::new());
        register(&app, &ada, &mut device).await;
        register(&app, &bob, &mut bobs).await;
        let spare = log_in_start(&app, "CUSTOMER").await.options["challenge"].as_str().unwrap().to_owned();
        let stranger = Device { user: device.user.clone(), ..Device::new() };
        let says = Says::default;
        let mut answers = Vec::new();
        for (what, mut device, says) in [
            ("a page elsewhere", device.clone(), Says { origin: "https://shop.example".to_owned(), ..says() }),
            ("a page below the domain that is not named", device.clone(), Says { origin: "https://evil.localhost".to_owned(), ..says() }),
            ("another port", device.clone(), Says { origin: "https://shop.localhost:8443".to_owned(), ..says() }),
            ("another site", device.clone(), Says { relying_party: "shop.example".to_owned(), ..says() }),
            ("another challenge", device.clone(), Says { challenge: Some(spare), ..says() }),
            ("a spoiled signature", device.clone(), Says { is_spoiled: true, ..says() }),
            ("no user verification", device.clone(), Says { is_verified: false, ..says() }),
            ("nobody there", device.clone(), Says { is_present: false, ..says() }),
            ("a registration", device.clone(), Says { kind: Some("webauthn.create"), ..says() }),
            ("somebody else's", device.clone(), Says { user: Some(bobs.user.clone()), ..says() }),
            ("nobody's", device.clone(), Says { user: Some("AAAA".to_owned()), ..says() }),
            ("another's key under the same name", Device { id: device.id.clone(), ..stranger.clone() }, says()),
            ("another's name with the same key", Device { id: bobs.id.clone(), ..device.clone() }, says()),
            ("a passkey that is not known", stranger, says()),
        ] {
            let challenge = log_in_start(&app, "CUSTOMER").await;
            let credential = device.get(&challenge.options, &says);
            let answer = log_in_finish(&app, &challenge, credential.clone()).await;
            assert_eq!(answer.user_errors("sessionCreateByPasskey"), ["PASSKEY_INVALID"], "{what}");
            answers.push(answer.data().clone());
            // It is used up by that.
            let answer = log_in_finish(&app, &challenge, credential).await;
            assert_eq!(answer.user_errors("sessionCreateByPasskey"), ["TOKEN_INVALID"], "{what}");
        }
        assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:#?}");
        assert_eq!(app.count("session").await, 2);
        assert_eq!(app.count("passkey where last_used_at is not null").await, 0);
        persona(&log_in(&app, &mut device).await);
    }

    async fn what_no_browser_gives_is_refused_before_the_challenge_is_used_up(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        let challenge = log_in_start(&app, "CUSTOMER").await;
        let good = device.get(&challenge.options, &Says::default());
        let mut wrong = vec![json!({}), json!({ "id": null }), json!({ "response": {} })];
        for field in ["rawId", "response", "type"] {
            let mut without = good.clone();
            without.as_object_mut().unwrap().remove(field);
            wrong.push(without);
        }
        let mut padded = good.clone();
        padded["rawId"] = json!("not base64url!");
        wrong.push(padded);
        let mut deep = json!(1);
        for _ in 0..40 {
            deep = json!([deep]);
        }
        wrong.push(json!({ "id": deep }));
        for credential in wrong {
            let answer = log_in_finish(&app, &challenge, credential.clone()).await;
            assert_eq!(answer.data()["sessionCreateByPasskey"]["userErrors"][0]["code"], "PASSKEY_INVALID", "{credential}");
            assert_eq!(answer.data()["sessionCreateByPasskey"]["userErrors"][0]["path"], json!(["credential"]), "{credential}");
        }
        let mut large = good.clone();
        large["more"] = json!("a".repeat(16 * 1_024));
        assert_eq!(log_in_finish(&app, &challenge, large).await.user_errors("sessionCreateByPasskey"), ["TOO_LONG"]);
        for token in ["", "cgt_", "\u{0}", &"a".repeat(10_000)] {
            let input = json!({ "input": { "challengeToken": token, "credential": good } });
            assert_eq!(app.ask(&Persona::anonymous(), LOG_IN, input).await.user_errors("sessionCreateByPasskey"), ["TOKEN_INVALID"]);
        }
        persona(&log_in_finish(&app, &challenge, good).await);
    }

    async fn spoiled_bytes_never_break_the_service(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        for field in ["authenticatorData", "clientDataJSON", "signature", "userHandle"] {
            for spoiled in ["", "AA", "_____________________________________________", &"A".repeat(4_000)] {
                let challenge = log_in_start(&app, "CUSTOMER").await;
                let mut credential = device.get(&challenge.options, &Says::default());
                credential["response"][field] = json!(spoiled);
                let answer = log_in_finish(&app, &challenge, credential).await;
                assert_eq!(answer.user_errors("sessionCreateByPasskey"), ["PASSKEY_INVALID"], "{field} {spoiled}");
            }
        }
        for spoiled in ["", "ow", "v_____________________________________________8", &"m".repeat(4_000)] {
            let challenge = register_start(&app, &ada).await;
            let mut credential = Device::new().create(&challenge.options, &Says::default());
            credential["response"]["attestationObject"] = json!(spoiled);
            let answer = register_finish(&app, &ada, &challenge, credential).await;
            assert_eq!(answer.user_errors("passkeyRegister"), ["PASSKEY_INVALID"], "{spoiled}");
        }
        assert_eq!(app.count("session").await, 1);
    }

    async fn a_device_that_counts_backwards_is_refused_and_its_owner_told(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        let mut copy = device.clone();
        for _ in 0..3 {
            persona(&log_in(&app, &mut device).await);
        }
        // Behind, behind, and equal.
        for _ in 0..3 {
            let answer = log_in(&app, &mut copy).await;
            assert_eq!(answer.user_errors("sessionCreateByPasskey"), ["PASSKEY_INVALID"]);
        }
        assert_eq!(app.count("session").await, 4);
        assert_eq!(app.count("timeline_entry where type = 'auth.passkey_refused'").await, 3);
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "A log-in with your passkey was refused");
        let mut silent = Device { counts: false, count: 0, ..device.clone() };
        assert_eq!(log_in(&app, &mut silent).await.user_errors("sessionCreateByPasskey"), ["PASSKEY_INVALID"]);
        persona(&log_in(&app, &mut device).await);
    }

    async fn of_a_device_and_its_copies_that_log_in_at_once_one_is_in(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        let mut answered = Vec::new();
        for _ in 0..10 {
            let challenge = log_in_start(&app, "CUSTOMER").await;
            let credential: Value = device.clone().get(&challenge.options, &Says::default());
            answered.push((challenge, credential));
        }
        let finish = answered.into_iter().map(async |(challenge, credential)| log_in_finish(&app, &challenge, credential).await);
        let answers = join_all(finish).await;
        let codes: Vec<Vec<&str>> = answers.iter().map(|answer| answer.user_errors("sessionCreateByPasskey")).collect();
        assert_eq!(codes.iter().filter(|codes| codes.is_empty()).count(), 1, "{codes:?}");
        assert_eq!(codes.iter().filter(|codes| **codes == ["PASSKEY_INVALID"]).count(), 9, "{codes:?}");
        assert_eq!(app.count("timeline_entry where type = 'auth.passkey_refused'").await, 9);
    }
}

on_both_with! { wary();
    async fn passkeys_that_do_not_fit_count_as_log_ins_that_fail(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        for _ in 0..3 {
            assert_eq!(app.app.housekeeper.watch().await.unwrap(), None);
            let challenge = log_in_start(&app, "CUSTOMER").await;
            let credential = device.get(&challenge.options, &Says { is_spoiled: true, ..Says::default() });
            log_in_finish(&app, &challenge, credential).await;
        }
        assert_eq!(app.app.housekeeper.watch().await.unwrap().map(|alarm| alarm.failures), Some(3));
    }
}
