//! The types that a setting may have, each read from text.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::SecretString;

/// A type of setting.
pub(super) trait Setting: Sized {
    /// Reads the text; the error says what it must be and does not repeat it.
    fn read(text: &str) -> Result<Self, String>;

    /// The value for people; of a secret only whether it is set.
    fn shown(&self) -> String;
}

impl Setting for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn shown(&self) -> String {
        self.clone()
    }
}

impl Setting for SecretString {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned().into())
    }

    fn shown(&self) -> String {
        "(set, not shown)".to_owned()
    }
}

impl Setting for PathBuf {
    fn read(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }

    fn shown(&self) -> String {
        self.display().to_string()
    }
}

impl Setting for bool {
    fn read(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => Ok(true),
            "false" | "off" | "no" | "0" => Ok(false),
            _ => Err("must be true or false.".to_owned()),
        }
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Setting for SocketAddr {
    fn read(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| "must be an address and a port, such as 127.0.0.1:4000 or 0.0.0.0:4000.".to_owned())
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

macro_rules! whole_numbers {
    ($($kind:ty),*) => {
        $(impl Setting for $kind {
            fn read(text: &str) -> Result<Self, String> {
                text.trim()
                    .parse()
                    .map_err(|_| format!("must be a whole number from 0 to {}.", Self::MAX))
            }

            fn shown(&self) -> String {
                self.to_string()
            }
        })*
    };
}
whole_numbers!(u16, u32, u64, usize);

/// The units of a duration, the largest first.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

impl Setting for Duration {
    fn read(text: &str) -> Result<Self, String> {
        let wrong = || "must be a number with its unit: 500ms, 30s, 15m, 12h or 30d.".to_owned();
        let text = text.trim();
        let digits = text.len()
            - text
                .trim_start_matches(|character: char| character.is_ascii_digit())
                .len();
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        UNITS
            .iter()
            .find(|(name, _)| *name == unit.trim())
            .and_then(|(_, milliseconds)| number.checked_mul(*milliseconds))
            .map(Self::from_millis)
            .ok_or_else(wrong)
    }

    fn shown(&self) -> String {
        let milliseconds = u64::try_from(self.as_millis()).unwrap_or(u64::MAX);
        UNITS
            .iter()
            .find(|(_, unit)| milliseconds >= *unit && milliseconds.is_multiple_of(*unit))
            .map_or_else(
                || "0s".to_owned(),
                |(name, unit)| format!("{}{name}", milliseconds / unit),
            )
    }
}

/// Separated by commas.
impl Setting for Vec<ipnet::IpNet> {
    fn read(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| {
                let alone = || item.parse::<std::net::IpAddr>().map(ipnet::IpNet::from);
                item.parse().or_else(|_| alone())
            })
            .collect::<Result<_, _>>()
            .map_err(|_| "must be networks or addresses separated by commas, such as 10.0.0.0/8,::1.".to_owned())
    }

    fn shown(&self) -> String {
        self.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

/// Separated by commas.
impl Setting for Vec<String> {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect())
    }

    fn shown(&self) -> String {
        self.join(",")
    }
}

impl<T: Setting> Setting for Option<T> {
    fn read(text: &str) -> Result<Self, String> {
        T::read(text).map(Some)
    }

    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "(not set)".to_owned(), Setting::shown)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    #[test]
    fn a_duration_is_shown_as_it_is_written() {
        for text in ["500ms", "30s", "15m", "12h", "30d", "0s", "90s"] {
            assert_eq!(Duration::read(text).unwrap().shown(), text);
        }
        for text in ["", "30", "s", "-1s", "1.5h", "1y", "99999999999999999999d", "1s1s"] {
            assert!(Duration::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert!(!SecretString::read("hush").unwrap().shown().contains("hush"));
    }
}
