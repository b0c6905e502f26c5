//! `check`: topology and completeness of the whole map.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::{FAULTS, load, open, say};
use crate::check::{CodeRule, DedicatedGrids, Settings, check_with, to_geojson, to_html, to_json};
use crate::config::{Check, CodeRules, Dedicated};

pub(super) async fn check(settings: Check) -> anyhow::Result<ExitCode> {
    let map = load(&open(&settings.store).await?).await?;
    let faults = check_with(
        &map,
        Settings {
            dedicated: match settings.dedicated_grids {
                Dedicated::LieOver => DedicatedGrids::LieOver,
                Dedicated::CutOut => DedicatedGrids::CutOut,
            },
            code_rule: match settings.code_rule {
                CodeRules::None => CodeRule::None,
                CodeRules::Db6101 => CodeRule::Db6101,
                CodeRules::UnitGrid15 => CodeRule::UnitGrid15,
            },
        },
    );
    if let Some(path) = &settings.report {
        let text = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => to_json(&faults).to_string(),
            Some("geojson") => to_geojson(&faults).to_string(),
            Some("html") => to_html("民情图检查报告", &faults),
            _ => bail!("{} is none of .json, .html, .geojson", path.display()),
        };
        fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    for fault in &faults {
        say(&fault.zh)?;
    }
    say(&format!("{} faults / 处问题", faults.len()))?;
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAULTS)
    })
}
