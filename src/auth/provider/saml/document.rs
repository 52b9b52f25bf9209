//! The form that an answer must have before anything about its signature is asked.

use std::collections::HashSet;

use roxmltree::{Document, Node, ParsingOptions};

use super::signature::{self, Kind};

/// The namespace of responses.
pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// The namespace of assertions.
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The namespace of signatures.
pub(super) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Canonical XML without comments, of an element by itself.
const CANONICAL: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// Leaves out the signature in a signed element.
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// The deepest nesting.
const DEEPEST: usize = 32;
/// The most elements, texts and comments.
const NODES: u32 = 5_000;
/// The most equals signs, and with them attributes, which parsers compare each with each.
const EQUALS_SIGNS: usize = 5_000;

/// Something about an answer, or what is wrong with it, for the log.
pub(super) type Checked<T> = Result<T, &'static str>;

/// The text without its XML declaration. Two parsers read the answer, and a declaration could make them read it in two
/// encodings.
pub(super) fn undeclared(text: &str) -> Checked<&str> {
    let Some(rest) = text.strip_prefix("<?xml") else {
        return Ok(text);
    };
    let (declaration, rest) = rest.split_once("?>").ok_or("its XML declaration does not end")?;
    let declaration = declaration.replace('\'', "\"").to_ascii_lowercase();
    let encoding = declaration
        .split_once("encoding")
        .map(|(_, value)| value.trim_start_matches([' ', '=', '\t', '\r', '\n']));
    if encoding.is_some_and(|encoding| !encoding.starts_with("\"utf-8\"")) {
        return Err("it declares another encoding than UTF-8");
    }
    Ok(rest.trim_start())
}

/// Reads strictly, and in bounds.
pub(super) fn parse(xml: &str) -> Checked<Document<'_>> {
    // An empty document type would be no error to the parser.
    if xml.contains("<!DOCTYPE") || xml.contains("<!ENTITY") {
        return Err("it has a document type");
    }
    if xml.bytes().filter(|byte| *byte == b'=').count() > EQUALS_SIGNS {
        return Err("it has too many attributes");
    }
    let options = ParsingOptions {
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(xml, options).map_err(|_| "it is not well-formed, or too large")?;
    for node in document.descendants() {
        if node.is_pi() {
            return Err("it has a processing instruction");
        }
        if node.ancestors().nth(DEEPEST).is_some() {
            return Err("it is nested too deeply");
        }
    }
    Ok(document)
}

/// The outermost element that is signed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed<'d> {
    /// Its id.
    pub id: &'d str,
    /// The kind of key with which it is signed.
    pub kind: Kind,
}

/// Checks that it is a response with one assertion, signed in the one form that is understood.
pub(super) fn check<'d>(document: &'d Document<'_>) -> Checked<Signed<'d>> {
    let response = document.root_element();
    if !is(response, PROTOCOL, "Response") {
        return Err("it is not a response");
    }
    check_ids(document)?;
    let (mut assertions, mut signatures) = (Vec::new(), Vec::new());
    for node in response.descendants().filter(Node::is_element) {
        let name = node.tag_name();
        match (name.namespace(), name.name()) {
            (Some(PROTOCOL), "Response") if node != response => return Err("it has a response in the response"),
            (Some(ASSERTION), "EncryptedAssertion" | "EncryptedID" | "EncryptedAttribute") => {
                return Err("it is encrypted, which is not understood; let the identity provider sign alone");
            }
            (Some(ASSERTION), "Assertion") => assertions.push(node),
            (Some(SIGNATURE), "Signature") => signatures.push(node),
            _ => {}
        }
    }
    let assertion = match assertions.as_slice() {
        [assertion] if assertion.parent() == Some(response) => *assertion,
        [] => return Err("there is no assertion in it; the log-in may have failed there"),
        [_] => return Err("its assertion is in another place than in the response"),
        _ => return Err("it has several assertions"),
    };
    let (mut of_response, mut of_assertion) = (None, None);
    for signature in signatures {
        let (around, place) = match signature.parent() {
            Some(node) if node == response => (response, &mut of_response),
            Some(node) if node == assertion => (assertion, &mut of_assertion),
            _ => return Err("it has a signature in another place than in the response or the assertion"),
        };
        let id = around.attribute("ID").ok_or("something without an id is signed")?;
        let kind = check_signature(signature, id)?;
        if place.replace(Signed { id, kind }).is_some() {
            return Err("something is signed twice");
        }
    }
    of_response.or(of_assertion).ok_or("it is not signed")
}

/// The assertion in what was verified: the element with this id, or in it.
pub(super) fn assertion_in<'d, 'i>(verified: &'d Document<'i>, id: &str) -> Checked<Node<'d, 'i>> {
    let root = verified.root_element();
    if root.attribute("ID") != Some(id) {
        return Err("something else is signed");
    }
    if is(root, ASSERTION, "Assertion") {
        return Ok(root);
    }
    if !is(root, PROTOCOL, "Response") {
        return Err("something else is signed");
    }
    only(root, ASSERTION, "Assertion")?.ok_or("there is no assertion in what is signed")
}

/// No id occurs twice, however it is written, and none has a namespace: parsers have different ideas of what an id is.
fn check_ids(document: &Document<'_>) -> Checked<()> {
    let mut known = HashSet::new();
    for node in document.descendants().filter(Node::is_element) {
        for attribute in node.attributes() {
            if !attribute.name().eq_ignore_ascii_case("id") {
                continue;
            }
            let value = attribute.value();
            let mut characters = value.chars();
            let is_id = characters
                .next()
                .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
                && characters.all(|other| other.is_ascii_alphanumeric() || matches!(other, '_' | '-' | '.'));
            if attribute.namespace().is_some() || !is_id {
                return Err("it has an id of a strange form");
            }
            if !known.insert(value) {
                return Err("an id occurs twice in it");
            }
        }
    }
    Ok(())
}

/// A signature that refers to the element around it and to nothing else; answers the kind of key that it needs. Which
/// algorithms it may have is said once more to the library that checks it.
fn check_signature(node: Node<'_, '_>, id: &str) -> Checked<Kind> {
    const STRANGE: &str = "its signature has a strange form";
    let parts: Vec<Node<'_, '_>> = elements(node).collect();
    let ([info, value] | [info, value, _]) = parts.as_slice() else {
        return Err(STRANGE);
    };
    let is_key_info = parts.get(2).is_none_or(|key| is(*key, SIGNATURE, "KeyInfo"));
    if !is(*info, SIGNATURE, "SignedInfo") || !is(*value, SIGNATURE, "SignatureValue") || !is_key_info {
        return Err(STRANGE);
    }
    let parts: Vec<Node<'_, '_>> = elements(*info).collect();
    let [canonical, method, reference] = parts.as_slice() else {
        return Err(STRANGE);
    };
    let is_canonical = is(*canonical, SIGNATURE, "CanonicalizationMethod")
        && canonical.attribute("Algorithm") == Some(CANONICAL)
        && elements(*canonical).all(|child| is(child, CANONICAL, "InclusiveNamespaces"));
    if !is_canonical || !is(*method, SIGNATURE, "SignatureMethod") || elements(*method).next().is_some() {
        return Err(STRANGE);
    }
    let algorithm = method.attribute("Algorithm").unwrap_or_default();
    let kind = signature::kind_of_algorithm(algorithm)
        .ok_or("its signature has an algorithm that is not strong enough, or not understood")?;
    if !is(*reference, SIGNATURE, "Reference")
        || reference.attribute("URI").and_then(|uri| uri.strip_prefix('#')) != Some(id)
    {
        return Err("its signature is about something else");
    }
    let parts: Vec<Node<'_, '_>> = elements(*reference).collect();
    let [transforms, digest, value] = parts.as_slice() else {
        return Err(STRANGE);
    };
    if !is(*transforms, SIGNATURE, "Transforms") || !is(*value, SIGNATURE, "DigestValue") {
        return Err(STRANGE);
    }
    let transforms: Vec<Node<'_, '_>> = elements(*transforms).collect();
    let [enveloped, canonical] = transforms.as_slice() else {
        return Err("its signature has other transforms than the two that are understood");
    };
    let is_transform = |node: Node<'_, '_>, algorithm| {
        is(node, SIGNATURE, "Transform") && node.attribute("Algorithm") == Some(algorithm)
    };
    let is_understood = is_transform(*enveloped, ENVELOPED)
        && elements(*enveloped).next().is_none()
        && is_transform(*canonical, CANONICAL)
        && elements(*canonical).all(|child| is(child, CANONICAL, "InclusiveNamespaces"));
    if !is_understood {
        return Err("its signature has other transforms than the two that are understood");
    }
    let algorithm = digest.attribute("Algorithm").unwrap_or_default();
    if !is(*digest, SIGNATURE, "DigestMethod") || !signature::is_digest_algorithm(algorithm) {
        return Err("its signature has a digest that is not strong enough, or not understood");
    }
    Ok(kind)
}

/// The elements in an element.
pub(super) fn elements<'d, 'i>(node: Node<'d, 'i>) -> impl Iterator<Item = Node<'d, 'i>> {
    node.children().filter(Node::is_element)
}

/// Whether it is an element of this name.
pub(super) fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element() && node.tag_name().namespace() == Some(namespace) && node.tag_name().name() == name
}

/// The elements of this name in an element.
pub(super) fn all<'d, 'i>(
    node: Node<'d, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'d, 'i>> {
    elements(node).filter(move |child| is(*child, namespace, name))
}

/// The element of this name in an element, which must not have two.
pub(super) fn only<'d, 'i>(
    node: Node<'d, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Checked<Option<Node<'d, 'i>>> {
    let mut found = all(node, namespace, name);
    let first = found.next();
    match found.next() {
        Some(_) => Err("it has something twice that may be there once"),
        None => Ok(first),
    }
}

/// The whole text of an element that has nothing but text in it; comments between make no difference.
pub(super) fn text(node: Node<'_, '_>) -> Checked<String> {
    if elements(node).next().is_some() {
        return Err("it has elements where text belongs");
    }
    let texts = node.children().filter(Node::is_text).filter_map(|text| text.text());
    Ok(texts.collect::<String>().trim().to_owned())
}
