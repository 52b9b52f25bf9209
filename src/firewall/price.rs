//! What a document costs: an object is 1, a page of a list 1 and what each of its rows costs, a count of all 10.
//!
//! A price is worked out once for a document, as far as it does not depend on variables, and each fragment in it once,
//! however often it is spread. What depends on variables is left open and filled in for each request.

use async_graphql::{Name, Variables};
use async_graphql_value::{ConstValue, Value};

use super::shape::UNSAID;

/// What counting all rows of a list costs.
pub(super) const TOTAL_COUNT: u64 = 10;

/// A price within a connection: a part of it is for the page, another for each of its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Price {
    once: u64,
    per_row: u64,
}

/// A price of which parts may be left open.
#[derive(Clone, Debug, Default)]
pub(super) struct Formula {
    known: Price,
    open: Vec<Term>,
}

/// A part that is left open.
#[derive(Clone, Debug)]
enum Term {
    /// So often what is inside.
    Times(Count, Formula),
    /// A page of so many rows.
    Page(Count, Formula),
    /// What is inside, for each row of the page around it.
    PerRow(Formula),
    /// A fragment, by its place.
    Fragment(usize),
}

/// How often, or how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// So many.
    Known(u64),
    /// A page, as large as `first` or `last` say, of which some are in variables; or as large as pages are.
    Page([Said; 2], u64),
    /// As many as the list in a variable has items.
    Items(Name),
    /// As many as the longest list in these variables has items, and so many at least.
    Longest(Vec<Name>, u64),
}

/// What an argument says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    Rows(u64),
    Variable(Name),
}

impl Said {
    fn of(value: Option<&Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Nothing,
            Some(Value::Variable(name)) => Self::Variable(name.clone()),
            // What is no number, or a negative one, is refused by the field itself.
            Some(Value::Number(number)) => Self::Rows(number.as_u64().unwrap_or(0)),
            Some(_) => Self::Rows(0),
        }
    }

    fn rows(&self, variables: &Variables) -> Option<u64> {
        match self {
            Self::Nothing => None,
            Self::Rows(rows) => Some(*rows),
            Self::Variable(name) => match variables.get(name) {
                None | Some(ConstValue::Null) => None,
                Some(ConstValue::Number(number)) => Some(number.as_u64().unwrap_or(0)),
                Some(_) => Some(0),
            },
        }
    }
}

impl Count {
    /// The size of a page. Where both ends say something the field refuses it; here the larger counts.
    pub(super) fn of_page(first: Option<&Value>, last: Option<&Value>, unsaid: u64) -> Self {
        let said = [Said::of(first), Said::of(last)];
        if said.iter().any(|said| matches!(said, Said::Variable(_))) {
            return Self::Page(said, unsaid);
        }
        Self::Known(Self::Page(said, unsaid).value(&Variables::default()))
    }

    /// How many items a list has.
    pub(super) fn of_items(list: Option<&Value>) -> Self {
        match list {
            Some(Value::Variable(name)) => Self::Items(name.clone()),
            Some(Value::List(items)) => Self::Known(items.len() as u64),
            Some(_) => Self::Known(1),
            None => Self::Known(UNSAID),
        }
    }

    /// How many rows a mutation answers with, which has these arguments.
    pub(super) fn of_rows<'a>(arguments: impl Iterator<Item = &'a Value>) -> Self {
        let (mut variables, mut known) = (Vec::new(), UNSAID);
        arguments.for_each(|value| longest(value, &mut variables, &mut known));
        if variables.is_empty() {
            return Self::Known(known);
        }
        Self::Longest(variables, known)
    }

    fn value(&self, variables: &Variables) -> u64 {
        match self {
            Self::Known(count) => *count,
            Self::Page(said, unsaid) => {
                let said = said.iter().filter_map(|said| said.rows(variables));
                said.max().unwrap_or(*unsaid)
            }
            Self::Items(name) => match variables.get(name) {
                Some(ConstValue::List(items)) => items.len() as u64,
                Some(_) => 1,
                None => 0,
            },
            Self::Longest(names, known) => {
                let given = names.iter().filter_map(|name| variables.get(name));
                given.map(longest_constant).max().unwrap_or(0).max(*known)
            }
        }
    }
}

/// The list that an argument is, or those right inside it; what is in rows is no row.
fn longest(value: &Value, variables: &mut Vec<Name>, known: &mut u64) {
    let mut look = |value: &Value| match value {
        Value::Variable(name) => variables.push(name.clone()),
        Value::List(items) => *known = (*known).max(items.len() as u64),
        _ => {}
    };
    match value {
        Value::Object(fields) => fields.values().for_each(look),
        other => look(other),
    }
}

fn longest_constant(value: &ConstValue) -> u64 {
    let length = |value: &ConstValue| match value {
        ConstValue::List(items) => items.len() as u64,
        _ => 0,
    };
    match value {
        ConstValue::Object(fields) => fields.values().map(length).max().unwrap_or(0),
        other => length(other),
    }
}

impl Price {
    fn add(&mut self, other: Self) {
        self.once = self.once.saturating_add(other.once);
        self.per_row = self.per_row.saturating_add(other.per_row);
    }

    fn of_page(self, rows: u64) -> Self {
        let rows = rows.saturating_mul(self.per_row);
        Self::once(rows.saturating_add(self.once).saturating_add(1))
    }

    fn once(once: u64) -> Self {
        Self { once, per_row: 0 }
    }
}

impl Formula {
    /// So much, whatever is asked.
    pub(super) fn of(price: u64) -> Self {
        Self {
            known: Price::once(price),
            open: Vec::new(),
        }
    }

    /// A fragment, by its place; a closed one is written out.
    pub(super) fn of_fragment(place: usize, formula: &Self) -> Self {
        if formula.open.is_empty() {
            return formula.clone();
        }
        Self {
            known: Price::default(),
            open: vec![Term::Fragment(place)],
        }
    }

    /// This and the other.
    pub(super) fn add(&mut self, other: Self) {
        self.known.add(other.known);
        self.open.extend(other.open);
    }

    /// One object with what is inside.
    pub(super) fn object(mut self) -> Self {
        self.known.add(Price::once(1));
        self
    }

    /// So often what is inside.
    pub(super) fn times(self, count: Count) -> Self {
        match (count, self.open.is_empty()) {
            (Count::Known(count), true) => Self::of(self.known.once.saturating_mul(count)),
            (count, _) => Self::open(Term::Times(count, self)),
        }
    }

    /// A page with what is inside.
    pub(super) fn page(self, count: Count) -> Self {
        match (count, self.open.is_empty()) {
            (Count::Known(count), true) => Self {
                known: self.known.of_page(count),
                open: Vec::new(),
            },
            (count, _) => Self::open(Term::Page(count, self)),
        }
    }

    /// What is inside, for each row of the page around it.
    pub(super) fn per_row(self) -> Self {
        if self.open.is_empty() {
            let per_row = self.known.once;
            return Self {
                known: Price { once: 0, per_row },
                open: Vec::new(),
            };
        }
        Self::open(Term::PerRow(self))
    }

    fn open(term: Term) -> Self {
        Self {
            known: Price::default(),
            open: vec![term],
        }
    }

    /// The price with these variables.
    pub(super) fn price(&self, variables: &Variables, fragments: &[Self]) -> u64 {
        let mut known = vec![None; fragments.len()];
        self.value(variables, fragments, &mut known).once
    }

    fn value(&self, variables: &Variables, fragments: &[Self], known: &mut [Option<Price>]) -> Price {
        let mut price = self.known;
        for term in &self.open {
            let part = match term {
                Term::Times(count, inner) => {
                    let once = inner.value(variables, fragments, known).once;
                    Price::once(once.saturating_mul(count.value(variables)))
                }
                Term::Page(count, inner) => {
                    let inner = inner.value(variables, fragments, known);
                    inner.of_page(count.value(variables))
                }
                Term::PerRow(inner) => Price {
                    once: 0,
                    per_row: inner.value(variables, fragments, known).once,
                },
                Term::Fragment(place) => match known[*place] {
                    Some(price) => price,
                    None => {
                        // Fragments that contain themselves were refused before.
                        let price = fragments[*place].value(variables, fragments, known);
                        known[*place] = Some(price);
                        price
                    }
                },
            };
            price.add(part);
        }
        price
    }
}
