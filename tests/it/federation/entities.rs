//! `_entities`: what other services refer to by id.

use serde_json::{Value, json};

use super::{entities, ids, representation};
use crate::{
    address, customer,
    harness::{Persona, TestApp},
    on_both, organization,
};

/// So many customers, each with an address, and so many groups and organizations.
async fn some_of_each(app: &TestApp, admin: &Persona, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for number in 0..count {
        let name = format!("c{number}");
        let id = customer::create(app, admin, json!({ "externalId": name })).await;
        let own = address::german(json!({ "customerId": id }));
        all.push(address::address(app, admin, own).await);
        let group = "mutation($name: String!) { customerGroupCreate(input: { name: $name }) { customerGroup { id } } }";
        let group = app.ask(admin, group, json!({ "name": name })).await;
        all.push(organization::text(
            &group.data()["customerGroupCreate"]["customerGroup"]["id"],
        ));
        let organization = organization::organization(app, admin, &name, &[(id.as_str(), "buyer")]).await;
        all.push(organization::text(&organization["id"]));
        all.push(id);
    }
    all
}

on_both! {
    async fn one_statement_for_each_type_however_many_are_asked_for(app: TestApp) {
        let admin = app.admin().await;
        let all = some_of_each(&app, &admin, 4).await;
        for many in [4, 16] {
            // Repeated, and the other way around.
            let asked: Vec<&String> = all[..many].iter().chain(all[..many].iter().rev()).collect();
            let representations: Vec<Value> = asked.iter().map(|id| representation(id)).collect();
            let answer = entities(&app, &admin, &representations).await;
            answer.data();
            assert_eq!(ids(&answer), asked.iter().map(|id| Some(id.as_str())).collect::<Vec<_>>());
            assert_eq!(answer.statements(), 4);
        }
        let of_one_type: Vec<Value> = all.iter().filter(|id| id.starts_with("cus_")).map(|id| representation(id)).collect();
        assert_eq!(entities(&app, &admin, &of_one_type).await.statements(), 1);
        let twice = "query($some: [_Any!]!, $all: [_Any!]!) {
            one: _entities(representations: $some) { ... on Customer { id addresses { nodes { id } } } }
            other: _entities(representations: $all) { ... on Customer { id addresses { nodes { id } } } } }";
        let answer = app.ask(&admin, twice, json!({ "some": of_one_type[..2], "all": of_one_type })).await;
        assert_eq!(answer.data()["other"][3]["addresses"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(answer.statements(), 2, "one for all customers, one for all their addresses");
    }

    async fn what_is_not_there_is_null_and_takes_nobody_with_it(app: TestApp) {
        let admin = app.admin().await;
        let id = customer::create(&app, &admin, json!({ "externalId": "somebody" })).await;
        for nothing in [
            representation(customer::NOBODY),
            json!({ "__typename": "Customer", "id": "cus_1" }),
            json!({ "__typename": "Customer", "id": "" }),
            json!({ "__typename": "Customer", "id": "cus_\u{0}1ARZ3NDEKTSV4RRFFQ69G5FAV" }),
            json!({ "__typename": "Customer", "id": null }),
            json!({ "__typename": "Customer", "id": 1 }),
            json!({ "__typename": "Customer", "id": [id] }),
            json!({ "__typename": "Customer", "id": { "id": id } }),
            json!({ "__typename": "Customer" }),
            json!({ "__typename": "Customer", "email": "ada@example.com" }),
            json!({ "__typename": "Address", "id": id }),
            json!({ "__typename": "CustomerGroup", "id": id }),
        ] {
            let answer = entities(&app, &admin, &[representation(&id), nothing.clone(), representation(&id)]).await;
            answer.data();
            assert_eq!(ids(&answer), [Some(&*id), None, Some(&*id)], "{nothing}");
        }
        // What another service of the graph sends along for its own fields counts for nothing.
        let more = json!({ "__typename": "Customer", "id": id, "email": "eve@example.com", "phone": null, "nested": { "id": 1 } });
        let answer = entities(&app, &admin, &[more]).await;
        answer.data();
        assert_eq!(ids(&answer), [Some(&*id)]);
        assert_eq!(ids(&entities(&app, &admin, &[]).await), [None::<&str>; 0]);
    }

    async fn what_is_no_entity_is_an_error_of_its_own_place(app: TestApp) {
        let admin = app.admin().await;
        let id = customer::create(&app, &admin, json!({ "externalId": "somebody" })).await;
        for wrong in [
            json!({ "__typename": "Nope", "id": "1" }), json!({ "__typename": "Order", "id": "1" }), json!({ "__typename": "Session", "id": id }),
            json!({ "__typename": "customer", "id": id }), json!({ "__typename": null, "id": id }), json!({ "__typename": 1 }), json!({ "id": id }),
            json!({}), json!("x"), json!(1), json!([]), json!([representation(&id)]),
        ] {
            let answer = entities(&app, &admin, &[representation(&id), wrong.clone(), representation(&id)]).await;
            assert_eq!(ids(&answer), [Some(&*id), None, Some(&*id)], "{wrong}");
            assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{wrong}");
            assert_eq!(answer.body["errors"][0]["path"], json!(["_entities", 1]), "{wrong}");
        }
    }

    async fn a_thousand_are_taken_at_once_and_no_more(app: TestApp) {
        let admin = app.admin().await;
        let id = customer::create(&app, &admin, json!({ "externalId": "somebody" })).await;
        let representations = vec![representation(&id); 1_000];
        let answer = entities(&app, &admin, &representations).await;
        answer.data();
        assert_eq!((ids(&answer).len(), answer.statements()), (1_000, 1));
        let different: Vec<Value> = (0..999).map(|number| representation(&format!("cus_{number:026}"))).chain([representation(&id)]).collect();
        let answer = entities(&app, &admin, &different).await;
        answer.data();
        assert_eq!((ids(&answer)[999], answer.statements()), (Some(&*id), 1));
        let answer = entities(&app, &admin, &vec![representation(&id); 1_001]).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
        assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("1000"), "{}", answer.body);
    }

    async fn the_token_that_the_gateway_forwards_decides_what_is_there(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let home = address::address(&app, &admin, address::german(json!({ "customerId": ada.id() }))).await;
        let group = "mutation { customerGroupCreate(input: { name: \"VIP\" }) { customerGroup { id } } }";
        let group = organization::text(&app.ask(&admin, group, json!({})).await.data()["customerGroupCreate"]["customerGroup"]["id"]);
        let company = organization::text(&organization::organization(&app, &admin, "Company", &[(ada.id(), "buyer")]).await["id"]);
        let all = [ada.id(), &home, &group, &company, bob.id()];
        let representations = all.map(representation);
        let nothing = [None; 5];
        let everything = all.map(Some);
        for (persona, expected) in [
            (Persona::anonymous(), nothing),
            (ada.clone(), [Some(ada.id()), Some(&*home), None, Some(&*company), None]),
            (bob.clone(), [None, None, None, None, Some(bob.id())]),
            (app.analyst().await, everything),
            (app.staff("groups", "groups:read").await, [None, None, Some(&*group), None, None]),
            (app.staff("addresses", "addresses:read").await, [None, Some(&*home), None, None, None]),
            (app.api_key("key", "customers:read,organizations:read").await, [Some(ada.id()), None, None, Some(&*company), Some(bob.id())]),
            (app.staff("nobody", "").await, nothing),
        ] {
            let answer = entities(&app, &persona, &representations).await;
            answer.data();
            assert_eq!(ids(&answer), expected, "{}", persona.name);
        }
    }

    async fn guards_hold_inside_of_an_entity_as_everywhere(app: TestApp) {
        let ada = app.customer("ada").await;
        let query = "query($all: [_Any!]!) { _entities(representations: $all) { ... on Customer { id privateMetadata groups { totalCount } } } }";
        let answer = app.ask(&ada, query, json!({ "all": [representation(ada.id())] })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN", "FORBIDDEN"]);
        assert_eq!(answer.body["data"]["_entities"], json!([{ "id": ada.id(), "privateMetadata": null, "groups": null }]));
    }

    async fn who_was_deleted_is_null(app: TestApp) {
        let admin = app.admin().await;
        let (ada, eve) = (customer::create(&app, &admin, json!({ "email": "ada@example.com" })).await, customer::create(&app, &admin, json!({ "externalId": "somebody" })).await);
        let home = address::address(&app, &admin, address::german(json!({ "customerId": ada }))).await;
        let delete = "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { deletedCustomerId userErrors { code } } }";
        assert_eq!(app.ask(&admin, delete, json!({ "id": ada })).await.user_errors("customerDelete"), [""; 0]);
        let answer = entities(&app, &admin, &[&ada, &eve, &home].map(|id| representation(id))).await;
        answer.data();
        assert_eq!(ids(&answer), [None, Some(&*eve), None]);
    }
}
