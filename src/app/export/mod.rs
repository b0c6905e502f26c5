//! `export`: layers into a file, in any reference system.

mod dbf;
mod flatgeobuf;
mod json;
mod pmtiles;
mod shapefile;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use encoding_rs::{Encoding, GBK, UTF_8};
use jiff::Timestamp;

use super::{load, say};
use crate::config::Export;
use crate::domain::{CellText, Feature, FieldClass, GeometryKind, LayerId, LayerSchema, layers};
use crate::geometry::Geometry;
use crate::geometry::crs::Crs;
use crate::map::MapSnapshot;
use crate::query::filter::Filter;
use crate::store::{Store, StoreLocation, export_geopackage, export_one_layer};

/// The records of one layer that are written, with how.
struct Chosen<'a> {
    map: &'a MapSnapshot,
    schema: &'static LayerSchema,
    features: Vec<Arc<Feature>>,
    crs: Crs,
    encoding: &'static Encoding,
    cells: CellText,
}

/// The forms of a file, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    GeoJson,
    GeoJsonLines,
    GeoPackage,
    FlatGeobuf,
    Csv,
    Xlsx,
    Shapefile,
    PmTiles,
}

const FORMS: &[(&str, Form)] = &[
    (".geojson", Form::GeoJson),
    (".geojsonl", Form::GeoJsonLines),
    (".gpkg", Form::GeoPackage),
    (".fgb", Form::FlatGeobuf),
    (".csv", Form::Csv),
    (".xlsx", Form::Xlsx),
    (".shp.zip", Form::Shapefile),
    (".pmtiles", Form::PmTiles),
];

pub(super) async fn export(settings: Export) -> anyhow::Result<ExitCode> {
    let form = form_of(&settings.to)?;
    let crs = settings.crs.as_deref().map(Crs::parse).transpose()?;
    let crs = crs.unwrap_or(Crs::Crs84);
    let encoding = encoding_of(settings.encoding.as_deref(), form)?;
    if form == Form::GeoPackage && !matches!(crs, Crs::Crs84 | Crs::Wgs84) {
        bail!(
            "a GeoPackage that minqing writes is in EPSG:4326; for {crs} choose .geojson, .fgb, .csv, .xlsx or .shp.zip"
        );
    }
    if settings.raw && form != Form::Csv {
        bail!("--raw is for .csv; other files keep text as it is");
    }
    let location = StoreLocation::parse(&settings.store.store)?;
    let store = Store::open(&location, settings.scope.clone()).await?;
    let map = load(&store).await?;
    let mut records = Vec::new();
    for layer in layers_of(&settings.layer)? {
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
    if form == Form::GeoPackage {
        let now = Timestamp::now();
        match records.as_slice() {
            [only] => export_one_layer(&settings.to, only, "export", now).await?,
            all => export_geopackage(&settings.to, all, "export", now).await?,
        }
    } else {
        let [(layer, features)] = records.as_mut_slice() else {
            bail!("the file holds one layer; name it, or export all to .gpkg");
        };
        let chosen = Chosen {
            map: &map,
            schema: layer.schema(),
            features: std::mem::take(features),
            crs,
            encoding,
            cells: CellText::raw_if(settings.raw),
        };
        let bytes = chosen.written(form)?;
        write_new(&settings.to, &bytes)?;
    }
    say(&format!(
        "{total} records / 条记录 -> {}",
        settings.to.display()
    ))?;
    if crs.epsg().is_none() && crs != Crs::Crs84 {
        say(&format!(
            "坐标为 {crs},导入时请用 --crs {crs} / coordinates in {crs}: import them with --crs {crs}"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn form_of(path: &Path) -> anyhow::Result<Form> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase());
    let name = name.unwrap_or_default();
    let known = FORMS.iter().find(|(end, _)| name.ends_with(end));
    known.map(|(_, form)| *form).ok_or_else(|| {
        let ends: Vec<&str> = FORMS.iter().map(|(end, _)| *end).collect();
        anyhow!("{} is none of {}", path.display(), ends.join(", "))
    })
}

fn encoding_of(given: Option<&str>, form: Form) -> anyhow::Result<&'static Encoding> {
    let Some(given) = given else { return Ok(UTF_8) };
    if form != Form::Shapefile {
        bail!("--encoding is for .shp.zip; other files are UTF-8");
    }
    match Encoding::for_label(given.as_bytes()) {
        Some(known) if known == UTF_8 || known == GBK => Ok(known),
        _ => bail!("--encoding {given:?}: a shapefile is written in UTF-8 or GBK"),
    }
}

fn layers_of(named: &str) -> anyhow::Result<Vec<LayerId>> {
    if named == "all" {
        return Ok(layers::known().iter().map(|schema| schema.id).collect());
    }
    let layer = LayerId::parse(named).with_context(|| format!("there is no layer {named:?}"))?;
    Ok(vec![layer])
}

/// Writes a whole file beside its place and moves it there, so that a half one is never left.
fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let problem = || format!("{} cannot be written", path.display());
    if path.exists() {
        bail!("{} is there already", path.display());
    }
    let beside = PathBuf::from(format!("{}.part", path.display()));
    fs::write(&beside, bytes)
        .and_then(|()| fs::rename(&beside, path))
        .with_context(problem)
}

impl Chosen<'_> {
    fn written(&self, form: Form) -> anyhow::Result<Vec<u8>> {
        match form {
            Form::GeoJson => json::collection(self),
            Form::GeoJsonLines => json::lines(self),
            Form::FlatGeobuf => flatgeobuf::file(self),
            Form::Csv => table::csv(self),
            Form::Xlsx => table::workbook(self),
            Form::Shapefile => shapefile::archive(self),
            Form::PmTiles => pmtiles::file(self),
            Form::GeoPackage => bail!("a GeoPackage is written by the store"),
        }
    }

    /// The shape of a record in the reference system that was asked for.
    fn shape(&self, feature: &Feature) -> anyhow::Result<Option<Geometry>> {
        let Some(geometry) = feature.geometry.as_deref() else {
            return Ok(None);
        };
        if self.crs == Crs::Crs84 {
            return Ok(Some(geometry.clone()));
        }
        Ok(Some(self.crs.geometry_of(geometry)?))
    }

    /// Refuses a layer, or records, without shapes where the form cannot be without.
    fn needs_shapes(&self, form: &str) -> anyhow::Result<()> {
        if self.schema.geometry == GeometryKind::None {
            bail!(
                "{} has no shapes: choose .csv, .xlsx, .geojson or .gpkg",
                self.schema.id
            );
        }
        let without = self
            .features
            .iter()
            .filter(|feature| feature.geometry.is_none())
            .count();
        if without > 0 {
            bail!(
                "{without} records of {} have no shape, which {form} needs: choose .csv, .xlsx, .geojson or .gpkg, or leave them out with --filter",
                self.schema.id
            );
        }
        Ok(())
    }
}
