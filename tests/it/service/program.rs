//! The real binary in a folder of its own.

use std::process::{Command, Output};

/// A command of the binary, with none of our variables set.
pub(super) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_customer-graph"));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CUSTOMER_GRAPH_")) {
            command.env_remove(name);
        }
    }
    command.args(arguments);
    command
}

/// The exit code and the two streams.
pub(super) fn outcome(output: Output) -> (i32, String, String) {
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn every_command_explains_itself() {
    for command in [
        &["--help"][..],
        &["serve", "--help"],
        &["migrate", "--help"],
        &["migrate", "down", "--help"],
        &["schema", "--help"],
        &["signing-key", "create", "--help"],
        &["config", "check", "--help"],
    ] {
        let (code, text, _) = outcome(program(command).output().unwrap());
        assert_eq!(code, 0, "{command:?}");
        assert!(text.contains("Usage: customer-graph"), "{text}");
    }
    let (_, text, _) = outcome(program(&["serve", "--help"]).output().unwrap());
    assert!(text.contains("Examples:"), "{text}");
}

#[test]
fn an_unknown_command_is_a_mistake_of_usage() {
    let (code, _, text) = outcome(program(&["serv"]).output().unwrap());
    assert_eq!(code, 2);
    assert!(text.contains("serve"), "{text}");
}
