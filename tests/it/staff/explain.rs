//! `permissionExplain`.

use serde_json::{Value, json};

use super::{assign, id_of, role, run};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

const EXPLAIN: &str = "query($actor: ID!, $action: String!, $object: ID) { permissionExplain(actorId: $actor, action: $action, objectId: $object) { isAllowed reasons sources { kind role { name } inheritedFrom { name } channelId } } }";

async fn explain(app: &TestApp, persona: &Persona, actor: &str, action: &str, object: Value) -> Value {
    let answer = app
        .ask(
            persona,
            EXPLAIN,
            json!({ "actor": actor, "action": action, "object": object }),
        )
        .await;
    answer.data()["permissionExplain"].clone()
}

on_both! {
    async fn it_names_grants_roles_and_ancestors(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let sam = app.staff("sam", "customers:read").await;
        let user = id_of(&app, &sam).await;
        let base = role(&app, &owner, json!({ "name": "Base", "permissions": ["customers:*"] })).await;
        let clerk = role(&app, &owner, json!({ "name": "Clerk", "parentIds": [base] })).await;
        assign(&app, &owner, &user, &clerk).await;
        let told = explain(&app, &owner, &user, "customers:read", Value::Null).await;
        assert_eq!(told["isAllowed"], true);
        assert_eq!(told["sources"], json!([
            { "kind": "DIRECT", "role": null, "inheritedFrom": null, "channelId": null },
            { "kind": "ANCESTOR", "role": { "name": "Clerk" }, "inheritedFrom": { "name": "Base" }, "channelId": null },
        ]));
        let told = explain(&app, &owner, &user, "orders:read", Value::Null).await;
        assert_eq!((&told["isAllowed"], &told["sources"]), (&json!(false), &json!([])));
        assert_eq!(told["reasons"][0], "Neither a direct grant nor a role allows orders:read.");
        let told = explain(&app, &owner, &user, "customers:read", json!("cuaddr_01ARZ3NDEKTSV4RRFFQ69G5FAV")).await;
        assert_eq!(told["isAllowed"], false, "an address is no matter of customers:read: {told}");
        run(&app, &owner, "staffUserUpdate", "StaffUserUpdateInput", json!({ "id": user, "status": "DISABLED" }), "staffUser { id }").await.data();
        assert_eq!(explain(&app, &owner, &user, "customers:read", Value::Null).await["isAllowed"], false);
    }

    async fn it_takes_as_many_statements_however_many_roles_allow_it(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let mut users = Vec::new();
        for (name, depth) in [("sam", 1), ("kim", 12)] {
            let user = id_of(&app, &app.staff(name, "").await).await;
            let mut parents: Vec<String> = Vec::new();
            for number in 0..depth {
                let made = role(&app, &owner, json!({ "name": format!("{name} {number}"), "permissions": ["orders:read"], "parentIds": parents })).await;
                assert_eq!(assign(&app, &owner, &user, &made).await, [""; 0]);
                parents = vec![made];
            }
            users.push(user);
        }
        let asked = async |user: &str| app.ask(&owner, EXPLAIN, json!({ "actor": user, "action": "orders:read" })).await;
        let (few, many) = (asked(&users[0]).await, asked(&users[1]).await);
        let sources = |answer: &crate::harness::Answer| answer.data()["permissionExplain"]["sources"].as_array().unwrap().len();
        assert_eq!((sources(&few), sources(&many)), (1, 78));
        assert_eq!(many.statements(), few.statements());
        // Five reads: the staff user, their roles, all roles with what they inherit, and those to show.
        assert_eq!(many.statements(), 5);
        let mut parents: Vec<String> = Vec::new();
        for number in 0..8 {
            let made = role(&app, &owner, json!({ "name": format!("kim more {number}"), "permissions": ["orders:read"], "parentIds": parents })).await;
            assert_eq!(assign(&app, &owner, &users[1], &made).await, [""; 0]);
            parents = vec![made];
        }
        let answer = asked(&users[1]).await;
        assert_eq!(sources(&answer), 78 + 36);
    }

    async fn within_a_channel_the_object_decides(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let user = id_of(&app, &app.staff("sam", "").await).await;
        let mut links = Vec::new();
        for channel in ["web", "shop"] {
            let order = json!({
                "source": "shop", "orderId": channel, "status": "sent", "currencyCode": "EUR", "totalAmount": "10.00", "email": "ada@example.com",
                "placedAt": "2026-01-01T00:00:00Z", "sourceUpdatedAt": "2026-01-02T00:00:00Z", "channelHandle": channel,
            });
            let query = "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { results { orderLink { id channel { id } } } } }";
            let answer = app.ask(&owner, query, json!({ "input": { "orders": [order] } })).await;
            links.push(answer.data()["orderLinkUpsert"]["results"][0]["orderLink"].clone());
        }
        let reader = role(&app, &owner, json!({ "name": "Reader", "permissions": ["orders:read", "customers:read"] })).await;
        let input = json!({ "staffUserId": user, "roleId": reader, "channelId": links[0]["channel"]["id"] });
        run(&app, &owner, "roleAssign", "RoleAssignInput", input, "staffUser { id }").await.data();
        for (object, allowed) in [(links[0]["id"].clone(), true), (links[1]["id"].clone(), false), (links[0]["channel"]["id"].clone(), true), (Value::Null, false)] {
            let told = explain(&app, &owner, &user, "orders:read", object.clone()).await;
            assert_eq!(told["isAllowed"], allowed, "{object}: {told}");
            assert_eq!(told["sources"][0]["channelId"], links[0]["channel"]["id"]);
        }
        assert_eq!(explain(&app, &owner, &user, "customers:read", Value::Null).await["isAllowed"], false);
    }

    async fn it_is_for_those_who_may_see_staff(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let sam = app.staff("sam", "customers:read").await;
        let user = id_of(&app, &owner).await;
        let ask = |persona: Persona, variables: Value| { let app = &app; async move { app.ask(&persona, EXPLAIN, variables).await } };
        let fair = json!({ "actor": user, "action": "customers:read" });
        assert_eq!(ask(sam, fair.clone()).await.codes(), ["FORBIDDEN"]);
        assert_eq!(ask(Persona::anonymous(), fair).await.codes(), ["UNAUTHENTICATED"]);
        for wrong in [json!({ "actor": user, "action": "customers:fly" }), json!({ "actor": user, "action": "customers:read", "object": "nonsense" }), json!({ "actor": "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV", "action": "customers:read" })] {
            assert_eq!(ask(owner.clone(), wrong.clone()).await.codes(), ["BAD_USER_INPUT"], "{wrong}");
        }
        let nobody = json!({ "actor": "staff_01ARZ3NDEKTSV4RRFFQ69G5FAV", "action": "customers:read" });
        assert_eq!(ask(owner, nobody).await.data()["permissionExplain"], Value::Null);
    }
}
