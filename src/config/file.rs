//! The settings file: its lines stand where the defaults would, so that flags and the environment go before them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::{Command, CommandFactory, FromArgMatches, Parser};
use thiserror::Error;
use toml::{Table, Value};

use super::Cli;

/// The file that is read without being asked for, in the folder where the program is started.
const USUAL: &str = "minqing.toml";

/// Why the command line or the settings file cannot be followed.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The command line itself; `--help` and `--version` come this way too.
    #[error(transparent)]
    CommandLine(#[from] clap::Error),
    /// The settings file was named and cannot be read.
    #[error("the settings file {path} cannot be read: {source}", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The settings file is not TOML.
    #[error("the settings file {path} is not TOML: {source}", path = .path.display())]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and why not.
        source: toml::de::Error,
    },
    /// A line names no setting.
    #[error("the settings file {path} has {key:?}, which is no setting; settings are {known}", path = .path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The word before the equals sign.
        key: String,
        /// The words that could stand there.
        known: String,
    },
    /// A setting has a value that no setting can have.
    #[error("the settings file {path} gives {key} a {kind}; a string, a number or true/false is needed", path = .path.display())]
    NoPlainValue {
        /// The file.
        path: PathBuf,
        /// The setting.
        key: String,
        /// What stands there.
        kind: &'static str,
    },
}

impl Cli {
    /// The command and its settings from `arguments` (the program's name first), the environment and the settings
    /// file: the one that `--config` names, else `minqing.toml` where it is there.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read<I>(arguments: I) -> Result<Self, ConfigError>
    where
        I: IntoIterator,
        I::Item: Into<OsString>,
    {
        let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
        let cli = Self::try_parse_from(&arguments)?;
        let path = match &cli.config {
            Some(path) => path.clone(),
            None if Path::new(USUAL).is_file() => PathBuf::from(USUAL),
            None => return Ok(cli),
        };
        let lines = read_lines(&path)?;
        let command = with_defaults(Self::command(), &lines, &path)?;
        let matches = command.try_get_matches_from(&arguments)?;
        Ok(Self::from_arg_matches(&matches)?)
    }
}

fn read_lines(path: &Path) -> Result<Vec<(String, String)>, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let table: Table = text.parse().map_err(|source| ConfigError::NotToml {
        path: path.to_owned(),
        source,
    })?;
    table
        .into_iter()
        .map(|(key, value)| match value {
            Value::String(text) => Ok((key, text)),
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => Ok((key, value.to_string())),
            Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                Err(ConfigError::NoPlainValue {
                    path: path.to_owned(),
                    key,
                    kind: value.type_str(),
                })
            }
        })
        .collect()
}

/// A setting is an argument that has an environment variable; its line is called as its flag, with `-` or `_`.
fn with_defaults(
    mut command: Command,
    lines: &[(String, String)],
    path: &Path,
) -> Result<Command, ConfigError> {
    let known = settings(&command);
    for (key, _) in lines {
        if !known.contains(&key.replace('_', "-")) {
            return Err(ConfigError::Unknown {
                path: path.to_owned(),
                key: key.clone(),
                known: known.join(", "),
            });
        }
    }
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| {
            sub.mut_args(|argument| {
                let flag = argument.get_long().unwrap_or_default().to_owned();
                let line = lines.iter().find(|(key, _)| key.replace('_', "-") == flag);
                match line {
                    Some((_, value)) if argument.get_env().is_some() => {
                        argument.default_value(value.clone())
                    }
                    _ => argument,
                }
            })
        });
    }
    Ok(command)
}

fn settings(command: &Command) -> Vec<String> {
    let arguments = command.get_subcommands().flat_map(Command::get_arguments);
    let mut known: Vec<String> = arguments
        .filter(|argument| argument.get_env().is_some())
        .filter_map(|argument| argument.get_long().map(str::to_owned))
        .filter(|flag| flag != "config")
        .collect();
    known.sort();
    known.dedup();
    known
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::fs;

    use super::{Cli, ConfigError};
    use crate::config::Command;

    fn read(lines: &str, flags: &[&str]) -> Result<Command, ConfigError> {
        let folder = tempfile::tempdir().map_err(|source| ConfigError::Unreadable {
            path: "a temporary folder".into(),
            source,
        })?;
        let file = folder.path().join("settings.toml");
        fs::write(&file, lines).map_err(|source| ConfigError::Unreadable {
            path: file.clone(),
            source,
        })?;
        let file = file.to_string_lossy().into_owned();
        let arguments = [&["minqing", "--config", &file, "serve"], flags].concat();
        Cli::read(arguments).map(|cli| cli.command)
    }

    #[test]
    fn a_line_stands_where_the_default_would_and_a_flag_goes_before_it()
    -> Result<(), Box<dyn Error>> {
        let lines = "listen = \"127.0.0.1:9001\"\nstore = \"a.gpkg\"\ndemo = true\n";
        let Command::Serve(settings) = read(lines, &["--store", "b.gpkg"])? else {
            return Err("another command".into());
        };
        assert_eq!(settings.listen.port(), 9001);
        assert_eq!(settings.store.store, "b.gpkg");
        assert!(settings.demo);
        assert!(!settings.insecure_open);
        Ok(())
    }

    #[test]
    fn a_line_that_is_not_understood_is_refused_by_name() {
        let said = |lines: &str| {
            read(lines, &[]).map_or_else(|error| error.to_string(), |_| String::new())
        };
        assert!(said("lisen = 1").contains("\"lisen\""));
        assert!(said("lisen = 1").contains("insecure-open, listen, "));
        assert!(said("listen = [1]").contains("listen a array"));
        assert!(said("listen = ").contains("is not TOML"));
        assert!(said("listen = \"here\"").contains("here"));
    }
}
