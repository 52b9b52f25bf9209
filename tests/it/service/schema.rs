use super::program::{outcome, program};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");

#[test]
fn schema_graphql_is_current() {
    let (code, _, text) = outcome(program(&["schema", "--check", FILE]).output().unwrap());
    assert_eq!(
        code, 0,
        "{text}\n\nIf the change of the schema is meant: cargo run -- schema > schema.graphql"
    );
}

#[test]
fn the_printed_schema_is_the_one_that_the_check_wants() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema.graphql");
    let file_name = file.to_str().unwrap();
    std::fs::write(&file, program(&["schema"]).output().unwrap().stdout).unwrap();
    let (code, text, _) = outcome(program(&["schema", "--check", file_name]).output().unwrap());
    assert_eq!((code, text.contains("is current")), (0, true));

    let text = std::fs::read_to_string(&file)
        .unwrap()
        .replace("type Query", "type Kwery");
    std::fs::write(&file, text).unwrap();
    let (code, _, text) = outcome(program(&["schema", "--check", file_name]).output().unwrap());
    assert_eq!(code, 1);
    assert!(text.contains("type Kwery") && text.contains("type Query"), "{text}");
    assert!(text.contains("Renew it with: customer-graph schema >"), "{text}");

    let (code, _, text) = outcome(program(&["schema", "--check", "/nowhere"]).output().unwrap());
    assert_eq!(code, 1);
    assert!(text.contains("/nowhere cannot be read"), "{text}");
}

#[test]
fn the_plain_schema_has_nothing_that_some_gateways_refuse() {
    let (code, text, _) = outcome(program(&["schema", "--plain"]).output().unwrap());
    assert_eq!(code, 0);
    assert!(
        text.contains("type Customer implements Node @key(fields: \"id\") {"),
        "{text}"
    );
    for directive in ["@authenticated", "@requiresScopes", "@oneOf", "@specifiedBy"] {
        assert!(!text.contains(directive), "{directive}");
        assert!(
            std::fs::read_to_string(FILE).unwrap().contains(directive),
            "{directive}"
        );
    }
    let (code, _, _) = outcome(program(&["schema", "--plain", "--check", FILE]).output().unwrap());
    assert_eq!(code, 2);
}
