//! What tests stand on: the true application on a fresh database, and personas instead of tokens.

mod app;
mod listening;
pub(crate) mod node;
mod persona;
pub(crate) mod postgres;

pub(crate) use app::{Answer, ORIGIN, Setup, TestApp};
pub(crate) use listening::{Events, PATIENCE};
pub(crate) use persona::{PASSWORD, Persona};

/// What tools ask to learn the whole schema.
pub(crate) const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description
  queryType { name kind } mutationType { name kind } subscriptionType { name kind }
  types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
fragment FullType on __Type { kind name description specifiedByURL
  fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

/// Where the databases of the tests are: in memory where a machine has a folder there with four gigabytes to spare,
/// because every test makes a database and takes it away again.
pub(crate) fn temporary_folder() -> std::path::PathBuf {
    static FOLDER: std::sync::OnceLock<std::path::PathBuf> = std::sync::OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let free = std::process::Command::new("df")
                .args(["-Pk", "/dev/shm"])
                .output()
                .ok()
                .and_then(|output| {
                    let text = String::from_utf8(output.stdout).ok()?;
                    text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()
                });
            match free {
                Some(kilobytes) if kilobytes > 4 * 1_024 * 1_024 => "/dev/shm".into(),
                _ => std::env::temp_dir(),
            }
        })
        .clone()
}

/// Declares tests that run on both databases: `on_both! { async fn a_fact(app: TestApp) { … } }`.
#[macro_export]
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident: TestApp) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                async fn fact($app: $crate::harness::TestApp) $body

                $(#[$attribute])*
                #[tokio::test]
                async fn sqlite() {
                    fact($crate::harness::TestApp::on_sqlite().await).await;
                }

                $(#[$attribute])*
                #[tokio::test]
                async fn postgres() {
                    if let Some(app) = $crate::harness::TestApp::on_postgres().await {
                        fact(app).await;
                    }
                }
            }
        )*
    };
}

/// The same for applications that are set up in another way: `on_both_with! { setup(); async fn … }`.
#[macro_export]
macro_rules! on_both_with {
    ($setup:expr; $($(#[$attribute:meta])* async fn $name:ident($app:ident: TestApp) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                async fn fact($app: $crate::harness::TestApp) $body

                $(#[$attribute])*
                #[tokio::test]
                async fn sqlite() {
                    fact($crate::harness::TestApp::on_sqlite_with($setup).await).await;
                }

                $(#[$attribute])*
                #[tokio::test]
                async fn postgres() {
                    if let Some(app) = $crate::harness::TestApp::on_postgres_with($setup).await {
                        fact(app).await;
                    }
                }
            }
        )*
    };
}
