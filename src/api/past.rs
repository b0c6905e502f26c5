//! The map as it was: `datetime` in a question is answered from a snapshot of that moment by the same code.

use std::str::FromStr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Response};
use jiff::Timestamp;
use moka::future::Cache;

use crate::api::AppState;
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::domain::{self, Change, Revision};
use crate::map::MapSnapshot;

/// The moment that an answer shows, where it is not now.
const AS_OF: HeaderName = HeaderName::from_static("minqing-as-of");

/// When the known history begins.
const HISTORY_FROM: HeaderName = HeaderName::from_static("minqing-history-from");

/// Said where the moment lies before everything that is known, so that the map is empty.
const BEFORE_HISTORY: HeaderName = HeaderName::from_static("minqing-before-history");

/// So many earlier maps are kept; each shares with the current one all that did not change since.
const MOST_MAPS: u64 = 16;

/// An earlier map that nobody asks for keeps old indexes alive, and so it goes after a while.
const IDLE: Duration = Duration::from_mins(5);

static NOTHING_YET: LazyLock<Arc<MapSnapshot>> =
    LazyLock::new(|| Arc::new(MapSnapshot::build(&Change::default())));

/// The earlier maps that were asked for lately, by their revision.
#[derive(Debug, Clone)]
pub struct PastMaps {
    maps: Cache<Revision, Arc<MapSnapshot>>,
}

impl Default for PastMaps {
    fn default() -> Self {
        let maps = Cache::builder().max_capacity(MOST_MAPS).time_to_idle(IDLE);
        Self { maps: maps.build() }
    }
}

impl PastMaps {
    /// The map of an earlier revision; of many who ask at once, one makes it.
    pub(super) async fn map(
        &self,
        app: &AppState,
        revision: Revision,
    ) -> Result<Arc<MapSnapshot>, Problem> {
        let make = async {
            // read before the store is asked, so that what is newer in the store is newer than this too
            let now = app.map.current();
            let change = app.store.back_to(revision).await?;
            app.workers.run(move || Arc::new(now.with(&change))).await
        };
        let map = self.maps.try_get_with(revision, make).await;
        map.map_err(|problem: Arc<Problem>| Problem::clone(&problem))
    }
}

/// The map that a question is about, and what has to be said of it.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) map: Arc<MapSnapshot>,
    past: Option<Past>,
}

#[derive(Debug)]
struct Past {
    at: Timestamp,
    history_from: Option<Timestamp>,
    is_before: bool,
}

impl Shown {
    /// The map at the `datetime` of `params`; the current one where there is none.
    ///
    /// # Errors
    /// Says what `datetime` takes, or that the store cannot be asked.
    pub(super) async fn of(app: &AppState, params: &mut Params) -> Result<Self, Problem> {
        let Some(text) = params.text("datetime") else {
            return Ok(Self {
                map: app.map.current(),
                past: None,
            });
        };
        Self::at(app, moment(&text)?).await
    }

    /// The map at `at`; the current one where that is `None`, the open end of an interval.
    pub(super) async fn at(app: &AppState, at: Option<Timestamp>) -> Result<Self, Problem> {
        let map = app.map.current();
        let Some(at) = at else {
            return Ok(Self { map, past: None });
        };
        let (then, history_from) = (
            app.store.revision_at(at).await?,
            app.store.history_start().await?.map(|start| start.at),
        );
        let past = Some(Past {
            at,
            history_from,
            is_before: then.is_none(),
        });
        let map = match then {
            None => Arc::clone(&NOTHING_YET),
            Some(then) if then >= map.revision() => map,
            Some(then) => app.past.map(app, then).await?,
        };
        Ok(Self { map, past })
    }

    /// Whether an earlier map was asked for.
    pub(super) fn is_past(&self) -> bool {
        self.past.is_some()
    }

    /// `response`, which was made of this map, with what has to be said of it.
    pub(super) fn told<B>(&self, mut response: Response<B>) -> Response<B> {
        self.tell(response.headers_mut());
        response
    }

    fn tell(&self, headers: &mut HeaderMap) {
        let Some(past) = &self.past else {
            return;
        };
        let mut tell = |name: HeaderName, text: String| {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        };
        tell(AS_OF, past.at.to_string());
        if let Some(from) = past.history_from {
            tell(HISTORY_FROM, from.to_string());
        }
        if past.is_before {
            tell(BEFORE_HISTORY, "true".to_owned());
        }
    }
}

/// The moment that `datetime` means: an instant, or the end of an interval; `None` where that is open.
fn moment(text: &str) -> Result<Option<Timestamp>, Problem> {
    let instant = domain::moment;
    let open = |text: &str| matches!(text, "" | "..");
    let parsed = match text.split_once('/') {
        None => instant(text).map(Some),
        Some((begin, end)) => {
            let (from, to) = (instant(begin), instant(end));
            let begins = open(begin) || from.is_some();
            let ends = open(end) || to.is_some();
            let is_right = from.zip(to).is_none_or(|(from, to)| from <= to);
            (begins && ends && is_right && !(open(begin) && open(end))).then_some(to)
        }
    };
    // the end of the calendar is how others write that there is no end
    let parsed = parsed.map(|at| at.filter(|at| *at < Timestamp::MAX));
    parsed.ok_or_else(|| {
        Problem::parameter(
            "datetime",
            format!("datetime={text} 应为带时区的时刻，例如 2026-03-01T00:00:00Z，或以它们为端点的区间 起/止，端点可为 .."),
            format!("datetime={text} must be an instant such as 2026-03-01T00:00:00Z, or an interval of such begin/end, where one end may be .."),
        )
    })
}

/// The instant called `name`.
///
/// # Errors
/// Names the parameter and what it takes.
pub(super) fn instant(
    params: &mut Params,
    name: &'static str,
) -> Result<Option<Timestamp>, Problem> {
    let takes = (
        "带时区的时刻，例如 2026-03-01T00:00:00Z",
        "an instant such as 2026-03-01T00:00:00Z",
    );
    Ok(params.value::<Moment>(name, takes)?.map(|Moment(at)| at))
}

/// A moment as a parameter is one.
struct Moment(Timestamp);

impl FromStr for Moment {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        domain::moment(text).map(Self).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_an_instant_or_the_end_of_an_interval() {
        let at = |text: &str| moment(text).map(|at| at.map(|at| at.to_string()));
        let first = Some("2026-03-01T00:00:00Z".to_owned());
        assert_eq!(at("2026-03-01T08:00:00+08:00").unwrap(), first);
        assert_eq!(at("../2026-03-01T00:00:00Z").unwrap(), first);
        assert_eq!(
            at("2026-02-01T00:00:00Z/2026-03-01T00:00:00Z").unwrap(),
            first
        );
        assert_eq!(at("2026-03-01T00:00:00.0000000000Z").unwrap(), first);
        assert_eq!(at("2026-03-01T00:00:00Z/..").unwrap(), None);
        for no_end in [
            "9999-12-31T23:59:59Z",
            "2026-03-01T00:00:00Z/9999-12-31T23:59:59Z",
            "../9999-12-31T23:59:59.999Z",
        ] {
            assert_eq!(at(no_end).unwrap(), None, "{no_end}");
        }
        for wrong in [
            "now",
            "2026-03-01",
            "2026-03-01T00:00:00",
            "2026-13-01T00:00:00Z",
            "../..",
            "/",
            "2026-03-01T00:00:00Z/2026-02-01T00:00:00Z",
            "9999-12-31T23:59:59Z/2026-02-01T00:00:00Z",
            "x/2026-03-01T00:00:00Z",
            "2026-03-01T00:00:00Z/2026-03-01T00:00:00Z/..",
        ] {
            assert!(at(wrong).is_err(), "{wrong}");
        }
    }
}
