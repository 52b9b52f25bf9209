//! Another's id by every route: it answers as an id that nobody has.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    counts,
    graph::{Field, Graph},
    samples,
    world::{World, nobodys},
};
use crate::{
    harness::{Answer, Persona, TestApp},
    on_both,
};

/// Ids of other systems, which have no form that we know.
const FOREIGN: &[&str] = &["orderId"];

/// What takes ids of any kind that is known: whatever happened to something.
const ABOUT_ANYTHING: &[&str] = &["objectId", "subjectId"];

/// A place of an input where an id goes.
#[derive(Clone, Debug)]
struct Place {
    /// The names on the way; `0` for the first item of a list.
    path: Vec<String>,
}

/// An operation with a place for an id.
#[derive(Clone, Debug)]
struct Route {
    name: String,
    operation: String,
    variables: Value,
    place: Place,
}

/// All places for ids in an argument or a field of an input.
fn places(graph: &Graph, field: &Field, path: &[String], above: &[String]) -> Vec<Place> {
    // AND, OR and NOT hold what they are in; one of them, once, is enough.
    if above.contains(&field.named) && (field.name != "NOT" || path.contains(&field.name)) {
        return Vec::new();
    }
    let mut path = path.to_vec();
    path.push(field.name.clone());
    if field.is_list {
        path.push("0".to_owned());
    }
    if field.named == "ID" {
        return vec![Place { path }];
    }
    let mut above = above.to_vec();
    above.push(field.named.clone());
    graph
        .fields(&field.named)
        .iter()
        .flat_map(|inner| places(graph, inner, &path, &above))
        .collect()
}

/// Puts an id at a place, making what is missing on the way.
fn put(graph: &Graph, root: &Value, place: &Place, named: &str, id: &str) -> Value {
    fn step(graph: &Graph, value: &mut Value, path: &[String], named: &str, id: &str) {
        let Some((name, rest)) = path.split_first() else {
            *value = json!(id);
            return;
        };
        if name == "0" {
            let first = value
                .as_array()
                .and_then(|items| items.first())
                .cloned()
                .unwrap_or(Value::Null);
            *value = json!([first]);
            return step(graph, &mut value[0], rest, named, id);
        }
        // One condition alone, so that no other decides; one way alone to tell what is meant.
        if !value.is_object() || named.ends_with("Where") || named.ends_with("Filter") || graph.is_one_of(named) {
            *value = json!({});
        }
        let owners = ["customerId", "customerExternalId", "organizationUnitId"];
        if named.starts_with("Address") && owners.contains(&name.as_str()) {
            owners
                .iter()
                .for_each(|other| drop(value.as_object_mut().unwrap().remove(*other)));
        }
        let inner = graph.fields(named).into_iter().find(|field| field.name == *name);
        step(
            graph,
            &mut value[name.as_str()],
            rest,
            &inner.map(|field| field.named).unwrap_or_default(),
            id,
        );
    }
    let mut value = root.clone();
    step(graph, &mut value, &place.path, named, id);
    value
}

/// Every route by which an id can be sent: arguments of queries and of fields of a customer, inputs of mutations.
fn routes(world: &World) -> Vec<Route> {
    let graph = &world.graph;
    let mut routes = Vec::new();
    let mut reading = |name: String, field: &Field, before: &str, after: &str| {
        let selection = if graph.field(&field.named, "nodes").is_some() {
            "{ nodes { __typename } totalCount }"
        } else {
            "{ __typename }"
        };
        for argument in &field.arguments {
            for place in places(graph, argument, &[], &[]) {
                let needs_more = field
                    .arguments
                    .iter()
                    .any(|other| other.name != argument.name && other.written.ends_with('!'));
                let more = if needs_more && !argument.written.ends_with('!') {
                    world.fill(samples::arguments("Query", &field.name))
                } else {
                    String::new()
                };
                let operation = format!(
                    "query({0}: {1}) {{ {before} {2}({4} {3}: {0}) {selection} {after} }}",
                    format_args!("${}", argument.name),
                    argument.written,
                    field.name,
                    argument.name,
                    more.trim_matches(['(', ')']),
                );
                routes.push(Route {
                    name: name.clone(),
                    operation,
                    variables: json!({}),
                    place,
                });
            }
        }
    };
    for field in graph
        .fields("Query")
        .iter()
        // What takes an id of any kind together with other arguments has tests of its own.
        .filter(|field| !field.name.starts_with('_') && field.name != "permissionExplain")
    {
        reading(format!("Query.{}", field.name), field, "", "");
    }
    for field in graph.fields("Customer") {
        reading(format!("me.{}", field.name), &field, "me {", "}");
        reading(
            format!("customers.{}", field.name),
            &field,
            "customers { nodes {",
            "} }",
        );
    }
    for mutation in graph.fields("Mutation") {
        let argument = &mutation.arguments[0];
        let payload = graph.fields(&mutation.named);
        let selection: Vec<String> = payload
            .iter()
            .map(|field| match field.name.as_str() {
                "userErrors" => "userErrors { code path message }".to_owned(),
                "dryRun" => "dryRun { events }".to_owned(),
                _ if graph.is_composite(&field.named) => format!("{} {{ __typename }}", field.name),
                name => name.to_owned(),
            })
            .collect();
        let input = samples::input(&mutation.name).expect("a sample");
        for place in places(graph, argument, &[], &[]) {
            routes.push(Route {
                name: format!("Mutation.{}", mutation.name),
                operation: format!(
                    "mutation($input: {}) {{ {}(input: $input) {{ {} }} }}",
                    argument.written,
                    mutation.name,
                    selection.join(" ")
                ),
                variables: json!({ "input": world.fill_json(&input) }),
                place,
            });
        }
    }
    routes
}

impl Route {
    fn title(&self) -> String {
        format!("{} {}", self.name, self.place.path.join("."))
    }

    /// The type of the variable.
    fn named(&self) -> String {
        let declared = self.operation.split_once(": ").unwrap().1.split(')').next().unwrap();
        declared.trim_matches(['[', ']', '!']).to_owned()
    }

    async fn ask(&self, app: &TestApp, world: &World, persona: &Persona, id: &str) -> Answer {
        let (variable, rest) = self.place.path.split_first().unwrap();
        let mut variables = self.variables.clone();
        let within = Place { path: rest.to_vec() };
        variables[variable] = put(&world.graph, &variables[variable].clone(), &within, &self.named(), id);
        let mut answer = app.ask(persona, &self.operation, variables).await;
        if let Some(errors) = answer.body["errors"].as_array_mut() {
            for error in errors {
                error["extensions"]["requestId"] = Value::Null;
            }
        }
        answer.body["extensions"] = Value::Null;
        answer
    }

    /// Who can come to the place at all.
    fn askers<'a>(&self, world: &'a World) -> Vec<&'a Persona> {
        let customer = world.persona("customer");
        if self.name.starts_with("me.") {
            vec![customer]
        } else {
            vec![&world.admin, customer]
        }
    }

    /// The kinds of ids that this place takes, as somebody who may send one; `None` when nobody may.
    async fn kinds(&self, app: &TestApp, world: &World, prefixes: &[&str]) -> Option<BTreeSet<String>> {
        for persona in self.askers(world) {
            let mut taken = BTreeSet::new();
            let mut is_denied = false;
            for prefix in prefixes {
                let answer = self.ask(app, world, persona, &nobodys(prefix)).await;
                is_denied |= answer.codes().contains(&"FORBIDDEN");
                if !answer.codes().contains(&"BAD_USER_INPUT") {
                    taken.insert((*prefix).to_owned());
                }
            }
            if !is_denied {
                return Some(taken);
            }
        }
        None
    }
}

/// Whether a persona may see what Ada has of a kind. It is written down, not asked: the answer might be wrong.
fn may_see(persona: &Persona, kind: &str) -> bool {
    match persona.name {
        "support" => matches!(kind, "cus" | "cuaddr" | "olink" | "oact" | "otr" | "chan"),
        "orders_only" => matches!(kind, "olink" | "oact" | "otr" | "chan"),
        _ => false,
    }
}

on_both! {
    async fn anothers_id_answers_as_nobodys_by_every_route(app: TestApp) {
        let world = World::make(&app).await;
        let before = counts(&app).await;
        let prefixes: Vec<&str> = world.theirs.keys().map(String::as_str).chain(["sess", "vend"]).collect();
        let outsiders: Vec<&Persona> = ["anonymous", "storefront", "stranger", "support", "orders_only"].map(|name| world.persona(name)).into();
        let (mut wrong, mut compared) = (Vec::new(), 0);
        for route in routes(&world) {
            let title = route.title();
            if FOREIGN.contains(&route.place.path.last().unwrap().as_str()) {
                continue;
            }
            let Some(kinds) = route.kinds(&app, &world, &prefixes).await else {
                continue;
            };
            for kind in &kinds {
                if !world.theirs.contains_key(kind) {
                    wrong.push(format!("{title} takes the id of a {kind}, but Ada has none: give her one in tests/it/security/world.rs"));
                }
            }
            if kinds.is_empty() {
                wrong.push(format!("{title} takes no kind of id that Ada has: give her one in tests/it/security/world.rs"));
            }
            let is_about_anything = ABOUT_ANYTHING.contains(&route.place.path.last().unwrap().as_str());
            if kinds.len() > 1 && !is_about_anything && !route.name.starts_with("Query.node") {
                wrong.push(format!("{title} takes an id of any kind"));
            }
            for malformed in ["", "nonsense", "cus_01ARZ3NDEKTSV4RRFFQ69G5FA"] {
                for persona in route.askers(&world) {
                    let answer = route.ask(&app, &world, persona, malformed).await;
                    if !matches!(answer.codes()[..], ["BAD_USER_INPUT" | "FORBIDDEN", ..]) {
                        wrong.push(format!("{title} takes {malformed:?}: {}", answer.body));
                    }
                }
            }
            for kind in &kinds {
                for persona in &outsiders {
                    let Some(theirs) = world.theirs.get(kind) else { continue };
                    if may_see(persona, kind) {
                        continue;
                    }
                    let nobodys = route.ask(&app, &world, persona, &nobodys(kind)).await;
                    let victims = world.gone.get(kind).into_iter().chain([theirs]);
                    for victim in victims {
                        let answer = route.ask(&app, &world, persona, victim).await;
                        compared += 1;
                        if (answer.status, answer.body.to_string()) != (nobodys.status, nobodys.body.to_string()) {
                            wrong.push(format!("{title} tells {} of {victim}: {} instead of {}", persona.name, answer.body, nobodys.body));
                        }
                        if answer.body.to_string().contains("INTERNAL") {
                            wrong.push(format!("{title}: {}", answer.body));
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(compared > 100, "only {compared} answers were compared");
        assert_eq!(counts(&app).await, before, "something was written");
    }

    async fn the_gateway_gets_entities_in_order_and_null_for_what_is_not_theirs(app: TestApp) {
        let world = World::make(&app).await;
        let entities = |ids: &[&str]| json!({ "all": ids.iter().map(|id| json!({ "__typename": if id.starts_with("cus_") { "Customer" } else { "Address" }, "id": id })).collect::<Vec<_>>() });
        let query = "query($all: [_Any!]!) { _entities(representations: $all) { ... on Customer { id } ... on Address { id } } }";
        let (ada, address, bob) = (&*world.fill("<ada>"), &*world.fill("<address>"), &*world.fill("<bob>"));
        let nobody = &*nobodys("cus");
        let all = [bob, nobody, address, ada, world.gone["cus"].as_str(), ada];
        let answer = app.ask(&world.admin, query, entities(&all)).await;
        assert_eq!(answer.data()["_entities"], json!([{ "id": bob }, null, { "id": address }, { "id": ada }, null, { "id": ada }]));
        assert_eq!(answer.statements(), 2, "one for the customers, one for the addresses");
        for (persona, expected) in [
            ("stranger", json!([{ "id": bob }, null, null, null, null, null])),
            ("customer", json!([null, null, { "id": address }, { "id": ada }, null, { "id": ada }])),
            ("orders_only", json!([null, null, null, null, null, null])),
            ("anonymous", json!([null, null, null, null, null, null])),
        ] {
            let answer = app.ask(world.persona(persona), query, entities(&all)).await;
            assert_eq!(answer.data()["_entities"], expected, "{persona}");
        }
    }

    async fn what_is_seen_in_a_list_is_found_by_its_id_and_by_nobody_else(app: TestApp) {
        let world = World::make(&app).await;
        let ids: Vec<&String> = ["akey", "mail", "sess"].iter().map(|kind| &world.theirs[*kind]).chain([&world.gone["sess"]]).collect();
        for (persona, [key, mail, session]) in [
            ("staff", [true, true, true]), ("analyst", [true, true, true]), ("customer", [false, false, true]), ("stranger", [false; 3]),
            ("support", [false; 3]), ("orders_only", [false; 3]), ("storefront", [false; 3]), ("anonymous", [false; 3]),
        ] {
            let answer = app.ask(world.persona(persona), "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", json!({ "ids": ids })).await;
            let found = |is_seen: bool, kind: &str, id: &str| if is_seen { json!({ "__typename": kind, "id": id }) } else { Value::Null };
            let expected = json!([found(key, "ApiKey", ids[0]), found(mail, "Mail", ids[1]), found(session, "Session", ids[2]), null]);
            assert_eq!(answer.data()["nodes"], expected, "{persona}");
        }
        let few = app.api_key("mails", "mails:read").await;
        let answer = app.ask(&few, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
        assert_eq!(answer.data()["nodes"], json!([null, { "id": ids[1] }, null, null]), "each needs its own permission");
    }

    async fn a_cursor_of_another_shows_nothing_of_theirs(app: TestApp) {
        let world = World::make(&app).await;
        let (ada, bob) = (world.persona("customer"), world.persona("stranger"));
        let page = app.ask(ada, "{ me { addresses(first: 1) { pageInfo { endCursor } } } }", json!({})).await;
        let cursor = page.data()["me"]["addresses"]["pageInfo"]["endCursor"].clone();
        assert!(cursor.is_string());
        let list = "query($cursor: String) { me { after: addresses(first: 5, after: $cursor) { nodes { id } } before: addresses(last: 5, before: $cursor) { nodes { id } } } }";
        let answer = app.ask(bob, list, json!({ "cursor": cursor })).await;
        assert!(!answer.body.to_string().contains("cuaddr_"), "{}", answer.body);
        let answer = app.ask(ada, list, json!({ "cursor": cursor })).await;
        assert!(answer.body.to_string().contains("cuaddr_"), "{}", answer.body);
        for field in ["addresses", "customers"] {
            let of_all = app.ask(&world.admin, &format!("{{ {field}(first: 1) {{ pageInfo {{ endCursor }} }} }}"), json!({})).await;
            let cursor = of_all.data()[field]["pageInfo"]["endCursor"].clone();
            let answer = app.ask(bob, list, json!({ "cursor": cursor })).await;
            assert!(!answer.body.to_string().contains("cuaddr_"), "{}", answer.body);
        }
    }
}
