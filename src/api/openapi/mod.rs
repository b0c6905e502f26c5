//! The OpenAPI 3.1 document, made from the list of operations, and its browser.

mod operations;
mod parameters;
mod schemas;

use std::fmt::Write;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use crate::api::documents;
use crate::api::forms::{self, Form};
use crate::api::html::{Page, escaped, scrolling};
use crate::api::links::Base;
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::api::{AppState, answer};
use operations::{Operation, all};
use schemas::schemas;

/// `GET /api/openapi.json`
pub(super) async fn document(
    State(app): State<AppState>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &[Form::OpenApi, Form::Json])?;
    params.finish()?;
    let what = ("/api/openapi.json", form);
    let map = app.map.current();
    documents::kept(&app, &map, (&base, &headers), what, |base| {
        described(&app.title.0, base).to_string()
    })
    .await
}

/// `GET /api/docs`: the same for people, made on the server.
pub(super) async fn docs(
    State(app): State<AppState>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &[Form::Html])?;
    params.finish()?;
    let mut response = answer(&app.map.current(), form.media_type(), Body::empty());
    let page = Page::operations("接口说明", "/api/docs");
    response.extensions_mut().insert(page);
    Ok(response)
}

/// All operations as HTML; `say` puts a text in the language of the page.
pub(super) fn operations_page(say: &dyn Fn(&str) -> String) -> String {
    let mut body = format!(
        "<p>{} (OpenAPI 3.1): <a href=\"/api/openapi.json\">/api/openapi.json</a></p>\n",
        say("机器可读")
    );
    for operation in all() {
        shown(&mut body, &operation, say);
    }
    body
}

fn shown(body: &mut String, operation: &Operation, say: &dyn Fn(&str) -> String) {
    let method = operation.method.to_ascii_uppercase();
    let _infallible = write!(
        body,
        "<h2 id=\"{}\"><code>{method} {}</code></h2>\n<p>{}</p>\n",
        operation.id,
        escaped(operation.path),
        escaped(&say(operation.summary))
    );
    let parameters = operation.parameters();
    if !parameters.is_empty() {
        let mut table = String::from("<table><thead><tr>");
        for head in ["参数", "位置", "说明"] {
            let _infallible = write!(table, "<th scope=\"col\">{}</th>", say(head));
        }
        table.push_str("</tr></thead><tbody>");
        for parameter in &parameters {
            let word = |name: &str| {
                let word = parameter.get(name).and_then(Json::as_str);
                word.unwrap_or_default()
            };
            let _infallible = write!(
                table,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                escaped(word("name")),
                escaped(word("in")),
                escaped(&say(word("description")))
            );
        }
        table.push_str("</tbody></table>");
        let label = format!("{} {method} {}", say("参数"), operation.path);
        let _infallible = writeln!(body, "{}", scrolling(&label, &table));
    }
}

fn described(title: &str, base: &Base) -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for operation in all() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(operation.method.to_owned(), operation.described());
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": title, "version": env!("CARGO_PKG_VERSION"),
            "description": "社区民情图：图层、瓦片与空间查询。错误一律为 RFC 9457 problem+json，语言随 Accept-Language。",
            "license": { "name": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": base.at("") }],
        "paths": paths,
        "components": { "schemas": schemas() },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The address and methods of every `.route(` of the router.
    fn routed() -> BTreeSet<(String, String)> {
        let source = include_str!("../mod.rs");
        let mut routes = BTreeSet::new();
        for part in source.split(".route(").skip(1) {
            let part = part.split(".fallback(").next().unwrap();
            let part = part.split(".layer(").next().unwrap();
            let path = part.split('"').nth(1).unwrap().to_owned();
            for method in ["get", "post", "put", "patch", "delete"] {
                let called = part.contains(&format!("{method}("));
                if called && path != "/api/{*rest}" {
                    routes.insert((path.clone(), method.to_owned()));
                }
            }
        }
        routes
    }

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let described: BTreeSet<_> = all()
            .iter()
            .map(|operation| (operation.path.to_owned(), operation.method.to_owned()))
            .collect();
        let routed = routed();
        assert!(routed.len() > 20, "{routed:?}");
        assert_eq!(routed, described);
    }

    #[test]
    fn operations_have_names_of_their_own_and_every_variable_of_their_path() {
        let mut names = BTreeSet::new();
        for operation in all() {
            assert!(names.insert(operation.id), "{}", operation.id);
            let parameters = operation.parameters();
            for part in operation.path.split('{').skip(1) {
                let name = part.split('}').next().unwrap();
                assert!(
                    parameters
                        .iter()
                        .any(|each| each["name"] == name && each["in"] == "path"),
                    "{} {name}",
                    operation.id
                );
            }
        }
    }
}
