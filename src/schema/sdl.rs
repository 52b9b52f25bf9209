//! The contract as text: what `customer-graph schema` prints, `schema.graphql` holds, and a federation gateway gets.
//!
//! The executor writes its schema down with what the types and fields say about themselves. Here, and nowhere else,
//! that text is read as a document, told what only the whole schema knows, and printed in the form that GraphQL's tools
//! agree on. None of the directives guards anything: they are for gateways, which may filter and refuse by them, and
//! our own guards hold without.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::LazyLock,
};

use async_graphql::{
    Name, Pos, Positioned, Request, SDLExportOptions,
    parser::{
        parse_schema,
        types::{
            ConstDirective, InputValueDefinition, InterfaceType, ObjectType, SchemaDefinition, ServiceDocument,
            TypeDefinition, TypeKind, TypeSystemDefinition,
        },
    },
};
use async_graphql_value::ConstValue;
use futures_util::FutureExt;
use serde::Deserialize;

use super::{federation::ENTITIES, personal::is_personal, print::print};

/// Where the federation directives are defined. The version is the first that has all those in use.
const FEDERATION: &str = "https://specs.apollo.dev/federation/v2.5";

/// The directives that GraphQL itself has.
const BUILT_IN: [&str; 5] = ["deprecated", "include", "oneOf", "skip", "specifiedBy"];

/// What some gateways and composers refuse or lose: Apollo's gateway for Node.js takes no schema with the first two,
/// and not every composer knows the other two.
const NOT_EVERYWHERE: [&str; 4] = ["authenticated", "oneOf", "requiresScopes", "specifiedBy"];

/// The contract, made once.
#[must_use]
pub fn sdl() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| print(&linked(document())));
    &TEXT
}

/// The same, without the directives that some gateways do not take.
#[must_use]
pub fn plain_sdl() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| print(&linked(plain(document()))));
    &TEXT
}

fn plain(mut document: ServiceDocument) -> ServiceDocument {
    let is_everywhere = |name: &Name| !NOT_EVERYWHERE.contains(&name.as_str());
    on_directives(&mut document, &mut |directives| {
        directives.retain(|directive| is_everywhere(&directive.node.name.node));
    });
    document.definitions.retain(|definition| match definition {
        TypeSystemDefinition::Directive(directive) => is_everywhere(&directive.node.name.node),
        _ => true,
    });
    document
}

/// The schema as a document, with everything that it says of types and fields.
fn document() -> ServiceDocument {
    let schema = super::build();
    let options = SDLExportOptions::new()
        .federation()
        .include_specified_by()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items();
    match parse_schema(schema.sdl_with_options(options)) {
        Ok(document) => rewritten(document, &shown_to_anybody(&schema)),
        Err(error) => unreachable!("the executor writes documents that can be read: {error}"),
    }
}

/// Types with the names of their fields.
type Shown = HashMap<String, HashSet<String>>;

fn rewritten(mut document: ServiceDocument, shown: &Shown) -> ServiceDocument {
    document.definitions.retain(|definition| match definition {
        // What it says about federation is written anew.
        TypeSystemDefinition::Schema(_) => false,
        // Everybody knows what is built in; but `@oneOf` is young, and Apollo's composer wants to be told.
        TypeSystemDefinition::Directive(directive) => {
            let name = directive.node.name.node.as_str();
            name == "oneOf" || !BUILT_IN.contains(&name)
        }
        TypeSystemDefinition::Type(_) => true,
    });
    for definition in &mut document.definitions {
        match definition {
            TypeSystemDefinition::Type(kind) => {
                name_keys(&mut kind.node);
                name_what_is_personal(&mut kind.node);
                name_what_needs_a_log_in(&mut kind.node, shown);
            }
            // The parser takes every definition for one that may be repeated.
            TypeSystemDefinition::Directive(directive) => directive.node.is_repeatable = false,
            TypeSystemDefinition::Schema(_) => {}
        }
    }
    document
}

/// Says which directives are meant.
fn linked(mut document: ServiceDocument) -> ServiceDocument {
    let mut used = BTreeSet::new();
    on_directives(&mut document, &mut |directives| {
        used.extend(directives.iter().map(|directive| directive.node.name.node.to_string()));
    });
    let link = TypeSystemDefinition::Schema(at_start(link(&used)));
    document.definitions.insert(0, link);
    document
}

/// Entities have their ids as keys, and nothing else: a key is a way to ask whether something exists.
fn name_keys(kind: &mut TypeDefinition) {
    if ENTITIES.contains(&kind.name.node.as_str()) {
        let key = directive("key", &[("fields", ConstValue::String("id".to_owned()))]);
        kind.directives.insert(0, key);
    }
}

/// Personal data has a tag, by which a gateway leaves it out of a graph that is to have none. Nothing is
/// `@inaccessible`: every field is for somebody, and a gateway would hide it from all.
fn name_what_is_personal(kind: &mut TypeDefinition) {
    let TypeKind::Object(object) = &mut kind.kind else {
        return;
    };
    for Positioned { node: field, .. } in &mut object.fields {
        if is_personal(&kind.name.node, &field.name.node) {
            let tag = directive("tag", &[("name", ConstValue::String("pii".to_owned()))]);
            field.directives.push(tag);
        }
    }
}

/// What introspection hides from somebody who has not logged in needs a log-in; where scopes are required, they say it.
fn name_what_needs_a_log_in(kind: &mut TypeDefinition, shown: &Shown) {
    let TypeKind::Object(object) = &mut kind.kind else {
        return;
    };
    let only_id = HashSet::from(["id".to_owned()]);
    let shown = match shown.get(kind.name.node.as_str()) {
        Some(fields) => fields,
        // Of a type that is hidden as a whole, others can ask for what other services refer to. The id is left out: it
        // is a field of `Node`, and gateways would hide it there, too.
        None if ENTITIES.contains(&kind.name.node.as_str()) => &only_id,
        None => return,
    };
    for Positioned { node: field, .. } in &mut object.fields {
        let requires_scopes = |directive: &Positioned<ConstDirective>| directive.node.name.node == "requiresScopes";
        if !shown.contains(field.name.node.as_str()) && !field.directives.iter().any(requires_scopes) {
            field.directives.push(directive("authenticated", &[]));
        }
    }
}

/// `extend schema @link(…)`, which imports the directives in use under their own names.
fn link(used: &BTreeSet<String>) -> SchemaDefinition {
    let imported = used.iter().filter(|name| !BUILT_IN.contains(&name.as_str()));
    let imported = imported.map(|name| ConstValue::String(format!("@{name}"))).collect();
    let arguments = [
        ("url", ConstValue::String(FEDERATION.to_owned())),
        ("import", ConstValue::List(imported)),
    ];
    SchemaDefinition {
        extend: true,
        directives: vec![directive("link", &arguments)],
        query: None,
        mutation: None,
        subscription: None,
    }
}

fn directive(name: &str, arguments: &[(&str, ConstValue)]) -> Positioned<ConstDirective> {
    let arguments = arguments
        .iter()
        .map(|(name, value)| (at_start(Name::new(name)), at_start(value.clone())));
    at_start(ConstDirective {
        name: at_start(Name::new(name)),
        arguments: arguments.collect(),
    })
}

/// Positions count for nothing here.
fn at_start<T>(node: T) -> Positioned<T> {
    Positioned::new(node, Pos::default())
}

type Directives = Vec<Positioned<ConstDirective>>;

/// Does something with the directives of every type, field, argument and value.
fn on_directives(document: &mut ServiceDocument, act: &mut impl FnMut(&mut Directives)) {
    for definition in &mut document.definitions {
        let TypeSystemDefinition::Type(Positioned { node: kind, .. }) = definition else {
            continue;
        };
        act(&mut kind.directives);
        match &mut kind.kind {
            TypeKind::Object(ObjectType { fields, .. }) | TypeKind::Interface(InterfaceType { fields, .. }) => {
                for Positioned { node: field, .. } in fields {
                    act(&mut field.directives);
                    on_inputs(&mut field.arguments, act);
                }
            }
            TypeKind::Enum(choice) => choice
                .values
                .iter_mut()
                .for_each(|value| act(&mut value.node.directives)),
            TypeKind::InputObject(input) => on_inputs(&mut input.fields, act),
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
}

fn on_inputs(inputs: &mut [Positioned<InputValueDefinition>], act: &mut impl FnMut(&mut Directives)) {
    inputs.iter_mut().for_each(|input| act(&mut input.node.directives));
}

/// What introspection shows to somebody who has not logged in.
fn shown_to_anybody(schema: &super::Schema) -> Shown {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "__schema")]
        schema: Types,
    }
    #[derive(Deserialize)]
    struct Types {
        types: Vec<Kind>,
    }
    #[derive(Deserialize)]
    struct Kind {
        name: String,
        fields: Option<Vec<Field>>,
    }
    #[derive(Deserialize)]
    struct Field {
        name: String,
    }
    // There is nothing to wait for, and without a call nobody asks.
    let request = Request::new("{ __schema { types { name fields(includeDeprecated: true) { name } } } }");
    let answer = schema.execute(request).now_or_never();
    let answer = answer.and_then(|answer| async_graphql::from_value::<Answer>(answer.data).ok());
    let Some(Answer { schema }) = answer else {
        unreachable!("introspection answers at once");
    };
    let fields = |fields: Vec<Field>| fields.into_iter().map(|field| field.name).collect();
    let kinds = schema.types.into_iter();
    kinds
        .map(|kind| (kind.name, kind.fields.map(fields).unwrap_or_default()))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    fn of(name: &str) -> String {
        let text = sdl();
        let start = text.find(&format!("type {name} ")).unwrap();
        let end = text[start..].find("\n}").unwrap();
        text[start..start + end].to_owned()
    }

    #[test]
    fn entities_have_one_key_and_it_is_the_id() {
        for entity in ENTITIES {
            assert_eq!(of(entity).matches("@key(fields: \"id\")").count(), 1, "{entity}");
        }
        assert!(of("Order").contains("@key(fields: \"id\", resolvable: false)"));
        assert_eq!(
            sdl().matches("@key(").count(),
            ENTITIES.len() + 1,
            "and there is no other"
        );
    }

    #[test]
    fn the_link_imports_what_is_used_and_nothing_else() {
        let first = sdl().lines().next().unwrap();
        assert_eq!(
            first,
            r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@authenticated", "@key", "@requiresScopes", "@shareable", "@tag"])"#
        );
        let defined: Vec<&str> = sdl().lines().filter(|line| line.starts_with("directive ")).collect();
        assert_eq!(defined, ["directive @oneOf on INPUT_OBJECT"]);
        assert!(!sdl().contains("_Entity") && !sdl().contains("_Any") && !sdl().contains("_Service"));
    }

    #[test]
    fn the_plain_text_has_nothing_that_some_gateways_refuse() {
        let plain = plain_sdl();
        for name in NOT_EVERYWHERE {
            assert!(sdl().contains(&format!(" @{name}")), "{name}");
            assert!(!plain.contains(&format!("@{name}")), "{name}");
        }
        let (first, rest) = plain.split_once('\n').unwrap();
        assert!(first.ends_with(r#"import: ["@key", "@shareable", "@tag"])"#), "{first}");
        let fields = |text: &str| text.lines().filter(|line| line.starts_with("  ")).count();
        assert_eq!(fields(rest), fields(sdl()), "and everything else");
    }

    #[test]
    fn it_is_read_and_printed_as_it_is() {
        let again = print(&parse_schema(sdl()).unwrap());
        // The parser takes every definition of a directive for one that may be repeated.
        assert!(again.replace(" repeatable on ", " on ") == sdl(), "{again}");
    }
}
