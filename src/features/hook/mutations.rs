//! Which mutations can have hooks: derived from the schema, so that a new mutation with a password in its input has none.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_graphql::{Value, from_value};
use serde::Deserialize;

/// What tells all that is to be known of the mutations.
pub const INTROSPECTION: &str = "{ __schema { mutationType { fields(includeDeprecated: true) {
    name args { name type { name ofType { name ofType { name ofType { name } } } } }
  } } types { name inputFields { name type { name ofType { name ofType { name ofType { name } } } } } } } }";

/// Words in the names of fields that hold what lets somebody in.
const SECRET: [&str; 13] = [
    "password",
    "token",
    "secret",
    "credential",
    "assertion",
    "attestation",
    "ticket",
    "totp",
    "otp",
    "hash",
    "cookie",
    "verifier",
    "challenge",
];

/// The same where they are the whole name.
const SECRET_ALONE: [&str; 5] = ["code", "recoveryCode", "state", "pin", "answer"];

/// How the names of mutations begin that are about getting in, about what staff may do, or about hooks themselves: nobody
/// shall keep people from logging out, or from taking a hook away, or choose whom an owner makes another.
const NEVER: [&str; 20] = [
    "emailChange",
    "emailVerification",
    "hook",
    "workflow",
    "webhook",
    "session",
    "mfa",
    "passkey",
    "password",
    "loginMethod",
    "recoveryCodes",
    "impersonation",
    "actorSwitch",
    "identity",
    "magicLink",
    "otp",
    "socialLogin",
    "apiKey",
    "role",
    "staff",
];

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "__schema")]
    schema: Schema,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    mutation_type: Option<Mutations>,
    types: Vec<Type>,
}

#[derive(Deserialize)]
struct Mutations {
    fields: Vec<Mutation>,
}

#[derive(Deserialize)]
struct Mutation {
    name: String,
    args: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    name: String,
    input_fields: Option<Vec<Field>>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    of: Reference,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    name: Option<String>,
    of_type: Option<Box<Reference>>,
}

impl Reference {
    fn name(&self) -> &str {
        match &self.of_type {
            Some(inner) => inner.name(),
            None => self.name.as_deref().unwrap_or_default(),
        }
    }
}

/// The mutations that can have hooks, by what the schema answers to [`INTROSPECTION`]: all of it, and what is shown to
/// somebody who has not logged in. `None` when that is no answer to it.
#[must_use]
pub fn hookable(all: Value, open: Value) -> Option<BTreeSet<String>> {
    let Answer { schema: all } = from_value(all).ok()?;
    let Answer { schema: open } = from_value(open).ok()?;
    let open: HashSet<String> = open
        .mutation_type
        .into_iter()
        .flat_map(|mutations| mutations.fields)
        .map(|mutation| mutation.name)
        .collect();
    let inputs: HashMap<&str, &[Field]> = all
        .types
        .iter()
        .filter_map(|of| Some((of.name.as_str(), of.input_fields.as_deref()?)))
        .collect();
    let mutations = all.mutation_type.as_ref()?.fields.iter();
    let hookable = mutations.filter(|mutation| {
        !open.contains(&mutation.name)
            && !NEVER.iter().any(|prefix| mutation.name.starts_with(prefix))
            && !mutation.name.contains("Mfa")
            && !mutation.name.contains("Passkey")
            && !holds_secret(&mutation.args, &inputs, &mut HashSet::new())
    });
    Some(hookable.map(|mutation| mutation.name.clone()).collect())
}

fn holds_secret<'a>(fields: &'a [Field], inputs: &HashMap<&str, &'a [Field]>, seen: &mut HashSet<&'a str>) -> bool {
    fields.iter().any(|field| {
        let name = field.name.to_lowercase();
        SECRET.iter().any(|word| name.contains(word))
            || SECRET_ALONE.contains(&field.name.as_str())
            || (seen.insert(field.of.name())
                && inputs
                    .get(field.of.name())
                    .is_some_and(|fields| holds_secret(fields, inputs, seen)))
    })
}
