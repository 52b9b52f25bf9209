//! The raw text of a document, looked at once before it is parsed.
//!
//! The parser has no limit on nested lists, objects and directive arguments: some 1,500 brackets overflow its stack,
//! and a stack overflow ends the process. So brackets are counted first. Texts, block texts and comments are skipped the
//! way the GraphQL lexer reads them.
//!
//! The parser also keeps the last of two fields of one name in an input object, where the specification refuses both,
//! and a gateway before us may have judged the first; so that is told from the text, too.

use std::collections::HashSet;

use super::Refusal;
use crate::config::DocumentLimits;

/// How large a document is, as far as its text tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Its length in bytes.
    pub bytes: usize,
    /// Its names, numbers, texts and signs.
    pub tokens: usize,
    /// How deep brackets of all kinds are nested in it.
    pub brackets: usize,
}

impl Scan {
    /// Reads a text as far as it stays within the limits.
    ///
    /// # Errors
    /// When it does not, when a block text in it has no end, or when an input object names a field twice.
    pub fn read(text: &str, limits: &DocumentLimits) -> Result<Self, Refusal> {
        if text.len() > limits.document_bytes {
            return Err(too_long(limits));
        }
        let mut scanner = Scanner {
            text,
            position: 0,
            open: Vec::new(),
            arguments: 0,
            last_name: None,
            scan: Self {
                bytes: text.len(),
                ..Self::default()
            },
        };
        while scanner.position < text.len() {
            scanner.step()?;
            scanner.scan.check(limits)?;
        }
        Ok(scanner.scan)
    }

    /// Holds a text that was read before against these limits.
    ///
    /// # Errors
    /// When it exceeds them.
    pub fn check(&self, limits: &DocumentLimits) -> Result<(), Refusal> {
        if self.bytes > limits.document_bytes {
            return Err(too_long(limits));
        }
        if self.brackets > limits.brackets {
            let most = limits.brackets;
            return Err(Refusal::too_much(format!(
                "The document is nested more than {most} brackets deep. Put what is nested into variables, or split it up."
            )));
        }
        if self.tokens > limits.tokens {
            let most = limits.tokens;
            return Err(Refusal::too_much(format!(
                "The document has more than {most} tokens. Use variables and fragments, or split it up."
            )));
        }
        Ok(())
    }
}

fn too_long(limits: &DocumentLimits) -> Refusal {
    let most = limits.document_bytes;
    Refusal::too_much(format!(
        "The document has more than {most} bytes. Put values into variables, or split it up."
    ))
}

struct Scanner<'a> {
    text: &'a str,
    position: usize,
    /// What is open: an input object with the names of its fields, or something else.
    open: Vec<Option<HashSet<&'a str>>>,
    /// How many of them are parentheses.
    arguments: usize,
    /// The name that was read last, while nothing has come after it.
    last_name: Option<&'a str>,
    scan: Scan,
}

impl Scanner<'_> {
    /// Reads the next token, or what stands between two.
    fn step(&mut self) -> Result<(), Refusal> {
        let bytes = self.text.as_bytes();
        let start = self.position;
        self.position += 1;
        match bytes[start] {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF => return Ok(()),
            b'#' => {
                self.skip_while(|byte| !matches!(byte, b'\n' | b'\r'));
                return Ok(());
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.skip_while(is_of_name);
                self.scan.tokens += 1;
                self.last_name = self.text.get(start..self.position);
                return Ok(());
            }
            b'0'..=b'9' | b'-' => self.skip_while(|byte| is_of_name(byte) || matches!(byte, b'.' | b'+' | b'-')),
            b'"' => {
                self.position = after_text(bytes, self.position).ok_or_else(|| {
                    // The parser takes its beginning for an empty text and reads on, so what follows would not be
                    // counted.
                    Refusal::malformed("A block text in the document has no end.")
                })?;
            }
            b'.' if bytes[start..].starts_with(b"...") => self.position += 2,
            b':' => {
                if let (Some(Some(names)), Some(name)) = (self.open.last_mut(), self.last_name)
                    && !names.insert(name)
                {
                    return Err(Refusal::malformed("An input object names a field twice."));
                }
            }
            b'(' => {
                self.arguments += 1;
                self.opened(false);
            }
            b'[' => self.opened(false),
            // Selections are never inside parentheses, input objects always are.
            b'{' => self.opened(self.arguments > 0),
            b')' => {
                self.arguments = self.arguments.saturating_sub(1);
                self.open.pop();
            }
            b']' | b'}' => {
                self.open.pop();
            }
            _ => {}
        }
        self.scan.tokens += 1;
        self.last_name = None;
        Ok(())
    }

    fn opened(&mut self, is_input_object: bool) {
        self.open.push(is_input_object.then(HashSet::new));
        self.scan.brackets = self.scan.brackets.max(self.open.len());
    }

    fn skip_while(&mut self, goes_on: impl Fn(u8) -> bool) {
        let rest = &self.text.as_bytes()[self.position..];
        self.position += rest.iter().take_while(|byte| goes_on(**byte)).count();
    }
}

fn is_of_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// The position after a text whose opening quote is just before `position`; `None` for a block text without an end.
fn after_text(bytes: &[u8], mut position: usize) -> Option<usize> {
    if bytes[position..].starts_with(b"\"\"") {
        position += 2;
        loop {
            match bytes.get(position) {
                None => return None,
                Some(b'\\') if bytes[position..].starts_with(b"\\\"\"\"") => position += 4,
                Some(b'"') if bytes[position..].starts_with(b"\"\"\"") => return Some(position + 3),
                Some(_) => position += 1,
            }
        }
    }
    loop {
        match bytes.get(position) {
            // A text ends with its line, whatever is missing; the parser will say so.
            None | Some(b'\n' | b'\r') => return Some(position.min(bytes.len())),
            Some(b'"') => return Some(position + 1),
            Some(b'\\') if !matches!(bytes.get(position + 1), Some(b'\n' | b'\r')) => position += 2,
            Some(_) => position += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;
    use crate::config::FirewallConfig;

    fn nested_at_most(brackets: usize) -> DocumentLimits {
        DocumentLimits {
            brackets,
            ..FirewallConfig::default().admin
        }
    }

    fn is_nested_at_most(text: &str, brackets: usize) -> bool {
        Scan::read(text, &nested_at_most(brackets)).is_ok()
    }

    fn repeats_a_field(text: &str) -> bool {
        Scan::read(text, &nested_at_most(48)).is_err()
    }

    #[test]
    fn nesting_is_counted_over_all_kinds_of_brackets() {
        assert!(is_nested_at_most("{ a(b: [{ c: 1 }]) { d } }", 4));
        assert!(!is_nested_at_most("{ a(b: [{ c: 1 }]) { d } }", 3));
        assert!(!is_nested_at_most(&"[".repeat(60_000), 48));
    }

    #[test]
    fn a_field_twice_is_found_in_the_same_input_object_alone() {
        for document in [
            "{ a(b: { c: 1, c: 2 }) }",
            "{ a(b: [{ c: 1 }, { d: { e: 1 } d: 2 }]) }",
            "query($a: In = { c: \"x\", # c: 1\n c: 2 }) { a }",
            "{ a @d(e: { f: $f f : 1 }) }",
        ] {
            assert!(repeats_a_field(document), "{document}");
        }
        for document in [
            "{ a(b: { c: 1 }) a: c(b: { c: 1 }) { a: b a: b } }",
            "{ a(b: [{ c: c }, { c: { c: { c: \"c: c\" } } }]) }",
            "{ a(b: { c: RED d: RED e: $c f: $c }) } # { c: 1 c: 1 }",
        ] {
            assert!(!repeats_a_field(document), "{document}");
        }
    }

    #[test]
    fn brackets_in_texts_and_comments_do_not_count() {
        for document in [
            "{ a(b: \"[[[[\") }",
            "{ a # [[[[\n }",
            "{ a(b: \"\"\"[[[[ \\\"\"\" [[[\"\"\") }",
            "{ a(b: \"\\\"[[[[\") }",
        ] {
            assert!(is_nested_at_most(document, 2), "{document}");
        }
    }

    #[test]
    fn a_text_cannot_hide_what_comes_after_it() {
        for document in [
            "{ a(b: \"x\\\\\") [[[[ }",
            "{ a(b: \"\") [[[[ }",
            "{ a(b: \"x\n [[[[ }",
            "{ a(b: \"x\\\n [[[[ }",
            "# \"\n[[[[",
            "\"\"\"\"\"\"[[[[",
            "{ a(b: [\"\"\" \" [[[[",
        ] {
            assert!(!is_nested_at_most(document, 3), "{document}");
        }
    }

    #[test]
    fn tokens_are_names_numbers_texts_and_signs() {
        for (text, tokens) in [
            ("", 0),
            (" ,\n\u{feff}# nothing", 0),
            ("{ a }", 3),
            ("query Q($a: Int = -1.5e+3) { b(c: $a) @d ...F }", 23),
            ("{ a(b: \"x y\", c: \"\"\"x \" y\"\"\") }", 11),
        ] {
            assert_eq!(Scan::read(text, &nested_at_most(48)).unwrap().tokens, tokens, "{text}");
        }
        let limits = nested_at_most(48);
        assert!(Scan::read(&"a ".repeat(limits.tokens), &limits).is_ok());
        assert!(Scan::read(&"a ".repeat(limits.tokens + 1), &limits).is_err());
    }
}
