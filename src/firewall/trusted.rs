//! Documents that were agreed upon beforehand, by their hash: what GraphQL Codegen and others write when a frontend is
//! built.
//!
//! A manifest is a JSON object of SHA-256 hashes, in hexadecimal digits, each with its document. Nothing is ever added
//! to it at run time: there are no automatic persisted queries, with which whoever asks fills the memory.

use std::{collections::HashMap, path::Path};

use sha2::{Digest, Sha256};

use super::{Firewall, Refusal};
use crate::{config::DocumentLimits, text::hexadecimal};

/// The most documents of a manifest.
const DOCUMENTS: usize = 10_000;

/// The largest manifest, in bytes.
const BYTES: u64 = 32 * 1_024 * 1_024;

/// The SHA-256 of a document.
pub type Hash = [u8; 32];

/// Documents that were agreed upon.
#[derive(Clone, Debug, Default)]
pub struct Manifest(HashMap<Hash, String>);

impl Manifest {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence that begins after the name of the file.
    pub fn load(file: &Path) -> Result<Self, String> {
        let size = std::fs::metadata(file).map_err(|error| format!("cannot be read: {error}."))?;
        if size.len() > BYTES {
            return Err(format!("has more than {BYTES} bytes."));
        }
        let text = std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}."))?;
        Self::read(&text)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let documents: HashMap<String, String> = serde_json::from_str(text).map_err(|error| {
            format!("must be a JSON object of SHA-256 hashes, each with its document as text: {error}.")
        })?;
        if documents.len() > DOCUMENTS {
            return Err(format!("has more than {DOCUMENTS} documents."));
        }
        let mut manifest = HashMap::with_capacity(documents.len());
        for (name, document) in documents {
            let hash = hash(&document);
            if parse(&name) != Some(hash) {
                return Err(format!(
                    "names a document {name}, whose SHA-256 is {}. Have hashes made with SHA-256 (in Codegen: \
                     hashAlgorithm: \"sha256\") and leave the documents as they are.",
                    hexadecimal(&hash)
                ));
            }
            manifest.insert(hash, document);
        }
        Ok(Self(manifest))
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The document with this hash.
    pub(super) fn get(&self, hash: &Hash) -> Option<&str> {
        self.0.get(hash).map(String::as_str)
    }

    pub(super) fn contains(&self, hash: &Hash) -> bool {
        self.0.contains_key(hash)
    }

    /// Reads every document as if it had been sent, under the widest limits there are.
    ///
    /// # Errors
    /// What is wrong with the first that cannot be read, as a sentence that begins after the name of the file.
    pub fn check(&self, firewall: &Firewall, limits: &DocumentLimits) -> Result<(), String> {
        for (hash, document) in &self.0 {
            firewall.parse(document, limits).map_err(|Refusal { message, .. }| {
                let hash = hexadecimal(hash);
                format!("has a document {hash} that would be refused: {message}")
            })?;
        }
        Ok(())
    }
}

/// The hash of a document.
#[must_use]
pub fn hash(document: &str) -> Hash {
    Sha256::digest(document.as_bytes()).into()
}

/// Reads a hash, with or without `sha256:` before it.
#[must_use]
pub fn parse(text: &str) -> Option<Hash> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text).as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    #[test]
    fn a_hash_is_64_small_hexadecimal_digits() {
        let text = hexadecimal(&hash("{ __typename }"));
        assert_eq!(parse(&text), Some(hash("{ __typename }")));
        assert_eq!(parse(&format!("sha256:{text}")), Some(hash("{ __typename }")));
        for other in [
            "",
            "sha256:",
            &text[1..],
            &text.to_uppercase(),
            &format!("{text}00"),
            &"é".repeat(32),
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_manifest_names_each_document_by_its_own_hash() {
        let document = "query Me { me { id } }";
        let good = serde_json::json!({ hexadecimal(&hash(document)): document }).to_string();
        assert_eq!(Manifest::read(&good).unwrap().get(&hash(document)), Some(document));
        let other = serde_json::json!({ hexadecimal(&hash(document)): "query Me { me { email } }" }).to_string();
        for wrong in ["[]", "{", "{\"a\": 1}", "{\"a\": \"{ a }\"}", &other] {
            assert!(Manifest::read(wrong).is_err(), "{wrong}");
        }
    }
}
