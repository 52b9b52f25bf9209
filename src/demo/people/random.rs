//! The chance behind the demo population.
//!
//! The generator is SplitMix64, written out here instead of taken from the crate `rand`: it is ten
//! lines, it never changes, and its state is cheap to derive from a counter. That is what the
//! population needs: every fact of customer `i` is drawn from a stream of its own, keyed by the
//! seed, the subject and the index, so that any customer can be computed without the ones before,
//! and so that a change to one subject (say, orders) leaves every other one (say, names) as it was.
//! Nothing here is secret or secure.

/// The step between two states of SplitMix64 (the golden ratio as a 64-bit fraction).
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// The number of rounds of the permutation behind [`Permutation`].
const ROUNDS: u64 = 4;

/// What a stream of chance is about. The numbers are part of the population: do not change them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    Kind = 1,
    Partner = 2,
    Country = 3,
    Name = 4,
    Home = 5,
    Phone = 6,
    Variation = 7,
    EMail = 8,
    Membership = 9,
    OrganizationSize = 10,
    OrganizationCountry = 11,
    OrganizationName = 12,
    Company = 13,
    Created = 14,
    Updated = 15,
    Addresses = 16,
    Engagement = 17,
    Orders = 18,
    Roles = 19,
    RegistrationNumber = 20,
    Wholesale = 21,
}

/// The finalizer of SplitMix64: spreads every bit of `value` over the whole word.
fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// A stream of chance.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// The stream about `subject` of the customer or organization `index`.
    pub(super) fn new(seed: u64, subject: Subject, index: usize) -> Self {
        let subject = mixed(seed.wrapping_add((subject as u64).wrapping_mul(STEP)));
        Self {
            state: mixed(subject ^ mixed(index as u64)),
        }
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mixed(self.state)
    }

    /// A number from 0 up to, not including, `bound`; 0 if the bound is 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// A number from `low` through `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(usize::try_from(high - low + 1).unwrap_or(0)) as i64
    }

    /// True in `chances` of 1000 cases.
    pub(super) fn per_mille(&mut self, chances: usize) -> bool {
        self.below(1000) < chances
    }

    /// True in `chances` of 100 cases.
    pub(super) fn percent(&mut self, chances: usize) -> bool {
        self.below(100) < chances
    }

    /// A fraction from 0 up to, not including, 1.
    pub(super) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of the `items`, which must not be empty.
    pub(super) fn pick<'items, T>(&mut self, items: &'items [T]) -> &'items T {
        &items[self.below(items.len())]
    }

    /// The index of one of the `weights`, each as likely as it weighs.
    pub(super) fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if rest < *weight {
                return index;
            }
            rest -= weight;
        }
        0
    }

    /// The `pattern` with every `#` replaced by a digit and every `*` by a digit other than zero.
    pub(super) fn filled(&mut self, pattern: &str) -> String {
        let digit = |value: usize| char::from(b'0' + value as u8);
        pattern
            .chars()
            .map(|character| match character {
                '#' => digit(self.below(10)),
                '*' => digit(1 + self.below(9)),
                other => other,
            })
            .collect()
    }
}

/// A shuffling of the numbers below `count` that needs no memory: a small Feistel network over the
/// next power of four, walked until it lands below `count` again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Permutation {
    key: u64,
    count: usize,
    half_bits: u32,
}

impl Permutation {
    /// The shuffling for `subject`.
    pub(super) fn new(seed: u64, subject: Subject, count: usize) -> Self {
        let bits = usize::BITS - count.saturating_sub(1).leading_zeros();
        let key = mixed(seed ^ (subject as u64).wrapping_mul(STEP));
        Self {
            key,
            count,
            half_bits: bits.div_ceil(2).max(1),
        }
    }

    /// Where `index` is shuffled to. A number that is not below the count stays where it is.
    pub(super) fn forward(&self, index: usize) -> usize {
        self.walked(index, |this, left, right, round| {
            (right, left ^ this.round(right, round))
        })
    }

    /// Which number is shuffled to `index`: the inverse of [`Self::forward`].
    pub(super) fn backward(&self, index: usize) -> usize {
        self.walked(index, |this, left, right, round| {
            let round = ROUNDS - 1 - round;
            (right ^ this.round(left, round), left)
        })
    }

    /// Applies the rounds of `step` to the halves of `index` until the result is below the count.
    fn walked(&self, index: usize, step: fn(&Self, u64, u64, u64) -> (u64, u64)) -> usize {
        if index >= self.count {
            return index;
        }
        let mask = (1_u64 << self.half_bits) - 1;
        let mut value = index as u64;
        loop {
            let mut halves = (value >> self.half_bits, value & mask);
            for round in 0..ROUNDS {
                halves = step(self, halves.0, halves.1, round);
            }
            value = (halves.0 << self.half_bits) | halves.1;
            if (value as usize) < self.count {
                return value as usize;
            }
        }
    }

    /// The round function: a hash of one half, as wide as a half.
    fn round(&self, half: u64, round: u64) -> u64 {
        let mask = (1_u64 << self.half_bits) - 1;
        mixed(self.key ^ half.wrapping_add((round + 1).wrapping_mul(STEP))) & mask
    }
}

#[cfg(test)]
mod tests {
    use super::{Permutation, Random, Subject};

    #[test]
    fn the_generator_is_split_mix_64() {
        let mut random = Random { state: 1_234_567 };
        let drawn: Vec<u64> = (0..3).map(|_| random.next()).collect();
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(drawn, published);
    }

    #[test]
    fn a_permutation_meets_every_number_once_and_can_be_undone() {
        for count in [1, 2, 3, 5, 17, 1000, 4097] {
            let permutation = Permutation::new(7, Subject::EMail, count);
            let mut met = vec![false; count];
            for index in 0..count {
                let shuffled = permutation.forward(index);
                assert!(!std::mem::replace(&mut met[shuffled], true), "{shuffled} met twice");
                assert_eq!(permutation.backward(shuffled), index);
            }
        }
    }

    #[test]
    fn a_filled_pattern_keeps_its_shape() {
        let filled = Random::new(1, Subject::Phone, 0).filled("0*-##");
        assert_eq!(filled.len(), 5);
        assert!(filled.starts_with('0') && filled.as_bytes()[2] == b'-');
        assert_ne!(filled.as_bytes()[1], b'0');
    }
}
