//! Signature wrapping: a good signature, and beside it something that nobody signed.

use super::forge::{UnderWay, sign, sign_response};

/// The part of a document from one text to the end of another.
fn part<'a>(xml: &'a str, from: &str, to: &str) -> &'a str {
    let begin = xml.find(from).unwrap();
    let end = begin + xml[begin..].find(to).unwrap() + to.len();
    &xml[begin..end]
}

const ASSERTION: (&str, &str) = ("<saml:Assertion", "</saml:Assertion>");
const SIGNATURE: (&str, &str) = ("<ds:Signature", "</ds:Signature>");

/// The namespaces of a part that is put elsewhere.
const NAMESPACES: &str = "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
                          xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";

#[tokio::test]
async fn around_a_signed_assertion() {
    let way = UnderWay::new();
    let good = sign(&way.response());
    let signed = part(&good, ASSERTION.0, ASSERTION.1);
    let signature = part(signed, SIGNATURE.0, SIGNATURE.1);
    let bare = signed.replace(signature, "");
    let evil = bare.replace("\"_assertion\"", "\"_evil\"").replace(">ada<", ">eve<");
    let same_id = bare.replace(">ada<", ">eve<");
    let evil_around = |inside: &str| evil.replace("</saml:Assertion>", &format!("{inside}</saml:Assertion>"));
    let evil_with = |signature: &str| evil.replace("<saml:Subject>", &format!("{signature}<saml:Subject>"));
    let in_object = |inside: &str| {
        signature.replace(
            "</ds:Signature>",
            &format!("<ds:Object>{inside}</ds:Object></ds:Signature>"),
        )
    };
    let documents = [
        // The evil one beside the signed one.
        good.replace(signed, &format!("{evil}{signed}")),
        good.replace(signed, &format!("{signed}{evil}")),
        // Around it.
        good.replace(signed, &evil_around(signed)),
        // With its signature, the signed one at the end, in the signature, or in the evil one.
        good.replace(signed, &format!("{}{bare}", evil_with(signature))),
        good.replace(signed, &format!("{bare}{}", evil_with(signature))),
        good.replace(signed, &evil_with(&in_object(&bare))),
        good.replace(signed, &evil_around(&format!("{signature}{bare}"))),
        good.replace(signed, &evil_with(&in_object(signed))),
        // In a place that schemas leave open.
        good.replace(signed, &format!("<samlp:Extensions>{evil}</samlp:Extensions>{signed}")),
        good.replace(signed, &format!("<samlp:Extensions>{signed}</samlp:Extensions>{evil}")),
        good.replace(signed, &format!("<samlp:Status>{signed}</samlp:Status>")),
        // Under the same id, however it is written.
        good.replace(signed, &format!("{same_id}{signed}")),
        good.replace(
            signed,
            &same_id.replace("<saml:Subject>", &format!("{signature}<saml:Subject>")),
        ),
        good.replace(
            signed,
            &format!("<samlp:Extensions xml:id=\"_assertion\">{evil}</samlp:Extensions>{signed}"),
        ),
        good.replace(signed, &format!("<samlp:Extensions Id=\"_assertion\"/>{signed}")),
        good.replace(signed, &format!("<samlp:Extensions id=\"_assertion\"/>{signed}")),
        good.replace("ID=\"_response\"", "ID=\"_assertion\""),
        // The signature elsewhere.
        good.replace(signature, "")
            .replace("<samlp:Status>", &format!("{signature}<samlp:Status>")),
        good.replace(signed, &format!("{signed}{signature}")),
        good.replace(signature, &signature.repeat(2)),
        good.replace(signature, &format!("<saml:Advice>{signature}</saml:Advice>")),
        // A response in the response.
        good.replace(
            "<samlp:Status>",
            &format!(
                "<samlp:Extensions>{}</samlp:Extensions><samlp:Status>",
                part(&good, "<samlp:Response", "</samlp:Response>")
            ),
        ),
        // The assertion by itself.
        signed.replace("<saml:Assertion", &format!("<saml:Assertion {NAMESPACES}")),
    ];
    for xml in documents {
        assert_ne!(xml, good);
        if let Ok(person) = way.complete(&xml).await {
            panic!("believed: {person:?} of {xml}");
        }
    }
    assert_eq!(way.complete(&good).await.unwrap().subject, "ada");
}

#[tokio::test]
async fn around_a_signed_response() {
    let way = UnderWay::new();
    let good = sign_response(&way.response().replace("<!--signature of the assertion-->", ""));
    let signed = part(&good, "<samlp:Response", "</samlp:Response>");
    let signature = part(signed, SIGNATURE.0, SIGNATURE.1);
    let bare = signed.replace(signature, "");
    let evil = bare
        .replace("\"_response\"", "\"_evil\"")
        .replace("\"_assertion\"", "\"_other\"")
        .replace(">ada<", ">eve<");
    let evil_with = |inside: &str| evil.replace("<samlp:Status>", &format!("{inside}<samlp:Status>"));
    let in_object = |inside: &str| {
        signature.replace(
            "</ds:Signature>",
            &format!("<ds:Object>{inside}</ds:Object></ds:Signature>"),
        )
    };
    let evil_assertion = part(&evil, ASSERTION.0, ASSERTION.1);
    let documents = [
        evil_with(&in_object(&bare)),
        evil_with(&format!("{bare}{signature}")),
        evil_with(&format!("{signature}{bare}")),
        evil_with(&format!("<samlp:Extensions>{signed}</samlp:Extensions>")),
        evil_with(signed),
        evil_with(signature),
        signed.replace(ASSERTION.0, &format!("{evil_assertion}{}", ASSERTION.0)),
        signed.replace("</samlp:Response>", &format!("{evil_assertion}</samlp:Response>")),
        signed.replace(part(signed, ASSERTION.0, ASSERTION.1), evil_assertion),
        signed.replace(signature, &signature.repeat(2)),
        evil.clone(),
    ];
    for xml in documents {
        if let Ok(person) = way.complete(&xml).await {
            panic!("believed: {person:?} of {xml}");
        }
    }
    assert_eq!(way.complete(&good).await.unwrap().subject, "ada");
}

#[tokio::test]
async fn one_bad_signature_of_two_is_too_many() {
    let way = UnderWay::new();
    let both = sign_response(&sign(&way.response()));
    assert_eq!(way.complete(&both).await.unwrap().subject, "ada");
    let first = both.find("<ds:SignatureValue>").unwrap() + "<ds:SignatureValue>".len();
    let second = both.rfind("<ds:SignatureValue>").unwrap() + "<ds:SignatureValue>".len();
    for at in [first, second] {
        let mut broken = both.clone();
        let other = if &both[at..=at] == "A" { "B" } else { "A" };
        broken.replace_range(at..=at, other);
        way.refuses(&broken, "not that of the identity provider").await;
    }
}
