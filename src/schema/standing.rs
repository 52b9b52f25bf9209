//! Asks standing queries of the one schema.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use async_graphql::{
    Name, Positioned, Request, Response, Value, Variables,
    parser::{
        parse_query,
        types::{BaseType, DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet, Type},
    },
};
use futures_util::future::BoxFuture;
use moka::sync::Cache;
use sea_orm::entity::prelude::Json;
use serde_json::json;
use tokio::sync::Semaphore;

use super::Schema;
use crate::{
    firewall::{Document, Firewall, GivenVariables, Scope, short},
    graphql::{
        Loaders, arrange,
        direct::{JsonText, Plans},
        mend,
        standing::{Given, StandingAnswer, StandingQueries},
    },
    work::Call,
};

/// The largest answer, in bytes.
const LARGEST: usize = 256 * 1_024;

/// The most errors in one answer.
const ERRORS: usize = 20;

/// How many queries are kept parsed.
const KNOWN: u64 = 100;

/// Names the operation that is executed where a query is only looked at.
const NOTHING: &str = "Nothing";

/// What tells which fields a viewer is shown.
const SHOWN: &str = "{ __schema { queryType { name } types { name fields(includeDeprecated: true) {
  name type { name ofType { name ofType { name ofType { name } } } }
} } } }";

/// Asks standing queries of a schema.
#[derive(Clone)]
pub struct Standing {
    schema: Schema,
    firewall: Arc<Firewall>,
    longest: Duration,
    /// How many may read at once, which those who listen to events count to as well.
    hearings: Arc<Semaphore>,
    known: Cache<String, Arc<Document>>,
}

impl std::fmt::Debug for Standing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Standing").finish_non_exhaustive()
    }
}

impl Standing {
    /// Asks this schema, behind this firewall, waits no longer than this for an answer, and asks no more at once than there
    /// are permits.
    #[must_use]
    pub fn new(schema: Schema, firewall: Arc<Firewall>, longest: Duration, hearings: Arc<Semaphore>) -> Self {
        let limit = Duration::from_millis(firewall.limits(Scope::Bounded).query_milliseconds);
        Self {
            schema,
            firewall,
            longest: longest.min(limit),
            hearings,
            known: Cache::new(KNOWN),
        }
    }

    fn read(&self, text: &str) -> Result<Arc<Document>, String> {
        if let Some(known) = self.known.get(text) {
            return Ok(known);
        }
        let limits = self.firewall.limits(Scope::Bounded);
        let document = self.firewall.parse(text, limits).map_err(|refusal| refusal.message)?;
        let kind = document.operation(None).map(|operation| operation.ty);
        if kind != Some(OperationType::Query) || document.introspects || document.federates {
            return Err("It has to be one query, and not about the schema.".to_owned());
        }
        let document = Arc::new(document);
        self.known.insert(text.to_owned(), Arc::clone(&document));
        Ok(document)
    }

    /// The values of those variables that the query uses.
    fn variables(&self, document: &Document, all: serde_json::Map<String, Json>) -> Result<Variables, String> {
        let used: HashSet<&str> = definitions(document).map(|(name, _)| name).collect();
        let some: serde_json::Map<String, Json> = all
            .into_iter()
            .filter(|(name, _)| used.contains(name.as_str()))
            .collect();
        let given: GivenVariables = serde_json::from_value(some.into()).unwrap_or_default();
        let checked = self.firewall.variables(Scope::Bounded, document, None, given);
        checked
            .map(|(variables, _)| variables)
            .map_err(|refusal| refusal.message)
    }

    /// What the executor has against it, which it finds out before it executes anything of it.
    async fn against(&self, document: &Document, variables: Variables, call: &Arc<Call>) -> Option<String> {
        let ExecutableDocument { operations, fragments } = document.for_execution(None, &variables);
        let nothing = parse_query(format!("query {NOTHING} {{ __typename }}"))
            .ok()?
            .operations;
        let own = match operations {
            DocumentOperations::Single(operation) => Some(operation),
            DocumentOperations::Multiple(operations) => operations.into_values().next(),
        };
        let mut all: HashMap<Name, Positioned<_>> = HashMap::new();
        all.extend(own.map(|operation| (Name::new("Payload"), operation)));
        if let DocumentOperations::Multiple(nothing) = nothing {
            all.extend(nothing);
        }
        let mut request = Request::new(String::new())
            .operation_name(NOTHING)
            .variables(variables)
            .data(Arc::clone(call))
            .data(Loaders::new(Arc::clone(call)));
        request.set_parsed_query(ExecutableDocument {
            operations: DocumentOperations::Multiple(all),
            fragments,
        });
        let answer = self.schema.execute(request).await;
        answer.errors.first().map(|error| short(&error.message))
    }

    /// The first field that the viewer of the call may not ask for.
    async fn hidden(&self, document: &Document, call: &Arc<Call>) -> Option<String> {
        let answer = self.schema.execute(Request::new(SHOWN).data(Arc::clone(call))).await;
        let shown = Shown::read(&answer.data.into_json().ok()?)?;
        let parsed = document.for_execution(None, &Variables::default());
        parsed
            .operations
            .iter()
            .find_map(|(_, operation)| shown.lacks(&shown.query, &operation.node.selection_set.node, &parsed))
    }

    async fn looked_at(&self, call: Call, text: &str, allowed: &[Given]) -> Result<(), String> {
        let document = self.read(text)?;
        for (name, of) in definitions(&document) {
            let is_allowed = allowed
                .iter()
                .any(|(known, kind)| *known == name && named(of) == Some(kind));
            if !is_allowed {
                let known: Vec<String> = allowed.iter().map(|(name, kind)| format!("${name}: {kind}")).collect();
                return Err(format!("The variables that it may use are {}.", known.join(", ")));
            }
        }
        // Any text will do: nothing is looked for with it.
        let samples = allowed
            .iter()
            .map(|(name, _)| ((*name).to_owned(), json!("sample")))
            .collect();
        let variables = self.variables(&document, samples)?;
        let call = Arc::new(call);
        if let Some(message) = self.against(&document, variables, &call).await {
            return Err(message);
        }
        match self.hidden(&document, &call).await {
            Some(field) => Err(format!("The permissions do not allow it to ask for {field}.")),
            None => Ok(()),
        }
    }

    async fn asked(&self, call: Call, text: &str, all: serde_json::Map<String, Json>) -> StandingAnswer {
        let document = match self.read(text) {
            Ok(document) => document,
            Err(message) => return nothing(&message, "BAD_USER_INPUT", false),
        };
        let variables = match self.variables(&document, all) {
            Ok(variables) => variables,
            Err(message) => return nothing(&message, "BAD_USER_INPUT", false),
        };
        let call = Arc::new(call.asking_for(Arc::clone(&document.names)));
        let mut request = Request::new(String::new())
            .variables(variables.clone())
            .data(Arc::clone(&call))
            .data(Loaders::new(Arc::clone(&call)))
            .data(Plans::default());
        request.set_parsed_query(document.for_execution(None, &variables));
        // It is never closed. To wait for others is no fault of the query.
        let _permit = self.hearings.acquire().await;
        match tokio::time::timeout(self.longest, self.schema.execute(request)).await {
            Ok(response) => put_in_order(&document, response),
            Err(_) => nothing("The query took too long.", "INTERNAL", true),
        }
    }
}

impl StandingQueries for Standing {
    fn check<'a>(
        &'a self,
        call: Call,
        text: &'a str,
        variables: &'static [Given],
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(self.looked_at(call, text, variables))
    }

    fn ask<'a>(
        &'a self,
        call: Call,
        text: &'a str,
        variables: serde_json::Map<String, Json>,
    ) -> BoxFuture<'a, StandingAnswer> {
        Box::pin(self.asked(call, text, variables))
    }
}

/// The variables that its one operation defines, with their types.
fn definitions(document: &Document) -> impl Iterator<Item = (&str, &Type)> {
    let operation = document.operation(None).into_iter();
    operation
        .flat_map(|operation| &operation.variable_definitions)
        .map(|definition| (definition.node.name.node.as_str(), &definition.node.var_type.node))
}

/// The name of a type that is no list.
fn named(of: &Type) -> Option<&str> {
    match &of.base {
        BaseType::Named(name) => Some(name.as_str()),
        BaseType::List(_) => None,
    }
}

fn nothing(message: &str, code: &str, is_fault: bool) -> StandingAnswer {
    let errors = json!([{ "message": message, "extensions": { "code": code } }]);
    StandingAnswer {
        json: json!({ "data": null, "errors": errors }).to_string(),
        is_fault,
    }
}

fn put_in_order(document: &Document, mut response: Response) -> StandingAnswer {
    mend(&mut response);
    if let Some(operation) = document.operation(None) {
        arrange(operation, document.fragments(), &mut response.data);
    }
    let mut is_fault = false;
    response.errors.truncate(ERRORS);
    for error in &mut response.errors {
        error.message = short(&error.message);
        let extensions = error.extensions.get_or_insert_default();
        match extensions.get("code") {
            Some(Value::String(code)) => is_fault |= code == "INTERNAL",
            _ => extensions.set("code", "BAD_USER_INPUT"),
        }
    }
    match String::from_utf8(JsonText::response(&response)) {
        Ok(json) if json.len() <= LARGEST => StandingAnswer { json, is_fault },
        _ => nothing("The answer is too large.", "COST_EXCEEDED", false),
    }
}

/// What a viewer is shown of the schema: of each type its fields, each with the name of its type.
struct Shown {
    query: String,
    types: HashMap<String, HashMap<String, String>>,
}

impl Shown {
    fn read(answer: &Json) -> Option<Self> {
        let schema = answer.get("__schema")?;
        let text = |value: &Json| value["name"].as_str().map(str::to_owned);
        let mut types = HashMap::new();
        for kind in schema["types"].as_array()? {
            let fields = kind["fields"].as_array().into_iter().flatten();
            let fields = fields.filter_map(|field| {
                let mut of = &field["type"];
                while of["ofType"].is_object() {
                    of = &of["ofType"];
                }
                Some((text(field)?, text(of)?))
            });
            types.insert(text(kind)?, fields.collect());
        }
        Some(Self {
            query: text(&schema["queryType"])?,
            types,
        })
    }

    /// The first field of a selection on a type that is not shown, as `Type.field`.
    fn lacks(&self, of: &str, set: &SelectionSet, document: &ExecutableDocument) -> Option<String> {
        set.items.iter().find_map(|item| match &item.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                if name == "__typename" {
                    return None;
                }
                match self.types.get(of).and_then(|fields| fields.get(name)) {
                    Some(of) => self.lacks(of, &field.node.selection_set.node, document),
                    None => Some(format!("{of}.{name}")),
                }
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let of = condition.map_or(of, |condition| condition.node.on.node.as_str());
                self.lacks(of, &fragment.node.selection_set.node, document)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.node.fragment_name.node)?;
                let of = fragment.node.type_condition.node.on.node.as_str();
                self.lacks(of, &fragment.node.selection_set.node, document)
            }
        })
    }
}
