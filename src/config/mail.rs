//! Mail: through which server it goes out, and what it looks like.

use std::path::PathBuf;

use secrecy::SecretString;

use super::{reader::Reader, section};

section! {
    /// Mail: through which server it goes out, and what it looks like.
    MailConfig in "mail" {
        /// The mail server, such as `smtps://user:password@smtp.example.com` or
        /// `smtp://user:password@smtp.example.com:587?tls=required`. Without one, mail waits in the queue.
        smtp_url: Option<SecretString> = None,
        /// From whom mail is, such as `Example Shop <accounts@shop.example>`.
        from: String = "Customer accounts <accounts@localhost>".to_owned(),
        /// The address of the storefront's account pages, to which the links in mail lead.
        storefront_url: String = "http://localhost:3000/account".to_owned(),
        /// The address of the back office's account pages, to which the links in mail to staff lead.
        back_office_url: String = "http://localhost:3000/staff".to_owned(),
        /// The name of the shop, as mail calls it.
        shop_name: String = "our shop".to_owned(),
        /// A folder with templates that are used in place of the built-in ones: `password_reset.txt`,
        /// `password_reset.html`, and `password_reset.de.txt` for German.
        templates: Option<PathBuf> = None,
    }
}

impl MailConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        let is_mailbox = self.from.parse::<lettre::message::Mailbox>().is_ok();
        let message = "must be an e-mail address, or a name with one: Example Shop <accounts@shop.example>.";
        reader.require(is_mailbox, "mail", "from", message);
        for (setting, url) in [
            ("storefront_url", &self.storefront_url),
            ("back_office_url", &self.back_office_url),
        ] {
            let is_url = (url.starts_with("https://") || url.starts_with("http://")) && !url.contains(['#', '?', ' ']);
            let message = "must be an address that begins with https:// or http://, without ? and #.";
            reader.require(is_url, "mail", setting, message);
        }
    }
}
