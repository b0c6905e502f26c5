//! What is a person's is refused on every way of a write, and is nowhere afterwards: not in the store, its history, its
//! log, its keys, nor in what was answered.

use std::collections::HashSet;
use std::fs;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::driver::{Stored, TestService, run, said};

const CASES: &str = "/api/collections/cases/items";

/// Names, identity numbers, telephone numbers and plates, each as it may be written and as it is looked for.
struct Persons {
    dice: ChaCha8Rng,
}

impl Persons {
    fn new() -> Self {
        Self {
            dice: ChaCha8Rng::seed_from_u64(22),
        }
    }

    fn below(&mut self, most: u32) -> u32 {
        self.dice.next_u32() % most
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(u32::try_from(list.len()).unwrap()) as usize]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.below(10).to_string()).collect()
    }

    /// A sentence and the secret in it.
    fn next(&mut self) -> (String, String) {
        let family = self.one_of(&["王", "李", "张", "刘", "陈", "欧阳", "高", "方"]);
        match self.below(4) {
            0 => {
                // characters that no name of the demo has
                let rare = [
                    "龘", "靐", "齉", "爩", "麤", "鱻", "骉", "羴", "犇", "猋", "飍", "灥",
                ];
                let given = format!("{}{}", self.one_of(&rare), self.one_of(&rare));
                let name = format!("{family}{given}");
                let label = self.one_of(&["姓名", "户主", "联系人", "业主", "承租人", "投诉人"]);
                let between = self.one_of(&["：", ":", "： ", " "]);
                let rest = self.one_of(&["", "，早上在家", "。"]);
                (format!("{label}{between}{name}{rest}"), name)
            }
            1 => {
                let (year, month, day) = (
                    1940 + self.below(70),
                    1 + self.below(12),
                    1 + self.below(28),
                );
                let region = self.one_of(&["610113", "110101", "510104", "440305"]);
                let number = format!("{region}{year}{month:02}{day:02}{}", self.digits(3));
                let number = format!("{number}{}", check_digit(&number));
                (
                    self.one_of(&["身份证{}", "{}", "证件 {} 已核"])
                        .replace("{}", &number),
                    number,
                )
            }
            2 => {
                let second = self.one_of(&["3", "5", "6", "7", "8", "9"]);
                let number = format!("1{second}{}", self.digits(9));
                let (a, b, c) = (&number[..3], &number[3..7], &number[7..]);
                let written = match self.below(5) {
                    0 => number.clone(),
                    1 => format!("+86 {number}"),
                    2 => format!("电话：{number}，请联系"),
                    3 => format!("{a}-{b}-{c}"),
                    _ => format!("{a} {b} {c}"),
                };
                let secret = if written.contains(&number) {
                    number
                } else {
                    format!("{a}{}{b}", &written[3..4])
                };
                (written, secret)
            }
            _ => {
                let province = self.one_of(&["陕", "京", "粤", "川"]);
                let letter = self.one_of(&["A", "B", "D"]);
                let number = format!("{province}{letter}{}", self.digits(5));
                (
                    self.one_of(&["{}", "车停在门口 {}", "车牌{}堵门"])
                        .replace("{}", &number),
                    number,
                )
            }
        }
    }
}

/// ISO 7064, MOD 11-2.
fn check_digit(number: &str) -> char {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = number.chars().map(|c| c.to_digit(10).unwrap());
    let sum: u32 = digits
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    "10X98765432".chars().nth((sum % 11) as usize).unwrap()
}

/// Whether any of `secrets` is in `bytes`.
fn found(bytes: &[u8], secrets: &HashSet<String>) -> Option<String> {
    const LEAST: usize = 6;
    let heads: HashSet<&[u8]> = secrets
        .iter()
        .map(|secret| &secret.as_bytes()[..LEAST])
        .collect();
    bytes.windows(LEAST).enumerate().find_map(|(at, window)| {
        let is_near = heads.contains(window);
        let secret = is_near.then(|| {
            secrets
                .iter()
                .find(|secret| bytes[at..].starts_with(secret.as_bytes()))
        });
        secret.flatten().cloned()
    })
}

fn case(code: &str, field: &str, text: &str) -> Json {
    let mut case = json!({
        "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.9634, 34.2203] },
        "properties": { "code": code, "status": "accepted" },
    });
    case["properties"][field] = json!(text);
    case
}

async fn refused(service: &TestService, method: Method, path: &str, body: &Json, secret: &str) {
    let answer = service
        .request(method.clone(), path)
        .header("if-match", "*")
        .header("idempotency-key", format!("try-{}", body.to_string().len()))
        .json(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{method} {path} {body} {text}"
    );
    assert!(!text.contains(secret), "{text} repeats {secret}");
    let problem: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(problem["type"], "/problems/personal-data");
    let error = &problem["errors"][0];
    assert!(
        error["parameter"].is_string() && error["personal_data"].is_string(),
        "{problem}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_persons_none_is_stored_on_any_way() {
    let service = TestService::with_demo();
    let (mut persons, mut secrets) = (Persons::new(), HashSet::new());
    // many at once: each of a batch is named
    for batch in 0..9 {
        let each: Vec<(String, String)> = (0..1000).map(|_| persons.next()).collect();
        let edits = each.iter().enumerate().map(|(at, (text, _))| {
            let field = ["description", "address", "name", "responsible_post"][at % 4];
            match batch % 3 {
                0 => json!({ "op": "insert", "layer": "cases", "feature": case(&format!("P{at}"), field, text) }),
                1 => json!({
                    "op": "update", "layer": "cases", "id": 1 + at % 700, "revision": "*",
                    "feature": case(&format!("P{at}"), field, text),
                }),
                _ => json!({
                    "op": "patch", "layer": "cases", "id": 1 + at % 700, "revision": "*",
                    "feature": { "properties": { field: text } },
                }),
            }
        });
        let body = json!({ "changes": edits.collect::<Vec<_>>() });
        let answer = service
            .request(Method::POST, "/api/changes")
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem: Json = answer.json().await.unwrap();
        let named: HashSet<String> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| {
                error["pointer"]
                    .as_str()
                    .unwrap()
                    .split('/')
                    .nth(2)
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let missed: Vec<_> = (0..1000)
            .filter(|at| !named.contains(&at.to_string()))
            .map(|at| &each[at])
            .collect();
        assert!(missed.is_empty(), "taken for nobody: {missed:?}");
        secrets.extend(each.into_iter().map(|(_, secret)| secret));
    }
    // one by one
    for at in 0..60 {
        let (text, secret) = persons.next();
        let case = case(&format!("Q{at}"), "description", &text);
        let one = format!("{CASES}/{}", 1 + at);
        match at % 3 {
            0 => refused(&service, Method::POST, CASES, &case, &secret).await,
            1 => refused(&service, Method::PUT, &one, &case, &secret).await,
            _ => {
                let patch = json!({ "properties": { "description": text } });
                refused(&service, Method::PATCH, &one, &patch, &secret).await;
            }
        }
        secrets.insert(secret);
    }
    // a file: what is a person's is dropped
    let mut rows = "编码,名称,经度,纬度,备注\n".to_owned();
    for at in 0..1000 {
        let (text, secret) = persons.next();
        rows.push_str(&format!("W{at},站点{at},108.95,34.22,\"{text}\"\n"));
        secrets.insert(secret);
    }
    let id = service
        .upload(
            "name=a.csv&layer=facilities&crs=CRS84&map[]=%E5%A4%87%E6%B3%A8=operator&dry-run=true",
            rows,
        )
        .await;
    service.settled(&id).await;
    service
        .send(Method::POST, &format!("/api/imports/{id}/commit"), "")
        .await;
    let job = service.settled(&id).await;
    assert_eq!(job["state"], "done", "{job}");
    let kept = service.ok("/api/collections/facilities/items?filter=code%20LIKE%20'W%25'%20AND%20operator%20IS%20NOT%20NULL").await;
    assert_eq!(kept["numberMatched"], 0, "{kept}");
    // names of profiles, of their columns, and keys
    for at in 0..20 {
        let (text, secret) = persons.next();
        let name: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let name = name.replace('+', "%20");
        for (path, body) in [
            (
                format!("/api/import-profiles/{name}"),
                json!({ "layer": "cases" }),
            ),
            (
                format!("/api/import-profiles/p{at}"),
                json!({ "map": [[text, "name"]] }),
            ),
            (
                format!("/api/import-profiles/p{at}"),
                json!({ "part": text }),
            ),
            (
                format!("/api/import-profiles/p{at}"),
                json!({ "encoding": text }),
            ),
        ] {
            let answer = service
                .request(Method::PUT, &path)
                .json(&body)
                .send()
                .await
                .unwrap();
            let status = answer.status();
            let answer = answer.text().await.unwrap();
            assert!(
                status.is_client_error() && !answer.contains(&secret),
                "{path} {body}: {answer}"
            );
        }
        secrets.insert(secret);
    }
    let key = service
        .request(Method::POST, CASES)
        .header("idempotency-key", "call 13912345678")
        .json(&case("K1", "description", "路灯不亮"))
        .send()
        .await
        .unwrap();
    assert_eq!(key.status(), StatusCode::BAD_REQUEST);
    secrets.insert("13912345678".to_owned());

    assert!(secrets.len() > 7500, "{}", secrets.len());
    for end in ["", "-wal"] {
        let path = format!("{}{end}", service.store.display());
        if let Ok(bytes) = fs::read(&path) {
            assert_eq!(found(&bytes, &secrets), None, "{path}");
        }
    }
    let probe = format!("the search finds {}", secrets.iter().next().unwrap());
    assert!(found(probe.as_bytes(), &secrets).is_some());
}

async fn fields_are_judged_by_what_they_hold(stored: Stored) {
    let service = &stored.service;
    // numbers too, names of members, and what else would be repeated
    for properties in [
        json!({ "code": "13812345678" }),
        json!({ "code": "N1", "description": "ok", "地址13812345678": "x" }),
        json!({ "code": "N1", "status": "13812345678" }),
        json!({ "code": "N1", "on_the_spot": "13812345678" }),
        json!({ "code": "N1", "description": ["13812345678"] }),
        json!({ "code": "N1", "description": "报修 029-88881234" }),
    ] {
        let body = json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [108.96, 34.22] }, "properties": properties });
        refused(service, Method::POST, CASES, &body, "1234").await;
    }
    let post = |layer: &'static str, geometry: Json, properties: Json| async move {
        let body = json!({ "type": "Feature", "geometry": geometry, "properties": properties });
        let path = format!("/api/collections/{layer}/items");
        let answer = service
            .request(Method::POST, &path)
            .json(&body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        (status, answer.json::<Json>().await.unwrap())
    };
    let household = json!({ "code": "H-9", "room_label": "13912345678" });
    let (status, problem) = post("households", Json::Null, household).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    // what is an office's, a code's or a measure stays
    let place = || json!({ "type": "Point", "coordinates": [108.96, 34.22] });
    for (layer, geometry, properties) in [
        (
            "posts",
            Json::Null,
            json!({ "code": "G-9", "holder": "王强", "phone": "13812345678" }),
        ),
        (
            "facilities",
            place(),
            json!({ "code": "F-9", "operator": "电话 029-88881234", "opening": "8:00-17:30" }),
        ),
        (
            "cases",
            place(),
            json!({ "code": "610113002012001201", "description": "联系人：物业公司，2026-03-05 14:30 报修" }),
        ),
        (
            "cases",
            place(),
            json!({ "code": "550e8400-e29b-41d4-a716-138123456789", "description": "面积 15293.14563266725 平方米" }),
        ),
    ] {
        let (status, body) = post(layer, geometry, properties).await;
        assert_eq!(status, StatusCode::CREATED, "{layer} {body}");
    }
}

/// The record once it is as wanted.
async fn until(service: &TestService, path: &str, is: impl Fn(&Json) -> bool) -> Json {
    for _ in 0..200 {
        let record = service.ok(path).await;
        if is(&record) {
            return record;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{path} is not as wanted: {}", service.ok(path).await);
}

async fn what_another_program_wrote_is_hidden_and_named(stored: Stored) {
    let service = &stored.service;
    let one = format!("{CASES}/7");
    let before = service.ok(&one).await;
    stored.another_program("UPDATE cases SET name = '户主：张龘 13912345678', description = '陕A12B45', address = '东街1号' WHERE id = 7");
    let hidden = until(service, &one, |record| {
        record["properties"]["address"] == "东街1号"
    })
    .await;
    assert_eq!(hidden["properties"]["name"], "", "{hidden}");
    assert_eq!(hidden["properties"]["description"], Json::Null, "{hidden}");
    assert_eq!(hidden["properties"]["code"], before["properties"]["code"]);
    for path in [
        "/api/collections/cases/items?limit=1000",
        "/api/collections/cases/items/7/versions",
    ] {
        let text = service.ok(path).await.to_string();
        assert!(
            !text.contains("13912345678") && !text.contains("陕A12B45"),
            "{path}"
        );
    }
    let found = service.ok("/api/search?q=13912345678").await;
    assert_eq!(found["results"], json!([]), "{found}");
    let checked = run(&["check", "--store", &stored.store]);
    let report = said(&checked);
    assert_eq!(checked.status.code(), Some(1), "{report}");
    for (field, kind) in [("name", "电话号码"), ("description", "车牌")] {
        let named = |line: &&str| line.contains("含有") && line.contains(kind);
        assert!(report.lines().any(|line| named(&line)), "{field}: {report}");
    }
    assert!(
        !report.contains("13912345678") && !report.contains("陕A12B45") && !report.contains("张龘"),
        "{report}"
    );
    // an edit of anything else takes it away, and an undo does not bring it back
    let patch = service
        .request(Method::PATCH, &one)
        .header("if-match", "*")
        .json(&json!({ "properties": { "address": "东街2号" } }))
        .send()
        .await
        .unwrap();
    assert_eq!(patch.status(), StatusCode::OK);
    let revision = patch.json::<Json>().await.unwrap()["properties"]["revision"].clone();
    let (status, undone) = service
        .send(Method::POST, &format!("/api/changes/{revision}/undo"), "")
        .await;
    assert_eq!(status, StatusCode::OK, "{undone}");
    until(service, &one, |record| {
        record["properties"]["address"] == "东街1号"
    })
    .await;
    let row = Stored::ask(
        &stored.store,
        "SELECT name, description FROM cases WHERE id = 7",
    );
    assert!(
        !row.contains("13912345678") && !row.contains("陕A12B45"),
        "{row}"
    );
}

#[test]
fn a_layer_of_ones_own_keeps_no_person_either() {
    let folder = tempfile::tempdir().unwrap();
    let (file, store) = (folder.path().join("t.csv"), folder.path().join("s.gpkg"));
    fs::write(&file, "code,name,lon,lat,备注\nT1,树,108.96,34.22,找张三 13812345678\nT2,户主：李四,108.96,34.22,老树\n").unwrap();
    let (file, store) = (file.to_str().unwrap(), store.to_str().unwrap());
    let done = run(&[
        "import",
        file,
        "--layer",
        "trees_guarded",
        "--new-layer",
        "--crs",
        "CRS84",
        "--store",
        store,
    ]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let bytes = fs::read(store).unwrap();
    let secrets = HashSet::from(["13812345678".to_owned(), "户主：李四".to_owned()]);
    assert_eq!(found(&bytes, &secrets), None);
}

crate::driver::on_both_stores! {
    fields_are_judged_by_what_they_hold
    what_another_program_wrote_is_hidden_and_named
}
