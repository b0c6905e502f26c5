//! Filters made by chance give the same records as the same conditions in SQL on PostGIS.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::driver::Stored;

/// A condition in CQL2 text and in SQL.
#[derive(Debug, Clone)]
struct Condition {
    cql: String,
    sql: String,
}

fn same(text: String) -> Condition {
    Condition {
        cql: text.clone(),
        sql: text,
    }
}

fn both(cql: String, sql: String) -> Condition {
    Condition { cql, sql }
}

type Conditions = BoxedStrategy<Condition>;

fn comparison() -> BoxedStrategy<&'static str> {
    prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]).boxed()
}

/// Conditions on a number between `least` and `most`.
fn number(field: &'static str, least: i64, most: i64) -> Conditions {
    let value = least..=most;
    prop_oneof![
        (comparison(), value.clone()).prop_map(move |(op, n)| same(format!("{field} {op} {n}"))),
        (value.clone(), value.clone(), any::<bool>()).prop_map(move |(a, b, not)| {
            let not = if not { "NOT " } else { "" };
            same(format!(
                "{field} {not}BETWEEN {} AND {}",
                a.min(b),
                a.max(b)
            ))
        }),
        prop::collection::vec(value.clone(), 1..5).prop_map(move |all| {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            same(format!("{field} IN ({})", all.join(", ")))
        }),
        (comparison(), value.clone())
            .prop_map(move |(op, n)| { same(format!("{field} * 2 + 3 {op} {} - 1", n * 2)) }),
        (comparison(), value).prop_map(move |(op, n)| both(
            format!("{field} / 2 {op} {n} / 4"),
            format!("{field}::float8 / 2 {op} {n}::float8 / 4")
        )),
        any::<bool>().prop_map(move |not| is_null(field, not)),
    ]
    .boxed()
}

fn is_null(field: &str, not: bool) -> Condition {
    let not = if not { "NOT " } else { "" };
    same(format!("{field} IS {not}NULL"))
}

/// Conditions on a text that often is one of `values`.
fn text(field: &'static str, values: &'static [&'static str]) -> Conditions {
    let value = prop::sample::select(values);
    prop_oneof![
        (comparison(), value.clone()).prop_map(move |(op, value)| both(
            format!("{field} {op} '{value}'"),
            format!("\"{field}\" COLLATE \"C\" {op} '{value}'")
        )),
        (prop::collection::vec(value.clone(), 1..4), any::<bool>()).prop_map(
            move |(all, not)| {
                let not = if not { "NOT " } else { "" };
                let all = all.join("', '");
                both(
                    format!("{field} {not}IN ('{all}')"),
                    format!("\"{field}\" {not}IN ('{all}')"),
                )
            }
        ),
        (value.clone(), 0..3usize, any::<bool>()).prop_map(move |(value, cut, not)| {
            let not = if not { "NOT " } else { "" };
            let kept: String = value.chars().skip(cut).collect();
            both(
                format!("{field} {not}LIKE '%{kept}%'"),
                format!("\"{field}\" {not}LIKE '%{kept}%'"),
            )
        }),
        value.prop_map(move |value| {
            let (first, loud) = (value.chars().next().unwrap(), value.to_uppercase());
            both(
                format!("CASEI({field}) LIKE CASEI('{}_%') OR CASEI({field}) = CASEI('{loud}')", first.to_uppercase()),
                format!("(lower(\"{field}\") LIKE lower('{first}_%') OR lower(\"{field}\") = lower('{loud}'))"),
            )
        }),
        any::<bool>().prop_map(move |not| is_null(&format!("{field}"), not)),
    ]
    .boxed()
}

fn flag(field: &'static str) -> Conditions {
    (any::<bool>(), any::<bool>())
        .prop_map(move |(is, not)| {
            let (op, is) = (
                if not { "<>" } else { "=" },
                if is { "TRUE" } else { "FALSE" },
            );
            same(format!("{field} {op} {is}"))
        })
        .boxed()
}

/// Conditions on a day or, with `hour`, a moment of the demo's last year.
fn time(field: &'static str, hour: bool) -> Conditions {
    let moment = (2025..=2026, 1..=12, 1..=28, 0..24)
        .prop_map(move |(year, month, day, at)| {
            let day = format!("{year}-{month:02}-{day:02}");
            if hour {
                format!("{day}T{at:02}:00:00Z")
            } else {
                day
            }
        })
        .boxed();
    let literal = move |at: &str| {
        if hour {
            (format!("TIMESTAMP('{at}')"), format!("timestamptz '{at}'"))
        } else {
            (format!("DATE('{at}')"), format!("DATE '{at}'"))
        }
    };
    let ordered =
        (moment.clone(), moment.clone()).prop_map(|(a, b)| if a < b { (a, b) } else { (b, a) });
    prop_oneof![
        (comparison(), moment.clone()).prop_map(move |(op, at)| {
            let (cql, sql) = literal(&at);
            both(format!("{field} {op} {cql}"), format!("{field} {op} {sql}"))
        }),
        (
            prop::sample::select(vec![("T_BEFORE", "<"), ("T_AFTER", ">"), ("T_EQUALS", "=")]),
            moment
        )
            .prop_map(move |((name, op), at)| {
                let (cql, sql) = literal(&at);
                both(
                    format!("{name}({field}, {cql})"),
                    format!("{field} {op} {sql}"),
                )
            }),
        (ordered, any::<bool>()).prop_map(move |((a, b), is_during)| {
            let ((_, from), (_, to)) = (literal(&a), literal(&b));
            let (name, low, high) = if is_during {
                ("T_DURING", ">", "<")
            } else {
                ("T_INTERSECTS", ">=", "<=")
            };
            both(
                format!("{name}({field}, INTERVAL('{a}', '{b}'))"),
                format!("({field} {low} {from} AND {field} {high} {to})"),
            )
        }),
    ]
    .boxed()
}

/// A place of the demo.
fn place() -> impl Strategy<Value = (f64, f64)> + Clone {
    (108.9465..108.9735f64, 34.2090..34.2310f64)
}

/// Conditions on the shape.
fn shape() -> Conditions {
    let sized = (place(), 0.0005..0.012f64, 0.0005..0.009f64);
    let relation = prop::sample::select(vec![
        ("S_INTERSECTS", "ST_Intersects"),
        ("S_DISJOINT", "ST_Disjoint"),
        ("S_WITHIN", "ST_Within"),
        ("S_TOUCHES", "ST_Touches"),
        ("S_EQUALS", "ST_Equals"),
    ]);
    let geom = |wkt: &str| format!("ST_GeomFromText('{wkt}', 4326)");
    prop_oneof![
        sized.clone().prop_map(|((lon, lat), width, height)| {
            let (east, north) = (lon + width, lat + height);
            both(
                format!("S_INTERSECTS(geometry, BBOX({lon}, {lat}, {east}, {north}))"),
                format!(
                    "ST_Intersects(geom, ST_MakeEnvelope({lon}, {lat}, {east}, {north}, 4326))"
                ),
            )
        }),
        (relation, sized).prop_map(move |((name, function), ((lon, lat), width, height))| {
            let wkt = format!(
                "POLYGON(({lon} {lat}, {} {}, {} {}, {lon} {lat}))",
                lon + width,
                lat + height / 3.0,
                lon + width / 3.0,
                lat + height
            );
            both(
                format!("{name}(geometry, {wkt})"),
                format!("{function}(geom, {})", geom(&wkt)),
            )
        }),
        (place(), place()).prop_map(move |((a, b), (c, d))| {
            let wkt = format!("LINESTRING({a} {b}, {c} {d})");
            both(
                format!("S_INTERSECTS(geometry, {wkt})"),
                format!("ST_Intersects(geom, {})", geom(&wkt)),
            )
        }),
        (place(), 20.0..900.0f64).prop_map(move |((lon, lat), metres)| {
            let wkt = format!("POINT({lon} {lat})");
            both(
                format!("S_DWITHIN(geometry, {wkt}, {metres})"),
                format!(
                    "ST_DWithin(geom::geography, {}::geography, {metres})",
                    geom(&wkt)
                ),
            )
        }),
    ]
    .boxed()
}

/// Conditions joined by AND, OR and NOT.
fn joined(leaf: Conditions) -> Conditions {
    leaf.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| both(
                format!("({}) AND ({})", a.cql, b.cql),
                format!("({}) AND ({})", a.sql, b.sql)
            )),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| both(
                format!("({}) OR ({})", a.cql, b.cql),
                format!("({}) OR ({})", a.sql, b.sql)
            )),
            inner.prop_map(|a| both(format!("NOT ({})", a.cql), format!("NOT ({})", a.sql))),
        ]
    })
    .boxed()
}

fn layers() -> Vec<(&'static str, Conditions)> {
    let against = |a: &'static str, b: &'static str| {
        comparison()
            .prop_map(move |op| same(format!("{a} {op} {b}")))
            .boxed()
    };
    let buildings = prop_oneof![
        number("storeys", 1, 34),
        number("built_year", 1975, 2022),
        number("household_count", 0, 150),
        number("height_m", 3, 100),
        number("floor_area_m2", 100, 30_000),
        against("storeys", "storeys_below"),
        against("lift_count", "entrance_count"),
        against("height_m", "storeys"),
        text(
            "use",
            &[
                "residential",
                "commercial",
                "ancillary",
                "school",
                "self_built"
            ]
        ),
        text(
            "structure",
            &["brick_concrete", "frame", "shear_wall", "brick_precast"]
        ),
        text("safety_grade", &["A", "B", "C", "D"]),
        flag("operating"),
        flag("under_watch"),
        time("appraised_on", false),
        shape(),
        shape(),
    ];
    let risk_points = prop_oneof![
        text("level", &["red", "orange", "yellow", "blue"]),
        text("status", &["open", "fixing", "closed", "found", "reviewed"]),
        text(
            "grid_code",
            &["610113902010J01", "610113902012J03", "610113902001Z01"]
        ),
        time("found", false),
        time("deadline", false),
        against("deadline", "original_deadline"),
        against("closed_on", "deadline"),
        shape(),
    ];
    let cases = prop_oneof![
        text(
            "kind",
            &[
                "environment",
                "advertising",
                "street_order",
                "public_facility"
            ]
        ),
        text("source", &["patrol", "grid", "hotline", "resident"]),
        flag("on_the_spot"),
        time("reported_at", true),
        time("closed_at", true),
        against("closed_at", "deadline"),
        shape(),
    ];
    let facilities = prop_oneof![
        text(
            "kind",
            &[
                "clinic",
                "police_room",
                "bus_stop",
                "hydrant",
                "elderly_care"
            ]
        ),
        number("capacity", 0, 300),
        number("service_radius_m", 50, 1000),
        flag("not_public"),
        shape(),
    ];
    vec![
        ("buildings", joined(buildings.boxed())),
        ("risk_points", joined(risk_points.boxed())),
        ("cases", joined(cases.boxed())),
        ("facilities", joined(facilities.boxed())),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_filters_by_chance_give_the_records_that_postgis_gives() {
    let stored = Stored::in_a_database();
    let service = &stored.service;
    let mut runner = TestRunner::deterministic();
    let (mut tried, mut telling) = (0, 0);
    for (layer, conditions) in layers() {
        let all: usize = Stored::ask(&stored.store, &format!("SELECT count(*) FROM {layer}"))
            .parse()
            .unwrap();
        for _ in 0..60 {
            let Condition { cql, sql } = conditions.new_tree(&mut runner).unwrap().current();
            let query: String = form_urlencoded::Serializer::new(String::new())
                .append_pair("filter", &cql)
                .append_pair("limit", "10000")
                .append_pair("properties", "code")
                .append_pair("skipGeometry", "true")
                .finish();
            let page = service
                .ok(&format!("/api/collections/{layer}/items?{query}"))
                .await;
            let mut ours: Vec<i64> = page["features"]
                .as_array()
                .unwrap()
                .iter()
                .map(|each| each["id"].as_i64().unwrap())
                .collect();
            ours.sort_unstable();
            let asked = format!("SELECT id FROM {layer} WHERE {sql} ORDER BY id");
            let theirs: Vec<i64> = Stored::ask(&stored.store, &asked)
                .lines()
                .map(|id| id.parse().unwrap())
                .collect();
            assert_eq!(ours, theirs, "{layer}: {cql}\n{sql}");
            assert_eq!(page["numberMatched"], theirs.len());
            tried += 1;
            telling += usize::from(!ours.is_empty() && ours.len() < all);
        }
    }
    println!("{tried} filters, {telling} of them between nothing and everything, equal to PostGIS");
    assert!(tried >= 200 && telling * 2 > tried, "{telling} of {tried}");
}
