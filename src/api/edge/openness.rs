//! Which answers pages of other origins may read: those that show layers of class public and nothing else.

use crate::domain::{FieldClass, LayerId};

/// How far an address is open to pages of other origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Openness {
    /// Any page may read it.
    Public,
    /// A part of the web app: not for other pages, and of no use to them.
    App,
    /// Only our own pages, and those of listed origins.
    Closed,
}

/// Of a read of `path` with `query`. What is not known to be public is closed, also where it names no layer.
pub(super) fn openness(path: &str, query: Option<&str>) -> Openness {
    let is_public = if let Some(rest) = path.strip_prefix("/tiles/") {
        let names = rest.split('/').next().unwrap_or_default();
        all_public(names.strip_suffix(".json").unwrap_or(names))
    } else if let Some(rest) = path.strip_prefix("/api")
        && (rest.is_empty() || rest.starts_with('/'))
    {
        api(rest.strip_suffix('/').unwrap_or(rest), query)
    } else if path.starts_with("/health/") || path == "/metrics" {
        false
    } else {
        return Openness::App;
    };
    // what was so once may be closed now
    if is_public && !query.is_some_and(|query| query.contains("datetime")) {
        Openness::Public
    } else {
        Openness::Closed
    }
}

fn api(path: &str, query: Option<&str>) -> bool {
    match path {
        "" | "/conformance" | "/functions" | "/openapi.json" | "/docs" | "/collections"
        | "/tileMatrixSets" => return true,
        "/nearest" | "/summary" => return one_public(query, "layer"),
        _ => {}
    }
    if path.starts_with("/tileMatrixSets/") {
        return true;
    }
    if path == "/tiles" || path.starts_with("/tiles/") {
        // without the parameter they are all layers, internal ones too
        return one_public(query, "collections");
    }
    let Some(rest) = path.strip_prefix("/collections/") else {
        return false;
    };
    let mut parts = rest.split('/');
    let is_public = parts.next().is_some_and(all_public);
    let is_now = match (parts.next(), parts.next(), parts.next()) {
        (None | Some("schema" | "queryables" | "sortables"), None, None)
        | (Some("items"), _, None)
        | (Some("tiles"), ..) => true,
        // versions and changes
        _ => false,
    };
    is_public && is_now
}

/// Whether the query has `name` once, and only public layers in it.
fn one_public(query: Option<&str>, name: &str) -> bool {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut given = pairs.filter(|(known, _)| known == name);
    let (first, second) = (given.next(), given.next());
    first.is_some_and(|(_, names)| all_public(&names)) && second.is_none()
}

fn all_public(names: &str) -> bool {
    let is_public = |name: &str| {
        let layer = LayerId::parse(name.trim());
        layer.is_some_and(|layer| layer.schema().class == FieldClass::Public)
    };
    names.split(',').all(is_public)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Openness {
        match address.split_once('?') {
            Some((path, query)) => openness(path, Some(query)),
            None => openness(address, None),
        }
    }

    #[test]
    fn public_layers_may_be_read_from_anywhere() {
        for address in [
            "/tiles/grids/16/52605/26128.mvt",
            "/tiles/grids,buildings/16/52605/26128.geojson?filter=id=1",
            "/tiles/buildings.json",
            "/api",
            "/api/",
            "/api/openapi.json",
            "/api/collections",
            "/api/collections/grids",
            "/api/collections/grids/schema",
            "/api/collections/grids/items?limit=1",
            "/api/collections/grids/items/7",
            "/api/collections/grids/tiles/WebMercatorQuad/16/26128/52605",
            "/api/tileMatrixSets/WebMercatorQuad",
            "/api/tiles/WebMercatorQuad/16/26128/52605?collections=grids,buildings",
            "/api/nearest?layer=facilities&lon=1&lat=2",
            "/api/summary?layer=buildings&by=grids",
        ] {
            assert_eq!(of(address), Openness::Public, "{address}");
        }
    }

    #[test]
    fn all_else_may_not() {
        for address in [
            "/tiles/risk_points/16/52605/26128.mvt",
            "/tiles/grids,cases/16/52605/26128.mvt",
            "/tiles/grids%2Ccases/16/52605/26128.mvt",
            "/tiles/",
            "/tiles/households.json",
            "/api/collections/households/items",
            "/api/collections/house%68olds/items",
            "/api/collections/cases",
            "/api/collections/nothing/items",
            "/api/collections/grids/items/7/versions",
            "/api/collections/grids/changes",
            "/api/collections/grids/items?datetime=2026-01-01T00:00:00Z",
            "/api/tiles/WebMercatorQuad/16/26128/52605",
            "/api/tiles/WebMercatorQuad/16/26128/52605?collections=grids&collections=cases",
            "/api/nearest?layer=grids&layer=cases",
            "/api/nearest?layer=households",
            "/api/summary?by=grids",
            "/api/search?q=a",
            "/api/locate?lon=1&lat=2&layers=grids",
            "/api/catalogue",
            "/api/events",
            "/api/imports",
            "/api/import-profiles",
            "/health/ready",
            "/metrics",
        ] {
            assert_eq!(of(address), Openness::Closed, "{address}");
        }
        for address in ["/", "/assets/index.js", "/apix", "/favicon.svg"] {
            assert_eq!(of(address), Openness::App, "{address}");
        }
    }
}
