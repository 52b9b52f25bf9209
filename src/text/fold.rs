//! Folding: one form for texts that differ only in case, accents or width.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The longest folded text, in bytes. Unfolding makes some characters eighteen times as long, and what is folded stands
/// in indexes, whose entries have at most 2,704 bytes on PostgreSQL.
const FOLDED: usize = 1_000;

/// Lower case, without accents and ligatures, white space collapsed: `"  Łukasz ÅSA "` becomes `"lukasz asa"`. What is
/// longer than a thousand bytes is cut.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = unbounded(text);
    if folded.len() > FOLDED {
        let end = (0..=FOLDED)
            .rev()
            .find(|end| folded.is_char_boundary(*end))
            .unwrap_or_default();
        folded.truncate(end);
    }
    folded
}

fn unbounded(text: &str) -> String {
    if text.is_ascii() {
        let mut folded = String::with_capacity(text.len());
        for word in text.split_ascii_whitespace() {
            if !folded.is_empty() {
                folded.push(' ');
            }
            folded.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        }
        return folded;
    }
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for character in text
        .nfkd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
    {
        if character.is_whitespace() {
            gap = !folded.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            folded.push(' ');
        }
        match character {
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ŧ' => folded.push('t'),
            'þ' => folded.push_str("th"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ß' => folded.push_str("ss"),
            // Lower-casing İ leaves a combining dot behind.
            mark if is_combining_mark(mark) => {}
            other => folded.push(other),
        }
    }
    folded
}

/// What the search looks in: every word of the texts, folded, each after a space, so that `" wo"` finds word starts.
///
/// A phone number is also put in as its bare digits, and an e-mail address's parts are words of their own.
#[must_use]
pub fn search_text<'a>(texts: impl IntoIterator<Item = Option<&'a str>>, phone: Option<&str>) -> String {
    let mut searchable = String::new();
    let mut add = |word: &str| {
        if !word.is_empty() {
            searchable.push(' ');
            searchable.push_str(word);
        }
    };
    for text in texts.into_iter().flatten() {
        let folded = fold(text);
        for word in folded.split(' ') {
            add(word);
            // The parts of "anne.smith@example.com" begin words, too; single letters would only make noise.
            for (position, separator) in word.char_indices().filter(|(_, character)| is_separator(*character)) {
                let rest = &word[position + separator.len_utf8()..];
                if rest.chars().nth(1).is_some() && !rest.starts_with(is_separator) {
                    add(rest);
                }
            }
        }
    }
    if let Some(phone) = phone {
        add(&fold(phone).replace(' ', ""));
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        add(&digits);
    }
    searchable
}

fn is_separator(character: char) -> bool {
    matches!(character, '@' | '.' | '-' | '_' | '+' | '\'' | '&' | '/' | ',' | '(')
}

/// The words of a search, folded; at most eight, the rest is ignored.
#[must_use]
pub fn search_words(query: &str) -> Vec<String> {
    fold(query)
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(8)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_width_are_folded() {
        for (typed, folded) in [
            ("  Łukasz ÅSA ", "lukasz asa"),
            ("José", "jose"),
            ("Straße", "strasse"),
            ("İstanbul", "istanbul"),
            ("ＡＢＣ", "abc"),
            ("O'Neil\tJr", "o'neil jr"),
            ("Ærø", "aero"),
        ] {
            assert_eq!(fold(typed), folded, "{typed}");
        }
    }

    #[test]
    fn what_unfolds_to_many_times_its_length_is_cut() {
        let folded = fold(&"\u{fdfa}".repeat(255));
        assert!((990..=FOLDED).contains(&folded.len()), "{}", folded.len());
    }

    #[test]
    fn the_parts_of_an_email_address_begin_words() {
        let text = search_text([Some("Anne.Smith@Example.com")], None);
        for start in [" anne.smith@example.com", " smith@example.com", " example.com"] {
            assert!(text.contains(start), "{start} in {text}");
        }
    }

    #[test]
    fn a_phone_number_is_found_as_typed_and_as_digits() {
        let text = search_text([], Some("(5) 555-4729"));
        assert!(text.contains(" (5)555-4729") && text.contains(" 55554729"), "{text}");
    }
}
