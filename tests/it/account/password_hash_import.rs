//! Passwords of another system.

use customer_graph::{
    auth::AccountPolicy,
    features::account::service::{self, Imported},
    work::{EmailAddress, UnitOfWork},
};
use serde_json::json;

use crate::{
    harness::{Persona, Setup, TestApp},
    on_both,
};

/// The hash of "correct horse battery" as Saleor writes it.
const HASH: &str = "pbkdf2_sha256$1000$seasalt$DrdiWD40lyBuydnjvZiDrdQMx1S1mOA9O0QYex0R6ww=";

async fn import(app: &TestApp, address: &str) -> Imported {
    let email = EmailAddress {
        typed: address.to_owned(),
        normalized: address.to_owned(),
    };
    app.write(async |unit: &mut UnitOfWork| service::import_password_hash(unit, &email, HASH).await)
        .await
}

async fn logs_in(app: &TestApp, email: &str, password: &str) -> bool {
    let input = json!({ "input": { "email": email, "password": password } });
    let answer = app
        .ask(
            &Persona::anonymous(),
            "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken } }",
            input,
        )
        .await;
    answer.data()["sessionCreate"]["accessToken"].is_string()
}

on_both! {
    async fn a_customer_logs_in_with_the_old_password_and_the_hash_is_replaced(app: TestApp) {
        let admin = app.admin().await;
        app.ask(&admin, "mutation { customerCreate(input: { email: \"ada@example.com\" }) { customer { id } } }", json!({})).await.data();
        assert_eq!(import(&app, "ada@example.com").await, Imported::Done);
        assert_eq!(import(&app, "ada@example.com").await, Imported::Refused, "a second time changes nothing");
        assert_eq!(import(&app, "nobody@example.com").await, Imported::Unknown);
        assert!(!logs_in(&app, "ada@example.com", "wrong").await);
        assert!(app.dump("provider_identity").await.contains("pbkdf2_sha256"));
        assert!(logs_in(&app, "ada@example.com", "correct horse battery").await);
        let kept = app.dump("provider_identity").await;
        assert!(kept.contains("$argon2id$") && !kept.contains("pbkdf2_sha256"), "{kept}");
        assert!(logs_in(&app, "ada@example.com", "correct horse battery").await);
    }

    async fn a_password_that_is_there_already_stays(app: TestApp) {
        app.customer("ada").await;
        assert_eq!(import(&app, "ada@example.com").await, Imported::Refused);
        app.staff("sam", "*").await;
        assert_eq!(import(&app, "sam@example.com").await, Imported::Unknown);
    }

    /// C1: a hash of another system takes another time, which must not tell that there is one.
    async fn a_wrong_answer_takes_its_time_whatever_is_kept(app: TestApp) {
        let admin = app.admin().await;
        app.ask(&admin, "mutation { customerCreate(input: { email: \"ada@example.com\" }) { customer { id } } }", json!({})).await.data();
        import(&app, "ada@example.com").await;
        let least = std::time::Duration::from_millis(300);
        let setup = Setup::default();
        let accounts = AccountPolicy { wrong_password_time: least, ..setup.accounts };
        let beside = app.beside(Setup { accounts, ..setup }).await;
        for email in ["ada@example.com", "nobody@example.com"] {
            let began = std::time::Instant::now();
            assert!(!logs_in(&beside, email, "wrong").await);
            assert!(began.elapsed() >= least, "{email}");
        }
    }
}
