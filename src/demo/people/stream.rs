//! The stream that customers and organizations come in.

use super::census::Census;
use std::ops::Range;

/// Customers or organizations that are computed when they are asked for.
#[derive(Clone, Debug)]
pub struct Stream<T> {
    census: Census,
    indexes: Range<usize>,
    make: fn(&Census, usize) -> T,
}

impl<T> Stream<T> {
    /// What `make` makes of each of the indexes.
    pub(super) fn new(census: Census, indexes: Range<usize>, make: fn(&Census, usize) -> T) -> Self {
        Self { census, indexes, make }
    }
}

impl<T> Iterator for Stream<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.nth(0)
    }

    fn nth(&mut self, skipped: usize) -> Option<T> {
        let index = self.indexes.nth(skipped)?;
        Some((self.make)(&self.census, index))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indexes.size_hint()
    }

    fn count(self) -> usize {
        self.indexes.len()
    }
}

impl<T> ExactSizeIterator for Stream<T> {}
