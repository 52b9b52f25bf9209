//! Who can log in to the demonstration: three staff users, two API keys and a few of its customers.
//!
//! The other registered customers have no password: hashing one takes as long as inventing a thousand customers.

use std::{collections::HashSet, sync::Arc};

use entity::{
    api_key, auth_identity, customer,
    id::{AuthIdentityId, CustomerId, PrefixedId},
    role,
    session::{self, ActorType, Assurance},
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use secrecy::SecretString;

use super::people::{DemoCustomer, population};
use crate::{
    auth::Permissions,
    features::{
        api_key::service as api_keys,
        identity::service::{self as identities, Owner},
        role::assignment::{self, Assignment},
        session::service::{self as sessions, NewSession, RefreshToken},
        staff::service as staff,
    },
    work::{Call, EmailAddress, ErrorCode, Once, UnitOfWork, WriteError, WriteOptions},
};

/// The password of the staff users and of the customers; there is nothing to protect.
pub const PASSWORD: &str = "look-around-as-you-like";

/// The e-mail address of the staff user who may do everything.
pub const STAFF_EMAIL: &str = "staff@shop.example";

/// A staff user of the demonstration.
#[derive(Clone, Copy, Debug)]
pub struct StaffPersona {
    /// How they are called.
    pub name: &'static str,
    /// Who that is.
    pub about: &'static str,
    /// Their e-mail address.
    pub email: &'static str,
    /// The name of their role; who has none may do everything.
    role: Option<&'static str>,
}

/// The staff users who can log in.
pub const STAFF: &[StaffPersona] = &[
    StaffPersona {
        name: "Demo staff",
        about: "Staff who may do everything",
        email: STAFF_EMAIL,
        role: None,
    },
    StaffPersona {
        name: "Demo support",
        about: "Customer service, with the role support",
        email: "support@shop.example",
        role: Some("support"),
    },
    StaffPersona {
        name: "Demo analyst",
        about: "Reads everything and changes nothing, with the role analyst",
        email: "analyst@shop.example",
        role: Some("analyst"),
    },
];

/// How many customers can log in.
const CUSTOMERS: usize = 3;

/// Among how many of the population they are looked for.
const LOOKED_AT: usize = 5_000;

/// Who can log in, with what.
#[derive(Debug)]
pub struct LogIns {
    /// The key of a system that may do everything.
    pub admin_key: SecretString,
    /// The key of a system that may read everything.
    pub analyst_key: SecretString,
    /// Customers who have logged in.
    pub customers: Vec<LoggedIn>,
}

/// A customer who has logged in.
#[derive(Debug)]
pub struct LoggedIn {
    /// Who.
    pub id: CustomerId,
    /// With which e-mail address.
    pub email: String,
    /// How they are called.
    pub name: String,
    session: session::Model,
}

impl LoggedIn {
    /// A fresh access token of theirs.
    ///
    /// # Errors
    /// Never in practice: the key is ours.
    pub fn token(&self, call: &Call) -> Result<SecretString, DbErr> {
        let session = &self.session;
        let act = session.actor_type.into();
        call.tokens
            .issue(
                session.auth_identity_id,
                act,
                session.id,
                session.expires_at,
                call.now(),
            )
            .map(|access| access.token.into())
            .map_err(|error| DbErr::Custom(error.to_string()))
    }
}

/// Makes the log-ins; those that are there already stay, but the keys are new ones.
///
/// # Errors
/// What the database answers.
pub async fn log_ins(call: &Arc<Call>, seed: u64, customers: usize) -> Result<LogIns, WriteError> {
    let admin_key = key(call, "Demo back office", Permissions::all()).await?;
    let analyst_key = key(call, "Demo analyst", "*:read".parse().unwrap_or_default()).await?;
    let password = SecretString::from(PASSWORD);
    for persona in STAFF {
        staff_user(call, persona, &password).await?;
    }
    let hash = call.passwords.hash(&password).await?;
    let mut logged_in = Vec::new();
    for person in chosen(seed, customers) {
        let external_id = super::rows::external_id(&person);
        let row = customer::Entity::find()
            .filter(customer::Column::ExternalId.eq(external_id))
            .filter(customer::Column::HasAccount.eq(true))
            .one(call.db())
            .await?;
        // Somebody may have deleted a customer of a database that was kept.
        if let Some(row) = row {
            logged_in.push(log_in(call, row, hash.clone()).await?);
        }
    }
    Ok(LogIns {
        admin_key,
        analyst_key,
        customers: logged_in,
    })
}

/// Makes a staff user; one who is there already stays.
async fn staff_user(call: &Arc<Call>, persona: &StaffPersona, password: &SecretString) -> Result<(), WriteError> {
    let direct = if persona.role.is_none() {
        Permissions::all()
    } else {
        Permissions::default()
    };
    let role = match persona.role {
        Some(name) => {
            role::Entity::find()
                .filter(role::Column::NameFolded.eq(name))
                .one(call.db())
                .await?
        }
        None => None,
    };
    let draft = staff::prepare(call, persona.email, Some(persona.name.to_owned()), password, direct).await?;
    let made = write(call, async move |unit| {
        let user = staff::create(unit, draft.clone()).await?;
        if let Some(role) = &role {
            let wanted = Assignment {
                user: user.id,
                role: role.id,
                channel: None,
            };
            assignment::assign(unit, wanted).await?;
        }
        Ok(())
    });
    match made.await {
        Err(WriteError::Refused(errors)) if errors.iter().all(|error| error.code == ErrorCode::EmailTaken) => Ok(()),
        other => other,
    }
}

/// Registered customers worth looking at: with orders and addresses, one of them in an organization where there is
/// one.
fn chosen(seed: u64, customers: usize) -> Vec<DemoCustomer> {
    let mut registered: Vec<_> = population(seed, customers)
        .take(LOOKED_AT)
        .filter(|person| person.registered)
        .collect();
    registered.sort_by_key(|person| {
        let interesting = (3..=12).contains(&person.orders.len()) && person.addresses.len() > 1;
        (!interesting, person.index)
    });
    let member = registered.iter().position(|person| person.organization.is_some());
    let mut taken: HashSet<usize> = member.into_iter().collect();
    taken.extend(
        (0..registered.len())
            .filter(|position| Some(*position) != member)
            .take(CUSTOMERS - taken.len()),
    );
    let mut taken: Vec<_> = taken.into_iter().collect();
    taken.sort_unstable();
    taken.into_iter().map(|position| registered[position].clone()).collect()
}

async fn key(call: &Arc<Call>, name: &'static str, permissions: Permissions) -> Result<SecretString, WriteError> {
    // Each start has its own keys, because their secrets cannot be read back.
    api_key::Entity::delete_many()
        .filter(api_key::Column::Name.eq(name))
        .exec(call.database.for_migration())
        .await?;
    let made = write(call, async move |unit| {
        api_keys::create(unit, name, permissions, None).await
    })
    .await?;
    Ok(made.1)
}

async fn log_in(call: &Arc<Call>, row: customer::Model, hash: String) -> Result<LoggedIn, WriteError> {
    let id = row.id;
    let identity = auth_identity::Entity::find()
        .filter(auth_identity::Column::CustomerId.eq(id))
        .one(call.db())
        .await?
        .map(|identity| identity.id);
    let typed = row.email.clone().unwrap_or_default();
    let email = EmailAddress {
        typed: typed.clone(),
        normalized: row.email_normalized.clone(),
    };
    let session = write(call, async move |unit| {
        let identity: AuthIdentityId = match identity {
            Some(identity) => identity,
            None => identities::create(unit, Owner::Customer(id), &email, hash.clone()).await?,
        };
        let new = NewSession {
            identity,
            actor: ActorType::Customer,
            actor_id: id.uuid(),
            refresh_token: RefreshToken::first(&unit.call().ids),
            assurance: Assurance::One,
        };
        sessions::open(unit, new).await
    })
    .await?;
    let names = [row.first_name, row.last_name];
    Ok(LoggedIn {
        id,
        email: typed,
        name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
        session,
    })
}

async fn write<T: Send>(
    call: &Arc<Call>,
    body: impl AsyncFn(&mut UnitOfWork) -> Result<T, WriteError>,
) -> Result<T, WriteError> {
    let written = call
        .write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
            body(unit).await.map(Once)
        })
        .await?;
    Ok(written.value.0)
}
