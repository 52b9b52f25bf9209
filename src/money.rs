//! Money: whole numbers of minor units inside, decimals outside, and how many decimals each currency has.

use rust_decimal::Decimal;

/// Amounts are smaller than this many minor units, so that sums of thousands of them still fit.
const BOUND: i128 = 1_000_000_000_000_000;

/// The codes of ISO 4217 by their number of decimals, sorted. Codes that are no money one can owe (metals, testing,
/// bond units) have no decimals in the standard and are left out; codes withdrawn since 2014 are kept, because order
/// histories reach back.
const BY_DECIMALS: [(u32, &[&str]); 4] = [
    (
        0,
        &[
            "BIF", "BYR", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
            "XAF", "XOF", "XPF",
        ],
    ),
    (
        2,
        &[
            "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD",
            "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY",
            "COP", "COU", "CRC", "CUC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD",
            "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS",
            "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LTL",
            "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRO", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR",
            "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON",
            "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SLL", "SOS", "SRD", "SSP", "STD",
            "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN",
            "UYU", "UZS", "VED", "VEF", "VES", "WST", "XAD", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG", "ZWL",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

/// Why an amount cannot be kept. Each is a sentence for the one who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The currency is not one of ISO 4217.
    #[error("This is not a currency of ISO 4217. It looks like EUR.")]
    UnknownCurrency,
    /// The amount is finer than the currency.
    #[error("This currency has {0} decimals. Round the amount.")]
    TooManyDecimals(u32),
    /// The amount is too large.
    #[error("This amount is too large.")]
    TooLarge,
}

/// How many decimals a currency has; `None` for what is not a currency.
#[must_use]
pub fn decimals(currency: &str) -> Option<u32> {
    BY_DECIMALS
        .iter()
        .find(|(_, codes)| codes.binary_search(&currency).is_ok())
        .map(|(decimals, _)| *decimals)
}

/// An amount in minor units, exactly.
///
/// # Errors
/// When the currency is unknown, or the amount is finer than the currency or too large.
pub fn to_minor(amount: Decimal, currency: &str) -> Result<i64, MoneyError> {
    let decimals = decimals(currency).ok_or(MoneyError::UnknownCurrency)?;
    let amount = amount.normalize();
    let finer = decimals
        .checked_sub(amount.scale())
        .ok_or(MoneyError::TooManyDecimals(decimals))?;
    amount
        .mantissa()
        .checked_mul(10_i128.pow(finer))
        .filter(|minor| minor.abs() < BOUND)
        .and_then(|minor| i64::try_from(minor).ok())
        .ok_or(MoneyError::TooLarge)
}

/// The amount behind minor units, with as many decimals as the currency has.
#[must_use]
pub fn from_minor(minor: i64, currency: &str) -> Decimal {
    // Only known currencies are ever stored.
    Decimal::new(minor, decimals(currency).unwrap_or(2))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn each_code_stands_once_and_is_found() {
        let mut all: Vec<&str> = Vec::new();
        for (exponent, codes) in BY_DECIMALS {
            assert!(codes.is_sorted(), "{exponent}");
            assert!(codes.iter().all(|code| decimals(code) == Some(exponent)));
            all.extend(codes);
        }
        let total = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), total);
        for no_currency in ["XXX", "XAU", "eur", "EURO", ""] {
            assert_eq!(decimals(no_currency), None, "{no_currency}");
        }
    }

    #[test]
    fn amounts_come_back_exactly_with_the_decimals_of_their_currency() {
        for (typed, currency, minor, shown) in [
            ("12.3", "EUR", 1_230, "12.30"),
            ("12.3000", "EUR", 1_230, "12.30"),
            ("-0.01", "EUR", -1, "-0.01"),
            ("1200", "JPY", 1_200, "1200"),
            ("1.0", "JPY", 1, "1"),
            ("0.123", "KWD", 123, "0.123"),
            ("7", "CLF", 70_000, "7.0000"),
            ("9999999999999.99", "EUR", 999_999_999_999_999, "9999999999999.99"),
        ] {
            assert_eq!(to_minor(decimal(typed), currency), Ok(minor), "{typed} {currency}");
            assert_eq!(from_minor(minor, currency).to_string(), shown, "{typed} {currency}");
        }
    }

    #[test]
    fn an_amount_that_cannot_be_kept_exactly_is_refused() {
        assert_eq!(to_minor(decimal("0.001"), "EUR"), Err(MoneyError::TooManyDecimals(2)));
        assert_eq!(to_minor(decimal("0.5"), "JPY"), Err(MoneyError::TooManyDecimals(0)));
        assert_eq!(to_minor(decimal("10000000000000"), "EUR"), Err(MoneyError::TooLarge));
        assert_eq!(to_minor(Decimal::MAX, "CLF"), Err(MoneyError::TooLarge));
        assert_eq!(to_minor(Decimal::ONE, "XXX"), Err(MoneyError::UnknownCurrency));
    }
}
