//! SQL in which the two databases differ, in one place.

use sea_orm::{
    ColumnTrait, Condition, DbBackend, Statement,
    entity::prelude::{Json, Uuid},
    sea_query::{
        Alias, Asterisk, Expr, ExprTrait, Func, JoinType, LikeExpr, Order, OverStatement, Query, SelectStatement,
        SimpleExpr, Value, WindowStatement,
    },
};

/// `column` is one of these ids.
///
/// PostgreSQL takes them as one array, so that the statement is prepared once for any number of ids. One id alone is
/// compared: for an array of unknown length PostgreSQL plans with ten, finds that dear, and plans anew each time.
pub fn any_of(backend: DbBackend, column: impl Into<SimpleExpr>, ids: impl IntoIterator<Item = Uuid>) -> SimpleExpr {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    match (backend, ids.as_slice()) {
        (_, [only]) => column.into().eq(*only),
        (DbBackend::Postgres, _) => column.into().eq(Func::cust("ANY").arg(Expr::val(ids))),
        _ => column.into().is_in(ids),
    }
}

/// Builds a select, on PostgreSQL with its limits written out.
///
/// PostgreSQL keeps the plan of a prepared statement when a plan that knows no parameters is no dearer than those that
/// know them. Without its limit a plan seems to read the whole list, so it would plan each page anew, which takes
/// longer than to read it.
pub fn with_known_limits(backend: DbBackend, select: &SelectStatement) -> Statement {
    let mut statement = backend.build(select);
    if backend != DbBackend::Postgres {
        return statement;
    }
    let values = statement.values.as_ref().map_or(&[][..], |values| values.0.as_slice());
    let mut pieces = statement.sql.split(" LIMIT $");
    let mut sql = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        let limit = number
            .parse::<usize>()
            .ok()
            .and_then(|number| values.get(number.checked_sub(1)?));
        // The parameter stays, unused, so that the others keep their numbers.
        match limit {
            Some(Value::BigUnsigned(Some(limit))) => sql.push_str(&format!(" LIMIT {limit}{rest}")),
            _ => sql.push_str(&format!(" LIMIT ${piece}")),
        }
    }
    statement.sql = sql;
    statement
}

/// `column` contains the text, which is compared as it is.
pub fn contains(column: impl Into<SimpleExpr>, text: &str) -> SimpleExpr {
    column
        .into()
        .like(LikeExpr::new(format!("%{}%", escape_like(text))).escape('\\'))
}

/// `column` starts with the text, which is compared as it is.
pub fn starts_with(column: impl Into<SimpleExpr>, text: &str) -> SimpleExpr {
    column
        .into()
        .like(LikeExpr::new(format!("{}%", escape_like(text))).escape('\\'))
}

fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Customers whose search text holds every one of the folded words, from the search index: anywhere for words of three
/// characters and more, at the start of a word for shorter ones.
///
/// PostgreSQL has a trigram index on the column. SQLite has a trigram table, which knows nothing shorter than three
/// characters: a space and two letters still are three, a single letter is looked for in the rows that the other
/// words leave.
pub fn search(backend: DbBackend, search_text: impl ColumnTrait, id: impl ColumnTrait, words: &[String]) -> Condition {
    if backend != DbBackend::Sqlite {
        return search_by_reading(search_text, words);
    }
    let (phrases, letters): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| is_phrase(word));
    let letters: Vec<String> = letters.into_iter().cloned().collect();
    let mut condition = search_by_reading(search_text, &letters);
    if !phrases.is_empty() {
        let rows = Query::select()
            .expr(Expr::col("customer_id"))
            .from("customer_search_row")
            .and_where(Expr::col("row").in_subquery(trigram_rows(&phrases)))
            .take();
        condition = condition.add(column(id).in_subquery(rows));
    }
    condition
}

/// The same, by reading the column of each row: for walking a list in its own order.
pub fn search_by_reading(search_text: impl ColumnTrait, words: &[String]) -> Condition {
    words.iter().fold(Condition::all(), |condition, word| {
        condition.add(contains(column(search_text), &pattern(word)))
    })
}

/// Counts what SQLite's trigram table knows under the words, up to `most`; `None` when it knows none of the words.
pub fn search_probe(words: &[String], most: u64) -> Option<SelectStatement> {
    let phrases: Vec<&String> = words.iter().filter(|word| is_phrase(word)).collect();
    (!phrases.is_empty()).then(|| {
        let rows = trigram_rows(&phrases).limit(most).take();
        Query::select()
            .expr(Expr::col(Asterisk).count())
            .from_subquery(rows, "matched")
            .take()
    })
}

fn trigram_rows(phrases: &[&String]) -> SelectStatement {
    let phrases: Vec<String> = phrases
        .iter()
        .map(|word| format!("\"{}\"", pattern(word).replace('"', "\"\"")))
        .collect();
    Query::select()
        .expr(Expr::col("rowid"))
        .from("customer_search")
        .and_where(numbered(
            DbBackend::Sqlite,
            "customer_search match $1",
            &[SimpleExpr::Value(phrases.join(" ").into())],
        ))
        .take()
}

/// What is looked for: the word, with a space before it when it must be a start.
fn pattern(word: &str) -> String {
    if word.chars().nth(2).is_some() {
        word.to_owned()
    } else {
        format!(" {word}")
    }
}

/// Whether the pattern of a word has the three characters of a trigram.
fn is_phrase(word: &str) -> bool {
    word.chars().nth(1).is_some()
}

/// What is asked of a value inside a JSON column.
#[derive(Clone, Debug)]
pub enum JsonTest {
    /// It is this text, number, truth value or null.
    Equals(Json),
    /// There is one, even null.
    Exists(bool),
    /// It is a text that contains this one, compared as it is.
    Contains(String),
    /// It is a number greater than this.
    GreaterThan(f64),
    /// It is a number less than this.
    LessThan(f64),
}

/// Tests the value at a path inside a JSON column.
pub fn json_path(backend: DbBackend, column: impl ColumnTrait, path: &[String], test: &JsonTest) -> SimpleExpr {
    let column = SimpleExpr::from(Expr::col(column.as_column_ref()));
    if backend == DbBackend::Postgres {
        let value = |sql: &str, value: Value| {
            let keys = SimpleExpr::Value(path.to_vec().into());
            numbered(backend, sql, &[column.clone(), keys, SimpleExpr::Value(value)])
        };
        let nothing = Value::Bool(None);
        return match test {
            JsonTest::Equals(wanted) => value("($1 #> $2) is not distinct from $3", wanted.clone().into()),
            JsonTest::Exists(true) => value("($1 #> $2) is not null", nothing),
            JsonTest::Exists(false) => value("($1 #> $2) is null", nothing),
            JsonTest::Contains(text) => value(
                "(jsonb_typeof($1 #> $2) = 'string' and position($3 in ($1 #>> $2)) > 0)",
                text.clone().into(),
            ),
            JsonTest::GreaterThan(number) => value(
                "(case when jsonb_typeof($1 #> $2) = 'number' then ($1 #>> $2)::float8 > $3 else false end)",
                (*number).into(),
            ),
            JsonTest::LessThan(number) => value(
                "(case when jsonb_typeof($1 #> $2) = 'number' then ($1 #>> $2)::float8 < $3 else false end)",
                (*number).into(),
            ),
        };
    }
    let place = path.iter().fold("$".to_owned(), |place, key| {
        format!("{place}.\"{}\"", key.replace('"', "\\\""))
    });
    let value = |sql: &str, value: Value| {
        let place = SimpleExpr::Value(place.clone().into());
        numbered(backend, sql, &[column.clone(), place, SimpleExpr::Value(value)])
    };
    let nothing = Value::Bool(None);
    match test {
        JsonTest::Equals(Json::Null) => value("json_type($1, $2) is 'null'", nothing),
        JsonTest::Equals(Json::Bool(truth)) => value(
            "json_type($1, $2) is $3",
            (if *truth { "true" } else { "false" }).into(),
        ),
        JsonTest::Equals(Json::Number(number)) => value(
            "(json_type($1, $2) in ('integer', 'real') and json_extract($1, $2) = $3)",
            number.as_f64().unwrap_or_default().into(),
        ),
        JsonTest::Equals(Json::String(text)) => value(
            "(json_type($1, $2) is 'text' and json_extract($1, $2) = $3)",
            text.clone().into(),
        ),
        JsonTest::Equals(other) => value("json_extract($1, $2) is $3", other.to_string().into()),
        JsonTest::Exists(true) => value("json_type($1, $2) is not null", nothing),
        JsonTest::Exists(false) => value("json_type($1, $2) is null", nothing),
        JsonTest::Contains(text) => value(
            "(json_type($1, $2) is 'text' and instr(json_extract($1, $2), $3) > 0)",
            text.clone().into(),
        ),
        JsonTest::GreaterThan(number) => value(
            "(json_type($1, $2) in ('integer', 'real') and json_extract($1, $2) > $3)",
            (*number).into(),
        ),
        JsonTest::LessThan(number) => value(
            "(json_type($1, $2) in ('integer', 'real') and json_extract($1, $2) < $3)",
            (*number).into(),
        ),
    }
}

/// An expression with the parts `$1` to `$9`; SQLite's placeholders have no numbers, so a part is repeated there.
fn numbered(backend: DbBackend, sql: &str, parts: &[SimpleExpr]) -> SimpleExpr {
    let mut template = String::with_capacity(sql.len());
    let mut used = Vec::new();
    let mut pieces = sql.split('$');
    template.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (number, rest) = piece.split_at(1);
        let part = number
            .parse::<usize>()
            .ok()
            .and_then(|number| parts.get(number.checked_sub(1)?));
        if let Some(part) = part {
            used.push(part.clone());
        }
        if backend == DbBackend::Postgres {
            template.push_str(&format!("${}", used.len()));
        } else {
            template.push('?');
        }
        template.push_str(rest);
    }
    Expr::cust_with_exprs(template, used)
}

/// The first rows of each parent, in one statement.
///
/// `rows` selects the rows of all parents, with the parent's id among its columns; `parent` is that column. On
/// PostgreSQL each parent's rows are read from the index by a lateral join; SQLite numbers them with a window.
pub fn first_of_each(
    backend: DbBackend,
    mut rows: SelectStatement,
    parent: impl ColumnTrait,
    parents: &[Uuid],
    order: &[(SimpleExpr, Order)],
    limit: u64,
) -> SelectStatement {
    let parent = Expr::col(parent.as_column_ref());
    if let [only] = parents {
        rows.and_where(parent.eq(*only)).limit(limit);
        for (expression, direction) in order {
            rows.order_by_expr(expression.clone(), direction.clone());
        }
        return rows;
    }
    let page = Alias::new("page");
    if backend == DbBackend::Postgres {
        let each = Alias::new("each_parent");
        rows.and_where(parent.eq(Expr::col((each.clone(), each.clone()))))
            .limit(limit);
        for (expression, direction) in order {
            rows.order_by_expr(expression.clone(), direction.clone());
        }
        return Query::select()
            .column((page.clone(), Asterisk))
            .from_function(Func::cust("unnest").arg(Expr::val(parents.to_vec())), each)
            .join_lateral(JoinType::InnerJoin, rows, page, Expr::cust("true"))
            .take();
    }
    let number = Alias::new("page_row");
    let mut window = WindowStatement::new();
    window.add_partition_by(parent.clone());
    for (expression, direction) in order {
        window.order_by_expr(expression.clone(), direction.clone());
    }
    rows.and_where(parent.is_in(parents.iter().copied())).expr_window_as(
        Func::cust("row_number"),
        window,
        number.clone(),
    );
    Query::select()
        .column((page.clone(), Asterisk))
        .from_subquery(rows, page)
        .and_where(Expr::col(number.clone()).lte(i64::try_from(limit).unwrap_or(i64::MAX)))
        .order_by(number, Order::Asc)
        .take()
}

/// A column, named with its table, as an expression.
pub fn column(column: impl ColumnTrait) -> SimpleExpr {
    Expr::col(column.as_column_ref())
}
