//! `serve`: opens the store, builds the first snapshot, follows the change log, answers until it is told to stop.

use std::process::ExitCode;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use hyper_util::service::TowerToHyperService;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::at_hand::LiveAtHand;
use super::follow::{Follower, tell_faults};
use super::listen::{answer_until, listen, told_to_stop};
use crate::api::{AppState, PastMaps, Reason, TileCache, Workers, router, waiting_router};
use crate::config::{Demo, DemoExtent, Serve};
use crate::demo::{DemoOptions, DemoSize, generate, write};
use crate::domain::{Edit, LayerId};
use crate::import::{Desk, Limits};
use crate::map::{LiveMap, MapSnapshot};
use crate::store::{Health, Store, StoreError, StoreLocation};
use crate::tile;

/// How long after a store that could not be reached it is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

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
    let Some(store) = Box::pin(open_when_there(&settings, &location, &listener)).await? else {
        return Ok(ExitCode::SUCCESS);
    };
    let began = Instant::now();
    let loaded = store.load_all().await.context("the store cannot be read")?;
    tell_faults(&loaded);
    if let Some(scope) = &settings.scope {
        tracing::info!(%scope, without_area = loaded.without_area, "only this part is served");
    }
    let timeline = loaded.timeline.clone();
    let first: MapSnapshot = loaded.change.into();
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
    let health = Arc::new(Health::default());
    let follower = Follower {
        store: store.clone(),
        map: Arc::clone(&map),
        wake: Arc::clone(&wake),
        health: Arc::clone(&health),
        timeline,
    };
    let follower = tokio::spawn(follower.follow());
    let listener_of_commits = store.wake_with_each_commit(Arc::clone(&wake));
    let first = map.current();
    tokio::task::spawn_blocking(move || tile::prepare(&first));
    let imports = desk(&settings, &store, &map, &wake)?;
    let ending = Arc::clone(&map);
    let state = AppState {
        map,
        imports,
        store,
        title: Arc::new(title),
        is_demo,
        as_of,
        wake,
        health,
        forms: Arc::default(),
        past: PastMaps::default(),
        rules: Arc::new(settings.refuse),
        tiles: TileCache::new(settings.tile_cache_mib << 20),
        workers: Workers::default(),
    };
    let address = listener.local_addr().context("the address is unknown")?;
    tracing::info!(url = %format!("http://{address}"), store = %location, load_ms = began.elapsed().as_millis(), "the map is served");
    let stop = async {
        told_to_stop().await;
        // those who listen would keep their connections open for ever
        ending.end();
    };
    answer_until(&listener, router(state), stop).await;
    follower.abort();
    if let Some(task) = listener_of_commits {
        task.abort();
    }
    Ok(ExitCode::SUCCESS)
}

/// Where imports are taken in.
fn desk(
    settings: &Serve,
    store: &Store,
    map: &Arc<LiveMap>,
    wake: &Arc<Notify>,
) -> anyhow::Result<Arc<Desk>> {
    let folder = settings.import_folder.clone();
    let folder = folder.unwrap_or_else(std::env::temp_dir);
    let limits = Limits {
        most_mib: settings.import_mib,
        patience: Duration::from_secs(settings.import_expiry_s),
        ..Limits::default()
    };
    let at_hand = Arc::new(LiveAtHand::of(Arc::clone(map)));
    Desk::open(store.clone(), &folder, limits, at_hand, Arc::clone(wake))
        .with_context(|| format!("uploads cannot be kept in {}", folder.display()))
}

/// The store, once it can be reached; meanwhile whoever asks is told why there is no map yet. `None` when the program
/// was told to stop before.
async fn open_when_there(
    settings: &Serve,
    location: &StoreLocation,
    listener: &TcpListener,
) -> anyhow::Result<Option<Store>> {
    let (reason, is_over) = (Reason::default(), Notify::new());
    let waiting = TowerToHyperService::new(waiting_router(Arc::clone(&reason)));
    let opening = async {
        let opened = tokio::select! {
            opened = Box::pin(open_at_last(settings, location, &reason)) => opened.map(Some),
            () = told_to_stop() => Ok(None),
        };
        is_over.notify_one();
        opened
    };
    let (opened, ()) = tokio::join!(opening, answer_until(listener, waiting, is_over.notified()));
    opened
}

/// Tries until the store can be reached; `reason` says why it cannot be yet.
async fn open_at_last(
    settings: &Serve,
    location: &StoreLocation,
    reason: &Reason,
) -> anyhow::Result<Store> {
    loop {
        let error = match Box::pin(open_or_make(settings, location)).await {
            Err(error) => error,
            opened => return opened,
        };
        let Some(StoreError::Unavailable { reason: why }) = error.downcast_ref() else {
            return Err(error);
        };
        if tell(reason, why) {
            tracing::warn!(store = %location, why, "the store is not there yet; it is tried again");
        }
        sleep(TRY_AGAIN).await;
    }
}

/// Whether that is another reason than before.
fn tell(reason: &Reason, why: &str) -> bool {
    let mut told = reason.lock().unwrap_or_else(PoisonError::into_inner);
    let is_new = *told != why;
    why.clone_into(&mut told);
    is_new
}

async fn open_or_make(settings: &Serve, location: &StoreLocation) -> anyhow::Result<Store> {
    if settings.demo && !Store::is_there(location).await? {
        Box::pin(make_demo(location)).await?;
    }
    Ok(Store::open(location, settings.scope.clone()).await?)
}

async fn make_demo(location: &StoreLocation) -> anyhow::Result<()> {
    tracing::info!(store = %location, "making the demo store");
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
    if made_at < Timestamp::now() {
        store.date_all(made_at).await?;
    }
    Ok(())
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
