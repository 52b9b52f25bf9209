//! How deep brackets are nested in a document, told without parsing it.
//!
//! The parser has no limit on nested lists, objects and directive arguments: some 1,500 brackets overflow its stack,
//! and a stack overflow ends the process. So the raw text is scanned first. Strings, block strings and comments are
//! skipped the way the GraphQL lexer reads them.
//!
//! The parser also keeps the last of two fields of one name in an input object, where the specification refuses both,
//! and a gateway before us may have judged the first; so that is told from the text, too.

use std::collections::HashSet;

/// Whether brackets of any kind are nested at most `most` deep. Where a block string has no end, nobody can tell: the
/// parser takes its beginning for an empty string and reads on, so what follows would not be counted.
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
            b'"' => match after_string(bytes, position) {
                Some(after) => position = after,
                None => return false,
            },
            _ => {}
        }
    }
    true
}

/// Whether an input object in the document names a field twice.
#[must_use]
pub fn repeats_a_field(document: &str) -> bool {
    let bytes = document.as_bytes();
    // What is open: an input object with the names of its fields, or something else.
    let mut open: Vec<Option<HashSet<&str>>> = Vec::new();
    let mut arguments = 0_usize;
    let mut last_name = None;
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        let start = position;
        position += 1;
        match byte {
            b'#' => {
                while bytes.get(position).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
                    position += 1;
                }
                continue;
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' => continue,
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                while bytes
                    .get(position)
                    .is_some_and(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
                {
                    position += 1;
                }
                last_name = document.get(start..position);
                continue;
            }
            b':' => {
                if let (Some(Some(names)), Some(name)) = (open.last_mut(), last_name)
                    && !names.insert(name)
                {
                    return true;
                }
            }
            b'(' => {
                arguments += 1;
                open.push(None);
            }
            b'[' => open.push(None),
            // Selections are never inside parentheses, input objects always are.
            b'{' => open.push((arguments > 0).then(HashSet::new)),
            b')' => {
                arguments = arguments.saturating_sub(1);
                open.pop();
            }
            b']' | b'}' => {
                open.pop();
            }
            b'"' => position = after_string(bytes, position).unwrap_or(bytes.len()),
            _ => {}
        }
        last_name = None;
    }
    false
}

/// The position after a string whose opening quote is just before `position`; `None` for a block string without an end.
fn after_string(bytes: &[u8], mut position: usize) -> Option<usize> {
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
            // A string ends with its line, whatever is missing; the parser will say so.
            None | Some(b'\n' | b'\r') => return Some(position),
            Some(b'"') => return Some(position + 1),
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
            "{ a(b: [\"\"\" \" [[[[",
        ] {
            assert!(!is_nested_at_most(document, 3), "{document}");
        }
    }
}
