//! A document that was parsed and found out about, as often as it is sent.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{
    Name, Positioned, Variables,
    parser::{
        parse_query,
        types::{
            DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
        },
    },
};
use async_graphql_value::ConstValue;

use super::{
    Refusal,
    absent::Absent,
    analysis::{Analysis, Size},
    overlap,
    price::Formula,
    scan::Scan,
    shape::Shape,
};
use crate::{
    auth::Viewer,
    config::{DocumentLimits, Limits},
};

/// What the parser makes of a token, in bytes.
const TOKEN_BYTES: usize = 200;

/// A parsed document and what was found out about it, which is true whoever sends it.
#[derive(Debug)]
pub struct Document {
    parsed: ExecutableDocument,
    /// Whether it asks about the schema.
    pub introspects: bool,
    /// Whether it uses what only a federation gateway needs.
    pub federates: bool,
    /// How large it is.
    pub size: Size,
    /// The names of its fields, of whatever type they are.
    pub names: Arc<HashSet<String>>,
    scan: Scan,
    /// The names of the fields at the top of each of its operations.
    top_fields: HashMap<Option<Name>, HashSet<String>>,
    prices: HashMap<Option<Name>, Formula>,
    fragment_prices: Vec<Formula>,
}

impl Document {
    /// Parses a text that was scanned, and walks through it once.
    ///
    /// # Errors
    /// When it cannot be parsed, or a fragment contains itself.
    pub fn parse(text: &str, scan: Scan, shape: &Shape, limits: &Limits) -> Result<Self, Refusal> {
        let parsed = parse_query(text).map_err(|error| Refusal::malformed(error.to_string()))?;
        Self::of(parsed, scan, shape, limits)
    }

    /// The same for what was parsed already. The scan is that of its text, or of the text from which it was made.
    ///
    /// # Errors
    /// When a fragment contains itself.
    fn of(parsed: ExecutableDocument, scan: Scan, shape: &Shape, limits: &Limits) -> Result<Self, Refusal> {
        let analysis = Analysis::of(&parsed, shape, limits.page_default.into())?;
        let top_fields = || analysis.top_fields.values().flatten();
        let asks = |names: [&str; 2]| top_fields().any(|field| names.contains(&field.as_str()));
        Ok(Self {
            introspects: asks(["__schema", "__type"]),
            federates: asks(["_service", "_entities"]),
            size: analysis.size,
            names: Arc::new(analysis.names),
            scan,
            top_fields: analysis.top_fields,
            prices: analysis.prices,
            fragment_prices: analysis.fragment_prices,
            parsed,
        })
    }

    /// Looks at the same document after a part of it was changed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn changed(&self, parsed: &ExecutableDocument, shape: &Shape, limits: &Limits) -> Result<Self, Refusal> {
        Self::of(parsed.clone(), self.scan, shape, limits)
    }

    /// How much memory it takes, in bytes and roughly: texts as they are, and what the parser makes of a token.
    pub(super) fn weight(&self) -> u32 {
        let bytes = self
            .scan
            .tokens
            .saturating_mul(TOKEN_BYTES)
            .saturating_add(self.scan.bytes);
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }

    /// Refuses what would make the executor do too much, once it is known to be small enough to look.
    ///
    /// # Errors
    /// When fields of one name differ, or one stands at one place too often.
    pub(super) fn check_overlap(&self) -> Result<(), Refusal> {
        overlap::check(&self.parsed)
    }

    /// Holds it against the limits of whoever sends it.
    ///
    /// # Errors
    /// What is too much of it.
    pub fn check(&self, limits: &DocumentLimits) -> Result<(), Refusal> {
        self.scan.check(limits)?;
        let Size {
            selections,
            fields: _,
            depth,
            schema_lists,
            query_fields,
            mutation_fields,
            log_in_fields,
            aliases,
            directives,
            directives_at_once,
            fragments,
            operations,
            variables,
            variable_uses: _,
            list_items: _,
        } = self.size;
        let most_deep = if self.introspects {
            limits.introspection_depth
        } else {
            limits.depth
        };
        for (size, most, what) in [
            (
                selections,
                limits.selections,
                "fields and fragments once all fragments are expanded. Split it up",
            ),
            (depth, most_deep, "fields inside each other. Ask in several steps"),
            (
                query_fields,
                limits.query_fields,
                "fields at its top. Send several requests",
            ),
            (
                mutation_fields,
                limits.mutation_fields,
                "mutations. Send several requests, or use one that takes a list",
            ),
            (
                log_in_fields,
                limits.log_in_fields,
                "mutation for people who have not logged in. Send several requests",
            ),
            (aliases, limits.aliases, "aliases. Send several requests"),
            (directives, limits.directives, "directives. Leave out some"),
            (
                directives_at_once,
                limits.directives_at_once,
                "directives at one place. Leave out some",
            ),
            (fragments, limits.fragments, "fragments. Split it up"),
            (
                operations,
                limits.operations,
                "operations. Send those alone that belong together",
            ),
            (
                variables,
                limits.variables,
                "variables. Put several into one input object",
            ),
        ] {
            if size > most {
                return Err(Refusal::too_much(format!("The document has more than {most} {what}.")));
            }
        }
        if self.introspects {
            let is_alone = |name: &String| matches!(name.as_str(), "__schema" | "__type" | "__typename");
            if !self.top_fields.values().flatten().all(is_alone) {
                return Err(Refusal::too_much("Ask about the schema in a document of its own."));
            }
            if schema_lists > 2 {
                let message = "Lists about the schema are inside each other more than twice. Ask in several steps.";
                return Err(Refusal::too_much(message));
            }
        }
        Ok(())
    }

    /// What its operation of this name costs with these variables.
    #[must_use]
    pub fn price(&self, operation_name: Option<&str>, variables: &Variables) -> u64 {
        let formula = of_operation(&self.prices, operation_name);
        formula.map_or(0, |formula| formula.price(variables, &self.fragment_prices))
    }

    /// The values of an operation's variables: those that were given, and the defaults of the others.
    ///
    /// # Errors
    /// When one is missing that must be given.
    pub fn variables(&self, operation: &OperationDefinition, given: Variables) -> Result<Variables, Refusal> {
        let mut variables = given;
        for Positioned { node: definition, .. } in &operation.variable_definitions {
            let name = &definition.name.node;
            match (variables.get(name), &definition.default_value) {
                (None, Some(default)) => {
                    variables.insert(name.clone(), default.node.clone());
                }
                (None | Some(ConstValue::Null), _) if !definition.var_type.node.nullable => {
                    let of = &definition.var_type.node;
                    return Err(Refusal::variables(format!(
                        "The variable ${name} of type {of} is missing."
                    )));
                }
                _ => {}
            }
        }
        Ok(variables)
    }

    /// Its fragments.
    #[must_use]
    pub fn fragments(&self) -> &HashMap<Name, Positioned<FragmentDefinition>> {
        &self.parsed.fragments
    }

    /// Whether somebody who acts as another may run all mutations of its operation of this name.
    #[must_use]
    pub fn may_be_run_by(&self, viewer: &Viewer, operation_name: Option<&str>) -> bool {
        let fields = of_operation(&self.top_fields, operation_name);
        let mut mutations = fields.into_iter().flatten().filter(|field| *field != "__typename");
        mutations.all(|field| viewer.may_run(field))
    }

    /// The operation that would run.
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

    /// The document for the executor, in which variables that the client left out do not occur ([`Absent`]).
    #[must_use]
    pub fn for_execution(&self, operation_name: Option<&str>, variables: &Variables) -> ExecutableDocument {
        let mut parsed = self.parsed.clone();
        let definitions = self
            .operation(operation_name)
            .map(|operation| operation.variable_definitions.as_slice());
        let mut absent = Absent::of(definitions.unwrap_or_default(), variables);
        if absent.is_empty() {
            return parsed;
        }
        // Other operations of the document will not run, and may define the same variables otherwise; what they alone
        // use goes with them.
        if let (DocumentOperations::Multiple(operations), Some(name)) = (&mut parsed.operations, operation_name) {
            operations.retain(|other, _| other.as_str() == name);
            let used = used_fragments(&parsed);
            parsed.fragments.retain(|name, _| used.contains(name));
        }
        for fragment in parsed.fragments.values_mut() {
            absent.take_out_of(&mut fragment.node.selection_set.node);
        }
        let operations: Box<dyn Iterator<Item = &mut Positioned<OperationDefinition>>> = match &mut parsed.operations {
            DocumentOperations::Single(operation) => Box::new(std::iter::once(operation)),
            DocumentOperations::Multiple(operations) => Box::new(operations.values_mut()),
        };
        for operation in operations {
            absent.take_out_of(&mut operation.node.selection_set.node);
            let definitions = &mut operation.node.variable_definitions;
            definitions.retain(|definition| !absent.is_gone(&definition.node.name.node));
        }
        parsed
    }
}

/// What is known of the operation of this name, or of the only one.
fn of_operation<'a, T>(known: &'a HashMap<Option<Name>, T>, name: Option<&str>) -> Option<&'a T> {
    match known.len() {
        1 => known.values().next(),
        _ => known.get(&name.map(Name::new)),
    }
}

/// The fragments that the operations of a document use.
pub(super) fn used_fragments(document: &ExecutableDocument) -> HashSet<Name> {
    fn look(document: &ExecutableDocument, set: &SelectionSet, used: &mut HashSet<Name>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => look(document, &field.node.selection_set.node, used),
                Selection::InlineFragment(fragment) => look(document, &fragment.node.selection_set.node, used),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if used.insert(name.clone())
                        && let Some(fragment) = document.fragments.get(name)
                    {
                        look(document, &fragment.node.selection_set.node, used);
                    }
                }
            }
        }
    }
    let mut used = HashSet::new();
    for (_, operation) in document.operations.iter() {
        look(document, &operation.node.selection_set.node, &mut used);
    }
    used
}
