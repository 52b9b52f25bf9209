//! Staff users and API keys, as the command line makes them.

use customer_graph::{
    auth::Permissions,
    features::{api_key::service as api_keys, staff::service as staff},
    work::{ErrorCode, Once, UnitOfWork, WriteError, WriteOptions},
};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::{
    harness::{PASSWORD, Persona},
    on_both,
};

on_both! {
    async fn a_staff_user_sees_themself_and_what_they_may_do(app: TestApp) {
        let sam = app.staff("sam", "customers:read").await;
        let answer = app.ask(&sam, "{ viewer { kind permissions customer { id } staffUser { email name permissions } } me { id } customers { totalCount } }", json!({})).await;
        assert_eq!(answer.data(), &json!({
            "viewer": {
                "kind": "STAFF", "permissions": ["customers:read"], "customer": null,
                "staffUser": { "email": "sam@example.com", "name": null, "permissions": ["customers:read"] },
            },
            "me": null,
            "customers": { "totalCount": 0 },
        }));
    }

    async fn an_analyst_sees_and_changes_nothing(app: TestApp) {
        let analyst = app.analyst().await;
        let answer = app.ask(&analyst, "{ customers { totalCount } }", json!({})).await;
        assert_eq!(answer.data()["customers"]["totalCount"], 0);
        let answer = app.ask(&analyst, "mutation { customerCreate(input: { phone: \"1\" }) { customer { id } } }", json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
    }

    async fn everybody_is_told_who_they_are(app: TestApp) {
        const VIEWER: &str = "{ viewer { kind permissions customer { id } staffUser { id } } }";
        let answer = app.ask(&Persona::anonymous(), VIEWER, json!({})).await;
        assert_eq!(answer.data()["viewer"], json!({ "kind": "ANONYMOUS", "permissions": [], "customer": null, "staffUser": null }));
        let key = app.api_key("key", "orders:*").await;
        let answer = app.ask(&key, VIEWER, json!({})).await;
        assert_eq!(answer.data()["viewer"], json!({ "kind": "API_KEY", "permissions": ["orders:read", "orders:write"], "customer": null, "staffUser": null }));
    }

    async fn an_address_with_a_log_in_does_not_become_staff(app: TestApp) {
        app.customer("ada").await;
        app.staff("sam", "*").await;
        let call = app.system();
        for email in ["ADA@example.com", "sam@example.com"] {
            let draft = staff::prepare(&call, email, None, &PASSWORD.into(), Permissions::all()).await.unwrap();
            let written = call.write(WriteOptions::default(), async move |unit: &mut UnitOfWork| {
                Ok(Once(staff::create(unit, draft.clone()).await?))
            }).await;
            let Err(WriteError::Refused(errors)) = written else { panic!("{email}") };
            assert_eq!(errors[0].code, ErrorCode::EmailTaken);
        }
        assert_eq!(app.count("staff_user").await, 1);
    }

    async fn complaints_about_a_staff_user_come_at_once(app: TestApp) {
        let Err(WriteError::Refused(errors)) = staff::prepare(&app.system(), "nobody", Some("a".repeat(300)), &"short".into(), Permissions::all()).await else { panic!() };
        let codes: Vec<ErrorCode> = errors.iter().map(|error| error.code).collect();
        assert_eq!(codes, [ErrorCode::InvalidEmail, ErrorCode::TooLong, ErrorCode::PasswordTooWeak]);
    }

    async fn a_key_works_and_its_secret_is_kept_nowhere(app: TestApp) {
        let (row, secret) = app.write(async |unit: &mut UnitOfWork| api_keys::create(unit, " ERP ", "customers:read".parse().unwrap(), None).await).await;
        assert_eq!(row.name, "ERP");
        assert_eq!(secret.expose_secret().len(), "cgk_".len() + 43);
        assert!(secret.expose_secret().starts_with(&row.secret_hint));
        let key = Persona::bearer("key", secret.expose_secret());
        let answer = app.ask(&key, "{ viewer { kind } customers { totalCount } }", json!({})).await;
        assert_eq!(answer.data()["viewer"]["kind"], "API_KEY");
        for table in ["api_key", "timeline_entry", "outbox_event"] {
            assert!(!app.dump(table).await.contains(secret.expose_secret()), "{table}");
        }
    }

    async fn a_key_needs_a_name_and_a_time_to_live(app: TestApp) {
        let now = app.app.parts.clock.now();
        let written = app.system().write(WriteOptions::default(), async move |unit: &mut UnitOfWork| {
            Ok(Once(api_keys::create(unit, " ", Permissions::all(), Some(now)).await?))
        }).await;
        let Err(WriteError::Refused(errors)) = written else { panic!() };
        let codes: Vec<ErrorCode> = errors.iter().map(|error| error.code).collect();
        assert_eq!(codes, [ErrorCode::Required, ErrorCode::Invalid]);
    }
}
