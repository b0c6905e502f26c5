//! `GET /api/locate`: one place in, its chain, households and posts out.

mod body;
mod form;
mod kept;

use axum::extract::{RawQuery, State};
use axum::response::Response;

use crate::api::params::Params;
use crate::api::past::Shown;
use crate::api::problem::Problem;
use crate::api::sent::Written;
use crate::api::{AppState, answer};
use crate::domain::LayerId;
use crate::geometry::LonLat;
use crate::map::MapSnapshot;
use crate::query::locate::{Ask, find, locate};

use form::open;
pub use kept::KeptForms;

/// `GET /api/locate?lon=&lat=[&crs=][&floor=][&accuracy_m=][&layers=][&datetime=]`
pub(super) async fn locate_one(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let shown = Shown::of(&app, &mut params).await?;
    let ask = asked(params)?;
    // the layers of an earlier map do not say by their revisions what has been put back
    let body = if shown.is_past() {
        written(&shown.map, &ask)
    } else {
        answered(&shown.map, &app.forms, &ask)
    };
    Ok(shown.told(answer(&shown.map, "application/json", body)))
}

/// The answer to the query string `query` from the current map.
///
/// # Errors
/// Names the parameter that is missing, wrong or not known.
pub(super) fn located(
    map: &MapSnapshot,
    forms: &KeptForms,
    query: Option<&str>,
) -> Result<Written, Problem> {
    let ask = match query.and_then(plain) {
        Some(ask) => ask,
        None => asked(Params::of(query)?)?,
    };
    Ok(answered(map, forms, &ask))
}

fn answered(map: &MapSnapshot, forms: &KeptForms, ask: &Ask) -> Written {
    if ask.is_plain() {
        return forms.answer(map, ask, &find(map, ask));
    }
    written(map, ask)
}

/// The answer with nothing kept of it.
fn written(map: &MapSnapshot, ask: &Ask) -> Written {
    let located = locate(map, ask);
    let distances = located.chain.iter().filter_map(open);
    body::written(map, &located).filled(map.revision(), ask.place, distances)
}

fn asked(mut params: Params) -> Result<Ask, Problem> {
    let ask = Ask {
        place: params.place()?,
        floor: params.value("floor", ("楼层数", "a floor number"))?,
        accuracy_m: params.metres("accuracy_m", 10_000.0)?,
        layers: params.layers("layers")?,
    };
    params.finish()?;
    Ok(ask)
}

/// The question `lon=…&lat=…` or `lon=…&lat=…&layers=…` in plain decimals and names, which is how programs ask.
fn plain(query: &str) -> Option<Ask> {
    let (lon, rest) = query.strip_prefix("lon=")?.split_once('&')?;
    let rest = rest.strip_prefix("lat=")?;
    let (lat, names) = match rest.split_once('&') {
        Some((lat, rest)) => (lat, Some(rest.strip_prefix("layers=")?)),
        None => (rest, None),
    };
    let place = LonLat::new(plain_number(lon)?, plain_number(lat)?).ok()?;
    let layers = match names {
        Some(names) => Some(
            names
                .split(',')
                .map(LayerId::parse)
                .collect::<Option<_>>()?,
        ),
        None => None,
    };
    Some(Ask {
        layers,
        ..Ask::at(place)
    })
}

fn plain_number(text: &str) -> Option<f64> {
    let is_plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    text.bytes().all(is_plain).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_question_is_what_the_long_way_makes_of_it() {
        for query in [
            "lon=108.95&lat=-34.2",
            "lon=108.95&lat=-34.2&layers=buildings",
            "lon=108.95&lat=-34.2&layers=grids,households,grids",
        ] {
            let (short, long) = (plain(query), asked(Params::of(Some(query)).unwrap()));
            let [short, long] = [short, long.ok()].map(Option::unwrap);
            assert!((short.place.lon() - 108.95).abs() < 1e-12, "{query}");
            assert!((short.place.lat() + 34.2).abs() < 1e-12, "{query}");
            assert_eq!(short.place, long.place, "{query}");
            assert_eq!(short.layers, long.layers, "{query}");
            assert!(short.is_plain() && long.is_plain(), "{query}");
        }
    }

    #[test]
    fn what_is_not_plain_takes_the_long_way() {
        for query in [
            "lon=108.95&lat=34.2&floor=2",
            "lat=34.2&lon=108.95",
            "lon=108.95&lat=34%2E2",
            "lon=1e2&lat=34.2",
            "lon=&lat=34.2",
            "lon=34.2&lat=108.95",
            "lon=inf&lat=nan",
            "lon=--1&lat=2",
            "lon=108.95&lat=34.2&layers=",
            "lon=108.95&lat=34.2&layers=grids,",
            "lon=108.95&lat=34.2&layers=grids%2Cbuildings",
            "lon=108.95&lat=34.2&layers=grids&layers=buildings",
            "lon=108.95&lat=34.2&layers=nothing",
        ] {
            assert!(plain(query).is_none(), "{query}");
        }
    }
}
