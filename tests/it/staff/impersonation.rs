//! Acting as a customer.

use std::time::Duration;

use customer_graph::work::timeline;
use entity::id::{CustomerId, PrefixedId};
use serde_json::{Value, json};

use super::{assign, id_of, role, run, viewer};
use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

async fn start(app: &TestApp, persona: &Persona, input: Value) -> Value {
    let answer = run(
        app,
        persona,
        "impersonationStart",
        "ImpersonationStartInput",
        input,
        "accessToken expiresAt",
    )
    .await;
    answer.data()["impersonationStart"].clone()
}

/// A staff user who acts as a customer.
async fn acting(app: &TestApp, staff: &Persona, customer: &Persona, read_only: bool) -> Persona {
    let input = json!({ "customerId": customer.id(), "reason": "A call about an address", "minutes": 20, "readOnly": read_only });
    let started = start(app, staff, input).await;
    Persona {
        customer_id: customer.customer_id.clone(),
        ..Persona::bearer(
            "acting",
            started["accessToken"].as_str().unwrap_or_else(|| panic!("{started}")),
        )
    }
}

const ADDRESS: &str =
    "mutation($input: AddressCreateInput!) { addressCreate(input: $input) { address { id } userErrors { code } } }";

fn address(of: &Persona) -> Value {
    json!({ "input": { "customerId": of.id(), "countryCode": "DE", "skipValidation": false, "address1": "Hauptstraße 1", "city": "Oldenburg", "postalCode": "26133", "firstName": "Ada", "lastName": "Byron" } })
}

on_both! {
    async fn a_session_says_who_acts_in_it(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "*").await, app.customer("ada").await);
        acting(&app, &sam, &ada, true).await;
        let sessions = app.ask(&ada, "{ me { sessions { nodes { isCurrent impersonatedBy } } } }", json!({})).await;
        let nodes = sessions.data()["me"]["sessions"]["nodes"].as_array().unwrap().clone();
        let by = |current: bool| nodes.iter().find(|node| node["isCurrent"] == current).unwrap()["impersonatedBy"].clone();
        assert_eq!((by(true), by(false)), (Value::Null, json!(id_of(&app, &sam).await)));
    }

    async fn what_is_written_names_the_customer_and_the_staff_user(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "impersonation:start").await, app.customer("ada").await);
        let acting = acting(&app, &sam, &ada, false).await;
        let answer = app.ask(&acting, "{ viewer { kind impersonatedBy isReadOnly } me { id } }", json!({})).await;
        let user = id_of(&app, &sam).await;
        assert_eq!(answer.data(), &json!({ "viewer": { "kind": "CUSTOMER", "impersonatedBy": user, "isReadOnly": false }, "me": { "id": ada.id() } }));
        let answer = app.ask(&acting, ADDRESS, address(&ada)).await;
        assert!(answer.data()["addressCreate"]["address"]["id"].is_string(), "{:#}", answer.body);
        let answer = app.ask(&ada, "mutation { profileUpdate(input: { firstName: \"Augusta\" }) { customer { id } userErrors { code } } }", json!({})).await;
        assert_eq!(answer.user_errors("profileUpdate"), [""; 0]);

        let staff = app.uuid(entity::id::StaffUserId::parse(&user).unwrap().uuid());
        let customer = app.uuid(CustomerId::parse(ada.id()).unwrap().uuid());
        for table in ["timeline_entry", "outbox_event"] {
            let both = format!("{table} where impersonator_id = {staff} and actor_id = {customer} and actor_type = 'CUSTOMER'");
            assert_eq!(app.count(&both).await, 1, "{table}: the address");
            assert_eq!(app.count(&format!("{table} where impersonator_id is not null")).await, 1, "{table}: nothing else");
        }
        assert_eq!(app.count("timeline_entry where type = 'auth.impersonation_started' and reason = 'A call about an address' and actor_type = 'STAFF'").await, 1);
        // The chain covers who acted.
        let subject = CustomerId::parse(ada.id()).unwrap().uuid();
        let db = app.app.parts.database.for_migration();
        assert!(timeline::verify(db, subject).await.unwrap().is_ok());
        app.execute("update timeline_entry set impersonator_id = null where impersonator_id is not null").await;
        assert!(timeline::verify(db, subject).await.unwrap().is_err(), "taking the staff user away shows");
    }

    async fn it_takes_a_reason_a_permission_and_a_recent_log_in(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "impersonation:start").await, app.customer("ada").await);
        let clerk = app.staff("clerk", "customers:read,customers:write,sessions:write").await;
        let input = json!({ "customerId": ada.id(), "reason": "A call" });
        for persona in [&clerk, &ada] {
            let answer = run(&app, persona, "impersonationStart", "ImpersonationStartInput", input.clone(), "accessToken").await;
            assert_eq!(answer.codes(), ["FORBIDDEN"]);
        }
        let code = |answer: Value| answer["userErrors"][0]["code"].as_str().unwrap_or("none").to_owned();
        assert_eq!(code(start(&app, &app.admin().await, input.clone()).await), "STEP_UP_REQUIRED", "a key is nobody");
        for (wrong, expected) in [(json!({ "reason": " " }), "REQUIRED"), (json!({ "reason": "A call", "minutes": 61 }), "INVALID"), (json!({ "reason": "A call", "minutes": 0 }), "INVALID")] {
            let mut wrong = wrong;
            wrong["customerId"] = json!(ada.id());
            assert_eq!(code(start(&app, &sam, wrong).await), expected);
        }
        let answer = start(&app, &sam, json!({ "customerId": "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV", "reason": "A call" })).await;
        assert_eq!(code(answer), "NOT_FOUND");
        let owner = app.staff("owner", "*").await;
        let guest = run(&app, &owner, "customerCreate", "CustomerCreateInput", json!({ "externalId": "guest" }), "customer { id }").await;
        let answer = start(&app, &sam, json!({ "customerId": guest.data()["customerCreate"]["customer"]["id"], "reason": "A call" })).await;
        assert_eq!(code(answer), "INVALID_STATE");
        app.clock.advance(Duration::from_secs(16 * 60));
        assert_eq!(code(start(&app, &app.renew(&sam).await, input).await), "STEP_UP_REQUIRED");
        assert_eq!(app.count("session where impersonator_id is not null").await, 0);
    }

    async fn it_lasts_as_long_as_was_said_and_cannot_be_renewed(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "impersonation:start").await, app.customer("ada").await);
        let acting = acting(&app, &sam, &ada, true).await;
        app.clock.advance(Duration::from_secs(19 * 60));
        assert!(viewer(&app, &acting).await.is_some(), "the token lasts as long as the session");
        app.clock.advance(Duration::from_secs(2 * 60));
        assert!(viewer(&app, &acting).await.is_none());
    }

    async fn how_the_customer_logs_in_stays_as_it_is(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "impersonation:start").await, app.customer("ada").await);
        let acting = acting(&app, &sam, &ada, false).await;
        let before = (app.dump("provider_identity").await, app.dump("account_token").await, app.dump("customer").await);
        for mutation in [
            format!("passwordChange(input: {{ currentPassword: \"{PASSWORD}\", newPassword: \"another good password\" }}) {{ userErrors {{ code }} }}"),
            "emailChangeRequest(input: { email: \"mine@example.com\" }) { userErrors { code } }".to_owned(),
            "passwordResetRequest(input: { email: \"ada@example.com\" }) { userErrors { code } }".to_owned(),
            "apiKeyCreate(input: { name: \"Mine\" }) { userErrors { code } }".to_owned(),
            "impersonationStart(input: { customerId: \"cus_01ARZ3NDEKTSV4RRFFQ69G5FAV\", reason: \"x\" }) { userErrors { code } }".to_owned(),
        ] {
            for document in [format!("mutation {{ {mutation} }}"), format!("mutation {{ ...on Mutation {{ a: {mutation} }} }}"), format!("mutation {{ profileUpdate(input: {{ firstName: \"X\" }}) {{ userErrors {{ code }} }} {mutation} }}")] {
                let answer = app.ask(&acting, &document, json!({})).await;
                assert_eq!(answer.codes(), ["FORBIDDEN"], "{document}");
                assert!(answer.body.get("data").is_none(), "{document}");
            }
        }
        let after = (app.dump("provider_identity").await, app.dump("account_token").await, app.dump("customer").await);
        assert_eq!(before, after);
    }

    async fn the_floor_holds_where_the_door_is_open(app: TestApp) {
        use customer_graph::work::{Call, Once, UnitOfWork, WriteError, WriteOptions};
        let (sam, ada) = (app.staff("sam", "impersonation:start").await, app.customer("ada").await);
        for (read_only, mutation, allowed) in [(false, "passwordChange", false), (false, "addressCreate", true), (true, "addressCreate", false), (true, "impersonationEnd", true)] {
            let acting = acting(&app, &sam, &ada, read_only).await;
            let call = std::sync::Arc::new(Call::new(app.app.parts.clone(), viewer(&app, &acting).await.unwrap(), "test".to_owned(), None));
            let options = WriteOptions { mutation, ..WriteOptions::default() };
            let written = call.write(options, async |_: &mut UnitOfWork| Ok::<_, WriteError>(Once(()))).await;
            assert_eq!(written.is_ok(), allowed, "{mutation}");
        }
    }

    async fn who_may_only_look_writes_nothing_and_ends_it(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "impersonation:start").await, app.customer("ada").await);
        let acting = acting(&app, &sam, &ada, true).await;
        assert_eq!(app.ask(&acting, ADDRESS, address(&ada)).await.codes(), ["FORBIDDEN"]);
        assert_eq!(app.count("address").await, 0);
        assert_eq!(app.ask(&acting, "{ me { firstName } }", json!({})).await.data()["me"]["firstName"], "ada");
        let answer = app.ask(&acting, "mutation { __typename impersonationEnd(input: {}) { isEnded userErrors { code } } }", json!({})).await;
        assert_eq!(answer.data()["impersonationEnd"], json!({ "isEnded": true, "userErrors": [] }));
        assert!(viewer(&app, &acting).await.is_none());
        assert!(viewer(&app, &ada).await.is_some(), "the customer stays logged in");
        let answer = app.ask(&ada, "mutation { impersonationEnd(input: {}) { isEnded userErrors { code } } }", json!({})).await;
        assert_eq!(answer.user_errors("impersonationEnd"), ["INVALID_STATE"]);
    }

    async fn logging_out_while_acting_leaves_the_customer_logged_in(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "impersonation:start").await, app.customer("ada").await);
        let acting = acting(&app, &sam, &ada, false).await;
        let answer = app.ask(&acting, "mutation { sessionEnd(input: { all: true }) { endedCount } }", json!({})).await;
        assert_eq!(answer.data()["sessionEnd"]["endedCount"], 1);
        assert!(viewer(&app, &acting).await.is_none());
        assert!(viewer(&app, &ada).await.is_some());
    }

    async fn it_is_not_for_those_from_whom_something_is_hidden(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let (sam, ada) = (app.staff("sam", "impersonation:start").await, app.customer("ada").await);
        let before = acting(&app, &sam, &ada, true).await;
        assert_eq!(app.ask(&before, "{ me { email } }", json!({})).await.data()["me"]["email"], "ada@example.com");
        let masks = role(&app, &owner, json!({ "name": "Masks", "fieldMasks": ["Customer.email"] })).await;
        let user = id_of(&app, &sam).await;
        assert_eq!(assign(&app, &owner, &user, &masks).await, [""; 0]);
        assert!(viewer(&app, &before).await.is_none(), "the session that is open shows it no more");
        let sam = app.log_in_again(&sam).await;
        let started = start(&app, &sam, json!({ "customerId": ada.id(), "reason": "A call" })).await;
        assert_eq!(started["userErrors"][0]["code"], "OUT_OF_SCOPE_PERMISSION");
        assert_eq!(started["accessToken"], Value::Null);
        assert_eq!(app.count("session where impersonator_id is not null").await, 1);
        let input = json!({ "staffUserId": user, "roleId": masks });
        run(&app, &owner, "roleUnassign", "RoleUnassignInput", input, "staffUser { id }").await.data();
        assert!(viewer(&app, &before).await.is_some());
    }

    async fn where_the_staff_user_sits_is_not_told_to_the_customer(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "impersonation:start").await, app.customer("ada").await);
        let acting = acting(&app, &sam, &ada, true).await;
        app.execute("update session set device = 'Firefox', ip_prefix = '10.1.2.0/24' where impersonator_id is not null").await;
        app.execute("update session set device = 'Phone', ip_prefix = '10.9.9.0/24' where impersonator_id is null").await;
        let query = "{ me { sessions { nodes { device ipPrefix } } } }";
        let shown = |answer: &crate::harness::Answer| {
            let mut shown: Vec<Value> = answer.body.pointer("/data/me/sessions/nodes").or(answer.body.pointer("/data/customer/sessions/nodes")).unwrap().as_array().unwrap().clone();
            shown.sort_by_key(Value::to_string);
            shown
        };
        let own = json!({ "device": "Phone", "ipPrefix": "10.9.9.0/24" });
        for persona in [&ada, &acting] {
            assert_eq!(shown(&app.ask(persona, query, json!({})).await), [own.clone(), json!({ "device": null, "ipPrefix": null })]);
        }
        let clerk = app.staff("clerk", "customers:read,sessions:read").await;
        let query = "query($id: ID!) { customer(id: $id) { sessions { nodes { device ipPrefix } } } }";
        let answer = app.ask(&clerk, query, json!({ "id": ada.id() })).await;
        assert_eq!(shown(&answer), [json!({ "device": "Firefox", "ipPrefix": "10.1.2.0/24" }), own]);
    }

    async fn it_ends_with_the_staff_user_and_with_the_permission(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let (sam, ada) = (app.staff("sam", "impersonation:start").await, app.customer("ada").await);
        let user = id_of(&app, &sam).await;
        let first = acting(&app, &sam, &ada, true).await;
        let update = |input: Value| run(&app, &owner, "staffUserUpdate", "StaffUserUpdateInput", input, "staffUser { id }");
        update(json!({ "id": user, "permissions": [] })).await.data();
        assert!(viewer(&app, &first).await.is_none(), "who may not any more does not");
        update(json!({ "id": user, "permissions": ["impersonation:start"] })).await.data();
        assert!(viewer(&app, &first).await.is_some());
        update(json!({ "id": user, "status": "DISABLED" })).await.data();
        update(json!({ "id": user, "status": "ACTIVE" })).await.data();
        assert!(viewer(&app, &first).await.is_none(), "the session itself has ended");
        assert!(viewer(&app, &ada).await.is_some());
    }
}
