//! Tables that come in are read as an import reads them, row by row; tables that go out run nothing in a spreadsheet.

use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::driver::{TestService, run, said};

/// A table of two places in the demo, and one row more.
const TABLE: &str = "name,lon,lat\n甲,108.9634,34.2203\n乙,108.9621,34.2211\n";

async fn located(service: &TestService, query: &str, table: &[u8]) -> (StatusCode, String) {
    let answer = service
        .request(Method::POST, &format!("/api/locate{query}"))
        .header("content-type", "text/csv")
        .body(table.to_vec())
        .send()
        .await
        .unwrap();
    (answer.status(), answer.text().await.unwrap())
}

fn wide(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_in_any_encoding_comes_back_with_its_codes() {
    let service = TestService::with_demo();
    let (_, plain) = located(&service, "", TABLE.as_bytes()).await;
    let lines: Vec<&str> = plain.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3, "{plain}");
    assert_eq!(
        lines[0],
        "name,lon,lat,communities,grids,compounds,buildings"
    );
    assert!(
        lines[1].starts_with("甲,108.9634,34.2203,610113"),
        "{plain}"
    );
    let folder = tempfile::tempdir().unwrap();
    for (form, table) in [
        ("a byte order mark", format!("\u{feff}{TABLE}").into_bytes()),
        ("GBK", encoding_rs::GB18030.encode(TABLE).0.into_owned()),
        ("semicolons", TABLE.replace(',', ";").into_bytes()),
        ("tabs", TABLE.replace(',', "\t").into_bytes()),
        (
            "decimal commas",
            TABLE.replace(',', "\t").replace('.', ",").into_bytes(),
        ),
        ("UTF-16", wide(TABLE)),
        ("CR LF", TABLE.replace('\n', "\r\n").into_bytes()),
    ] {
        let (status, answer) = located(&service, "", &table).await;
        assert_eq!(status, StatusCode::OK, "{form}: {answer}");
        if form == "decimal commas" {
            let codes = |table: &str| table.matches("610113").count();
            assert_eq!(codes(&answer), codes(&plain), "{answer}");
        } else {
            assert_eq!(answer, plain, "{form}");
        }
        let file = folder.path().join("t.csv");
        std::fs::write(&file, &table).unwrap();
        let done = run(&[
            "locate",
            "--csv",
            file.to_str().unwrap(),
            "--store",
            service.store.to_str().unwrap(),
        ]);
        assert!(done.status.success(), "{form}: {}", said(&done));
        assert_eq!(String::from_utf8_lossy(&done.stdout), answer, "{form}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_without_a_place_is_marked_and_the_others_are_answered() {
    let service = TestService::with_demo();
    let table = format!("{TABLE},\n丙,x,34.2\n丁,34.22,108.96\n戊,108.96,34.22,1\n");
    let (status, answer) = located(&service, "", table.as_bytes()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let mut reader = csv::Reader::from_reader(answer.trim_start_matches('\u{feff}').as_bytes());
    assert_eq!(reader.headers().unwrap().iter().next_back(), Some("error"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 6, "never fewer rows: {answer}");
    let marked: Vec<bool> = rows.iter().map(|row| !row[7].is_empty()).collect();
    assert_eq!(marked, [false, false, true, true, true, true], "{answer}");
    assert!(rows[0][3].starts_with("610113") && rows[2][3].is_empty());
    // an open quotation mark would swallow rows: its row is named, nothing is answered
    for (table, line) in [
        ("name,lon,lat\n\"甲,108.97,34.23\n乙,108.96,34.24\n", "2"),
        (
            "name,lon,lat\n甲,108.97,34.23\n\"乙,108.96,34.24\n丙,\"108.9,34.2\n",
            "3",
        ),
    ] {
        let (status, problem) = located(&service, "", table.as_bytes()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(
            problem.contains(&format!("第 {line} 行的引号没有成对")),
            "{problem}"
        );
    }
    for table in ["", "a,b\n1,2\n", "lon\n1\n"] {
        let (status, problem) = located(&service, "", table.as_bytes()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{table}");
        assert!(problem.contains("经度"), "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_of_a_batch_count_once_and_are_few() {
    let service = TestService::with_demo();
    let ask = |body: String| {
        service
            .request(Method::POST, "/api/locate")
            .header("content-type", "application/json")
            .body(body)
    };
    let point = "[108.9634,34.2203]";
    let twice = ask(format!(
        "{{\"points\":[{point}],\"layers\":[\"grids\",\"buildings\",\"grids\"]}}"
    ));
    let answer: Json = twice.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["layers"], json!(["grids", "buildings"]));
    assert_eq!(answer["codes"][0].as_array().unwrap().len(), 2);
    // a third of a megabyte that asked for a hundred million answers
    let before = service.memory_kib();
    let points = vec![point; 20_000].join(",");
    let layers = vec!["\"grids\""; 5000].join(",");
    let answer = ask(format!("{{\"points\":[{points}],\"layers\":[{layers}]}}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let answer: Json = answer.json().await.unwrap();
    assert_eq!(answer["codes"].as_array().unwrap().len(), 20_000);
    assert!(
        service.memory_kib() < before + (256 << 10),
        "{} KiB",
        service.memory_kib() - before
    );
    // all that there are are too many; so are points times layers
    let all = service.ok("/api/catalogue").await;
    let open = all["layers"].as_array().unwrap().iter();
    let open: Vec<&str> = open
        .filter(|layer| layer["class"] != "restricted")
        .map(|layer| layer["id"].as_str().unwrap())
        .collect();
    assert!(open.len() > 16);
    let (status, problem) = located(
        &service,
        &format!("?layers={}", open.join(",")),
        TABLE.as_bytes(),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    let names: Vec<String> = open[..16]
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    let points = vec!["[1,2]"; 300_000].join(",");
    let answer = ask(format!(
        "{{\"points\":[{points}],\"layers\":[{}]}}",
        names.join(",")
    ))
    .send()
    .await
    .unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let many: Vec<String> = (0..5000).map(|at| format!("\"x{at}\"")).collect();
    let answer = ask(format!(
        "{{\"points\":[[1,2]],\"layers\":[{}]}}",
        many.join(",")
    ))
    .send()
    .await
    .unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn formulas_leave_guarded_and_come_back_as_they_were() {
    let service = TestService::with_demo();
    let formulas = [
        "=HYPERLINK(\"http://x\",\"y\")",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "＝1+1",
        "'=1",
    ];
    for (at, formula) in formulas.iter().enumerate() {
        let body = json!({
            "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.9634, 34.2203] },
            "properties": { "code": format!("CSV{at}"), "name": formula, "address": formula },
        });
        let answer = service
            .request(Method::POST, "/api/collections/cases/items")
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(
            answer.status(),
            StatusCode::CREATED,
            "{}",
            answer.text().await.unwrap()
        );
    }
    let cells = |table: &str| -> Vec<(String, String)> {
        let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
        let at = reader
            .headers()
            .unwrap()
            .iter()
            .position(|name| name == "address")
            .unwrap();
        let rows = reader.records().map(Result::unwrap);
        rows.filter(|row| row[1].starts_with("CSV"))
            .map(|row| (row[2].to_owned(), row[at].to_owned()))
            .collect()
    };
    let guarded: Vec<String> = formulas
        .iter()
        .map(|formula| format!("'{formula}"))
        .collect();
    let items = "/api/collections/cases/items?f=csv&filter=code%20LIKE%20'CSV%25'";
    let text = |path: String| {
        let request = service.request(Method::GET, &path);
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    let told = cells(&text(items.to_owned()).await);
    assert_eq!(
        told,
        guarded
            .iter()
            .map(|cell| (cell.clone(), cell.clone()))
            .collect::<Vec<_>>()
    );
    let raw = cells(&text(format!("{items}&raw=true")).await);
    assert_eq!(raw, formulas.map(|cell| (cell.to_owned(), cell.to_owned())));
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let store = service.store.to_str().unwrap();
    let filter = "code LIKE 'CSV%'";
    let export = |file: &str, more: &[&str]| {
        let mut arguments = vec![
            "export", "cases", "--to", file, "--filter", filter, "--store", store,
        ];
        arguments.extend(more);
        let done = run(&arguments);
        assert!(done.status.success(), "{}", said(&done));
        std::fs::read_to_string(file).unwrap()
    };
    assert_eq!(cells(&export(&path("guarded.csv"), &[])), told);
    assert_eq!(cells(&export(&path("raw.csv"), &["--raw"])), raw);
    let other = path("other.gpkg");
    let done = run(&[
        "import",
        &path("guarded.csv"),
        "--layer",
        "cases",
        "--store",
        &other,
    ]);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{}", said(&done));
    let back = crate::driver::sqlite3(
        Path::new(&other),
        "SELECT name FROM cases WHERE code <> 'CSV4' ORDER BY code",
    );
    let wanted: Vec<&str> = formulas
        .iter()
        .copied()
        .filter(|formula| !formula.starts_with('\t'))
        .collect();
    assert_eq!(back.lines().collect::<Vec<_>>(), wanted);
    // a table that is located keeps numbers, and runs nothing either
    let table = "=1+1,lon,lat\n=2+2,-108.96,34.22\n-3,108.9634,34.2203\n";
    let (_, answer) = located(&service, "?layers=grids", table.as_bytes()).await;
    let lines: Vec<&str> = answer.trim_start_matches('\u{feff}').lines().collect();
    assert!(lines[0].starts_with("'=1+1,lon"), "{answer}");
    assert!(
        lines[1].starts_with("'=2+2,-108.96,34.22") && lines[2].starts_with("-3,"),
        "{answer}"
    );
    let (_, answer) = located(&service, "?layers=grids&raw=true", table.as_bytes()).await;
    assert!(answer.contains("\n=2+2,"), "{answer}");
    let name = json!({ "properties": { "name": "=cmd" } });
    let renamed = service
        .request(Method::PATCH, "/api/collections/grids/items/1")
        .header("if-match", "*")
        .json(&name);
    assert_eq!(renamed.send().await.unwrap().status(), StatusCode::OK);
    let summary = text("/api/summary?layer=cases&by=grids&f=csv".to_owned()).await;
    assert!(summary.contains(",'=cmd,"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_a_restricted_layer_are_neither_filtered_nor_summed() {
    let service = TestService::with_demo();
    for path in [
        "/api/summary?layer=households&by=grids&filter=room_label='101'",
        "/api/summary?layer=households&by=buildings&filter=building_code='B'%20AND%20occupants_band='1'",
        "/api/summary?layer=households&by=grids&measure=mean:room_count",
        "/api/nearest?lon=108.96&lat=34.22&layer=households&filter=room_label='101'",
        "/tiles/households/14/13151/6504.mvt?filter=room_label='101'",
    ] {
        let (status, problem) = service.get(path).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path} {problem}");
        assert_eq!(problem["type"], "/problems/restricted", "{path}");
    }
    let all = service.ok("/api/summary?layer=households&by=grids").await;
    assert!(all["total"].as_u64().unwrap() > 20_000);
}
