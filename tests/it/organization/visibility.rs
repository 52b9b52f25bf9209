//! Who sees what of organizations.

use customer_graph::features::organization::service::ADMIN;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{customer, member, organization};
use crate::{harness::Persona, on_both};

on_both! {
    async fn a_member_sees_their_organizations_and_their_own_membership_alone(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        customer(&app, &admin, "bob").await;
        let firm = organization(&app, &admin, "Firm", &[(ada.id(), "admin"), ("bob", "buyer")]).await;
        organization(&app, &admin, "Another", &[(ada.id(), "buyer")]).await;
        let other = organization(&app, &admin, "Other", &[("bob", "buyer")]).await;
        let answer = app.ask(&ada, "{
          me { memberships { nodes { organization { name } customer { firstName } roles { handle } } totalCount } }
          myOrganizations { nodes { name rootUnit { name } roles { handle } } totalCount }
        }", json!({})).await;
        assert_eq!(answer.data()["me"]["memberships"], json!({ "nodes": [
            { "organization": { "name": "Firm" }, "customer": { "firstName": "ada" }, "roles": [{ "handle": "admin" }] },
            { "organization": { "name": "Another" }, "customer": { "firstName": "ada" }, "roles": [{ "handle": "buyer" }] },
        ], "totalCount": 2 }));
        let mine = &answer.data()["myOrganizations"];
        assert_eq!((&mine["totalCount"], &mine["nodes"][0]["name"], &mine["nodes"][1]["rootUnit"]["name"]), (&json!(2), &json!("Another"), &json!("Firm")));
        let query = "query($firm: ID!, $other: ID!, $ids: [ID!]!) {
          firm: organization(id: $firm) { name }
          other: organization(id: $other) { name }
          hidden: organization(externalId: \"Other\") { name }
          nodes(ids: $ids) { id }
        }";
        let (own, foreign) = (member(&firm, "ada"), member(&firm, "bob"));
        let ids = [&firm["id"], &firm["rootUnit"]["id"], &json!(own), &json!(foreign), &other["id"], &other["rootUnit"]["id"]];
        let answer = app.ask(&ada, query, json!({ "firm": firm["id"], "other": other["id"], "ids": ids })).await;
        assert_eq!(*answer.data(), json!({
            "firm": { "name": "Firm" }, "other": null, "hidden": null,
            "nodes": [{ "id": firm["id"] }, { "id": firm["rootUnit"]["id"] }, { "id": own }, null, null, null],
        }));
    }

    async fn the_store_sees_no_other_members_and_no_private_metadata(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        let firm = organization(&app, &admin, "Firm", &[(ada.id(), "admin")]).await;
        for query in [
            "query($id: ID!) { organization(id: $id) { members { totalCount } } }",
            "query($id: ID!) { organization(id: $id) { privateMetadata } }",
            "query($id: ID!) { organizations { nodes { id } } organization(id: $id) { id } }",
            "mutation($id: ID!) { organizationUpdate(input: { id: $id, name: \"Mine\" }) { organization { id } } }",
        ] {
            let answer = app.ask(&ada, query, json!({ "id": firm["id"] })).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"], "{query}");
        }
        let answer = app.ask(&admin, "{ myOrganizations { totalCount } }", json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
    }

    async fn a_membership_on_hold_is_shown_without_its_organization(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        let firm = organization(&app, &admin, "Firm", &[(ada.id(), "admin")]).await;
        app.app.parts.database.for_migration().execute_unprepared("update organization_member set status = 'SUSPENDED'").await.unwrap();
        let answer = app.ask(&ada, "query($id: ID!) {
          me { memberships { nodes { status organization { name } units { name } } } }
          myOrganizations { nodes { name } }
          organization(id: $id) { name }
        }", json!({ "id": firm["id"] })).await;
        assert_eq!(*answer.data(), json!({
            "me": { "memberships": { "nodes": [{ "status": "SUSPENDED", "organization": null, "units": [] }] } },
            "myOrganizations": { "nodes": [] }, "organization": null,
        }));
    }

    async fn who_has_not_logged_in_or_may_not_read_organizations_sees_none(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        let firm = organization(&app, &admin, "Firm", &[(ada.id(), "admin")]).await;
        let ids = json!({ "ids": [firm["id"], firm["rootUnit"]["id"], member(&firm, "ada"), ADMIN.to_string()] });
        let clerk = app.api_key("clerk", "customers:*").await;
        for persona in [&Persona::anonymous(), &clerk] {
            let answer = app.ask(persona, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids.clone()).await;
            assert_eq!(answer.data()["nodes"], json!([null, null, null, null]), "{}", persona.name);
        }
        let answer = app.ask(&clerk, "query($id: ID!) { customer(id: $id) { firstName memberships { totalCount } } }", json!({ "id": ada.id() })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(answer.body["data"]["customer"], json!({ "firstName": "ada", "memberships": null }));
        let accountant = app.api_key("accountant", "organizations:read").await;
        let answer = app.ask(&accountant, "query($id: ID!) { organization(id: $id) { members { nodes { id customer { id } } } } }", json!({ "id": firm["id"] })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(answer.body["data"]["organization"]["members"]["nodes"][0]["customer"], json!(null));
    }
}
