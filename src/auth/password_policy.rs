//! Which new passwords are good enough: long, and not among the first that somebody would try.
//!
//! There are no rules about kinds of characters, which make passwords hard to remember and easy to guess.

use secrecy::{ExposeSecret, SecretString};

use super::password::LONGEST_PASSWORD;
use crate::work::{ErrorCode, UserError};

/// The fewest characters that can be configured.
const FLOOR: usize = 8;

/// Digits and signs alone are hard to guess from this many characters on.
const SIGNS: usize = 20;

/// What new passwords must be like.
#[derive(Clone, Debug)]
pub struct PasswordPolicy {
    /// The fewest characters; never less than 8, whatever is configured.
    pub minimum_length: usize,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { minimum_length: 12 }
    }
}

/// What people begin with when they are asked for a password.
const COMMON: &str = "abc abcd access admin administrator asdf asdfgh asdfghjkl azerty azertyuiop baseball changeit changeme \
    charlie chocolate computer customer default demo dragon facebook flower football freedom google guest \
    hello helloworld iloveyou internet jordan killer letmein login loveyou manager master michael minecraft \
    monkey motdepasse mypassword mynoob naruto nopassword ninja passphrase passwd passwort password pokemon \
    princess qazwsx qazwsxedc qwer qwerty qwertyuiop qwertz qwertzuiop root samsung secret service shadow \
    spiderman starwars summer sunshine superman supersecret system temporary test testing trustno user \
    username welcome whatever winter zaq zxcvbn zxcvbnm contraseña parola haslo senha wachtwoord \
    customergraph mysecretpassword thisisapassword passwordpassword";

impl PasswordPolicy {
    /// What is wrong with a new password, if anything. `others` are what the person is known by, such as the e-mail
    /// address, which is no secret either.
    #[must_use]
    pub fn check(&self, path: &str, password: &SecretString, others: &[&str]) -> Option<UserError> {
        let password = password.expose_secret();
        if password.len() > LONGEST_PASSWORD {
            return Some(too_long(path));
        }
        let minimum = self.minimum_length.max(FLOOR);
        if password.chars().count() < minimum {
            return Some(UserError::new(
                ErrorCode::PasswordTooWeak,
                path,
                format!("Use at least {minimum} characters; a few words make a good password."),
            ));
        }
        if is_guessable(password, others) {
            return Some(UserError::new(
                ErrorCode::PasswordTooWeak,
                path,
                "This password is among the first that others would try. Use a few words that do not belong together.",
            ));
        }
        None
    }
}

/// The password is longer than anything we hash.
pub(super) fn too_long(path: &str) -> UserError {
    UserError::new(
        ErrorCode::PasswordTooWeak,
        path,
        format!("Use at most {LONGEST_PASSWORD} bytes, which is as many characters of the Latin alphabet."),
    )
}

fn is_guessable(password: &str, others: &[&str]) -> bool {
    let lower = password.to_lowercase();
    let known = others.iter().any(|other| {
        let other = other.to_lowercase();
        let name = other.split('@').next().unwrap_or_default();
        bare(&lower) == bare(name) || lower == other
    });
    let bare = bare(&lower);
    let only_signs = bare.is_empty() && lower.chars().count() < SIGNS;
    known || only_signs || COMMON.split_whitespace().any(|word| word == bare) || repeats(&lower) || runs(&lower)
}

/// The letters of a password without the digits and signs around them, and with those inside read as the letters that
/// they stand for: `P@ssw0rd2026!` is `password`.
fn bare(lower: &str) -> String {
    lower
        .trim_matches(|character: char| !character.is_alphabetic() && !matches!(character, '@' | '$'))
        .trim_end_matches(['@', '$'])
        .chars()
        .map(|character| match character {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .filter(|character| character.is_alphabetic())
        .collect()
}

/// A short piece again and again.
fn repeats(lower: &str) -> bool {
    let characters: Vec<char> = lower.chars().collect();
    (1..=characters.len() / 3).any(|length| {
        characters
            .iter()
            .zip(characters.iter().skip(length))
            .all(|(one, next)| one == next)
    })
}

/// Neighbors in the alphabet or on the row of digits, one after the other.
fn runs(lower: &str) -> bool {
    let codes: Vec<i64> = lower.chars().map(|character| i64::from(u32::from(character))).collect();
    [1, -1].into_iter().any(|step| {
        codes
            .windows(2)
            .all(|pair| pair[1] - pair[0] == step || pair[1] - pair[0] == -9 * step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuses(password: &str) -> bool {
        PasswordPolicy::default()
            .check("password", &password.into(), &["ada.lovelace@example.com"])
            .is_some()
    }

    #[test]
    fn short_long_and_guessable_passwords_are_refused() {
        for password in [
            "",
            "hunter2",
            "elevenchars",
            "P@ssw0rd2026!",
            "password1234",
            "1234Password!",
            "123456789012",
            "210987654321",
            "abcdefghijklm",
            "aaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "Qwertyuiop123",
            "ada.lovelace@example.com",
            "AdaLovelace1815",
            "!!!!....????1234",
            &"ä".repeat(129),
        ] {
            assert!(refuses(password), "{password}");
        }
    }

    #[test]
    fn a_few_words_are_a_good_password() {
        for password in [
            "correct horse battery",
            "tea at half past four",
            "Zażółć gęślą jaźń",
            "password of the week",
        ] {
            assert!(!refuses(password), "{password}");
        }
    }

    #[test]
    fn the_floor_holds_whatever_is_configured() {
        let policy = PasswordPolicy { minimum_length: 1 };
        assert!(policy.check("password", &"tea4two".into(), &[]).is_some());
        assert!(policy.check("password", &"tea4them".into(), &[]).is_none());
    }
}
