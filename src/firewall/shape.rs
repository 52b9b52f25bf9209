//! What the firewall knows of the schema: which fields give objects, and how many.

use std::collections::{HashMap, HashSet};

use async_graphql::{Value, from_value, parser::types::OperationType};
use serde::Deserialize;

/// What tells [`Shape`] all that it wants to know.
pub const INTROSPECTION: &str = "{ __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { name kind fields(includeDeprecated: true) {
    name args { name } type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
  } }
} }";

/// How many objects a list has that says nothing about it.
pub(super) const UNSAID: u64 = 10;

/// What the firewall knows of the schema.
#[derive(Debug)]
pub struct Shape {
    /// The types that have fields.
    types: HashMap<String, TypeShape>,
    /// The names of all types.
    names: HashSet<String>,
    query: Option<String>,
    mutation: Option<String>,
    subscription: Option<String>,
    /// The mutations of those who have not logged in.
    open_mutations: HashSet<String>,
}

/// The fields of a type that give objects; the others cost nothing.
pub(super) type TypeShape = HashMap<String, FieldShape>;

/// A field that gives objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldShape {
    /// The name of their type.
    pub(super) of: String,
    /// How many.
    pub(super) many: Many,
}

/// How many objects a field gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Many {
    /// One.
    One,
    /// A connection: one page, of the size that `first` or `last` say.
    Connection,
    /// What a mutation answers: lists in it are as long as the longest list that was sent.
    Payload,
    /// The rows of the connection around it, or of the payload.
    Rows,
    /// The same, each in an edge, which costs nothing.
    Edges,
    /// What an edge leads to.
    Node,
    /// As many as the list in this argument has items.
    Named(&'static str),
    /// A list of which nobody says how long it is.
    Unsaid,
}

/// Arguments that name each of the objects of a list.
const NAMING: [&str; 2] = ["ids", "representations"];

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "__schema")]
    schema: Described,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    query_type: Option<Named>,
    mutation_type: Option<Named>,
    subscription_type: Option<Named>,
    types: Vec<DescribedType>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct DescribedType {
    name: String,
    kind: String,
    fields: Option<Vec<DescribedField>>,
}

#[derive(Deserialize)]
struct DescribedField {
    name: String,
    args: Vec<Named>,
    #[serde(rename = "type")]
    of: Reference,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    kind: String,
    name: Option<String>,
    of_type: Option<Box<Reference>>,
}

impl Reference {
    /// The named type within lists and non-nulls, and whether there is a list among them.
    fn named(&self) -> (&str, &str, bool) {
        match &self.of_type {
            Some(inner) => {
                let (kind, name, is_list) = inner.named();
                (kind, name, is_list || self.kind == "LIST")
            }
            None => (&self.kind, self.name.as_deref().unwrap_or_default(), false),
        }
    }
}

impl Shape {
    /// Reads what a schema answers to [`INTROSPECTION`]: of all of it, and of what is shown to somebody who has not
    /// logged in. `None` when that is no answer to it.
    #[must_use]
    pub fn read(all: Value, open: Value) -> Option<Self> {
        let Answer { schema: all } = from_value(all).ok()?;
        let Answer { schema: open } = from_value(open).ok()?;
        let mutation = open.mutation_type.map(|named| named.name).unwrap_or_default();
        let open_mutations = open
            .types
            .into_iter()
            .filter(|kind| kind.name == mutation)
            .flat_map(|kind| kind.fields.unwrap_or_default())
            .map(|field| field.name)
            .collect();
        let names = all.types.iter().map(|kind| kind.name.clone()).collect();
        let types = all
            .types
            .into_iter()
            .filter(|kind| {
                !kind.name.starts_with("__") && matches!(kind.kind.as_str(), "OBJECT" | "INTERFACE" | "UNION")
            })
            .map(|kind| {
                let fields = kind.fields.unwrap_or_default().into_iter();
                let fields = fields.filter_map(|field| field.shape(&kind.name)).collect();
                (kind.name, fields)
            })
            .collect();
        let name = |named: Option<Named>| named.map(|named| named.name);
        Some(Self {
            types,
            names,
            query: name(all.query_type),
            mutation: name(all.mutation_type),
            subscription: name(all.subscription_type),
            open_mutations,
        })
    }

    /// The type at the top of operations of a kind.
    pub(super) fn root(&self, kind: OperationType) -> Option<&TypeShape> {
        let name = match kind {
            OperationType::Query => &self.query,
            OperationType::Mutation => &self.mutation,
            OperationType::Subscription => &self.subscription,
        };
        self.of(name.as_deref()?)
    }

    /// A type that has fields.
    pub(super) fn of(&self, name: &str) -> Option<&TypeShape> {
        self.types.get(name)
    }

    /// Whether there is a type of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether somebody who has not logged in may ask for this mutation.
    pub(super) fn is_open(&self, mutation: &str) -> bool {
        self.open_mutations.contains(mutation)
    }
}

impl DescribedField {
    fn shape(self, of: &str) -> Option<(String, FieldShape)> {
        let (kind, name, is_list) = self.of.named();
        // Nothing is read for the latter two.
        if !matches!(kind, "OBJECT" | "INTERFACE" | "UNION") || matches!(name, "PageInfo" | "UserError") {
            return None;
        }
        let takes = |argument: &str| self.args.iter().any(|known| known.name == argument);
        let many = if of.ends_with("Connection") && is_list {
            if self.name == "edges" { Many::Edges } else { Many::Rows }
        } else if of.ends_with("Payload") && is_list {
            Many::Rows
        } else if name.ends_with("Payload") && !is_list {
            Many::Payload
        } else if of.ends_with("Edge") && self.name == "node" {
            Many::Node
        } else if name.ends_with("Connection") && takes("first") {
            Many::Connection
        } else if is_list {
            let naming = NAMING.into_iter().find(|argument| takes(argument));
            naming.map_or(Many::Unsaid, Many::Named)
        } else {
            Many::One
        };
        let of = name.to_owned();
        Some((self.name, FieldShape { of, many }))
    }
}
