//! What is true of every document, tried with documents that nobody would write.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};
use proptest::prelude::*;

use super::{Firewall, GivenVariables, Manifest, Scan, Scope, analysis::Analysis};
use crate::config::{DocumentLimits, FirewallConfig, Limits, TrustedDocumentsConfig};

fn firewall() -> Firewall {
    Firewall::new(
        crate::schema::shape(),
        FirewallConfig::default(),
        Arc::new(Limits::default()),
        &TrustedDocumentsConfig::default(),
        Manifest::default(),
    )
}

fn limits() -> DocumentLimits {
    FirewallConfig::default().gateway
}

/// Text of the signs and words that documents are made of, in any order.
fn nearly_documents() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "\"\"\"",
        "\\",
        "\\\"",
        "\n",
        "\r",
        "#",
        ":",
        "$",
        "@",
        "...",
        "!",
        "=",
        "|",
        "&",
        " ",
        ",",
        "query",
        "mutation",
        "fragment",
        "on",
        "a",
        "b",
        "skip",
        "if",
        "1",
        "-1",
        "1.5e3",
        "true",
        "null",
        "é",
        "\u{feff}",
        "\u{0}",
        "nodes",
        "ids",
        "first",
        "customers",
    ]);
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

/// Texts, block texts and comments as the grammar has them, with brackets and quotes in them.
fn whole_text() -> impl Strategy<Value = String> {
    let inside = prop::sample::select(vec![
        "[", "{", "(", ")", "#", " ", "é", "\\\"", "\\\\", "\\n", "\\u0041",
    ]);
    let inside = prop::collection::vec(inside, 0..8).prop_map(|parts| parts.concat());
    let in_block = prop::sample::select(vec!["[", "{", "#", "\n", "\\", "\\\"\"\"", "\" ", "\"\" ", "x"]);
    let in_block = prop::collection::vec(in_block, 0..8).prop_map(|parts| parts.concat());
    let in_comment = prop::sample::select(vec!["[", "\"", "\"\"\"", "#", "\\", "x"]);
    let in_comment = prop::collection::vec(in_comment, 0..8).prop_map(|parts| parts.concat());
    prop_oneof![
        inside.prop_map(|text| format!("\"{text}\"")),
        in_block.prop_map(|text| format!("\"\"\"{text} \"\"\"")),
        in_comment.prop_map(|text| format!("#{text}\n")),
    ]
}

/// Selections of fields that there are and that there are not, with fragments of higher numbers than their own.
fn selection(own: usize, depth: u32) -> BoxedStrategy<String> {
    let leaf = prop::sample::select(vec!["id", "a: id", "email @skip(if: false)", "totalCount", "unknown"]);
    let leaf = leaf.prop_map(str::to_owned);
    let spread = (own + 1..FRAGMENTS + 2).prop_map(|number| {
        if number < FRAGMENTS {
            format!("...F{number}")
        } else {
            "__typename".to_owned()
        }
    });
    if depth == 0 {
        return prop_oneof![leaf, spread].boxed();
    }
    let inner = prop::collection::vec(selection(own, depth - 1), 1..4).prop_map(|parts| parts.join(" "));
    let around = prop::sample::select(vec![
        "customers(first: 3)",
        "customers",
        "nodes",
        "edges",
        "node",
        "addresses(last: 5)",
        "me",
        "groups(first: $n)",
        "... on Customer",
        "...",
        "nodes(ids: [1, 2])",
    ]);
    let nested = (around, inner).prop_map(|(around, inner)| format!("{around} {{ {inner} }}"));
    prop_oneof![1 => leaf, 2 => spread, 3 => nested].boxed()
}

const FRAGMENTS: usize = 6;

/// Documents that can be parsed, in which no fragment contains itself.
fn documents() -> impl Strategy<Value = String> {
    let kinds = prop::sample::select(vec!["Query", "Customer", "CustomerConnection", "Nothing"]);
    let fragments: Vec<_> = (0..FRAGMENTS)
        .map(|number| {
            let parts = prop::collection::vec(selection(number, 2), 1..4);
            (kinds.clone(), parts)
                .prop_map(move |(kind, parts)| format!("fragment F{number} on {kind} {{ {} }}", parts.join(" ")))
        })
        .collect();
    (selection(0, 3), fragments).prop_map(|(top, fragments)| {
        format!(
            "query($n: Int) {{ ...F0 ...F1 ...F2 ...F3 ...F4 ...F5 {top} }} {}",
            fragments.join(" ")
        )
    })
}

/// Counts fields and fragments, and how deep fields are, by writing every fragment out.
fn written_out(document: &ExecutableDocument, set: &SelectionSet) -> (usize, usize) {
    let (mut selections, mut depth) = (0, 0);
    for selection in &set.items {
        let (inner, inner_depth) = match &selection.node {
            Selection::Field(field) => {
                let (inner, inner_depth) = written_out(document, &field.node.selection_set.node);
                (inner, inner_depth + 1)
            }
            Selection::InlineFragment(fragment) => written_out(document, &fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => match document.fragments.get(&spread.node.fragment_name.node) {
                Some(fragment) => written_out(document, &fragment.node.selection_set.node),
                None => (0, 0),
            },
        };
        selections += inner + 1;
        depth = depth.max(inner_depth);
    }
    (selections, depth)
}

/// How deep brackets are, counted on a document without texts and comments.
fn deepest(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for character in text.chars() {
        match character {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_sent_ends_the_process(text in prop_oneof![nearly_documents(), ".{0,200}"]) {
        let firewall = firewall();
        for scope in [Scope::Store, Scope::Gateway] {
            if let Ok(document) = firewall.document(scope, Some(&text), None) {
                let _ = firewall.variables(scope, &document, None, GivenVariables::default());
                let _ = document.for_execution(None, &Variables::default());
            }
        }
    }

    #[test]
    fn whole_texts_and_comments_hide_no_brackets(before in prop::collection::vec(whole_text(), 0..6)) {
        let before = before.join(" ");
        let nested = |depth: usize| format!("{{ a(b: [{before} {}", "[".repeat(depth));
        prop_assert!(Scan::read(&nested(45), &limits()).is_ok(), "{}", before);
        prop_assert!(Scan::read(&nested(46), &limits()).is_err(), "{}", before);
    }

    #[test]
    fn what_is_told_in_one_walk_is_what_writing_out_tells(text in documents()) {
        let scan = Scan::read(&text, &limits()).map_err(|refusal| TestCaseError::fail(refusal.message))?;
        prop_assert_eq!(scan.brackets, deepest(&text));
        let parsed = async_graphql::parser::parse_query(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let analysis = Analysis::of(&parsed, crate::schema::shape(), 20).map_err(|refusal| TestCaseError::fail(refusal.message))?;
        let mut expected = (0, 0);
        for (_, operation) in parsed.operations.iter() {
            expected = written_out(&parsed, &operation.node.selection_set.node);
        }
        prop_assert_eq!((analysis.size.selections, analysis.size.depth), expected);
    }

    #[test]
    fn a_fragment_costs_the_same_as_what_is_in_it(part in selection(FRAGMENTS, 3), spreads in 1_usize..4) {
        let firewall = firewall();
        let price = |text: &str, n: &str| {
            let document = firewall.parse(text, &limits()).ok()?;
            Some(document.price(None, &serde_json::from_str::<Variables>(n).ok()?))
        };
        let spread = format!("query($n: Int) {{ {} }} fragment P on Query {{ {part} }}", "...P ".repeat(spreads));
        let written = format!("query($n: Int) {{ {} }}", format!("... on Query {{ {part} }} ").repeat(spreads));
        for n in ["{}", "{\"n\":0}", "{\"n\":7}", "{\"n\":-1}", "{\"n\":null}", "{\"n\":1000000000000}"] {
            prop_assert_eq!(price(&spread, n), price(&written, n));
        }
    }
}

#[test]
fn a_price_is_the_number_of_objects_and_pages() {
    let firewall = firewall();
    let price = |text: &str, variables: &str| {
        let document = firewall.parse(text, &limits()).map_err(|refusal| refusal.message);
        let variables: Variables = serde_json::from_str(variables).unwrap_or_default();
        document.map(|document| document.price(None, &variables))
    };
    for (text, variables, expected) in [
        ("{ __typename }", "{}", 0),
        ("{ viewer { kind } }", "{}", 1),
        ("{ customers(first: 50) { nodes { id } } }", "{}", 1 + 50),
        (
            "{ customers { edges { cursor node { id } } pageInfo { hasNextPage } } }",
            "{}",
            1 + 20,
        ),
        (
            "{ customers(last: 5) { totalCount nodes { addresses(first: 2) { nodes { id } } } } }",
            "{}",
            1 + 10 + 5 * (1 + 1 + 2),
        ),
        (
            "query($n: Int) { customers(first: $n) { nodes { addresses(first: $n) { nodes { id } } } } }",
            "{\"n\":3}",
            1 + 3 * (1 + 1 + 3),
        ),
        (
            "query($n: Int) { customers(first: $n) { ...C } } fragment C on CustomerConnection { nodes { id } }",
            "{\"n\":3}",
            1 + 3,
        ),
        (
            "query($n: Int) { customers(first: $n) { ...C } } fragment C on CustomerConnection { nodes { orders(first: $n) { nodes { id } } } }",
            "{\"n\":3}",
            1 + 3 * (1 + 1 + 3),
        ),
        (
            "query($i: [ID!]!) { nodes(ids: $i) { id } }",
            "{\"i\":[\"a\",\"b\"]}",
            2,
        ),
        (
            "{ nodes(ids: [\"a\", \"b\", \"c\"]) { id ... on Customer { groups(first: 4) { nodes { id } } } } }",
            "{}",
            3 * (1 + 1 + 4),
        ),
        (
            "query($i: [ID!]!) { nodes(ids: $i) { ... on Customer { orders(first: 10000000000) { nodes { customer { orders(first: 10000000000) { nodes { id } } } } } } } }",
            "{\"i\":[\"a\",\"b\"]}",
            u64::MAX,
        ),
    ] {
        assert_eq!(price(text, variables), Ok(expected), "{text}");
    }
}

#[test]
fn fragments_do_not_hide_how_deep_a_document_is() {
    let firewall = firewall();
    let inside = |number: usize| format!("{}...F{number}{}", "... { ".repeat(40), " }".repeat(40));
    let mut text = String::from("{ ");
    // The innermost comes first, so that each is known when the next one is looked at.
    (0..20).rev().for_each(|number| text += &format!("...F{number} "));
    text += "}";
    (0..19).for_each(|number| text += &format!(" fragment F{number} on Query {{ {} }}", inside(number + 1)));
    text += " fragment F19 on Query { __typename }";
    assert!(
        firewall
            .parse(&text, &limits())
            .is_err_and(|refusal| refusal.message.contains("too deep"))
    );
}

#[test]
fn a_page_is_as_large_as_either_end_says() {
    let firewall = firewall();
    let text = "query($n: Int, $m: Int = 250) { customers(first: $n, last: $m) { nodes { id } } }";
    let price = |given: &str| {
        let document = firewall.document(Scope::Admin, Some(text), None);
        let given: GivenVariables = serde_json::from_str(given).unwrap_or_default();
        document.and_then(|document| Ok(firewall.variables(Scope::Admin, &document, None, given)?.1))
    };
    for (given, rows) in [
        ("{}", 250),
        ("{\"n\":null}", 250),
        ("{\"n\":3}", 250),
        ("{\"n\":300}", 300),
        ("{\"n\":3,\"m\":null}", 3),
        ("{\"m\":null}", 20),
        ("{\"m\":-1}", 0),
    ] {
        assert_eq!(price(given), Ok(1 + rows), "{given}");
    }
}

#[test]
fn a_mutation_answers_as_many_rows_as_were_sent() {
    let firewall = firewall();
    let text = "mutation($rows: [CustomerCreateFields!]!) { customerBulkCreate(input: { customers: $rows }) {
        results { customer { addresses(first: 5) { nodes { id } } } } userErrors { code } } }";
    let price = |rows: usize| {
        let given: Variables = serde_json::from_value(serde_json::json!({ "rows": vec![1; rows] })).unwrap_or_default();
        firewall
            .parse(text, &limits())
            .map(|document| document.price(None, &given))
    };
    assert_eq!(price(1), Ok(1 + 10 * (1 + 1 + 1 + 5)));
    assert_eq!(price(1_000), Ok(1 + 1_000 * (1 + 1 + 1 + 5)));
}

#[test]
fn what_belongs_to_another_operation_is_left_out_with_it() {
    let firewall = firewall();
    let text = "mutation A($p: String) { customerUpdate(input: { phone: $p }) { customer { id } } }
        query B($p: [ID!]!) { me { ...F } nodes(ids: $p) { id } } fragment F on Customer { id }";
    let document = firewall.parse(text, &limits()).map(|document| {
        let executable = document.for_execution(Some("A"), &Variables::default());
        (executable.operations.iter().count(), executable.fragments.len())
    });
    assert_eq!(document, Ok((1, 0)));
    // A list of a query is no longer because there is a mutation beside it.
    let given: GivenVariables =
        serde_json::from_value(serde_json::json!({ "p": vec!["cus_1"; 251] })).unwrap_or_default();
    let document = firewall.document(Scope::Admin, Some(text), None);
    let judged = document.and_then(|document| firewall.variables(Scope::Admin, &document, Some("B"), given));
    assert!(judged.is_err());
}

#[test]
fn every_mutation_that_anybody_may_ask_for_counts_as_a_log_in() {
    let firewall = firewall();
    let open = ["sessionCreate", "customerRegister", "passwordReset", "sessionRefresh"];
    let closed = ["customerCreate", "passwordChange", "addressCreate"];
    let mut counted = HashSet::new();
    for mutation in open.iter().chain(&closed) {
        let text = format!(
            "mutation {{ a: {mutation} {{ userErrors {{ code }} }} b: {mutation} {{ userErrors {{ code }} }} }}"
        );
        let scan = Scan::read(&text, &limits()).unwrap_or_default();
        let document = super::Document::parse(&text, scan, crate::schema::shape(), &Limits::default());
        if document.is_ok_and(|document| document.size.log_in_fields == 2) {
            counted.insert(*mutation);
        }
        assert_eq!(
            firewall.parse(&text, &limits()).is_ok(),
            closed.contains(mutation),
            "{mutation}"
        );
    }
    assert_eq!(counted, HashSet::from(open));
}
