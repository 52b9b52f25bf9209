//! From a template and what is filled in to the letter that goes out.

use std::{collections::HashMap, path::Path};

use minijinja::{Environment, Value, context};

/// The built-in templates.
const BUILT_IN: [(&str, &str); 47] = [
    (
        "already_registered.de.txt",
        include_str!("templates/already_registered.de.txt"),
    ),
    (
        "already_registered.txt",
        include_str!("templates/already_registered.txt"),
    ),
    ("email_change.de.txt", include_str!("templates/email_change.de.txt")),
    ("email_change.txt", include_str!("templates/email_change.txt")),
    ("email_changed.de.txt", include_str!("templates/email_changed.de.txt")),
    ("email_changed.txt", include_str!("templates/email_changed.txt")),
    (
        "email_verification.de.txt",
        include_str!("templates/email_verification.de.txt"),
    ),
    (
        "email_verification.txt",
        include_str!("templates/email_verification.txt"),
    ),
    ("guest_order.de.txt", include_str!("templates/guest_order.de.txt")),
    ("guest_order.txt", include_str!("templates/guest_order.txt")),
    ("invitation.de.txt", include_str!("templates/invitation.de.txt")),
    ("invitation.txt", include_str!("templates/invitation.txt")),
    ("layout.html", include_str!("templates/layout.html")),
    (
        "login_method_linked.de.txt",
        include_str!("templates/login_method_linked.de.txt"),
    ),
    (
        "login_method_linked.txt",
        include_str!("templates/login_method_linked.txt"),
    ),
    (
        "login_method_unlinked.de.txt",
        include_str!("templates/login_method_unlinked.de.txt"),
    ),
    (
        "login_method_unlinked.txt",
        include_str!("templates/login_method_unlinked.txt"),
    ),
    ("magic_link.de.txt", include_str!("templates/magic_link.de.txt")),
    ("magic_link.txt", include_str!("templates/magic_link.txt")),
    ("mfa_added.de.txt", include_str!("templates/mfa_added.de.txt")),
    ("mfa_added.txt", include_str!("templates/mfa_added.txt")),
    ("mfa_removed.de.txt", include_str!("templates/mfa_removed.de.txt")),
    ("mfa_removed.txt", include_str!("templates/mfa_removed.txt")),
    ("one_time_code.de.txt", include_str!("templates/one_time_code.de.txt")),
    ("one_time_code.txt", include_str!("templates/one_time_code.txt")),
    ("order_transfer.de.txt", include_str!("templates/order_transfer.de.txt")),
    ("order_transfer.txt", include_str!("templates/order_transfer.txt")),
    (
        "order_transfer_accepted.de.txt",
        include_str!("templates/order_transfer_accepted.de.txt"),
    ),
    (
        "order_transfer_accepted.txt",
        include_str!("templates/order_transfer_accepted.txt"),
    ),
    (
        "order_transfer_declined.de.txt",
        include_str!("templates/order_transfer_declined.de.txt"),
    ),
    (
        "order_transfer_declined.txt",
        include_str!("templates/order_transfer_declined.txt"),
    ),
    ("passkey_added.de.txt", include_str!("templates/passkey_added.de.txt")),
    ("passkey_added.txt", include_str!("templates/passkey_added.txt")),
    (
        "passkey_refused.de.txt",
        include_str!("templates/passkey_refused.de.txt"),
    ),
    ("passkey_refused.txt", include_str!("templates/passkey_refused.txt")),
    (
        "passkey_removed.de.txt",
        include_str!("templates/passkey_removed.de.txt"),
    ),
    ("passkey_removed.txt", include_str!("templates/passkey_removed.txt")),
    (
        "password_changed.de.txt",
        include_str!("templates/password_changed.de.txt"),
    ),
    ("password_changed.txt", include_str!("templates/password_changed.txt")),
    ("password_reset.de.txt", include_str!("templates/password_reset.de.txt")),
    ("password_reset.txt", include_str!("templates/password_reset.txt")),
    ("registration.de.txt", include_str!("templates/registration.de.txt")),
    ("registration.txt", include_str!("templates/registration.txt")),
    (
        "session_revoked.de.txt",
        include_str!("templates/session_revoked.de.txt"),
    ),
    ("session_revoked.txt", include_str!("templates/session_revoked.txt")),
    (
        "staff_invitation.de.txt",
        include_str!("templates/staff_invitation.de.txt"),
    ),
    ("staff_invitation.txt", include_str!("templates/staff_invitation.txt")),
];

/// What begins the first line of a text template.
const SUBJECT: &str = "Subject: ";

/// The largest template of somebody's own, in bytes.
const LARGEST: u64 = 256 * 1_024;

/// A letter as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The subject, in one line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// What is in one letter and nowhere else.
#[derive(Clone)]
pub enum Enclosure {
    /// A token, which goes into the link.
    Token(String),
    /// A code, which its reader types.
    Code(String),
}

impl std::fmt::Debug for Enclosure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Token(_) => "Token",
            Self::Code(_) => "Code",
        })
    }
}

/// A template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mail template {template} cannot be used: {reason}")]
pub struct LetterError {
    /// Which one.
    pub template: String,
    /// Why.
    pub reason: String,
}

/// Where links in mail lead.
#[derive(Clone, Debug)]
pub struct Links {
    /// The storefront's account pages.
    pub storefront_url: String,
    /// The back office's account pages.
    pub back_office_url: String,
    /// What the shop is called.
    pub shop_name: String,
}

impl Default for Links {
    fn default() -> Self {
        Self {
            storefront_url: "http://localhost:3000/account".to_owned(),
            back_office_url: "http://localhost:3000/staff".to_owned(),
            shop_name: "our shop".to_owned(),
        }
    }
}

/// Writes letters.
#[derive(Debug)]
pub struct Letters {
    environment: Environment<'static>,
    links: Links,
}

impl Letters {
    /// Letters from the built-in templates, and from those in the folder, which come first.
    ///
    /// # Errors
    /// When a template cannot be read or is not one.
    pub fn new(links: Links, folder: Option<&Path>) -> Result<Self, LetterError> {
        let mut environment = Environment::new();
        for (name, text) in BUILT_IN {
            add(&mut environment, name, text.to_owned())?;
        }
        for (name, text) in folder.map(own).transpose()?.into_iter().flatten() {
            add(&mut environment, &name, text)?;
        }
        Ok(Self { environment, links })
    }

    /// Writes a letter: in the language of the locale where there is a template in it, else in English.
    ///
    /// # Errors
    /// When there is no such template, or it cannot be filled in.
    pub fn write(
        &self,
        template: &str,
        locale: Option<&str>,
        data: &serde_json::Value,
        enclosure: Option<&Enclosure>,
    ) -> Result<Letter, LetterError> {
        let failed = |reason: String| LetterError {
            template: template.to_owned(),
            reason,
        };
        let (link, code) = match enclosure {
            Some(Enclosure::Token(token)) => (Some(self.link(template, data, token)), None),
            Some(Enclosure::Code(code)) => (None, Some(code.clone())),
            None => (None, None),
        };
        let mut values: HashMap<String, Value> = data
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), Value::from(minijinja::value::Serde(value))))
            .collect();
        values.insert("shop_name".to_owned(), Value::from(self.links.shop_name.clone()));
        values.insert("link".to_owned(), Value::from(link.clone()));
        values.insert("code".to_owned(), Value::from(code));
        let (name, language) = self
            .find(template, locale, "txt")
            .ok_or_else(|| failed("there is none".to_owned()))?;
        let text = self.render(&name, Value::from_pairs(values.clone()))?;
        let (subject, text) = text
            .strip_prefix(SUBJECT)
            .and_then(|rest| rest.split_once('\n'))
            .ok_or_else(|| failed(format!("its first line must begin with {SUBJECT:?}")))?;
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.trim().to_owned() + "\n";
        values.insert("subject".to_owned(), Value::from(subject.clone()));
        let html = match self.find(template, locale, "html") {
            Some((name, _)) => self.render(&name, Value::from_pairs(values.clone()))?,
            None => {
                let paragraphs: Vec<String> = text
                    .split("\n\n")
                    .map(|paragraph| paragraph.trim().to_owned())
                    .collect();
                let layout = context! {
                    language, subject => subject.clone(), paragraphs, link, shop_name => self.links.shop_name.clone()
                };
                self.render("layout.html", layout)?
            }
        };
        Ok(Letter { subject, text, html })
    }

    /// The secret stands behind the #, which browsers send to nobody: neither to servers nor as a referrer.
    fn link(&self, template: &str, data: &serde_json::Value, secret: &str) -> String {
        let is_staff = data
            .get("is_staff")
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(false);
        let base = if is_staff {
            &self.links.back_office_url
        } else {
            &self.links.storefront_url
        };
        let page = template.replace('_', "-");
        // What the page has to know beside the secret, where it has to know something.
        let known = data.get("page").and_then(serde_json::Value::as_object);
        let known = known
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name, value.as_str()?)));
        let known = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(known)
            .finish();
        let question = if known.is_empty() { "" } else { "?" };
        format!("{}/{page}{question}{known}#token={secret}", base.trim_end_matches('/'))
    }

    fn find(&self, template: &str, locale: Option<&str>, kind: &str) -> Option<(String, String)> {
        let locale = locale.unwrap_or("en");
        let language = locale.split('-').next().unwrap_or(locale);
        [
            (format!("{template}.{locale}.{kind}"), locale),
            (format!("{template}.{language}.{kind}"), language),
            (format!("{template}.{kind}"), "en"),
        ]
        .into_iter()
        .find(|(name, _)| self.environment.get_template(name).is_ok())
        .map(|(name, language)| (name, language.to_owned()))
    }

    fn render(&self, name: &str, values: Value) -> Result<String, LetterError> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(values))
            .map_err(|error| LetterError {
                template: name.to_owned(),
                reason: error.to_string(),
            })
    }
}

fn add(environment: &mut Environment<'static>, name: &str, text: String) -> Result<(), LetterError> {
    environment
        .add_template_owned(name.to_owned(), text)
        .map_err(|error| LetterError {
            template: name.to_owned(),
            reason: error.to_string(),
        })
}

/// The templates in a folder.
fn own(folder: &Path) -> Result<Vec<(String, String)>, LetterError> {
    let failed = |name: &Path, reason: String| LetterError {
        template: name.display().to_string(),
        reason,
    };
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).map_err(|error| failed(folder, error.to_string()))? {
        let path = file.map_err(|error| failed(folder, error.to_string()))?.path();
        let is_template = path.extension().is_some_and(|kind| kind == "txt" || kind == "html");
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| is_template) else {
            continue;
        };
        let size = std::fs::metadata(&path)
            .map_err(|error| failed(&path, error.to_string()))?
            .len();
        if size > LARGEST {
            return Err(failed(&path, format!("it is larger than {LARGEST} bytes")));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, error.to_string()))?;
        found.push((name.to_owned(), text));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use serde_json::json;

    use super::*;

    fn letters() -> Letters {
        Letters::new(Links::default(), None).unwrap()
    }

    #[test]
    fn every_built_in_template_can_be_filled_in() {
        for (name, _) in BUILT_IN.iter().filter(|(name, _)| name.ends_with(".txt")) {
            let mut steps = name.split('.');
            let template = steps.next().unwrap();
            let locale = steps.next().filter(|step| *step != "txt");
            let enclosure = match template {
                "one_time_code" => Enclosure::Code("12345678".to_owned()),
                _ => Enclosure::Token("hush".to_owned()),
            };
            let letter = letters()
                .write(template, locale, &json!({ "name": "Ada" }), Some(&enclosure))
                .unwrap();
            if template == "one_time_code" {
                assert!(letter.text.contains("12345678") && letter.html.contains("12345678"));
            }
            assert!(!letter.subject.is_empty(), "{name}: {letter:?}");
            // Mails to addresses that nobody has proven say nothing that a stranger may have typed.
            let is_unproven = [
                "already_registered",
                "email_change",
                "email_verification",
                "guest_order",
                "order_transfer",
                "registration",
            ]
            .contains(&template);
            assert_eq!(letter.text.contains("Ada"), !is_unproven, "{name}: {letter:?}");
            assert!(
                letter.html.contains(&format!("<title>{}", letter.subject)),
                "{name}: {}",
                letter.html
            );
            assert_eq!(letter.text.contains("#token=hush"), letter.html.contains("#token=hush"));
        }
    }

    #[test]
    fn a_letter_is_in_the_language_of_its_reader_and_else_in_english() {
        let subject = |locale| {
            letters()
                .write("password_reset", locale, &json!({}), None)
                .unwrap()
                .subject
        };
        assert_eq!(subject(Some("de-AT")), "Wählen Sie ein neues Passwort");
        assert_eq!(subject(Some("sw")), "Set a new password");
        assert_eq!(subject(None), "Set a new password");
    }

    #[test]
    fn a_name_cannot_write_html_or_headers() {
        let name = "<script>\r\nBcc: everybody@example.com";
        let letter = letters()
            .write("invitation", None, &json!({ "name": name }), None)
            .unwrap();
        assert!(!letter.html.contains("<script>"), "{}", letter.html);
        assert!(!letter.subject.contains(['\r', '\n']));
    }

    #[test]
    fn a_template_in_the_folder_takes_the_place_of_the_built_in_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("invitation.txt"),
            "Subject: Come in\n\nWelcome to {{ shop_name }}.\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("invitation.html"), "<b>{{ subject }} {{ name }}</b>").unwrap();
        let letters = Letters::new(Links::default(), Some(folder.path())).unwrap();
        let letter = letters
            .write("invitation", None, &json!({ "name": "A & B" }), None)
            .unwrap();
        assert_eq!(letter.subject, "Come in");
        assert_eq!(letter.html, "<b>Come in A &amp; B</b>");
        std::fs::write(folder.path().join("invitation.txt"), "{% if").unwrap();
        let error = Letters::new(Links::default(), Some(folder.path())).unwrap_err();
        assert_eq!(error.template, "invitation.txt");
    }
}
