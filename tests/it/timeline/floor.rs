//! Who sees which entries, and which values in them.

use serde_json::{Value, json};

use super::{entries, run, types};
use crate::{customer::create, harness::TestApp, note, on_both, order};

/// A customer with a change of every kind.
async fn world(app: &TestApp) -> String {
    let admin = app.staff("owner", "*").await;
    let ada = create(
        app,
        &admin,
        json!({ "email": "ada@example.com", "phone": "+4930901820" }),
    )
    .await;
    let change = json!({ "id": ada, "email": "countess@example.com", "firstName": "Augusta", "privateMetadata": { "set": { "tier": "gold" } } });
    run(app, &admin, "customerUpdate", change, "customer { id }").await;
    let address = json!({ "customerId": ada, "countryCode": "DE", "city": "Oldenburg", "skipValidation": true });
    run(app, &admin, "addressCreate", address, "address { id }").await;
    let group = run(
        app,
        &admin,
        "customerGroupCreate",
        json!({ "name": "VIP" }),
        "customerGroup { id }",
    )
    .await;
    let add = json!({ "groupId": group["customerGroup"]["id"], "add": [ada] });
    run(app, &admin, "groupMembersChange", add, "results { membershipId }").await;
    order::link(
        app,
        &admin,
        order::row("1", json!({ "customerId": ada, "channelHandle": "web" })),
    )
    .await;
    note::add(app, &admin, &ada, "Hello", false).await;
    ada
}

const ALL: [&str; 6] = [
    "customer.note.added",
    "order.linked",
    "customer.group.added",
    "customer.address.created",
    "customer.updated",
    "customer.created",
];

on_both! {
    async fn an_entry_is_seen_by_who_may_see_the_object(app: TestApp) {
        let ada = world(&app).await;
        let all = entries(&app, &app.admin().await, &ada, json!({})).await;
        assert_eq!(types(&all), ALL);
        for (permissions, wanted) in [
            ("", &[4, 5][..]),
            ("notes:read", &[0, 4, 5]),
            ("orders:read", &[1, 4, 5]),
            ("groups:read", &[2, 4, 5]),
            ("addresses:read", &[3, 4, 5]),
            ("addresses:read,sessions:read,organizations:read,notes:read,orders:read,groups:read", &[0, 1, 2, 3, 4, 5]),
        ] {
            let reader = app.api_key("reader", &format!("customers:read,timeline:read,{permissions}")).await;
            let seen = entries(&app, &reader, &ada, json!({})).await;
            let wanted: Vec<&str> = wanted.iter().map(|place| ALL[*place]).collect();
            assert_eq!(types(&seen), wanted, "{permissions}");
            let ids: Vec<&Value> = all.iter().map(|entry| &entry["id"]).collect();
            let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on TimelineEntry { type } } }";
            let nodes = app.ask(&reader, query, json!({ "ids": ids })).await;
            let found = nodes.data()["nodes"].as_array().unwrap().iter().filter(|node| !node.is_null()).count();
            assert_eq!(found, wanted.len(), "by id as well: {permissions}");
        }
        // Who may not see the customer sees what happened to what they may see.
        let addresses = app.api_key("addresses", "addresses:read,timeline:read").await;
        let query = "query($id: ID!) { timeline(subjectId: $id) { totalCount nodes { type } } }";
        let answer = app.ask(&addresses, query, json!({ "id": ada })).await;
        assert_eq!(answer.data()["timeline"], json!({ "totalCount": 1, "nodes": [{ "type": "customer.address.created" }] }));
        let only = app.api_key("only", "timeline:read").await;
        assert_eq!(app.ask(&only, query, json!({ "id": ada })).await.data()["timeline"], json!({ "totalCount": 0, "nodes": [] }));
    }

    async fn what_nobody_has_named_needs_every_permission(app: TestApp) {
        let ada = world(&app).await;
        app.execute("update timeline_entry set object_id = 'new_' || object_id where type = 'order.linked'").await;
        let most = "customers:*,addresses:*,groups:*,organizations:*,orders:*,notes:*,timeline:*,sessions:*,staff:*,mails:*,api_keys:*";
        let (admin, most) = (app.admin().await, app.api_key("most", most).await);
        assert_eq!(entries(&app, &admin, &ada, json!({})).await.len(), 6);
        assert_eq!(entries(&app, &most, &ada, json!({})).await.len(), 5);
        let sam = app.staff("sam", "*").await;
        let keep = json!({ "name": "Loyal", "document": "{ viewer { kind } }" });
        let kept = run(&app, &sam, "savedQueryCreate", keep, "savedQuery { id }").await;
        let query = "query($id: ID!) { timeline(subjectId: $id) { totalCount } }";
        let answer = app.ask(&admin, query, json!({ "id": kept["savedQuery"]["id"] })).await;
        assert_eq!(answer.data()["timeline"]["totalCount"], 0, "what belongs to one staff user alone is told to nobody");
    }

    async fn nobody_else_has_a_timeline(app: TestApp) {
        let ada = app.customer("ada").await;
        let mine = app.ask(&ada, "{ me { id timeline { nodes { type } } } }", json!({})).await;
        assert_eq!((mine.codes(), &mine.body["data"]["me"]["timeline"]), (vec!["FORBIDDEN"], &Value::Null));
        let reader = app.api_key("reader", "customers:read").await;
        let query = "query($id: ID!) { customer(id: $id) { timeline { nodes { type } } } timeline(subjectId: $id) { totalCount } }";
        assert_eq!(app.ask(&reader, query, json!({ "id": ada.id() })).await.codes(), ["FORBIDDEN", "FORBIDDEN"]);
    }

    async fn who_sees_orders_within_a_channel_sees_no_entries_about_them(app: TestApp) {
        let ada = world(&app).await;
        let owner = app.staff("boss", "*").await;
        let everywhere = role(&app, &owner, json!({ "name": "Reader", "permissions": ["customers:read", "timeline:read"] })).await;
        let within = role(&app, &owner, json!({ "name": "Clerk", "permissions": ["orders:read"] })).await;
        let channel = app.ask(&owner, "{ channels { nodes { id } } }", json!({})).await.data()["channels"]["nodes"][0]["id"].clone();
        let sam = app.staff("sam", "").await;
        assign(&app, &owner, &sam, &everywhere, Value::Null).await;
        assign(&app, &owner, &sam, &within, channel).await;
        let sam = app.log_in_again(&sam).await;
        let orders = app.ask(&sam, "{ orderLinks { nodes { orderId } } }", json!({})).await;
        assert_eq!(orders.data()["orderLinks"]["nodes"], json!([{ "orderId": "1" }]));
        assert_eq!(types(&entries(&app, &sam, &ada, json!({})).await), ["customer.updated", "customer.created"]);
    }

    async fn what_a_role_hides_does_not_come_out_of_changes(app: TestApp) {
        let ada = world(&app).await;
        let owner = app.staff("boss", "*").await;
        let masks = ["Customer.email", "Customer.phoneE164", "Customer.privateMetadata", "Address.city"];
        let hiding = role(&app, &owner, json!({ "name": "Hiding", "permissions": ["*:read"], "fieldMasks": masks })).await;
        let sam = app.staff("sam", "").await;
        assign(&app, &owner, &sam, &hiding, Value::Null).await;
        let sam = app.log_in_again(&sam).await;
        let seen = entries(&app, &sam, &ada, json!({})).await;
        assert_eq!(seen.len(), 6);
        let text = Value::from(seen.clone()).to_string();
        for hidden in ["ada@example.com", "countess@", "30901820", "gold", "tier", "Oldenburg"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        assert!(text.contains("Augusta") && text.contains("\"path\":\"email\""), "what is not hidden is shown: {text}");
        let open = Value::from(entries(&app, &owner, &ada, json!({})).await).to_string();
        for shown in ["ada@example.com", "countess@", "30901820", "gold", "tier", "Oldenburg"] {
            assert!(open.contains(shown), "{shown}");
        }
    }
}

async fn role(app: &TestApp, owner: &crate::harness::Persona, input: Value) -> String {
    let made = run(app, owner, "roleUpsert", input, "role { id }").await;
    made["role"]["id"].as_str().unwrap().to_owned()
}

async fn assign(
    app: &TestApp,
    owner: &crate::harness::Persona,
    staff: &crate::harness::Persona,
    role: &str,
    channel: Value,
) {
    let own = app.ask(staff, "{ viewer { staffUser { id } } }", json!({})).await;
    let user = own.data()["viewer"]["staffUser"]["id"].clone();
    let input = json!({ "staffUserId": user, "roleId": role, "channelId": channel });
    run(app, owner, "roleAssign", input, "staffUser { id }").await;
}
