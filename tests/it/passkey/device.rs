//! A device that keeps passkeys, made of nothing but its key. It says what a test wants it to say.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::ORIGIN;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

/// What a device and its browser say; a test changes what it wants to lie about.
#[derive(Clone, Debug)]
pub(crate) struct Says {
    pub(crate) origin: String,
    pub(crate) relying_party: String,
    /// What is done: `webauthn.create` or `webauthn.get`; what fits, without it.
    pub(crate) kind: Option<&'static str>,
    /// The challenge; the one that was asked, without it.
    pub(crate) challenge: Option<String>,
    pub(crate) is_present: bool,
    pub(crate) is_verified: bool,
    /// Whether the signature is spoiled.
    pub(crate) is_spoiled: bool,
    /// Whose it is; its owner's, without it.
    pub(crate) user: Option<String>,
}

impl Default for Says {
    fn default() -> Self {
        Self {
            origin: ORIGIN.to_owned(),
            relying_party: "localhost".to_owned(),
            kind: None,
            challenge: None,
            is_present: true,
            is_verified: true,
            is_spoiled: false,
            user: None,
        }
    }
}

/// A device with one passkey.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) key: SigningKey,
    pub(crate) id: Vec<u8>,
    pub(crate) user: String,
    /// How often it has signed; a device that does not count stays at 0.
    pub(crate) count: u32,
    pub(crate) counts: bool,
}

impl Device {
    pub(crate) fn new() -> Self {
        Self {
            key: SigningKey::from_slice(&rand::random::<[u8; 32]>()).unwrap(),
            id: rand::random::<[u8; 32]>().to_vec(),
            user: String::new(),
            count: 0,
            counts: true,
        }
    }

    /// Answers `navigator.credentials.create`.
    pub(crate) fn create(&mut self, options: &Value, says: &Says) -> Value {
        options["user"]["id"].as_str().unwrap().clone_into(&mut self.user);
        let client_data = client_data("webauthn.create", options, says);
        let mut data = self.authenticator_data(says, WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public_key());
        let mut object = vec![0xa3];
        object.extend(text("fmt"));
        object.extend(text("none"));
        object.extend(text("attStmt"));
        object.push(0xa0);
        object.extend(text("authData"));
        object.extend(head(2, data.len()));
        object.extend(data);
        json!({
            "id": URL_SAFE_NO_PAD.encode(&self.id),
            "rawId": URL_SAFE_NO_PAD.encode(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "attestationObject": URL_SAFE_NO_PAD.encode(object),
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
                "transports": ["internal", "hybrid", "smart-card"],
            },
        })
    }

    /// Answers `navigator.credentials.get`.
    pub(crate) fn get(&mut self, options: &Value, says: &Says) -> Value {
        if self.counts {
            self.count += 1;
        }
        let client_data = client_data("webauthn.get", options, says);
        let data = self.authenticator_data(says, 0);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client_data));
        let signature: Signature = self.key.sign(&signed);
        let mut signature = signature.to_der().as_bytes().to_vec();
        if says.is_spoiled {
            let last = signature.last_mut().unwrap();
            *last ^= 1;
        }
        json!({
            "id": URL_SAFE_NO_PAD.encode(&self.id),
            "rawId": URL_SAFE_NO_PAD.encode(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
                "signature": URL_SAFE_NO_PAD.encode(signature),
                "userHandle": says.user.as_ref().unwrap_or(&self.user),
            },
        })
    }

    fn authenticator_data(&self, says: &Says, flags: u8) -> Vec<u8> {
        let mut flags = flags;
        if says.is_present {
            flags |= PRESENT;
        }
        if says.is_verified {
            flags |= VERIFIED;
        }
        let mut data = Sha256::digest(says.relying_party.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.count.to_be_bytes());
        data
    }

    /// As COSE writes it (RFC 9052): an EC2 key for ES256 on P-256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21];
        key.extend(head(2, 32));
        key.extend(&point.as_bytes()[1..33]);
        key.push(0x22);
        key.extend(head(2, 32));
        key.extend(&point.as_bytes()[33..]);
        key
    }
}

fn client_data(kind: &str, options: &Value, says: &Says) -> Vec<u8> {
    let asked = options["challenge"].as_str().unwrap();
    json!({
        "type": says.kind.unwrap_or(kind),
        "challenge": says.challenge.as_deref().unwrap_or(asked),
        "origin": says.origin,
        "crossOrigin": false,
    })
    .to_string()
    .into_bytes()
}

/// The head of an item of CBOR of this kind and length.
fn head(kind: u8, length: usize) -> Vec<u8> {
    let kind = kind << 5;
    match length {
        0..24 => vec![kind | u8::try_from(length).unwrap()],
        24..256 => vec![kind | 24, u8::try_from(length).unwrap()],
        _ => {
            let mut head = vec![kind | 25];
            head.extend(u16::try_from(length).unwrap().to_be_bytes());
            head
        }
    }
}

fn text(text: &str) -> Vec<u8> {
    let mut item = head(3, text.len());
    item.extend(text.as_bytes());
    item
}
