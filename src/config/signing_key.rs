//! The private key that signs access tokens: where it comes from, and who else could read it.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use super::{Config, Mistake, Mistakes, name_of};
use crate::auth::SigningKeys;

/// A private key as PEM.
#[derive(Clone, Debug)]
pub struct SigningKeyPem(pub SecretString);

impl SigningKeyPem {
    /// The configured key; on SQLite without one, the key beside the database, which is made when there is none.
    ///
    /// # Errors
    /// What is wrong and what to do.
    pub fn find(config: &Config) -> Result<Self, Mistakes> {
        let mistake = |setting: &str, message: String| {
            Mistakes(vec![Mistake {
                setting: name_of("auth", setting),
                message,
            }])
        };
        if let Some(pem) = &config.auth.signing_key {
            return Ok(Self(pem.clone()));
        }
        if let Some(file) = &config.auth.signing_key_file {
            return read(file).map_err(|message| mistake("signing_key_file", message));
        }
        let Some(file) = config.signing_key_beside_database() else {
            let message = "is needed with PostgreSQL, so that all instances sign with one key. Make one with \
                           `customer-graph signing-key create > signing-key.pem` and name the file in \
                           CUSTOMER_GRAPH_AUTH_SIGNING_KEY_FILE.";
            return Err(mistake("signing_key", message.to_owned()));
        };
        match read(&file) {
            Err(_) if !file.exists() => {
                let key = Self::create().map_err(|message| mistake("signing_key", message))?;
                match write(&file, &key) {
                    Ok(()) => Ok(key),
                    // Another process was faster.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        read(&file).map_err(|message| mistake("signing_key", message))
                    }
                    Err(error) => Err(mistake(
                        "signing_key",
                        format!("cannot be kept in {}: {error}.", file.display()),
                    )),
                }
            }
            found => found.map_err(|message| mistake("signing_key", message)),
        }
    }

    /// The key in a file that nobody else can read.
    ///
    /// # Errors
    /// A sentence.
    pub fn in_file(file: &Path) -> Result<Self, String> {
        read(file)
    }

    /// A new Ed25519 key.
    ///
    /// # Errors
    /// A sentence, when it cannot be written as PEM.
    pub fn create() -> Result<Self, String> {
        SigningKeys::generate()
            .map(Self)
            .map_err(|error| format!("The key cannot be written: {error}."))
    }

    /// The keys of a configured service: this one signs, and what older ones have signed is still accepted.
    ///
    /// # Errors
    /// What is wrong and what to do.
    pub fn keys_of(&self, config: &Config) -> Result<SigningKeys, Mistakes> {
        let older = match &config.auth.verification_keys_file {
            Some(file) => {
                older(file).map_err(|message| Mistakes(vec![Mistake::of("auth", "verification_keys_file", message)]))?
            }
            None => Vec::new(),
        };
        self.with(&older)
    }

    /// The public half, as PEM, to be accepted after another key has taken this one's place.
    ///
    /// # Errors
    /// When the text is no Ed25519 key.
    pub fn public(&self) -> Result<String, Mistakes> {
        SigningKeys::public_pem(&self.0).map_err(|_| Self::is_no_key())
    }

    /// The keys of a service that has never had another one.
    ///
    /// # Errors
    /// When the text is no Ed25519 key.
    pub fn keys(&self) -> Result<SigningKeys, Mistakes> {
        self.with(&[])
    }

    fn with(&self, older: &[String]) -> Result<SigningKeys, Mistakes> {
        SigningKeys::from_pem(&self.0, older).map_err(|_| Self::is_no_key())
    }

    fn is_no_key() -> Mistakes {
        let message = "is no Ed25519 private key in PEM (PKCS#8). Make one with \
                       `customer-graph signing-key create > signing-key.pem`.";
        Mistakes(vec![Mistake::of("auth", "signing_key", message.to_owned())])
    }
}

/// The public keys in a file, one after the other.
fn older(file: &Path) -> Result<Vec<String>, String> {
    let shown = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("names {shown}, which cannot be read: {error}."))?;
    let keys: Vec<String> = text
        .split_inclusive("-----END PUBLIC KEY-----")
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect();
    if keys.is_empty() || keys.iter().any(|key| !SigningKeys::is_public_pem(key)) {
        return Err(format!(
            "names {shown}, which does not hold Ed25519 public keys in PEM. `customer-graph signing-key public \
             signing-key.pem` prints the one of a private key."
        ));
    }
    Ok(keys)
}

/// Reads a key that nobody else can read.
fn read(file: &Path) -> Result<SigningKeyPem, String> {
    let shown = file.display();
    let cannot = |error: io::Error| format!("names {shown}, which cannot be read: {error}.");
    let metadata = std::fs::metadata(file).map_err(cannot)?;
    if is_open_to_others(&metadata) {
        return Err(format!(
            "names {shown}, which every user of this machine can read; run `chmod 600 {shown}`, and make a new key if \
             others have access."
        ));
    }
    let pem = std::fs::read_to_string(file).map_err(cannot)?;
    Ok(SigningKeyPem(pem.into()))
}

/// Writes a key for this user alone; the file must not exist.
fn write(file: &PathBuf, key: &SigningKeyPem) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    // Written aside and linked, so that nobody ever reads half a key.
    let draft = file.with_extension(format!("{}.draft", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut writer| {
        writer.write_all(key.0.expose_secret().as_bytes())?;
        writer.sync_all()?;
        std::fs::hard_link(&draft, file)
    });
    std::fs::remove_file(&draft).ok();
    written
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o007 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}
