//! Who is in which group.

use serde_json::json;

use super::*;
use crate::on_both;

const MEMBERS: &str = "mutation($input: GroupMembersChangeInput!) {
  groupMembersChange(input: $input) {
    customerGroup { id customers { totalCount } }
    results { result customerId groupId membershipId membership { id addedAt customer { id } group { name } } }
    userErrors { code path }
    dryRun { events changes { path before after } }
  }
}";

const GROUPS: &str = "mutation($input: CustomerGroupsChangeInput!) {
  customerGroupsChange(input: $input) {
    customer { groups { nodes { name } } }
    results { result }
    userErrors { code path }
  }
}";

fn pairs(verb: &str) -> String {
    format!(
        "mutation($input: GroupMemberships{verb}Input!) {{
           groupMemberships{verb}(input: $input) {{
             results {{ result membershipId userErrors {{ code path }} }}
             userErrors {{ code path }}
           }}
         }}"
    )
}

fn results(changes: &Value) -> Vec<&str> {
    list(changes)
        .iter()
        .map(|change| change["result"].as_str().unwrap_or("null"))
        .collect()
}

on_both! {
    async fn adding_twice_and_removing_who_is_not_there_change_nothing_and_say_so(app: TestApp) {
        let admin = app.admin().await;
        let gold = group(&app, &admin, "Gold").await;
        let people = customers(&app, &admin, 3).await;
        let answer = app.ask(&admin, MEMBERS, json!({ "input": { "groupId": gold, "add": people[..2], "remove": [people[2]] } })).await;
        let change = &answer.data()["groupMembersChange"];
        assert_eq!(results(&change["results"]), ["ADDED", "ADDED", "UNCHANGED"]);
        assert_eq!(change["customerGroup"]["customers"]["totalCount"], 2);
        let first = &change["results"][0];
        assert!(text(&first["membershipId"]).starts_with("cusgc_"));
        assert_eq!(first["membership"]["customer"]["id"], json!(people[0]));
        assert_eq!(first["membership"]["group"]["name"], "Gold");
        let again = app.ask(&admin, MEMBERS, json!({ "input": { "groupId": gold, "add": [people[0], people[2], people[2]], "remove": [people[1]] } })).await;
        let again = &again.data()["groupMembersChange"]["results"];
        assert_eq!(results(again), ["UNCHANGED", "ADDED", "UNCHANGED", "REMOVED"]);
        assert_eq!(again[0]["membershipId"], first["membershipId"]);
        assert_eq!(app.count("customer_group_member").await, 2);
        assert_eq!(app.count("timeline_entry where type = 'customer.group.added'").await, 3);
        assert_eq!(app.count("outbox_event where topic = 'customer.group.removed'").await, 1);
    }

    async fn a_customer_is_put_into_several_groups_in_one_save(app: TestApp) {
        let admin = app.admin().await;
        let (gold, silver) = (group(&app, &admin, "Gold").await, group(&app, &admin, "Silver").await);
        let person = customers(&app, &admin, 1).await.remove(0);
        let answer = app.ask(&admin, GROUPS, json!({ "input": { "customerId": person, "add": [gold, silver] } })).await;
        let change = &answer.data()["customerGroupsChange"];
        assert_eq!(change["customer"]["groups"]["nodes"], json!([{ "name": "Silver" }, { "name": "Gold" }]));
        let answer = app.ask(&admin, GROUPS, json!({ "input": { "customerId": person, "remove": [gold, silver] } })).await;
        assert_eq!(results(&answer.data()["customerGroupsChange"]["results"]), ["REMOVED", "REMOVED"]);
        assert_eq!(app.count("customer_group_member").await, 0);
    }

    async fn each_pair_is_written_into_the_timeline_of_its_customer(app: TestApp) {
        use entity::id::PrefixedId;
        let admin = app.admin().await;
        let gold = group(&app, &admin, "Gold").await;
        let person = customers(&app, &admin, 1).await.remove(0);
        let answer = app.ask(&admin, MEMBERS, json!({ "input": { "groupId": gold, "add": [person], "dryRun": true } })).await;
        let change = &answer.data()["groupMembersChange"];
        assert_eq!(change["dryRun"], json!({ "events": ["customer.group.added"], "changes": [{ "path": "groups", "before": null, "after": gold }] }));
        assert_eq!(change["results"][0]["membership"], json!(null));
        assert_eq!(app.count("customer_group_member").await, 0);
        add(&app, &admin, &gold, std::slice::from_ref(&person)).await;
        let db = app.app.parts.database.reader(&customer_graph::work::Statements::default());
        let customer = entity::id::CustomerId::parse(&person).unwrap();
        assert_eq!(customer_graph::work::timeline::verify(&db, customer.uuid()).await.unwrap(), Ok(2));
    }

    async fn what_is_not_there_is_not_found_at_its_path(app: TestApp) {
        let admin = app.admin().await;
        let gold = group(&app, &admin, "Gold").await;
        let people = customers(&app, &admin, 2).await;
        let answer = app.ask(&admin, MEMBERS, json!({ "input": { "groupId": gold, "add": [people[0], nobody("cus")], "remove": [people[0]] } })).await;
        assert_eq!(answer.data()["groupMembersChange"]["userErrors"], json!([
            { "code": "NOT_FOUND", "path": ["add", "1"] },
            { "code": "DUPLICATED_INPUT_ITEM", "path": ["remove", "0"] },
        ]));
        let answer = app.ask(&admin, MEMBERS, json!({ "input": { "groupId": nobody("cusgroup"), "add": people } })).await;
        assert_eq!(answer.data()["groupMembersChange"]["userErrors"], json!([{ "code": "NOT_FOUND", "path": ["groupId"] }]));
        let answer = app.ask(&admin, GROUPS, json!({ "input": { "customerId": nobody("cus"), "add": [gold, nobody("cusgroup")] } })).await;
        assert_eq!(answer.data()["customerGroupsChange"]["userErrors"], json!([
            { "code": "NOT_FOUND", "path": ["customerId"] },
            { "code": "NOT_FOUND", "path": ["add", "1"] },
        ]));
        let answer = app.ask(&admin, MEMBERS, json!({ "input": { "groupId": gold, "add": [gold] } })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
        let answer = app.ask(&admin, MEMBERS, json!({ "input": { "groupId": gold } })).await;
        assert_eq!(answer.user_errors("groupMembersChange"), ["REQUIRED"]);
        assert_eq!(app.count("customer_group_member").await, 0);
    }

    async fn pairs_are_added_and_removed_each_with_its_own_result(app: TestApp) {
        let admin = app.admin().await;
        let (gold, silver) = (group(&app, &admin, "Gold").await, group(&app, &admin, "Silver").await);
        let people = customers(&app, &admin, 2).await;
        let rows = json!([
            { "customerId": people[0], "groupId": gold },
            { "customerId": people[1], "groupId": silver },
            { "customerId": nobody("cus"), "groupId": nobody("cusgroup") },
        ]);
        let refused = app.ask(&admin, &pairs("Add"), json!({ "input": { "pairs": rows } })).await;
        assert_eq!(refused.data()["groupMembershipsAdd"], json!({ "results": [], "userErrors": [
            { "code": "NOT_FOUND", "path": ["pairs", "2", "customerId"] },
            { "code": "NOT_FOUND", "path": ["pairs", "2", "groupId"] },
        ] }));
        assert_eq!(app.count("customer_group_member").await, 0);
        let input = json!({ "input": { "pairs": rows, "errorPolicy": "REJECT_FAILED_ROWS", "idempotencyKey": "key" } });
        let added = app.ask(&admin, &pairs("Add"), input.clone()).await;
        assert_eq!(results(&added.data()["groupMembershipsAdd"]["results"]), ["ADDED", "ADDED", "null"]);
        let repeated = app.ask(&admin, &pairs("Add"), input).await;
        assert_eq!(repeated.data(), added.data());
        let rows = json!([{ "customerId": people[0], "groupId": gold }, { "customerId": people[0], "groupId": silver }]);
        let removed = app.ask(&admin, &pairs("Remove"), json!({ "input": { "pairs": rows } })).await;
        assert_eq!(results(&removed.data()["groupMembershipsRemove"]["results"]), ["REMOVED", "UNCHANGED"]);
        assert_eq!(app.count("customer_group_member").await, 1);
    }

    async fn a_thousand_pairs_are_a_handful_of_statements_and_more_are_refused(app: TestApp) {
        let admin = app.admin().await;
        let gold = group(&app, &admin, "Gold").await;
        let people = customers(&app, &admin, 1_000).await;
        let answer = app.ask(&admin, &pairs("Add"), json!({ "input": { "pairs": people.iter().map(|person| json!({ "customerId": person, "groupId": gold })).collect::<Vec<_>>() } })).await;
        assert_eq!(list(&answer.data()["groupMembershipsAdd"]["results"]).len(), 1_000);
        assert!(answer.statements() <= 8, "{}", answer.statements());
        let answer = app.ask(&admin, MEMBERS, json!({ "input": { "groupId": gold, "add": people, "remove": [people[0]] } })).await;
        assert_eq!(answer.user_errors("groupMembersChange"), ["LIMIT_EXCEEDED"]);
    }
}
