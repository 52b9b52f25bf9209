//! What is read from the feed.

use customer_graph::work::UnitOfWork;
use serde_json::{Value, json};

use super::{ask, end, page, record, refusal, settle, setup, versions, write};
use crate::{customer::create, on_both_with};

on_both_with! { setup();
    async fn whoever_goes_on_misses_nothing_whichever_process_answers(app: TestApp) {
        let reader = app.api_key("reader", "events:read").await;
        let other = app.beside(setup()).await;
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        for round in 0..4 {
            for number in 0..5 {
                write(&app, "customer.updated", round * 5 + number).await;
            }
            loop {
                let answerer = if seen.len() % 2 == 0 { &app } else { &other };
                let page = page(answerer, &reader, json!({ "first": 2, "after": after })).await;
                assert_eq!(page["pageInfo"]["hasPreviousPage"], !after.is_null());
                seen.extend(versions(&page));
                after = end(&page);
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
            }
        }
        assert_eq!(seen, (0..20).collect::<Vec<_>>(), "each once, in their order");
        let nothing = page(&other, &reader, json!({ "after": after })).await;
        assert_eq!((&nothing["nodes"], &nothing["pageInfo"]["startCursor"]), (&json!([]), &Value::Null));
        assert_eq!(end(&nothing), after, "where nothing happens the cursor stays");
    }

    async fn an_event_tells_ids_and_paths_and_no_values(app: TestApp) {
        let (admin, sam) = (app.admin().await, app.staff("sam", "*").await);
        let start = end(&page(&app, &admin, json!({ "fromNow": true })).await);
        let ada = create(&app, &sam, json!({ "email": "ada@example.com", "firstName": "Canary" })).await;
        let group = app.ask(&sam, "mutation { customerGroupCreate(input: { name: \"VIP\" }) { customerGroup { id } } }", json!({})).await;
        let group = group.data()["customerGroupCreate"]["customerGroup"]["id"].clone();
        let add = "mutation($input: GroupMembersChangeInput!) { groupMembersChange(input: $input) { userErrors { code } } }";
        app.ask(&sam, add, json!({ "input": { "groupId": group, "add": [ada] } })).await.data();
        let staff = app.ask(&sam, "mutation { staffUserCreate(input: { email: \"bob@example.com\" }) { staffUser { id } } }", json!({})).await;
        let staff = staff.data()["staffUserCreate"]["staffUser"]["id"].clone();
        settle(&app).await;
        let answer = ask(&app, &admin, json!({ "after": start })).await;
        assert_eq!(answer.statements(), 1);
        let page = &answer.data()["changes"];
        let events = page["nodes"].as_array().unwrap();
        let told: Vec<(&Value, &Value)> = events.iter().map(|event| (&event["topic"], &event["subjectId"])).collect();
        let (ada, made) = (json!(ada), &events[0]);
        assert_eq!(told[..3], [(&json!("customer.created"), &ada), (&json!("customer.group.created"), &group), (&json!("customer.group.added"), &ada)]);
        assert!(told[3..].iter().any(|(topic, subject)| **topic == "staff.created" && **subject == staff), "{told:?}");
        assert_eq!((&made["objectId"], &made["objectVersion"], &made["actor"]["type"]), (&ada, &json!(1), &json!("STAFF")));
        assert!(made["id"].as_str().unwrap().starts_with("evt_") && made["actor"]["id"].as_str().unwrap().starts_with("staff_"));
        let paths = made["changedPaths"].as_array().unwrap();
        assert!(paths.contains(&json!("email")) && paths.contains(&json!("firstName")), "{paths:?}");
        assert!(made["requestId"].is_string());
        assert!(!page.to_string().contains("Canary") && !page.to_string().contains("example.com"));
        let cursors: Vec<&Value> = page["edges"].as_array().unwrap().iter().map(|edge| &edge["cursor"]).collect();
        assert_eq!((cursors[0], *cursors.last().unwrap()), (&page["pageInfo"]["startCursor"], &end(page)));
        let rest = super::page(&app, &admin, json!({ "after": cursors[0] })).await;
        assert_eq!(rest["nodes"].as_array().unwrap()[..], events[1..]);
    }

    async fn what_a_role_hides_is_not_among_the_paths(app: TestApp) {
        let owner = app.staff("owner", "*").await;
        let role = json!({ "name": "Masked", "permissions": ["events:read", "customers:read"], "fieldMasks": ["Customer.email", "Customer.phone"] });
        let upsert = "mutation($input: RoleUpsertInput!) { roleUpsert(input: $input) { role { id } userErrors { code } } }";
        let role = app.ask(&owner, upsert, json!({ "input": role })).await.data()["roleUpsert"]["role"]["id"].clone();
        let sam = app.staff("sam", "").await;
        let user = app.ask(&sam, "{ viewer { staffUser { id } } }", Value::Null).await;
        let user = user.data()["viewer"]["staffUser"]["id"].clone();
        let assign = "mutation($user: ID!, $role: ID!) { roleAssign(input: { staffUserId: $user, roleId: $role }) { userErrors { code } } }";
        let assigned = app.ask(&owner, assign, json!({ "user": user, "role": role })).await;
        assert_eq!(assigned.user_errors("roleAssign"), [""; 0]);
        let sam = app.log_in_again(&sam).await;
        create(&app, &owner, json!({ "email": "ada@example.com", "phone": "+4930901820", "firstName": "Ada" })).await;
        let mut told = Vec::new();
        for persona in [&owner, &sam] {
            let page = page(&app, persona, json!({ "topics": ["customer.created"] })).await;
            let paths = page["nodes"][0]["changedPaths"].as_array().unwrap().clone();
            let mut paths: Vec<String> = paths.iter().map(|path| path.as_str().unwrap().to_owned()).collect();
            paths.sort_unstable();
            told.push(paths);
        }
        let (all, shown) = (&told[0], &told[1]);
        assert!(shown.contains(&"firstName".to_owned()), "{shown:?}");
        let hidden: Vec<&String> = all.iter().filter(|path| !shown.contains(*path)).collect();
        assert_eq!(hidden, ["email", "phone"]);
        assert_eq!(all.len(), shown.len() + hidden.len(), "and nothing else is told");
    }

    async fn a_reader_of_some_topics_goes_on_where_nothing_of_them_happens(app: TestApp) {
        let reader = app.api_key("reader", "events:read").await;
        for version in 0..6 {
            write(&app, ["customer.updated", "customer.address.updated", "order.placed"][usize::try_from(version % 3).unwrap()], version).await;
        }
        let of = async |topics: Value| versions(&page(&app, &reader, json!({ "topics": topics })).await);
        assert_eq!(of(json!(["customer.updated"])).await, [0, 3]);
        assert_eq!(of(json!(["customer.*"])).await, [0, 1, 3, 4]);
        assert_eq!(of(json!(["customer.address.*", "order.placed"])).await, [1, 2, 4, 5]);
        assert_eq!(of(json!(["*"])).await, [0, 1, 2, 3, 4, 5]);
        assert_eq!(of(json!(["custome.*", "customer", "order.placed.*"])).await, [0; 0]);
        let two = page(&app, &reader, json!({ "topics": ["customer.*"], "first": 2 })).await;
        assert_eq!((versions(&two), &two["pageInfo"]["hasNextPage"]), (vec![0, 1], &json!(true)));
        let rest = page(&app, &reader, json!({ "topics": ["customer.*"], "first": 2, "after": end(&two) })).await;
        assert_eq!((versions(&rest), &rest["pageInfo"]["hasNextPage"]), (vec![3, 4], &json!(false)));
        // The cursor is good with other topics, and stands behind everything that was looked at.
        let none = page(&app, &reader, json!({ "topics": ["group.*"] })).await;
        assert_eq!(versions(&none), [0; 0]);
        write(&app, "group.made", 9).await;
        assert_eq!(versions(&page(&app, &reader, json!({ "after": end(&none) })).await), [9]);
        assert_eq!(versions(&page(&app, &reader, json!({ "after": end(&none), "topics": ["group.*"] })).await), [9]);
    }

    async fn a_rare_topic_is_come_to_in_a_few_pages(app: TestApp) {
        let reader = app.api_key("reader", "events:read").await;
        app.write(async |unit: &mut UnitOfWork| {
            (0..12_000).for_each(|version| unit.record(record("customer.updated", version)));
            unit.record(record("order.placed", 7));
            Ok(())
        })
        .await;
        let (mut pages, mut after) = (0, Value::Null);
        let found = loop {
            let page = page(&app, &reader, json!({ "topics": ["order.*"], "after": after, "first": 10 })).await;
            pages += 1;
            after = end(&page);
            if page["pageInfo"]["hasNextPage"] == false {
                break versions(&page);
            }
            assert_eq!(versions(&page), [0; 0]);
        };
        assert_eq!((found, pages), (vec![7], 3));
    }

    async fn from_now_on_begins_with_what_comes_next(app: TestApp) {
        let reader = app.api_key("reader", "events:read").await;
        write(&app, "customer.updated", 1).await;
        let start = page(&app, &reader, json!({ "fromNow": true })).await;
        assert_eq!((versions(&start), &start["pageInfo"]["hasNextPage"]), (vec![], &json!(false)));
        write(&app, "customer.updated", 2).await;
        assert_eq!(versions(&page(&app, &reader, json!({ "after": end(&start) })).await), [2]);
    }

    async fn what_makes_no_sense_is_refused(app: TestApp) {
        let reader = app.api_key("reader", "events:read").await;
        let cursor = end(&page(&app, &reader, json!({})).await);
        let foreign = app.ask(&app.admin().await, "{ customerGroups { pageInfo { endCursor } } orderLinks { pageInfo { endCursor } } }", json!({})).await;
        foreign.data();
        for (variables, reason) in [
            (json!({ "after": "nonsense" }), json!("INVALID_CURSOR")),
            (json!({ "after": cursor, "fromNow": true }), Value::Null),
            (json!({ "topics": [] }), Value::Null),
            (json!({ "topics": ["customer.*.updated"] }), Value::Null),
            (json!({ "topics": ["Customer"] }), Value::Null),
            (json!({ "first": -1 }), Value::Null),
            (json!({ "first": 251 }), json!("PAGE_TOO_LARGE")),
        ] {
            let answer = ask(&app, &reader, variables.clone()).await;
            assert_eq!(refusal(&answer), json!(["BAD_USER_INPUT", reason]), "{variables}");
        }
        let other = app.api_key("other", "customers:*,timeline:read,webhooks:*").await;
        assert_eq!(ask(&app, &other, json!({})).await.codes(), ["FORBIDDEN"]);
        let ada = app.customer("ada").await;
        assert_eq!(ask(&app, &ada, json!({})).await.codes(), ["FORBIDDEN"]);
    }
}
