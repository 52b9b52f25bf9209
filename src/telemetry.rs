//! What the service says about itself while it runs: log lines on the standard error stream.
//!
//! Never logged: variables and literals of operations, e-mail addresses, tokens, hashes, statements with values.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{LogConfig, LogFormat};

/// Begins to log; a second call changes nothing.
pub fn start(config: &LogConfig) {
    let Ok(filter) = EnvFilter::try_new(&config.level.0) else {
        // The configuration has been checked.
        return;
    };
    // Migrations are told about by ourselves, and statements are not for the log.
    let filter = ["sea_orm_migration=warn", "sqlx=warn"]
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let terminal = stderr().is_terminal();
    let human = match config.format {
        LogFormat::Human => true,
        LogFormat::Json => false,
        LogFormat::Auto => terminal,
    };
    let lines = fmt().with_env_filter(filter).with_writer(stderr);
    // The only failure is that somebody logs already.
    let _ = if human {
        lines.with_ansi(terminal).with_target(false).compact().try_init()
    } else {
        lines.json().flatten_event(true).with_current_span(false).try_init()
    };
}
