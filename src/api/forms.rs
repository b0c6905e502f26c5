//! In which form is an answer wanted? By `f`, else by Accept.

use axum::http::{HeaderMap, header};

use crate::api::params::Params;
use crate::api::problem::Problem;

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

    /// Whether `range` of an Accept header takes it.
    fn fits(self, range: &str) -> bool {
        let own = self.media_type().split(';').next().unwrap_or_default();
        let group = own.split('/').next().unwrap_or_default();
        let also = match self {
            Self::GeoJson | Self::Schema | Self::OpenApi => "application/json",
            _ => own,
        };
        range == own
            || range == also
            || range == "*/*"
            || range.strip_suffix("/*").is_some_and(|asked| asked == group)
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
    let said = headers.get_all(header::ACCEPT).iter();
    let accept: Vec<&str> = said
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    if accept.is_empty() {
        return offered.first().copied().ok_or_else(|| none_of(offered));
    }
    let mut best: Option<(f32, Form)> = None;
    for range in accept {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        let weight = weight.map_or(1.0, |text| text.parse().unwrap_or(0.0));
        let form = offered.iter().find(|form| form.fits(&kind)).copied();
        if let Some(form) = form
            && weight > best.map_or(0.0, |(weight, _)| weight)
        {
            best = Some((weight, form));
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
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            let mut params = Params::of(None).unwrap();
            let found = wanted(&mut params, &headers, &[Form::GeoJson, Form::Html]).ok();
            assert_eq!(found, expected, "{accept}");
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
    }
}
