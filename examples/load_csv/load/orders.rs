//! Orders with their lines.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Journal, LoadError,
    customers::texts,
    formula::Formula,
    mapping::Mapping,
    service::Service,
    table::{Place, Row, Table},
};

const UPSERT: &str = "mutation LoadOrders($input: OrderLinkUpsertInput!) {
  orderLinkUpsert(input: $input) {
    results { outcome userErrors { path message } }
    userErrors { path message }
  }
}";

const TOO_LONG: &str = "The numbers are too long to calculate with exactly.";

/// An order of the file.
struct Draft {
    place: Place,
    total: Decimal,
    order: Value,
}

#[derive(Debug, Deserialize)]
struct Upserted {
    outcome: Option<String>,
}

/// Reads rows into inputs.
struct Reader<'a> {
    mapping: &'a Mapping,
    organizations: &'a HashSet<String>,
}

/// Loads them. Orders name only organizations that are there.
pub async fn load(
    service: &Service,
    mapping: &Mapping,
    orders: &Table,
    lines: &Table,
    organizations: &HashSet<String>,
    journal: &mut Journal<'_>,
) -> Result<(), LoadError> {
    let reader = Reader { mapping, organizations };
    let drafts = reader.read(orders, lines, journal);
    journal.watcher.stage("orders", drafts.len());
    let rows: Vec<Value> = drafts.iter().map(|draft| draft.order.clone()).collect();
    let mut drafts = drafts.into_iter();
    for batch in service.batches(&rows) {
        let results = service.send::<Upserted>(UPSERT, "orders", &rows[batch]).await?;
        journal.watcher.advance(results.len());
        for (result, draft) in results.iter().zip(drafts.by_ref()) {
            if let Some(reason) = result.reason() {
                journal.refuse(&draft.place, &reason);
            } else {
                journal
                    .report
                    .orders
                    .add(result.value.outcome.as_deref() == Some("CREATED"));
                journal.report.total = journal.report.total.saturating_add(draft.total);
            }
        }
    }
    Ok(())
}

impl Reader<'_> {
    /// Reads the orders with their lines; what no request can say is refused here.
    fn read(&self, orders: &Table, lines: &Table, journal: &mut Journal<'_>) -> Vec<Draft> {
        let mapping = &self.mapping.orders;
        let mut of_order: HashMap<&str, Vec<&Row>> = HashMap::new();
        for line in &lines.rows {
            match line.required(&self.mapping.lines.order_id) {
                Ok(order) => of_order.entry(order).or_default().push(line),
                Err(reason) => journal.refuse(&lines.place(line, []), &reason),
            }
        }
        let mut seen = HashSet::new();
        let mut drafts = Vec::with_capacity(orders.rows.len());
        for row in &orders.rows {
            let place = orders.place(row, [row.cell(&mapping.order_id), row.cell(&mapping.customer)]);
            let order = row.required(&mapping.order_id).and_then(|id| {
                if !seen.insert(id) {
                    return Err(format!("An earlier row has the same {}.", mapping.order_id));
                }
                let own = of_order.get(id).map(Vec::as_slice).unwrap_or_default();
                self.order(row, id, lines, own)
            });
            match order {
                Ok((order, total)) => drafts.push(Draft { place, total, order }),
                Err(reason) => journal.refuse(&place, &reason),
            }
        }
        for line in &lines.rows {
            let order = line.cell(&self.mapping.lines.order_id);
            if order.is_some_and(|order| !seen.contains(order)) {
                let reason = format!("There is no such order in {}.", orders.file);
                journal.refuse(&lines.place(line, [order]), &reason);
            }
        }
        drafts
    }

    /// The input for an order, and its total.
    fn order(&self, row: &Row, id: &str, table: &Table, lines: &[&Row]) -> Result<(Value, Decimal), String> {
        let mapping = &self.mapping.orders;
        let mut sum = Decimal::ZERO;
        let mut inputs = Vec::with_capacity(lines.len());
        for line in lines {
            let (input, total) = self
                .line(line)
                .map_err(|reason| format!("{}: {reason}", table.place(line, [])))?;
            sum = sum.checked_add(total).ok_or(TOO_LONG)?;
            inputs.push(input);
        }
        let exact = mapping.total.result(&|column| match column {
            "lines" => Ok(sum),
            _ => number(row, column),
        })?;
        let total = self.rounded(exact);
        let placed_at = self.instant(row.required(&mapping.placed_at)?)?;
        let mut updated_at = placed_at;
        for time in mapping.updated_at.iter().filter_map(|column| row.cell(column)) {
            updated_at = updated_at.max(self.instant(time)?);
        }
        let mut order = texts(&mapping.fields, row);
        order.extend(object(json!({
            "source": mapping.source,
            "orderId": id,
            "customerExternalId": row.required(&mapping.customer)?,
            "currencyCode": mapping.currency,
            "totalAmount": total.to_string(),
            "placedAt": placed_at.to_rfc3339(),
            "sourceUpdatedAt": updated_at.to_rfc3339(),
            "lines": inputs,
        })));
        let organization = mapping.organization.as_ref().and_then(|column| row.cell(column));
        if let Some(organization) = organization.filter(|id| self.organizations.contains(*id)) {
            order.insert("organizationExternalId".to_owned(), organization.into());
        }
        Ok((order.into(), total))
    }

    /// The input for a line, and its exact total. The line itself shows a rounded total, and as its discount what
    /// that is below price × quantity.
    fn line(&self, row: &Row) -> Result<(Value, Decimal), String> {
        let mapping = &self.mapping.lines;
        let exact = calculate(&mapping.total, row)?;
        let total = self.rounded(exact);
        let price = number(row, &mapping.unit_price)?.normalize();
        let quantity: i32 = row
            .required(&mapping.quantity)?
            .parse()
            .map_err(|_| format!("{} is not a whole number.", mapping.quantity))?;
        let full = price.checked_mul(quantity.into()).ok_or(TOO_LONG)?;
        let mut line = texts(&mapping.fields, row);
        line.extend(object(json!({
            "quantity": quantity,
            "unitPrice": price.to_string(),
            "discount": self.rounded(full).saturating_sub(total).to_string(),
            "total": total.to_string(),
        })));
        Ok((line.into(), exact))
    }

    fn rounded(&self, amount: Decimal) -> Decimal {
        amount.round_dp_with_strategy(self.mapping.orders.decimals, RoundingStrategy::MidpointAwayFromZero)
    }

    fn instant(&self, text: &str) -> Result<DateTime<Utc>, String> {
        let format = &self.mapping.files.date_format;
        DateTime::parse_from_str(text, format)
            .map(|time| time.to_utc())
            .or_else(|_| NaiveDateTime::parse_from_str(text, format).map(|time| time.and_utc()))
            .or_else(|_| {
                NaiveDate::parse_from_str(text, format).map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc())
            })
            .map_err(|_| format!("A time is not written as {format}."))
    }
}

fn calculate(formula: &Formula, row: &Row) -> Result<Decimal, String> {
    formula.result(&|column| number(row, column))
}

fn number(row: &Row, column: &str) -> Result<Decimal, String> {
    Decimal::from_str_exact(row.required(column)?).map_err(|_| format!("{column} is not a number."))
}

/// The fields of a literal object.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
