//! How deep brackets are nested in a document, told without parsing it.
//!
//! The parser has no limit on nested lists, objects and directive arguments: some 1,500 brackets overflow its stack,
//! and a stack overflow ends the process. So the raw text is scanned first. Strings, block strings and comments are
//! skipped the way the GraphQL lexer reads them.

/// Whether brackets of any kind are nested at most `most` deep.
#[must_use]
pub fn is_nested_at_most(document: &str, most: usize) -> bool {
    let bytes = document.as_bytes();
    let mut depth = 0_usize;
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        position += 1;
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                if depth > most {
                    return false;
                }
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'#' => {
                while bytes.get(position).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
                    position += 1;
                }
            }
            b'"' => position = after_string(bytes, position),
            _ => {}
        }
    }
    true
}

/// The position after a string whose opening quote is just before `position`.
fn after_string(bytes: &[u8], mut position: usize) -> usize {
    if bytes[position..].starts_with(b"\"\"") {
        position += 2;
        loop {
            match bytes.get(position) {
                None => return position,
                Some(b'\\') if bytes[position..].starts_with(b"\\\"\"\"") => position += 4,
                Some(b'"') if bytes[position..].starts_with(b"\"\"\"") => return position + 3,
                Some(_) => position += 1,
            }
        }
    }
    loop {
        match bytes.get(position) {
            // A string ends with its line, whatever is missing; the parser will say so.
            None | Some(b'\n' | b'\r') => return position,
            Some(b'"') => return position + 1,
            Some(b'\\') => position += 2,
            Some(_) => position += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_over_all_kinds_of_brackets() {
        assert!(is_nested_at_most("{ a(b: [{ c: 1 }]) { d } }", 4));
        assert!(!is_nested_at_most("{ a(b: [{ c: 1 }]) { d } }", 3));
        assert!(!is_nested_at_most(&"[".repeat(100_000), 48));
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
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
    fn a_string_cannot_hide_what_comes_after_it() {
        for document in [
            "{ a(b: \"x\\\\\") [[[[ }",
            "{ a(b: \"\") [[[[ }",
            "{ a(b: \"x\n [[[[ }",
            "# \"\n[[[[",
            "\"\"\"\"\"\"[[[[",
        ] {
            assert!(!is_nested_at_most(document, 3), "{document}");
        }
    }
}
