//! Sums and products of columns, in exact decimals: `unitPrice * quantity * (1 - discount)`.

use rust_decimal::Decimal;
use serde::Deserialize;

/// An arithmetic expression over columns: `+`, `-`, `*`, parentheses and numbers. There is no division, so every
/// result is exact.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Formula(Expression);

#[derive(Clone, Debug)]
enum Expression {
    Number(Decimal),
    Column(String),
    Pair(Box<Expression>, char, Box<Expression>),
}

impl Formula {
    /// The columns that occur in it.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns = Vec::new();
        self.0.columns(&mut columns);
        columns
    }

    /// The result, given what the columns hold.
    ///
    /// # Errors
    /// A sentence when a column holds no number, or the result is too large.
    pub fn result(&self, value: &dyn Fn(&str) -> Result<Decimal, String>) -> Result<Decimal, String> {
        self.0.result(value)
    }
}

impl Expression {
    fn columns<'a>(&'a self, columns: &mut Vec<&'a str>) {
        match self {
            Self::Number(_) => {}
            Self::Column(column) => columns.push(column),
            Self::Pair(left, _, right) => {
                left.columns(columns);
                right.columns(columns);
            }
        }
    }

    fn result(&self, value: &dyn Fn(&str) -> Result<Decimal, String>) -> Result<Decimal, String> {
        let (left, operator, right) = match self {
            Self::Number(number) => return Ok(*number),
            Self::Column(column) => return value(column),
            Self::Pair(left, operator, right) => (left.result(value)?, operator, right.result(value)?),
        };
        let (result, decimals) = match operator {
            '+' => (left.checked_add(right), left.scale().max(right.scale())),
            '-' => (left.checked_sub(right), left.scale().max(right.scale())),
            _ => (left.checked_mul(right), left.scale() + right.scale()),
        };
        result
            // Fewer decimals than there should be mean that the result was rounded to fit.
            .filter(|result| result.scale() == decimals || left.is_zero() || right.is_zero())
            .ok_or_else(|| "The numbers are too long to calculate with exactly.".to_owned())
    }
}

impl TryFrom<String> for Formula {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut rest = text.as_str();
        let expression = sum(&mut rest)?;
        if rest.is_empty() {
            Ok(Self(expression))
        } else {
            Err(format!("The formula {text} cannot be read from {rest} on."))
        }
    }
}

fn sum(rest: &mut &str) -> Result<Expression, String> {
    let mut left = product(rest)?;
    while let Some(operator) = take(rest, &['+', '-']) {
        left = Expression::Pair(Box::new(left), operator, Box::new(product(rest)?));
    }
    Ok(left)
}

fn product(rest: &mut &str) -> Result<Expression, String> {
    let mut left = factor(rest)?;
    while let Some(operator) = take(rest, &['*']) {
        left = Expression::Pair(Box::new(left), operator, Box::new(factor(rest)?));
    }
    Ok(left)
}

fn factor(rest: &mut &str) -> Result<Expression, String> {
    if take(rest, &['(']).is_some() {
        let inner = sum(rest)?;
        return match take(rest, &[')']) {
            Some(_) => Ok(inner),
            None => Err("A parenthesis of the formula is not closed.".to_owned()),
        };
    }
    let end = rest
        .find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '.'))
        .unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after.trim_start();
    match word.chars().next() {
        None => Err("The formula lacks a column or a number.".to_owned()),
        Some(first) if first.is_ascii_digit() => Decimal::from_str_exact(word)
            .map(Expression::Number)
            .map_err(|error| format!("{word} is not a number: {error}.")),
        Some(_) => Ok(Expression::Column(word.to_owned())),
    }
}

/// Takes one of these signs, if it is next.
fn take(rest: &mut &str, signs: &[char]) -> Option<char> {
    *rest = rest.trim_start();
    let sign = rest.chars().next().filter(|sign| signs.contains(sign))?;
    *rest = rest[sign.len_utf8()..].trim_start();
    Some(sign)
}
