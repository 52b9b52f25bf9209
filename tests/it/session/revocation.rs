//! What was revoked stays revoked (C7), also when the service dies right after.

use serde_json::json;

use crate::{
    harness::{PASSWORD, Persona, Setup, TestApp},
    on_both,
};

async fn log_in(app: &TestApp) -> (Persona, String) {
    let answer = app.ask(&Persona::anonymous(), &format!("mutation {{ sessionCreate(input: {{ email: \"ada@example.com\", password: \"{PASSWORD}\" }}) {{ accessToken refreshToken }} }}"), json!({})).await;
    let session = answer.data()["sessionCreate"].clone();
    let ada = Persona::bearer("ada", session["accessToken"].as_str().unwrap());
    (ada, session["refreshToken"].as_str().unwrap().to_owned())
}

async fn refresh(app: &TestApp, token: &str) -> bool {
    let answer = app
        .ask(
            &Persona::anonymous(),
            "mutation($token: String!) { sessionRefresh(input: { refreshToken: $token }) { accessToken } }",
            json!({ "token": token }),
        )
        .await;
    answer.data()["sessionRefresh"]["accessToken"].is_string()
}

on_both! {
    async fn a_second_process_refuses_what_the_first_revoked(app: TestApp) {
        app.customer("ada").await;
        let other = app.beside(Setup { signing_key: None, ..Setup::default() }).await;
        let (ada, refresh_token) = log_in(&app).await;
        assert_eq!(app.ask(&ada, "mutation { sessionEnd { endedCount } }", json!({})).await.data()["sessionEnd"]["endedCount"], 1);
        assert!(!refresh(&other, &refresh_token).await);
        assert!(!refresh(&app, &refresh_token).await);
        assert_eq!(app.count("session where revoked_at is not null").await, 1);
    }

    async fn each_way_to_lose_an_account_ends_its_sessions(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        for end in [
            "mutation($id: ID!) { customerStatusSet(input: { id: $id, status: DISABLED }) { userErrors { code } } }",
            "mutation($id: ID!) { customerSessionsRevoke(input: { id: $id }) { userErrors { code } } }",
        ] {
            app.execute("update customer set status = 'ACTIVE'").await;
            let (_, refresh_token) = log_in(&app).await;
            app.ask(&admin, end, json!({ "id": ada.id() })).await.data();
            app.execute("update customer set status = 'ACTIVE'").await;
            assert!(!refresh(&app, &refresh_token).await, "{end}");
        }
        let (_, refresh_token) = log_in(&app).await;
        app.ask(&admin, "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { userErrors { code } } }", json!({ "id": ada.id() })).await.data();
        assert!(!refresh(&app, &refresh_token).await);
        assert_eq!(app.count("session where actor_type = 'CUSTOMER'").await, 0);
    }
}
