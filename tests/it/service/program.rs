//! The real binary in a folder of its own.

use std::process::{Command, Output};

/// A command of the binary, with none of our variables set.
pub(crate) fn program(arguments: &[&str]) -> Command {
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
pub(crate) fn outcome(output: Output) -> (i32, String, String) {
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
        &["demo", "--help"],
        &["staff", "create", "--help"],
        &["api-key", "create", "--help"],
        &["migrate", "--help"],
        &["migrate", "down", "--help"],
        &["schema", "--help"],
        &["signing-key", "create", "--help"],
        &["config", "check", "--help"],
        &["timeline", "verify", "--help"],
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

#[test]
fn staff_users_and_api_keys_are_made_with_their_secrets_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| outcome(program(arguments).current_dir(folder.path()).output().unwrap());
    let create = [
        "staff",
        "create",
        "--email",
        "ada@example.com",
        "--name",
        "Ada",
        "--permissions",
    ];
    let (code, password, about) = run(&[&create[..], &["customers:*"]].concat());
    assert_eq!(code, 0, "{about}");
    assert!(about.contains("customers:read, customers:write"), "{about}");
    assert!(password.trim_end().len() >= 20 && !password.trim_end().contains(char::is_whitespace));

    let (code, _, about) = run(&[&create[..], &["*"]].concat());
    assert_eq!(code, 1);
    assert!(about.contains("email: "), "{about}");
    for permissions in ["customers:fly", ""] {
        let (code, _, about) = run(&[&create[..], &[permissions]].concat());
        assert_eq!(code, 2, "{about}");
    }

    let (code, secret, about) = run(&[
        "api-key",
        "create",
        "--name",
        "Export",
        "--permissions",
        "*:read",
        "--expires-in-days",
        "30",
    ]);
    assert_eq!(code, 0, "{about}");
    assert!(secret.starts_with("cgk_") && secret.lines().count() == 1, "{secret}");
}

#[test]
fn a_password_may_come_from_the_standard_input() {
    use std::{io::Write, process::Stdio};
    let folder = tempfile::tempdir().unwrap();
    let create = |password: &str| {
        let arguments = [
            "staff",
            "create",
            "--email",
            "ada@example.com",
            "--permissions",
            "*",
            "--password-stdin",
        ];
        let mut command = program(&arguments);
        command.current_dir(folder.path()).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        outcome(child.wait_with_output().unwrap())
    };
    let (code, _, about) = create("short");
    assert_eq!(code, 1);
    assert!(about.contains("password: "), "{about}");
    let (code, text, about) = create("correct horse battery");
    assert_eq!((code, text.as_str()), (0, ""), "{about}");
}
