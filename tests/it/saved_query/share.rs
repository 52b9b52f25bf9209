use serde_json::{Value, json};

use super::{DOCUMENT, keep, names, role, run, staff_with};
use crate::{
    harness::{Answer, Persona, TestApp},
    on_both,
};

/// What every route tells of a query.
async fn routes(app: &TestApp, persona: &Persona, id: &str) -> Vec<Answer> {
    let node = "query($id: ID!) { savedQuery(id: $id) { name } node(id: $id) { id } nodes(ids: [$id]) { id } savedQueries { nodes { id } } }";
    let mut answers = vec![app.ask(persona, node, json!({ "id": id })).await];
    answers.push(run(app, persona, "savedQueryUpdate", json!({ "id": id, "name": "Mine" })).await);
    answers.push(run(app, persona, "savedQueryDelete", json!({ "id": id })).await);
    for answer in &mut answers {
        answer.body["extensions"] = Value::Null;
    }
    answers
}

on_both! {
    async fn a_query_of_another_answers_as_none_at_all(app: TestApp) {
        let (sam, owner) = (app.staff("sam", "*").await, app.staff("owner", "*").await);
        let id = keep(&app, &sam, "Loyal", &[]).await;
        let nobodys = routes(&app, &owner, "sqry_01ARZ3NDEKTSV4RRFFQ69G5FAV").await;
        let theirs = routes(&app, &owner, &id).await;
        for (theirs, nobodys) in theirs.iter().zip(nobodys) {
            assert_eq!((theirs.status, &theirs.body), (nobodys.status, &nobodys.body));
        }
        assert_eq!(app.ask(&sam, "query($id: ID!) { savedQuery(id: $id) { id } }", json!({ "id": "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV" })).await.codes(), ["BAD_USER_INPUT"]);
        assert_eq!(app.count("saved_query where version = 1").await, 1);
    }

    async fn those_with_the_role_see_it_and_cannot_change_it(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let desk = role(&app, &owner, "Desk", &[]).await;
        let night = role(&app, &owner, "Night desk", &[&desk]).await;
        let other = role(&app, &owner, "Other", &[]).await;
        let sam = staff_with(&app, &owner, "sam", &desk, None).await;
        let kim = staff_with(&app, &owner, "kim", &night, None).await;
        let pat = staff_with(&app, &owner, "pat", &other, None).await;
        let id = keep(&app, &sam, "Loyal", &[&desk]).await;
        assert_eq!(names(&app, &kim).await, ["Loyal"], "Kim's role inherits from that of Sam");
        assert_eq!(names(&app, &pat).await, [""; 0]);
        assert_eq!(names(&app, &owner).await, [""; 0], "permissions open nothing");
        let fields = "query($id: ID!) { savedQuery(id: $id) { isOwn document variables owner { id } sharedWith { name } } }";
        let seen = app.ask(&kim, fields, json!({ "id": id })).await;
        assert_eq!(seen.data()["savedQuery"], json!({ "isOwn": false, "document": DOCUMENT, "variables": "{\"first\": 10}", "owner": null, "sharedWith": [{ "name": "Desk" }] }));
        for (mutation, input) in [("savedQueryUpdate", json!({ "id": id, "name": "Mine" })), ("savedQueryDelete", json!({ "id": id }))] {
            assert_eq!(run(&app, &kim, mutation, input).await.user_errors(mutation), ["NOT_FOUND"]);
        }
        let answer = run(&app, &sam, "savedQueryUpdate", json!({ "id": id, "sharedWithRoleIds": [] })).await;
        assert_eq!(answer.data()["savedQueryUpdate"]["savedQuery"]["sharedWith"], json!([]));
        assert_eq!(names(&app, &kim).await, [""; 0]);
    }

    async fn one_shares_with_roles_that_one_has_or_may_see(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let desk = role(&app, &owner, "Desk", &[]).await;
        let night = role(&app, &owner, "Night desk", &[&desk]).await;
        let other = role(&app, &owner, "Other", &[]).await;
        let kim = staff_with(&app, &owner, "kim", &night, None).await;
        let audiences = |answer: Answer| answer.data()["savedQueryAudiences"].as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(audiences(app.ask(&kim, "{ savedQueryAudiences { name } }", json!({})).await), ["Desk", "Night desk"]);
        let all = audiences(app.ask(&owner, "{ savedQueryAudiences { roleId name } }", json!({})).await);
        assert!(["Desk", "Other", "analyst"].iter().all(|name| all.contains(&(*name).to_owned())), "{all:?}");
        let share = |roles: &[&str]| json!({ "name": "Loyal", "document": DOCUMENT, "sharedWithRoleIds": roles });
        for stranger in [other.as_str(), "role_01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
            let answer = run(&app, &kim, "savedQueryCreate", share(&[&desk, stranger])).await;
            let errors = &answer.data()["savedQueryCreate"]["userErrors"];
            assert_eq!((&errors[0]["code"], &errors[0]["path"], errors.as_array().unwrap().len()), (&json!("NOT_FOUND"), &json!(["sharedWithRoleIds", "1"]), 1));
        }
        let answer = run(&app, &kim, "savedQueryCreate", share(&[&desk, &night, &desk])).await;
        assert_eq!(answer.data()["savedQueryCreate"]["savedQuery"]["sharedWith"], json!([{ "roleId": desk, "name": "Desk" }, { "roleId": night, "name": "Night desk" }]));
        let many = vec![other.as_str(); 21];
        let answer = run(&app, &owner, "savedQueryCreate", share(&many)).await;
        assert_eq!(answer.user_errors("savedQueryCreate"), ["LIMIT_EXCEEDED"]);
        assert_eq!(run(&app, &owner, "savedQueryCreate", share(&[&other])).await.user_errors("savedQueryCreate"), [""; 0]);
    }

    async fn with_whom_it_was_shared_stays_when_one_loses_the_role(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let desk = role(&app, &owner, "Desk", &[]).await;
        let sam = staff_with(&app, &owner, "sam", &desk, None).await;
        let id = keep(&app, &sam, "Loyal", &[&desk]).await;
        app.execute("delete from role_assignment").await;
        let sam = app.log_in_again(&sam).await;
        let kept = run(&app, &sam, "savedQueryUpdate", json!({ "id": id, "name": "Faithful", "sharedWithRoleIds": [desk] })).await;
        assert_eq!(kept.data()["savedQueryUpdate"]["savedQuery"]["sharedWith"][0]["roleId"], desk, "one's own still tells all");
        assert_eq!(run(&app, &sam, "savedQueryCreate", json!({ "name": "New", "document": DOCUMENT, "sharedWithRoleIds": [desk] })).await.user_errors("savedQueryCreate"), ["NOT_FOUND"]);
    }

    async fn a_role_within_a_channel_opens_nothing(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let order = json!({ "source": "shop", "orderId": "1", "status": "paid", "currencyCode": "EUR", "totalAmount": "1.00", "placedAt": "2026-01-01T00:00:00Z", "sourceUpdatedAt": "2026-01-01T00:00:00Z", "channelHandle": "web", "email": "a@example.com" });
        let made = app.ask(&owner, "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { results { orderLink { channel { id } } } } }", json!({ "input": { "orders": [order] } })).await;
        let channel = made.data()["orderLinkUpsert"]["results"][0]["orderLink"]["channel"]["id"].clone();
        let desk = role(&app, &owner, "Desk", &[]).await;
        let pat = staff_with(&app, &owner, "pat", &desk, channel.as_str()).await;
        keep(&app, &owner, "Loyal", &[&desk]).await;
        assert_eq!(names(&app, &pat).await, [""; 0]);
        let audiences = app.ask(&pat, "{ savedQueryAudiences { name } }", json!({})).await;
        assert_eq!(audiences.data()["savedQueryAudiences"], json!([]));
    }

    async fn a_role_that_goes_takes_its_share_along(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let desk = role(&app, &owner, "Desk", &[]).await;
        let id = keep(&app, &owner, "Loyal", &[&desk]).await;
        let delete = app.ask(&owner, "mutation($id: ID!) { roleDelete(input: { id: $id }) { userErrors { code } } }", json!({ "id": desk })).await;
        assert_eq!(delete.user_errors("roleDelete"), [""; 0]);
        let answer = app.ask(&owner, "query($id: ID!) { savedQuery(id: $id) { sharedWith { name } } }", json!({ "id": id })).await;
        assert_eq!(answer.data()["savedQuery"]["sharedWith"], json!([]));
    }

    async fn a_hidden_field_is_hidden_here_as_well(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let input = json!({ "name": "Masks", "permissions": ["orders:read"], "fieldMasks": ["SavedQuery.variables"] });
        let query = "mutation($input: RoleUpsertInput!) { roleUpsert(input: $input) { role { id } userErrors { code } } }";
        let answer = app.ask(&owner, query, json!({ "input": input })).await;
        let masks = answer.data()["roleUpsert"]["role"]["id"].as_str().unwrap().to_owned();
        let sam = staff_with(&app, &owner, "sam", &masks, None).await;
        keep(&app, &owner, "Loyal", &[&masks]).await;
        let answer = app.ask(&sam, "{ savedQueries { nodes { name variables } } }", json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(answer.body["data"]["savedQueries"]["nodes"], json!([{ "name": "Loyal", "variables": null }]));
    }

    async fn a_list_takes_as_many_statements_for_many_as_for_few(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let desk = role(&app, &owner, "Desk", &[]).await;
        let list = "{ savedQueries { nodes { owner { id } sharedWith { name } } } }";
        keep(&app, &owner, "One", &[&desk]).await;
        let few = app.ask(&owner, list, json!({})).await.statements();
        for name in ["Two", "Three", "Four", "Five"] {
            keep(&app, &owner, name, &[&desk]).await;
        }
        assert_eq!(app.ask(&owner, list, json!({})).await.statements(), few);
    }
}
