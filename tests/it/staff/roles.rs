//! Roles, what they inherit, and who may give them.

use customer_graph::auth::Permission;
use serde_json::{Value, json};

use super::{assign, built_in, id_of, owned, permissions, role, run, viewer};
use crate::{
    harness::{Persona, Setup, TestApp},
    on_both,
};

async fn upsert(app: &TestApp, persona: &Persona, input: Value) -> Vec<String> {
    let answer = run(app, persona, "roleUpsert", "RoleUpsertInput", input, "role { id }").await;
    owned(answer.user_errors("roleUpsert"))
}

async fn order(app: &TestApp, admin: &Persona, number: &str, channel: &str) -> Value {
    let order = json!({
        "source": "shop", "orderId": number, "status": "sent", "currencyCode": "EUR", "totalAmount": "10.00", "email": "ada@example.com",
        "placedAt": "2026-01-01T00:00:00Z", "sourceUpdatedAt": "2026-01-02T00:00:00Z", "channelHandle": channel,
        "lines": [{ "sku": "A", "title": "Loom", "quantity": 1, "unitPrice": "10.00", "discount": "0.00", "total": "10.00" }],
    });
    let query = "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { results { orderLink { id channel { id } } } userErrors { code } } }";
    let answer = app.ask(admin, query, json!({ "input": { "orders": [order] } })).await;
    answer.data()["orderLinkUpsert"]["results"][0]["orderLink"].clone()
}

on_both! {
    async fn useful_roles_are_built_in_and_stay_as_they_are(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let answer = app.ask(&owner, "{ roles { totalCount nodes { id name isBuiltIn isBounded permissions } } }", json!({})).await;
        let names: Vec<&str> = answer.data()["roles"]["nodes"].as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["analyst", "integration", "marketing", "owner", "support"]);
        let analyst = &answer.data()["roles"]["nodes"][0];
        assert_eq!((analyst["isBounded"].as_bool(), &analyst["permissions"]), (Some(true), &json!(["*:read"])));
        let support = built_in(&app, "support").await;
        assert_eq!(upsert(&app, &owner, json!({ "id": support, "permissions": ["*"] })).await, ["INVALID_STATE"]);
        let answer = run(&app, &owner, "roleDelete", "RoleDeleteInput", json!({ "id": support }), "deletedRoleId").await;
        assert_eq!(answer.user_errors("roleDelete"), ["INVALID_STATE"]);
    }

    async fn a_staff_user_may_do_what_roles_and_their_ancestors_allow(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let sam = app.staff("sam", "mails:read").await;
        let base = role(&app, &owner, json!({ "name": "Base", "permissions": ["groups:read"] })).await;
        let clerk = role(&app, &owner, json!({ "name": "Clerk", "permissions": ["orders:*"], "parentIds": [base] })).await;
        let user = id_of(&app, &sam).await;
        assert_eq!(assign(&app, &owner, &user, &clerk).await, [""; 0]);
        assert_eq!(assign(&app, &owner, &user, &clerk).await, [""; 0], "a second time changes nothing");
        assert_eq!(app.count("role_assignment").await, 1);
        assert_eq!(permissions(&app, &sam).await.to_string(), "groups:read, orders:read, orders:write, mails:read");
        let query = "query($id: ID!) { staffUser(id: $id) { permissions directPermissions roles { scope role { name parents { name } allPermissions } } } }";
        let answer = app.ask(&owner, query, json!({ "id": user })).await;
        assert_eq!(answer.data()["staffUser"], json!({
            "permissions": ["groups:read", "orders:read", "orders:write", "mails:read"],
            "directPermissions": ["mails:read"],
            "roles": [{ "scope": "ALL", "role": { "name": "Clerk", "parents": [{ "name": "Base" }], "allPermissions": ["groups:read", "orders:read", "orders:write"] } }],
        }));
        // A parent that changes changes them all.
        assert_eq!(upsert(&app, &owner, json!({ "id": base, "permissions": ["customers:read"] })).await, [""; 0]);
        assert_eq!(permissions(&app, &sam).await.to_string(), "customers:read, orders:read, orders:write, mails:read");
        let input = json!({ "staffUserId": user, "roleId": clerk });
        let answer = run(&app, &owner, "roleUnassign", "RoleUnassignInput", input, "staffUser { permissions }").await;
        assert_eq!(answer.data()["roleUnassign"]["staffUser"]["permissions"], json!(["mails:read"]));
        assert_eq!(permissions(&app, &sam).await.to_string(), "mails:read");
    }

    async fn roles_do_not_inherit_in_a_circle(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let one = role(&app, &owner, json!({ "name": "One" })).await;
        let two = role(&app, &owner, json!({ "name": "Two", "parentIds": [one] })).await;
        let three = role(&app, &owner, json!({ "name": "Three", "parentIds": [two] })).await;
        assert_eq!(upsert(&app, &owner, json!({ "id": one, "parentIds": [three] })).await, ["INVALID"]);
        assert_eq!(upsert(&app, &owner, json!({ "id": one, "parentIds": [one] })).await, ["INVALID"]);
        assert_eq!(app.count("role_parent").await, 2);
    }

    async fn a_role_is_named_once_changed_by_name_and_deleted_when_nobody_has_it(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let clerk = role(&app, &owner, json!({ "name": "Clerk", "permissions": ["orders:read"] })).await;
        let again = role(&app, &owner, json!({ "name": " CLERK ", "permissions": ["orders:read", "groups:read"] })).await;
        assert_eq!(clerk, again);
        assert_eq!(upsert(&app, &owner, json!({ "id": clerk, "name": "Öwner" })).await, ["NAME_TAKEN"]);
        assert_eq!(upsert(&app, &owner, json!({ "id": clerk, "expectedVersion": 1, "name": "Other" })).await, ["CONFLICT"]);
        assert_eq!(upsert(&app, &owner, json!({ "permissions": ["orders:read"] })).await, ["REQUIRED"]);
        assert_eq!(upsert(&app, &owner, json!({ "name": " ", "permissions": ["orders:fly"], "fieldMasks": ["Customer.wings", "Customer.id", "Query.customers"] })).await,
            ["INVALID", "INVALID", "INVALID", "INVALID", "REQUIRED"]);
        let sam = app.staff("sam", "").await;
        let user = id_of(&app, &sam).await;
        assert_eq!(assign(&app, &owner, &user, &clerk).await, [""; 0]);
        let delete = |id: String| { let (app, owner) = (&app, &owner); async move {
            let answer = run(app, owner, "roleDelete", "RoleDeleteInput", json!({ "id": id }), "deletedRoleId").await;
            owned(answer.user_errors("roleDelete"))
        } };
        assert_eq!(delete(clerk.clone()).await, ["IN_USE"]);
        let child = role(&app, &owner, json!({ "name": "Child" })).await;
        let grandchild = role(&app, &owner, json!({ "name": "Grandchild", "parentIds": [child] })).await;
        assert_eq!(delete(child.clone()).await, ["IN_USE"]);
        assert_eq!(delete(grandchild.clone()).await, [""; 0]);
        assert_eq!(delete(grandchild).await, ["NOT_FOUND"]);
        assert_eq!(delete(child).await, [""; 0]);
    }

    async fn nobody_gives_what_they_lack(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let manager = app.staff("manager", "staff:*,orders:read").await;
        let user = id_of(&app, &app.staff("sam", "").await).await;
        let (all, support) = (built_in(&app, "owner").await, built_in(&app, "support").await);
        let before = app.count("role_assignment").await;
        for role in [&all, &support] {
            assert_eq!(assign(&app, &manager, &user, role).await, ["OUT_OF_SCOPE_PERMISSION"]);
        }
        let answer = run(&app, &manager, "roleUpsert", "RoleUpsertInput", json!({ "name": "Mine", "permissions": ["orders:*"] }), "role { id }").await;
        let error = &answer.data()["roleUpsert"]["userErrors"][0];
        assert_eq!((&error["code"], &error["path"]), (&json!("OUT_OF_SCOPE_PERMISSION"), &json!(["permissions"])));
        assert!(error["message"].as_str().unwrap().contains("orders:write"), "it names what is missing: {error}");
        assert_eq!(upsert(&app, &manager, json!({ "name": "Mine", "parentIds": [support] })).await, ["OUT_OF_SCOPE_PERMISSION"], "not by inheritance");
        let rich = role(&app, &owner, json!({ "name": "Rich", "permissions": ["customers:*"] })).await;
        assert_eq!(upsert(&app, &manager, json!({ "id": rich, "permissions": ["orders:read"] })).await, ["OUT_OF_SCOPE_PERMISSION"]);
        for input in [json!({ "email": "new@example.com", "permissions": ["*"] }), json!({ "email": "new@example.com", "roleIds": [all] })] {
            let answer = run(&app, &manager, "staffUserCreate", "StaffUserCreateInput", input, "staffUser { id }").await;
            assert_eq!(answer.user_errors("staffUserCreate"), ["OUT_OF_SCOPE_PERMISSION"]);
        }
        let input = json!({ "id": user, "permissions": ["customers:delete"] });
        let answer = run(&app, &manager, "staffUserUpdate", "StaffUserUpdateInput", input, "staffUser { id }").await;
        assert_eq!(answer.user_errors("staffUserUpdate"), ["OUT_OF_SCOPE_PERMISSION"]);
        // What they have, they give.
        let reader = role(&app, &manager, json!({ "name": "Reader", "permissions": ["orders:read"] })).await;
        assert_eq!(assign(&app, &manager, &user, &reader).await, [""; 0]);
        assert_eq!(app.count("role_assignment").await, before + 1);
        assert_eq!(app.count("staff_user where email_normalized = 'new@example.com'").await, 0);
    }

    async fn nobody_raises_themselves(app: TestApp) {
        app.staff("owner", "*").await;
        let manager = app.staff("manager", "staff:*,orders:read").await;
        let own = id_of(&app, &manager).await;
        let reader = role(&app, &manager, json!({ "name": "Reader", "permissions": ["orders:read"] })).await;
        assert_eq!(assign(&app, &manager, &own, &reader).await, ["FORBIDDEN_FIELD"]);
        for input in [json!({ "id": own, "permissions": ["*"] }), json!({ "id": own, "permissions": [] }), json!({ "id": own, "status": "DISABLED" })] {
            let answer = run(&app, &manager, "staffUserUpdate", "StaffUserUpdateInput", input, "staffUser { id }").await;
            assert_eq!(answer.user_errors("staffUserUpdate"), ["FORBIDDEN_FIELD"]);
        }
        let answer = run(&app, &manager, "staffUserUpdate", "StaffUserUpdateInput", json!({ "id": own, "name": "Max" }), "staffUser { name }").await;
        assert_eq!(answer.data()["staffUserUpdate"]["staffUser"]["name"], "Max");
    }

    async fn the_last_owner_stays(app: TestApp) {
        let owner = app.staff("owner", "").await;
        let second = app.staff("second", "").await;
        let key = app.admin().await;
        let (one, two, all) = (id_of(&app, &owner).await, id_of(&app, &second).await, built_in(&app, "owner").await);
        assert_eq!(assign(&app, &key, &one, &all).await, [""; 0]);
        let unassign = |user: String| { let (app, key, all) = (&app, &key, &all); async move {
            let answer = run(app, key, "roleUnassign", "RoleUnassignInput", json!({ "staffUserId": user, "roleId": all }), "staffUser { id }").await;
            owned(answer.user_errors("roleUnassign"))
        } };
        assert_eq!(unassign(one.clone()).await, ["LAST_ADMIN"]);
        let answer = run(&app, &key, "staffUserUpdate", "StaffUserUpdateInput", json!({ "id": one, "status": "DISABLED" }), "staffUser { id }").await;
        assert_eq!(answer.user_errors("staffUserUpdate"), ["LAST_ADMIN"]);
        assert!(viewer(&app, &owner).await.is_some());
        assert_eq!(assign(&app, &key, &two, &all).await, [""; 0]);
        assert_eq!(unassign(one).await, [""; 0]);
        assert_eq!(unassign(two).await, ["LAST_ADMIN"]);
    }

    async fn an_owner_who_never_accepted_the_invitation_is_none(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let key = app.admin().await;
        let own = id_of(&app, &owner).await;
        let answer = run(&app, &key, "staffUserCreate", "StaffUserCreateInput", json!({ "email": "new@example.com", "permissions": ["*"] }), "staffUser { id }").await;
        assert_eq!(answer.user_errors("staffUserCreate"), [""; 0]);
        let disable = json!({ "id": own, "status": "DISABLED" });
        let answer = run(&app, &key, "staffUserUpdate", "StaffUserUpdateInput", disable.clone(), "staffUser { id }").await;
        assert_eq!(answer.user_errors("staffUserUpdate"), ["LAST_ADMIN"]);
        let reset = json!({ "token": TestApp::token_in(&app.letters("new@example.com").await), "newPassword": "correct horse battery" });
        run(&app, &Persona::anonymous(), "passwordReset", "PasswordResetInput", reset, "isReset").await.data();
        let answer = run(&app, &key, "staffUserUpdate", "StaffUserUpdateInput", disable, "staffUser { id }").await;
        assert_eq!(answer.user_errors("staffUserUpdate"), [""; 0]);
    }

    async fn two_owners_do_not_shut_each_other_out_at_once(app: TestApp) {
        let (one, two) = (app.staff("one", "*").await, app.staff("two", "*").await);
        let (first, second) = (id_of(&app, &one).await, id_of(&app, &two).await);
        let disable = |id: String| json!({ "id": id, "status": "DISABLED" });
        let (a, b) = tokio::join!(
            run(&app, &one, "staffUserUpdate", "StaffUserUpdateInput", disable(second), "staffUser { id }"),
            run(&app, &two, "staffUserUpdate", "StaffUserUpdateInput", disable(first), "staffUser { id }"),
        );
        let refused = a.user_errors("staffUserUpdate").len() + b.user_errors("staffUserUpdate").len();
        assert_eq!(refused, 1, "{:#} {:#}", a.body, b.body);
        assert_eq!(app.count("staff_user where status = 'ACTIVE'").await, 1);
    }

    async fn a_role_within_a_channel_shows_its_orders_and_nothing_else(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let (web, shop) = (order(&app, &owner, "1", "web").await, order(&app, &owner, "2", "shop").await);
        let sam = app.staff("sam", "").await;
        let user = id_of(&app, &sam).await;
        let input = json!({ "staffUserId": user, "roleId": built_in(&app, "owner").await, "channelId": web["channel"]["id"] });
        let answer = run(&app, &owner, "roleAssign", "RoleAssignInput", input, "staffUser { permissions roles { scope channel { handle } } }").await;
        assert_eq!(answer.data()["roleAssign"]["staffUser"], json!({ "permissions": [], "roles": [{ "scope": "CHANNEL", "channel": { "handle": "web" } }] }));
        let seen = viewer(&app, &sam).await.unwrap();
        assert!(Permission::ALL.iter().all(|permission| !seen.may(*permission)), "nothing counts everywhere");
        // A token that nobody has seen yet, since the answer about the other is remembered.
        let sam = app.log_in_again(&sam).await;
        let answer = app.ask(&sam, "{ orderLinks { totalCount nodes { id lines { sku } } } channels { nodes { handle } } }", json!({})).await;
        assert_eq!(answer.data()["orderLinks"], json!({ "totalCount": 1, "nodes": [{ "id": web["id"], "lines": [{ "sku": "A" }] }] }));
        assert_eq!(answer.data()["channels"]["nodes"], json!([{ "handle": "web" }]));
        let answer = app.ask(&sam, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": shop["id"] })).await;
        assert_eq!(answer.data()["node"], Value::Null);
        for query in ["{ customers { totalCount } }", "{ addresses { totalCount } }", "{ customerGroups { totalCount } }", "{ mails { totalCount } }", "{ staffUsers { totalCount } }", "{ apiKeys { totalCount } }"] {
            assert_eq!(app.ask(&sam, query, json!({})).await.codes(), ["FORBIDDEN"], "{query}");
        }
        let answer = run(&app, &sam, "orderLinkUpsert", "OrderLinkUpsertInput", json!({ "orders": [] }), "results { orderLink { id } }").await;
        assert_eq!(answer.codes(), ["FORBIDDEN"], "to see is not to write");
    }

    async fn whoever_has_bounded_roles_alone_gets_less_at_once(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let sam = app.staff("sam", "").await;
        assert_eq!(assign(&app, &owner, &id_of(&app, &sam).await, &built_in(&app, "analyst").await).await, [""; 0]);
        let analyst = app.log_in_again(&sam).await;
        let page = "{ customers(first: 101) { nodes { id } } }";
        assert_eq!(app.ask(&owner, page, json!({})).await.codes(), [""; 0]);
        assert_eq!(app.ask(&analyst, page, json!({})).await.codes(), ["BAD_USER_INPUT"]);
        assert_eq!(app.ask(&analyst, "{ customers(first: 100) { nodes { id } } }", json!({})).await.codes(), [""; 0]);
        let dear = "{ customers(first: 100) { nodes { addresses(first: 100) { nodes { customer { id } } } } } }";
        assert_eq!(app.ask(&owner, dear, json!({})).await.codes(), [""; 0]);
        assert_eq!(app.ask(&analyst, dear, json!({})).await.codes(), ["COST_EXCEEDED"]);
        assert_eq!(app.ask(&analyst, "mutation { customerCreate(input: { phone: \"1\" }) { customer { id } } }", json!({})).await.codes(), ["FORBIDDEN"]);
    }
}

/// What PostgreSQL computes for too long is cut, and nobody else has to wait for it.
#[tokio::test]
async fn a_slow_query_of_whoever_has_bounded_roles_alone_is_cut() {
    let mut setup = Setup::default();
    setup.firewall.bounded.query_milliseconds = 300;
    let Some(app) = TestApp::on_postgres_with(setup).await else {
        return;
    };
    app.customer("ada").await;
    let owner = app.staff("owner", "*").await;
    let sam = app.staff("sam", "").await;
    let sams = id_of(&app, &sam).await;
    assert_eq!(
        assign(&app, &owner, &sams, &built_in(&app, "analyst").await).await,
        [""; 0]
    );
    let analyst = app.log_in_again(&sam).await;
    let page = "{ customers(first: 10) { nodes { id } } }";
    assert_eq!(app.ask(&analyst, page, json!({})).await.codes(), [""; 0]);
    app.execute(
        "alter table customer rename to quick;
         create view customer as select quick.* from quick, (select pg_sleep(3) offset 0) as slow",
    )
    .await;
    let began = std::time::Instant::now();
    let answers = futures_util::future::join_all((0..4).map(|_| app.ask(&analyst, page, json!({})))).await;
    assert!(began.elapsed().as_secs_f64() < 2.5, "{:?}", began.elapsed());
    for answer in &answers {
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{:#}", answer.body);
        assert!(
            answer.body["errors"][0]["message"]
                .as_str()
                .unwrap()
                .contains("too long")
        );
    }
    assert_eq!(
        app.ask(
            &analyst,
            "{ viewer { kind } customerGroups { nodes { id } } }",
            json!({})
        )
        .await
        .codes(),
        [""; 0]
    );
    // Who is not held to it waits, and is answered.
    assert_eq!(app.ask(&owner, page, json!({})).await.codes(), [""; 0]);
}
