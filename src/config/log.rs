//! What is logged and how.

use super::{section, setting::Setting};

section! {
    /// What is logged and how.
    LogConfig in "log" {
        /// The least important messages to write: error, warn, info, debug or trace, also per part of the program
        /// (`info,customer_graph::work=debug`).
        level: LogLevel = LogLevel("info".to_owned()),
        /// `human`, `json`, or `auto`: for people on a terminal, JSON elsewhere.
        format: LogFormat = LogFormat::Auto,
    }
}

/// Which messages are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLevel(pub(crate) String);

impl Setting for LogLevel {
    fn read(text: &str) -> Result<Self, String> {
        tracing_subscriber::EnvFilter::try_new(text)
            .map(|_| Self(text.to_owned()))
            .map_err(|_| {
                "must be error, warn, info, debug or trace, or a list such as info,customer_graph=debug.".to_owned()
            })
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

impl Setting for LogFormat {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err("must be auto, human or json.".to_owned()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Auto => "auto",
            Self::Human => "human",
            Self::Json => "json",
        }
        .to_owned()
    }
}
