//! Scalars, and the value type of money.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};
use chrono::SecondsFormat;
use sea_orm::entity::prelude::{DateTimeUtc, Json};

/// An instant in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub DateTimeUtc);

/// An instant in UTC, written as RFC 3339 with milliseconds: `2026-11-20T09:30:00.000Z`. Input may use any offset.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let refuse = || InputValueError::custom("An instant is written as RFC 3339, such as 2026-11-20T09:30:00Z.");
        let Value::String(text) = &value else {
            return Err(refuse());
        };
        let instant = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| refuse())?
            .to_utc();
        let in_range = (0..=9_999).contains(&chrono::Datelike::year(&instant));
        let milliseconds = DateTimeUtc::from_timestamp_millis(instant.timestamp_millis());
        milliseconds.filter(|_| in_range).map(Self).ok_or_else(refuse)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

macro_rules! text_scalars {
    ($($(#[$doc:meta])* $name:ident $(($url:literal))?;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $name(pub String);

            $(#[$doc])*
            #[Scalar($(specified_by_url = $url)?)]
            impl ScalarType for $name {
                fn parse(value: Value) -> InputValueResult<Self> {
                    match value {
                        Value::String(text) => Ok(Self(text)),
                        other => Err(InputValueError::expected_type(other)),
                    }
                }

                fn to_value(&self) -> Value {
                    Value::String(self.0.clone())
                }
            }

            impl From<String> for $name {
                fn from(text: String) -> Self {
                    Self(text)
                }
            }
        )*
    };
}

text_scalars! {
    /// An e-mail address as it was typed, at most 254 characters. Two addresses are the same when they differ only in case.
    Email;
    /// A phone number in E.164, such as `+4930901820`.
    PhoneNumber("https://www.itu.int/rec/T-REC-E.164");
    /// The two letters of a country in ISO 3166-1, such as `DE`.
    CountryCode("https://www.iso.org/iso-3166-country-codes.html");
    /// The three letters of a currency in ISO 4217, such as `EUR`.
    CurrencyCode("https://www.iso.org/iso-4217-currency-codes.html");
    /// A language in BCP 47, such as `en` or `pt-BR`.
    LanguageTag("https://www.rfc-editor.org/info/bcp47");
}

/// A JSON object.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonObject(pub serde_json::Map<String, Json>);

/// A JSON object.
#[Scalar(name = "JSONObject")]
impl ScalarType for JsonObject {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value.into_json() {
            Ok(Json::Object(fields)) => Ok(Self(fields)),
            _ => Err(InputValueError::custom("This must be a JSON object.")),
        }
    }

    fn to_value(&self) -> Value {
        Value::from_json(Json::Object(self.0.clone())).unwrap_or_default()
    }
}

impl From<Json> for JsonObject {
    fn from(json: Json) -> Self {
        match json {
            Json::Object(fields) => Self(fields),
            _ => Self(serde_json::Map::new()),
        }
    }
}

/// An exact decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal(pub rust_decimal::Decimal);

/// A decimal number, exact: written as text such as `"12.30"`. In input a number is taken, too, but not one of more
/// than 15 digits with a fraction, which JSON cannot carry exactly.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let refuse = || InputValueError::custom("A decimal number is written as text, such as \"12.30\".");
        let text = match value {
            Value::String(text) => text,
            Value::Number(number) => {
                let text = number.to_string();
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                if number.is_f64() && digits > 15 {
                    return Err(refuse());
                }
                text
            }
            _ => return Err(refuse()),
        };
        rust_decimal::Decimal::from_str_exact(&text)
            .map(Self)
            .map_err(|_| refuse())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(shareable)]
pub struct Money {
    /// The amount in units of the currency, exact, with the currency's number of decimals.
    pub amount: Decimal,
    /// The currency.
    pub currency_code: CurrencyCode,
}

impl Money {
    /// The amount behind minor units.
    #[must_use]
    pub fn from_minor(minor: i64, currency: &str) -> Self {
        Self {
            amount: Decimal(crate::money::from_minor(minor, currency)),
            currency_code: CurrencyCode(currency.to_owned()),
        }
    }
}
