//! Filters: one grammar for every list, typed operators with AND, OR and NOT.

use async_graphql::{InputObject, MaybeUndefined};
use entity::id::PrefixedId;
use sea_orm::{
    ColumnTrait, Condition, DbBackend,
    sea_query::{BinOper, Expr, ExprTrait, SimpleExpr},
};

use super::{DateTime, Id, bad_input};
use crate::{
    text::{fold, is_clean},
    work::dialect::{self, JsonTest},
};

/// The most values in a list of a filter.
const VALUES: usize = 250;
/// The most conditions in one filter, nested ones included.
const CONDITIONS: usize = 100;

type Filtered = async_graphql::Result<Condition>;

fn refuse(message: impl Into<String>) -> async_graphql::Error {
    bad_input(message, Some("INVALID_FILTER"))
}

/// Counts the conditions of a filter, so that a small request cannot ask for a huge statement.
#[derive(Debug, Default)]
pub struct Budget(usize);

impl Budget {
    /// One more condition.
    ///
    /// # Errors
    /// When there are too many.
    pub fn spend(&mut self) -> async_graphql::Result<()> {
        self.0 += 1;
        if self.0 > CONDITIONS {
            return Err(refuse(format!("A filter has at most {CONDITIONS} conditions.")));
        }
        Ok(())
    }
}

fn some_values<T>(values: &[T]) -> async_graphql::Result<()> {
    if values.len() > VALUES {
        return Err(refuse(format!("A list in a filter has at most {VALUES} values.")));
    }
    Ok(())
}

/// A condition on a text. Case and accents make no difference.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StringFilter {
    /// It is this text.
    pub eq: Option<String>,
    /// It is not this text; a text that is not set counts.
    pub ne: Option<String>,
    /// It is one of these texts.
    #[graphql(name = "in")]
    pub any: Option<Vec<String>>,
    /// It is none of these texts; a text that is not set counts.
    pub not_in: Option<Vec<String>>,
    /// It contains this text.
    pub contains: Option<String>,
    /// It starts with this text.
    pub starts_with: Option<String>,
    /// It is not set (true), or set (false).
    pub is_null: Option<bool>,
}

/// How a text column is compared.
#[derive(Clone, Copy, Debug)]
pub enum TextForm {
    /// The column holds folded text, and an empty text when it is not set.
    Folded,
    /// The column holds normalized e-mail addresses, and an empty text when it is not set.
    Email,
    /// The column holds normalized e-mail addresses, or null.
    EmailOrNull,
    /// The column holds text that is compared as it is, or null.
    Exact,
}

impl TextForm {
    fn of(self, text: &str) -> String {
        match self {
            Self::Folded => fold(text),
            Self::Email | Self::EmailOrNull => {
                crate::text::normalize_email(text).unwrap_or_else(|| text.trim().to_lowercase())
            }
            Self::Exact => text.to_owned(),
        }
    }
}

impl StringFilter {
    /// The condition on a column.
    ///
    /// # Errors
    /// For texts that no column can hold, and lists that are too long.
    pub fn condition(&self, column: impl ColumnTrait, form: TextForm, budget: &mut Budget) -> Filtered {
        budget.spend()?;
        let texts = self
            .eq
            .iter()
            .chain(&self.ne)
            .chain(&self.contains)
            .chain(&self.starts_with);
        let lists = self.any.iter().chain(&self.not_in).flatten();
        if texts
            .chain(lists)
            .any(|text| text.len() > 1_024 || !is_clean(text, false))
        {
            return Err(refuse(
                "A text in a filter has at most 1024 bytes and no control characters.",
            ));
        }
        let column = || SimpleExpr::from(Expr::col(column.as_column_ref()));
        let unset = || match form {
            TextForm::Folded | TextForm::Email => column().eq(""),
            TextForm::EmailOrNull | TextForm::Exact => column().is_null(),
        };
        let mut condition = Condition::all();
        if let Some(text) = &self.eq {
            condition = condition.add(column().eq(form.of(text)));
        }
        if let Some(text) = &self.ne {
            condition = condition.add(column().ne(form.of(text)).or(unset()));
        }
        if let Some(texts) = &self.any {
            some_values(texts)?;
            condition = condition.add(column().is_in(texts.iter().map(|text| form.of(text))));
        }
        if let Some(texts) = &self.not_in {
            some_values(texts)?;
            condition = condition.add(column().is_not_in(texts.iter().map(|text| form.of(text))).or(unset()));
        }
        let part = |text: &str| {
            if matches!(form, TextForm::Email | TextForm::EmailOrNull) {
                text.to_lowercase()
            } else {
                form.of(text)
            }
        };
        if let Some(text) = &self.contains {
            condition = condition.add(dialect::contains(column(), &part(text)));
        }
        if let Some(text) = &self.starts_with {
            condition = condition.add(dialect::starts_with(column(), &part(text)));
        }
        if let Some(is_null) = self.is_null {
            condition = condition.add(if is_null { unset() } else { unset().not() });
        }
        Ok(condition)
    }
}

/// A condition on an id.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "IDFilter")]
pub struct IdFilter {
    /// It is this id.
    pub eq: Option<async_graphql::ID>,
    /// It is one of these ids.
    #[graphql(name = "in")]
    pub any: Option<Vec<async_graphql::ID>>,
    /// It is none of these ids.
    pub not_in: Option<Vec<async_graphql::ID>>,
}

impl IdFilter {
    /// The ids that are asked for (`eq` and `in`), typed; `None` when neither is given.
    ///
    /// # Errors
    /// For ids of another kind, and lists that are too long.
    pub fn wanted<I: PrefixedId>(&self) -> async_graphql::Result<Option<Vec<I>>> {
        let mut wanted: Option<Vec<I>> = self.any.as_deref().map(typed).transpose()?;
        if let Some(id) = &self.eq {
            let id = typed(std::slice::from_ref(id))?;
            wanted = Some(match wanted {
                Some(wanted) => wanted.into_iter().filter(|other| id.contains(other)).collect(),
                None => id,
            });
        }
        Ok(wanted)
    }

    /// The ids that are not wanted, typed.
    ///
    /// # Errors
    /// As for [`Self::wanted`].
    pub fn unwanted<I: PrefixedId>(&self) -> async_graphql::Result<Option<Vec<I>>> {
        self.not_in.as_deref().map(typed).transpose()
    }

    /// The condition on a column of ids.
    ///
    /// # Errors
    /// As for [`Self::wanted`].
    pub fn condition<I: PrefixedId>(&self, column: impl ColumnTrait, budget: &mut Budget) -> Filtered {
        budget.spend()?;
        let column = || SimpleExpr::from(Expr::col(column.as_column_ref()));
        let mut condition = Condition::all();
        if let Some(ids) = self.wanted::<I>()? {
            condition = condition.add(column().is_in(ids.into_iter().map(PrefixedId::uuid)));
        }
        if let Some(ids) = self.unwanted::<I>()? {
            condition = condition.add(
                column()
                    .is_not_in(ids.into_iter().map(PrefixedId::uuid))
                    .or(column().is_null()),
            );
        }
        Ok(condition)
    }
}

fn typed<I: PrefixedId>(ids: &[async_graphql::ID]) -> async_graphql::Result<Vec<I>> {
    some_values(ids)?;
    ids.iter()
        .map(|id| I::parse(id).map_err(|error| bad_input(error.to_string(), None)))
        .collect()
}

/// Reads a list of typed ids, at most `most`.
///
/// # Errors
/// When there are more.
pub fn some_ids<I: PrefixedId>(ids: Vec<Id<I>>, most: usize) -> async_graphql::Result<Vec<I>> {
    if ids.len() > most {
        return Err(bad_input(format!("At most {most} ids are taken at once."), None));
    }
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// A condition on an instant.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DateTimeFilter {
    /// It is this instant.
    pub eq: Option<DateTime>,
    /// It is before this instant.
    pub before: Option<DateTime>,
    /// It is after this instant.
    pub after: Option<DateTime>,
    /// It is not set (true), or set (false).
    pub is_null: Option<bool>,
}

impl DateTimeFilter {
    /// The condition on a column.
    ///
    /// # Errors
    /// When the filter has too many conditions.
    pub fn condition(&self, column: impl ColumnTrait, budget: &mut Budget) -> Filtered {
        budget.spend()?;
        let mut condition = Condition::all();
        if let Some(DateTime(instant)) = self.eq {
            condition = condition.add(column.eq(instant));
        }
        if let Some(DateTime(instant)) = self.before {
            condition = condition.add(column.lt(instant));
        }
        if let Some(DateTime(instant)) = self.after {
            condition = condition.add(column.gt(instant));
        }
        if let Some(is_null) = self.is_null {
            condition = condition.add(if is_null {
                column.is_null()
            } else {
                column.is_not_null()
            });
        }
        Ok(condition)
    }
}

/// A condition on a value inside a JSON object.
#[derive(Clone, Debug, InputObject)]
#[graphql(name = "JSONPathFilter")]
pub struct JsonPathFilter {
    /// The keys that lead to the value, outermost first.
    pub path: Vec<String>,
    /// It is this text, number, truth value or null.
    pub eq: MaybeUndefined<async_graphql::Json<serde_json::Value>>,
    /// It is one of these.
    #[graphql(name = "in")]
    pub any: Option<Vec<async_graphql::Json<serde_json::Value>>>,
    /// It is a text that contains this one; case counts.
    pub contains: Option<String>,
    /// There is a value, even null (true), or there is none (false).
    pub exists: Option<bool>,
    /// It is a number greater than this.
    pub gt: Option<f64>,
    /// It is a number less than this.
    pub lt: Option<f64>,
}

impl JsonPathFilter {
    /// The condition on a column.
    ///
    /// # Errors
    /// For paths and values that no metadata can hold.
    pub fn condition(&self, backend: DbBackend, column: impl ColumnTrait, budget: &mut Budget) -> Filtered {
        budget.spend()?;
        let keys_fit = (1..=8).contains(&self.path.len())
            && self
                .path
                .iter()
                .all(|key| (1..=255).contains(&key.len()) && is_clean(key, false) && !key.contains('\\'));
        if !keys_fit {
            return Err(refuse("A path has 1 to 8 keys of 1 to 255 bytes."));
        }
        let scalar = |value: &serde_json::Value| {
            let fits = match value {
                serde_json::Value::String(text) => text.len() <= 1_024 && is_clean(text, true),
                serde_json::Value::Array(_) | serde_json::Value::Object(_) => false,
                _ => true,
            };
            if fits {
                Ok(())
            } else {
                Err(refuse("Compare with a text, a number, a truth value or null."))
            }
        };
        let test = |test: JsonTest| dialect::json_path(backend, column, &self.path, &test);
        let mut condition = Condition::all();
        let equal = match &self.eq {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(serde_json::Value::Null),
            MaybeUndefined::Value(value) => Some(value.0.clone()),
        };
        if let Some(value) = equal {
            scalar(&value)?;
            condition = condition.add(test(JsonTest::Equals(value)));
        }
        if let Some(values) = &self.any {
            some_values(values)?;
            let mut any = Condition::any().add(Expr::val(1).eq(0));
            for value in values {
                scalar(&value.0)?;
                any = any.add(test(JsonTest::Equals(value.0.clone())));
            }
            condition = condition.add(any);
        }
        if let Some(text) = &self.contains {
            scalar(&serde_json::Value::String(text.clone()))?;
            condition = condition.add(test(JsonTest::Contains(text.clone())));
        }
        if let Some(exists) = self.exists {
            condition = condition.add(test(JsonTest::Exists(exists)));
        }
        if let Some(number) = self.gt {
            condition = condition.add(test(JsonTest::GreaterThan(number)));
        }
        if let Some(number) = self.lt {
            condition = condition.add(test(JsonTest::LessThan(number)));
        }
        Ok(condition)
    }
}

/// Joins the parts of a `where` input: its own condition with those of `AND`, `OR` and `NOT`.
///
/// # Errors
/// What a part complains about.
pub fn combine<W>(
    own: Condition,
    and: Option<&[W]>,
    or: Option<&[W]>,
    not: Option<&W>,
    budget: &mut Budget,
    condition_of: impl Fn(&W, &mut Budget) -> Filtered,
) -> Filtered {
    let mut condition = own;
    for part in and.into_iter().flatten() {
        budget.spend()?;
        condition = condition.add(condition_of(part, budget)?);
    }
    if let Some(parts) = or {
        // An empty list of alternatives asks for nothing and is ignored, as an empty AND is.
        let mut any = Condition::any();
        for part in parts {
            budget.spend()?;
            any = any.add(condition_of(part, budget)?);
        }
        if !parts.is_empty() {
            condition = condition.add(any);
        }
    }
    if let Some(part) = not {
        budget.spend()?;
        // A comparison with something that is not set is neither true nor false; NOT means "is not true".
        let excluded = SimpleExpr::from(condition_of(part, budget)?);
        condition = condition.add(excluded.binary(BinOper::IsNot, SimpleExpr::Constant(true.into())));
    }
    Ok(condition)
}
