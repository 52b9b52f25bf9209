//! The mapping file: which column means what, and what stands in no column.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

use super::{LoadError, formula::Formula, table::Row};

/// The whole mapping.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// How the files are written.
    pub files: FileFormat,
    /// What the customers file tells about customers.
    pub customers: CustomerMapping,
    /// What the customers file tells about addresses.
    pub addresses: Option<AddressMapping>,
    /// Two-letter codes of the names that countries have in the files.
    #[serde(default)]
    pub countries: BTreeMap<String, String>,
    /// What the customers file tells about organizations.
    pub organizations: Option<OrganizationMapping>,
    /// What the orders file tells.
    pub orders: OrderMapping,
    /// What the order-lines file tells.
    pub lines: LineMapping,
}

/// How the files are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileFormat {
    /// What stands between cells; a comma unless told otherwise.
    #[serde(default)]
    delimiter: Option<char>,
    /// What stands in a cell that holds nothing, beside no text at all.
    #[serde(default)]
    pub null: Vec<String>,
    /// How times are written, in the signs of `strftime`. Without an offset they are in UTC.
    pub date_format: String,
}

/// Fields of an input by their names in the GraphQL schema.
pub type Fields = BTreeMap<String, Field>;

/// Where the text of a field comes from.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Field {
    /// A column.
    Column(String),
    /// The same for all rows.
    Constant {
        /// The text.
        value: String,
    },
    /// Whether anything stands in a column.
    Choice {
        /// The column.
        when: String,
        /// The text when something does.
        then: String,
        /// The text when nothing does.
        otherwise: String,
    },
}

/// What tells about customers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerMapping {
    /// The column with the id.
    pub external_id: String,
    /// A column with given and family name in one.
    pub name: Option<NameMapping>,
    /// The other fields.
    #[serde(default)]
    pub fields: Fields,
    /// Keys of the metadata.
    #[serde(default)]
    pub metadata: Fields,
}

/// How a name is split.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameMapping {
    /// The column.
    pub column: String,
    /// Where the family name begins.
    family_name: FamilyName,
    /// Small words that belong to the family name that they precede, such as `de`.
    #[serde(default)]
    particles: Vec<String>,
}

/// Where the family name begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FamilyName {
    /// At the last word, or at a particle before it.
    LastWord,
    /// After the first word.
    AfterFirstWord,
}

/// What tells about addresses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressMapping {
    /// The column with the country, as a name of `[countries]` or a two-letter code.
    pub country: String,
    /// Whether goods go there.
    #[serde(default)]
    pub default_shipping: bool,
    /// Whether bills go there.
    #[serde(default)]
    pub default_billing: bool,
    /// The other fields.
    pub fields: Fields,
}

/// What tells about organizations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationMapping {
    /// The column with the id.
    pub external_id: String,
    /// The column with the name; a row without one makes no organization.
    pub name: String,
    /// The role of the customer in it.
    pub role: String,
}

/// What tells about orders.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderMapping {
    /// The service that owns the orders.
    pub source: String,
    /// The column with the id.
    pub order_id: String,
    /// The column with the external id of the customer.
    pub customer: String,
    /// The column with the external id of the organization.
    pub organization: Option<String>,
    /// The currency of all amounts.
    pub currency: String,
    /// How many decimals the currency has.
    pub decimals: u32,
    /// The total, rounded half up, once. The name `lines` in it stands for the exact sum over the lines.
    pub total: Formula,
    /// The column with the time of the order.
    pub placed_at: String,
    /// The columns with times of changes; the latest counts.
    pub updated_at: Vec<String>,
    /// The other fields.
    #[serde(default)]
    pub fields: Fields,
}

/// What tells about the lines of orders.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineMapping {
    /// The column with the id of the order.
    pub order_id: String,
    /// The column with the number of pieces.
    pub quantity: String,
    /// The column with the price of one piece.
    pub unit_price: String,
    /// The exact total of the line.
    pub total: Formula,
    /// The other fields.
    #[serde(default)]
    pub fields: Fields,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let fault = |error: &dyn std::fmt::Display| LoadError::File(path.display().to_string(), error.to_string());
        let text = fs::read_to_string(path).map_err(|error| fault(&error))?;
        toml::from_str(&text).map_err(|error| fault(&error))
    }

    /// The columns that the customers file must have.
    pub fn customer_columns(&self) -> Vec<&str> {
        let customers = &self.customers;
        let mut columns = vec![customers.external_id.as_str()];
        columns.extend(customers.name.iter().map(|name| name.column.as_str()));
        columns.extend(columns_of(&customers.fields));
        columns.extend(columns_of(&customers.metadata));
        if let Some(addresses) = &self.addresses {
            columns.push(&addresses.country);
            columns.extend(columns_of(&addresses.fields));
        }
        if let Some(organizations) = &self.organizations {
            columns.extend([organizations.external_id.as_str(), organizations.name.as_str()]);
        }
        columns
    }

    /// The columns that the orders file must have.
    pub fn order_columns(&self) -> Vec<&str> {
        let orders = &self.orders;
        let mut columns = vec![&*orders.order_id, &*orders.customer, &*orders.placed_at];
        columns.extend(orders.organization.as_deref());
        columns.extend(orders.updated_at.iter().map(String::as_str));
        columns.extend(orders.total.columns().into_iter().filter(|column| *column != "lines"));
        columns.extend(columns_of(&orders.fields));
        columns
    }

    /// The columns that the order-lines file must have.
    pub fn line_columns(&self) -> Vec<&str> {
        let lines = &self.lines;
        let mut columns = vec![&*lines.order_id, &*lines.quantity, &*lines.unit_price];
        columns.extend(lines.total.columns());
        columns.extend(columns_of(&lines.fields));
        columns
    }
}

impl FileFormat {
    /// What stands between cells.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
            .and_then(|delimiter| u8::try_from(delimiter).ok())
            .unwrap_or(b',')
    }
}

impl Field {
    /// The text for a row, if any.
    pub fn text<'a>(&'a self, row: &'a Row) -> Option<&'a str> {
        match self {
            Self::Column(column) => row.cell(column),
            Self::Constant { value } => Some(value),
            Self::Choice { when, then, otherwise } => Some(if row.cell(when).is_some() { then } else { otherwise }),
        }
    }

    fn column(&self) -> Option<&str> {
        match self {
            Self::Column(column) | Self::Choice { when: column, .. } => Some(column),
            Self::Constant { .. } => None,
        }
    }
}

fn columns_of(fields: &Fields) -> impl Iterator<Item = &str> {
    fields.values().filter_map(Field::column)
}

impl NameMapping {
    /// The given and the family name; a name of one word is a given name.
    pub fn split(&self, row: &Row) -> (Option<String>, Option<String>) {
        let words: Vec<&str> = row
            .cell(&self.column)
            .map(|name| name.split_whitespace().collect())
            .unwrap_or_default();
        let mut family = match self.family_name {
            FamilyName::AfterFirstWord => 1,
            FamilyName::LastWord => words.len().saturating_sub(1).max(1),
        };
        while family > 1 && self.particles.iter().any(|particle| particle == words[family - 1]) {
            family -= 1;
        }
        let (given, family) = words.split_at(family.min(words.len()));
        let text = |words: &[&str]| (!words.is_empty()).then(|| words.join(" "));
        (text(given), text(family))
    }
}
