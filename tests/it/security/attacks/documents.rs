//! The documents of the attacks.

use serde_json::{Value, json};

/// What is sent.
pub(super) struct Attack {
    pub(super) name: String,
    pub(super) document: String,
    pub(super) variables: Value,
    pub(super) operation_name: Option<String>,
}

fn attack(name: impl Into<String>, document: impl Into<String>) -> Attack {
    Attack {
        name: name.into(),
        document: document.into(),
        variables: json!({}),
        operation_name: None,
    }
}

fn with(name: impl Into<String>, document: impl Into<String>, variables: Value) -> Attack {
    Attack {
        variables,
        ..attack(name, document)
    }
}

/// The attacks of the table of which the answer must be a refusal, whoever sends them.
pub(super) fn refused_to_all() -> Vec<Attack> {
    [
        literals(),
        selections(),
        fragments(),
        aliases(),
        directives(),
        fields(),
        variables(),
        overlaps(),
        operations(),
        introspection(),
        echoes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A1: literals nested deeper than the parser can bear.
fn literals() -> Vec<Attack> {
    let mut attacks = Vec::new();
    for depth in [60, 2_000, 20_000] {
        let lists = "[".repeat(depth);
        let closed = format!("{lists}1{}", "]".repeat(depth));
        let objects = format!("{}1{}", "{a:".repeat(depth), "}".repeat(depth));
        attacks.extend([
            attack(
                format!("A1 {depth} lists"),
                format!("{{ customer(id: {closed}) {{ id }} }}"),
            ),
            attack(format!("A1 {depth} open lists"), format!("{{ customer(id: {lists}")),
            attack(
                format!("A1 {depth} objects"),
                format!("{{ customer(id: {objects}) {{ id }} }}"),
            ),
            attack(
                format!("A1 {depth} in a directive"),
                format!("{{ __typename @skip(if: {closed}) }}"),
            ),
            attack(
                format!("A1 {depth} in a default"),
                format!("query($a: ID = {closed}) {{ customer(id: $a) {{ id }} }}"),
            ),
            attack(
                format!("A1 {depth} in a type"),
                format!("query($a: {lists}ID{}) {{ __typename }}", "]".repeat(depth)),
            ),
            attack(
                format!("A1 {depth} behind a block text without an end"),
                format!("{{ customer(id: [\"\"\" \" {lists}"),
            ),
            attack(
                format!("A1 {depth} behind a broken text"),
                format!("{{ customer(id: \"\\\n{lists}"),
            ),
        ]);
    }
    attacks
}

/// A2: selections inside selections.
fn selections() -> Vec<Attack> {
    vec![
        attack("A2 10,000 selections", "{f".repeat(10_000)),
        attack(
            "A2 10,000 closed selections",
            format!("{}{}", "{f".repeat(10_000), "}".repeat(10_000)),
        ),
        attack(
            "A2 40 selections",
            format!("{}{}", "{viewer".repeat(40), "}".repeat(40)),
        ),
        attack(
            "A2 40 inline fragments",
            format!("{{ {} __typename {} }}", "... {".repeat(40), "}".repeat(40)),
        ),
    ]
}

/// A3, A4: fragments that multiply, and fragments that never end.
fn fragments() -> Vec<Attack> {
    let levels = |levels: usize, spreads: usize| {
        let mut document = format!("{{ {} }}", "...F0 ".repeat(spreads));
        for level in 0..levels {
            let next = format!("...F{} ", level + 1);
            document += &format!(" fragment F{level} on Query {{ {} }}", next.repeat(spreads));
        }
        document + &format!(" fragment F{levels} on Query {{ __typename }}")
    };
    let doubled = (0..29).fold("__typename".to_owned(), |inner, _| {
        format!("... {{ {inner} }} ... {{ __typename }}")
    });
    let wide = format!("{{ {} }}", "... { __typename ... { __typename } } ".repeat(1_000));
    vec![
        attack("A3 30 levels of 2", levels(29, 2)),
        attack("A3 60 levels of 2", levels(60, 2)),
        attack("A3 5 levels of 50", levels(5, 50)),
        attack(
            "A3 inline fragments inside each other",
            format!("{{ {doubled} {doubled} {doubled} {doubled} {doubled} {doubled} {doubled} {doubled} }}"),
        ),
        attack("A3 inline fragments beside each other", wide),
        attack("A4 a fragment in itself", "{ ...A } fragment A on Query { ...A }"),
        attack(
            "A4 two fragments in each other",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        ),
        attack(
            "A4 by an inline fragment",
            "{ ...A } fragment A on Query { ... { ...A } }",
        ),
        attack(
            "A4 in a fragment that nobody uses",
            "{ __typename } fragment A on Query { ...A }",
        ),
        attack(
            "A4 below a field",
            "{ ...A } fragment A on Query { viewer { customer { ...B } } } fragment B on Customer { ...C } fragment C on Customer { ...B }",
        ),
    ]
}

/// A5: the same under many names.
fn aliases() -> Vec<Attack> {
    let many =
        |count: usize, field: &str| -> String { (0..count).map(|number| format!("a{number}: {field} ")).collect() };
    let log_in = r#"sessionCreate(input: { email: "ada@example.com", password: "x" }) { accessToken }"#;
    vec![
        attack("A5 1,000 log-ins", format!("mutation {{ {} }}", many(1_000, log_in))),
        attack("A5 2 log-ins", format!("mutation {{ {} }}", many(2, log_in))),
        attack(
            "A5 2 log-ins by a fragment",
            format!("mutation {{ ...L {log_in} }} fragment L on Mutation {{ a: {log_in} }}"),
        ),
        attack(
            "A5 a log-in and a reset",
            format!(
                r#"mutation {{ {log_in} passwordResetRequest(input: {{ email: "ada@example.com" }}) {{ userErrors {{ code }} }} }}"#
            ),
        ),
        attack(
            "A5 1,000 lists",
            format!("{{ {} }}", many(1_000, "customers(first: 1) { nodes { id } }")),
        ),
        attack(
            "A5 101 aliases below the top",
            format!("{{ viewer {{ {} }} }}", many(101, "kind")),
        ),
        attack("A5 21 fields at the top", format!("{{ {} }}", many(21, "__typename"))),
        attack(
            "A5 11 mutations",
            format!(
                "mutation {{ {} }}",
                many(11, "sessionEnd(input: {}) { userErrors { code } }")
            ),
        ),
    ]
}

/// A6: directives by the thousand.
fn directives() -> Vec<Attack> {
    let skips = |count: usize| "@skip(if: false) ".repeat(count);
    let many = "__typename @skip(if: false) ".repeat(51);
    vec![
        attack("A6 20,000 on a field", format!("{{ __typename {} }}", skips(20_000))),
        attack(
            "A6 20,000 unknown ones",
            format!("{{ __typename {} }}", "@a ".repeat(20_000)),
        ),
        attack("A6 6 on a field", format!("{{ __typename {} }}", "@a ".repeat(6))),
        attack(
            "A6 6 on an operation",
            format!("query {} {{ __typename }}", "@a ".repeat(6)),
        ),
        attack(
            "A6 6 on a variable",
            format!("query($a: Int {}) {{ __typename }}", "@a ".repeat(6)),
        ),
        attack(
            "A6 6 on a spread",
            format!("{{ ...A {} }} fragment A on Query {{ __typename }}", "@a ".repeat(6)),
        ),
        attack(
            "A6 6 on a fragment",
            format!("{{ ...A }} fragment A on Query {} {{ __typename }}", "@a ".repeat(6)),
        ),
        attack(
            "A6 6 on an inline fragment",
            format!("{{ ... {} {{ __typename }} }}", "@a ".repeat(6)),
        ),
        attack("A6 51 in a document", format!("{{ {many} }}")),
    ]
}

/// A7, A8: many fields, and many rows.
fn fields() -> Vec<Attack> {
    let nested = |page: &str| {
        format!(
            "{{ me {{ addresses({page}) {{ nodes {{ customer {{ addresses({page}) {{ nodes {{ customer {{ orders({page}) {{ nodes {{ id }} }} }} }} }} }} }} }} }} }}"
        )
    };
    vec![
        attack(
            "A7 20,000 times the same field",
            format!("{{ viewer {{ {} }} }}", "kind ".repeat(20_000)),
        ),
        attack(
            "A7 3,001 times the same field",
            format!("{{ viewer {{ {} }} }}", "kind ".repeat(3_001)),
        ),
        attack(
            "A8 a page of 100 in a page of 100 in a page of 100",
            nested("first: 100"),
        ),
        attack("A8 the same from the end", nested("last: 100")),
        attack(
            "A8 the same by edges",
            "{ me { addresses(first: 100) { edges { node { customer { addresses(first: 100) { edges { node { customer { orders(first: 100) { edges { node { id } } } } } } } } } } } }",
        ),
        with(
            "A8 the same by variables",
            nested("first: $n").replacen('{', "query($n: Int) {", 1),
            json!({ "n": 100 }),
        ),
        with(
            "A8 from one end, where the other is null",
            nested("first: $n, last: 100").replacen('{', "query($n: Int) {", 1),
            json!({ "n": null }),
        ),
        attack(
            "A8 the same by a default",
            nested("first: $n").replacen('{', "query($n: Int = 100) {", 1),
        ),
        attack(
            "A8 251 ids",
            format!(
                "{{ nodes(ids: [{}]) {{ id }} }}",
                "\"cus_01JAB2C3D4E5F6G7H8J9KMNPQR\" ".repeat(251)
            ),
        ),
    ]
}

/// A8: pages that make no sense, of which whoever has no orders is not told; and what is too much in store scope alone.
pub(super) fn pages() -> Vec<Attack> {
    let of_variable = "query($n: Int) { me { orders(first: $n) { nodes { id } } } }";
    vec![
        attack("A8 a page of -1", "{ me { orders(first: -1) { nodes { id } } } }"),
        attack(
            "A8 a page of 2³¹",
            "{ me { orders(first: 2147483648) { nodes { id } } } }",
        ),
        attack(
            "A8 a page of 2³¹ - 1",
            "{ me { orders(first: 2147483647) { nodes { id } } } }",
        ),
        attack(
            "A8 a page of 10²⁰",
            "{ me { orders(first: 100000000000000000000) { nodes { id } } } }",
        ),
        attack("A8 a page of 1.5", "{ me { orders(first: 1.5) { nodes { id } } } }"),
        attack(
            "A8 a page of a text",
            "{ me { orders(first: \"1\") { nodes { id } } } }",
        ),
        attack(
            "A8 from both ends",
            "{ me { orders(first: 1, last: 1) { nodes { id } } } }",
        ),
        with("A8 a page of -1 in a variable", of_variable, json!({ "n": -1 })),
        with("A8 a page of 1.5 in a variable", of_variable, json!({ "n": 1.5 })),
        with(
            "A8 a page of 2³¹ in a variable",
            of_variable,
            json!({ "n": 2_147_483_648_i64 }),
        ),
        with(
            "a large value in many places",
            format!(
                "query($a: JSON) {{ {} }}",
                (0..18).map(|number| format!("...A{number} ")).collect::<String>()
            ) + &(0..18)
                .map(|number| format!("fragment A{number} on Query {{ me {{ a{number}: metadata(keys: $a) }} }} "))
                .collect::<String>(),
            json!({ "a": "x".repeat(31_000) }),
        ),
    ]
}

/// A9: variables.
fn variables() -> Vec<Attack> {
    let document = "query($a: [ID!], $b: JSON) { nodes(ids: $a) { id } }";
    let deep = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    let repeated = r#"query($w: CustomerWhere) { customers(where: $w) { nodes { id } } }"#;
    vec![
        with(
            "A9 a list of 10,000",
            document,
            json!({ "a": vec!["cus_01JAB2C3D4E5F6G7H8J9KMNPQR"; 10_000] }),
        ),
        with("A9 200 deep", document, json!({ "b": deep(200) })),
        with(
            "A9 a name for something else",
            document,
            json!({ "a": [], "__proto__": { "isAdmin": true } }),
        ),
        with(
            "A9 a list of 1,001 that nobody asks for",
            document,
            json!({ "a": [], "c": vec![1; 1_001] }),
        ),
        with(
            "A9 a text of 1 MiB",
            document,
            json!({ "a": ["x".repeat(1_024 * 1_024)] }),
        ),
        with(
            "A9 a filter 60 deep",
            repeated,
            json!({ "w": (0..60).fold(json!({}), |inner, _| json!({ "not": inner })) }),
        ),
        attack("A9 one is missing", "query($id: ID!) { node(id: $id) { id } }"),
        with(
            "A9 one is null",
            "query($id: ID!) { node(id: $id) { id } }",
            json!({ "id": null }),
        ),
        attack(
            "A9 one is missing for a directive",
            "query($no: Boolean!) { __typename @skip(if: $no) }",
        ),
    ]
}

/// Fields that differ at one place, which the executor would write down pair by pair.
fn overlaps() -> Vec<Attack> {
    let within =
        |levels: usize, inner: &str| format!("{{ {} {inner} {} }}", "... {".repeat(levels), "}".repeat(levels));
    let arguments: String = (0..150).map(|number| format!("x{number}:1 ")).collect();
    vec![
        attack(
            "a field with 150 arguments and 455 without",
            within(29, &format!("a({arguments}) {}", "a ".repeat(455))),
        ),
        attack(
            "a field with 150 times the same argument",
            within(29, &format!("a({}) {}", "x:1 ".repeat(150), "a ".repeat(455))),
        ),
        attack("two fields under one name", "{ a: viewer { kind } a: me { id } }"),
        attack(
            "two pages under one name",
            "{ me { orders(first: 1) { nodes { id } } orders(first: 2) { nodes { id } } } }",
        ),
        attack(
            "two fields under one name in a fragment",
            "{ a: viewer { kind } ...A } fragment A on Query { a: me { id } }",
        ),
        attack(
            "21 times the same field",
            format!("{{ viewer {{ {} }} }}", "kind ".repeat(21)),
        ),
        attack(
            "a type that there is not, in a list with a default",
            "query($a: [Foo] = [1]) { __typename }",
        ),
        attack(
            "a fragment that nobody uses",
            "{ __typename } fragment A on Query { viewer { kind } }",
        ),
    ]
}

/// A10: operations.
fn operations() -> Vec<Attack> {
    let many: String = (0..1_000)
        .map(|number| format!("query Q{number} {{ __typename }} "))
        .collect();
    let eleven: String = (0..11)
        .map(|number| format!("query Q{number} {{ __typename }} "))
        .collect();
    let two = "query One { __typename } query Two { __typename }";
    let named = |name: &str, document: &str, operation: &str| Attack {
        operation_name: Some(operation.to_owned()),
        ..attack(name, document)
    };
    vec![
        named("A10 1,000 operations", &many, "Q7"),
        named("A10 11 operations", &eleven, "Q7"),
        named("A10 another name", two, "Three"),
        named("A10 a name of none", "{ __typename }", "One"),
        attack("A10 no name for two", two),
        attack("A10 two without names", "{ __typename } { __typename }"),
        attack("A10 no operation", "fragment A on Query { __typename }"),
        attack("A10 nothing", ""),
        attack(
            "A10 101 variables",
            format!(
                "query({}) {{ __typename }}",
                (0..101).map(|number| format!("$a{number}: Int ")).collect::<String>()
            ),
        ),
    ]
}

/// A11: introspection.
fn introspection() -> Vec<Attack> {
    let fields = (0..6).fold("name".to_owned(), |inner, _| format!("fields {{ type {{ {inner} }} }}"));
    let possible = (0..6).fold("name".to_owned(), |inner, _| {
        format!("possibleTypes {{ interfaces {{ {inner} }} }}")
    });
    let of_type = (0..21).fold("name".to_owned(), |inner, _| format!("ofType {{ {inner} }}"));
    vec![
        attack("A11 fields of types of fields", format!("{{ __schema {{ types {{ {fields} }} }} }}")),
        attack("A11 by a fragment", "{ __schema { types { ...T } } } fragment T on __Type { fields { type { fields { type { interfaces { name } } } } } }".to_owned()),
        attack("A11 interfaces of possible types", format!("{{ __type(name: \"Node\") {{ {possible} }} }}")),
        attack("A11 deeper than a type can be", format!("{{ __schema {{ types {{ fields {{ type {{ {of_type} }} }} }} }} }}")),
        attack("A11 with something else", "{ __schema { queryType { name } } viewer { kind } }"),
    ]
}

/// A21: what is echoed.
fn echoes() -> Vec<Attack> {
    let unknown: String = (0..400).map(|number| format!("unknownField{number} ")).collect();
    vec![
        attack(
            "A21 a literal of 10 kB",
            format!(
                "{{ me {{ orders(first: \"{}\") {{ nodes {{ id }} }} }} }}",
                "x".repeat(10_000)
            ),
        ),
        attack(
            "A21 a literal of 64 kB",
            format!(
                "{{ me {{ orders(first: \"{}\") {{ nodes {{ id }} }} }} }}",
                "x".repeat(64 * 1_024)
            ),
        ),
        attack("A21 400 unknown fields", format!("{{ viewer {{ {unknown} }} }}")),
        attack("A21 a long name", format!("{{ {} }}", "x".repeat(10_000))),
    ]
}
