//! Well signed answers that say the wrong thing.

use super::forge::{ACS_URL, AUDIENCE, ENTITY_ID, UnderWay, settings, sign, sign_response};

/// That the response is refused for this reason when this is changed in it before it is signed.
async fn refuses(way: &UnderWay, from: &str, to: &str, reason: &str) {
    let unsigned = way.response();
    assert!(unsigned.contains(from), "{from}");
    way.refuses(&sign(&unsigned.replace(from, to)), reason).await;
    let whole = unsigned
        .replace(from, to)
        .replace("<!--signature of the assertion-->", "");
    way.refuses(&sign_response(&whole), reason).await;
}

#[tokio::test]
async fn it_is_from_the_identity_provider() {
    let way = UnderWay::new();
    let issuer = format!("<saml:Issuer>{ENTITY_ID}</saml:Issuer>");
    let other = "<saml:Issuer>https://evil.example/metadata</saml:Issuer>";
    let of_response = format!("Destination=\"{ACS_URL}\">{issuer}");
    let changed = format!("Destination=\"{ACS_URL}\">{other}");
    refuses(&way, &of_response, &changed, "the response is from somebody else").await;
    let of_assertion = format!("{issuer}<!--signature of the assertion-->");
    let changed = |issuer: &str| format!("{issuer}<!--signature of the assertion-->");
    refuses(
        &way,
        &of_assertion,
        &changed(other),
        "the assertion is from somebody else",
    )
    .await;
    refuses(&way, &of_assertion, &changed(""), "from nobody").await;
    refuses(&way, &of_assertion, &changed(&issuer.repeat(2)), "twice").await;
}

#[tokio::test]
async fn it_is_for_this_service() {
    let way = UnderWay::new();
    let audience = format!("<saml:Audience>{AUDIENCE}</saml:Audience>");
    refuses(
        &way,
        &audience,
        "<saml:Audience>https://other.example</saml:Audience>",
        "another service",
    )
    .await;
    refuses(&way, &audience, "", "another service").await;
    let restriction = format!("<saml:AudienceRestriction>{audience}</saml:AudienceRestriction>");
    refuses(&way, &restriction, "", "for which service").await;
    let both =
        format!("{restriction}<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction>");
    refuses(&way, &restriction, &both, "another service").await;
    refuses(
        &way,
        &restriction,
        &format!("{restriction}<saml:Condition/>"),
        "condition that is not understood",
    )
    .await;
    let several = format!("<saml:Audience>x</saml:Audience>{audience}");
    let person = way.complete(&sign(&way.response().replace(&audience, &several))).await;
    assert_eq!(person.unwrap().subject, "ada");
}

#[tokio::test]
async fn it_is_for_this_address() {
    let way = UnderWay::new();
    let other = "https://evil.example/acs";
    refuses(
        &way,
        &format!("Destination=\"{ACS_URL}\""),
        &format!("Destination=\"{other}\""),
        "the response is for another",
    )
    .await;
    refuses(
        &way,
        &format!("Recipient=\"{ACS_URL}\""),
        &format!("Recipient=\"{other}\""),
        "the assertion is for another",
    )
    .await;
    refuses(
        &way,
        &format!("Recipient=\"{ACS_URL}\""),
        "",
        "the assertion is for another",
    )
    .await;
    let slash = format!("Recipient=\"{ACS_URL}/\"");
    refuses(
        &way,
        &format!("Recipient=\"{ACS_URL}\""),
        &slash,
        "the assertion is for another",
    )
    .await;
}

#[tokio::test]
async fn it_answers_the_request() {
    let way = UnderWay::new();
    let own = format!("InResponseTo=\"{}\"", way.request_id);
    // The response, the assertion, and both: who begins there is not let in here.
    for other in ["", "InResponseTo=\"_other\"", "InResponseTo=\"\""] {
        let unsigned = way.response();
        way.refuses(
            &sign(&unsigned.replacen(&own, other, 1)),
            "the response answers another request, or none",
        )
        .await;
        way.refuses(
            &sign(&unsigned.replace(&own, other)),
            "the response answers another request, or none",
        )
        .await;
        let (first, rest) = unsigned.split_once(&own).unwrap();
        let in_assertion = format!("{first}{own}{}", rest.replace(&own, other));
        way.refuses(&sign(&in_assertion), "the assertion answers another request, or none")
            .await;
    }
}

#[tokio::test]
async fn it_is_good_for_its_time_and_half_a_minute() {
    for (seconds, reason) in [
        (-29, ""),
        (149, ""),
        (-32, "not valid yet"),
        (151, "not valid any more"),
    ] {
        let way = UnderWay::new().later(seconds);
        let xml = sign(&way.response());
        if reason.is_empty() {
            way.complete(&xml).await.unwrap();
        } else {
            way.refuses(&xml, reason).await;
        }
    }
    let way = UnderWay::new();
    let unsigned = way.response();
    let (_, rest) = unsigned
        .split_once("<saml:SubjectConfirmationData NotOnOrAfter=\"")
        .unwrap();
    let (time, _) = rest.split_once('"').unwrap();
    let of_bearer = format!("<saml:SubjectConfirmationData NotOnOrAfter=\"{time}\"");
    let with = |time: &str| format!("<saml:SubjectConfirmationData {time}");
    refuses(&way, &of_bearer, &with(""), "until when").await;
    refuses(
        &way,
        &of_bearer,
        &with("NotOnOrAfter=\"2020-01-01T00:00:00Z\""),
        "not valid any more",
    )
    .await;
    refuses(&way, &of_bearer, &with("NotOnOrAfter=\"tomorrow\""), "cannot be read").await;
    let later = format!("NotBefore=\"2199-01-01T00:00:00Z\" NotOnOrAfter=\"{time}\"");
    refuses(&way, &of_bearer, &with(&later), "not valid yet").await;
    let over = "<saml:AuthnStatement SessionNotOnOrAfter=\"2020-01-01T00:00:00Z\"";
    refuses(&way, "<saml:AuthnStatement", over, "session there is over").await;
}

#[tokio::test]
async fn it_says_that_somebody_logged_in_and_brings_it_themselves() {
    let way = UnderWay::new();
    refuses(&way, ":cm:bearer", ":cm:holder-of-key", "not for whoever brings it").await;
    refuses(&way, ":status:Success", ":status:Responder", "failed there").await;
    refuses(&way, "Version=\"2.0\"", "Version=\"1.1\"", "another version").await;
    refuses(&way, "saml:AuthnStatement", "saml:OtherStatement", "logged in").await;
    refuses(&way, "saml:Conditions", "saml:Others", "no conditions").await;
    refuses(&way, "saml:NameID", "saml:Other", "names nobody").await;
    refuses(&way, ">ada<", "><", "empty").await;
    refuses(&way, ":persistent", ":transient", "another one each time").await;
    refuses(
        &way,
        "<saml:Assertion",
        "<saml:EncryptedAssertion/><saml:Assertion",
        "encrypted",
    )
    .await;
    let name = "<saml:NameID>eve</saml:NameID><saml:NameID";
    refuses(&way, "<saml:NameID", name, "twice").await;
    // One good confirmation is enough.
    let other =
        "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"/><saml:SubjectConfirmation ";
    let xml = sign(&way.response().replace("<saml:SubjectConfirmation ", other));
    way.complete(&xml).await.unwrap();
}

#[tokio::test]
async fn an_address_counts_as_proven_in_the_domains_that_were_named() {
    for (domains, email, is_verified) in [
        (vec![], "ada@example.com", false),
        (vec!["example.com"], "ada@example.com", true),
        (vec!["example.com"], "Ada@EXAMPLE.com", true),
        (vec!["Example.com"], "ada@example.com", true),
        (vec!["example.com"], "ada@shop.example.com", false),
        (vec!["example.com"], "ada@badexample.com", false),
        (vec!["example.com"], "ada@example.com@evil.example", false),
        (vec!["*"], "ada@shop.example", true),
        (vec!["*"], "nonsense", false),
    ] {
        let way = UnderWay::at(customer_graph::auth::provider::saml::SamlSettings {
            verified_email_domains: domains.iter().map(ToString::to_string).collect(),
            ..settings()
        });
        let person = way
            .complete(&sign(&way.response().replace("ada@example.com", email)))
            .await
            .unwrap();
        assert_eq!(person.email_verified, is_verified, "{email} in {domains:?}");
    }
    // Where there is no such attribute, a name that is an address will do.
    let way = UnderWay::new();
    let unsigned = way
        .response()
        .replace("Name=\"email\"", "Name=\"other\"")
        .replace(">ada<", ">bob@example.com<");
    assert_eq!(way.complete(&sign(&unsigned)).await.unwrap().email, None);
    let format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    let unsigned = unsigned.replace("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", format);
    assert_eq!(
        way.complete(&sign(&unsigned)).await.unwrap().email.as_deref(),
        Some("bob@example.com")
    );
}
