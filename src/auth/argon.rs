//! argon2id in memory that is kept from one hash to the next.
//!
//! A hash fills 19 MiB. The library's own functions get them from the allocator each time, zeroed, which is a fifth of
//! the time of a hash; nothing of what was there before is read, so whoever hashes all day keeps them.

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        Error, Result,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};

/// The memory of one thread that hashes.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    /// Gives it back, until the next hash.
    pub(super) fn release(&mut self) {
        self.0 = Vec::new();
    }

    fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.len() < count {
            // What is there need not be copied.
            self.release();
            self.0.resize(count, Block::new());
        }
        &mut self.0[..count]
    }
}

/// The hash of a password with today's parameters, as a PHC string.
pub(super) fn hash(password: &[u8], memory: &mut Memory) -> Result<String> {
    let salt = Salt::generate();
    let argon2 = Argon2::default();
    Ok(PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(argon2.params())?,
        salt: Some(salt),
        hash: Some(output(&argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN, memory)?),
    }
    .to_string())
}

/// Whether a password fits a hash, which says itself with what parameters it was made.
pub(super) fn fits(password: &[u8], hash: &PasswordHash, memory: &mut Memory) -> Result<bool> {
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
        return Err(Error::Internal);
    };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    let version = hash.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let argon2 = Argon2::new(algorithm, version, Params::try_from(hash)?);
    // The comparison takes the same time wherever they differ.
    Ok(output(&argon2, password, salt, expected.len(), memory)? == *expected)
}

fn output(argon2: &Argon2<'_>, password: &[u8], salt: &Salt, length: usize, memory: &mut Memory) -> Result<Output> {
    let mut buffer = [0; Output::MAX_LENGTH];
    let output = buffer.get_mut(..length).ok_or(Error::OutputSize)?;
    let blocks = memory.blocks(argon2.params().block_count());
    argon2.hash_password_into_with_memory(password, salt, output, blocks)?;
    Ok(Output::new(output)?)
}
