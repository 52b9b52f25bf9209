//! The currencies of the demo population and what things cost in them.

/// A currency, with how a shop would round its prices.
#[derive(Debug)]
pub(super) struct Currency {
    /// The three letters of ISO 4217.
    pub(super) code: &'static str,
    /// The number of decimal places.
    pub(super) exponent: u32,
    /// How many minor units 1000 euro cents are worth, roughly.
    rate: i64,
    /// Prices end just below a multiple of this many minor units …
    step: i64,
    /// … namely this many minor units below it.
    below: i64,
}

impl Currency {
    /// The price tag, in minor units, of a thing that is worth so many euro cents.
    pub(super) const fn price(&self, euro_cents: i64) -> i64 {
        let steps = (euro_cents * self.rate / 1000 + self.step - 1) / self.step;
        let steps = if steps < 1 { 1 } else { steps };
        steps * self.step - self.below
    }
}

pub(super) static EURO: Currency = Currency {
    code: "EUR",
    exponent: 2,
    rate: 1000,
    step: 100,
    below: 5,
};
pub(super) static UNITED_STATES_DOLLAR: Currency = Currency {
    code: "USD",
    exponent: 2,
    rate: 1120,
    step: 100,
    below: 1,
};
pub(super) static CANADIAN_DOLLAR: Currency = Currency {
    code: "CAD",
    exponent: 2,
    rate: 1550,
    step: 100,
    below: 1,
};
pub(super) static POUND_STERLING: Currency = Currency {
    code: "GBP",
    exponent: 2,
    rate: 860,
    step: 100,
    below: 1,
};
pub(super) static SWISS_FRANC: Currency = Currency {
    code: "CHF",
    exponent: 2,
    rate: 1080,
    step: 100,
    below: 10,
};
pub(super) static SWEDISH_KRONA: Currency = Currency {
    code: "SEK",
    exponent: 2,
    rate: 11_200,
    step: 1000,
    below: 100,
};
pub(super) static NORWEGIAN_KRONE: Currency = Currency {
    code: "NOK",
    exponent: 2,
    rate: 11_700,
    step: 1000,
    below: 100,
};
pub(super) static DANISH_KRONE: Currency = Currency {
    code: "DKK",
    exponent: 2,
    rate: 7460,
    step: 1000,
    below: 100,
};
pub(super) static ZLOTY: Currency = Currency {
    code: "PLN",
    exponent: 2,
    rate: 4300,
    step: 100,
    below: 1,
};
pub(super) static YEN: Currency = Currency {
    code: "JPY",
    exponent: 0,
    rate: 1650,
    step: 100,
    below: 20,
};
pub(super) static AUSTRALIAN_DOLLAR: Currency = Currency {
    code: "AUD",
    exponent: 2,
    rate: 1700,
    step: 100,
    below: 5,
};
pub(super) static BRAZILIAN_REAL: Currency = Currency {
    code: "BRL",
    exponent: 2,
    rate: 6100,
    step: 100,
    below: 10,
};

#[cfg(test)]
mod tests {
    use super::{EURO, SWEDISH_KRONA, YEN};

    #[test]
    fn prices_look_like_those_in_a_shop() {
        assert_eq!(EURO.price(2000), 1995);
        assert_eq!(SWEDISH_KRONA.price(2000), 22_900);
        assert_eq!(YEN.price(2000), 3280);
        assert_eq!(EURO.price(0), 95);
    }
}
