//! In which form is an answer wanted? By `f`, else by Accept.

use std::cmp::Reverse;

use axum::http::{HeaderMap, header};

use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::api::weights::{Preference, preferences};

/// One form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    GeoJson,
    Html,
    Csv,
    FlatGeobuf,
    Schema,
    OpenApi,
    Mvt,
    TileJson,
}

impl Form {
    /// The value of `f`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json | Self::Schema | Self::OpenApi => "json",
            Self::GeoJson => "geojson",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::FlatGeobuf => "fgb",
            Self::Mvt => "mvt",
            Self::TileJson => "tilejson",
        }
    }

    /// The media type of the answer.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GeoJson => "application/geo+json",
            Self::Html => "text/html; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::Schema => "application/schema+json",
            Self::OpenApi => "application/vnd.oai.openapi+json;version=3.1",
            Self::Mvt => "application/vnd.mapbox-vector-tile",
            Self::TileJson => "application/vnd.mapbox.tile+json",
        }
    }

    /// How closely `range` of an Accept header describes it; `None` where it does not.
    fn closeness(self, range: &Preference<'_>) -> Option<u8> {
        let own = self.media_type().split(';').next().unwrap_or_default();
        let group = own.split('/').next().unwrap_or_default();
        let is = |kind: &str| range.value.eq_ignore_ascii_case(kind);
        // a client that asks for another version of OpenAPI does not want this one
        let version = range.parameter("version").filter(|_| self == Self::OpenApi);
        if version.is_some_and(|version| !version.starts_with("3.1")) {
            return None;
        }
        if is(own) {
            return Some(4);
        }
        // a feature collection and a schema are JSON too
        if matches!(self, Self::GeoJson | Self::Schema) && is("application/json") {
            return Some(3);
        }
        let subtypes = range.value.strip_suffix("/*")?;
        if subtypes.eq_ignore_ascii_case(group) {
            return Some(2);
        }
        (subtypes == "*").then_some(1)
    }
}

/// The form of `offered` that is wanted; the first one where nothing is said.
///
/// # Errors
/// An `f` that is none of them, or an Accept that takes none of them.
pub(super) fn wanted(
    params: &mut Params,
    headers: &HeaderMap,
    offered: &[Form],
) -> Result<Form, Problem> {
    if let Some(name) = params.text("f") {
        // a feature collection is JSON too
        let is = |form: &&Form| form.name() == name || (name == "json" && **form == Form::GeoJson);
        return offered.iter().find(is).copied().ok_or_else(|| {
            let names: Vec<_> = offered.iter().map(|form| form.name()).collect();
            let names = names.join(", ");
            Problem::parameter(
                "f",
                format!("f 应为以下之一：{names}"),
                format!("f must be one of {names}"),
            )
        });
    }
    let ranges: Vec<Preference<'_>> = preferences(headers, header::ACCEPT).collect();
    if ranges.is_empty() {
        return offered.first().copied().ok_or_else(|| none_of(offered));
    }
    let mut best = None;
    for form in offered {
        // the weight of a form is that of the range which describes it most closely (RFC 9110, 12.5.1)
        let fitting = ranges.iter().enumerate().filter_map(|(place, range)| {
            let closeness = form.closeness(range)?;
            Some((closeness, Reverse(place), range.weight))
        });
        let Some((_, place, weight)) = fitting.max() else {
            continue;
        };
        // of forms that are liked alike, the one that the client names first
        let rank = (weight, place);
        if weight > 0 && best.is_none_or(|(other, _)| rank > other) {
            best = Some((rank, *form));
        }
    }
    best.map(|(_, form)| form).ok_or_else(|| none_of(offered))
}

fn none_of(offered: &[Form]) -> Problem {
    let kinds: Vec<_> = offered.iter().map(|form| form.media_type()).collect();
    Problem::not_acceptable(&kinds.join(", "))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_heaviest_range_that_is_offered_wins() {
        let check = |accept: &'static str, expected: Option<Form>| {
            assert_eq!(
                found(accept, &[Form::GeoJson, Form::Html]),
                expected,
                "{accept}"
            );
        };
        check(
            "text/html,application/xhtml+xml,*/*;q=0.8",
            Some(Form::Html),
        );
        check("*/*", Some(Form::GeoJson));
        check("application/json", Some(Form::GeoJson));
        check("text/html;q=0.1, application/geo+json", Some(Form::GeoJson));
        check("text/*", Some(Form::Html));
        check("image/png", None);
        check("text/html;q=0", None);
        check(
            "text/html;Q=0.1, application/geo+json;q=0.2",
            Some(Form::GeoJson),
        );
        check("TEXT/HTML", Some(Form::Html));
        check("application/geo+json;q=0, */*", Some(Form::Html));
        check("*/*;q=0.1, text/html;q=0", Some(Form::GeoJson));
        check("application/json, text/html", Some(Form::GeoJson));
        check("text/html, application/json", Some(Form::Html));
        check("", Some(Form::GeoJson));
        check("application/json;q=0, application/*", None);
    }

    #[test]
    fn openapi_is_given_in_the_version_that_it_has_or_as_json() {
        let check = |accept: &'static str, expected: Option<Form>| {
            assert_eq!(
                found(accept, &[Form::OpenApi, Form::Json]),
                expected,
                "{accept}"
            );
        };
        // as GDAL 3.6 asks
        check(
            "application/vnd.oai.openapi+json;version=3.0, application/openapi+json;version=3.0, application/json",
            Some(Form::Json),
        );
        check(
            "application/vnd.oai.openapi+json;version=3.1",
            Some(Form::OpenApi),
        );
        check(
            "application/vnd.oai.openapi+json; Version=\"3.1.0\", application/json;q=0.5",
            Some(Form::OpenApi),
        );
        check("application/vnd.oai.openapi+json", Some(Form::OpenApi));
        check("application/vnd.oai.openapi+json;version=3.0", None);
        check("application/json", Some(Form::Json));
        check("*/*", Some(Form::OpenApi));
        check("application/json, text/plain, */*", Some(Form::Json));
    }

    fn found(accept: &'static str, offered: &[Form]) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        let mut params = Params::of(None).unwrap();
        wanted(&mut params, &headers, offered).ok()
    }
}
