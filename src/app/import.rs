//! `import`: a file into a layer, as one atomic change, with a report; and the way back.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};

use super::at_hand::StoreAtHand;
use super::{FAULTS, say};
use crate::config::{FitMethod, Import};
use crate::domain::LayerId;
use crate::domain::layers::LayerDefinition;
use crate::geometry::crs::OldZone;
use crate::geometry::crs::fit::{Fit, Method};
use crate::import::{
    Batch, ImportError, Plan, Settled, Wishes, carry_out, dry_run, keep_profile, profile, undo,
};
use crate::ingest::{self, Progress, Report, Source};
use crate::store::{Store, StoreLocation};

/// Who writes.
const WRITER: &str = "import";

pub(super) async fn import(settings: Import) -> anyhow::Result<ExitCode> {
    let location = StoreLocation::parse(&settings.store.store)?;
    if let Some(batch) = &settings.undo {
        return take_back(&location, batch).await;
    }
    if let Some(path) = &settings.report {
        // Said before an hour of reading, not after it.
        report_form(path)?;
    }
    let file = settings.file.clone().context("there is no file")?;
    if let StoreLocation::GeoPackage(path) = &location
        && is_same_file(&file, path)
    {
        bail!("{} is the store itself", file.display());
    }
    let mut wishes = wishes(&settings)?;
    let store = Place::open(&location).await?;
    if let Some(name) = &settings.profile {
        let Some(store) = &store else {
            bail!("there is no store at {location}, so there is no profile {name:?}");
        };
        wishes = wishes.over(profile(store, name).await.map_err(both)?);
    }
    let mut source = ingest::open(&file).map_err(|error| both(error.into()))?;
    let mut new_layer = None;
    if settings.new_layer {
        let (read, definition) = describe(source, &mut wishes, &settings).await?;
        (source, new_layer) = (read, Some(definition));
    }
    let (mut options, on_conflict) = wishes.options().map_err(both)?;
    if let Some(points) = &settings.control_points {
        options.fit = Some(Arc::new(fitted(points, &settings)?));
    }
    if let Some(store) = &store {
        options.map_at_hand = Some(Arc::new(StoreAtHand::of(store.clone())));
    }
    let plan = Plan {
        source,
        new_layer,
        options,
        on_conflict,
    };
    let done = if settings.dry_run {
        let bar = Bar::new(&plan);
        let report = dry_run(store.as_ref(), plan, &mut |rows| bar.move_on(rows)).await;
        bar.end();
        if let Some(store) = &store {
            store.close().await;
        }
        report.map(|report| (report, None))
    } else {
        write(&location, store, plan, &settings, &wishes).await
    };
    match done {
        Ok((report, batch)) => finish(&settings, &report, batch.as_ref()),
        Err(ImportError::AlreadyThere { count, report }) => {
            finish(&settings, &report, None)?;
            Err(both(ImportError::AlreadyThere { count, report }))
        }
        Err(error) => Err(both(error)),
    }
}

/// Says what became of the file, and writes the report where one is wanted.
fn finish(settings: &Import, report: &Report, batch: Option<&Batch>) -> anyhow::Result<ExitCode> {
    say(&report.summary_zh())?;
    if let Some(batch) = batch {
        say(&format!(
            "  批次 {id};撤销:minqing import --undo {id}",
            id = batch.id
        ))?;
    }
    if let Some(path) = &settings.report {
        fs::write(path, written(report, path)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(if report.has_faults() {
        ExitCode::from(FAULTS)
    } else {
        ExitCode::SUCCESS
    })
}

async fn take_back(location: &StoreLocation, batch: &str) -> anyhow::Result<ExitCode> {
    let store = Store::open(location, None).await?;
    let undone = undo(&store, batch, WRITER).await.map_err(both)?;
    say(&format!(
        "已撤销导入 {}:删除{}条,恢复{}条",
        undone.id, undone.inserted, undone.updated
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The error in both languages; that of the store has its own words.
fn both(error: ImportError) -> anyhow::Error {
    match error {
        ImportError::Store(error) => error.into(),
        error => anyhow!("{} / {error}", error.zh()),
    }
}

/// The layer that the file makes; from then on `wishes` are for it.
async fn describe(
    source: Source,
    wishes: &mut Wishes,
    settings: &Import,
) -> anyhow::Result<(Source, LayerDefinition)> {
    let name = wishes.layer.clone().context("the layer has no name")?;
    if LayerId::parse(&name).is_some() {
        bail!("图层“{name}”已存在 / the layer {name:?} is there already");
    }
    // read for its columns only, so any layer will do
    let anything = Wishes {
        layer: Some(LayerId::LAND_USE.to_string()),
        ..wishes.clone()
    };
    let (options, _) = anything.options().map_err(both)?;
    let reading = tokio::task::spawn_blocking(move || {
        let described = ingest::describe(&source, &options, &name);
        (source, described)
    });
    let (source, described) = reading.await?;
    let mut described = described.map_err(|error| both(error.into()))?;
    described.definition.read_only = settings.read_only;
    if let Some(title) = &settings.title {
        described.definition.title.clone_from(title);
    }
    described
        .definition
        .register()
        .map_err(|error| anyhow!("{} / {error}", error.zh()))?;
    wishes.map = described.map;
    Ok((source, described.definition))
}

fn wishes(settings: &Import) -> anyhow::Result<Wishes> {
    let pairs: Result<Vec<_>, _> = settings.map.iter().map(|pair| Wishes::pair(pair)).collect();
    Ok(Wishes {
        layer: settings.layer.clone(),
        // beside control points it names the old zone, which only they lead out of
        crs: settings
            .crs
            .clone()
            .filter(|_| settings.control_points.is_none()),
        encoding: settings.encoding.clone(),
        part: settings.part.clone(),
        year: settings.year,
        point_radius_m: settings.point_radius_m,
        map: pairs.map_err(both)?,
        on_conflict: settings.on_conflict.clone(),
    })
}

/// Writes the file; a store that was made for it and got nothing is taken away again.
async fn write(
    location: &StoreLocation,
    store: Option<Store>,
    plan: Plan,
    settings: &Import,
    wishes: &Wishes,
) -> Result<(Report, Option<Batch>), ImportError> {
    let is_new = store.is_none();
    let store = match store {
        Some(store) => store,
        None => Store::create(location).await?,
    };
    let bar = Bar::new(&plan);
    let stop = async {
        // Where the signal cannot be heard, the import goes on until the program is ended.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let done = carry_out(&store, plan, WRITER, stop, &mut |rows| bar.move_on(rows)).await;
    bar.end();
    if let (Ok(_), Some(name)) = (&done, &settings.save_profile) {
        keep_profile(&store, name, wishes).await?;
    }
    // What was written is in the file itself then, and another program may copy it.
    store.close().await;
    if done.is_err() && is_new {
        Place::remove(location);
    }
    done
}

/// The store as a place that may be empty.
struct Place;

impl Place {
    async fn open(location: &StoreLocation) -> anyhow::Result<Option<Store>> {
        Ok(if Store::is_there(location).await? {
            Some(Store::open(location, None).await?)
        } else {
            None
        })
    }

    /// Takes a file away that was made for an import that did not come about. A database keeps its empty tables.
    fn remove(location: &StoreLocation) {
        if let StoreLocation::GeoPackage(path) = location {
            for end in ["", "-wal", "-shm"] {
                let _may_be_gone =
                    fs::remove_file(PathBuf::from(format!("{}{end}", path.display())));
            }
        }
    }
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

/// Whether both paths are one file: opening the store as a source would drop the locks of this process.
fn is_same_file(file: &Path, store: &Path) -> bool {
    match (file.canonicalize(), store.canonicalize()) {
        (Ok(file), Ok(store)) => file == store,
        _ => false,
    }
}

/// How far reading is: a bar on a terminal, a line now and then elsewhere.
struct Bar {
    bar: ProgressBar,
    progress: Progress,
    rows: AtomicUsize,
    told: Mutex<Instant>,
}

/// How often a line says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(5);

impl Bar {
    fn new(plan: &Plan) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}");
            ProgressBar::new(plan.source.bytes)
                .with_style(style.unwrap_or_else(|_template| ProgressStyle::default_bar()))
        } else {
            ProgressBar::hidden()
        };
        Self {
            bar,
            progress: plan.source.progress.clone(),
            rows: AtomicUsize::new(0),
            told: Mutex::new(Instant::now()),
        }
    }

    fn move_on(&self, settled: &[Settled]) {
        let before = self.rows.fetch_add(settled.len(), Ordering::Relaxed);
        let (rows, bytes) = (before + settled.len(), self.progress.bytes());
        self.bar.set_position(bytes);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if self.bar.is_hidden() && told.elapsed() >= TELL_EVERY {
            *told = Instant::now();
            tracing::info!(rows, bytes, "reading");
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
