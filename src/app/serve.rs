//! `serve`: opens the store, builds the first snapshot, follows the change log, answers until it is told to stop.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::at_hand::LiveAtHand;
use super::connections::{Caps, Connections};
use super::follow::{Follower, tell_faults};
use super::listen::{answer_until, listen, told_to_stop};
use super::supervise::{keep, once};
use super::title::title_of;
use crate::api::{AppState, Edge, PastMaps, Stage, Starting, TileCache, Waiting, Workers, router};
use crate::config::{Demo, DemoExtent, Serve};
use crate::demo::{DemoOptions, DemoSize, generate, write};
use crate::domain::{Edit, LayerId, Scope};
use crate::import::{Desk, Limits};
use crate::map::{LiveMap, MapSnapshot};
use crate::query::search;
use crate::store::{Health, Store, StoreError, StoreLocation, Timeline};
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
    let caps = Caps::new(
        settings.edge.connections,
        settings.edge.connections_per_address,
    );
    let listener = Arc::new(listen(settings.listen).await?);
    let began = Instant::now();
    let Some(Begun {
        store,
        first,
        timeline,
    }) = Box::pin(begin(&settings, &location, (&listener, caps))).await?
    else {
        return Ok(ExitCode::SUCCESS);
    };
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
        (Some(area), None) => title_of(&area),
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
        timeline: Arc::new(Mutex::new(timeline)),
    };
    let follower = keep("follow", Arc::clone(&health), move || {
        follower.clone().follow()
    });
    let listener_of_commits = store.listener_of_commits(&wake);
    let listener_of_commits =
        listener_of_commits.map(|listen| keep("listen for commits", Arc::clone(&health), listen));
    let first = map.current();
    once("prepare", Arc::clone(&health), move || {
        search::prepare(&first);
        tile::prepare(&first);
    });
    let imports = desk(&settings, &location, &store, &map, &wake)?;
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
    let edge = Edge::new(settings.edge.settings());
    let connections = Arc::new(Connections::new(caps));
    answer_until(&listener, &connections, router(state, edge), stop).await;
    follower.abort();
    if let Some(task) = listener_of_commits {
        task.abort();
    }
    Ok(ExitCode::SUCCESS)
}

/// Where imports are taken in.
fn desk(
    settings: &Serve,
    location: &StoreLocation,
    store: &Store,
    map: &Arc<LiveMap>,
    wake: &Arc<Notify>,
) -> anyhow::Result<Arc<Desk>> {
    let folder = match (&settings.import_folder, location) {
        (Some(folder), _) => folder.clone(),
        (None, StoreLocation::GeoPackage(file)) => match file.parent() {
            Some(beside) if beside != Path::new("") => beside.to_owned(),
            _ => PathBuf::from("."),
        },
        (None, StoreLocation::Postgis(_)) => std::env::temp_dir(),
    };
    let limits = Limits {
        most_mib: settings.import_mib,
        patience: Duration::from_secs(settings.import_expiry_s),
        ..Limits::default()
    };
    let at_hand = Arc::new(LiveAtHand::of(Arc::clone(map)));
    Desk::open(store.clone(), &folder, limits, at_hand, Arc::clone(wake))
        .with_context(|| format!("uploads cannot be kept in {}", folder.display()))
}

/// A store with its first map.
struct Begun {
    store: Store,
    first: MapSnapshot,
    timeline: Timeline,
}

/// The store, once it can be reached, and the map, once it is loaded; meanwhile whoever asks is told what is going on.
/// `None` when the program was told to stop before.
async fn begin(
    settings: &Serve,
    location: &StoreLocation,
    (listener, caps): (&Arc<TcpListener>, Caps),
) -> anyhow::Result<Option<Begun>> {
    let (starting, is_over) = (Arc::new(Starting::default()), Arc::new(Notify::new()));
    let is_closed = Arc::new(Notify::new());
    // a task of its own: who is still being answered at the end does not keep the map from being served
    tokio::spawn({
        let (listener, is_over) = (Arc::clone(listener), Arc::clone(&is_over));
        let edge = Edge::new(settings.edge.settings());
        let waiting = Waiting::new(Arc::clone(&starting), edge);
        let connections = Arc::new(Connections::new(caps));
        let is_closed = Arc::clone(&is_closed);
        let stop = async move {
            is_over.notified().await;
            is_closed.notify_one();
        };
        async move { answer_until(&listener, &connections, waiting, stop).await }
    });
    let begun = async {
        let store = Box::pin(open_at_last(settings, location, &starting)).await?;
        load_aside(store, settings.scope.clone(), Arc::clone(&starting)).await
    };
    let begun = tokio::select! {
        begun = Box::pin(begun) => begun.map(Some),
        () = told_to_stop() => Ok(None),
    };
    is_over.notify_one();
    // from here on nobody is let in who would be told to wait
    is_closed.notified().await;
    begun
}

/// Reads the map on a thread of its own: a large one keeps it busy for a long time, and requests must not wait for it.
async fn load_aside(
    store: Store,
    scope: Option<Scope>,
    starting: Arc<Starting>,
) -> anyhow::Result<Begun> {
    let runtime = Handle::current();
    let loading = move || {
        starting.enter(Stage::Loading);
        let loaded = runtime.block_on(store.load_all_counted(&starting.records));
        let loaded = loaded.context("the store cannot be read")?;
        tell_faults(&loaded.change.faults);
        if let Some(scope) = scope {
            tracing::info!(%scope, without_area = loaded.without_area, "only this part is served");
        }
        starting.enter(Stage::Indexing);
        Ok(Begun {
            store,
            timeline: loaded.timeline,
            first: loaded.change.into(),
        })
    };
    let loaded = spawn_blocking(loading).await;
    loaded.context("the map cannot be built")?
}

/// Tries until the store can be reached; `starting` says why it cannot be yet.
async fn open_at_last(
    settings: &Serve,
    location: &StoreLocation,
    starting: &Starting,
) -> anyhow::Result<Store> {
    loop {
        let error = match Box::pin(open_or_make(settings, location, starting)).await {
            Err(error) => error,
            opened => return opened,
        };
        let Some(StoreError::Unavailable { reason }) = error.downcast_ref() else {
            return Err(error);
        };
        let reason = reason.clone();
        if starting.enter(Stage::Unreachable {
            reason: reason.clone(),
        }) {
            tracing::warn!(store = %location, reason, "the store is not there yet; it is tried again");
        }
        sleep(TRY_AGAIN).await;
    }
}

async fn open_or_make(
    settings: &Serve,
    location: &StoreLocation,
    starting: &Starting,
) -> anyhow::Result<Store> {
    if settings.demo && !Store::is_there(location).await? {
        starting.enter(Stage::MakingDemo);
        Box::pin(make_demo(location)).await?;
        starting.enter(Stage::Opening);
    }
    Ok(Store::open(location, settings.scope.clone()).await?)
}

async fn make_demo(location: &StoreLocation) -> anyhow::Result<()> {
    tracing::info!(store = %location, "making the demo store");
    let options = DemoOptions::default();
    let made_at: Timestamp = format!("{}T00:00:00Z", options.as_of)
        .parse()
        .context("the demo's date")?;
    let made = move || {
        let records = generate(&options).records.into_iter();
        let edits = records.map(|(layer, id, draft)| Edit::Insert {
            layer,
            id: Some(id),
            draft,
        });
        edits.collect::<Vec<_>>()
    };
    let edits = spawn_blocking(made).await.context("the demo")?;
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
