//! Systems that keep a copy ask for what has changed since their last visit, and guests' orders are found: each by one
//! statement that an index serves.

use async_graphql::{InputType, Value as Input};
use customer_graph::{
    auth::Viewer,
    features::{address, order},
};
use sea_orm::{
    ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Statement, TransactionTrait,
};
use serde_json::{Value, json};

use super::{activity, customer, row, tell, upsert};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

/// How the database would find these rows.
async fn plan<E: EntityTrait>(app: &TestApp, select: Select<E>) -> String {
    let db = app.app.parts.database.for_migration();
    let statement = select.build(db.get_database_backend());
    let (explain, column) = if app.is_postgres() {
        ("explain", "QUERY PLAN")
    } else {
        ("explain query plan", "detail")
    };
    let transaction = db.begin().await.unwrap();
    if app.is_postgres() {
        // A table of a few rows is read as a whole otherwise.
        transaction
            .execute_unprepared("set local enable_seqscan = off; set local enable_sort = off")
            .await
            .unwrap();
    }
    let explained = Statement {
        sql: format!("{explain} {}", statement.sql),
        ..statement
    };
    let lines = transaction.query_all_raw(explained).await.unwrap();
    lines
        .iter()
        .map(|line| line.try_get::<String>("", column).unwrap() + "\n")
        .collect()
}

/// Reads a list by pages of two, in the order of the changes, and answers what stands at the pointer of each node.
async fn read_all(app: &TestApp, key: &Persona, list: &str, kind: &str, since: &str, pointer: &str) -> Vec<String> {
    let query = format!(
        "query($where: {kind}Where, $after: String) {{ {list}(where: $where, sort: [{{ key: UPDATED_AT }}], first: 2, after: $after) {{ nodes {{ id {pointer} updatedAt }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let (mut after, mut found) = (Value::Null, Vec::new());
    loop {
        let filter = json!({ "updatedAt": { "after": since } });
        let answer = app.ask(key, &query, json!({ "where": filter, "after": after })).await;
        assert_eq!(answer.statements(), 1);
        let page = &answer.data()[list];
        found.extend(
            page["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|node| node[pointer].as_str().unwrap().to_owned()),
        );
        if page["pageInfo"]["hasNextPage"] == false {
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

on_both! {
    async fn a_system_pages_through_what_has_changed(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        let create = "mutation($input: AddressCreateInput!) { addressCreate(input: $input) { userErrors { code } } }";
        let now = || app.app.parts.clock.now().to_rfc3339();
        let mut marks = Vec::new();
        for number in 1..=5 {
            marks.push(now());
            app.clock.advance(std::time::Duration::from_secs(60));
            upsert(&app, &admin, json!([row(&number.to_string(), json!({ "customerId": ada }))])).await.data();
            tell(&app, &admin, json!([activity(&number.to_string(), "NOTE", &number.to_string(), json!({}))])).await.data();
            let input = json!({ "customerId": ada, "countryCode": "DE", "city": number.to_string(), "skipValidation": true });
            assert_eq!(app.ask(&admin, create, json!({ "input": input })).await.user_errors("addressCreate"), [""; 0]);
        }
        app.clock.advance(std::time::Duration::from_secs(60));
        let middle = now();
        app.clock.advance(std::time::Duration::from_secs(60));
        upsert(&app, &admin, json!([row("2", json!({ "status": "changed" }))])).await.data();
        tell(&app, &admin, json!([activity("2", "NOTE", "2", json!({ "status": "changed" }))])).await.data();
        let erp = app.api_key("erp", "orders:read").await;
        let wms = app.api_key("wms", "addresses:read").await;
        for (key, list, kind, pointer) in [(&erp, "orderLinks", "OrderLink", "orderId"), (&erp, "orderActivities", "OrderActivity", "externalId")] {
            assert_eq!(read_all(&app, key, list, kind, &marks[0], pointer).await, ["1", "3", "4", "5", "2"], "{list}");
            assert_eq!(read_all(&app, key, list, kind, &marks[3], pointer).await, ["4", "5", "2"], "{list}");
            assert_eq!(read_all(&app, key, list, kind, &middle, pointer).await, ["2"], "{list}");
        }
        assert_eq!(read_all(&app, &wms, "addresses", "Address", &marks[1], "city").await, ["2", "3", "4", "5"]);
        for (key, list) in [(&erp, "addresses"), (&wms, "orderLinks"), (&wms, "orderActivities")] {
            let answer = app.ask(key, &format!("{{ {list} {{ nodes {{ id }} }} }}"), json!({})).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"], "{list}");
        }
        let since = app.app.parts.clock.now();
        let viewer = Viewer::System;
        for (index, plan) in [
            ("order_link_updated_at", plan(&app, order::visibility::visible_to(&viewer)
                .filter(sea_orm::ColumnTrait::gt(&entity::order_link::Column::UpdatedAt, since))
                .order_by_asc(entity::order_link::Column::UpdatedAt).order_by_asc(entity::order_link::Column::Id).limit(21)).await),
            ("order_activity_updated_at", plan(&app, order::visibility::activities_visible_to(&viewer)
                .filter(sea_orm::ColumnTrait::gt(&entity::order_activity::Column::UpdatedAt, since))
                .order_by_asc(entity::order_activity::Column::UpdatedAt).order_by_asc(entity::order_activity::Column::Id).limit(21)).await),
            ("address_updated_at", plan(&app, address::visibility::visible_to(&viewer)
                .filter(sea_orm::ColumnTrait::gt(&entity::address::Column::UpdatedAt, since))
                .order_by_asc(entity::address::Column::UpdatedAt).order_by_asc(entity::address::Column::Id).limit(21)).await),
        ] {
            assert!(plan.contains(index), "{plan}");
            assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }

    async fn staff_find_guests_orders_by_e_mail_in_one_indexed_statement(app: TestApp) {
        let admin = app.admin().await;
        let (ada, guest) = (app.customer("ada").await, customer(&app, "guest").await);
        upsert(&app, &admin, json!([
            row("1", json!({ "customerId": ada.id(), "email": "ada@example.com" })),
            row("2", json!({ "email": "Ada@Example.com", "placedAt": "2026-01-02T00:00:00Z" })),
            row("3", json!({ "customerId": guest, "email": "ada@example.com", "placedAt": "2026-01-03T00:00:00Z" })),
            row("4", json!({ "email": "bob@example.com" })),
            row("5", json!({})),
        ])).await.data();
        let query = "query($where: OrderLinkWhere) { orderLinks(where: $where) { nodes { orderId } } }";
        for (filter, found) in [
            (json!({ "email": { "eq": "ADA@example.com" }, "hasCustomer": false }), vec!["2"]),
            (json!({ "email": { "eq": "ada@example.com" }, "isGuestOrder": true }), vec!["3", "2"]),
            (json!({ "email": { "eq": "ada@example.com" }, "isGuestOrder": false }), vec!["1"]),
            (json!({ "isGuestOrder": true }), vec!["3", "2", "5", "4"]),
        ] {
            let answer = app.ask(&admin, query, json!({ "where": filter })).await;
            let orders: Vec<&str> = answer.data()["orderLinks"]["nodes"].as_array().unwrap().iter().map(|node| node["orderId"].as_str().unwrap()).collect();
            assert_eq!((orders.len(), answer.statements()), (found.len(), 1), "{filter}");
            assert_eq!(orders[..found.len().min(2)], found[..found.len().min(2)], "{filter}");
            let parsed = <order::OrderLinkWhere as InputType>::parse(Some(Input::from_json(filter.clone()).unwrap()));
            let condition = parsed.unwrap_or_else(|_| panic!("{filter}")).condition(&app.system()).unwrap();
            if filter["email"].is_object() {
                let plan = plan(&app, order::visibility::visible_to(&Viewer::System).filter(condition)
                    .order_by_desc(entity::order_link::Column::PlacedAt).order_by_desc(entity::order_link::Column::Id).limit(21)).await;
                assert!(plan.contains("order_link_email"), "{filter}: {plan}");
                assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{filter}: {plan}");
            }
        }
        // Who sees no customers is not told who has an account.
        let reader = app.api_key("reader", "orders:read").await;
        let answer = app.ask(&reader, query, json!({ "where": { "isGuestOrder": true } })).await;
        assert_eq!(answer.data()["orderLinks"]["nodes"], json!([]));
    }
}
