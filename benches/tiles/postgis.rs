//! PostGIS, as the store of Martin and by itself.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use geozero::{CoordDimensions, ToWkb};
use minqing::domain::LayerId;
use minqing::geometry::{BBox, Geometry};
use minqing::map::MapSnapshot;
use minqing::tile::{self, TileRequest};

use super::asking::{median, told};
use super::{TURNS, ids, name, tiles};

/// Puts the buildings into a table.
pub(crate) fn in_postgis(folder: &Path, shapes: &[Geometry]) {
    let mut copy = String::new();
    for (id, shape) in (1..).zip(shapes) {
        write!(copy, "{id}\t{}\t0103000020E6100000", name(id)).unwrap();
        // the head of a plain WKB polygon, little endian, is five bytes; ours says the reference system too
        for byte in &shape.to_wkb(CoordDimensions::xy()).unwrap()[5..] {
            write!(copy, "{byte:02x}").unwrap();
        }
        copy.push('\n');
    }
    let file = folder.join("buildings.copy");
    fs::write(&file, copy).unwrap();
    let script = format!(
        "DROP TABLE IF EXISTS buildings;
CREATE TABLE buildings (id bigint PRIMARY KEY, name text, geom geometry(Polygon, 4326));
\\copy buildings FROM '{}'
CREATE INDEX ON buildings USING gist (geom);
CLUSTER buildings USING buildings_geom_idx;
VACUUM ANALYZE buildings;\n",
        file.display()
    );
    sql(folder, &script);
}

/// Where it is.
pub(crate) fn postgis() -> String {
    env::var("MINQING_POSTGIS").expect("MINQING_POSTGIS, see scripts/with-postgis")
}

/// The query of Martin, as a function.
const TILE_OF_POSTGIS: &str = "
CREATE FUNCTION tile(z int, x int, y int) RETURNS bytea LANGUAGE sql STABLE AS $$
SELECT ST_AsMVT(t, 'buildings', 4096, 'geom', 'id') FROM (
  SELECT id, name,
    ST_AsMVTGeom(ST_Transform(geom, 3857), ST_TileEnvelope(z, x, y), 4096, 64, true) AS geom
  FROM buildings
  WHERE geom && ST_Transform(ST_TileEnvelope(z, x, y, margin => 64.0 / 4096), 4326)) t $$;
CREATE TABLE asked (n int PRIMARY KEY, z int, x int, y int);";

/// PostGIS by itself: its tiles a second, and its tiles beside ours.
pub(crate) fn postgis_alone(folder: &Path, map: &MapSnapshot, shapes: &[Geometry], extent: BBox) {
    in_postgis(folder, shapes);
    sql(folder, TILE_OF_POSTGIS);
    tile::prepare(map);
    println!(
        "| PostGIS alone | tiles a second | houses in one of the two only | bytes, ours / its | the same houses, bytes, ours / its |"
    );
    println!("|---|---:|---:|---:|---:|");
    for zoom in [14, 15, 16] {
        let tiles = tiles(extent, zoom);
        let rows: Vec<String> = (0..)
            .zip(&tiles)
            .map(|(n, at): (usize, _)| format!("({n},{},{},{})", at.z(), at.x(), at.y()))
            .collect();
        sql(
            folder,
            &format!(
                "TRUNCATE asked; INSERT INTO asked VALUES {}",
                rows.join(",")
            ),
        );
        let ask = "SELECT encode(tile(z, x, y), 'hex') FROM asked ORDER BY n";
        let said = told(
            Command::new("psql")
                .args(["-XqAt", "-c", ask])
                .arg(postgis()),
        );
        let (mut size, mut same, mut different, mut count) = ([0, 0], [0, 0], [0, 0], 0);
        for (at, line) in tiles.iter().zip(said.lines()) {
            let mut request = TileRequest::new(vec![LayerId::BUILDINGS], *at);
            request.fields = Some(vec!["name"]);
            let ours = tile::mvt(map, &request).unwrap();
            let digits: Vec<u32> = line.chars().map(|c| c.to_digit(16).unwrap()).collect();
            let bytes = digits
                .chunks(2)
                .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap());
            let theirs: Vec<u8> = bytes.collect();
            let [our, their] = [&ours, &theirs].map(|body| ids(body));
            count += our.len();
            different[0] += our.difference(&their).count();
            different[1] += their.difference(&our).count();
            size[0] += ours.len();
            size[1] += theirs.len();
            if our == their {
                same[0] += ours.len();
                same[1] += theirs.len();
            }
        }
        let script = folder.join("ask.pgbench");
        let last = tiles.len() - 1;
        fs::write(
            &script,
            format!("\\set i random(0, {last})\nSELECT tile(z, x, y) FROM asked WHERE n = :i;\n"),
        )
        .unwrap();
        let rates = (0..TURNS).map(|_| {
            let said = told(
                Command::new(pgbench())
                    .args(["-n", "-c4", "-j1", "-T2", "-Mprepared", "-f"])
                    .arg(&script)
                    .arg(postgis()),
            );
            let line = said.lines().find_map(|line| line.strip_prefix("tps = "));
            line.unwrap().split(' ').next().unwrap().parse().unwrap()
        });
        let rate = median(rates.collect());
        println!(
            "| z{zoom}: {count} houses in {} tiles | {rate:.0} | {} ours, {} its | {} / {} | {} / {} |",
            tiles.len(),
            different[0],
            different[1],
            size[0] / tiles.len(),
            size[1] / tiles.len(),
            same[0],
            same[1]
        );
    }
}

/// Debian keeps it beside the server.
fn pgbench() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").unwrap();
    let each = versions.map(|version| version.unwrap().path().join("bin/pgbench"));
    each.filter(|path| path.exists())
        .max()
        .expect("pgbench is installed with PostgreSQL")
}

/// Runs a script in PostGIS.
fn sql(folder: &Path, script: &str) {
    let file = folder.join("script.sql");
    fs::write(&file, script).unwrap();
    let done = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"])
        .arg(file)
        .arg(postgis())
        .status()
        .unwrap();
    assert!(done.success(), "psql: {done}");
}
