//! `webhook_lane`: what waits for one endpoint about one subject, which is sent one after the other.

use sea_orm::entity::prelude::*;

use crate::{
    id::WebhookEndpointId,
    personal_data::{Classified, DataClass},
};

/// One lane. It is there for as long as something waits in it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_lane")]
pub struct Model {
    /// Who is told.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint_id: WebhookEndpointId,
    /// The stored bits of the id of the customer, or other subject, of the deliveries.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// From when on the first delivery in it may be sent.
    pub due_at: DateTimeUtc,
    /// Who has taken it to send from it.
    pub lease: Option<Uuid>,
    /// Until when nobody else may take it.
    pub leased_until: Option<DateTimeUtc>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::EndpointId | Column::SubjectId | Column::DueAt | Column::Lease | Column::LeasedUntil => {
                DataClass::Impersonal
            }
        }
    }
}
