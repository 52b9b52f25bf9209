//! `organizationUnitCreate`, `organizationUnitUpdate`, `organizationUnitDelete`.

use serde_json::{Value, json};

use super::{customer, errors, member, mutate, organization, text};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

const UNIT: &str = "unit { id name version parent { name } children { nodes { name } totalCount } }";

async fn create(app: &TestApp, admin: &Persona, organization: &Value, parent: Option<&str>, name: &str) -> Value {
    let input = json!({ "organizationId": organization["id"], "parentId": parent, "name": name });
    mutate(app, admin, "organizationUnitCreate", UNIT, input).await
}

on_both! {
    async fn units_form_a_tree_under_the_root(app: TestApp) {
        let admin = app.admin().await;
        let firm = organization(&app, &admin, "Firm", &[]).await;
        let north = create(&app, &admin, &firm, None, "North").await;
        assert_eq!(north["unit"]["parent"], json!({ "name": "Firm" }));
        let id = text(&north["unit"]["id"]);
        for name in ["Oslo", "Turku"] {
            create(&app, &admin, &firm, Some(&id), name).await;
        }
        let shown = app.ask(&admin, "query($id: ID!) { organization(id: $id) { units(first: 3) { nodes { name } pageInfo { hasNextPage } totalCount } rootUnit { children { nodes { name children(first: 1) { nodes { name } totalCount pageInfo { hasNextPage } } } } } } }", json!({ "id": firm["id"] })).await;
        let shown = &shown.data()["organization"];
        assert_eq!(shown["units"], json!({ "nodes": [{ "name": "Firm" }, { "name": "North" }, { "name": "Oslo" }], "pageInfo": { "hasNextPage": true }, "totalCount": 4 }));
        assert_eq!(shown["rootUnit"]["children"]["nodes"], json!([{ "name": "North", "children": { "nodes": [{ "name": "Oslo" }], "totalCount": 2, "pageInfo": { "hasNextPage": true } } }]));
    }

    async fn a_parent_is_of_the_same_organization(app: TestApp) {
        let admin = app.admin().await;
        let (firm, other) = (organization(&app, &admin, "Firm", &[]).await, organization(&app, &admin, "Other", &[]).await);
        let foreign = other["rootUnit"]["id"].as_str();
        assert_eq!(errors(&create(&app, &admin, &firm, foreign, "x").await), [("NOT_FOUND", "parentId".to_owned())]);
        assert_eq!(errors(&create(&app, &admin, &firm, None, "").await), [("REQUIRED", "name".to_owned())]);
        let unit = create(&app, &admin, &firm, None, "Own").await["unit"]["id"].clone();
        let moved = mutate(&app, &admin, "organizationUnitUpdate", UNIT, json!({ "id": unit, "parentId": foreign })).await;
        assert_eq!(errors(&moved), [("NOT_FOUND", "parentId".to_owned())]);
    }

    async fn a_unit_is_renamed_and_moved_but_never_below_itself(app: TestApp) {
        let admin = app.admin().await;
        let firm = organization(&app, &admin, "Firm", &[]).await;
        let a = text(&create(&app, &admin, &firm, None, "A").await["unit"]["id"]);
        let b = text(&create(&app, &admin, &firm, Some(&a), "B").await["unit"]["id"]);
        let c = text(&create(&app, &admin, &firm, Some(&b), "C").await["unit"]["id"]);
        for below in [&a, &b, &c] {
            let refused = mutate(&app, &admin, "organizationUnitUpdate", UNIT, json!({ "id": a, "parentId": below })).await;
            assert_eq!(errors(&refused), [("INVALID", "parentId".to_owned())]);
        }
        let root = &firm["rootUnit"]["id"];
        let refused = mutate(&app, &admin, "organizationUnitUpdate", UNIT, json!({ "id": root, "parentId": a })).await;
        assert_eq!(errors(&refused), [("INVALID", "parentId".to_owned())]);
        let refused = mutate(&app, &admin, "organizationUnitUpdate", UNIT, json!({ "id": c, "parentId": null })).await;
        assert_eq!(errors(&refused), [("REQUIRED", "parentId".to_owned())]);
        let moved = mutate(&app, &admin, "organizationUnitUpdate", UNIT, json!({ "id": c, "parentId": root, "name": "Sea", "expectedVersion": 1 })).await;
        assert_eq!(moved["unit"], json!({ "id": c, "name": "Sea", "version": 2, "parent": { "name": "Firm" }, "children": { "nodes": [], "totalCount": 0 } }));
        let stale = mutate(&app, &admin, "organizationUnitUpdate", UNIT, json!({ "id": c, "name": "x", "expectedVersion": 1 })).await;
        assert_eq!(errors(&stale), [("CONFLICT", "expectedVersion".to_owned())]);
    }

    async fn two_moves_at_once_make_no_cycle(app: TestApp) {
        let admin = app.admin().await;
        let firm = organization(&app, &admin, "Firm", &[]).await;
        let a = text(&create(&app, &admin, &firm, None, "A").await["unit"]["id"]);
        let b = text(&create(&app, &admin, &firm, None, "B").await["unit"]["id"]);
        let one = mutate(&app, &admin, "organizationUnitUpdate", UNIT, json!({ "id": a, "parentId": b }));
        let other = mutate(&app, &admin, "organizationUnitUpdate", UNIT, json!({ "id": b, "parentId": a }));
        let (one, other) = futures_util::future::join(one, other).await;
        assert_eq!([errors(&one), errors(&other)].concat(), [("INVALID", "parentId".to_owned())]);
    }

    async fn the_root_and_what_is_in_use_stay(app: TestApp) {
        let admin = app.admin().await;
        customer(&app, &admin, "ada").await;
        let firm = organization(&app, &admin, "Firm", &[("ada", "buyer")]).await;
        let a = text(&create(&app, &admin, &firm, None, "A").await["unit"]["id"]);
        let b = text(&create(&app, &admin, &firm, Some(&a), "B").await["unit"]["id"]);
        let ada = member(&firm, "ada");
        mutate(&app, &admin, "organizationMemberUnitsSet", "member { id }", json!({ "id": ada, "unitIds": [b] })).await;
        for id in [firm["rootUnit"]["id"].as_str().unwrap(), &a, &b] {
            let refused = mutate(&app, &admin, "organizationUnitDelete", "deletedUnitId", json!({ "id": id })).await;
            assert_eq!(errors(&refused), [("IN_USE", "id".to_owned())]);
        }
        mutate(&app, &admin, "organizationMemberUnitsSet", "member { id }", json!({ "id": ada, "unitIds": [] })).await;
        for id in [&b, &a] {
            let gone = mutate(&app, &admin, "organizationUnitDelete", "deletedUnitId", json!({ "id": id })).await;
            assert_eq!(gone["deletedUnitId"], json!(id));
        }
        assert_eq!(app.count("organization_unit").await, 1);
    }
}
