//! The schema as introspection tells it.

use std::collections::BTreeMap;

use customer_graph::{graphql::ShowEverything, schema};
use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

const INTROSPECTION: &str = "query {
  __schema { types {
    kind name isOneOf
    fields(includeDeprecated: true) { name description type { ...T } args { name type { ...T } } }
    inputFields { name type { ...T } }
  } }
}
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The schema, or what somebody may see of it.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    types: BTreeMap<String, Value>,
}

/// A field of an object, an argument, or a field of an input.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) description: String,
    /// The type without list and non-null.
    pub(crate) named: String,
    /// The type as it is written.
    pub(crate) written: String,
    pub(crate) is_list: bool,
    pub(crate) arguments: Vec<Field>,
}

impl Graph {
    /// The whole schema.
    pub(crate) async fn whole() -> Self {
        let request = async_graphql::Request::new(INTROSPECTION).data(ShowEverything);
        let response = schema::build().execute(request).await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        Self::read(&response.data.into_json().unwrap())
    }

    /// What a persona sees of it.
    pub(crate) async fn seen_by(app: &TestApp, persona: &Persona) -> Self {
        Self::read(app.ask(persona, INTROSPECTION, json!({})).await.data())
    }

    fn read(data: &Value) -> Self {
        let types = data["__schema"]["types"].as_array().unwrap();
        let types = types
            .iter()
            .filter(|kind| !kind["name"].as_str().unwrap().starts_with("__"));
        Self {
            types: types
                .map(|kind| (kind["name"].as_str().unwrap().to_owned(), kind.clone()))
                .collect(),
        }
    }

    /// The names of all object types.
    pub(crate) fn objects(&self) -> Vec<String> {
        self.of_kind(&["OBJECT"])
    }

    fn of_kind(&self, kinds: &[&str]) -> Vec<String> {
        let known = self
            .types
            .iter()
            .filter(|(_, kind)| kinds.contains(&kind["kind"].as_str().unwrap()));
        known.map(|(name, _)| name.clone()).collect()
    }

    /// Whether fields of this type are followed by a selection.
    pub(crate) fn is_composite(&self, name: &str) -> bool {
        self.of_kind(&["OBJECT", "INTERFACE", "UNION"])
            .iter()
            .any(|known| known == name)
    }

    /// Whether exactly one field of the input is given.
    pub(crate) fn is_one_of(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|kind| kind["isOneOf"] == true)
    }

    /// The fields of an object or an input.
    pub(crate) fn fields(&self, name: &str) -> Vec<Field> {
        let Some(kind) = self.types.get(name) else {
            return Vec::new();
        };
        let fields = kind["fields"].as_array().or_else(|| kind["inputFields"].as_array());
        fields.into_iter().flatten().map(field).collect()
    }

    /// A field of an object.
    pub(crate) fn field(&self, object: &str, name: &str) -> Option<Field> {
        self.fields(object).into_iter().find(|field| field.name == name)
    }
}

fn field(told: &Value) -> Field {
    let (mut kind, mut is_list) = (&told["type"], false);
    while !kind["ofType"].is_null() {
        is_list |= kind["kind"] == "LIST";
        kind = &kind["ofType"];
    }
    Field {
        name: told["name"].as_str().unwrap().to_owned(),
        description: told["description"].as_str().unwrap_or_default().replace('\n', " "),
        named: kind["name"].as_str().unwrap().to_owned(),
        written: written(&told["type"]),
        is_list,
        arguments: told["args"].as_array().into_iter().flatten().map(field).collect(),
    }
}

fn written(kind: &Value) -> String {
    match kind["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&kind["ofType"])),
        Some("LIST") => format!("[{}]", written(&kind["ofType"])),
        _ => kind["name"].as_str().unwrap().to_owned(),
    }
}
