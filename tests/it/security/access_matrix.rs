//! The access matrix: what every field answers to every persona, compared with a checked file, with the schema's own
//! words about it, and with what introspection shows.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use customer_graph::{
    schema,
    work::{Record, Topic, UnitOfWork},
};
use entity::id::CustomerId;
use serde_json::{Value, json};

use super::{
    graph::{Field, Graph},
    relatives::{self, Relative},
    samples,
    world::World,
};
use crate::harness::{Persona, Setup, TestApp};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/security/access_matrix.golden");
const RELATIVES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/security/access_matrix.relatives.golden"
);
const UNREACHABLE: &str = "UNREACHABLE";

/// `Customer.email` → persona → verdict.
type Matrix = BTreeMap<String, BTreeMap<&'static str, String>>;

/// The service's only errors about access.
fn is_denial(verdict: &str) -> bool {
    matches!(verdict, "UNAUTHENTICATED" | "FORBIDDEN")
}

/// A way to an instance of a type: an operation with `@` for the selection.
struct Way {
    operation: String,
    variables: Value,
}

/// The object with the key `here`.
fn place(value: &Value) -> Option<&serde_json::Map<String, Value>> {
    match value {
        Value::Object(fields) if fields.contains_key("here") => Some(fields),
        Value::Object(fields) => fields.values().find_map(place),
        Value::Array(items) => items.iter().find_map(place),
        _ => None,
    }
}

struct Surveyor<'a> {
    app: &'a TestApp,
    world: &'a World,
    persona: &'a Persona,
}

impl Surveyor<'_> {
    /// Every way to a type, those written down before those that a mutation opens.
    fn ways(&self, object: &str) -> Vec<Way> {
        let own = |way: &&&str| !(self.persona.name == "stranger" && way.starts_with("{ me "));
        let written = samples::ways(object).iter().filter(own).map(|way| Way {
            operation: self.world.fill(way),
            variables: json!({}),
        });
        let mut ways: Vec<Way> = written.collect();
        for mutation in self.world.graph.fields("Mutation") {
            for field in self.world.graph.fields(&mutation.named) {
                if field.named == object && samples::ways(object).is_empty() {
                    ways.extend(self.mutation(&mutation, &format!("{} {{ @ }}", field.name)));
                }
            }
        }
        ways
    }

    fn mutation(&self, mutation: &Field, selection: &str) -> Option<Way> {
        let input = samples::input(&mutation.name)?.to_string();
        // Everybody sends mail to an address of their own, so that nobody has to wait for another.
        let input = input.replace("<asker>", self.persona.name);
        let input = serde_json::from_str(&input).unwrap();
        Some(Way {
            operation: format!(
                "mutation($input: {}) {{ {}(input: $input) {{ {selection} }} }}",
                mutation.arguments[0].written, mutation.name
            ),
            variables: json!({ "input": self.world.fill_json(&input) }),
        })
    }

    fn selection(&self, object: &str, fields: &[Field]) -> String {
        let mut text = "here: __typename".to_owned();
        for (position, field) in fields.iter().enumerate() {
            let arguments = self.world.fill(samples::arguments(object, &field.name));
            let inner = if self.world.graph.is_composite(&field.named) {
                "{ __typename }"
            } else {
                ""
            };
            write!(text, " f{position}: {}{arguments} {inner}", field.name).unwrap();
        }
        text
    }

    /// What the fields of a type answer.
    async fn survey(&self, object: &str, fields: &[Field]) -> Vec<String> {
        for way in self.ways(object) {
            let empty = way.operation.replace('@', "here: __typename");
            let answer = self.app.ask(self.persona, &empty, way.variables.clone()).await;
            if place(&answer.body["data"]).is_none() {
                continue;
            }
            let mut verdicts = Vec::new();
            // An answer has at most twenty errors.
            for some in fields.chunks(10) {
                let operation = way.operation.replace('@', &self.selection(object, some));
                let answer = self.app.ask(self.persona, &operation, way.variables.clone()).await;
                verdicts.extend(read(&answer.body, object, some));
            }
            return verdicts;
        }
        vec![UNREACHABLE.to_owned(); fields.len()]
    }

    /// What a mutation and the fields of its payload answer.
    async fn mutate(&self, mutation: &Field, fields: &[Field]) -> (String, Vec<String>) {
        let selection = self.selection(&mutation.named, fields) + " problems: userErrors { code }";
        let way = self.mutation(mutation, &selection).unwrap_or_else(|| {
            panic!(
                "The mutation {} has no sample: give it one in tests/it/security/samples.rs.",
                mutation.name
            )
        });
        let answer = self.app.ask(self.persona, &way.operation, way.variables).await;
        let codes: BTreeSet<&str> = answer.user_errors_under(&mutation.name).into_iter().collect();
        let verdict = match place(&answer.body["data"]) {
            Some(_) if codes.is_empty() => "OK".to_owned(),
            Some(_) => codes.into_iter().collect::<Vec<_>>().join("+"),
            None => answer.codes().first().map_or("NULL", |code| *code).to_owned(),
        };
        assert_ne!(
            verdict, "BAD_USER_INPUT",
            "Mend the sample of {} for {}: {:#}",
            mutation.name, self.persona.name, answer.body
        );
        let within = if place(&answer.body["data"]).is_some() {
            read(&answer.body, &mutation.named, fields)
        } else {
            vec![UNREACHABLE.to_owned(); fields.len()]
        };
        (verdict, within)
    }

    /// What a subscription answers, and the fields of what it tells.
    async fn subscribe(&self, subscription: &Field, fields: &[Field]) -> (String, Vec<String>) {
        let Some((topic, object)) = samples::event(&subscription.name) else {
            panic!(
                "The subscription {} has no sample: give it one in tests/it/security/samples.rs.",
                subscription.name
            )
        };
        let unreachable = vec![UNREACHABLE.to_owned(); fields.len()];
        let selection = self.selection(&subscription.named, fields);
        let query = format!("subscription {{ {} {{ {selection} }} }}", subscription.name);
        if self.persona.token.is_none() {
            let mut socket = self.app.silent_socket().await;
            socket.introduce(self.persona).await;
            assert_eq!(socket.closed_at_once().await, 4403);
            return ("UNAUTHENTICATED".to_owned(), unreachable);
        }
        let mut socket = self.app.socket(self.persona).await;
        if let Some(errors) = socket.subscribe("s", &query, json!({})).await {
            let code = errors[0]["extensions"]["code"].as_str().unwrap_or("no code");
            assert!(is_denial(code), "{}: {errors:#}", subscription.name);
            return (code.to_owned(), unreachable);
        }
        if self.persona.name == "stranger" {
            return ("OK".to_owned(), unreachable);
        }
        let (subject, object) = (self.world.fill("<ada>"), self.world.fill(object));
        let subject: CustomerId = subject.parse().unwrap();
        self.app
            .write(async |unit: &mut UnitOfWork| {
                unit.record(Record {
                    topic: Topic(topic),
                    subject: subject.0,
                    begins: false,
                    object: object.clone(),
                    version: 1,
                    changes: Vec::new(),
                });
                Ok(())
            })
            .await;
        let answer = socket.next("s").await;
        ("OK".to_owned(), read(&answer, &subscription.named, fields))
    }
}

/// The verdicts of the fields `f0`, `f1` … of an answer.
fn read(body: &Value, object: &str, fields: &[Field]) -> Vec<String> {
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    let here = place(&body["data"]).unwrap_or_else(|| panic!("{object} was reached and then it was not: {body:#}"));
    let verdict = |(position, field): (usize, &Field)| {
        let key = format!("f{position}");
        let about = |error: &&Value| error["path"].as_array().into_iter().flatten().any(|step| *step == *key);
        match errors.iter().find(about) {
            Some(error) => {
                let code = error["extensions"]["code"].as_str().unwrap_or("no code");
                assert!(
                    is_denial(code),
                    "{object}.{} answers {code}; if it needs arguments, give them in tests/it/security/samples.rs: {error:#}",
                    field.name
                );
                code.to_owned()
            }
            None if here[&key].is_null() => "NULL".to_owned(),
            None => "OK".to_owned(),
        }
    };
    fields.iter().enumerate().map(verdict).collect()
}

impl crate::harness::Answer {
    fn user_errors_under(&self, mutation: &str) -> Vec<&str> {
        let problems = self.body["data"][mutation]["problems"].as_array();
        problems
            .into_iter()
            .flatten()
            .map(|error| error["code"].as_str().unwrap_or("no code"))
            .collect()
    }
}

/// Surveys everything.
async fn survey(app: &TestApp, world: &World, personas: &[&Persona]) -> Matrix {
    let mut matrix = Matrix::new();
    let operations = ["Mutation", "Subscription"];
    let fields = operations.iter().flat_map(|operation| world.graph.fields(operation));
    let payloads: BTreeSet<String> = fields.map(|field| field.named).collect();
    for &persona in personas {
        let surveyor = Surveyor { app, world, persona };
        let mut note = |field: String, verdict: String| {
            let known = matrix
                .entry(field)
                .or_default()
                .entry(persona.name)
                .or_insert_with(|| verdict.clone());
            // Of several mutations with one payload, the one that tells most speaks.
            if known.as_str() == UNREACHABLE || (known.as_str() == "NULL" && verdict == "OK") {
                *known = verdict;
            }
        };
        for object in world.graph.objects() {
            if operations.contains(&object.as_str()) || payloads.contains(&object) {
                continue;
            }
            let fields = world.graph.fields(&object);
            for (field, verdict) in fields.iter().zip(surveyor.survey(&object, &fields).await) {
                note(format!("{object}.{}", field.name), verdict);
            }
        }
        for subscription in world.graph.fields("Subscription") {
            let fields = world.graph.fields(&subscription.named);
            let (verdict, within) = surveyor.subscribe(&subscription, &fields).await;
            note(format!("Subscription.{}", subscription.name), verdict);
            for (field, verdict) in fields.iter().zip(within) {
                note(format!("{}.{}", subscription.named, field.name), verdict);
            }
        }
        let mut mutations = world.graph.fields("Mutation");
        mutations.sort_by_key(|mutation| ["impersonationEnd", "sessionEnd"].contains(&mutation.name.as_str()));
        for mutation in mutations {
            let fields = world.graph.fields(&mutation.named);
            let (verdict, within) = surveyor.mutate(&mutation, &fields).await;
            note(format!("Mutation.{}", mutation.name), verdict);
            for (field, verdict) in fields.iter().zip(within) {
                note(format!("{}.{}", mutation.named, field.name), verdict);
            }
        }
    }
    matrix
}

fn written(matrix: &Matrix, world: &World) -> String {
    let width = matrix.keys().map(String::len).max().unwrap_or_default();
    let mut text = String::new();
    for (field, verdicts) in matrix {
        write!(text, "{field:width$} ").unwrap();
        for persona in &world.personas {
            write!(text, " {}={}", persona.name, verdicts[persona.name]).unwrap();
        }
        text.push('\n');
    }
    text
}

/// What somebody who is much like a persona is told where the persona is told something else. What cannot be reached
/// follows from what leads there, and the payload of a mutation from the mutation.
fn compared(relative: &Relative, own: &Matrix, matrix: &Matrix) -> String {
    let (name, like) = (relative.persona.name, relative.like);
    let mut text = String::new();
    for (field, verdicts) in own {
        let (verdict, usual) = (&verdicts[name], &matrix[field][like]);
        if verdict != usual && verdict != UNREACHABLE && !field.contains("Payload.") {
            writeln!(text, "{name} (like {like}): {field} {verdict}, not {usual}").unwrap();
        }
    }
    text
}

/// Compares with a checked file, and says which lines differ.
fn check(file: &str, text: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file, text).unwrap();
    }
    let golden = std::fs::read_to_string(file).unwrap_or_default();
    let (golden, text): (BTreeSet<&str>, BTreeSet<&str>) = (golden.lines().collect(), text.lines().collect());
    let told = |lines: Vec<&&str>| lines.into_iter().copied().collect::<Vec<_>>().join("\n");
    assert!(
        golden == text,
        "The access matrix has changed. In the file:\n{}\n\nNow:\n{}\n\nIf each of these lines is meant: UPDATE_GOLDEN=1 cargo test --test it access_matrix",
        told(golden.difference(&text).collect()),
        told(text.difference(&golden).collect())
    );
}

/// What the SDL says of a field beside its type.
#[derive(Debug, Default)]
struct Directives {
    scopes: Vec<String>,
    tags: Vec<String>,
    needs_log_in: bool,
}

fn directives() -> BTreeMap<String, Directives> {
    let document = parse_schema(schema::sdl()).unwrap();
    let mut all = BTreeMap::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(kind) = definition else {
            continue;
        };
        let TypeKind::Object(object) = &kind.node.kind else {
            continue;
        };
        for field in &object.fields {
            let mut told = Directives::default();
            for directive in &field.node.directives {
                let values = directive.node.arguments.iter().map(|(_, value)| value.node.to_string());
                match directive.node.name.node.as_str() {
                    "requiresScopes" => told.scopes.extend(values),
                    "tag" => told.tags.extend(values),
                    "authenticated" => told.needs_log_in = true,
                    _ => {}
                }
            }
            all.insert(format!("{}.{}", kind.node.name.node, field.node.name.node), told);
        }
    }
    all
}

/// The names between back-ticks that follow these words in a sentence.
fn permissions_after(description: &str, words: &str) -> Option<Vec<String>> {
    let sentence = description.split_once(words)?.1;
    // What follows a semicolon or a comma is about a part of the input.
    let sentence = sentence.split([';', ',']).next().unwrap_or_default();
    let sentence = sentence.split(". ").next().unwrap_or_default();
    let names = sentence.split('`').skip(1).step_by(2).filter(|name| name.contains(':'));
    let names: Vec<String> = names.map(str::to_owned).collect();
    (!names.is_empty()).then_some(names)
}

fn may(persona: &str, permission: &str) -> bool {
    match persona {
        "staff" => true,
        "analyst" => permission.ends_with(":read"),
        "support" => matches!(permission, "customers:read" | "addresses:read" | "orders:read"),
        "orders_only" => permission == "orders:read",
        _ => false,
    }
}

/// Whether comment, directive and behaviour of a field say the same.
fn contradictions(
    name: &str,
    field: &Field,
    directives: &Directives,
    verdicts: &BTreeMap<&str, String>,
) -> Vec<String> {
    let mut found = Vec::new();
    let admin = permissions_after(&field.description, "Requires ");
    let or_store = permissions_after(&field.description, "thers require ")
        .or_else(|| permissions_after(&field.description, "dmin scope this requires "))
        .or_else(|| permissions_after(&field.description, "dmin scope it requires "));
    let store = field.description.contains("Requires a customer's token");
    let scopes = match (&admin, store) {
        (Some(permissions), _) => {
            vec![format!(
                "[[{}]]",
                permissions
                    .iter()
                    .map(|name| format!("\"{name}\""))
                    .collect::<Vec<_>>()
                    .join(", ")
            )]
        }
        (None, true) => vec!["[[\"store\"]]".to_owned()],
        (None, false) => Vec::new(),
    };
    if directives.scopes != scopes {
        found.push(format!(
            "{name}: the comment means {scopes:?}, the SDL has {:?}",
            directives.scopes
        ));
    }
    let tag = match (&admin, store) {
        (Some(_), _) => Some("\"admin\""),
        (None, true) => Some("\"store\""),
        (None, false) => None,
    };
    if let Some(tag) = tag
        && !directives.tags.iter().any(|known| known == tag)
    {
        found.push(format!("{name}: the tag {tag} is missing"));
    }
    let is_told = directives.needs_log_in || !directives.scopes.is_empty();
    let is_right = match verdicts["anonymous"].as_str() {
        "UNAUTHENTICATED" => is_told,
        // What is always null for somebody who has not logged in may be said to need it.
        UNREACHABLE | "NULL" => true,
        _ => !is_told,
    };
    if !is_right {
        found.push(format!(
            "{name}: anonymous is told {}, the SDL has {directives:?}",
            verdicts["anonymous"]
        ));
    }
    for (persona, verdict) in verdicts {
        if verdict == UNREACHABLE {
            continue;
        }
        let is_customer = matches!(*persona, "customer" | "stranger");
        let allowed = match (&admin, &or_store) {
            (Some(permissions), _) => Some(permissions.iter().all(|permission| may(persona, permission))),
            (None, Some(permissions)) => {
                Some(is_customer || permissions.iter().all(|permission| may(persona, permission)))
            }
            (None, None) if store => Some(is_customer),
            (None, None) => None,
        };
        let denial = if matches!(*persona, "anonymous" | "storefront") {
            "UNAUTHENTICATED"
        } else {
            "FORBIDDEN"
        };
        match allowed {
            Some(true) if is_denial(verdict) => {
                found.push(format!("{name}: {persona} may use it, but is told {verdict}"));
            }
            Some(false) if verdict != denial => {
                found.push(format!("{name}: {persona} may not use it, but is told {verdict}"));
            }
            None if is_denial(verdict)
                && !field.description.contains("equire")
                && !field.description.contains("logged in")
                && !field.description.contains("Logs out") =>
            {
                found.push(format!(
                    "{name}: {persona} is told {verdict}, but the comment does not say what it requires"
                ));
            }
            _ => {}
        }
    }
    found
}

/// Whether introspection shows a persona exactly what answers.
fn differences(name: &str, persona: &str, shown: bool, verdict: &str) -> Option<String> {
    match (shown, verdict) {
        (_, UNREACHABLE) => None,
        (true, verdict) if is_denial(verdict) => Some(format!("{name} is shown to {persona}, who is told {verdict}")),
        // A field that is always null for somebody may be hidden from them.
        (false, verdict) if !is_denial(verdict) && verdict != "NULL" => {
            Some(format!("{name} is hidden from {persona}, who is told {verdict}"))
        }
        _ => None,
    }
}

#[tokio::test]
async fn access_matrix() {
    // Each document asks for all fields of a type at once, under other names.
    let mut setup = Setup::default();
    setup.firewall.store = setup.firewall.gateway.clone();
    setup.firewall.admin = setup.firewall.gateway.clone();
    setup.firewall.bounded = setup.firewall.gateway.clone();
    let app = TestApp::on_sqlite_with(setup).await;
    let world = World::make(&app).await;
    let relatives = relatives::of(&app, &world).await;
    let mut seen = BTreeMap::new();
    for persona in &world.personas {
        seen.insert(persona.name, Graph::seen_by(&app, persona).await);
    }
    // A key has no dry run, and its secret is shown where it is made. What the service's own hand wrote is what
    // subscriptions were told.
    let changes =
        "outbox_event where topic not like 'auth.%' and topic <> 'api_key.created' and request_id <> 'req_test'";
    let (before, events) = (
        app.dump("customer").await + &app.dump("address").await,
        app.count(changes).await,
    );
    let personas: Vec<&Persona> = world.personas.iter().collect();
    let matrix = survey(&app, &world, &personas).await;
    assert_eq!(
        app.dump("customer").await + &app.dump("address").await,
        before,
        "a sample has changed something"
    );
    assert_eq!(app.count(changes).await, events, "a sample has changed something");

    let unreached: Vec<&String> = matrix
        .iter()
        .filter(|(_, verdicts)| verdicts.values().all(|verdict| verdict == UNREACHABLE))
        .map(|(field, _)| field)
        .collect();
    assert!(
        unreached.is_empty(),
        "Nobody can reach {unreached:?}: give their types a way in tests/it/security/samples.rs."
    );

    let directives = directives();
    let mut wrong = Vec::new();
    for object in world.graph.objects() {
        for field in world.graph.fields(&object) {
            let name = format!("{object}.{}", field.name);
            if let Some(directives) = directives.get(&name) {
                wrong.extend(contradictions(&name, &field, directives, &matrix[&name]));
            }
            let mut somebody = false;
            for (persona, graph) in &seen {
                let shown = graph.field(&object, &field.name).is_some();
                somebody |= shown;
                wrong.extend(differences(&name, persona, shown, &matrix[&name][persona]));
            }
            if !somebody {
                wrong.push(format!("{name} is shown to nobody"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    check(GOLDEN, &written(&matrix, &world));
    let mut text = String::new();
    for relative in relatives {
        let own = survey(&app, &world, &[&relative.persona]).await;
        text += &compared(&relative, &own, &matrix);
    }
    assert_eq!(
        app.dump("customer").await + &app.dump("address").await,
        before,
        "a sample has changed something"
    );
    check(RELATIVES, &text);
}
