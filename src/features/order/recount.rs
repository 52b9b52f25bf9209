//! Adds everything up anew.

use sea_orm::{ConnectionTrait, DbErr};

/// What is known of each order from its activities.
const LINKS: &str = "update order_link set
    refunded_amount = coalesce((
        select sum(amount) from order_activity
        where order_link_id = order_link.id and kind = 'REFUND' and is_void = false
            and currency_code = order_link.currency_code
    ), 0),
    return_count = (
        select count(*) from order_activity
        where order_link_id = order_link.id and kind = 'RETURN' and is_void = false
    )
where id in (select order_link_id from order_activity)";

/// The sums of everybody.
const SUMS: &str = "insert into order_stats (
    customer_id, currency_code, order_count, spent_amount, refunded_amount, returned_order_count,
    first_placed_at, last_placed_at
)
select customer_id, currency_code, count(*), cast(sum(total_amount) as bigint), cast(sum(refunded_amount) as bigint),
    sum(case when return_count > 0 then 1 else 0 end), min(placed_at), max(placed_at)
from order_link
where customer_id is not null and is_canceled = false
group by customer_id, currency_code";

/// Counts all orders and their activities, and puts the result in the place of what was kept: for rows that came into
/// the tables in another way than by units of work. Nobody may write orders meanwhile.
///
/// # Errors
/// What the database answers.
pub async fn recount<C: ConnectionTrait>(db: &C) -> Result<(), DbErr> {
    for statement in [LINKS, "delete from order_stats", SUMS] {
        db.execute_unprepared(statement).await?;
    }
    Ok(())
}
