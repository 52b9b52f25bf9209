//! A document is judged without an end of the process, whatever is in it; and judged the same when it comes again.
#![no_main]

use std::sync::{Arc, LazyLock};

use async_graphql::Variables;
use customer_graph::{
    config::{FirewallConfig, Limits, TrustedDocumentsConfig},
    firewall::{Firewall, GivenVariables, Manifest, Scope},
    schema,
};
use libfuzzer_sys::fuzz_target;

static FIREWALL: LazyLock<Firewall> = LazyLock::new(|| {
    Firewall::new(
        schema::shape(),
        FirewallConfig::default(),
        Arc::new(Limits::default()),
        &TrustedDocumentsConfig::default(),
        Manifest::default(),
    )
});

fuzz_target!(|input: (&str, &str)| {
    let (text, variables) = input;
    let given: GivenVariables = serde_json::from_str(variables).unwrap_or_default();
    let judge = |scope| {
        let document = FIREWALL.document(scope, Some(text), None)?;
        let judged = FIREWALL.variables(scope, &document, None, given.clone())?;
        document.for_execution(None, &judged.0);
        Ok::<(Variables, u64), customer_graph::firewall::Refusal>(judged)
    };
    for scope in [Scope::Store, Scope::Gateway] {
        assert_eq!(judge(scope), judge(scope));
    }
});
