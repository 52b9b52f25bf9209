//! Collects settings from the file and the environment, and everything that is wrong with them.

use std::{collections::HashSet, path::Path};

use figment::{
    Error, Figment, Metadata, Profile, Provider,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};

use super::{Mistake, Mistakes, PREFIX, name_of, setting::Setting};

/// A group of settings.
pub(super) trait Section: Sized {
    /// Its name in the file; in capitals, part of the variables' names.
    const NAME: &'static str;
    /// The names of its settings.
    const SETTINGS: &'static [&'static str];

    /// Reads every setting; a default stands in for what is absent or wrong.
    fn read(reader: &mut Reader) -> Self;

    /// Every setting with its value, without secrets.
    fn shown(&self) -> Vec<(&'static str, String)>;
}

type Known = [(&'static str, &'static [&'static str])];

/// What was given, and what is wrong with it.
#[derive(Default)]
pub(super) struct Reader {
    given: Figment,
    mistakes: Vec<Mistake>,
    /// Settings whose value could not be read, so that nothing else is said about them.
    unread: HashSet<String>,
}

impl Reader {
    pub(super) fn add_file(&mut self, file: &Path, known: &Known) {
        let name = file.display().to_string();
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => return self.complain(name, format!("cannot be read: {error}.")),
        };
        let sections: Dict = match Toml::from_str(&text) {
            Ok(sections) => sections,
            Err(error) => {
                // The parser's own message quotes the line, which may hold a secret.
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                return self.complain(name, format!("is not valid TOML; look at line {line}."));
            }
        };
        for (section, settings) in &sections {
            let place = |key: &str| format!("{key} in {name}");
            let Some((_, known_settings)) = known.iter().find(|(known, _)| known == section) else {
                let names = known.iter().map(|(name, _)| *name);
                self.complain(place(section), unknown(section, names));
                continue;
            };
            let Some(settings) = settings.as_dict() else {
                self.complain(place(section), format!("must be a table: write [{section}]."));
                continue;
            };
            for setting in settings.keys().filter(|key| !known_settings.contains(&key.as_str())) {
                let message = unknown(setting, known_settings.iter().copied());
                self.complain(place(&format!("{section}.{setting}")), message);
            }
        }
        self.merge(name, sections);
    }

    pub(super) fn add_environment(&mut self, variables: impl IntoIterator<Item = (String, String)>, known: &Known) {
        let mut sections = Dict::new();
        let mut variables: Vec<_> = variables.into_iter().collect();
        variables.sort_unstable();
        for (variable, value) in variables {
            let Some(rest) = variable.strip_prefix(PREFIX) else {
                continue;
            };
            let ours_alone = rest == "CONFIG" || rest.starts_with("REQUIRE_");
            if ours_alone || rest.starts_with("TEST_") || rest.starts_with("BENCH_") {
                continue;
            }
            let found = known.iter().find_map(|(section, settings)| {
                let setting = settings.iter().find(|setting| name_of(section, setting) == variable)?;
                Some((*section, *setting))
            });
            let Some((section, setting)) = found else {
                let names: Vec<String> = known
                    .iter()
                    .flat_map(|(section, settings)| settings.iter().map(|setting| name_of(section, setting)))
                    .collect();
                let message = unknown(&variable, names.iter().map(String::as_str));
                self.complain(variable, message);
                continue;
            };
            if value.is_empty() {
                continue;
            }
            if let Value::Dict(_, settings) = sections
                .entry(section.to_owned())
                .or_insert_with(|| Value::from(Dict::new()))
            {
                settings.insert(setting.to_owned(), Value::from(value));
            }
        }
        self.merge(String::new(), sections);
    }

    fn merge(&mut self, source: String, sections: Dict) {
        self.given = std::mem::take(&mut self.given).merge(Given { source, sections });
    }

    /// The value of a setting; `None` when it was not given or is wrong.
    pub(super) fn setting<T: Setting>(&mut self, section: &str, setting: &str) -> Option<T> {
        let value = self.given.find_value(&format!("{section}.{setting}")).ok()?;
        match text(&value).and_then(|text| T::read(&text)) {
            Ok(read) => Some(read),
            Err(message) => {
                self.unread.insert(format!("{section}.{setting}"));
                let source = self
                    .given
                    .get_metadata(value.tag())
                    .map(|metadata| metadata.name.clone());
                let place = match source.as_deref() {
                    None | Some("") => name_of(section, setting),
                    Some(file) => format!("{section}.{setting} in {file}"),
                };
                self.complain(place, message);
                None
            }
        }
    }

    /// Complains about a setting that was read, when a condition does not hold.
    pub(super) fn require(&mut self, holds: bool, section: &str, setting: &str, message: impl Into<String>) {
        if !holds && !self.unread.contains(&format!("{section}.{setting}")) {
            self.complain(name_of(section, setting), message);
        }
    }

    fn complain(&mut self, setting: impl Into<String>, message: impl Into<String>) {
        self.mistakes.push(Mistake {
            setting: setting.into(),
            message: message.into(),
        });
    }

    pub(super) fn finish(self) -> Result<(), Mistakes> {
        if self.mistakes.is_empty() {
            Ok(())
        } else {
            Err(Mistakes(self.mistakes))
        }
    }
}

/// The sections of one source.
struct Given {
    source: String,
    sections: Dict,
}

impl Provider for Given {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.sections.clone()))
    }
}

/// A value as one would write it in a variable.
fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(_, text) => Ok(text.clone()),
        Value::Bool(_, truth) => Ok(truth.to_string()),
        Value::Num(_, number) => number
            .to_i128()
            .map(|number| number.to_string())
            .or_else(|| number.to_f64().map(|number| number.to_string()))
            .ok_or_else(|| "is not a number that is understood.".to_owned()),
        Value::Array(_, items) => Ok(items.iter().map(text).collect::<Result<Vec<_>, _>>()?.join(",")),
        _ => Err("must be one value, or a list of values.".to_owned()),
    }
}

/// What to say about a name that means nothing, with the nearest one that does.
fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|known| (strsim::normalized_damerau_levenshtein(name, known), known))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map_or_else(
            || "is unknown; `customer-graph config check` lists every setting.".to_owned(),
            |(_, near)| format!("is unknown; did you mean {near}?"),
        )
}
