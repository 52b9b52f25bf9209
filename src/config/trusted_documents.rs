//! Trusted documents: what was agreed upon beforehand, such as when a frontend was built.

use std::path::PathBuf;

use super::{reader::Reader, section, setting::Setting};

section! {
    /// Trusted documents: what was agreed upon beforehand, such as when a frontend was built.
    TrustedDocumentsConfig in "trusted_documents" {
        /// The manifest: a JSON file of SHA-256 hashes, each with its document, as GraphQL Codegen writes it.
        file: Option<PathBuf> = None,
        /// What customers and people who have not logged in may send. `off`: documents alone; `accept`: documents, or the
        /// hashes of those in the manifest; `require`: what is in the manifest alone.
        store: TrustedDocuments = TrustedDocuments::Off,
        /// The same for staff users and back-office systems.
        admin: TrustedDocuments = TrustedDocuments::Off,
    }
}

/// Which documents are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrustedDocuments {
    /// Documents alone.
    #[default]
    Off,
    /// Documents, and hashes of those that were agreed upon.
    Accept,
    /// Those alone that were agreed upon, in full or by their hashes.
    Require,
}

impl TrustedDocuments {
    /// Whether a document may be named by its hash.
    #[must_use]
    pub fn accepts(self) -> bool {
        self != Self::Off
    }

    /// Whether no other documents are taken.
    #[must_use]
    pub fn requires(self) -> bool {
        self == Self::Require
    }
}

impl Setting for TrustedDocuments {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "accept" => Ok(Self::Accept),
            "require" => Ok(Self::Require),
            _ => Err("must be off, accept or require.".to_owned()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Off => "off",
            Self::Accept => "accept",
            Self::Require => "require",
        }
        .to_owned()
    }
}

impl TrustedDocumentsConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        let is_used = self.store.accepts() || self.admin.accepts();
        let message = "must name a manifest where a scope takes documents by their hashes.";
        reader.require(!is_used || self.file.is_some(), "trusted_documents", "file", message);
    }
}
