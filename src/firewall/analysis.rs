//! How large a document is once it is parsed: told in one walk, linear in its size.
//!
//! Each fragment is walked once and its numbers are remembered, where the executor's own checks walk it once per
//! spread, which doubles with every level of nesting.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{
        BaseType, Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
        Type,
    },
};
use async_graphql_value::{ConstValue, Value};

use super::{
    Refusal,
    price::{Count, Formula, TOTAL_COUNT},
    shape::{Many, Shape, TypeShape},
};

/// How many selection sets may be inside each other, fragments expanded: far more than any limit on fields, and few
/// enough for the stack.
const LEVELS: usize = 256;

/// Lists about the schema that lead to further ones; in a usual introspection none is inside another, and whoever looks
/// at one type may want to see the fields of those that its fields have.
const SCHEMA_LISTS: [&str; 5] = ["enumValues", "fields", "inputFields", "interfaces", "possibleTypes"];

/// How large a document is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Its fields and fragments, fragments expanded.
    pub selections: usize,
    /// Its fields alone, fragments expanded.
    pub fields: usize,
    /// How deep fields are nested, fragments expanded.
    pub depth: usize,
    /// How deep lists about the schema are nested.
    pub schema_lists: usize,
    /// The fields at the top of its largest query or subscription.
    pub query_fields: usize,
    /// The fields at the top of its largest mutation.
    pub mutation_fields: usize,
    /// How many of these are for people who have not logged in.
    pub log_in_fields: usize,
    /// Its aliases.
    pub aliases: usize,
    /// Its directives.
    pub directives: usize,
    /// The most directives at one place.
    pub directives_at_once: usize,
    /// Its definitions of fragments.
    pub fragments: usize,
    /// Its operations.
    pub operations: usize,
    /// Its definitions of variables.
    pub variables: usize,
    /// How often variables are used, fragments expanded.
    pub variable_uses: usize,
    /// The length of the longest list that is written out in it.
    pub list_items: usize,
}

/// What was found out about a document.
#[derive(Debug)]
pub(super) struct Analysis {
    pub(super) size: Size,
    /// The names of all its fields.
    pub(super) names: HashSet<String>,
    /// The names of the fields at the top of each of its operations.
    pub(super) top_fields: HashMap<Option<Name>, HashSet<String>>,
    /// The prices of its operations, by their names.
    pub(super) prices: HashMap<Option<Name>, Formula>,
    /// The prices of its fragments.
    pub(super) fragment_prices: Vec<Formula>,
}

/// What was found out about a part of it, fragments expanded.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    selections: usize,
    fields: usize,
    depth: usize,
    schema_lists: usize,
    /// The fields that are not inside another.
    top: usize,
    /// Those of them that are mutations for people who have not logged in.
    log_ins: usize,
    variable_uses: usize,
    /// How many selection sets are inside each other.
    levels: usize,
}

impl Part {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.fields = self.fields.saturating_add(other.fields);
        self.top = self.top.saturating_add(other.top);
        self.log_ins = self.log_ins.saturating_add(other.log_ins);
        self.variable_uses = self.variable_uses.saturating_add(other.variable_uses);
        self.depth = self.depth.max(other.depth);
        self.levels = self.levels.max(other.levels);
        self.schema_lists = self.schema_lists.max(other.schema_lists);
    }
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    shape: &'a Shape,
    /// How many rows a page has that says nothing about it.
    page: u64,
    /// The fragments that were walked, with the places of their prices.
    fragments: HashMap<&'a Name, (Part, usize)>,
    fragment_prices: Vec<Formula>,
    walking: HashSet<&'a Name>,
    names: HashSet<&'a str>,
    level: usize,
    size: Size,
}

impl Analysis {
    /// Walks through a document. Pages that say nothing about their size have `page` rows.
    ///
    /// # Errors
    /// When a fragment contains itself or is used nowhere, when an argument is given twice or a variable is of a type that
    /// there is not, or when the document is nested deeper than any limit allows.
    pub(super) fn of(document: &ExecutableDocument, shape: &Shape, page: u64) -> Result<Self, Refusal> {
        let mut walk = Walk {
            document,
            shape,
            page,
            fragments: HashMap::new(),
            fragment_prices: Vec::new(),
            walking: HashSet::new(),
            names: HashSet::new(),
            level: 0,
            size: Size::default(),
        };
        let (mut prices, mut top_fields) = (HashMap::new(), HashMap::new());
        for (name, operation) in document.operations.iter() {
            prices.insert(name.cloned(), walk.operation(&operation.node)?);
            let set = &operation.node.selection_set.node;
            let mut found = HashSet::new();
            walk.top_fields(set, &mut found, &mut HashSet::new());
            top_fields.insert(name.cloned(), found.into_iter().map(str::to_owned).collect());
        }
        for (name, fragment) in &document.fragments {
            walk.directives(&fragment.node.directives);
            if !walk.fragments.contains_key(name) {
                // The executor would look into it before it says so.
                return Err(Refusal::invalid("A fragment is used nowhere, or in itself alone."));
            }
        }
        walk.size.fragments = document.fragments.len();
        walk.size.operations = prices.len();
        Ok(Self {
            size: walk.size,
            names: walk.names.into_iter().map(str::to_owned).collect(),
            top_fields,
            prices,
            fragment_prices: walk.fragment_prices,
        })
    }
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Formula, Refusal> {
        self.directives(&operation.directives);
        self.size.variables = self.size.variables.max(operation.variable_definitions.len());
        for Positioned { node: variable, .. } in &operation.variable_definitions {
            // The executor ends in a panic where a list of such a type has a default.
            if !self.shape.has(innermost(&variable.var_type.node)) {
                let name = &variable.name.node;
                return Err(Refusal::invalid(format!(
                    "The variable ${name} is of a type that there is not."
                )));
            }
            self.directives(&variable.directives);
            if let Some(value) = &variable.default_value {
                self.constant(&value.node);
            }
        }
        let root = self.shape.root(operation.ty);
        let (part, price) = self.selection(&operation.selection_set.node, root)?;
        let size = &mut self.size;
        size.selections = size.selections.max(part.selections);
        size.fields = size.fields.max(part.fields);
        size.depth = size.depth.max(part.depth);
        size.schema_lists = size.schema_lists.max(part.schema_lists);
        size.variable_uses = size.variable_uses.max(part.variable_uses);
        if operation.ty == OperationType::Mutation {
            size.mutation_fields = size.mutation_fields.max(part.top);
            size.log_in_fields = size.log_in_fields.max(part.log_ins);
        } else {
            size.query_fields = size.query_fields.max(part.top);
        }
        Ok(price)
    }

    fn selection(&mut self, set: &'a SelectionSet, of: Option<&TypeShape>) -> Result<(Part, Formula), Refusal> {
        self.level += 1;
        if self.level > LEVELS {
            return Err(Refusal::too_much(
                "The document is nested too deep once its fragments are expanded.",
            ));
        }
        let (mut part, mut price) = (Part::default(), Formula::default());
        for Positioned { node, .. } in &set.items {
            self.directives(node.directives());
            let (inner, inner_price) = match node {
                Selection::Field(field) => self.field(&field.node, of)?,
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let of = match condition {
                        Some(condition) => self.shape.of(condition.node.on.node.as_str()),
                        None => of,
                    };
                    self.selection(&fragment.node.selection_set.node, of)?
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?,
            };
            part.add(inner);
            part.selections = part.selections.saturating_add(1);
            price.add(inner_price);
        }
        self.level -= 1;
        // Of fragments that were walked before, the level here does not tell.
        part.levels += 1;
        if part.levels > LEVELS {
            return Err(Refusal::too_much(
                "The document is nested too deep once its fragments are expanded.",
            ));
        }
        Ok((part, price))
    }

    fn field(&mut self, field: &'a Field, of: Option<&TypeShape>) -> Result<(Part, Formula), Refusal> {
        let name = field.name.node.as_str();
        self.names.insert(name);
        self.size.aliases += usize::from(field.alias.is_some());
        let mut given = HashSet::new();
        let mut variable_uses = 0;
        for (name, value) in &field.arguments {
            if !given.insert(&name.node) {
                return Err(Refusal::invalid("An argument is given twice."));
            }
            variable_uses += self.value(&value.node);
        }
        let shape = of.and_then(|of| of.get(name));
        let inside = shape.and_then(|shape| self.shape.of(&shape.of));
        let (inner, price) = self.selection(&field.selection_set.node, inside)?;
        let part = Part {
            selections: inner.selections,
            fields: inner.fields.saturating_add(1),
            depth: inner.depth + 1,
            schema_lists: inner.schema_lists + usize::from(SCHEMA_LISTS.contains(&name) && shape.is_none()),
            top: 1,
            log_ins: usize::from(self.shape.is_open(name)),
            variable_uses: inner.variable_uses.saturating_add(variable_uses),
            levels: inner.levels,
        };
        let argument = |name: &str| field.get_argument(name).map(|value| &value.node);
        let Some(shape) = shape else {
            let is_count = name == "totalCount";
            return Ok((part, Formula::of(if is_count { TOTAL_COUNT } else { 0 })));
        };
        let price = match shape.many {
            Many::One | Many::Node => price.object(),
            Many::Payload => price.page(Count::of_rows(field.arguments.iter().map(|(_, value)| &value.node))),
            Many::Rows => price.object().per_row(),
            Many::Edges => price.per_row(),
            Many::Connection => price.page(Count::of_page(argument("first"), argument("last"), self.page)),
            Many::Named(list) => price.object().times(Count::of_items(argument(list))),
            Many::Unsaid => price.object().times(Count::of_items(None)),
        };
        Ok((part, price))
    }

    fn fragment(&mut self, name: &'a Name) -> Result<(Part, Formula), Refusal> {
        if let Some((part, place)) = self.fragments.get(name) {
            return Ok((*part, Formula::of_fragment(*place, &self.fragment_prices[*place])));
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Default::default());
        };
        if !self.walking.insert(name) {
            return Err(Refusal::invalid("A fragment contains itself."));
        }
        let of = self.shape.of(fragment.node.type_condition.node.on.node.as_str());
        let (part, price) = self.selection(&fragment.node.selection_set.node, of)?;
        self.walking.remove(name);
        let place = self.fragment_prices.len();
        self.fragment_prices.push(price);
        self.fragments.insert(name, (part, place));
        Ok((part, Formula::of_fragment(place, &self.fragment_prices[place])))
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>]) {
        self.size.directives += directives.len();
        self.size.directives_at_once = self.size.directives_at_once.max(directives.len());
        for directive in directives {
            for (_, value) in &directive.node.arguments {
                self.value(&value.node);
            }
        }
    }

    /// Looks into a value, and answers how often it uses a variable.
    fn value(&mut self, value: &Value) -> usize {
        match value {
            Value::List(items) => {
                self.size.list_items = self.size.list_items.max(items.len());
                items.iter().map(|item| self.value(item)).sum()
            }
            Value::Object(fields) => fields.values().map(|field| self.value(field)).sum(),
            Value::Variable(_) => 1,
            _ => 0,
        }
    }

    fn constant(&mut self, value: &ConstValue) {
        match value {
            ConstValue::List(items) => {
                self.size.list_items = self.size.list_items.max(items.len());
                items.iter().for_each(|item| self.constant(item));
            }
            ConstValue::Object(fields) => fields.values().for_each(|field| self.constant(field)),
            _ => {}
        }
    }

    fn top_fields(&self, set: &'a SelectionSet, found: &mut HashSet<&'a str>, seen: &mut HashSet<&'a Name>) {
        for Positioned { node, .. } in &set.items {
            match node {
                Selection::Field(field) => {
                    found.insert(field.node.name.node.as_str());
                }
                Selection::InlineFragment(fragment) => {
                    self.top_fields(&fragment.node.selection_set.node, found, seen);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if seen.insert(name)
                        && let Some(fragment) = self.document.fragments.get(name)
                    {
                        self.top_fields(&fragment.node.selection_set.node, found, seen);
                    }
                }
            }
        }
    }
}

/// The name of a type within its lists.
fn innermost(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => innermost(inner),
    }
}
