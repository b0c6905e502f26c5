//! `serve`: opens the store, builds the first snapshot, follows the change log, answers until it is told to stop.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::Timestamp;
use tokio::sync::Notify;

use super::listen::{answer_until, listen, told_to_stop};
use super::load;
use crate::api::{AppState, TileCache, router};
use crate::config::{Demo, DemoExtent, Serve};
use crate::demo::{DemoOptions, DemoSize, generate, write};
use crate::domain::{Edit, LayerId};
use crate::map::LiveMap;
use crate::store::{Store, StoreLocation};
use crate::tile;

/// How often the change log is asked: an edit by another program is on the map well within a second.
const FOLLOW_EVERY: Duration = Duration::from_millis(50);

pub(super) async fn serve(settings: Serve) -> anyhow::Result<ExitCode> {
    let loopback = settings.listen.ip().is_loopback();
    if !loopback && !settings.insecure_open {
        bail!(
            "there are no accounts yet, so the map listens on this machine only; --listen {} needs --insecure-open",
            settings.listen
        );
    }
    if !loopback {
        tracing::warn!(listen = %settings.listen, "anyone who reaches this address can read and change the map");
    }
    let location = StoreLocation::parse(&settings.store.store)?;
    let listener = listen(settings.listen).await?;
    let store = if settings.demo && !location.path().exists() {
        make_demo(&location).await?
    } else {
        Store::open(&location).await?
    };
    let began = Instant::now();
    let first = load(&store).await?;
    for table in first.layers() {
        tracing::info!(layer = %table.schema().id, records = table.len(), "layer");
    }
    let as_of = store.setting("as_of").await?;
    let as_of = as_of.and_then(|at| at.parse::<Timestamp>().ok());
    let is_demo = store.setting("demo").await?.as_deref() == Some("true");
    let area = first
        .layer(LayerId::SUBDISTRICTS)
        .features()
        .next()
        .map(|feature| feature.name.to_string());
    let title = match (area, store.setting("title").await?) {
        (_, Some(title)) => (title.clone(), title),
        (Some(area), None) => (format!("{area}社区民情图"), format!("{area} community map")),
        (None, None) => ("社区民情图".to_owned(), "Community map".to_owned()),
    };
    let map = Arc::new(LiveMap::new(first));
    let wake = Arc::new(Notify::new());
    let first = map.current();
    tokio::task::spawn_blocking(move || tile::prepare(&first));
    let follower = tokio::spawn(follow(store.clone(), Arc::clone(&map), Arc::clone(&wake)));
    let state = AppState {
        map,
        store,
        title: Arc::new(title),
        is_demo,
        as_of,
        wake,
        forms: Arc::default(),
        tiles: TileCache::new(settings.tile_cache_mib << 20),
    };
    let address = listener.local_addr().context("the address is unknown")?;
    tracing::info!(url = %format!("http://{address}"), store = %location.path().display(), load_ms = began.elapsed().as_millis(), "the map is served");
    answer_until(listener, router(state), told_to_stop()).await;
    follower.abort();
    Ok(ExitCode::SUCCESS)
}

/// Brings every committed change into the snapshot, whoever made it.
async fn follow(store: Store, map: Arc<LiveMap>, wake: Arc<Notify>) {
    let mut pulse = tokio::time::interval(FOLLOW_EVERY);
    let mut failing = false;
    let mut settling = tokio::task::spawn_blocking(|| {});
    loop {
        tokio::select! {
            _ = pulse.tick() => {}
            () = wake.notified() => {}
        }
        match store.changes_since(map.current().revision()).await {
            Ok(None) => failing = false,
            Ok(Some(loaded)) => {
                failing = false;
                for fault in &loaded.faults {
                    tracing::warn!(layer = %fault.layer, id = fault.id.0, field = fault.field, reason = fault.reason, "a value is left out");
                }
                map.apply(&loaded.change);
                if settling.is_finished() {
                    let map = Arc::clone(&map);
                    settling = tokio::task::spawn_blocking(move || {
                        map.settle();
                        tile::prepare(&map.current());
                    });
                }
            }
            Err(error) if failing => tracing::debug!(%error, "the change log still cannot be read"),
            Err(error) => {
                failing = true;
                tracing::error!(
                    %error,
                    "the change log cannot be read; the map stays as it is"
                );
            }
        }
    }
}

async fn make_demo(location: &StoreLocation) -> anyhow::Result<Store> {
    tracing::info!(store = %location.path().display(), "making the demo store");
    let options = DemoOptions::default();
    let made_at: Timestamp = format!("{}T00:00:00Z", options.as_of)
        .parse()
        .context("the demo's date")?;
    let edits = generate(&options)
        .records
        .into_iter()
        .map(|(layer, id, draft)| Edit::Insert {
            layer,
            id: Some(id),
            draft,
        });
    let edits: Vec<Edit> = edits.collect();
    let store = Store::create(location).await?;
    store.apply(&edits, "demo", made_at).await?;
    store.set_setting("as_of", &made_at.to_string()).await?;
    store.set_setting("demo", "true").await?;
    Ok(store)
}

pub(super) fn write_demo(settings: &Demo) -> anyhow::Result<ExitCode> {
    let set = generate(&DemoOptions {
        seed: settings.seed,
        size: match settings.size {
            DemoExtent::Subdistrict => DemoSize::Subdistrict,
            DemoExtent::City => DemoSize::City,
        },
        ..DemoOptions::default()
    });
    write(&set, &settings.out)
        .with_context(|| format!("{} cannot be written", settings.out.display()))?;
    super::say(&format!(
        "{} records / 条记录 -> {}",
        set.records.len(),
        settings.out.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}
