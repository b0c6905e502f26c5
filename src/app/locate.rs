//! `locate`: one place, or a table of places.

use std::fs;
use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, anyhow};

use super::{load, open, say};
use crate::api::wire::{USUAL_LAYERS, locate_csv};
use crate::config::Locate;
use crate::domain::CellText;
use crate::geometry::LonLat;
use crate::geometry::crs::Crs;
use crate::query::locate::{Ask, Relation, locate as find};

pub(super) async fn locate(settings: Locate) -> anyhow::Result<ExitCode> {
    let map = load(&open(&settings.store).await?).await?;
    if let Some(path) = &settings.csv {
        let table = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let table = locate_csv(&map, &table, &USUAL_LAYERS, CellText::Guarded)
            .map_err(|problem| anyhow!("{}: {problem}", path.display()))?;
        std::io::stdout()
            .write_all(&table)
            .context("the standard output cannot be written")?;
        return Ok(ExitCode::SUCCESS);
    }
    let (lon, lat) = (
        settings.lon.context("the longitude is missing")?,
        settings.lat.context("the latitude is missing")?,
    );
    let place = match &settings.crs {
        Some(crs) => Crs::parse(crs)?.to_crs84(lon, lat)?,
        None => LonLat::new(lon, lat)?,
    };
    let found = find(&map, &Ask::at(place));
    if found.chain.is_empty() {
        say("本图范围之外 / outside this map")?;
    }
    for link in &found.chain {
        let how = match link.relation {
            Relation::Inside => "inside",
            Relation::Boundary => "boundary",
            Relation::Near => "near",
        };
        let title = link.layer.schema().title.zh;
        say(&format!(
            "{title}\t{}\t{}\t{how}\t{:.1} m",
            link.feature.code, link.feature.name, link.distance_m
        ))?;
    }
    if !found.households.is_empty() {
        say(&format!("户\t{}", found.households.len()))?;
    }
    Ok(ExitCode::SUCCESS)
}
