//! The `minqing` program: flags in, exit code out.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use minqing::app;
use minqing::config::{Cli, ConfigError};
use rustix::fs::Mode;
use rustix::process::umask;
use tracing_subscriber::EnvFilter;

/// How long work beside the requests may go on at the end.
const LAST_WORK: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    // whatever is written here, stores, their logs, exports, copies, reports, may be about persons: it is the owner's
    umask(umask(Mode::empty()) | Mode::RWXG | Mode::RWXO);
    let cli = match Cli::read(env::args_os()) {
        Ok(cli) => cli,
        Err(ConfigError::CommandLine(said)) => said.exit(),
        Err(error) => return cannot(&error.into()),
    };
    let filter = EnvFilter::try_from_env("MINQING_LOG")
        .unwrap_or_else(|_unset| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none())
        .init();
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| {
            let result = runtime.block_on(Box::pin(app::run(cli.command)));
            // whoever is still building a map or its tiles does it for nobody any more
            runtime.shutdown_timeout(LAST_WORK);
            result
        });
    result.unwrap_or_else(|error| cannot(&error))
}

fn cannot(error: &anyhow::Error) -> ExitCode {
    // nowhere is left to say it when the standard error is closed
    let _ = writeln!(io::stderr(), "minqing: {error:#}");
    ExitCode::from(2)
}
