//! A CSV file as rows of cells.

use std::{collections::HashMap, fmt, path::Path};

use csv::ErrorKind;

use super::{LoadError, mapping::FileFormat};

/// Where a row stands, and whose it is.
#[derive(Clone, Debug)]
pub struct Place {
    file: String,
    line: u64,
    name: String,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)?;
        if self.name.is_empty() {
            return Ok(());
        }
        write!(formatter, " ({})", self.name)
    }
}

/// One row: the cells that hold something, by column.
#[derive(Debug)]
pub struct Row {
    line: u64,
    cells: HashMap<String, String>,
}

impl Row {
    /// What stands in a column, if anything.
    pub fn cell(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    /// What stands in a column.
    ///
    /// # Errors
    /// A sentence when nothing does.
    pub fn required(&self, column: &str) -> Result<&str, String> {
        self.cell(column)
            .ok_or_else(|| format!("There is nothing in {column}."))
    }
}

/// All rows of a file.
#[derive(Debug)]
pub struct Table {
    /// The file's name without its folder.
    pub file: String,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// The rows that are no rows, and why.
    pub unreadable: Vec<(Place, String)>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or lacks a column.
    pub fn read<'a>(
        path: &Path,
        format: &FileFormat,
        columns: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, LoadError> {
        let file = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        let fault = |error: csv::Error| LoadError::File(path.display().to_string(), error.to_string());
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(format.delimiter())
            .trim(csv::Trim::All)
            .from_path(path)
            .map_err(fault)?;
        let header: Vec<String> = reader
            .headers()
            .map_err(fault)?
            .iter()
            .map(|column| column.trim_start_matches('\u{feff}').to_owned())
            .collect();
        for column in columns {
            if !header.iter().any(|known| known == column) {
                return Err(LoadError::Column(file, column.to_owned()));
            }
        }
        let mut table = Self {
            file,
            rows: Vec::new(),
            unreadable: Vec::new(),
        };
        for record in reader.records() {
            match record {
                Ok(record) => table.rows.push(Row {
                    line: record.position().map_or(0, csv::Position::line),
                    cells: header
                        .iter()
                        .zip(&record)
                        .filter(|(_, cell)| !cell.is_empty() && !format.null.iter().any(|null| null == cell))
                        .map(|(column, cell)| (column.clone(), cell.to_owned()))
                        .collect(),
                }),
                Err(error) => match error.kind() {
                    ErrorKind::Utf8 { .. } | ErrorKind::UnequalLengths { .. } => {
                        let place = Place {
                            file: table.file.clone(),
                            line: error.position().map_or(0, csv::Position::line),
                            name: String::new(),
                        };
                        table.unreadable.push((place, error.to_string()));
                    }
                    _ => return Err(fault(error)),
                },
            }
        }
        Ok(table)
    }

    /// The place of a row, with the names by which people know it.
    pub fn place<'a>(&self, row: &Row, names: impl IntoIterator<Item = Option<&'a str>>) -> Place {
        let names: Vec<&str> = names.into_iter().flatten().collect();
        Place {
            file: self.file.clone(),
            line: row.line,
            name: names.join(" "),
        }
    }
}
