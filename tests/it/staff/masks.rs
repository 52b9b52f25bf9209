//! Fields that the roles of a staff user hide.

use serde_json::{Value, json};

use super::{assign, id_of, role, run};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

/// A staff user who may read everything but phone numbers and e-mail addresses of customers, and one customer.
async fn world(app: &TestApp) -> (Persona, Persona, String) {
    let owner = app.staff("owner", "*").await;
    let masked = json!({ "name": "Masked", "permissions": ["*:read", "customers:write"], "fieldMasks": ["Customer.phone", "Customer.email", "OrderLink.email"] });
    let masked = role(app, &owner, masked).await;
    let sam = app.staff("sam", "").await;
    assert_eq!(assign(app, &owner, &id_of(app, &sam).await, &masked).await, [""; 0]);
    let input = json!({ "email": "ada@example.com", "phone": "+4930901820", "firstName": "Ada", "groupIds": null });
    let input = json!({ "email": input["email"], "phone": input["phone"], "firstName": input["firstName"] });
    let made = run(
        app,
        &owner,
        "customerCreate",
        "CustomerCreateInput",
        input,
        "customer { id }",
    )
    .await;
    let id = made.data()["customerCreate"]["customer"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (owner, app.log_in_again(&sam).await, id)
}

/// Whether an answer tells what is hidden.
fn tells(answer: &crate::harness::Answer) -> bool {
    let text = answer.body["data"].to_string();
    text.contains("ada@example.com") || text.contains("30901820")
}

on_both! {
    async fn a_hidden_field_answers_null_with_an_error_whatever_way_leads_to_it(app: TestApp) {
        let (owner, sam, id) = world(&app).await;
        for query in [
            "{ customers { nodes { id firstName phone phoneE164 } } }",
            "{ customers { edges { node { id firstName p: phone q: phoneE164 } } } }",
            "query($id: ID!) { customer(id: $id) { id firstName phone phoneE164 } }",
            "query($id: ID!) { node(id: $id) { id ... on Customer { firstName phone phoneE164 } } }",
            "query($id: ID!) { nodes(ids: [$id]) { ...F } } fragment F on Customer { id firstName phone phoneE164 }",
            "query($id: ID!) { _entities(representations: [{ __typename: \"Customer\", id: $id }]) { ... on Customer { id firstName phone phoneE164 } } }",
            "query($id: ID!) { customer(id: $id) { id firstName phone @include(if: true) phoneE164 } }",
            "mutation($id: ID!) { customerUpdate(input: { id: $id, firstName: \"Ada\" }) { customer { id firstName phone phoneE164 } } }",
        ] {
            let variables = if query.contains("$id") { json!({ "id": id }) } else { json!({}) };
            let answer = app.ask(&sam, query, variables.clone()).await;
            assert_eq!(answer.codes(), ["FORBIDDEN", "FORBIDDEN"], "{query}: {:#}", answer.body);
            assert!(!tells(&answer), "{query}: {:#}", answer.body);
            assert!(answer.body["data"].to_string().contains("\"Ada\""), "what is not hidden is shown: {:#}", answer.body);
            assert!(tells(&app.ask(&owner, query, variables).await), "{query}: others see it");
        }
        let answer = app.ask(&sam, "{ customers { nodes { firstName phone email displayName } } }", json!({})).await;
        assert_eq!(answer.body["data"]["customers"]["nodes"], json!([{ "firstName": "Ada", "phone": null, "email": null, "displayName": "Ada" }]));
        assert_eq!(answer.body["errors"][0]["path"].as_array().unwrap()[..3], json!(["customers", "nodes", 0]).as_array().unwrap()[..]);
    }

    async fn a_name_to_show_is_made_of_what_is_shown(app: TestApp) {
        let (owner, sam, id) = world(&app).await;
        run(&app, &owner, "customerUpdate", "CustomerUpdateInput", json!({ "id": id, "firstName": null }), "customer { id }").await.data();
        let query = "query($id: ID!) { customer(id: $id) { displayName } }";
        assert_eq!(app.ask(&owner, query, json!({ "id": id })).await.data()["customer"]["displayName"], "ada@example.com");
        assert_eq!(app.ask(&sam, query, json!({ "id": id })).await.data()["customer"]["displayName"], "");
    }

    async fn nothing_tells_about_hidden_values(app: TestApp) {
        let (owner, sam, id) = world(&app).await;
        for (query, variables) in [
            ("{ customers(where: { phone: { eq: \"+4930901820\" } }) { totalCount } }", json!({})),
            ("{ customers(where: { OR: [{ NOT: { email: { startsWith: \"a\" } } }] }) { totalCount } }", json!({})),
            ("query($where: CustomerWhere) { customers(where: $where) { totalCount } }", json!({ "where": { "AND": [{ "email": { "eq": "ada@example.com" } }] } })),
            ("query($filter: StringFilter) { customers(where: { email: $filter }) { totalCount } }", json!({ "filter": { "eq": "ada@example.com" } })),
            ("{ customers(sort: [{ key: EMAIL }]) { nodes { id } } }", json!({})),
            ("query($sort: [CustomerSort!]) { customers(sort: $sort) { nodes { id } } }", json!({ "sort": [{ "key": "EMAIL" }] })),
            ("query($key: CustomerSortKey!) { customers(sort: [{ key: $key }]) { nodes { id } } }", json!({ "key": "EMAIL" })),
            ("{ customers(query: \"ada@example\") { totalCount } }", json!({})),
            ("{ customer(email: \"ada@example.com\") { id } }", json!({})),
            ("mutation { customerCreate(input: { email: \"ada@example.com\" }) { userErrors { code } } }", json!({})),
            ("mutation($input: CustomerUpsertInput!) { customerUpsert(input: $input) { customer { id } } }", json!({ "input": { "identifier": { "email": "ada@example.com" } } })),
            ("query { ...F } fragment F on Query { customers(where: { email: { eq: \"ada@example.com\" } }) { totalCount } }", json!({})),
        ] {
            let answer = app.ask(&sam, query, variables.clone()).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"], "{query}: {:#}", answer.body);
            assert!(answer.body.get("data").is_none(), "{query}");
            assert_ne!(app.ask(&owner, query, variables).await.codes(), ["FORBIDDEN"], "{query}: others may");
        }
        let answer = app.ask(&sam, "mutation($id: ID!) { customerUpdate(input: { id: $id, firstName: \"A\", dryRun: true }) { dryRun { changes { before } } } }", json!({ "id": id })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        let fair = "{ customers(where: { firstName: { eq: \"Ada\" } }, sort: [{ key: FIRST_NAME }]) { totalCount } }";
        assert_eq!(app.ask(&sam, fair, json!({})).await.data()["customers"]["totalCount"], 1);
    }

    async fn introspection_leaves_out_what_is_hidden(app: TestApp) {
        let (owner, sam, _) = world(&app).await;
        let query = "{ __type(name: \"Customer\") { name fields { name } } __schema { types { name fields { name } } } }";
        let names = |answer: &crate::harness::Answer| answer.data()["__type"]["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let (all, shown) = (names(&app.ask(&owner, query, json!({})).await), names(&app.ask(&sam, query, json!({})).await));
        let missing: Vec<&String> = all.iter().filter(|name| !shown.contains(name)).collect();
        assert_eq!(missing, ["email", "phone", "phoneE164"]);
    }

    async fn one_role_that_shows_a_field_shows_it(app: TestApp) {
        let (owner, sam, _) = world(&app).await;
        let open = role(&app, &owner, json!({ "name": "Open", "permissions": ["customers:read"], "fieldMasks": ["Customer.email"] })).await;
        assert_eq!(assign(&app, &owner, &id_of(&app, &sam).await, &open).await, [""; 0]);
        let sam = app.log_in_again(&sam).await;
        let answer = app.ask(&sam, "{ customers { nodes { phone email } } }", json!({})).await;
        assert_eq!(answer.body["data"]["customers"]["nodes"], json!([{ "phone": "+4930901820", "email": null }]));
    }

    async fn nobody_shows_others_what_is_hidden_from_them(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let hidden = json!({ "name": "Manager", "permissions": ["staff:*", "customers:read"], "fieldMasks": ["Customer.phone"] });
        let manager_role = role(&app, &owner, hidden).await;
        let manager = app.staff("manager", "").await;
        assert_eq!(assign(&app, &owner, &id_of(&app, &manager).await, &manager_role).await, [""; 0]);
        let manager = app.log_in_again(&manager).await;
        let user = id_of(&app, &app.staff("sam", "").await).await;
        let upsert = |masks: Value| json!({ "name": "Mine", "permissions": ["customers:read"], "fieldMasks": masks });
        let answer = run(&app, &manager, "roleUpsert", "RoleUpsertInput", upsert(json!([])), "role { id }").await;
        assert_eq!(answer.user_errors("roleUpsert"), ["OUT_OF_SCOPE_PERMISSION"]);
        let mine = role(&app, &manager, upsert(json!(["Customer.phone"]))).await;
        assert_eq!(assign(&app, &manager, &user, &mine).await, [""; 0]);
        let open = role(&app, &owner, json!({ "name": "Open", "permissions": ["customers:read"] })).await;
        assert_eq!(assign(&app, &manager, &user, &open).await, ["OUT_OF_SCOPE_PERMISSION"]);
        let answer = run(&app, &manager, "staffUserUpdate", "StaffUserUpdateInput", json!({ "id": user, "permissions": ["customers:read"] }), "staffUser { id }").await;
        assert_eq!(answer.user_errors("staffUserUpdate"), [""; 0], "direct grants show nothing that roles hide");
    }
}
