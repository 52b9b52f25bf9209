//! Those who are much like one of the personas of the world, and differ in one thing.

use serde_json::{Value, json};

use super::world::World;
use crate::harness::{Persona, TestApp};

/// Who, and whom they are like.
#[derive(Debug)]
pub(crate) struct Relative {
    pub(crate) persona: Persona,
    pub(crate) like: &'static str,
}

/// What the role of the masked analyst hides.
const MASKS: [&str; 5] = [
    "Customer.email",
    "Customer.phone",
    "Mail.recipient",
    "OrderLink.email",
    "SavedQuery.variables",
];

pub(crate) async fn of(app: &TestApp, world: &World) -> Vec<Relative> {
    let masks = json!({ "name": "Masks", "permissions": ["*:read"], "fieldMasks": MASKS });
    let in_channel = json!({ "name": "Orders of a channel", "permissions": ["orders:read"] });
    // The sessions of the others end when they have been asked, and these would end with them.
    let sam = app.staff("sam", "*").await;
    let acting = "mutation($id: ID!) { impersonationStart(input: { customerId: $id, reason: \"A call\", readOnly: false }) { accessToken } }";
    let acting = app.ask(&sam, acting, json!({ "id": world.fill("<ada>") })).await;
    let acting = acting.data()["impersonationStart"]["accessToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let key = world.persona("storefront").publishable_key.clone();
    vec![
        Relative {
            persona: with_role(app, world, "masked", masks, Value::Null).await,
            like: "analyst",
        },
        Relative {
            persona: with_role(app, world, "in_channel", in_channel, json!("<channel>")).await,
            like: "orders_only",
        },
        Relative {
            persona: Persona {
                name: "customer_of_shop",
                publishable_key: key,
                ..app.on_another_device(world.persona("customer")).await
            },
            like: "customer",
        },
        Relative {
            persona: Persona::bearer("acting", &acting),
            like: "customer",
        },
    ]
}

/// A staff user who may do what this role says, and nothing else.
async fn with_role(app: &TestApp, world: &World, name: &'static str, role: Value, channel: Value) -> Persona {
    let role = world.run(app, "staff", "roleUpsert", role, "role { id }").await;
    let persona = app.staff(name, "").await;
    let user = app.ask(&persona, "{ viewer { staffUser { id } } }", Value::Null).await;
    let assign = json!({
        "staffUserId": user.data()["viewer"]["staffUser"]["id"], "roleId": role["role"]["id"], "channelId": channel,
    });
    world.run(app, "staff", "roleAssign", assign, "staffUser { id }").await;
    app.log_in_again(&persona).await
}
