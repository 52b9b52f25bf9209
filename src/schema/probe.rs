//! A schema that looks at operations and executes nothing.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use async_graphql::{
    Request, Response,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use futures_util::FutureExt;

use super::{Schema, build, builder};
use crate::{
    features::hook::mutations::{self, INTROSPECTION},
    graphql::{ShowEverything, masked::MaskedFields},
};

/// Ends an operation before it is executed.
#[derive(Clone, Copy, Debug)]
struct Probe;

impl ExtensionFactory for Probe {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Probe {
    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::default()
    }
}

/// Builds a schema that answers what is wrong with an operation, and nothing when it would be executed.
#[must_use]
pub fn build_probe() -> Schema {
    builder().extension(MaskedFields).extension(Probe).finish()
}

/// The mutations that can have hooks.
#[must_use]
pub fn hookable() -> &'static BTreeSet<String> {
    static HOOKABLE: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let schema = build();
        // There is nothing to wait for, and without a call nobody asks.
        let answer = |request: Request| schema.execute(request).now_or_never().map(|answer| answer.data);
        let all = answer(Request::new(INTROSPECTION).data(ShowEverything));
        let open = answer(Request::new(INTROSPECTION));
        match all.zip(open).and_then(|(all, open)| mutations::hookable(all, open)) {
            Some(hookable) => hookable,
            None => unreachable!("introspection answers at once"),
        }
    });
    &HOOKABLE
}
