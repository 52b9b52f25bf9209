//! Cursors: the sort values of a row, sealed so that a client can neither forge them nor use them with another list.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::KeyValue;

const VERSION: u8 = 1;
const BINDING_BYTES: usize = 8;
const SEAL_BYTES: usize = 16;

/// Writes a cursor: version, the first bytes of the list's fingerprint, the values, a seal over all of it.
#[must_use]
pub fn write(key: &[u8; 32], binding: &[u8; 32], values: &[KeyValue]) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&binding[..BINDING_BYTES]);
    // Values are plain strings and numbers, which always serialize.
    bytes.extend(serde_json::to_vec(values).unwrap_or_default());
    let seal = seal(key, &bytes);
    bytes.extend_from_slice(&seal);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a cursor of this list; `None` for a forged or foreign one.
#[must_use]
pub fn read(key: &[u8; 32], binding: &[u8; 32], cursor: &str) -> Option<Vec<KeyValue>> {
    if cursor.len() > 4_096 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (sealed, given) = bytes.split_at_checked(bytes.len().checked_sub(SEAL_BYTES)?)?;
    let mut mac = mac(key);
    mac.update(sealed);
    mac.verify_truncated_left(given).ok()?;
    let (version, rest) = sealed.split_first()?;
    let (bound, values) = rest.split_at_checked(BINDING_BYTES)?;
    if *version != VERSION || bound != &binding[..BINDING_BYTES] {
        return None;
    }
    serde_json::from_slice(values).ok()
}

fn seal(key: &[u8; 32], bytes: &[u8]) -> [u8; SEAL_BYTES] {
    let mut mac = mac(key);
    mac.update(bytes);
    let whole = mac.finalize().into_bytes();
    let mut seal = [0; SEAL_BYTES];
    seal.copy_from_slice(&whole[..SEAL_BYTES]);
    seal
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("a key of 32 bytes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_reads_back_for_its_own_list_alone() {
        let (key, list, other) = ([7; 32], [1; 32], [2; 32]);
        let values = vec![KeyValue::Text("é\"".to_owned()), KeyValue::Integer(-5)];
        let cursor = write(&key, &list, &values);
        assert_eq!(read(&key, &list, &cursor), Some(values));
        assert_eq!(read(&key, &other, &cursor), None);
        assert_eq!(read(&[8; 32], &list, &cursor), None);
    }

    #[test]
    fn a_forged_cursor_is_refused() {
        let (key, list) = ([7; 32], [1; 32]);
        let cursor = write(&key, &list, &[KeyValue::Integer(5)]);
        for position in 0..cursor.len() {
            let mut forged = cursor.clone().into_bytes();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8_lossy(&forged).into_owned();
            assert_eq!(read(&key, &list, &forged), None, "{position}");
        }
        for nonsense in ["", "AA", "!", &"A".repeat(10_000)] {
            assert_eq!(read(&key, &list, nonsense), None);
        }
    }

    fn values() -> impl Strategy<Value = Vec<KeyValue>> {
        let value = prop_oneof![
            ".{0,20}".prop_map(KeyValue::Text),
            any::<i64>().prop_map(KeyValue::Integer)
        ];
        prop::collection::vec(value, 0..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_not_written_here_is_not_read(text in "[A-Za-z0-9_-]{0,200}|.{0,200}") {
            prop_assert_eq!(read(&[7; 32], &[1; 32], &text), None);
        }

        #[test]
        fn what_was_written_is_read(key in any::<[u8; 32]>(), list in any::<[u8; 32]>(), values in values()) {
            let cursor = write(&key, &list, &values);
            prop_assert_eq!(read(&key, &list, &cursor), Some(values));
        }
    }
}
