//! The composition root: joins store, map and edge for each command.

mod at_hand;
mod backup;
mod check;
mod connections;
mod export;
mod follow;
mod import;
mod listen;
mod locate;
mod migrate;
mod seldom;
mod serve;
mod socket;
mod supervise;
mod title;
mod watched;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;

use crate::config::{Command, StoreArgs};
use crate::map::MapSnapshot;
use crate::store::{Store, StoreLocation};

/// Done, but the data has faults; they are in the report.
const FAULTS: u8 = 1;

/// Does what `command` says; the exit code is 0 for done, 1 for done with faults.
///
/// # Errors
/// Why it could not be done, in plain words.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(settings) => Box::pin(serve::serve(settings)).await,
        Command::Import(settings) => import::import(settings).await,
        Command::Export(settings) => export::export(settings).await,
        Command::Check(settings) => check::check(settings).await,
        Command::Locate(settings) => locate::locate(settings).await,
        Command::Backup(settings) => backup::backup(settings).await,
        Command::Restore(settings) => backup::restore(settings).await,
        Command::Migrate(settings) => migrate::migrate(settings).await,
        Command::Demo(settings) => serve::write_demo(&settings),
    }
}

/// The map as the store holds it; what another program spoiled is logged.
async fn load(store: &Store) -> anyhow::Result<MapSnapshot> {
    let loaded = store.load_all().await.context("the store cannot be read")?;
    follow::tell_faults(&loaded.change.faults);
    Ok(loaded.change.into())
}

async fn open(arguments: &StoreArgs) -> anyhow::Result<Store> {
    Ok(Store::open(&StoreLocation::parse(&arguments.store)?, None).await?)
}

/// Writes to the standard output; a reader that has gone away is no fault of ours.
fn say(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("the standard output cannot be written")
        }
        _ => Ok(()),
    }
}
