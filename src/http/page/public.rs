//! The page that stands in while the whole one is not built in: GraphiQL from its public CDN, and a small page of our own
//! where that cannot load. It says how to get the whole one.
//!
//! Nothing but these very files of the CDN and the page's own script may run: the policy names each, and the browser
//! compares the files with their hashes (made from the packages that npm has; see [`ASSETS`]).

use axum::{
    body::Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{EXAMPLES, PageTokens, Scope};

const HTML: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A file of the CDN with the hash that it must have.
///
/// To renew: `npm pack graphiql@VERSION`, unpack, `openssl dgst -sha384 -binary FILE | base64`. The CDN serves the
/// files of the npm packages as they are.
struct Asset {
    url: &'static str,
    integrity: &'static str,
}

/// Scripts in the order in which they run, then the style.
const ASSETS: [Asset; 4] = [
    Asset {
        url: "https://cdn.jsdelivr.net/npm/react@18.3.1/umd/react.production.min.js",
        integrity: "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    },
    Asset {
        url: "https://cdn.jsdelivr.net/npm/react-dom@18.3.1/umd/react-dom.production.min.js",
        integrity: "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    },
    Asset {
        url: "https://cdn.jsdelivr.net/npm/graphiql@3.8.3/graphiql.min.js",
        integrity: "sha384-HbRVEFG0JGJZeAHCJ9Xm2+tpknBQ7QZmNlO/DgZtkZ0aJSypT96YYGRNod99l9Ie",
    },
    Asset {
        url: "https://cdn.jsdelivr.net/npm/graphiql@3.8.3/graphiql.min.css",
        integrity: "sha384-Mq3vbRBY71jfjQAt/DcjxUIYY33ksal4cgdRt9U/hNPvHBCaT2JfJ/PTRiPKf0aM",
    },
];

/// The page, ready to be sent.
#[derive(Clone)]
pub(super) struct Page {
    html: Bytes,
    policy: HeaderValue,
}

impl Page {
    /// A page that offers these tokens.
    pub(super) fn new(tokens: &PageTokens) -> Self {
        let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
        let [scripts @ .., style] = &ASSETS;
        let urls: Vec<&str> = scripts.iter().map(|script| script.url).collect();
        let policy = format!(
            "default-src 'none'; script-src {} {}; style-src {} {}; style-src-attr 'unsafe-inline'; \
             font-src data:; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
            hash(SCRIPT),
            urls.join(" "),
            hash(STYLE),
            style.url,
        );
        Self {
            html: html(tokens),
            policy: HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'")),
        }
    }

    pub(super) fn response(&self) -> Response {
        let mut response = self.html.clone().into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        response
    }
}

/// Puts the page together.
fn html(tokens: &PageTokens) -> Bytes {
    let [scripts @ .., style] = &ASSETS;
    let asset = |asset: &Asset| json!({ "url": asset.url, "integrity": asset.integrity });
    let scopes: Vec<_> = Scope::ALL
        .iter()
        .map(|scope| {
            let examples: Vec<_> = EXAMPLES
                .iter()
                .filter(|example| example.scope == *scope)
                .map(|example| {
                    json!({
                        "title": example.title(),
                        "query": example.query,
                        "variables": example.variables.unwrap_or_default(),
                    })
                })
                .collect();
            json!({ "name": scope.title(), "about": scope.about(), "token": tokens.of(*scope), "examples": examples })
        })
        .collect();
    let data = json!({
        "graphiql": { "scripts": scripts.iter().map(asset).collect::<Vec<_>>(), "style": asset(style) },
        "scopes": scopes,
    });
    // A `<` could end the element that the data stands in.
    let data = data.to_string().replace('<', "\\u003c");
    HTML.replace("/*style*/", STYLE)
        .replace("/*script*/", SCRIPT)
        .replace("/*data*/", &data)
        .into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    fn shown(tokens: &PageTokens) -> (String, String) {
        let page = Page::new(tokens);
        let html = String::from_utf8(page.html.to_vec()).unwrap();
        (page.policy.to_str().unwrap().to_owned(), html)
    }

    #[test]
    fn nothing_runs_in_the_page_but_its_script_and_the_pinned_files() {
        let (policy, html) = shown(&PageTokens::default());
        let scripts = policy
            .split(';')
            .find(|part| part.trim().starts_with("script-src"))
            .unwrap();
        assert!(!scripts.contains("unsafe") && !scripts.contains('*'), "{scripts}");
        for source in scripts.split_whitespace().skip(1) {
            let pinned =
                source.starts_with("https://cdn.jsdelivr.net/npm/") && source.contains('@') && source.ends_with(".js");
            assert!(pinned || source.starts_with("'sha256-"), "{source}");
            if pinned {
                assert!(html.contains(source), "{source}");
            }
        }
        assert!(
            policy.contains("default-src 'none'") && policy.contains("connect-src 'self'"),
            "{policy}"
        );
        assert_eq!(html.matches("sha384-").count(), 4);
    }

    #[test]
    fn it_offers_the_tokens_that_it_is_given_and_says_how_to_get_the_whole_page() {
        let (_, html) = shown(&PageTokens::default());
        assert!(html.contains(r#""token":null"#) && !html.contains("cgk_"));
        assert!(html.contains("npm --prefix web run build"));
        let tokens = PageTokens {
            analyst: Some("cgk_</script>".into()),
            ..PageTokens::default()
        };
        assert!(shown(&tokens).1.contains(r#""token":"cgk_\u003c/script>""#));
    }
}
