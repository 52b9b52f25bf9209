//! Field masks: what every role of a staff user hides is hidden from them.
//!
//! Viewers from whom something is hidden are few, and for all others nothing may become slower. So there is a second
//! schema for them, the same but for one extension, which asks at each field whether it is hidden; and lists are not
//! written straight to JSON for them. A hidden field answers null with `FORBIDDEN` at its path, whatever way leads to
//! it. What would tell about its values all the same is refused: conditions, orders and inputs by it (see [`asking`]),
//! free-text search, and dry runs, which show values before and after. That a field is there is no secret to staff:
//! introspection shows it.

mod asking;

use std::sync::Arc;

use async_graphql::{
    PathSegment, QueryPathSegment, ServerError, ServerResult, Value, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextResolve, ResolveInfo},
    parser::types::ExecutableDocument,
};

use crate::{
    auth::grants::{FieldMasks, hides},
    work::Call,
};

/// Hides fields from viewers from whom something is hidden.
#[derive(Clone, Copy, Debug)]
pub struct MaskedFields;

impl ExtensionFactory for MaskedFields {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

fn masks<'a>(ctx: &'a ExtensionContext<'_>) -> Option<&'a FieldMasks> {
    ctx.data_opt::<Arc<Call>>().and_then(|call| call.viewer.masks())
}

#[async_graphql::async_trait::async_trait]
impl Extension for MaskedFields {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        let asked =
            masks(ctx).and_then(|masks| asking::first_hidden(&ctx.schema_env.registry, masks, &document, variables));
        let Some(fact) = asked else {
            return Ok(document);
        };
        let message = format!(
            "Your roles hide fields from you, and this would tell about them: nothing can be filtered, sorted, searched \
             or written by {fact}."
        );
        let mut error = ServerError::new(message, None);
        error.extensions.get_or_insert_default().set("code", "FORBIDDEN");
        Err(error)
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        if masks(ctx).is_some_and(|masks| hides(masks, info.parent_type, info.name)) {
            return Err(denied(&info));
        }
        next.run(ctx, info).await
    }
}

fn denied(info: &ResolveInfo<'_>) -> ServerError {
    let mut error = ServerError::new("Your roles do not show this field.", Some(info.field.name.pos));
    let mut node = Some(info.path_node);
    while let Some(here) = node {
        error.path.push(match here.segment {
            QueryPathSegment::Index(index) => PathSegment::Index(index),
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        });
        node = here.parent;
    }
    error.path.reverse();
    error.extensions.get_or_insert_default().set("code", "FORBIDDEN");
    error
}
