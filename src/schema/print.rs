//! Prints a document of type definitions in the form of GraphQL's reference implementation, which every tool reads and
//! most tools write.

use std::fmt::{Display, Write as _};

use async_graphql::{
    Positioned,
    parser::types::{
        ConstDirective, DirectiveDefinition, EnumValueDefinition, FieldDefinition, InputValueDefinition,
        SchemaDefinition, ServiceDocument, TypeDefinition, TypeKind, TypeSystemDefinition,
    },
};

/// The longest description that stands on one line with its quotes, in characters.
const ONE_LINE: usize = 70;

type Text = Option<Positioned<String>>;

/// The document as text.
pub(super) fn print(document: &ServiceDocument) -> String {
    let definitions: Vec<String> = document
        .definitions
        .iter()
        .map(|definition| match definition {
            TypeSystemDefinition::Schema(schema) => schema_definition(&schema.node),
            TypeSystemDefinition::Type(kind) => type_definition(&kind.node),
            TypeSystemDefinition::Directive(directive) => directive_definition(&directive.node),
        })
        .collect();
    definitions.join("\n\n") + "\n"
}

fn schema_definition(schema: &SchemaDefinition) -> String {
    let roots = [
        ("query", &schema.query),
        ("mutation", &schema.mutation),
        ("subscription", &schema.subscription),
    ];
    let roots = roots
        .iter()
        .filter_map(|(operation, root)| Some(format!("{operation}: {}", root.as_ref()?.node)));
    let extend = if schema.extend { "extend " } else { "" };
    format!("{extend}schema{}{}", directives(&schema.directives), block(roots))
}

fn type_definition(kind: &TypeDefinition) -> String {
    let implements = |interfaces: &[Positioned<async_graphql::Name>]| match interfaces {
        [] => String::new(),
        interfaces => format!(" implements {}", joined(interfaces, " & ")),
    };
    let (keyword, interfaces, body) = match &kind.kind {
        TypeKind::Scalar => ("scalar", String::new(), String::new()),
        TypeKind::Object(object) => ("type", implements(&object.implements), fields(&object.fields)),
        TypeKind::Interface(interface) => (
            "interface",
            implements(&interface.implements),
            fields(&interface.fields),
        ),
        TypeKind::Union(union) => ("union", String::new(), format!(" = {}", joined(&union.members, " | "))),
        TypeKind::Enum(choice) => {
            let values = choice.values.iter().map(|value| enum_value(&value.node));
            ("enum", String::new(), block(values))
        }
        TypeKind::InputObject(input) => {
            let fields = input.fields.iter().map(|field| input_value(&field.node));
            ("input", String::new(), block(fields))
        }
    };
    format!(
        "{}{}{keyword} {}{interfaces}{}{body}",
        description(&kind.description),
        if kind.extend { "extend " } else { "" },
        kind.name.node,
        directives(&kind.directives)
    )
}

fn directive_definition(directive: &DirectiveDefinition) -> String {
    let places: Vec<String> = directive
        .locations
        .iter()
        .map(|place| loud(&format!("{:?}", place.node)))
        .collect();
    format!(
        "{}directive @{}{}{} on {}",
        description(&directive.description),
        directive.name.node,
        arguments(&directive.arguments),
        if directive.is_repeatable { " repeatable" } else { "" },
        places.join(" | ")
    )
}

fn fields(fields: &[Positioned<FieldDefinition>]) -> String {
    block(fields.iter().map(|Positioned { node: field, .. }| {
        format!(
            "{}{}{}: {}{}",
            description(&field.description),
            field.name.node,
            arguments(&field.arguments),
            field.ty.node,
            directives(&field.directives)
        )
    }))
}

/// On one line, unless one of them has a description.
fn arguments(arguments: &[Positioned<InputValueDefinition>]) -> String {
    let printed: Vec<String> = arguments.iter().map(|argument| input_value(&argument.node)).collect();
    if printed.is_empty() {
        String::new()
    } else if printed.iter().any(|argument| argument.contains('\n')) {
        format!("(\n{}\n)", indented(&printed.join("\n")))
    } else {
        format!("({})", printed.join(", "))
    }
}

fn input_value(input: &InputValueDefinition) -> String {
    let default = input.default_value.as_ref();
    let default = default.map_or_else(String::new, |value| format!(" = {}", value.node));
    format!(
        "{}{}: {}{default}{}",
        description(&input.description),
        input.name.node,
        input.ty.node,
        directives(&input.directives)
    )
}

fn enum_value(value: &EnumValueDefinition) -> String {
    format!(
        "{}{}{}",
        description(&value.description),
        value.value.node,
        directives(&value.directives)
    )
}

fn directives(directives: &[Positioned<ConstDirective>]) -> String {
    let mut text = String::new();
    for Positioned { node: directive, .. } in directives {
        // Writing to a text cannot fail.
        let _ = write!(text, " @{}", directive.name.node);
        let arguments: Vec<String> = directive
            .arguments
            .iter()
            .map(|(name, value)| format!("{}: {}", name.node, value.node))
            .collect();
        if !arguments.is_empty() {
            let _ = write!(text, "({})", arguments.join(", "));
        }
    }
    text
}

fn description(description: &Text) -> String {
    let Some(Positioned { node: text, .. }) = description else {
        return String::new();
    };
    let text = text.replace("\"\"\"", "\\\"\"\"");
    if text.contains('\n') || text.chars().count() > ONE_LINE || text.ends_with(['"', '\\']) {
        format!("\"\"\"\n{text}\n\"\"\"\n")
    } else {
        format!("\"\"\"{text}\"\"\"\n")
    }
}

fn block(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return String::new();
    }
    format!(" {{\n{}\n}}", indented(&items.join("\n")))
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| match line {
        "" => String::new(),
        line => format!("  {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn joined<T: Display>(items: &[Positioned<T>], between: &str) -> String {
    let items: Vec<String> = items.iter().map(|item| item.node.to_string()).collect();
    items.join(between)
}

/// `FieldDefinition` is `FIELD_DEFINITION`.
fn loud(name: &str) -> String {
    let mut loud = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !loud.is_empty() {
            loud.push('_');
        }
        loud.push(letter.to_ascii_uppercase());
    }
    loud
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use async_graphql::parser::parse_schema;
    use proptest::prelude::*;

    use super::print;

    const EVERYTHING: &str = r#"extend schema @link(url: "https://example.com/v1.0", import: ["@key"])

"""Marks."""
directive @mark(name: String = "it") repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION

"""
A description that is longer than what goes on one line with its quotation marks.
"""
type Thing implements Node & Named @key(fields: "id") @mark {
  """Ends with "quotes" and goes on."""
  id: ID!
  list(first: Int = 20, after: String): [[Thing!]!] @mark(name: "a \"b\"")
  documented(
    """How many."""
    first: Int
    after: String
  ): Thing @deprecated(reason: "Use list.")
}

interface Node implements Named {
  id: ID!
}

union Either @mark = Thing | Other

enum Color {
  """Red."""
  RED
  BLUE @deprecated
}

input Wish @oneOf {
  one: [Int!] = [1, 2]
  """
  Two
  lines.
  """
  other: Other = {a: null, b: {c: BLUE}}
}

scalar Time @specifiedBy(url: "https://example.com/time")

schema {
  query: Thing
  mutation: Other
}
"#;

    #[test]
    fn what_is_printed_is_what_was_read() {
        assert_eq!(print(&parse_schema(EVERYTHING).unwrap()), EVERYTHING);
    }

    proptest! {
        // What failed once stands in the tests, not in a file beside them.
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn descriptions_and_defaults_come_back(text in "[ -~]{1,100}(\n[!-~][ -~]{0,90}){0,3}", default in "[ -~]{0,40}") {
            // The parser does not read quotation marks back that were escaped.
            prop_assume!(!text.contains("\"\"\""));
            let quoted = serde_json::to_string(&text.trim().to_owned()).unwrap();
            let default = serde_json::to_string(&default).unwrap();
            let document = format!("{quoted} type Thing {{ field(argument: String = {default}): Int }}");
            let printed = print(&parse_schema(&document).unwrap());
            let again = print(&parse_schema(&printed).unwrap());
            prop_assert_eq!(printed, again);
        }
    }
}
