//! `sessionRefresh`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

async fn log_in(app: &TestApp) -> Value {
    let input = json!({ "input": { "email": "ada@example.com", "password": PASSWORD } });
    let answer = app.ask(&Persona::anonymous(), "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken refreshToken refreshTokenExpiresAt } }", input).await;
    answer.data()["sessionCreate"].clone()
}

async fn refresh(app: &TestApp, token: &Value) -> Value {
    let answer = app.ask(&Persona::anonymous(), "mutation($token: String!) { sessionRefresh(input: { refreshToken: $token }) { accessToken refreshToken refreshTokenExpiresAt userErrors { code path } } }", json!({ "token": token })).await;
    answer.data()["sessionRefresh"].clone()
}

fn is_refused(answer: &Value) -> bool {
    answer["accessToken"].is_null()
        && answer["refreshToken"].is_null()
        && answer["userErrors"] == json!([{ "code": "TOKEN_INVALID", "path": ["refreshToken"] }])
}

on_both! {
    async fn each_refresh_gives_new_tokens_and_no_longer_session(app: TestApp) {
        app.customer("ada").await;
        let mut session = log_in(&app).await;
        let ends = session["refreshTokenExpiresAt"].clone();
        for _ in 0..3 {
            let next = refresh(&app, &session["refreshToken"]).await;
            assert_eq!(next["userErrors"], json!([]));
            assert_ne!(next["refreshToken"], session["refreshToken"]);
            assert_eq!(next["refreshTokenExpiresAt"], ends);
            let ada = Persona::bearer("ada", next["accessToken"].as_str().unwrap());
            assert_eq!(app.ask(&ada, "{ viewer { kind } }", json!({})).await.data()["viewer"]["kind"], "CUSTOMER");
            session = next;
        }
    }

    async fn a_token_that_comes_back_late_ends_its_session_and_its_owner_is_told(app: TestApp) {
        app.customer("ada").await;
        let session = log_in(&app).await;
        let next = refresh(&app, &session["refreshToken"]).await;
        app.clock.advance(Duration::from_secs(11));
        assert!(is_refused(&refresh(&app, &session["refreshToken"]).await));
        assert!(is_refused(&refresh(&app, &next["refreshToken"]).await));
        assert_eq!(app.count("session where revoked_at is not null").await, 1);
        assert_eq!(app.count("outbox_event where topic = 'auth.session_revoked'").await, 1);
        assert_eq!(app.count("outbox_event where topic = 'auth.refresh_token_reused'").await, 1);
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "A device was logged out");
    }

    async fn a_token_whose_answer_was_lost_may_come_once_more_within_ten_seconds(app: TestApp) {
        app.customer("ada").await;
        let session = log_in(&app).await;
        let lost = refresh(&app, &session["refreshToken"]).await;
        app.clock.advance(Duration::from_secs(3));
        let again = refresh(&app, &session["refreshToken"]).await;
        assert_eq!(again["userErrors"], json!([]));
        let next = refresh(&app, &again["refreshToken"]).await;
        assert_eq!(next["userErrors"], json!([]), "the session goes on");
        // The answer was not lost after all: somebody else holds it.
        assert!(is_refused(&refresh(&app, &lost["refreshToken"]).await));
        assert!(is_refused(&refresh(&app, &next["refreshToken"]).await));
    }

    async fn once_the_successor_was_used_there_is_no_grace(app: TestApp) {
        app.customer("ada").await;
        let session = log_in(&app).await;
        let next = refresh(&app, &session["refreshToken"]).await;
        app.clock.advance(Duration::from_secs(1));
        let after = refresh(&app, &next["refreshToken"]).await;
        app.clock.advance(Duration::from_secs(3));
        assert!(is_refused(&refresh(&app, &session["refreshToken"]).await));
        assert!(is_refused(&refresh(&app, &after["refreshToken"]).await));
    }

    async fn the_grace_is_ten_seconds_from_the_first_use(app: TestApp) {
        app.customer("ada").await;
        let session = log_in(&app).await;
        refresh(&app, &session["refreshToken"]).await;
        for _ in 0..2 {
            app.clock.advance(Duration::from_secs(4));
            assert_eq!(refresh(&app, &session["refreshToken"]).await["userErrors"], json!([]));
        }
        app.clock.advance(Duration::from_secs(4));
        assert!(is_refused(&refresh(&app, &session["refreshToken"]).await));
    }

    async fn of_fifty_who_refresh_at_once_one_succeeds_and_the_session_goes_on(app: TestApp) {
        app.customer("ada").await;
        let session = log_in(&app).await;
        let attempts = (0..50).map(|_| refresh(&app, &session["refreshToken"]));
        let answers = futures_util::future::join_all(attempts).await;
        let (winners, losers): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| !answer["accessToken"].is_null());
        assert_eq!(winners.len(), 1, "{answers:#?}");
        for loser in losers {
            assert_eq!(loser["userErrors"][0]["code"], "CONFLICT");
        }
        assert_eq!(refresh(&app, &winners[0]["refreshToken"]).await["userErrors"], json!([]));
    }

    async fn what_is_no_refresh_token_is_refused(app: TestApp) {
        app.customer("ada").await;
        let session = log_in(&app).await;
        for token in [json!(""), json!("cgr_"), session["accessToken"].clone(), json!("cgk_".to_owned() + &"a".repeat(43)), json!("a".repeat(30_000)), json!("\u{0}")] {
            assert!(is_refused(&refresh(&app, &token).await), "{token}");
        }
        let ada = Persona::bearer("ada", session["refreshToken"].as_str().unwrap());
        assert_eq!(app.ask(&ada, "{ me { id } }", json!({})).await.status, 401);
        assert_eq!(refresh(&app, &session["refreshToken"]).await["userErrors"], json!([]));
    }

    async fn who_is_shut_out_gets_no_new_token_and_loses_the_session(app: TestApp) {
        app.customer("ada").await;
        let session = log_in(&app).await;
        app.execute("update customer set status = 'DISABLED'").await;
        assert!(is_refused(&refresh(&app, &session["refreshToken"]).await));
        app.execute("update customer set status = 'ACTIVE'").await;
        assert!(is_refused(&refresh(&app, &session["refreshToken"]).await));
    }

    async fn a_session_ends_after_thirty_days(app: TestApp) {
        app.customer("ada").await;
        let session = log_in(&app).await;
        app.execute("update session set expires_at = created_at").await;
        assert!(is_refused(&refresh(&app, &session["refreshToken"]).await));
    }
}
