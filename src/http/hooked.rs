//! The step between an operation that was found to be in order and its execution: hooks are asked about its mutations.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use async_graphql::{Request, Value, Variables, parser::types::ExecutableDocument};

use super::operation::{Cause, Refused};
use crate::{
    features::hook::{self, Asking, Patched, Registry},
    firewall::{Document, Firewall, Scope, mutation},
    graphql::fingerprint,
    schema::Schema,
    work::Call,
};

/// What tells which mutations a viewer may use: those that the schema shows them.
const SHOWN: &str = "{ __schema { mutationType { fields(includeDeprecated: true) { name } } } }";

/// What is needed to ask hooks about a mutation.
pub(super) struct Hooks {
    pub(super) registry: Arc<Registry>,
    pub(super) firewall: Arc<Firewall>,
    /// Tells whether an operation would be executed.
    pub(super) probe: Arc<LazyLock<Schema>>,
    pub(super) scope: Scope,
    pub(super) operation_name: Option<String>,
}

/// An operation with inputs that hooks have changed, and what it costs.
pub(super) struct Changed {
    pub(super) document: ExecutableDocument,
    pub(super) cost: u64,
}

impl Hooks {
    /// Asks the hooks of an operation's mutations, if they have any. Nobody is asked about what the viewer may not use, or
    /// about an operation that would not be executed.
    ///
    /// # Errors
    /// That it could not be found out whether there are hooks: then nothing is done.
    pub(super) async fn ask(
        &self,
        call: &Arc<Call>,
        document: &Document,
        variables: &Variables,
        schema: &Schema,
    ) -> Result<Option<Changed>, Refused> {
        // Whoever logs in asks nobody, and finds nothing out by what the service does for others now and then.
        let can_have = self.registry.mutations();
        if !document.names.iter().any(|name| can_have.contains(name)) {
            return Ok(None);
        }
        let hooks = self.registry.current(call).await.map_err(|error| {
            tracing::error!(request.id = call.request_id, %error, "it could not be found out which hooks there are");
            Refused::new(
                Cause::Unavailable,
                "The service is not available. Try again in a moment.",
            )
        })?;
        if !document.names.iter().any(|name| hooks.has(name)) {
            return Ok(None);
        }
        let operation_name = self.operation_name.as_deref();
        let executable = document.for_execution(operation_name, variables);
        let fields = mutation::fields(&executable, operation_name, variables);
        let mut fields: Vec<_> = fields.into_iter().filter(|field| hooks.has(&field.name)).collect();
        if fields.is_empty() || !self.would_be_executed(call, variables, executable.clone()).await {
            return Ok(None);
        }
        let shown = shown(call, schema).await;
        let is_masked = call.viewer.masks().is_some();
        fields.retain(|field| {
            // A dry run is denied to those from whom fields are hidden.
            let is_denied = is_masked && is_true(&field.input(), "dryRun");
            shown.contains(&field.name) && !is_denied
        });
        let fields = fields.into_iter().map(|field| Asking {
            input: field.input(),
            fingerprint: fingerprint(&field.name, field.arguments),
            response_key: field.response_key,
            mutation: field.name,
        });
        let executable = &executable;
        let fits = |patched: Patched| async move { self.fits(call, document, variables, executable, &patched).await };
        let asked = hook::ask(call, &hooks, fields.collect(), fits).await;
        call.note_hooked(asked.hooked);
        if asked.patched.is_empty() {
            return Ok(None);
        }
        Ok(self.changed(document, variables, executable, &asked.patched))
    }

    /// Whether the operation is in order with these inputs, by the same measures as one that a client sends.
    async fn fits(
        &self,
        call: &Arc<Call>,
        document: &Document,
        variables: &Variables,
        executable: &ExecutableDocument,
        patched: &Patched,
    ) -> bool {
        match self.changed(document, variables, executable, patched) {
            Some(changed) => self.would_be_executed(call, variables, changed.document).await,
            None => false,
        }
    }

    /// The operation with these inputs; `None` when that is too much.
    fn changed(
        &self,
        document: &Document,
        variables: &Variables,
        executable: &ExecutableDocument,
        patched: &Patched,
    ) -> Option<Changed> {
        let operation_name = self.operation_name.as_deref();
        let changed = mutation::with_inputs(executable, operation_name, variables, patched);
        let cost = self.firewall.changed(
            self.scope,
            document,
            operation_name,
            &changed,
            patched.values(),
            variables,
        );
        let cost = cost.ok()?;
        Some(Changed {
            document: changed,
            cost,
        })
    }

    async fn would_be_executed(&self, call: &Arc<Call>, variables: &Variables, document: ExecutableDocument) -> bool {
        let mut request = Request::new(String::new())
            .variables(variables.clone())
            .data(Arc::clone(call));
        request.operation_name.clone_from(&self.operation_name);
        request.set_parsed_query(document);
        self.probe.execute(request).await.errors.is_empty()
    }
}

/// The mutations that are shown to the viewer.
async fn shown(call: &Arc<Call>, schema: &Schema) -> HashSet<String> {
    let answer = schema.execute(Request::new(SHOWN).data(Arc::clone(call))).await;
    let Ok(answer) = answer.data.into_json() else {
        return HashSet::new();
    };
    let fields = answer["__schema"]["mutationType"]["fields"].as_array();
    let names = fields.into_iter().flatten().filter_map(|field| field["name"].as_str());
    names.map(str::to_owned).collect()
}

fn is_true(input: &Value, field: &str) -> bool {
    matches!(input, Value::Object(fields) if fields.get(field) == Some(&Value::Boolean(true)))
}
