//! Whether something is signed by whom it must be, and what exactly that is.

use std::sync::{Mutex, PoisonError};

use samael::crypto::{AllowedSignatureAlgorithm as Algorithm, CertificateDer, Crypto, CryptoProvider as _, ReduceMode};

use super::document::Checked;

/// The kind of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// RSA.
    Rsa,
    /// An elliptic curve.
    Curve,
}

/// What the identity provider signs with.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    /// The certificate.
    pub der: CertificateDer,
    /// The kind of its key.
    pub kind: Kind,
}

/// The algorithms that are good enough: no SHA-1, and nothing with a shared secret.
const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::RsaSha256,
    Algorithm::RsaSha384,
    Algorithm::RsaSha512,
    Algorithm::EcdsaSha256,
    Algorithm::EcdsaSha384,
    Algorithm::EcdsaSha512,
];

/// The kind of key with which signatures are made so, if they may be made so.
pub(super) fn kind_of_algorithm(uri: &str) -> Option<Kind> {
    let algorithm = ALGORITHMS.iter().find(|algorithm| algorithm.signature_uri() == uri)?;
    Some(match algorithm {
        Algorithm::EcdsaSha256 | Algorithm::EcdsaSha384 | Algorithm::EcdsaSha512 => Kind::Curve,
        _ => Kind::Rsa,
    })
}

/// Whether digests may be made so.
pub(super) fn is_digest_algorithm(uri: &str) -> bool {
    ALGORITHMS.iter().any(|algorithm| algorithm.digest_uri() == uri)
}

/// The text that was signed with one of the certificates: the outermost element with a signature, in canonical form.
/// Every signature of the document must be good. A key of another kind than the signature's is not tried: it would be an
/// error to the library, which writes each to the standard error output.
pub(super) fn verified(xml: &str, kind: Kind, certificates: &[Certificate]) -> Checked<String> {
    // Not all of what the libraries in C set up at their first use may be done twice at once.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    certificates
        .iter()
        .filter(|certificate| certificate.kind == kind)
        .find_map(|certificate| {
            let certificate = std::slice::from_ref(&certificate.der);
            let mode = ReduceMode::PreDigest;
            Crypto::reduce_xml_to_signed_with_allowed_algorithms(xml, certificate, mode, Some(&ALGORITHMS)).ok()
        })
        .ok_or("its signature is not that of the identity provider")
}
