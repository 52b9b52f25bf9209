//! `guestOrder`: an order for whoever bought it without an account.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::{order_activity, order_line, order_link::Model};
use sea_orm::{DbErr, QueryOrder, QuerySelect};
use secrecy::ExposeSecret;

use super::{
    activity::OrderActivity,
    object::OrderLine,
    token::LONGEST,
    visibility::{Knowledge, activities_of_shown, lines_of_shown, shown_to_holder},
};
use crate::{
    auth::secret_hash,
    graphql::{ContextExt, DateTime, Email, Money, Secret, fault},
    text::{is_clean, normalize_email},
    work::Call,
};

/// The most activities that are shown.
const ACTIVITIES: u64 = 100;

/// Queries of those who have no account.
#[derive(Debug, Default)]
pub struct GuestOrderQuery;

/// An order as it is shown to whoever bought it without an account: what was bought and what became of it, and nobody's
/// name or address.
#[derive(Clone, Debug)]
pub struct GuestOrder {
    link: Arc<Model>,
    lines: Vec<Arc<order_line::Model>>,
    activities: Vec<Arc<order_activity::Model>>,
}

#[Object]
impl GuestOrderQuery {
    /// The order of somebody without an account, for whoever knows the e-mail address on it and has a token for it: from
    /// the confirmation of the shop, or by `guestOrderRequest`. Null when anything of it is wrong.
    async fn guest_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the order in its source.")] order_id: ID,
        #[graphql(desc = "The service that owns the order.")] source: String,
        #[graphql(desc = "The e-mail address on the order.")] email: Email,
        #[graphql(desc = "The token in the link.")] token: Secret,
    ) -> Result<Option<GuestOrder>> {
        let call = ctx.call();
        let secret = token.0.expose_secret();
        let texts = [order_id.as_str(), source.as_str(), email.0.as_str()];
        if secret.len() > LONGEST || texts.iter().any(|text| text.len() > 1_024 || !is_clean(text, false)) {
            return Ok(None);
        }
        let Some(email) = normalize_email(&email.0) else {
            return Ok(None);
        };
        let knowledge = Knowledge {
            source: &source,
            order_id: &order_id,
            email: &email,
        };
        find(call, knowledge, &secret_hash(secret))
            .await
            .map_err(|error| fault(call, &error))
    }
}

async fn find(call: &Call, knowledge: Knowledge<'_>, secret_hash: &str) -> Result<Option<GuestOrder>, DbErr> {
    let shown = shown_to_holder(knowledge, secret_hash, call.now()).limit(1);
    let Some(link) = call.db().rows(shown).await?.pop() else {
        return Ok(None);
    };
    let lines = lines_of_shown(link.id).order_by_asc(order_line::Column::Position);
    let activities = activities_of_shown(link.id)
        .order_by_desc(order_activity::Column::OccurredAt)
        .order_by_desc(order_activity::Column::Id)
        .limit(ACTIVITIES);
    Ok(Some(GuestOrder {
        link: Arc::new(link),
        lines: call.db().rows(lines).await?.into_iter().map(Arc::new).collect(),
        activities: call.db().rows(activities).await?.into_iter().map(Arc::new).collect(),
    }))
}

/// An order as it is shown to whoever bought it without an account: what was bought and what became of it, and nobody's
/// name or address.
#[Object]
impl GuestOrder {
    /// The service that owns the order.
    async fn source(&self) -> &str {
        &self.link.source
    }

    /// The id of the order in its source.
    async fn order_id(&self) -> ID {
        self.link.order_id.clone().into()
    }

    /// The number that people call the order by.
    async fn display_id(&self) -> Option<&str> {
        self.link.display_id.as_deref()
    }

    /// The state of the order, in the words of its source.
    async fn status(&self) -> &str {
        &self.link.status
    }

    /// The state of the payment, in the words of the source.
    async fn payment_status(&self) -> Option<&str> {
        self.link.payment_status.as_deref()
    }

    /// The state of the delivery, in the words of the source.
    async fn fulfillment_status(&self) -> Option<&str> {
        self.link.fulfillment_status.as_deref()
    }

    /// Whether the state of the order says that it was canceled.
    async fn is_canceled(&self) -> bool {
        self.link.is_canceled
    }

    /// The total of the order.
    async fn total(&self) -> Money {
        Money::from_minor(self.link.total_amount, &self.link.currency_code)
    }

    /// What was paid back.
    async fn refunded(&self) -> Money {
        Money::from_minor(self.link.refunded_amount, &self.link.currency_code)
    }

    /// The lines of the order, at most 500; none when the source does not tell them.
    async fn lines(&self) -> Vec<OrderLine> {
        let line = |row: &Arc<order_line::Model>| OrderLine {
            link: Arc::clone(&self.link),
            row: Arc::clone(row),
        };
        self.lines.iter().map(line).collect()
    }

    /// What happened to the order after it was placed, newest first, at most 100.
    async fn activities(&self) -> Vec<OrderActivity> {
        self.activities.iter().cloned().map(OrderActivity).collect()
    }

    /// When the order was placed.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.link.placed_at)
    }
}
