//! `otpRequest` and `otpConfirm`.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Persona, Setup, TestApp},
    on_both,
};

async fn request(app: &TestApp, email: &str) -> Answer {
    app.ask(
        &Persona::anonymous(),
        "mutation($email: Email!) { otpRequest(input: { email: $email }) { isAccepted userErrors { code path } } }",
        json!({ "email": email }),
    )
    .await
}

async fn confirm(app: &TestApp, email: &str, code: &str) -> Answer {
    app.ask(&Persona::anonymous(), "mutation($email: Email!, $code: String!) { otpConfirm(input: { email: $email, code: $code }) { accessToken mfaToken userErrors { code path message } } }", json!({ "email": email, "code": code })).await
}

/// The code in the newest letter.
async fn code(app: &TestApp, email: &str) -> String {
    let letters = app.letters(email).await;
    let text = &letters.first().expect("a letter").letter.text;
    text.lines()
        .find(|line| line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or_else(|| panic!("no code in {text}"))
        .to_owned()
}

fn wrong(code: &str) -> &'static str {
    if code == "00000000" { "00000001" } else { "00000000" }
}

fn is_in(answer: &Answer) -> bool {
    answer.data()["otpConfirm"]["accessToken"].is_string()
}

on_both! {
    async fn the_code_logs_in_once_and_proves_the_address(app: TestApp) {
        app.customer("ada").await;
        assert_eq!(request(&app, "ADA@example.com").await.data()["otpRequest"], json!({ "isAccepted": true, "userErrors": [] }));
        let code = code(&app, "ada@example.com").await;
        assert!(!app.dump("account_token").await.contains(&code), "only what is made from it is kept");
        assert!(!app.dump("mail").await.contains(&code));
        let typed = format!(" {} {}", &code[..4], &code[4..]);
        let answer = confirm(&app, "Ada@example.com", &typed).await;
        let ada = Persona::bearer("ada", answer.data()["otpConfirm"]["accessToken"].as_str().unwrap());
        let me = app.ask(&ada, "{ me { email emailVerifiedAt } }", json!({})).await;
        assert!(me.data()["me"]["emailVerifiedAt"].is_string());
        assert_eq!(confirm(&app, "ada@example.com", &code).await.user_errors("otpConfirm"), ["TOKEN_INVALID"]);
    }

    async fn five_wrong_tries_kill_the_code(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let code = code(&app, "ada@example.com").await;
        for _ in 0..5 {
            assert_eq!(confirm(&app, "ada@example.com", wrong(&code)).await.user_errors("otpConfirm"), ["TOKEN_INVALID"]);
        }
        assert!(!is_in(&confirm(&app, "ada@example.com", &code).await), "the right one comes too late");
    }

    async fn the_fifth_try_still_counts(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let code = code(&app, "ada@example.com").await;
        for _ in 0..4 {
            confirm(&app, "ada@example.com", wrong(&code)).await.data();
        }
        assert!(is_in(&confirm(&app, "ada@example.com", &code).await));
    }

    async fn wrong_tries_at_once_are_all_counted(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let code = code(&app, "ada@example.com").await;
        join_all((0..20).map(|_| confirm(&app, "ada@example.com", wrong(&code)))).await;
        assert_eq!(app.count("account_token where purpose = 'ONE_TIME_CODE' and attempts = 5").await, 1);
        assert!(!is_in(&confirm(&app, "ada@example.com", &code).await));
    }

    async fn of_many_who_type_the_code_at_once_one_is_in(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let code = code(&app, "ada@example.com").await;
        let answers = join_all((0..20).map(|_| confirm(&app, "ada@example.com", &code))).await;
        assert_eq!(answers.iter().filter(|answer| is_in(answer)).count(), 1);
    }

    async fn only_the_newest_code_is_good_and_only_for_ten_minutes(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let first = code(&app, "ada@example.com").await;
        app.clock.advance(Duration::from_secs(61));
        request(&app, "ada@example.com").await.data();
        let second = code(&app, "ada@example.com").await;
        if first != second {
            assert!(!is_in(&confirm(&app, "ada@example.com", &first).await));
        }
        app.clock.advance(Duration::from_secs(10 * 60 + 1));
        assert!(!is_in(&confirm(&app, "ada@example.com", &second).await));
    }

    async fn a_code_is_good_for_its_own_address_alone(app: TestApp) {
        app.customer("ada").await;
        app.customer("bob").await;
        request(&app, "ada@example.com").await.data();
        request(&app, "bob@example.com").await.data();
        let adas = code(&app, "ada@example.com").await;
        let bobs = code(&app, "bob@example.com").await;
        assert!(adas == bobs || !is_in(&confirm(&app, "bob@example.com", &adas).await));
        assert!(is_in(&confirm(&app, "ada@example.com", &adas).await));
    }

    async fn known_and_unknown_addresses_get_the_same_answers(app: TestApp) {
        app.customer("ada").await;
        let (known, unknown) = (request(&app, "ada@example.com").await, request(&app, "nobody@example.com").await);
        assert_eq!(known.body, unknown.body);
        assert_eq!(known.statements(), unknown.statements());
        let (known, unknown) = (confirm(&app, "ada@example.com", "no code").await, confirm(&app, "nobody@example.com", "no code").await);
        assert_eq!(known.body, unknown.body);
        let nonsense: Vec<Value> = vec![
            confirm(&app, "", "").await.body,
            confirm(&app, "never@example.com", &"1".repeat(10_000)).await.body,
        ];
        for answer in nonsense {
            assert_eq!(answer["data"], known.body["data"]);
        }
    }
}

#[tokio::test]
async fn codes_are_counted_before_anything_is_looked_up() {
    let mut setup = Setup::default();
    setup.accounts.attempts_per_account = 3;
    let app = TestApp::on_sqlite_with(setup).await;
    for _ in 0..3 {
        assert_eq!(
            confirm(&app, "nobody@example.com", "12345678")
                .await
                .user_errors("otpConfirm"),
            ["TOKEN_INVALID"]
        );
    }
    assert_eq!(
        confirm(&app, "nobody@example.com", "12345678").await.codes(),
        ["RATE_LIMITED"]
    );
}
