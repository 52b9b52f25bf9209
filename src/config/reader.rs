//! Collects settings from the file and the environment, and everything that is wrong with them.

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
};

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

/// A section of which there may be several, each under a name of its own: `[provider.google]`.
pub(super) trait RepeatedSection: Sized {
    /// Its name in the file, without the name of its own.
    const NAME: &'static str;
    /// The names of its settings.
    const SETTINGS: &'static [&'static str];

    /// Reads every setting of one of them (`provider.google`); a default stands in for what is absent or wrong.
    fn read(reader: &mut Reader, section: &str) -> Self;

    /// Every setting with its value, without secrets.
    fn shown(&self) -> Vec<(&'static str, String)>;
}

/// A section with its settings.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) settings: &'static [&'static str],
    /// Whether there may be several, each under a name of its own.
    pub(super) is_repeated: bool,
}

impl Known {
    /// The section and the setting that a variable is about; the section as it is written in the file.
    fn setting_of(&self, variable: &str) -> Option<(Vec<String>, &'static str)> {
        if !self.is_repeated {
            let setting = self
                .settings
                .iter()
                .find(|setting| name_of(self.name, setting) == variable)?;
            return Some((vec![self.name.to_owned()], setting));
        }
        let rest = variable.strip_prefix(&format!("{PREFIX}{}_", self.name.to_uppercase()))?;
        let (name, setting) = self
            .settings
            .iter()
            .filter_map(|setting| {
                let name = rest.strip_suffix(&format!("_{}", setting.to_uppercase()))?;
                Some((name.to_lowercase(), *setting))
            })
            // Of `url` and `redirect_url`, both of which it may end in, the longer one is meant.
            .max_by_key(|(_, setting)| setting.len())?;
        is_name(&name).then(|| (vec![self.name.to_owned(), name], setting))
    }

    /// The variable of a setting, for people.
    fn variable(&self, setting: &str) -> String {
        if self.is_repeated {
            name_of(&format!("{}.<name>", self.name), setting)
        } else {
            name_of(self.name, setting)
        }
    }
}

/// Whether this is a name that one of several sections may have.
fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_lowercase())
        && name.len() <= 32
        && characters.all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
}

/// What was given, and what is wrong with it.
#[derive(Default)]
pub(super) struct Reader {
    given: Figment,
    mistakes: Vec<Mistake>,
    /// Settings whose value could not be read, so that nothing else is said about them.
    unread: HashSet<String>,
}

impl Reader {
    pub(super) fn add_file(&mut self, file: &Path, known: &[Known]) {
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
            let Some(known) = known.iter().find(|known| known.name == section) else {
                let names = known.iter().map(|known| known.name);
                self.complain(place(section), unknown(section, names));
                continue;
            };
            let Some(settings) = settings.as_dict() else {
                self.complain(place(section), format!("must be a table: write [{section}]."));
                continue;
            };
            if !known.is_repeated {
                self.check_names(&name, section, settings, known);
                continue;
            }
            for (own, settings) in settings {
                let section = format!("{section}.{own}");
                match settings.as_dict() {
                    Some(settings) if is_name(own) => self.check_names(&name, &section, settings, known),
                    Some(_) => self.complain(
                        place(&section),
                        "must have a name of at most 32 small letters, digits and underscores.",
                    ),
                    None => self.complain(
                        place(&section),
                        format!("must be a table: write [{}.name].", known.name),
                    ),
                }
            }
        }
        self.merge(name, sections);
    }

    fn check_names(&mut self, file: &str, section: &str, settings: &Dict, known: &Known) {
        for setting in settings.keys().filter(|key| !known.settings.contains(&key.as_str())) {
            let message = unknown(setting, known.settings.iter().copied());
            self.complain(format!("{section}.{setting} in {file}"), message);
        }
    }

    pub(super) fn add_environment(&mut self, variables: impl IntoIterator<Item = (String, String)>, known: &[Known]) {
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
            let found = known.iter().find_map(|known| known.setting_of(&variable));
            let Some((section, setting)) = found else {
                let names: Vec<String> = known
                    .iter()
                    .flat_map(|known| known.settings.iter().map(|setting| known.variable(setting)))
                    .collect();
                let message = unknown(&variable, names.iter().map(String::as_str));
                self.complain(variable, message);
                continue;
            };
            if value.is_empty() {
                continue;
            }
            let mut settings = &mut sections;
            for step in section {
                let inner = settings.entry(step).or_insert_with(|| Value::from(Dict::new()));
                let Value::Dict(_, inner) = inner else {
                    unreachable!("sections are made here, and hold tables")
                };
                settings = inner;
            }
            settings.insert(setting.to_owned(), Value::from(value));
        }
        self.merge(String::new(), sections);
    }

    fn merge(&mut self, source: String, sections: Dict) {
        self.given = std::mem::take(&mut self.given).merge(Given { source, sections });
    }

    /// The sections of a kind of which there may be several, by their names.
    pub(super) fn each<S: RepeatedSection>(&mut self) -> BTreeMap<String, S> {
        let names: Vec<String> = match self.given.find_value(S::NAME) {
            Ok(Value::Dict(_, sections)) => sections.into_keys().filter(|name| is_name(name)).collect(),
            _ => Vec::new(),
        };
        names
            .into_iter()
            .map(|name| {
                let section = S::read(self, &format!("{}.{name}", S::NAME));
                (name, section)
            })
            .collect()
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

    /// Whether a setting was given at all.
    pub(super) fn is_given(&self, section: &str, setting: &str) -> bool {
        self.given.find_value(&format!("{section}.{setting}")).is_ok()
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
