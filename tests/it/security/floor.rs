//! The floor without the door: what the visibility functions show when no guard stands before them.

use customer_graph::{
    auth::{Permissions, Viewer},
    demo,
    features::{
        address, api_key, channel, customer, customer_group, hook, interaction, job, mail, mfa, note, order,
        organization, passkey, provider, role, saved_query, session, staff, transfer, webhook, workflow,
    },
    work::{Clock, Ids, SystemClock},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Select};

use crate::{harness::TestApp, mfa as apps, on_both, passkey as devices};

/// Nobody; a customer who owns nothing of this; a key for each other thing.
fn outsiders(but: &str) -> Vec<(&'static str, Viewer)> {
    let ids = Ids::default();
    let now = SystemClock.now();
    let key = |permissions: &str| Viewer::ApiKey {
        key: ids.next(now),
        permissions: permissions.parse().unwrap(),
    };
    let all = Permissions::all();
    let others: Vec<&str> = all
        .iter()
        .map(customer_graph::auth::Permission::as_str)
        .filter(|permission| !permission.starts_with(but))
        .collect();
    let stranger = Viewer::Store {
        customer: ids.next(now),
        identity: ids.next(now),
        session: ids.next(now),
        impersonator: None,
    };
    vec![
        ("nobody", Viewer::Anonymous),
        ("a stranger", stranger),
        ("a key without permissions", key("")),
        ("a key with every other permission", key(&others.join(","))),
    ]
}

/// States that a select shows rows to the service itself and none to outsiders.
macro_rules! hidden {
    ($app:ident, $but:literal: $($select:expr),+ $(,)?) => {
        $({
            let select = $select;
            assert!(rows($app, select(&Viewer::System)).await > 0, "{} has nothing to hide", stringify!($select));
            for (who, viewer) in outsiders($but) {
                assert_eq!(rows($app, select(&viewer)).await, 0, "{} shows rows to {who}", stringify!($select));
            }
        })+
    };
}

async fn rows<E: EntityTrait>(app: &TestApp, select: Select<E>) -> u64
where
    E::Model: Send + Sync,
{
    select.count(app.app.parts.database.for_migration()).await.unwrap()
}

on_both! {
    async fn visibility_alone_hides_every_row(app: TestApp) {
        demo::fill(&app.app.parts.database, demo::SEED, 200, |_| ()).await.unwrap();
        app.staff("sam", "*").await;
        let ada = devices::proven(&app, "ada").await;
        devices::register(&app, &ada, &mut devices::Device::new()).await;
        apps::enroll(&app, &ada).await;
        let app = &app;
        hidden!(app, "customers": customer::visibility::visible_to, customer::visibility::writable_by, customer::visibility::deletable_by);
        hidden!(app, "addresses": address::visibility::visible_to, address::visibility::writable_by,
            address::visibility::customers_writable_by, address::visibility::units_writable_by);
        hidden!(app, "orders": order::visibility::visible_to, order::visibility::writable_by,
            order::visibility::lines_visible_to, order::visibility::lines_writable_by,
            order::visibility::activities_visible_to, order::visibility::activities_writable_by, order::visibility::sums_visible_to);
        let person = entity::customer::Entity::find().one(app.app.parts.database.for_migration()).await.unwrap().unwrap();
        let told = crate::interaction::call("1", serde_json::json!({ "customerExternalId": person.external_id }));
        let tell = "mutation($input: InteractionRecordInput!) { interactionRecord(input: $input) { userErrors { code } } }";
        let told = app.ask(&app.admin().await, tell, serde_json::json!({ "input": { "interactions": [told] } })).await;
        assert_eq!(told.user_errors("interactionRecord"), [""; 0]);
        hidden!(app, "interactions": interaction::visibility::visible_to, interaction::visibility::writable_by);
        hidden!(app, "orders": channel::visibility::visible_to, channel::visibility::writable_by);
        hidden!(app, "groups": customer_group::visibility::visible_to, customer_group::visibility::writable_by,
            customer_group::visibility::memberships_visible_to, customer_group::visibility::memberships_writable_by);
        hidden!(app, "organizations": organization::visibility::organizations, organization::visibility::units,
            organization::visibility::members, organization::visibility::writable_by::<entity::organization::Entity>,
            organization::visibility::writable_by::<entity::organization_unit::Entity>,
            organization::visibility::writable_by::<entity::organization_member::Entity>,
            organization::visibility::writable_by::<entity::organization_role::Entity>);
        hidden!(app, "sessions": session::visibility::visible_to, session::visibility::endable_by,
            mfa::visibility::visible_to, provider::visibility::of_customers_visible_to,
            passkey::visibility::of_customers_visible_to);
        hidden!(app, "mails": mail::visibility::visible_to);
        app.admin().await;
        hidden!(app, "staff": staff::visibility::visible_to, staff::visibility::writable_by,
            role::visibility::visible_to, role::visibility::writable_by);
        hidden!(app, "api_keys": api_key::visibility::visible_to, api_key::visibility::writable_by);
        let admin = app.admin().await;
        let create = "mutation { webhookCreate(input: { url: \"http://127.0.0.1:9/\", topics: [\"*\"] }) { userErrors { code } } }";
        assert_eq!(app.ask(&admin, create, serde_json::json!({})).await.user_errors("webhookCreate"), [""; 0]);
        while app.count("webhook_delivery").await == 0 {
            app.app.webhooks.fan_out().await.unwrap();
        }
        hidden!(app, "webhooks": webhook::visibility::visible_to, webhook::visibility::writable_by,
            webhook::visibility::deliveries_visible_to, webhook::visibility::deliveries_repeatable_by);
    }

    async fn what_is_for_staff_alone_is_hidden_without_guards(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        crate::note::add(&app, &admin, ada.id(), "She prefers to be called.", false).await;
        crate::hook::make(&app, &admin, crate::hook::before("https://hooks.example.com/", "OPEN")).await;
        crate::workflow::make(&app, &admin, crate::workflow::steps("https://steps.example.com")).await;
        crate::job::enqueue(&app, 1, 1).await;
        let app = &app;
        hidden!(app, "notes": note::visibility::visible_to, note::visibility::writable_by,
            note::visibility::customers_writable_by);
        hidden!(app, "hooks": hook::visibility::visible_to, hook::visibility::writable_by,
            workflow::visibility::visible_to, workflow::visibility::writable_by);
        hidden!(app, "jobs": job::visibility::visible_to, job::visibility::writable_by);
    }

    async fn transfers_are_for_those_whom_they_concern(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let link = crate::transfer::order_of(&app, "1", serde_json::json!({ "customerId": bob.id() })).await;
        crate::transfer::asked(&app, &link, &ada).await;
        let app = &app;
        hidden!(app, "orders": transfer::visibility::visible_to, transfer::visibility::manageable_by,
            transfer::visibility::answered_to);
        let (ids, now) = (Ids::default(), SystemClock.now());
        let customer = |persona: &crate::harness::Persona| Viewer::Store {
            customer: persona.id().parse().unwrap(),
            identity: ids.next(now),
            session: ids.next(now),
            impersonator: None,
        };
        let sees = async |persona: &crate::harness::Persona| {
            let viewer = customer(persona);
            (
                rows(app, transfer::visibility::visible_to(&viewer)).await,
                rows(app, transfer::visibility::manageable_by(&viewer)).await,
                rows(app, transfer::visibility::decidable_by(&viewer)).await,
            )
        };
        // Staff asked, so neither takes it back; the owner decides.
        assert_eq!((sees(&ada).await, sees(&bob).await), ((1, 0, 0), (1, 0, 1)));
        for (_, viewer) in outsiders("nothing") {
            assert_eq!(rows(app, transfer::visibility::decidable_by(&viewer)).await, 0);
        }
        assert_eq!(rows(app, transfer::visibility::decidable_by(&Viewer::System)).await, 0, "the owner decides");
    }

    async fn passkeys_are_their_owners(app: TestApp) {
        let (ada, bob) = (devices::proven(&app, "ada").await, devices::proven(&app, "bob").await);
        devices::register(&app, &ada, &mut devices::Device::new()).await;
        devices::register(&app, &bob, &mut devices::Device::new()).await;
        let app = &app;
        for (_, viewer) in outsiders("nothing") {
            assert_eq!(rows(app, passkey::visibility::own(&viewer)).await, 0);
        }
        assert_eq!(rows(app, passkey::visibility::own(&Viewer::System)).await, 0, "it has none");
        let ids = Ids::default();
        let now = SystemClock.now();
        let all = entity::passkey::Entity::find().all(app.app.parts.database.for_migration()).await.unwrap();
        let owner = Viewer::Store {
            customer: ada.id().parse().unwrap(),
            identity: all[0].auth_identity_id,
            session: ids.next(now),
            impersonator: None,
        };
        let own = passkey::visibility::own(&owner).all(app.app.parts.database.for_migration()).await.unwrap();
        assert_eq!(own, all[..1]);
        let own = passkey::visibility::of_customers_visible_to(&owner).all(app.app.parts.database.for_migration()).await.unwrap();
        assert_eq!(own, all[..1]);
    }

    async fn saved_queries_are_for_their_owner_and_for_roles(app: TestApp) {
        let sam = app.staff("sam", "*").await;
        let keep = "mutation { savedQueryCreate(input: { name: \"Loyal\", document: \"{ me { id } }\", sharedWithRoleIds: [\"role_0000000000E00800000000000M\"] }) { userErrors { code } } }";
        assert_eq!(app.ask(&sam, keep, serde_json::json!({})).await.user_errors("savedQueryCreate"), [""; 0]);
        let app = &app;
        let permissions = Permissions::all();
        let (ids, now) = (Ids::default(), SystemClock.now());
        let staff = |user, roles| Viewer::Staff {
            user,
            identity: ids.next(now),
            session: ids.next(now),
            permissions,
            is_bounded: false,
            reach: std::sync::Arc::new(customer_graph::auth::grants::Reach { roles, ..Default::default() }),
        };
        let row = entity::saved_query::Entity::find().one(app.app.parts.database.for_migration()).await.unwrap().unwrap();
        let share = entity::saved_query_role::Entity::find().one(app.app.parts.database.for_migration()).await.unwrap().unwrap();
        let outsiders = outsiders("nothing").into_iter().chain([("the service", Viewer::System), ("a colleague", staff(ids.next(now), vec![ids.next(now)]))]);
        for (who, viewer) in outsiders {
            assert_eq!(rows(app, saved_query::visibility::visible_to(&viewer)).await, 0, "{who}");
            assert_eq!(rows(app, saved_query::visibility::writable_by(&viewer)).await, 0, "{who}");
            if who != "a colleague" {
                assert_eq!(rows(app, saved_query::visibility::shares_visible_to(&viewer)).await, 0, "{who}");
                assert_eq!(rows(app, saved_query::visibility::audiences_of(&viewer)).await, 0, "{who}");
            }
        }
        let (owner, colleague) = (staff(row.owner_id, Vec::new()), staff(ids.next(now), vec![share.role_id]));
        for (viewer, writable) in [(owner, 1), (colleague, 0)] {
            assert_eq!(rows(app, saved_query::visibility::visible_to(&viewer)).await, 1);
            assert_eq!(rows(app, saved_query::visibility::writable_by(&viewer)).await, writable);
        }
    }

    async fn who_may_see_may_not_write(app: TestApp) {
        demo::fill(&app.app.parts.database, demo::SEED, 50, |_| ()).await.unwrap();
        let reader = Viewer::ApiKey { key: Ids::default().next(SystemClock.now()), permissions: "*:read".parse().unwrap() };
        let app = &app;
        assert!(rows(app, customer::visibility::visible_to(&reader)).await > 0);
        assert_eq!(rows(app, customer::visibility::writable_by(&reader)).await, 0);
        assert_eq!(rows(app, customer::visibility::deletable_by(&reader)).await, 0);
        assert!(rows(app, address::visibility::visible_to(&reader)).await > 0);
        assert_eq!(rows(app, address::visibility::writable_by(&reader)).await, 0);
        assert_eq!(rows(app, address::visibility::customers_writable_by(&reader)).await, 0);
        assert!(rows(app, order::visibility::visible_to(&reader)).await > 0);
        assert_eq!(rows(app, order::visibility::writable_by(&reader)).await, 0);
        assert_eq!(rows(app, order::visibility::lines_writable_by(&reader)).await, 0);
    }

    async fn a_customer_sees_their_own_rows_and_no_others(app: TestApp) {
        demo::fill(&app.app.parts.database, demo::SEED, 50, |_| ()).await.unwrap();
        let owner = entity::address::Entity::find()
            .filter(entity::address::Column::CustomerId.is_not_null())
            .one(app.app.parts.database.for_migration())
            .await
            .unwrap()
            .unwrap()
            .customer_id
            .unwrap();
        let ids = Ids::default();
        let now = SystemClock.now();
        let viewer = Viewer::Store { customer: owner, identity: ids.next(now), session: ids.next(now), impersonator: None };
        let db = app.app.parts.database.for_migration();
        let customers = customer::visibility::visible_to(&viewer).all(db).await.unwrap();
        assert_eq!(customers.iter().map(|row| row.id).collect::<Vec<_>>(), [owner]);
        let addresses = address::visibility::visible_to(&viewer).all(db).await.unwrap();
        assert!(!addresses.is_empty() && addresses.iter().all(|row| row.customer_id == Some(owner)));
        let orders = order::visibility::visible_to(&viewer).all(db).await.unwrap();
        assert!(orders.iter().all(|row| row.customer_id == Some(owner)));
        let activities = order::visibility::activities_visible_to(&viewer).all(db).await.unwrap();
        assert!(activities.iter().all(|row| row.customer_id == Some(owner)));
        let sums = order::visibility::sums_visible_to(&viewer).all(db).await.unwrap();
        assert!(sums.iter().all(|row| row.customer_id == owner));
        assert_eq!(rows(&app, customer::visibility::deletable_by(&viewer)).await, 0);
        assert_eq!(rows(&app, order::visibility::writable_by(&viewer)).await, 0);
    }
}
