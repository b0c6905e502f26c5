//! `backup` and `restore`.

use std::process::ExitCode;

use super::say;
use crate::config::{Backup, Restore};
use crate::store::{self, StoreLocation};

pub(super) async fn backup(settings: Backup) -> anyhow::Result<ExitCode> {
    let location = StoreLocation::parse(&settings.store.store)?;
    store::backup(&location, &settings.file).await?;
    say(&format!("{location} -> {}", settings.file.display()))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn restore(settings: Restore) -> anyhow::Result<ExitCode> {
    let location = StoreLocation::parse(&settings.store.store)?;
    store::restore(&settings.file, &location).await?;
    say(&format!("{} -> {location}", settings.file.display()))?;
    Ok(ExitCode::SUCCESS)
}
