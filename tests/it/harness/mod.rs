//! What tests stand on: the true application on a fresh database, and personas instead of tokens.

mod app;
mod persona;
pub(crate) mod postgres;

pub(crate) use app::{Answer, TestApp};
pub(crate) use persona::{PASSWORD, Persona};

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
