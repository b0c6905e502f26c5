//! How new an answer must be, and how it stands with the store: what a client behind a balancer and a watcher ask.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};
use tokio::time::timeout;

use crate::api::AppState;
use crate::api::problem::Problem;
use crate::domain::Revision;
use crate::map::{LiveMap, MapSnapshot};

/// The revision that a client has seen and wants to see again.
pub(super) const MIN_REVISION: HeaderName = HeaderName::from_static("minqing-min-revision");

/// For how many seconds it has not been known whether the map is what the store holds.
pub(super) const STALE_SECONDS: HeaderName = HeaderName::from_static("minqing-stale-seconds");

/// How long a question waits for a revision that has not come yet.
const WAIT_TO_READ: Duration = Duration::from_secs(3);

/// How long the answer to a write waits until the map shows it.
const WAIT_AFTER_WRITE: Duration = Duration::from_secs(10);

/// Middleware: a question that names a revision is answered from a map at least that new, or refused.
pub(super) async fn at_least_what_was_seen(
    State(app): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let Some(wanted) = request.headers().get(MIN_REVISION) else {
        return next.run(request).await;
    };
    let Some(revision) = wanted.to_str().ok().and_then(|text| text.parse().ok()) else {
        let zh = "minqing-min-revision 应为修订号，例如 12";
        let en = "minqing-min-revision must be a revision such as 12";
        return Problem::parameter("minqing-min-revision", zh, en).into_response();
    };
    if shown(&app.map, Revision(revision), WAIT_TO_READ)
        .await
        .is_some()
    {
        return next.run(request).await;
    }
    let shown = app.map.current().revision();
    Problem::unavailable(
        "not-that-new-yet",
        format!("地图现为修订 {shown}，还没有到 {revision}，请稍后再试"),
        format!("the map is at revision {shown}, not yet at {revision}; try again"),
    )
    .retry_after(1)
    .into_response()
}

/// The map once it shows what was written at `revision`.
pub(super) async fn after_write(
    app: &AppState,
    revision: Revision,
) -> Result<Arc<MapSnapshot>, Problem> {
    app.wake.notify_one();
    let shown = shown(&app.map, revision, WAIT_AFTER_WRITE).await;
    shown.ok_or_else(|| {
        Problem::unavailable(
            "written-not-shown",
            format!("修改已写入（修订 {revision}），但地图尚未更新；请勿重复提交，稍后刷新"),
            format!("the change is written (revision {revision}), but the map does not show it yet; do not send it again"),
        )
    })
}

/// The map once it shows `revision`, which is in the store.
pub(super) async fn followed(
    app: &AppState,
    revision: Revision,
) -> Result<Arc<MapSnapshot>, Problem> {
    let current = app.map.current();
    if current.revision() >= revision {
        return Ok(current);
    }
    app.wake.notify_one();
    shown(&app.map, revision, WAIT_AFTER_WRITE)
        .await
        .ok_or_else(|| {
            let zh = "地图暂时跟不上数据存储，没有写入，请稍后再试";
            let en = "the map does not keep up with the store; nothing was written, try again";
            Problem::unavailable("not-that-new-yet", zh, en).retry_after(1)
        })
}

async fn shown(map: &LiveMap, revision: Revision, wait: Duration) -> Option<Arc<MapSnapshot>> {
    timeout(wait, map.at_least(revision)).await.ok()
}

/// `GET /metrics`: for Prometheus.
pub(super) async fn metrics(State(app): State<AppState>) -> Result<Response, Problem> {
    let map = app.map.current();
    let seen = app.health.seen();
    let mut registry = Registry::with_prefix("minqing");
    let mut gauge = |name: &str, help: &str, unit: Option<Unit>, value: f64| {
        let metric = ConstGauge::new(value);
        match unit {
            Some(unit) => registry.register_with_unit(name, help, unit, metric),
            None => registry.register(name, help, metric),
        }
    };
    let seconds = |time: Duration| time.as_secs_f64();
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "counts far below 2^53"
    )]
    let (revision, features) = {
        let features: usize = map.layers().map(crate::map::LayerTable::len).sum();
        (map.revision().0 as f64, features as f64)
    };
    gauge("revision", "Revision that the map shows", None, revision);
    gauge("features", "Records in the map", None, features);
    let up = f64::from(u8::from(seen.trouble.is_none()));
    gauge("store_up", "Whether the store answers", None, up);
    let stale = app.health.stale().map_or(0.0, seconds);
    let help = "For how long the map has not been known to be what the store holds";
    gauge("stale", help, Some(Unit::Seconds), stale);
    let lag = seen.lag.map_or(0.0, seconds);
    let help = "From commit to visible, of the last change";
    gauge("follow_lag", help, Some(Unit::Seconds), lag);
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "a count far below 2^53"
    )]
    let faulty = map.faulty_records() as f64;
    let help = "Records that are not on the map as another program wrote them";
    gauge("faulty_records", help, None, faulty);
    let log_rows = ConstCounter::new(seen.log_rows);
    registry.register("log_rows", "Rows of the change log taken over", log_rows);
    let reloads = ConstCounter::new(seen.reloads);
    registry.register("reloads", "Times that everything was read anew", reloads);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| Problem::internal(&error))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
