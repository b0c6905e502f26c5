//! Documents that are the same until the map changes: made once for each revision and address of the service.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::Response;

use crate::api::content_coding::tell_coding;
use crate::api::forms::Form;
use crate::api::items::by_form;
use crate::api::links::Base;
use crate::api::problem::Problem;
use crate::api::tile_cache::TileKey;
use crate::api::{AppState, answer};
use crate::map::MapSnapshot;

/// The document at `path` as the text that `make` writes, which depends on nothing but the map and the base.
///
/// Its entity tag comes from the content, so it stays the same over edits that change nothing here.
///
/// # Errors
/// What the cache says.
pub(super) async fn kept(
    app: &AppState,
    map: &MapSnapshot,
    (base, headers): (&Base, &HeaderMap),
    (path, form): (&'static str, Form),
    make: impl FnOnce(&Base) -> String,
) -> Result<Response, Problem> {
    let key = TileKey {
        // no tile has such a name
        asked: format!("{path} at {}", base.at("")).into(),
        version: map.revision(),
    };
    let make = async { Ok(make(base).into_bytes()) };
    let document = app.tiles.get(key, make).await?;
    let (body, coding) = document.body(headers);
    let mut response = answer::<Body>(map, form.media_type(), body);
    let headers = response.headers_mut();
    headers.insert(header::ETAG, document.tag.clone());
    tell_coding(headers, coding);
    by_form(&mut response, form);
    Ok(response)
}
