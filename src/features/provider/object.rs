//! What the schema shows of a way to log in.

use async_graphql::{Context, ID, Object, Result};
use entity::{id::CustomerId, provider_identity::Model};

use super::loader::LoginMethodsOfCustomer;
use crate::graphql::{ContextExt, DateTime};

/// One way in which somebody logs in.
#[derive(Clone, Debug)]
pub struct LoginMethod(Model);

/// One way in which somebody logs in.
#[Object]
impl LoginMethod {
    /// The id, which never changes and is never used again.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Who vouches: `password`, or the name of a provider as it is configured.
    async fn provider(&self) -> &str {
        &self.0.provider
    }

    /// Enough of the name that the provider has for the person for them to recognize it, and no more.
    async fn subject_hint(&self) -> String {
        let email = self.0.data.get("email").and_then(serde_json::Value::as_str);
        hint(email.unwrap_or(&self.0.subject))
    }

    /// When it was proven that this way to log in is theirs; null when it was not.
    async fn verified_at(&self) -> Option<DateTime> {
        self.0.verified_at.map(DateTime)
    }

    /// When somebody last logged in this way.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }

    /// When it was added.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// The ways in which a customer logs in.
pub(crate) async fn login_methods_of(ctx: &Context<'_>, customer: CustomerId) -> Result<Vec<LoginMethod>> {
    let rows = ctx.load::<LoginMethodsOfCustomer>(customer).await?;
    Ok(rows
        .iter()
        .flat_map(|rows| rows.iter().cloned())
        .map(LoginMethod)
        .collect())
}

/// `a…@example.com` of an e-mail address, the last four characters of anything else that is long enough.
fn hint(subject: &str) -> String {
    if let Some((local, domain)) = subject.rsplit_once('@') {
        return format!("{}…@{domain}", local.chars().take(1).collect::<String>());
    }
    let characters: Vec<char> = subject.chars().collect();
    match characters.len() {
        0..8 => "…".to_owned(),
        length => format!("…{}", characters[length - 4..].iter().collect::<String>()),
    }
}
