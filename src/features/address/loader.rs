//! Addresses by id, and of many customers at once.

use std::{collections::HashMap, sync::Arc};

use entity::{
    address::{Column, Model},
    id::{AddressId, CustomerId, PrefixedId},
    row::{Row, Skipped},
};
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter, QueryResult, QueryTrait};

use super::visibility::visible_to;
use crate::{
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::{Call, dialect, without},
};

/// The columns of addresses that a query has no need of.
fn unasked(call: &Call) -> Skipped {
    let columns = [
        (Column::Metadata as usize, Some("metadata")),
        (Column::PrivateMetadata as usize, Some("privateMetadata")),
        (Column::Validation as usize, Some("validation")),
    ];
    call.unasked(&columns, |_| false)
}

/// An address by id.
#[derive(Debug)]
pub struct AddressById;

impl Batch for AddressById {
    type Key = AddressId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[AddressId]) -> Result<HashMap<AddressId, Arc<Model>>, DbErr> {
        let rows = call
            .db()
            .rows(visible_to(&call.viewer).filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::Id),
                keys.iter().map(|id| id.uuid()),
            )))
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// A list of a customer's addresses.
type ListKey = (CustomerId, Arc<ListRequest<Column>>);

/// A page of the addresses of a customer.
#[derive(Debug)]
pub struct AddressesOfCustomer;

impl Batch for AddressesOfCustomer {
    type Key = ListKey;
    type Value = Page<Arc<Model>>;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, Page<Arc<Model>>>, DbErr> {
        let skipped = unasked(call);
        let select = || without(visible_to(&call.viewer), skipped).into_query();
        pages_of_each(call, keys, Column::CustomerId, select, |row: &QueryResult| {
            let row = Model::read_without(row, 0, skipped)?;
            let customer = row
                .customer_id
                .ok_or_else(|| DbErr::RecordNotFound("the customer of an address".to_owned()))?;
            Ok((customer, Arc::new(row)))
        })
        .await
    }
}

/// How many addresses a customer's list has.
#[derive(Debug)]
pub struct AddressCountOfCustomer;

impl Batch for AddressCountOfCustomer {
    type Key = ListKey;
    type Value = i64;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, i64>, DbErr> {
        count_of_each(call, keys, Column::CustomerId, || visible_to(&call.viewer).into_query()).await
    }
}

/// The default addresses of a customer.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// Where goods go.
    pub shipping: Option<Arc<Model>>,
    /// Where bills go.
    pub billing: Option<Arc<Model>>,
}

/// Both default addresses of a customer.
#[derive(Debug)]
pub struct DefaultsOfCustomer;

impl Batch for DefaultsOfCustomer {
    type Key = CustomerId;
    type Value = Defaults;

    async fn load(call: &Call, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Defaults>, DbErr> {
        let rows = call
            .db()
            .rows(
                visible_to(&call.viewer)
                    .filter(dialect::any_of(
                        call.database.backend(),
                        dialect::column(Column::CustomerId),
                        keys.iter().map(|id| id.uuid()),
                    ))
                    .filter(
                        Condition::any()
                            .add(Column::IsDefaultShipping.eq(true))
                            .add(Column::IsDefaultBilling.eq(true)),
                    ),
            )
            .await?;
        let mut defaults: HashMap<CustomerId, Defaults> = HashMap::with_capacity(keys.len());
        for row in rows.into_iter().map(Arc::new) {
            let Some(customer) = row.customer_id else {
                continue;
            };
            let of_customer = defaults.entry(customer).or_default();
            if row.is_default_shipping {
                of_customer.shipping = Some(Arc::clone(&row));
            }
            if row.is_default_billing {
                of_customer.billing = Some(row);
            }
        }
        Ok(defaults)
    }
}
