//! Secrets in the input: a `String` on the wire that nothing of ours prints.

use std::borrow::Cow;

use async_graphql::{InputType, InputValueError, InputValueResult, Value, registry::Registry};
use secrecy::SecretString;

/// A password or token that somebody sends.
#[derive(Clone, Debug)]
pub struct Secret(pub SecretString);

impl InputType for Secret {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => Ok(Self(text.into())),
            // The value is not repeated: it may be a secret of the wrong type.
            _ => Err(InputValueError::custom("This must be a string.")),
        }
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
