//! Lists of queries in one request, where the configuration takes them.
//!
//! What is bounded for one operation is bounded for the list as a whole. Mutations come alone: what they do cannot be
//! taken back when a later one fails, and limits on how often something may be tried count requests of people.

use async_graphql::parser::types::OperationType;

use super::{
    HttpState,
    operation::{Asker, Cause, Refused},
    request::Body,
};

/// Answers each of the queries, in their order.
pub(super) async fn run(state: &HttpState, asker: &Asker, bodies: Vec<Body>) -> Result<Vec<u8>, Refused> {
    let prepared: Vec<_> = bodies
        .into_iter()
        .map(|body| state.prepare(asker.clone(), body))
        .collect();
    let (mut total, mut selections) = (0_u64, 0_usize);
    for prepared in prepared.iter().flatten() {
        if prepared.kind != OperationType::Query {
            let message = "A list holds queries alone. Send a mutation as a request of its own.";
            return Err(Refused::new(Cause::Operation, message));
        }
        let (more, most) = prepared.selections();
        selections = selections.saturating_add(more);
        if selections > most {
            let message =
                format!("The operations of a list have more than {most} fields together. Send several requests.");
            return Err(Refused::new(Cause::Document, message));
        }
        let (requested, limit) = prepared.cost();
        total = total.saturating_add(requested);
        if total > limit {
            return Err(Refused::too_expensive(
                total,
                limit,
                format!("The operations of a list cost more than {limit} together. Send several requests."),
            ));
        }
    }
    let mut answer = b"[".to_vec();
    for (place, prepared) in prepared.into_iter().enumerate() {
        if place > 0 {
            answer.push(b',');
        }
        let outcome = match prepared {
            Ok(prepared) => prepared.execute().await,
            Err(refused) => Err(refused),
        };
        match outcome {
            Ok(outcome) => answer.extend(outcome.json()),
            Err(refused) => answer.extend(refused.json(&asker.request_id)),
        }
    }
    answer.push(b']');
    Ok(answer)
}
