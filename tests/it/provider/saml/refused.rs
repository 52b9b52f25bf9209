//! Answers that are not signed as they must be, or are written to harm.

use base64::{Engine, engine::general_purpose::STANDARD};
use customer_graph::work::Clock;

use super::{
    super::{complete, me, persona, start},
    bring,
    forge::{self, RSA_SHA256, SHA256, UnderWay, curve, rsa, sign, sign_response, sign_with, stranger},
    identity_providers, request_id,
};
use crate::on_both_with;

on_both_with! { identity_providers().await;
    async fn who_is_vouched_for_gets_in_and_nobody_else(app: TestApp) {
        let begun = start(&app, "forged").await;
        let unsigned = forge::response(&request_id(&begun), app.clock.now());
        let returned = bring(&app, "forged", &begun, &sign(&unsigned)).await;
        let ada = me(&app, &persona(&complete(&app, &begun, &returned).await)).await;
        assert_eq!(ada["email"], "ada@example.com");
        assert_eq!(ada["firstName"], "Ada");
        let forgers: [fn(&str) -> String; 3] = [
            str::to_owned,
            |unsigned| sign_with(unsigned, stranger(), RSA_SHA256, SHA256),
            |unsigned| sign(unsigned).replace(">ada<", ">eve<"),
        ];
        for forger in forgers {
            let begun = start(&app, "forged").await;
            let xml = forger(&forge::response(&request_id(&begun), app.clock.now()));
            let returned = bring(&app, "forged", &begun, &xml).await;
            assert_eq!(complete(&app, &begun, &returned).await.user_errors("socialLoginComplete"), ["SAML_INVALID"]);
        }
        assert_eq!(app.count("session").await, 1);
    }

    async fn an_address_for_which_it_is_not_believed_opens_nothing(app: TestApp) {
        let begun = start(&app, "forged").await;
        let unsigned = forge::response(&request_id(&begun), app.clock.now()).replace("ada@example.com", "ada@shop.example");
        let returned = bring(&app, "forged", &begun, &sign(&unsigned)).await;
        assert_eq!(complete(&app, &begun, &returned).await.user_errors("socialLoginComplete"), ["EMAIL_NOT_VERIFIED"]);
        assert_eq!(app.count("customer").await, 0);
    }
}

#[tokio::test]
async fn the_assertion_or_the_response_around_it_or_both_are_signed() {
    let way = UnderWay::new();
    let unsigned = way.response();
    let whole = unsigned.replace("<!--signature of the assertion-->", "");
    for xml in [
        sign(&unsigned),
        sign_response(&whole),
        sign_response(&sign(&unsigned)),
        // While keys change, any of those in the configuration will do.
        sign_with(
            &unsigned,
            curve(),
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            SHA256,
        ),
        sign_with(
            &unsigned,
            rsa(),
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            "http://www.w3.org/2001/04/xmlenc#sha512",
        ),
    ] {
        let ada = way.complete(&xml).await.unwrap();
        assert_eq!(ada.subject, "ada");
        assert_eq!(ada.email.as_deref(), Some("ada@example.com"));
        assert!(ada.email_verified);
        assert_eq!(ada.data["issuer"], forge::ENTITY_ID);
    }
    way.refuses(&unsigned, "not signed").await;
    // Without its signature what was signed is no better than the rest.
    let signed = sign(&unsigned);
    let (before, rest) = signed.split_once("<ds:Signature").unwrap();
    let (_, after) = rest.split_once("</ds:Signature>").unwrap();
    way.refuses(&format!("{before}{after}"), "not signed").await;
}

#[tokio::test]
async fn keys_are_those_of_the_configuration() {
    let way = UnderWay::new();
    let forged = sign_with(&way.response(), stranger(), RSA_SHA256, SHA256);
    way.refuses(&forged, "not that of the identity provider").await;
    let key_info = |inside: &str| format!("</ds:SignatureValue><ds:KeyInfo>{inside}</ds:KeyInfo>");
    let own = format!(
        "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>",
        stranger().certificate()
    );
    let vouched = forged.replace("</ds:SignatureValue>", &key_info(&own));
    way.refuses(&vouched, "not that of the identity provider").await;
    let elsewhere = "<ds:RetrievalMethod URI=\"http://127.0.0.1:1/key\"/>";
    let vouched = forged.replace("</ds:SignatureValue>", &key_info(elsewhere));
    way.refuses(&vouched, "not that of the identity provider").await;
    // What the true provider says about its key makes no difference.
    let good = sign(&way.response()).replace("</ds:SignatureValue>", &key_info(&own));
    way.complete(&good).await.unwrap();
}

#[tokio::test]
async fn weak_algorithms_are_refused_even_when_the_signature_is_good() {
    let way = UnderWay::new();
    let unsigned = way.response();
    let sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
    let weak = sign_with(&unsigned, rsa(), "http://www.w3.org/2000/09/xmldsig#rsa-sha1", SHA256);
    way.refuses(&weak, "algorithm that is not strong enough").await;
    way.refuses(
        &sign_with(&unsigned, rsa(), RSA_SHA256, sha1),
        "digest that is not strong enough",
    )
    .await;
    let good = sign(&unsigned);
    for algorithm in [
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "none",
        "",
    ] {
        way.refuses(
            &good.replace(RSA_SHA256, algorithm),
            "algorithm that is not strong enough",
        )
        .await;
    }
}

#[tokio::test]
async fn a_signature_refers_to_the_element_around_it_and_is_computed_in_one_way() {
    let way = UnderWay::new();
    let good = sign(&way.response());
    for (from, to) in [
        ("URI=\"#_assertion\"", "URI=\"\""),
        ("URI=\"#_assertion\"", "URI=\"#_response\""),
        ("URI=\"#_assertion\"", "URI=\"http://127.0.0.1:1/assertion\""),
        ("URI=\"#_assertion\"", "URI=\"file:///etc/passwd\""),
        ("URI=\"#_assertion\"", "URI=\"#xpointer(id('_assertion'))\""),
        ("Reference URI=\"#_assertion\"", "Reference"),
    ] {
        assert!(good.contains(from));
        way.refuses(&good.replace(from, to), "about something else").await;
    }
    let canonical = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    for transform in [
        "",
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>",
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>true()</ds:XPath></ds:Transform>",
        "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"/>",
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"/>",
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments\"/>",
    ] {
        assert!(good.contains(canonical));
        way.refuses(&good.replace(canonical, transform), "other transforms")
            .await;
        let more = format!("{canonical}{transform}");
        if !transform.is_empty() {
            way.refuses(&good.replace(canonical, &more), "other transforms").await;
        }
    }
    let object = "</ds:SignatureValue><ds:Object><ds:Manifest><ds:Reference URI=\"http://127.0.0.1:1/\"/></ds:Manifest></ds:Object>";
    way.refuses(&good.replace("</ds:SignatureValue>", object), "strange form")
        .await;
    let (_, rest) = good.split_once("<ds:Reference").unwrap();
    let (reference, _) = rest.split_once("</ds:Reference>").unwrap();
    let twice = format!("</ds:Reference><ds:Reference{reference}</ds:Reference>");
    way.refuses(&good.replace("</ds:Reference>", &twice), "strange form")
        .await;
}

#[tokio::test]
async fn document_types_are_refused_before_anything_is_expanded() {
    let way = UnderWay::new();
    let good = sign(&way.response());
    let (declaration, rest) = good.split_once("?>").unwrap();
    for entities in [
        "<!DOCTYPE r [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>",
        "<!DOCTYPE r [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE r SYSTEM \"http://127.0.0.1:1/evil.dtd\">",
        "<!DOCTYPE r [<!ATTLIST r x ID #IMPLIED>]>",
        "<!DOCTYPE r []>",
        "<!DOCTYPE r>",
    ] {
        way.refuses(&format!("{declaration}?>{entities}{rest}"), "document type")
            .await;
        way.refuses(&format!("{entities}{}", rest.trim_start()), "document type")
            .await;
    }
    way.refuses(&rest.replace("ada@example.com", "&unknown;"), "not well-formed")
        .await;
}

#[tokio::test]
async fn comments_cut_nothing_short() {
    let way = UnderWay::new();
    // What a provider signs, it signs without the comments in it; whoever adds one afterwards must win nothing.
    for (whole, cut) in [
        ("ada@example.com.evil.example", "ada@example.com<!---->.evil.example"),
        (
            "ada@example.com.evil.example",
            "ada@example.com<!-- -->.evil<!-- -->.example",
        ),
        (
            "ada@example.com.evil.example",
            "ada@example.com<![CDATA[.evil.example]]>",
        ),
        (
            "ada@example.com.evil.example",
            "<![CDATA[ada@example.com]]>.evil.example",
        ),
    ] {
        let unsigned = way
            .response()
            .replace("ada@example.com", whole)
            .replace(">ada<", &format!(">{whole}<"));
        let cut = sign(&unsigned).replace(whole, cut);
        let person = way.complete(&cut).await.unwrap();
        assert_eq!(person.subject, whole);
        assert_eq!(person.email.as_deref(), Some(whole));
        assert!(!person.email_verified);
    }
    let unsigned = way.response();
    let with_element = sign(&unsigned.replace(">ada<", ">ada<saml:x/>.evil<"));
    way.refuses(&with_element, "elements where text belongs").await;
    let with_instruction = sign(&unsigned.replace(">ada<", ">ada<?x?>.evil<"));
    way.refuses(&with_instruction, "processing instruction").await;
}

#[tokio::test]
async fn what_is_no_plain_document_is_refused() {
    let way = UnderWay::new();
    let good = sign(&way.response());
    let (_, plain) = good.split_once("?>").unwrap();
    let plain = plain.trim_start();
    way.complete(plain).await.unwrap();
    way.complete(&format!(
        "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n{plain}"
    ))
    .await
    .unwrap();
    for declaration in [
        "<?xml version=\"1.0\" encoding=\"UTF-7\"?>",
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?>",
        "<?xml version='1.0' encoding = 'ISO-8859-1'?>",
        "<?xml version=\"1.0\" encoding=\"x\" encoding=\"UTF-8\"?>",
    ] {
        way.refuses(&format!("{declaration}{plain}"), "another encoding").await;
    }
    // A lenient parser would mend these.
    for broken in [
        plain.replace("</saml:Subject>", ""),
        plain.replace(
            "Version=\"2.0\" IssueInstant",
            "Version=\"2.0\" Version=\"2.0\" IssueInstant",
        ),
        format!("{plain}<samlp:Response/>"),
        plain.replace("xmlns:saml=", "xmlns:other="),
        plain.replace(">ada<", ">&#1;ada<"),
        plain.replace(">ada<", ">\u{0}ada<"),
        String::new(),
        "x".to_owned(),
    ] {
        way.refuses(&broken, "not well-formed").await;
    }
    let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    way.refuses(
        &plain.replace("<samlp:Status>", &format!("{deep}<samlp:Status>")),
        "nested too deeply",
    )
    .await;
    let deepest = format!("{}{}", "<a>".repeat(25_000), "</a>".repeat(25_000));
    way.refuses(&deepest, "too large").await;
    let attributes: String = (0..9_000).map(|number| format!(" a{number}=\"\"")).collect();
    way.refuses(&format!("<a{attributes}/>"), "too many attributes").await;
    assert_eq!(way.complete_encoded("A".repeat(262_145)).await, Err("it is too long"));
    assert_eq!(way.complete_encoded("%%%".to_owned()).await, Err("it is not base64"));
    assert_eq!(
        way.complete_encoded(STANDARD.encode([0xff, 0xfe, 0x3c, 0])).await,
        Err("it is not UTF-8")
    );
    // Base64 in lines is base64.
    let lines: Vec<String> = STANDARD
        .encode(plain)
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    way.complete_encoded(lines.join("\r\n")).await.unwrap();
}
