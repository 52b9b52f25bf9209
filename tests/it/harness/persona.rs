//! Who asks in a test.

/// Who asks. Each test application makes those it needs.
#[derive(Clone, Debug)]
pub(crate) struct Persona {
    pub(crate) name: &'static str,
    pub(crate) token: Option<String>,
}

impl Persona {
    /// Nobody we know.
    pub(crate) fn anonymous() -> Self {
        Self {
            name: "anonymous",
            token: None,
        }
    }
}
