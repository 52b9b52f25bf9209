//! Personal data is named so in the contract: whatever shows it has the tag by which gateways leave it out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use customer_graph::schema;
use entity::{
    address, customer, interaction, mail, mfa_factor, note, order_activity, order_link, order_transfer, passkey,
    personal_data::{Classified, DataClass},
    provider_identity, saved_query, session, staff_user, timeline_entry,
};
use sea_orm::{ColumnTrait, ColumnType, IdenStatic, Iterable, sea_query::StringLen};
use serde_json::{Value, json};

use super::{samples, world::World};
use crate::harness::TestApp;

const CANARY: &str = "canary";

/// Puts the canary into every text that the entity calls personal.
async fn plant<E: Classified>(app: &TestApp) {
    let table = E::default().table_name().to_owned();
    for column in E::Column::iter().filter(|column| E::class(column) == DataClass::Personal) {
        let name = column.as_str();
        let value = match column.def().get_column_type() {
            ColumnType::Text | ColumnType::String(StringLen::None | StringLen::N(_) | StringLen::Max) => {
                format!("coalesce({name}, '') || '{CANARY}' || hex(id)")
            }
            ColumnType::Json | ColumnType::JsonBinary => format!("'{{\"{CANARY}\": \"{CANARY}\"}}'"),
            _ => continue,
        };
        // Some columns are too short for it.
        let statements = format!("pragma ignore_check_constraints = on; update {table} set {name} = {value}");
        app.execute(&statements).await;
    }
}

/// The fields with the tag.
fn tagged() -> BTreeSet<String> {
    let mut tagged = BTreeSet::new();
    for definition in parse_schema(schema::sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(kind) = definition else {
            continue;
        };
        let TypeKind::Object(object) = &kind.node.kind else {
            continue;
        };
        for field in &object.fields {
            let mut directives = field.node.directives.iter().map(|directive| &directive.node);
            let is_tag = |value: &Value| *value == json!("pii");
            if directives.any(|one| {
                one.name.node == "tag"
                    && one
                        .arguments
                        .iter()
                        .any(|(_, value)| is_tag(&value.node.clone().into_json().unwrap()))
            }) {
                tagged.insert(format!("{}.{}", kind.node.name.node, field.node.name.node));
            }
        }
    }
    tagged
}

/// The object with the key `here`.
fn place(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(fields) if fields.contains_key("here") => Some(value),
        Value::Object(fields) => fields.values().find_map(place),
        Value::Array(items) => items.iter().find_map(place),
        _ => None,
    }
}

/// The values in which the canary is seen, by field, for whoever sees most.
async fn shown(app: &TestApp, world: &World) -> BTreeMap<String, bool> {
    let mut shown = BTreeMap::new();
    for object in world.graph.objects() {
        let fields = world.graph.fields(&object);
        let plain = |field: &&super::graph::Field| {
            !world.graph.is_composite(&field.named) && samples::arguments(&object, &field.name).is_empty()
        };
        let fields: Vec<_> = fields.iter().filter(plain).collect();
        for way in samples::ways(&object) {
            for persona in ["customer", "staff", "admin"] {
                for some in fields.chunks(10) {
                    let mut selection = "here: __typename".to_owned();
                    for field in some {
                        write!(selection, " {}", field.name).unwrap();
                    }
                    let operation = world.fill(way).replace('@', &selection);
                    let answer = app.ask(world.persona(persona), &operation, json!({})).await;
                    let Some(here) = place(&answer.body["data"]) else {
                        continue;
                    };
                    for field in some {
                        let name = format!("{object}.{}", field.name);
                        *shown.entry(name).or_default() |= here[&field.name].to_string().contains(CANARY);
                    }
                }
            }
        }
    }
    shown
}

#[tokio::test]
async fn every_field_in_which_personal_data_is_seen_has_the_tag() {
    let app = TestApp::on_sqlite().await;
    let world = World::make(&app).await;
    plant::<address::Entity>(&app).await;
    plant::<customer::Entity>(&app).await;
    plant::<interaction::Entity>(&app).await;
    plant::<mail::Entity>(&app).await;
    plant::<mfa_factor::Entity>(&app).await;
    plant::<note::Entity>(&app).await;
    plant::<order_activity::Entity>(&app).await;
    plant::<order_link::Entity>(&app).await;
    plant::<order_transfer::Entity>(&app).await;
    plant::<passkey::Entity>(&app).await;
    plant::<provider_identity::Entity>(&app).await;
    plant::<saved_query::Entity>(&app).await;
    plant::<session::Entity>(&app).await;
    plant::<staff_user::Entity>(&app).await;
    plant::<timeline_entry::Entity>(&app).await;
    // A link is good only while the address is its owner's.
    app.execute(
        "update account_token set email_normalized = (select email_normalized from customer where id = customer_id)
         where purpose = 'ORDER_TRANSFER'",
    )
    .await;
    let (shown, tagged) = (shown(&app, &world).await, tagged());
    let seen: BTreeSet<String> = shown
        .iter()
        .filter(|(_, is_seen)| **is_seen)
        .map(|(name, _)| name.clone())
        .collect();
    let untagged: Vec<&String> = seen.difference(&tagged).collect();
    assert!(
        untagged.is_empty(),
        "These show personal data and have no tag (src/schema/personal.rs): {untagged:?}"
    );
    let unseen: Vec<&String> = tagged.difference(&seen).collect();
    // The first and the last are objects, and of the other the new value is in the request.
    assert_eq!(
        unseen,
        ["Address.validation", "FieldChange.after", "TimelineEntry.changes"],
        "the tag is on what shows nothing personal"
    );
}
