//! `PMTiles`, version 3: the vector tiles of a layer in one file that a browser reads by ranges, without a server.
//!
//! Source: github.com/protomaps/PMTiles, spec/v3/spec.md.

use std::collections::HashSet;
use std::io::Write;

use anyhow::{Context, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value as Json, json};

use super::Chosen;
use crate::domain::{Feature, FeatureId, Field, FieldClass, FieldKind, LayerSchema};
use crate::geometry::crs::Crs;
use crate::tile::{TileAddress, TileRequest, mvt};

/// The deepest zoom that is written; browsers draw deeper ones from it.
const DEEPEST: u8 = 16;
/// Header and root directory together, bytes: what readers fetch first.
const FIRST_FETCH: usize = 16_384;
/// The length of the header, bytes.
const HEADER: usize = 127;
/// Entries of one leaf directory, where the root cannot hold all.
const LEAF: usize = 4096;

/// One entry of a directory; a leaf directory where `run` is 0.
#[derive(Debug, Clone, Copy)]
struct Entry {
    id: u64,
    offset: u64,
    length: u64,
    run: u64,
}

pub(super) fn file(chosen: &Chosen<'_>) -> anyhow::Result<Vec<u8>> {
    if !matches!(chosen.crs, Crs::Crs84 | Crs::WebMercator) {
        bail!("tiles are in EPSG:3857: leave out --crs, or choose another form");
    }
    let mut tiles = tiles(chosen)?;
    tiles.sort_by_key(|(id, _)| *id);
    let (mut entries, mut data) = (Vec::new(), Vec::new());
    for (id, tile) in &tiles {
        entries.push(Entry {
            id: *id,
            offset: size(data.len()),
            length: size(tile.len()),
            run: 1,
        });
        data.extend_from_slice(tile);
    }
    let (root, leaves) = directories(&entries)?;
    let about = packed(metadata(chosen).to_string().as_bytes())?;
    let mut file = header(
        chosen,
        &entries,
        [root.len(), about.len(), leaves.len(), data.len()],
    );
    for part in [root, about, leaves, data] {
        file.extend(part);
    }
    Ok(file)
}

/// Every tile that has something in it, packed, with its number along the curve.
fn tiles(chosen: &Chosen<'_>) -> anyhow::Result<Vec<(u64, Vec<u8>)>> {
    let taken: HashSet<FeatureId> = chosen.features.iter().map(|feature| feature.id).collect();
    let filter = |_: &LayerSchema, feature: &Feature| taken.contains(&feature.id);
    let mut found = Vec::new();
    let mut open = vec![TileAddress::new(0, 0, 0)?];
    while let Some(address) = open.pop() {
        let mut request = TileRequest::new(vec![chosen.schema.id], address);
        request.filter = Some(&filter);
        let tile = mvt(chosen.map, &request)?;
        if tile.is_empty() {
            continue;
        }
        found.push((tile_id(address), packed(&tile)?));
        if address.z() < DEEPEST {
            open.extend(address.children().into_iter().flatten());
        }
    }
    Ok(found)
}

/// The number of a tile: all tiles of the zooms before it, then its place along the Hilbert curve.
fn tile_id(address: TileAddress) -> u64 {
    let before = ((1_u64 << (2 * u32::from(address.z()))) - 1) / 3;
    let (mut x, mut y) = (i64::from(address.x()), i64::from(address.y()));
    let (mut along, mut side) = (0_u64, (1_i64 << address.z()) / 2);
    while side > 0 {
        let (right, down) = (x & side != 0, y & side != 0);
        let quarter = match (right, down) {
            (false, false) => 0,
            (false, true) => 1,
            (true, true) => 2,
            (true, false) => 3,
        };
        along += quarter * side.unsigned_abs() * side.unsigned_abs();
        if !down {
            if right {
                (x, y) = (side - 1 - x, side - 1 - y);
            }
            (x, y) = (y, x);
        }
        side /= 2;
    }
    before + along
}

/// The root directory and the leaves; no leaves where the root holds all.
fn directories(entries: &[Entry]) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let root = packed(&directory(entries))?;
    if root.len() + HEADER <= FIRST_FETCH {
        return Ok((root, Vec::new()));
    }
    let (mut above, mut leaves) = (Vec::new(), Vec::new());
    for part in entries.chunks(LEAF) {
        let leaf = packed(&directory(part))?;
        above.push(Entry {
            id: part.first().map_or(0, |first| first.id),
            offset: size(leaves.len()),
            length: size(leaf.len()),
            run: 0,
        });
        leaves.extend(leaf);
    }
    let root = packed(&directory(&above))?;
    if root.len() + HEADER > FIRST_FETCH {
        bail!("there are too many tiles for one file: use --scope or --filter");
    }
    Ok((root, leaves))
}

/// Numbers as differences, runs, lengths, offsets: column by column.
fn directory(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint(&mut bytes, size(entries.len()));
    let mut last = 0;
    for entry in entries {
        varint(&mut bytes, entry.id - last);
        last = entry.id;
    }
    for entry in entries {
        varint(&mut bytes, entry.run);
    }
    for entry in entries {
        varint(&mut bytes, entry.length);
    }
    let mut follows = None;
    for entry in entries {
        // Zero says that it follows the one before.
        let said = if follows == Some(entry.offset) {
            0
        } else {
            entry.offset + 1
        };
        varint(&mut bytes, said);
        follows = Some(entry.offset + entry.length);
    }
    bytes
}

fn varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn packed(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).context("a tile cannot be packed")?;
    packer.finish().context("a tile cannot be packed")
}

fn size(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}

fn metadata(chosen: &Chosen<'_>) -> Json {
    let mut fields = Map::new();
    fields.insert("code".to_owned(), json!("String"));
    fields.insert("name".to_owned(), json!("String"));
    let schema = chosen.schema;
    let seen = |field: &&Field| schema.class_of(field) < FieldClass::Restricted;
    for field in schema.fields.iter().filter(seen) {
        let kind = match field.kind {
            FieldKind::Integer | FieldKind::Real => "Number",
            FieldKind::Boolean => "Boolean",
            _ => "String",
        };
        fields.insert(field.name.to_owned(), json!(kind));
    }
    json!({
        "name": chosen.schema.title.zh,
        "generator": "minqing",
        "vector_layers": [{ "id": chosen.schema.id.as_str(), "fields": fields, "minzoom": 0, "maxzoom": DEEPEST }],
    })
}

/// The header: where the parts are, how they are packed, which part of the earth they show.
fn header(chosen: &Chosen<'_>, entries: &[Entry], parts: [usize; 4]) -> Vec<u8> {
    let mut header = b"PMTiles\x03".to_vec();
    let mut at = HEADER;
    for length in parts {
        header.extend(size(at).to_le_bytes());
        header.extend(size(length).to_le_bytes());
        at += length;
    }
    // Tiles that are addressed, entries, contents: each tile stands for itself.
    for _ in 0..3 {
        header.extend(size(entries.len()).to_le_bytes());
    }
    // In the order of their numbers; directories and tiles packed with gzip; vector tiles.
    header.extend([1, 2, 2, 1, 0, DEEPEST]);
    let extent = chosen.map.layer(chosen.schema.id).extent();
    let (west, south, east, north) = extent.map_or((0.0, 0.0, 0.0, 0.0), |frame| {
        (frame.west, frame.south, frame.east, frame.north)
    });
    let degrees = |degrees: f64| {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "at most 180 degrees, so below 2^31"
        )]
        let whole = (degrees * 1e7).round() as i32;
        whole.to_le_bytes()
    };
    for edge in [west, south, east, north] {
        header.extend(degrees(edge));
    }
    header.push(14);
    header.extend(degrees(f64::midpoint(west, east)));
    header.extend(degrees(f64::midpoint(south, north)));
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_along_the_curve_are_those_of_the_specification() {
        for ((z, x, y), id) in [
            ((0, 0, 0), 0),
            ((1, 0, 0), 1),
            ((1, 0, 1), 2),
            ((1, 1, 1), 3),
            ((1, 1, 0), 4),
            ((2, 0, 0), 5),
            ((12, 3423, 1763), 19_078_479),
        ] {
            assert_eq!(
                tile_id(TileAddress::new(z, x, y).unwrap()),
                id,
                "{z}/{x}/{y}"
            );
        }
    }

    #[test]
    fn many_tiles_go_into_leaves() {
        let entries: Vec<Entry> = (0..60_000_u64)
            .map(|at| Entry {
                id: at * 7 % 600_011 + at,
                offset: at * 1013,
                length: 1000 + at * 31 % 977,
                run: 1,
            })
            .scan(0, |last, mut entry| {
                *last += 1 + entry.id % 5;
                entry.id = *last;
                Some(entry)
            })
            .collect();
        let (root, leaves) = directories(&entries).unwrap();
        assert!(root.len() + HEADER <= FIRST_FETCH && !leaves.is_empty());
        let (_, none) = directories(&entries[..10]).unwrap();
        assert!(none.is_empty());
    }
}
