//! `sessionEnd`.

use customer_graph::auth::Authenticator;
use serde_json::json;

use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

const END: &str = "mutation($all: Boolean!) { sessionEnd(input: { all: $all }) { endedCount userErrors { code } } }";

async fn log_in(app: &TestApp) -> (Persona, String) {
    let input = json!({ "input": { "email": "ada@example.com", "password": PASSWORD } });
    let answer = app
        .ask(
            &Persona::anonymous(),
            "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken refreshToken } }",
            input,
        )
        .await;
    let session = &answer.data()["sessionCreate"];
    (
        Persona::bearer("ada", session["accessToken"].as_str().unwrap()),
        session["refreshToken"].as_str().unwrap().to_owned(),
    )
}

/// Whether a process that remembers nothing yet lets a token in.
async fn is_known(app: &TestApp, persona: &Persona) -> bool {
    let authenticator = Authenticator::new(app.app.parts.clone());
    authenticator.viewer(persona.token.as_deref().unwrap()).await.is_ok()
}

on_both! {
    async fn logging_out_ends_this_session_alone(app: TestApp) {
        let other = app.customer("ada").await;
        let (ada, refresh) = log_in(&app).await;
        let answer = app.ask(&ada, END, json!({ "all": false })).await;
        assert_eq!(answer.data()["sessionEnd"], json!({ "endedCount": 1, "userErrors": [] }));
        assert!(!is_known(&app, &ada).await);
        assert!(is_known(&app, &other).await);
        let answer = app.ask(&Persona::anonymous(), "mutation($token: String!) { sessionRefresh(input: { refreshToken: $token }) { accessToken userErrors { code } } }", json!({ "token": refresh })).await;
        assert_eq!(answer.user_errors("sessionRefresh"), ["TOKEN_INVALID"]);
    }

    async fn logging_out_everywhere_ends_all_of_ones_sessions_and_nobody_elses(app: TestApp) {
        let (other, bob) = (app.customer("ada").await, app.customer("bob").await);
        let (ada, _) = log_in(&app).await;
        let answer = app.ask(&ada, END, json!({ "all": true })).await;
        assert_eq!(answer.data()["sessionEnd"]["endedCount"], 2);
        assert!(!is_known(&app, &ada).await);
        assert!(!is_known(&app, &other).await);
        assert!(is_known(&app, &bob).await);
        assert_eq!(app.count("outbox_event where topic = 'auth.session_revoked'").await, 2);
    }

    async fn an_ended_session_is_refused_within_five_seconds(app: TestApp) {
        let ada = app.customer("ada").await;
        app.ask(&ada, END, json!({ "all": false })).await.data();
        tokio::time::sleep(std::time::Duration::from_millis(5_100)).await;
        let answer = app.ask(&ada, "{ me { id } }", json!({})).await;
        assert_eq!((answer.status, answer.codes()), (401, vec!["UNAUTHENTICATED"]));
    }

    async fn who_has_no_session_has_none_to_end(app: TestApp) {
        assert_eq!(app.ask(&Persona::anonymous(), END, json!({ "all": true })).await.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(app.ask(&app.admin().await, END, json!({ "all": true })).await.codes(), ["FORBIDDEN"]);
    }
}
