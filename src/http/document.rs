//! Documents: parsed once, judged once, then served from a bounded cache.
//!
//! The judgement is linear in the size of the document: each fragment is walked once and its numbers are remembered,
//! where the executor's own checks walk it once per spread, which doubles with every level of nesting.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{
    Name, Positioned, Variables,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet},
    },
};
use async_graphql_value::Value;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::{auth::Viewer, config::Limits};

/// Why a document is not executed: a sentence for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

/// A parsed document and what was found out about it.
#[derive(Debug)]
pub struct Document {
    parsed: ExecutableDocument,
    /// Whether it asks about the schema.
    pub introspects: bool,
    /// Whether it uses what only a federation gateway needs.
    pub federates: bool,
    /// How many fields it has, fragments expanded.
    pub fields: usize,
    /// How deep they are nested, fragments expanded.
    pub depth: usize,
    /// Their names, of whatever type they are.
    pub names: Arc<HashSet<String>>,
    /// The names of the fields at the top of any of its operations.
    top_fields: HashSet<String>,
}

/// Parsed documents by their SHA-256.
#[derive(Debug)]
pub struct Documents {
    cache: Cache<[u8; 32], Arc<Document>>,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            cache: Cache::new(2_048),
        }
    }
}

impl Documents {
    /// Reads a document, from the cache when it was seen before.
    ///
    /// # Errors
    /// When it is nested too deep, cannot be parsed, or is too large.
    pub fn read(&self, text: &str, limits: &Limits) -> Result<Arc<Document>, Refusal> {
        let key: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        if let Some(known) = self.cache.get(&key) {
            return Ok(known);
        }
        if !super::bracket::is_nested_at_most(text, limits.bracket_depth) {
            return Err(Refusal(format!(
                "The document is nested more than {} brackets deep, or a block string in it has no end.",
                limits.bracket_depth
            )));
        }
        if super::bracket::repeats_a_field(text) {
            return Err(Refusal("An input object names a field twice.".to_owned()));
        }
        let parsed = parse_query(text).map_err(|error| Refusal(short(&error.to_string())))?;
        let document = Arc::new(judge(parsed, limits)?);
        // Large documents are rarely sent twice, and would fill the memory.
        if text.len() <= 16 * 1_024 {
            self.cache.insert(key, Arc::clone(&document));
        }
        Ok(document)
    }
}

/// A message without the long literals that a client may have put into it.
pub(super) fn short(message: &str) -> String {
    if message.chars().count() <= 200 {
        return message.to_owned();
    }
    message.chars().take(199).chain(['…']).collect()
}

#[derive(Clone, Copy, Default)]
struct Size {
    fields: usize,
    /// Those of them that are not inside another.
    top: usize,
    depth: usize,
}

struct Judge<'a> {
    document: &'a ExecutableDocument,
    fragments: HashMap<&'a Name, Size>,
    walking: HashSet<&'a Name>,
    names: HashSet<&'a str>,
}

impl<'a> Judge<'a> {
    fn selection(&mut self, set: &'a SelectionSet) -> Size {
        let mut size = Size::default();
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => {
                    self.names.insert(field.node.name.node.as_str());
                    let inner = self.selection(&field.node.selection_set.node);
                    Size {
                        fields: inner.fields.saturating_add(1),
                        top: 1,
                        depth: inner.depth + 1,
                    }
                }
                Selection::InlineFragment(fragment) => self.selection(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            };
            size.fields = size.fields.saturating_add(part.fields);
            size.top = size.top.saturating_add(part.top);
            size.depth = size.depth.max(part.depth);
        }
        size
    }

    fn fragment(&mut self, name: &'a Name) -> Size {
        if let Some(known) = self.fragments.get(name) {
            return *known;
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Size::default();
        };
        if !self.walking.insert(name) {
            // A cycle: never finished, so too large for any limit.
            return Size {
                fields: usize::MAX,
                top: usize::MAX,
                depth: 0,
            };
        }
        let size = self.selection(&fragment.node.selection_set.node);
        self.walking.remove(name);
        self.fragments.insert(name, size);
        size
    }
}

fn judge(parsed: ExecutableDocument, limits: &Limits) -> Result<Document, Refusal> {
    let mut judge = Judge {
        document: &parsed,
        fragments: HashMap::new(),
        walking: HashSet::new(),
        names: HashSet::new(),
    };
    let mut size = Size::default();
    let mut roots = HashSet::new();
    for (_, operation) in parsed.operations.iter() {
        let one = judge.selection(&operation.node.selection_set.node);
        let most = match operation.node.ty {
            OperationType::Mutation => limits.mutation_fields,
            OperationType::Query | OperationType::Subscription => limits.query_fields,
        };
        if one.top > most && one.fields < usize::MAX {
            return Err(Refusal(format!(
                "The operation has more than {most} fields at its top. Send several requests."
            )));
        }
        size = Size {
            fields: size.fields.max(one.fields),
            top: size.top.max(one.top),
            depth: size.depth.max(one.depth),
        };
        root_fields(
            &parsed,
            &operation.node.selection_set.node,
            &mut roots,
            &mut HashSet::new(),
        );
    }
    let top_fields = roots.iter().map(|field| (*field).to_owned()).collect();
    let introspects = roots.contains("__schema") || roots.contains("__type");
    let federates = roots.contains("_service") || roots.contains("_entities");
    if size.fields == usize::MAX {
        return Err(Refusal("A fragment contains itself.".to_owned()));
    }
    if size.fields > limits.document_fields {
        return Err(Refusal(format!(
            "The document has more than {} fields once its fragments are expanded. Split it up.",
            limits.document_fields
        )));
    }
    // Introspection is nested deeper than any query about customers; it has its own bound.
    let most = if introspects {
        limits.selection_depth.max(20)
    } else {
        limits.selection_depth
    };
    if size.depth > most {
        return Err(Refusal(format!("Fields are nested more than {most} deep.")));
    }
    let names = judge.names.into_iter().map(str::to_owned).collect();
    let document = Document {
        introspects,
        federates,
        fields: size.fields,
        depth: size.depth,
        names: Arc::new(names),
        top_fields,
        parsed,
    };
    Ok(document)
}

fn root_fields<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    found: &mut HashSet<&'a str>,
    seen: &mut HashSet<&'a Name>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                found.insert(field.node.name.node.as_str());
            }
            Selection::InlineFragment(fragment) => {
                root_fields(document, &fragment.node.selection_set.node, found, seen);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if seen.insert(name)
                    && let Some(fragment) = document.fragments.get(name)
                {
                    root_fields(document, &fragment.node.selection_set.node, found, seen);
                }
            }
        }
    }
}

impl Document {
    /// Whether somebody who acts as another may run all of its mutations.
    #[must_use]
    pub fn may_be_run_by(&self, viewer: &Viewer) -> bool {
        let mut mutations = self.top_fields.iter().filter(|field| *field != "__typename");
        mutations.all(|field| viewer.may_run(field))
    }

    /// The name and kind of the operation that would run.
    #[must_use]
    pub fn operation(&self, name: Option<&str>) -> Option<&OperationDefinition> {
        match (&self.parsed.operations, name) {
            (DocumentOperations::Single(operation), None) => Some(&operation.node),
            (DocumentOperations::Single(_), Some(_)) => None,
            (DocumentOperations::Multiple(operations), Some(name)) => {
                operations.get(name).map(|operation| &operation.node)
            }
            (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
                operations.values().next().map(|operation| &operation.node)
            }
            (DocumentOperations::Multiple(_), None) => None,
        }
    }

    /// The document for the executor, in which variables that the client left out do not occur.
    ///
    /// The executor gives such a variable the value `null`, which inside an input object would clear a field that
    /// the client did not mention. So the input fields and arguments that are just such a variable are taken out,
    /// and the variable's definition with them, unless it is still used elsewhere (in a list, or in `@skip`).
    #[must_use]
    pub fn for_execution(&self, operation_name: Option<&str>, variables: &Variables) -> ExecutableDocument {
        let absent: HashSet<Name> = self
            .operation(operation_name)
            .into_iter()
            .flat_map(|operation| &operation.variable_definitions)
            .filter(|definition| {
                let definition = &definition.node;
                definition.var_type.node.nullable
                    && definition.default_value.is_none()
                    && !variables.contains_key(&definition.name.node)
            })
            .map(|definition| definition.node.name.node.clone())
            .collect();
        let mut parsed = self.parsed.clone();
        if absent.is_empty() {
            return parsed;
        }
        // Other operations of the document will not run, and may define the same variables otherwise.
        if let (DocumentOperations::Multiple(operations), Some(name)) = (&mut parsed.operations, operation_name) {
            operations.retain(|other, _| other.as_str() == name);
        }
        let mut still_used = HashSet::new();
        for fragment in parsed.fragments.values_mut() {
            drop_absent(&mut fragment.node.selection_set.node, &absent, &mut still_used);
        }
        let operations: Box<dyn Iterator<Item = &mut Positioned<OperationDefinition>>> = match &mut parsed.operations {
            DocumentOperations::Single(operation) => Box::new(std::iter::once(operation)),
            DocumentOperations::Multiple(operations) => Box::new(operations.values_mut()),
        };
        for operation in operations {
            drop_absent(&mut operation.node.selection_set.node, &absent, &mut still_used);
            operation.node.variable_definitions.retain(|definition| {
                let name = &definition.node.name.node;
                !absent.contains(name) || still_used.contains(name)
            });
        }
        parsed
    }
}

fn drop_absent(set: &mut SelectionSet, absent: &HashSet<Name>, still_used: &mut HashSet<Name>) {
    for selection in &mut set.items {
        for directive in selection.node.directives() {
            for (_, value) in &directive.node.arguments {
                note_used(&value.node, absent, still_used);
            }
        }
        match &mut selection.node {
            Selection::Field(field) => {
                field
                    .node
                    .arguments
                    .retain(|(_, value)| !is_absent(&value.node, absent));
                for (_, value) in &mut field.node.arguments {
                    drop_from_value(&mut value.node, absent, still_used);
                }
                drop_absent(&mut field.node.selection_set.node, absent, still_used);
            }
            Selection::InlineFragment(fragment) => {
                drop_absent(&mut fragment.node.selection_set.node, absent, still_used);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn is_absent(value: &Value, absent: &HashSet<Name>) -> bool {
    matches!(value, Value::Variable(name) if absent.contains(name))
}

fn drop_from_value(value: &mut Value, absent: &HashSet<Name>, still_used: &mut HashSet<Name>) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !is_absent(value, absent));
            for value in fields.values_mut() {
                drop_from_value(value, absent, still_used);
            }
        }
        Value::List(items) => {
            for item in items {
                drop_from_value(item, absent, still_used);
            }
        }
        other => note_used(other, absent, still_used),
    }
}

fn note_used(value: &Value, absent: &HashSet<Name>, still_used: &mut HashSet<Name>) {
    match value {
        Value::Variable(name) if absent.contains(name) => {
            still_used.insert(name.clone());
        }
        Value::List(items) => items.iter().for_each(|item| note_used(item, absent, still_used)),
        Value::Object(fields) => fields.values().for_each(|value| note_used(value, absent, still_used)),
        _ => {}
    }
}
