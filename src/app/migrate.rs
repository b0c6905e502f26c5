//! `migrate`: one store into another as it is, with counts and checksums compared.

use std::process::ExitCode;

use anyhow::{Context, bail};

use super::say;
use crate::config::Migrate;
use crate::store::{Store, StoreLocation};

pub(super) async fn migrate(settings: Migrate) -> anyhow::Result<ExitCode> {
    let (from, to) = (
        StoreLocation::parse(&settings.from)?,
        StoreLocation::parse(&settings.to)?,
    );
    let source = Store::open(&from, None).await?;
    let contents = source
        .contents()
        .await
        .context("the source cannot be read")?;
    if let Some(fault) = contents.faults.first() {
        bail!(
            "{} values cannot be read and would be lost, such as {} {} {}: {}; mend them first (`minqing check`)",
            contents.faults.len(),
            fault.layer,
            fault.id,
            fault.field,
            fault.why.en()
        );
    }
    let target = Store::create(&to).await?;
    target
        .fill(&contents)
        .await
        .context("the target cannot be written")?;
    let (sent, arrived) = (contents.sums(), target.contents().await?.sums());
    for (sent, arrived) in sent.iter().zip(&arrived) {
        let verdict = if sent == arrived { "=" } else { "≠" };
        say(&format!(
            "{:>20} {:>9} {verdict} {:>9}  {:016x} {verdict} {:016x}",
            sent.name, sent.rows, arrived.rows, sent.checksum, arrived.checksum
        ))?;
    }
    if sent != arrived {
        bail!("{to} is not what {from} is; do not use it");
    }
    let now = source.revision().await?;
    let read = contents.log.last().map_or(0, |row| row.seq);
    if now.0 > read && source.contents().await?.sums() != sent {
        bail!(
            "{from} was changed meanwhile; stop whoever writes to it and begin again with an empty target"
        );
    }
    say(&format!("{from} -> {to}"))?;
    Ok(ExitCode::SUCCESS)
}
