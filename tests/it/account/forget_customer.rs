//! Deleting and shutting out customers, as far as their log-ins are concerned.

use customer_graph::{
    auth::{Authenticator, Unauthenticated},
    features::{account::service as accounts, session::service as sessions},
    work::UnitOfWork,
};
use entity::id::{CustomerId, PrefixedId};

use crate::{harness::Persona, on_both};

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
        app.write(async |unit: &mut UnitOfWork| accounts::forget_customer(unit, &[id(&ada)]).await).await;
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
        app.write(async |unit: &mut UnitOfWork| accounts::forget_customer(unit, &[customer]).await).await;
        assert_eq!(app.count("auth_identity where customer_id is null").await, 1);
        assert_eq!(app.count("provider_identity").await, 1);
        assert!(is_known(&app, &sam).await);
    }

    async fn ending_all_sessions_of_a_customer_ends_nobody_elses(app: TestApp) {
        let (ada, bob, sam) = (app.customer("ada").await, app.customer("bob").await, app.staff("sam", "*").await);
        app.write(async |unit: &mut UnitOfWork| sessions::revoke_all_of_customer(unit, &[id(&ada)]).await).await;
        assert!(!is_known(&app, &ada).await);
        assert!(is_known(&app, &bob).await);
        assert!(is_known(&app, &sam).await);
        assert_eq!(app.count("outbox_event where topic = 'auth.session_revoked'").await, 1);
    }

    async fn a_log_in_follows_the_address_of_its_customer(app: TestApp) {
        let ada = app.customer("ada").await;
        app.write(async |unit: &mut UnitOfWork| accounts::follow_email(unit, &[(id(&ada), "ada@new.example".to_owned())]).await).await;
        assert_eq!(app.column("provider_identity", "subject").await, ["ada@new.example"]);
    }
}
