//! The `minqing` program: flags in, exit code out.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use minqing::app;
use minqing::config::Cli;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("MINQING_LOG")
        .unwrap_or_else(|_unset| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(Box::pin(app::run(cli.command))));
    result.unwrap_or_else(|error| {
        // nowhere is left to say it when the standard error is closed
        let _ = writeln!(io::stderr(), "minqing: {error:#}");
        ExitCode::from(2)
    })
}
