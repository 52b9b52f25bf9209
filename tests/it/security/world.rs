//! A small fixed world: Ada, who has one of everything, and those who look at it.

use std::collections::BTreeMap;

use customer_graph::{
    auth::secret_hash,
    features::job::service::{self as jobs, NewJob},
    work::UnitOfWork,
};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::graph::Graph;
use crate::{
    harness::{Persona, TestApp},
    mfa, passkey,
};

/// Everything that Ada has, and what once was there.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) graph: Graph,
    pub(crate) admin: Persona,
    pub(crate) personas: Vec<Persona>,
    /// What `<name>` stands for in routes and samples.
    names: BTreeMap<&'static str, String>,
    /// Ids by prefix: what is Ada's, and what was there once.
    pub(crate) theirs: BTreeMap<String, String>,
    pub(crate) gone: BTreeMap<String, String>,
}

/// An id of this kind that nobody ever had.
pub(crate) fn nobodys(prefix: &str) -> String {
    format!("{prefix}_01ARZ3NDEKTSV4RRFFQ69G5FAV")
}

fn prefix(id: &str) -> String {
    id.split_once('_').unwrap().0.to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A job that waits for ever, and has taken a step.
async fn job(app: &TestApp) -> String {
    app.write(async |unit: &mut UnitOfWork| {
        let new = NewJob {
            kind: "nobodys",
            input: json!({}),
            ..NewJob::default()
        };
        Ok(jobs::enqueue(unit, vec![new]).await?)
    })
    .await;
    app.execute("update job set memory = '{\"steps\": [{\"name\": \"one\", \"state\": \"DONE\", \"attempts\": 1, \"error\": null, \"at\": null}]}'")
        .await;
    let row = entity::job::Entity::find()
        .one(app.app.parts.database.for_migration())
        .await
        .unwrap();
    row.unwrap().id.to_string()
}

impl World {
    pub(crate) async fn make(app: &TestApp) -> Self {
        let admin = app.admin().await;
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let (analyst, staff) = (app.analyst().await, app.staff("staff", "*").await);
        let support = app
            .api_key("support", "customers:read,addresses:read,orders:read")
            .await;
        let orders_only = app.api_key("orders_only", "orders:read").await;
        let named = |name: &'static str, persona: &Persona| Persona {
            name,
            ..persona.clone()
        };
        let mut world = Self {
            graph: Graph::whole().await,
            personas: vec![
                Persona::anonymous(),
                named("customer", &ada),
                named("stranger", &bob),
                analyst,
                staff,
                support,
                orders_only,
            ],
            admin,
            names: BTreeMap::new(),
            theirs: BTreeMap::new(),
            gone: BTreeMap::new(),
        };
        let thousand = vec![format!("\"{}\"", nobodys("cuaddr")); 1_001].join(",");
        world.names.insert("thousand ids", thousand);
        // A session is ended for good, so the samples name one that is nobody's.
        world.names.insert("session", nobodys("sess"));
        world.own("ada", ada.id().to_owned());
        let methods = app.ask(&ada, "{ me { loginMethods { id } } }", Value::Null).await;
        world.own("login method", text(&methods.data()["me"]["loginMethods"][0]["id"]));
        world.names.insert("bob", bob.id().to_owned());
        world.addresses(app).await;
        world.groups(app).await;
        world.organizations(app).await;
        world.orders(app).await;
        world.notes(app).await;
        world.transfers(app).await;
        world.staff(app).await;
        let gone = app.another_session(&ada).await;
        // Ends her other sessions, and writes her about it.
        world.factors(app, &ada).await;
        world.lost(gone);
        let mails = app
            .ask(&world.admin, "{ mails(last: 1) { nodes { id } } }", Value::Null)
            .await;
        world.own("mail", text(&mails.data()["mails"]["nodes"][0]["id"]));
        world.theirs.insert("sess".to_owned(), app.another_session(&ada).await);
        // The customers come last, because what is theirs goes with them.
        let made = world
            .run(
                app,
                "staff",
                "customerCreate",
                json!({ "externalId": "made" }),
                "customer { id }",
            )
            .await;
        world.names.insert("made", text(&made["customer"]["id"]));
        let gone = world
            .run(
                app,
                "admin",
                "customerCreate",
                json!({ "externalId": "gone" }),
                "customer { id }",
            )
            .await;
        let gone = text(&gone["customer"]["id"]);
        world
            .run(
                app,
                "admin",
                "customerDelete",
                json!({ "id": gone }),
                "deletedCustomerId",
            )
            .await;
        world.lost(gone);
        world
            .run(
                app,
                "admin",
                "customerUpdate",
                json!({ "id": "<ada>", "externalId": "ada", "phone": "+4930901820" }),
                "customer { id }",
            )
            .await;
        world
    }

    async fn addresses(&mut self, app: &TestApp) {
        let german = json!({
            "customerId": "<ada>", "firstName": "Ada", "lastName": "Byron", "address1": "Hauptstraße 1", "city": "Oldenburg",
            "postalCode": "26133", "countryCode": "DE", "isDefaultShipping": true, "isDefaultBilling": true,
        });
        let made = self
            .run(app, "admin", "addressCreate", german.clone(), "address { id }")
            .await;
        self.own("address", text(&made["address"]["id"]));
        let odd = json!({ "customerId": "<ada>", "countryCode": "DE", "skipValidation": true });
        let odd = self.run(app, "admin", "addressCreate", odd, "address { id }").await;
        self.names.insert("odd address", text(&odd["address"]["id"]));
        let gone = self
            .run(
                app,
                "admin",
                "addressCreate",
                json!({ "customerId": "<ada>", "countryCode": "DE", "skipValidation": true }),
                "address { id }",
            )
            .await;
        let gone = text(&gone["address"]["id"]);
        self.run(app, "admin", "addressDelete", json!({ "id": gone }), "deletedAddressId")
            .await;
        self.lost(gone);
    }

    async fn groups(&mut self, app: &TestApp) {
        let made = self
            .run(
                app,
                "admin",
                "customerGroupCreate",
                json!({ "name": "VIP", "externalId": "vip" }),
                "customerGroup { id }",
            )
            .await;
        self.own("group", text(&made["customerGroup"]["id"]));
        let change = json!({ "groupId": "<group>", "add": ["<ada>"] });
        let made = self
            .run(app, "admin", "groupMembersChange", change, "results { membershipId }")
            .await;
        self.own("membership", text(&made["results"][0]["membershipId"]));
        let gone = self
            .run(
                app,
                "admin",
                "customerGroupCreate",
                json!({ "name": "Gone" }),
                "customerGroup { id }",
            )
            .await;
        let gone = text(&gone["customerGroup"]["id"]);
        self.run(
            app,
            "admin",
            "customerGroupDelete",
            json!({ "id": gone }),
            "deletedCustomerGroupId",
        )
        .await;
        self.lost(gone);
    }

    async fn organizations(&mut self, app: &TestApp) {
        let parts = "organization { id rootUnit { id } members { nodes { id } } }";
        let create = |name: &str| json!({ "name": name, "externalId": name, "members": [{ "customerId": "<ada>", "roles": ["admin"] }] });
        let made = self
            .run(app, "admin", "organizationCreate", create("Engines"), parts)
            .await;
        self.own("organization", text(&made["organization"]["id"]));
        self.own("unit", text(&made["organization"]["rootUnit"]["id"]));
        self.own("member", text(&made["organization"]["members"]["nodes"][0]["id"]));
        let branch = json!({ "organizationId": "<organization>", "parentId": "<unit>", "name": "Branch" });
        let branch = self
            .run(app, "admin", "organizationUnitCreate", branch, "unit { id }")
            .await;
        self.names.insert("branch", text(&branch["unit"]["id"]));
        let second = json!({ "organizationId": "<organization>", "customerId": "<bob>" });
        // Bob leaves again, so that he is a stranger to the organization.
        let second = self
            .run(app, "admin", "organizationMemberAdd", second, "member { id }")
            .await;
        let second = text(&second["member"]["id"]);
        self.run(
            app,
            "admin",
            "organizationMemberRemove",
            json!({ "id": second }),
            "removedMemberId",
        )
        .await;
        self.lost(second);
        let gone = self
            .run(app, "admin", "organizationCreate", create("Gone"), parts)
            .await;
        let (organization, unit) = (
            text(&gone["organization"]["id"]),
            text(&gone["organization"]["rootUnit"]["id"]),
        );
        let delete = json!({ "id": organization, "confirmName": "Gone" });
        self.run(app, "admin", "organizationDelete", delete, "deletedOrganizationId")
            .await;
        self.lost(organization);
        self.lost(unit);
    }

    async fn orders(&mut self, app: &TestApp) {
        let order = json!({
            "source": "shop", "orderId": "1", "displayId": "#1", "status": "paid", "currencyCode": "EUR", "totalAmount": "10.00",
            "placedAt": "2026-01-01T00:00:00Z", "sourceUpdatedAt": "2026-01-01T00:00:00Z", "customerId": "<ada>", "organizationId": "<organization>",
            "email": "ada@example.com", "channelHandle": "web",
            "lines": [{ "sku": "A", "title": "Loom", "quantity": 2, "unitPrice": "5.00", "discount": "0.00", "total": "10.00" }],
        });
        let made = self
            .run(
                app,
                "admin",
                "orderLinkUpsert",
                json!({ "orders": [order] }),
                "results { orderLink { id channel { id } } }",
            )
            .await;
        let link = &made["results"][0]["orderLink"];
        self.own("order", text(&link["id"]));
        self.own("channel", text(&link["channel"]["id"]));
        let refund = json!({
            "source": "shop", "orderId": "1", "kind": "REFUND", "externalId": "r1", "status": "asked", "amount": "1.00", "note": "Looks worn",
            "occurredAt": "2026-01-03T00:00:00Z", "sourceUpdatedAt": "2026-01-03T00:00:00Z",
        });
        let made = self
            .run(
                app,
                "admin",
                "orderActivityUpsert",
                json!({ "activities": [refund] }),
                "results { activity { id } }",
            )
            .await;
        self.own("activity", text(&made["results"][0]["activity"]["id"]));
        let named = json!({ "source": "shop", "orderId": "1" });
        let made = self.run(app, "admin", "guestOrderTokenCreate", named, "token").await;
        self.names.insert("guest token", text(&made["token"]));
        let call = json!({
            "customerId": "<ada>", "source": "phone", "externalId": "1", "kind": "CALL", "direction": "INBOUND",
            "occurredAt": "2026-01-03T00:00:00Z", "summary": "Asked for a spoon",
        });
        let made = self
            .run(
                app,
                "admin",
                "interactionRecord",
                json!({ "interactions": [call] }),
                "results { interaction { id } }",
            )
            .await;
        self.own("interaction", text(&made["results"][0]["interaction"]["id"]));
    }

    async fn notes(&mut self, app: &TestApp) {
        let note = json!({ "customerId": "<ada>", "body": "Likes tea", "isPublic": true });
        let made = self.run(app, "admin", "noteAdd", note.clone(), "note { id }").await;
        self.own("note", text(&made["note"]["id"]));
        let gone = self.run(app, "admin", "noteAdd", note, "note { id }").await;
        let gone = text(&gone["note"]["id"]);
        self.run(app, "admin", "noteDelete", json!({ "id": gone }), "deletedNoteId")
            .await;
        self.lost(gone);
    }

    /// Ada is asked for her order. Who shall own it has proven the address, so that she sees a hint at it.
    async fn transfers(&mut self, app: &TestApp) {
        let cleo = app.customer("cleo").await;
        app.execute("update customer set email_verified_at = created_at where email = 'cleo@example.com'")
            .await;
        let request = json!({ "orderLinkId": "<order>", "toCustomerId": cleo.id(), "reason": "A present" });
        let made = self
            .run(app, "staff", "orderTransferRequest", request, "orderTransfer { id }")
            .await;
        self.own("transfer", text(&made["orderTransfer"]["id"]));
        // The token that a mail would bring.
        let token = "the-token-of-the-transfer";
        let hash = secret_hash(token);
        app.execute(&format!(
            "update account_token set secret_hash = '{hash}' where purpose = 'ORDER_TRANSFER'"
        ))
        .await;
        self.names.insert("transfer token", token.to_owned());
    }

    async fn factors(&mut self, app: &TestApp, ada: &Persona) {
        let gone = mfa::enroll(app, ada).await.factor;
        self.run(app, "customer", "mfaDisable", json!({ "id": gone }), "isDisabled")
            .await;
        self.lost(gone);
        self.own("factor", mfa::enroll(app, ada).await.factor);
        // Passkeys are for those who have proven their e-mail address, which nobody here has.
        app.execute("update customer set email_verified_at = created_at").await;
        let gone = passkey::register(app, ada, &mut passkey::Device::new()).await;
        self.run(
            app,
            "customer",
            "passkeyDelete",
            json!({ "id": gone }),
            "deletedPasskeyId",
        )
        .await;
        self.lost(gone);
        self.own(
            "passkey",
            passkey::register(app, ada, &mut passkey::Device::new()).await,
        );
        app.execute("update customer set email_verified_at = null where email <> 'cleo@example.com'")
            .await;
    }

    async fn staff(&mut self, app: &TestApp) {
        let create = json!({ "email": "colleague@example.com", "name": "Colleague" });
        let made = self
            .run(app, "staff", "staffUserCreate", create, "staffUser { id }")
            .await;
        self.own("colleague", text(&made["staffUser"]["id"]));
        for (name, role) in [("parent role", "Helper"), ("role", "Clerk")] {
            let upsert = json!({ "name": role, "permissions": ["orders:read"] });
            let made = self.run(app, "staff", "roleUpsert", upsert, "role { id }").await;
            self.own(name, text(&made["role"]["id"]));
        }
        let keep = json!({ "name": "Loyal", "document": "{ viewer { kind } }", "sharedWithRoleIds": ["<role>"] });
        let made = self
            .run(app, "staff", "savedQueryCreate", keep, "savedQuery { id }")
            .await;
        self.own("saved query", text(&made["savedQuery"]["id"]));
        // Disabled, so that nobody is asked.
        let url = "https://hooks.example.com/";
        let hook = json!({ "point": "BEFORE", "mutation": "customerUpdate", "url": url, "isEnabled": false });
        let made = self.run(app, "staff", "hookUpsert", hook, "hook { id }").await;
        self.own("hook", text(&made["hook"]["id"]));
        let steps = json!([{ "name": "one", "url": url }]);
        let workflow = json!({ "name": "Steps", "topics": ["a.b"], "steps": steps, "isEnabled": false });
        let made = self
            .run(app, "staff", "workflowUpsert", workflow, "workflow { id }")
            .await;
        self.own("workflow", text(&made["workflow"]["id"]));
        self.own("job", job(app).await);
        let assign = json!({ "staffUserId": "<colleague>", "roleId": "<parent role>" });
        self.run(app, "staff", "roleAssign", assign, "staffUser { id }").await;
        let create = json!({ "name": "ERP", "permissions": ["orders:read"] });
        let made = self.run(app, "staff", "apiKeyCreate", create, "apiKey { id }").await;
        self.own("key", text(&made["apiKey"]["id"]));
        let create = json!({ "url": "http://127.0.0.1:9/", "topics": ["api_key.created"] });
        let made = self
            .run(app, "staff", "webhookCreate", create, "webhookEndpoint { id }")
            .await;
        self.own("webhook", text(&made["webhookEndpoint"]["id"]));
        let create = json!({ "name": "Web shop", "kind": "PUBLISHABLE", "channelId": "<channel>" });
        let made = self
            .run(app, "staff", "apiKeyCreate", create, "secret apiKey { id }")
            .await;
        self.names.insert("shop key", text(&made["apiKey"]["id"]));
        while app.count("webhook_delivery").await == 0 {
            app.app.webhooks.fan_out().await.unwrap();
        }
        let deliveries = app
            .ask(
                &self.admin,
                "{ webhookDeliveries(first: 1) { nodes { id } } }",
                Value::Null,
            )
            .await;
        self.own(
            "webhook delivery",
            text(&deliveries.data()["webhookDeliveries"]["nodes"][0]["id"]),
        );
        self.personas.push(Persona {
            name: "storefront",
            publishable_key: Some(text(&made["secret"])),
            ..Persona::anonymous()
        });
    }

    fn own(&mut self, name: &'static str, id: String) {
        self.theirs.insert(prefix(&id), id.clone());
        self.names.insert(name, id);
    }

    fn lost(&mut self, id: String) {
        self.gone.insert(prefix(&id), id);
    }

    /// Puts the ids into a text.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, id)| {
            text.replace(&format!("<{name}>"), id)
        })
    }

    /// Puts the ids into an input.
    pub(crate) fn fill_json(&self, input: &Value) -> Value {
        serde_json::from_str(&self.fill(&input.to_string())).unwrap()
    }

    pub(crate) fn persona(&self, name: &str) -> &Persona {
        self.personas
            .iter()
            .find(|persona| persona.name == name)
            .unwrap_or(&self.admin)
    }

    /// Runs a mutation that has to succeed and answers its payload.
    pub(super) async fn run(
        &self,
        app: &TestApp,
        persona: &str,
        mutation: &str,
        input: Value,
        selection: &str,
    ) -> Value {
        let kind = &self.graph.field("Mutation", mutation).unwrap().arguments[0].written;
        let query = format!(
            "mutation($input: {kind}) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code path }} }} }}"
        );
        let input = self.fill_json(&input);
        let answer = app.ask(self.persona(persona), &query, json!({ "input": input })).await;
        let payload = &answer.data()[mutation];
        assert_eq!(
            payload["userErrors"],
            json!([]),
            "{mutation} of {input}: {:#}",
            answer.body
        );
        payload.clone()
    }
}
