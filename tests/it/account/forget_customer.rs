//! Deleting and shutting out customers, as far as their log-ins are concerned.

use customer_graph::{
    auth::{Authenticator, Unauthenticated},
    features::identity::service as identities,
    work::UnitOfWork,
};
use entity::id::{CustomerId, PrefixedId};
use serde_json::json;

use crate::{harness::Persona, mfa, on_both};

/// A process that remembers nothing yet.
async fn is_known(app: &crate::harness::TestApp, persona: &Persona) -> bool {
    match Authenticator::new(app.app.parts.clone())
        .viewer(persona.token.as_deref().unwrap())
        .await
    {
        Ok(_) => true,
        Err(Unauthenticated::Invalid) => false,
        Err(fault) => panic!("{fault}"),
    }
}

fn id(persona: &Persona) -> CustomerId {
    CustomerId::parse(persona.id()).unwrap()
}

on_both! {
    async fn a_deleted_customer_leaves_no_log_in(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        app.write(async |unit: &mut UnitOfWork| identities::forget_customer(unit, &[id(&ada)]).await).await;
        for table in ["auth_identity", "provider_identity", "session"] {
            assert_eq!(app.count(table).await, 1, "{table}");
        }
        assert!(!is_known(&app, &ada).await);
        assert!(is_known(&app, &bob).await);
    }

    async fn an_identity_that_is_also_staff_stays_staff(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "*").await, app.customer("ada").await);
        let customer = id(&ada);
        app.execute("delete from auth_identity where customer_id is not null").await;
        app.execute(&format!("update auth_identity set customer_id = {}", app.uuid(customer.uuid()))).await;
        app.write(async |unit: &mut UnitOfWork| identities::forget_customer(unit, &[customer]).await).await;
        assert_eq!(app.count("auth_identity where customer_id is null").await, 1);
        assert_eq!(app.count("provider_identity").await, 1);
        assert!(is_known(&app, &sam).await);
    }

    async fn deleting_a_customer_takes_the_log_in_and_frees_the_address(app: TestApp) {
        let (ada, admin) = (app.customer("ada").await, app.admin().await);
        app.ask(&admin, "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { deletedCustomerId userErrors { code } } }", json!({ "id": ada.id() })).await.data();
        for table in ["customer", "auth_identity", "provider_identity", "session"] {
            assert_eq!(app.count(table).await, 0, "{table}");
        }
        assert!(!is_known(&app, &ada).await);
        assert_ne!(app.customer("ada").await.id(), ada.id());
    }

    async fn a_deleted_customer_with_second_factors_leaves_nothing_behind(app: TestApp) {
        let (ada, bob, admin) = (app.customer("ada").await, app.customer("bob").await, app.admin().await);
        mfa::enroll(&app, &ada).await;
        mfa::start(&app, &bob).await.data();
        for query in ["mutation { magicLinkRequest(input: { email: \"ada@example.com\" }) { isAccepted } }", "mutation { sessionCreate(input: { email: \"ada@example.com\", password: \"correct horse battery\" }) { mfaToken } }"] {
            app.ask(&Persona::anonymous(), query, json!({})).await.data();
        }
        app.letters("ada@example.com").await;
        app.ask(&admin, "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { deletedCustomerId userErrors { code } } }", json!({ "id": ada.id() })).await.data();
        assert_eq!(app.count("mfa_factor where confirmed_at is not null").await, 0);
        // What is somebody else's stays.
        assert_eq!(app.count("mfa_factor").await, 1);
        assert_eq!(app.count("recovery_code").await, 0);
        for table in ["account_token", "mail", "auth_identity", "provider_identity", "session", "customer"] {
            assert_eq!(app.count(table).await, 1, "{table}");
        }
    }

    async fn who_is_shut_out_is_out_at_once_and_nobody_else_is(app: TestApp) {
        let (ada, bob, sam) = (app.customer("ada").await, app.customer("bob").await, app.staff("sam", "*").await);
        let set = async |status: &str| {
            let query = format!("mutation($id: ID!) {{ customerStatusSet(input: {{ id: $id, status: {status} }}) {{ customer {{ status }} userErrors {{ code }} }} }}");
            app.ask(&sam, &query, json!({ "id": ada.id() })).await.data()["customerStatusSet"]["customer"]["status"].clone()
        };
        assert_eq!(set("DISABLED").await, "DISABLED");
        assert!(!is_known(&app, &ada).await);
        assert!(is_known(&app, &bob).await);
        assert!(is_known(&app, &sam).await);
        assert_eq!(app.count("outbox_event where topic = 'auth.session_revoked'").await, 1);
        // Being let in again does not bring the old sessions back.
        assert_eq!(set("ACTIVE").await, "ACTIVE");
        assert!(!is_known(&app, &ada).await);
    }

    async fn a_log_in_follows_the_address_of_its_customer(app: TestApp) {
        let (ada, bob, sam) = (app.customer("ada").await, app.customer("bob").await, app.staff("sam", "*").await);
        let change = async |email: &str| {
            app.ask(&sam, "mutation($input: CustomerUpdateInput!) { customerUpdate(input: $input) { customer { email } userErrors { code } } }", json!({ "input": { "id": ada.id(), "email": email } })).await
        };
        assert_eq!(change("Ada@New.example").await.user_errors("customerUpdate"), [""; 0]);
        assert_eq!(app.column("provider_identity", "subject").await, ["ada@new.example", "bob@example.com", "sam@example.com"]);
        for taken in ["bob@example.com", "sam@example.com"] {
            assert_eq!(change(taken).await.user_errors("customerUpdate"), ["EMAIL_TAKEN"], "{taken} beside {}", bob.name);
        }
        assert_eq!(app.column("provider_identity", "subject").await[0], "ada@new.example");
    }
}
