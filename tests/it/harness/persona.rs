//! Who asks in a test.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use customer_graph::{
    auth::{Claims, Permissions, Viewer},
    features::{
        account::service::{self as accounts, Registration},
        customer::service::CustomerDraft,
        session::service::{self as sessions, NewSession, RefreshToken},
        staff::service as staff,
    },
    work::{Call, EmailAddress, Once, UnitOfWork, WriteError, WriteOptions},
};
use entity::{
    auth_identity,
    id::CustomerId,
    session::{ActorType, Assurance},
    staff_user,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, entity::prelude::Uuid};
use tokio::sync::OnceCell;

use super::TestApp;

/// The password of every persona who logs in with one.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Who asks. Each test application makes those it needs.
#[derive(Clone, Debug)]
pub(crate) struct Persona {
    pub(crate) name: &'static str,
    pub(crate) token: Option<String>,
    pub(crate) customer_id: Option<String>,
    pub(crate) publishable_key: Option<String>,
}

impl Persona {
    /// Nobody we know.
    pub(crate) fn anonymous() -> Self {
        Self {
            name: "anonymous",
            token: None,
            customer_id: None,
            publishable_key: None,
        }
    }

    /// Somebody who has nothing but a token.
    pub(crate) fn bearer(name: &'static str, token: &str) -> Self {
        Self {
            name,
            token: Some(token.to_owned()),
            customer_id: None,
            publishable_key: None,
        }
    }

    /// The id of the customer who this is.
    #[track_caller]
    pub(crate) fn id(&self) -> &str {
        self.customer_id.as_deref().expect("a customer")
    }
}

impl TestApp {
    /// The service's own hand, for what no mutation does.
    pub(crate) fn system(&self) -> Arc<Call> {
        Arc::new(Call::new(
            self.app.parts.clone(),
            Viewer::System,
            "req_test".to_owned(),
            None,
        ))
    }

    /// Writes with the service's own hand.
    pub(crate) async fn write<T: Send>(&self, body: impl AsyncFn(&mut UnitOfWork) -> Result<T, WriteError>) -> T {
        let written = self
            .system()
            .write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
                body(unit).await.map(Once)
            })
            .await;
        written.unwrap().value.0
    }

    /// A registered customer who has logged in: `ada` has the e-mail address `ada@example.com`, the given name `ada`
    /// and the password [`PASSWORD`].
    pub(crate) async fn customer(&self, name: &'static str) -> Persona {
        let secret_hash = self.password_hash().await;
        let draft = CustomerDraft {
            email: Some(email(name)),
            first_name: Some(name.to_owned()),
            metadata: serde_json::json!({}),
            private_metadata: serde_json::json!({}),
            ..CustomerDraft::default()
        };
        let registration = Registration {
            customer: draft,
            secret_hash,
            ticket: self.app.parts.ids.token().into(),
        };
        let row = self
            .write(async |unit: &mut UnitOfWork| accounts::register(unit, registration.clone()).await)
            .await
            .expect("a customer of this name was there already");
        Persona {
            name,
            token: Some(self.log_in(ActorType::Customer, row.id.0).await),
            customer_id: Some(row.id.to_string()),
            publishable_key: None,
        }
    }

    /// From now on every registered customer has proven the e-mail address.
    pub(crate) async fn prove_addresses(&self) {
        self.execute(
            "update customer set email_verified_at = created_at where has_account and email_verified_at is null",
        )
        .await;
        self.execute("update provider_identity set verified_at = created_at where verified_at is null")
            .await;
    }

    /// A staff user with these permissions (`customers:*,groups:read`) who has logged in, with the e-mail address
    /// `name@example.com` and the password [`PASSWORD`].
    pub(crate) async fn staff(&self, name: &'static str, permissions: &str) -> Persona {
        let permissions: Permissions = permissions.parse().unwrap();
        let call = self.system();
        let address = email(name).typed;
        let draft = staff::prepare(&call, &address, None, &PASSWORD.into(), permissions)
            .await
            .unwrap();
        let row = self
            .write(async |unit: &mut UnitOfWork| staff::create(unit, draft.clone()).await)
            .await;
        Persona::bearer(name, &self.log_in(ActorType::Staff, row.id.0).await)
    }

    /// A staff user who may see everything and change nothing.
    pub(crate) async fn analyst(&self) -> Persona {
        self.staff("analyst", "*:read").await
    }

    /// Opens one more session of a customer, on another device, and answers its id.
    pub(crate) async fn another_session(&self, customer: &Persona) -> String {
        let token = self.on_another_device(customer).await.token.unwrap();
        let claims = self.app.parts.tokens.read(&token, self.app.parts.clock.now());
        claims.unwrap().sid.to_string()
    }

    /// The same customer in one more session.
    pub(crate) async fn on_another_device(&self, customer: &Persona) -> Persona {
        let id: CustomerId = customer.id().parse().unwrap();
        Persona {
            token: Some(self.log_in(ActorType::Customer, id.0).await),
            ..customer.clone()
        }
    }

    /// The same staff user with a session of now.
    pub(crate) async fn log_in_again(&self, persona: &Persona) -> Persona {
        let user = staff_user::Entity::find()
            .filter(staff_user::Column::EmailNormalized.eq(format!("{}@example.com", persona.name)))
            .one(self.app.parts.database.for_migration())
            .await
            .unwrap()
            .unwrap();
        Persona::bearer(persona.name, &self.log_in(ActorType::Staff, user.id.0).await)
    }

    /// The same persona with an access token of now in the session that they have.
    pub(crate) async fn renew(&self, persona: &Persona) -> Persona {
        let parts = &self.app.parts;
        let token = persona.token.as_deref().unwrap();
        let payload = token.split('.').nth(1).unwrap();
        let payload = URL_SAFE_NO_PAD.decode(payload).unwrap();
        let claims: Claims = serde_json::from_slice(&payload).unwrap();
        let later = parts.clock.now() + chrono::TimeDelta::hours(1);
        let token = parts
            .tokens
            .issue(claims.sub, claims.act, claims.sid, later, parts.clock.now());
        Persona {
            token: Some(token.unwrap().token),
            ..persona.clone()
        }
    }

    /// Opens a session without asking for the password, and answers its access token.
    async fn log_in(&self, actor: ActorType, actor_id: Uuid) -> String {
        let column = match actor {
            ActorType::Customer => auth_identity::Column::CustomerId,
            ActorType::Staff => auth_identity::Column::StaffUserId,
        };
        let identity = auth_identity::Entity::find()
            .filter(column.eq(actor_id))
            .one(self.app.parts.database.for_migration())
            .await
            .unwrap()
            .unwrap();
        let new = NewSession {
            identity: identity.id,
            actor,
            actor_id,
            refresh_token: RefreshToken::first(&self.app.parts.ids),
            assurance: Assurance::One,
        };
        let session = self
            .write(async |unit: &mut UnitOfWork| sessions::open(unit, new.clone()).await)
            .await;
        let parts = &self.app.parts;
        let token = parts.tokens.issue(
            identity.id,
            actor.into(),
            session.id,
            session.expires_at,
            parts.clock.now(),
        );
        token.unwrap().token
    }

    /// The hash of [`PASSWORD`], computed once for all tests of the process.
    async fn password_hash(&self) -> String {
        static HASH: OnceCell<String> = OnceCell::const_new();
        let hash = HASH.get_or_init(async || self.app.parts.passwords.hash(&PASSWORD.into()).await.unwrap());
        hash.await.clone()
    }
}

fn email(name: &str) -> EmailAddress {
    let typed = format!("{name}@example.com");
    EmailAddress {
        normalized: typed.clone(),
        typed,
    }
}
