//! `import`: a file into a layer, as one atomic change, with a report.

use std::fs;
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::at_hand::StoreAtHand;
use super::{FAULTS, say};
use crate::config::{FitMethod, Import, OnConflict};
use crate::domain::{Edit, LayerId};
use crate::geometry::crs::fit::{Fit, Method};
use crate::geometry::crs::{Crs, OldZone};
use crate::ingest::{self, Options, Record, Report};
use crate::store::{Store, StoreLocation, Writer};

pub(super) async fn import(settings: Import) -> anyhow::Result<ExitCode> {
    let layer = LayerId::parse(&settings.layer)
        .with_context(|| format!("there is no layer {:?}", settings.layer))?;
    let mut options = Options::new(layer);
    match &settings.control_points {
        Some(path) => options.fit = Some(Arc::new(fitted(path, &settings)?)),
        None => options.crs = settings.crs.as_deref().map(Crs::parse).transpose()?,
    }
    options.encoding.clone_from(&settings.encoding);
    options.part.clone_from(&settings.part);
    options.year = settings.year;
    options.point_radius_m = settings.point_radius_m;
    for pair in &settings.map {
        let (column, field) = pair
            .split_once('=')
            .with_context(|| format!("--map {pair:?} must be COLUMN=FIELD"))?;
        if !matches!(field, "code" | "name") && layer.schema().field(field).is_none() {
            bail!("--map {pair:?}: {layer} has no field {field:?}");
        }
        options.map.push((column.to_owned(), field.to_owned()));
    }
    if let Some(path) = &settings.report {
        // Said before an hour of reading, not after it.
        report_form(path)?;
    }
    let report = if settings.dry_run {
        read_only(&settings, options).await?
    } else {
        write(&settings, options).await?
    };
    say(&report.summary_zh())?;
    if let Some(path) = &settings.report {
        fs::write(path, written(&report, path)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(if report.has_faults() {
        ExitCode::from(FAULTS)
    } else {
        ExitCode::SUCCESS
    })
}

/// The report in the form that the name of its file asks for.
fn written(report: &Report, path: &Path) -> anyhow::Result<Vec<u8>> {
    Ok(match report_form(path)? {
        Form::Json => report.to_json().to_string().into_bytes(),
        Form::Xlsx => report.to_xlsx()?,
        Form::Html => report.to_html().into_bytes(),
    })
}

/// The forms of a report.
enum Form {
    Json,
    Xlsx,
    Html,
}

fn report_form(path: &Path) -> anyhow::Result<Form> {
    let end = path.extension().and_then(|end| end.to_str());
    match end.map(str::to_ascii_lowercase).as_deref() {
        Some("json") => Ok(Form::Json),
        Some("xlsx") => Ok(Form::Xlsx),
        Some("html" | "htm") => Ok(Form::Html),
        _ => bail!(
            "--report {}: a report is a .json, .xlsx or .html file",
            path.display()
        ),
    }
}

/// The way that the control points lead, or why they lead nowhere.
fn fitted(path: &Path, settings: &Import) -> anyhow::Result<Fit> {
    let points = ingest::control_points(path)?;
    let zone = settings.crs.as_deref().and_then(OldZone::parse);
    if let (Some(crs), None) = (&settings.crs, zone) {
        bail!(
            "--crs {crs} beside --control-points names the old zone of the file, such as EPSG:2381; other systems need no control points"
        );
    }
    let method = match settings.fit {
        FitMethod::Four => Method::Four,
        FitMethod::Seven => Method::Seven,
    };
    Fit::of(&points, method, zone)
        .map_err(|error| anyhow!("{}: {} / {error}", path.display(), error.zh()))
}

async fn read_only(settings: &Import, mut options: Options) -> anyhow::Result<Report> {
    let location = StoreLocation::parse(&settings.store.store)?;
    if Store::is_there(&location).await? {
        let store = Store::open(&location, None).await?;
        options.map_at_hand = Some(Arc::new(StoreAtHand::of(store)));
    }
    let source = ingest::open(&settings.file)?;
    let read = move || ingest::read(source, &options, &mut |_| ControlFlow::Continue(()));
    Ok(tokio::task::spawn_blocking(read)
        .await
        .context("the reader stopped")??)
}

/// Reads on one thread, writes on another, one batch in between; the commit comes when all of the file has been read.
async fn write(settings: &Import, mut options: Options) -> anyhow::Result<Report> {
    let location = StoreLocation::parse(&settings.store.store)?;
    if let StoreLocation::GeoPackage(path) = &location
        && is_same_file(&settings.file, path)
    {
        bail!("{} is the store itself", settings.file.display());
    }
    let store = if Store::is_there(&location).await? {
        Store::open(&location, None).await?
    } else {
        Store::create(&location).await?
    };
    options.map_at_hand = Some(Arc::new(StoreAtHand::of(store.clone())));
    let layer = options.layer;
    let source = ingest::open(&settings.file)?;
    let (bar, progress) = (bar(source.bytes), source.progress.clone());
    let (give, mut take) = mpsc::channel::<Vec<Record>>(2);
    let reading = tokio::task::spawn_blocking(move || {
        ingest::read(
            source,
            &options,
            &mut |batch| match give.blocking_send(batch) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            },
        )
    });
    let mut writer = store.begin("import", Timestamp::now()).await?;
    while let Some(batch) = take.recv().await {
        let edits = edits(&mut writer, layer, batch, settings.on_conflict).await?;
        writer.apply(&edits).await?;
        bar.set_position(progress.bytes());
    }
    let report = reading.await.context("the reader stopped")??;
    writer.commit().await?;
    bar.finish_and_clear();
    Ok(report)
}

/// Whether both paths are one file: opening the store as a source would drop the locks of this process.
fn is_same_file(file: &Path, store: &Path) -> bool {
    match (file.canonicalize(), store.canonicalize()) {
        (Ok(file), Ok(store)) => file == store,
        _ => false,
    }
}

async fn edits(
    writer: &mut Writer,
    layer: LayerId,
    batch: Vec<Record>,
    how: OnConflict,
) -> anyhow::Result<Vec<Edit>> {
    let mut edits = Vec::with_capacity(batch.len());
    for Record { id, draft, .. } in batch {
        if how != OnConflict::Error
            && let Some(id) = writer.id_of_code(layer, &draft.code).await?
        {
            if how == OnConflict::Update {
                edits.push(Edit::Update {
                    layer,
                    id,
                    expected: None,
                    draft,
                });
            }
            continue;
        }
        edits.push(Edit::Insert { layer, id, draft });
    }
    Ok(edits)
}

fn bar(bytes: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}");
    ProgressBar::new(bytes)
        .with_style(style.unwrap_or_else(|_template| ProgressStyle::default_bar()))
}
