//! `export`: layers into a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use jiff::Timestamp;

use super::{load, open, say};
use crate::api::wire::{Selection, csv_table, feature};
use crate::config::Export;
use crate::domain::{Feature, FieldClass, LayerId, layers};
use crate::map::MapSnapshot;
use crate::query::filter::Filter;
use crate::store::export_geopackage;

pub(super) async fn export(settings: Export) -> anyhow::Result<ExitCode> {
    let map = load(&open(&settings.store).await?).await?;
    let chosen: Vec<LayerId> = if settings.layer == "all" {
        layers::ALL.iter().map(|schema| schema.id).collect()
    } else {
        vec![
            LayerId::parse(&settings.layer)
                .with_context(|| format!("there is no layer {:?}", settings.layer))?,
        ]
    };
    let mut records = Vec::new();
    for layer in chosen {
        let filter = settings
            .filter
            .as_deref()
            .map(|text| Filter::parse(text, layer.schema(), FieldClass::Restricted));
        let filter = filter.transpose()?;
        let features = map.layer(layer).features();
        let passing =
            features.filter(|feature| filter.as_ref().is_none_or(|filter| filter.passes(feature)));
        records.push((layer, passing.map(Arc::clone).collect::<Vec<_>>()));
    }
    let total: usize = records.iter().map(|(_, features)| features.len()).sum();
    let form = settings
        .to
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    match (form, records.as_slice()) {
        ("gpkg", records) => {
            export_geopackage(&settings.to, records, "export", Timestamp::now()).await?;
        }
        ("geojson" | "geojsonl" | "csv", [(layer, features)]) => {
            text_file(&settings.to, form, &map, *layer, features)?;
        }
        ("geojson" | "geojsonl" | "csv", _) => {
            bail!("a .{form} file holds one layer; name it, or export all to .gpkg")
        }
        _ => bail!(
            "{} is none of .geojson, .geojsonl, .csv, .gpkg",
            settings.to.display()
        ),
    }
    say(&format!(
        "{total} records / 条记录 -> {}",
        settings.to.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn text_file(
    path: &Path,
    form: &str,
    map: &MapSnapshot,
    layer: LayerId,
    features: &[Arc<Feature>],
) -> anyhow::Result<()> {
    let problem = || format!("{} cannot be written", path.display());
    let mut file = BufWriter::new(File::create_new(path).with_context(problem)?);
    let wanted = Selection {
        fields: None,
        skip_geometry: false,
        up_to: FieldClass::Restricted,
    };
    let mut write = |text: &[u8]| file.write_all(text).with_context(problem);
    match form {
        "csv" => write(&csv_table(
            layer.schema(),
            features,
            FieldClass::Restricted,
        )?)?,
        "geojsonl" => {
            for each in features {
                write(format!("{}\n", feature(map, layer.schema(), each, &wanted)).as_bytes())?;
            }
        }
        _ => {
            write(b"{\"type\":\"FeatureCollection\",\"features\":[\n")?;
            for (at, each) in features.iter().enumerate() {
                let comma = if at == 0 { "" } else { ",\n" };
                write(
                    format!("{comma}{}", feature(map, layer.schema(), each, &wanted)).as_bytes(),
                )?;
            }
            write(b"\n]}\n")?;
        }
    }
    file.flush().with_context(problem)
}
