//! `organizationUpsert`.

use serde_json::json;

use super::{errors, mutate, organization};
use crate::on_both;

const SHOWN: &str = "isCreated organization { id name legalName externalId version rootUnit { name } }";

on_both! {
    async fn an_external_id_creates_once_and_then_changes(app: TestApp) {
        let admin = app.admin().await;
        let input = |name: &str| json!({ "identifier": { "externalId": "ae" }, "name": name });
        let first = mutate(&app, &admin, "organizationUpsert", SHOWN, input("One")).await;
        assert_eq!((&first["isCreated"], &first["organization"]["externalId"]), (&json!(true), &json!("ae")));
        assert_eq!(first["organization"]["rootUnit"]["name"], "One");
        let second = mutate(&app, &admin, "organizationUpsert", SHOWN, input("Two")).await;
        assert_eq!(second["isCreated"], false);
        assert_eq!(second["organization"]["id"], first["organization"]["id"]);
        assert_eq!((&second["organization"]["name"], &second["organization"]["version"]), (&json!("Two"), &json!(2)));
        assert_eq!(app.count("organization").await, 1);
    }

    async fn an_id_never_creates_and_a_new_organization_needs_a_name(app: TestApp) {
        let admin = app.admin().await;
        let refused = mutate(&app, &admin, "organizationUpsert", SHOWN, json!({ "identifier": { "id": "org_00000000000000000000000000" }, "name": "x" })).await;
        assert_eq!(errors(&refused), [("NOT_FOUND", "identifier.id".to_owned())]);
        let refused = mutate(&app, &admin, "organizationUpsert", SHOWN, json!({ "identifier": { "externalId": "ae" }, "legalName": "x" })).await;
        assert_eq!(errors(&refused), [("REQUIRED", "name".to_owned())]);
        let id = organization(&app, &admin, "One", &[]).await["id"].clone();
        let changed = mutate(&app, &admin, "organizationUpsert", SHOWN, json!({ "identifier": { "id": id }, "legalName": "x" })).await;
        assert_eq!(changed["organization"]["legalName"], "x");
    }

    async fn a_dry_run_that_would_create_shows_no_organization(app: TestApp) {
        let admin = app.admin().await;
        let input = json!({ "identifier": { "externalId": "ae" }, "name": "One", "dryRun": true });
        let dry = mutate(&app, &admin, "organizationUpsert", SHOWN, input.clone()).await;
        assert_eq!((&dry["organization"], &dry["isCreated"]), (&json!(null), &json!(true)));
        assert_eq!(app.count("organization").await, 0);
    }

    async fn two_at_once_create_one(app: TestApp) {
        let admin = app.admin().await;
        let once = || mutate(&app, &admin, "organizationUpsert", SHOWN, json!({ "identifier": { "externalId": "ae" }, "name": "One" }));
        let answers = futures_util::future::join_all((0..6).map(|_| once())).await;
        let created = answers.iter().filter(|answer| answer["isCreated"] == true).count();
        assert_eq!((created, app.count("organization").await), (1, 1), "{answers:#?}");
    }
}
