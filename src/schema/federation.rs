//! What a federation gateway asks: the contract as text, and entities by their keys.
//!
//! The executor has a way of its own to do both. It looks for the entities one by one, turns one that is missing into
//! an error for all, and writes the contract anew for each request; so these are ordinary fields here. What is read is
//! what the viewer may see, whose token the gateway forwards: the credential of the gateway opens these fields and
//! nothing else.

use async_graphql::{Any, Context, Object, Result, SimpleObject, Union, Value};
use entity::id::PrefixedId;
use futures_util::future::try_join4;

use crate::{
    auth::guard,
    config::GatewaySdl,
    features::{
        address::{Address, AddressById},
        customer::{Customer, CustomerById},
        customer_group::{CustomerGroup, CustomerGroupById},
        organization::{Organization, OrganizationById},
    },
    graphql::{Batch, ContextExt, bad_input},
};

/// The most representations that are taken at once; so many are read in one statement.
pub const REPRESENTATIONS: usize = 1_000;

/// The types that other services refer to by id.
pub const ENTITIES: [&str; 4] = ["Address", "Customer", "CustomerGroup", "Organization"];

/// An object that other services of the graph refer to by its id.
#[derive(Clone, Debug, Union)]
#[graphql(name = "_Entity")]
pub enum Entity {
    /// An address.
    Address(Address),
    /// A customer.
    Customer(Customer),
    /// A customer group.
    CustomerGroup(CustomerGroup),
    /// An organization.
    Organization(Organization),
}

/// What a federation gateway composes this service by.
#[derive(Debug, SimpleObject)]
#[graphql(name = "_Service")]
pub struct Service {
    /// The contract, in the schema definition language.
    sdl: &'static str,
}

/// What a federation gateway asks.
#[derive(Debug, Default)]
pub struct FederationQuery;

#[Object]
impl FederationQuery {
    /// The contract of this service, for a federation gateway.
    #[graphql(name = "_service", guard = "guard::gateway", visible = "guard::shows::gateway")]
    async fn service(&self, ctx: &Context<'_>) -> Service {
        let sdl = match ctx.call().gateway_sdl {
            GatewaySdl::Full => super::sdl(),
            GatewaySdl::Plain => super::plain_sdl(),
        };
        Service { sdl }
    }

    /// The objects that other services refer to, for a federation gateway: in the order of their representations, with
    /// null where there is none that you may see.
    #[graphql(name = "_entities", guard = "guard::gateway", visible = "guard::shows::gateway")]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 1,000 objects with `__typename` and `id`.")] representations: Vec<Any>,
    ) -> Result<Vec<Option<Result<Entity>>>> {
        if representations.len() > REPRESENTATIONS {
            let message =
                format!("At most {REPRESENTATIONS} representations are taken at once. Send several requests.");
            return Err(bad_input(message, None));
        }
        let representations: Vec<Representation<'_>> = representations.iter().map(Representation::read).collect();
        let all = representations.as_slice();
        let found = try_join4(
            read::<AddressById>(ctx, all, "Address", |row| Entity::Address(Address(row))),
            read::<CustomerById>(ctx, all, "Customer", |row| Entity::Customer(Customer(row))),
            read::<CustomerGroupById>(ctx, all, "CustomerGroup", |row| {
                Entity::CustomerGroup(CustomerGroup(row))
            }),
            read::<OrganizationById>(ctx, all, "Organization", |row| Entity::Organization(Organization(row))),
        );
        let (addresses, customers, groups, organizations) = found.await?;
        let mut entities: Vec<Option<Result<Entity>>> = all.iter().map(Representation::complaint).collect();
        for (place, entity) in [addresses, customers, groups, organizations].into_iter().flatten() {
            entities[place] = Some(Ok(entity));
        }
        Ok(entities)
    }
}

/// What another service knows of an object. Whatever is in it beside these two is for that service's own fields.
struct Representation<'a> {
    kind: Option<&'a str>,
    id: Option<&'a str>,
}

impl<'a> Representation<'a> {
    fn read(Any(value): &'a Any) -> Self {
        let text = |name| match value {
            Value::Object(fields) => match fields.get(name) {
                Some(Value::String(text)) => Some(text.as_str()),
                _ => None,
            },
            _ => None,
        };
        Self {
            kind: text("__typename"),
            id: text("id"),
        }
    }

    /// A gateway that asks for what is no entity was composed with another schema, and somebody should hear of it. It
    /// is an error of this one place all the same: the others are answered.
    fn complaint(&self) -> Option<Result<Entity>> {
        let is_known = self.kind.is_some_and(|kind| ENTITIES.contains(&kind));
        (!is_known).then(|| {
            Err(bad_input(
                "This is not the representation of an entity of this service.",
                None,
            ))
        })
    }
}

/// Reads the entities of one type together, each with its place in the list.
async fn read<B: Batch<Key: PrefixedId>>(
    ctx: &Context<'_>,
    representations: &[Representation<'_>],
    kind: &str,
    show: fn(B::Value) -> Entity,
) -> Result<Vec<(usize, Entity)>> {
    let asked = representations
        .iter()
        .enumerate()
        .filter(|(_, one)| one.kind == Some(kind));
    // An id that cannot be one is one that nobody has.
    let asked = asked.filter_map(|(place, one)| Some((place, B::Key::parse(one.id?).ok()?)));
    let (places, keys): (Vec<usize>, Vec<B::Key>) = asked.unzip();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let found = places.into_iter().zip(ctx.load_many::<B>(keys).await?);
    Ok(found.filter_map(|(place, value)| Some((place, show(value?)))).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    #[tokio::test]
    async fn the_named_entities_are_the_members_of_the_union() {
        let request = async_graphql::Request::new("{ __type(name: \"_Entity\") { possibleTypes { name } } }");
        let answer = super::super::build()
            .execute(request.data(crate::graphql::ShowEverything))
            .await;
        let answer = answer.data.into_json().unwrap();
        let members: Vec<&str> = answer["__type"]["possibleTypes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(members, ENTITIES);
    }
}
