//! Ids in the schema: `ID` on the wire, typed inside.

use std::borrow::Cow;

use async_graphql::{ID, InputType, InputValueError, InputValueResult, Value, registry::Registry};
use entity::id::PrefixedId;

/// An id of a known kind. Another kind's id, or anything else, is refused before any look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id<I>(pub I);

impl<I: PrefixedId> InputType for Id<I> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let Some(Value::String(text)) = &value else {
            return Err(InputValueError::custom("An id is a string.").with_extension("code", "BAD_USER_INPUT"));
        };
        I::parse(text)
            .map(Self)
            .map_err(|error| InputValueError::custom(error).with_extension("code", "BAD_USER_INPUT"))
    }

    fn to_value(&self) -> Value {
        Value::String(entity::id::format(I::PREFIX, self.0.uuid()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
