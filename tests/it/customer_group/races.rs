//! Two writers at once, on PostgreSQL.

use futures_util::future::join_all;
use serde_json::json;

use super::*;

#[tokio::test]
async fn of_two_groups_with_one_name_at_once_one_is_refused() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let admin = app.admin().await;
    let create = "mutation($input: CustomerGroupCreateInput!) {
      customerGroupCreate(input: $input) { customerGroup { id } userErrors { code } }
    }";
    for round in 0..5 {
        let answers = join_all(["Gold", "GOLD", "góld", "gold"].map(|name| {
            app.ask(
                &admin,
                create,
                json!({ "input": { "name": format!("{name} {round}") } }),
            )
        }))
        .await;
        let mut errors: Vec<&str> = answers
            .iter()
            .flat_map(|answer| {
                answer.data();
                answer.user_errors("customerGroupCreate")
            })
            .collect();
        errors.sort_unstable();
        assert_eq!(errors, ["NAME_TAKEN"; 3]);
    }
    assert_eq!(app.count("customer_group").await, 5);
}

#[tokio::test]
async fn one_pair_added_twenty_times_at_once_is_one_membership() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let admin = app.admin().await;
    let gold = group(&app, &admin, "Gold").await;
    let people = customers(&app, &admin, 2).await;
    let query = "mutation($input: GroupMembersChangeInput!) {
      groupMembersChange(input: $input) { results { result } userErrors { code } }
    }";
    // Half of them name the customers in the other order.
    let answers = join_all((0..20).map(|number| {
        let mut add = people.clone();
        if number % 2 == 0 {
            add.reverse();
        }
        app.ask(&admin, query, json!({ "input": { "groupId": gold, "add": add } }))
    }))
    .await;
    let added = answers
        .iter()
        .flat_map(|answer| list(&answer.data()["groupMembersChange"]["results"]))
        .filter(|change| change["result"] == "ADDED")
        .count();
    assert_eq!(added, 2);
    assert_eq!(app.count("customer_group_member").await, 2);
    assert_eq!(app.count("timeline_entry where type = 'customer.group.added'").await, 2);
}

#[tokio::test]
async fn a_group_that_goes_while_customers_come_leaves_nothing_behind() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let admin = app.admin().await;
    let people = customers(&app, &admin, 20).await;
    let gold = group(&app, &admin, "Gold").await;
    add(&app, &admin, &gold, &people[..10]).await;
    let change = "mutation($input: GroupMembersChangeInput!) {
      groupMembersChange(input: $input) { results { result } userErrors { code } }
    }";
    let delete = "mutation($input: CustomerGroupDeleteInput!) {
      customerGroupDelete(input: $input) { removedMembershipCount userErrors { code } }
    }";
    let (deleted, changed) = tokio::join!(
        app.ask(&admin, delete, json!({ "input": { "id": gold } })),
        join_all((0..10).map(|number| app.ask(
            &admin,
            change,
            json!({ "input": { "groupId": gold, "add": [people[10 + number]], "remove": [people[number]] } })
        ))),
    );
    assert_eq!(deleted.data()["customerGroupDelete"]["removedMembershipCount"], 10);
    for answer in &changed {
        answer.data();
        let errors = answer.user_errors("groupMembersChange");
        assert!(errors.is_empty() || errors == ["NOT_FOUND"], "{errors:?}");
    }
    assert_eq!(app.count("customer_group_member").await, 0);
    let balance = app.count("timeline_entry where type = 'customer.group.added'").await
        - app.count("timeline_entry where type = 'customer.group.removed'").await;
    assert_eq!(balance, 0);
}
