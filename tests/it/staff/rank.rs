//! Who may change what others may do: nobody those who may do or see more, and nobody themselves.

use serde_json::{Value, json};

use super::{assign, built_in, id_of, owned, role, run, viewer};
use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

async fn upsert(app: &TestApp, persona: &Persona, input: Value) -> Vec<String> {
    let answer = run(app, persona, "roleUpsert", "RoleUpsertInput", input, "role { id }").await;
    owned(answer.user_errors("roleUpsert"))
}

async fn unassign(app: &TestApp, persona: &Persona, user: &str, role: &str) -> Vec<String> {
    let input = json!({ "staffUserId": user, "roleId": role });
    let answer = run(
        app,
        persona,
        "roleUnassign",
        "RoleUnassignInput",
        input,
        "staffUser { id }",
    )
    .await;
    owned(answer.user_errors("roleUnassign"))
}

async fn update(app: &TestApp, persona: &Persona, input: Value) -> Vec<String> {
    let answer = run(
        app,
        persona,
        "staffUserUpdate",
        "StaffUserUpdateInput",
        input,
        "staffUser { id }",
    )
    .await;
    owned(answer.user_errors("staffUserUpdate"))
}

async fn invite(app: &TestApp, persona: &Persona, input: Value) -> Vec<String> {
    let answer = run(
        app,
        persona,
        "staffUserCreate",
        "StaffUserCreateInput",
        input,
        "staffUser { id }",
    )
    .await;
    owned(answer.user_errors("staffUserCreate"))
}

/// What is hidden from somebody.
async fn hidden(app: &TestApp, persona: &Persona) -> Vec<String> {
    let viewer = viewer(app, persona).await.unwrap();
    viewer.masks().into_iter().flatten().cloned().collect()
}

/// A staff user who has one role and nothing else, and their id.
async fn with_role(app: &TestApp, owner: &Persona, name: &'static str, role: &str) -> (Persona, String) {
    let somebody = app.staff(name, "").await;
    let id = id_of(app, &somebody).await;
    assert_eq!(assign(app, owner, &id, role).await, [""; 0]);
    (app.log_in_again(&somebody).await, id)
}

on_both! {
    async fn a_role_that_allows_nothing_shows_nothing_to_a_second_account(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let masked = json!({ "name": "Manager", "permissions": ["staff:*", "customers:read"], "fieldMasks": ["Customer.phone"] });
        let (max, own) = with_role(&app, &owner, "max", &role(&app, &owner, masked).await).await;
        let empty = role(&app, &max, json!({ "name": "Empty" })).await;
        let alike = role(&app, &max, json!({ "name": "Alike", "permissions": ["customers:read"], "fieldMasks": ["Customer.phone"] })).await;
        let second = |roles: Value| json!({ "email": "second@example.com", "roleIds": roles });
        assert_eq!(invite(&app, &max, second(json!([alike, empty]))).await, ["OUT_OF_SCOPE_PERMISSION"]);
        assert_eq!(app.count("staff_user where email_normalized = 'second@example.com'").await, 0);
        assert_eq!(invite(&app, &max, json!({ "email": "second@example.com", "permissions": ["customers:read"] })).await, ["OUT_OF_SCOPE_PERMISSION"]);
        assert_eq!(invite(&app, &max, second(json!([alike]))).await, [""; 0]);
        // The same one role after the other, to somebody who is there already.
        let (sam, user) = with_role(&app, &owner, "sam", &alike).await;
        assert_eq!(assign(&app, &max, &user, &empty).await, ["OUT_OF_SCOPE_PERMISSION"]);
        assert_eq!(upsert(&app, &max, json!({ "id": empty, "fieldMasks": ["Customer.phone"] })).await, [""; 0]);
        assert_eq!(assign(&app, &max, &user, &empty).await, [""; 0]);
        assert_eq!(upsert(&app, &max, json!({ "id": empty, "fieldMasks": [] })).await, ["OUT_OF_SCOPE_PERMISSION"]);
        assert_eq!(hidden(&app, &sam).await, ["Customer.phone"]);
        assert_eq!(assign(&app, &max, &own, &empty).await, ["FORBIDDEN_FIELD"]);
        assert_eq!(assign(&app, &owner, &user, &role(&app, &owner, json!({ "name": "Open" })).await).await, [""; 0], "who sees it shows it");
        assert_eq!(hidden(&app, &sam).await, [""; 0]);
    }

    async fn a_role_that_hides_is_not_taken_away_by_those_from_whom_it_hides(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let masks = role(&app, &owner, json!({ "name": "Masks", "fieldMasks": ["Customer.phone"] })).await;
        let mut people = Vec::new();
        for name in ["sam", "kim"] {
            let somebody = app.staff(name, "staff:*,customers:read").await;
            let id = id_of(&app, &somebody).await;
            assert_eq!(assign(&app, &owner, &id, &masks).await, [""; 0]);
            people.push((app.log_in_again(&somebody).await, id));
        }
        let [(sam, own), (kim, other)] = &people[..] else { panic!() };
        assert_eq!(unassign(&app, sam, other, &masks).await, ["OUT_OF_SCOPE_PERMISSION"]);
        assert_eq!(unassign(&app, sam, own, &masks).await, ["FORBIDDEN_FIELD"]);
        for somebody in [sam, kim] {
            assert_eq!(hidden(&app, somebody).await, ["Customer.phone"]);
        }
        assert_eq!(unassign(&app, &owner, other, &masks).await, [""; 0]);
        assert_eq!(hidden(&app, kim).await, [""; 0]);
    }

    async fn nobody_changes_what_they_may_do_by_a_role_that_they_have(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let base = role(&app, &owner, json!({ "name": "Base", "fieldMasks": ["Customer.phone"] })).await;
        let masks = role(&app, &owner, json!({ "name": "Masks", "parentIds": [base] })).await;
        let sam = app.staff("sam", "staff:*,customers:read,orders:read").await;
        assert_eq!(assign(&app, &owner, &id_of(&app, &sam).await, &masks).await, [""; 0]);
        let sam = app.log_in_again(&sam).await;
        for input in [
            json!({ "id": masks, "parentIds": [] }),
            json!({ "id": base, "fieldMasks": [] }),
            json!({ "id": base, "fieldMasks": ["Customer.phone", "Customer.email"] }),
        ] {
            assert_eq!(upsert(&app, &sam, input.clone()).await, ["FORBIDDEN_FIELD"], "{input}");
        }
        assert_eq!(hidden(&app, &sam).await, ["Customer.phone"]);
        assert_eq!(upsert(&app, &sam, json!({ "id": masks, "name": "Phones", "permissions": ["orders:read"] })).await, [""; 0], "what changes nothing is no matter");
    }

    async fn who_may_do_less_neither_blinds_nor_demotes_who_may_do_more(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let above = id_of(&app, &owner).await;
        let low = app.staff("low", "staff:*").await;
        let blind = role(&app, &low, json!({ "name": "Blind", "fieldMasks": ["Customer.email", "Customer.firstName"] })).await;
        assert_eq!(assign(&app, &low, &above, &blind).await, ["OUT_OF_SCOPE_PERMISSION"]);
        let answer = run(&app, &low, "roleAssign", "RoleAssignInput", json!({ "staffUserId": above, "roleId": blind }), "staffUser { id }").await;
        let error = &answer.data()["roleAssign"]["userErrors"][0];
        assert_eq!(error["path"], json!(["staffUserId"]));
        assert!(error["message"].as_str().unwrap().contains("customers:read"), "it names what is missing: {error}");
        assert_eq!(hidden(&app, &owner).await, [""; 0]);

        let desk = role(&app, &owner, json!({ "name": "Orders desk", "permissions": ["orders:read"] })).await;
        let child = role(&app, &owner, json!({ "name": "Night desk", "parentIds": [desk] })).await;
        let clerk = app.staff("clerk", "staff:*,orders:read").await;
        let boss = app.staff("boss", "customers:read,customers:delete").await;
        let user = id_of(&app, &boss).await;
        assert_eq!(assign(&app, &owner, &user, &child).await, [""; 0]);
        assert_eq!(unassign(&app, &clerk, &user, &child).await, ["OUT_OF_SCOPE_PERMISSION"]);
        for input in [
            json!({ "id": desk, "permissions": [], "fieldMasks": ["Customer.email"] }),
            json!({ "id": desk, "permissions": [] }),
            json!({ "id": child, "parentIds": [] }),
            json!({ "id": child, "fieldMasks": ["Customer.email"] }),
        ] {
            assert_eq!(upsert(&app, &clerk, input.clone()).await, ["OUT_OF_SCOPE_PERMISSION"], "{input}");
        }
        let seen = viewer(&app, &boss).await.unwrap();
        assert_eq!((seen.permissions().to_string().as_str(), seen.masks()), ("customers:read, customers:delete, orders:read", None));
        // Somebody who is disabled keeps their rank.
        assert_eq!(update(&app, &owner, json!({ "id": user, "status": "DISABLED" })).await, [""; 0]);
        for input in [json!({ "id": user, "permissions": [] }), json!({ "id": user, "status": "ACTIVE" })] {
            assert_eq!(update(&app, &clerk, input).await, ["OUT_OF_SCOPE_PERMISSION"]);
        }
        assert_eq!(unassign(&app, &owner, &user, &child).await, [""; 0]);
        assert_eq!(upsert(&app, &clerk, json!({ "id": desk, "permissions": [] })).await, [""; 0], "nobody has it any more");
    }

    async fn who_sees_less_changes_nobody_who_sees_more(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let masked = json!({ "name": "Manager", "permissions": ["staff:*", "customers:read"], "fieldMasks": ["Customer.phone"] });
        let (max, _) = with_role(&app, &owner, "max", &role(&app, &owner, masked).await).await;
        let desk = role(&app, &owner, json!({ "name": "Desk", "permissions": ["customers:read"] })).await;
        let (_, user) = with_role(&app, &owner, "sam", &desk).await;
        for input in [json!({ "id": user, "status": "DISABLED" }), json!({ "id": user, "name": "Samantha" }), json!({ "id": user, "permissions": ["staff:read"] })] {
            assert_eq!(update(&app, &max, input.clone()).await, ["OUT_OF_SCOPE_PERMISSION"], "{input}");
        }
        assert_eq!(upsert(&app, &max, json!({ "id": desk, "fieldMasks": ["Customer.phone"] })).await, ["OUT_OF_SCOPE_PERMISSION"]);
        assert_eq!(unassign(&app, &max, &user, &desk).await, ["OUT_OF_SCOPE_PERMISSION"]);
        // Who may do nothing sees nothing.
        let nobody = id_of(&app, &app.staff("nobody", "").await).await;
        assert_eq!(update(&app, &max, json!({ "id": nobody, "name": "Kim" })).await, [""; 0]);
    }

    async fn what_counts_within_a_channel_is_given_by_those_who_have_it_everywhere(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let order = json!({
            "source": "shop", "orderId": "1", "status": "sent", "currencyCode": "EUR", "totalAmount": "10.00", "email": "ada@example.com",
            "placedAt": "2026-01-01T00:00:00Z", "sourceUpdatedAt": "2026-01-02T00:00:00Z", "channelHandle": "web",
        });
        let query = "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { results { orderLink { channel { id } } } } }";
        let answer = app.ask(&owner, query, json!({ "input": { "orders": [order] } })).await;
        let web = answer.data()["orderLinkUpsert"]["results"][0]["orderLink"]["channel"]["id"].clone();
        let reader = role(&app, &owner, json!({ "name": "Reader", "permissions": ["orders:read"] })).await;
        let manager = app.staff("manager", "staff:*").await;
        let user = id_of(&app, &app.staff("sam", "").await).await;
        let input = json!({ "staffUserId": user, "roleId": reader, "channelId": web });
        let within = async |persona: &Persona| {
            let answer = run(&app, persona, "roleAssign", "RoleAssignInput", input.clone(), "staffUser { id }").await;
            owned(answer.user_errors("roleAssign"))
        };
        assert_eq!(within(&manager).await, ["OUT_OF_SCOPE_PERMISSION"]);
        assert_eq!(within(&owner).await, [""; 0]);
        assert_eq!(within(&manager).await, [""; 0], "they have it already");
        assert_eq!(update(&app, &manager, json!({ "id": user, "status": "DISABLED" })).await, ["OUT_OF_SCOPE_PERMISSION"]);
    }

    async fn an_owner_counts_who_logs_in_and_from_whom_nothing_is_hidden(app: TestApp) {
        let key = app.admin().await;
        let owner = app.staff("owner", "*").await;
        let user = id_of(&app, &owner).await;
        let blind = role(&app, &key, json!({ "name": "Blind", "fieldMasks": ["Customer.email"] })).await;
        // Somebody who has been invited may never come.
        let input = json!({ "email": "second@example.com", "roleIds": [built_in(&app, "owner").await] });
        assert_eq!(invite(&app, &key, input).await, [""; 0]);
        for input in [json!({ "id": user, "status": "DISABLED" }), json!({ "id": user, "permissions": [] })] {
            assert_eq!(update(&app, &key, input).await, ["LAST_ADMIN"]);
        }
        assert_eq!(assign(&app, &key, &user, &blind).await, ["LAST_ADMIN"]);
        assert_eq!(hidden(&app, &owner).await, [""; 0]);
        // They come.
        let letters = app.letters("second@example.com").await;
        let reset = json!({ "token": TestApp::token_in(&letters), "newPassword": PASSWORD });
        run(&app, &Persona::anonymous(), "passwordReset", "PasswordResetInput", reset, "isReset").await.data();
        assert_eq!(assign(&app, &key, &user, &blind).await, [""; 0]);
        assert_eq!(hidden(&app, &owner).await, ["Customer.email"]);
        // Now the first does not count, and the second is the last.
        let second = Persona { name: "second", ..Persona::anonymous() };
        let second = id_of(&app, &app.log_in_again(&second).await).await;
        assert_eq!(update(&app, &key, json!({ "id": second, "status": "DISABLED" })).await, ["LAST_ADMIN"]);
        assert_eq!(unassign(&app, &key, &user, &blind).await, [""; 0]);
        assert_eq!(update(&app, &key, json!({ "id": second, "status": "DISABLED" })).await, [""; 0]);
    }

    async fn two_owners_are_not_blinded_at_once(app: TestApp) {
        let key = app.admin().await;
        let (one, two) = (app.staff("one", "*").await, app.staff("two", "*").await);
        let (first, second) = (id_of(&app, &one).await, id_of(&app, &two).await);
        let blind = role(&app, &key, json!({ "name": "Blind", "fieldMasks": ["Customer.email"] })).await;
        let (a, b) = tokio::join!(assign(&app, &one, &second, &blind), assign(&app, &two, &first, &blind));
        assert_eq!([a, b].concat().len(), 1, "one of them is refused");
        assert_eq!(app.count("role_assignment").await, 1);
    }

    async fn a_change_takes_as_many_statements_however_many_there_are(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let mut roles = Vec::new();
        for number in 0..6 {
            roles.push(role(&app, &owner, json!({ "name": format!("Role {number}"), "permissions": ["orders:read"] })).await);
        }
        let invited = async |name: &str, roles: &[String]| {
            let input = json!({ "email": format!("{name}@example.com"), "roleIds": roles });
            run(&app, &owner, "staffUserCreate", "StaffUserCreateInput", input, "staffUser { id }").await.statements()
        };
        let few = invited("a", &roles[..1]).await;
        assert_eq!(invited("b", &roles).await, few);
        let change = async |permission: &str| {
            let input = json!({ "id": roles[0], "permissions": [permission] });
            run(&app, &owner, "roleUpsert", "RoleUpsertInput", input, "role { id }").await.statements()
        };
        let few = change("groups:read").await;
        for name in ["c", "d", "e"] {
            invited(name, &roles).await;
        }
        assert_eq!(change("mails:read").await, few);
    }
}
