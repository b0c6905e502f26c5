//! A zipped shapefile; of a layer that takes any shape one for points, one for lines and one for areas.

use std::io::{Cursor, Write};

use anyhow::{anyhow, bail};
use encoding_rs::GBK;
use geo::orient::{Direction, Orient};
use geo::{BoundingRect, CoordsIter};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Chosen, dbf};
use crate::domain::{Feature, GeometryKind};
use crate::geometry::crs::prj_text;
use crate::geometry::{Coord, Geometry, LineString};

/// What one shapefile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Point,
    Points,
    Lines,
    Areas,
}

impl Kind {
    fn of(shape: &Geometry) -> anyhow::Result<Self> {
        Ok(match shape {
            Geometry::Point(_) => Self::Point,
            Geometry::MultiPoint(_) => Self::Points,
            Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => {
                Self::Lines
            }
            Geometry::Polygon(_)
            | Geometry::MultiPolygon(_)
            | Geometry::Rect(_)
            | Geometry::Triangle(_) => Self::Areas,
            Geometry::GeometryCollection(_) => {
                bail!("a shapefile has no collections of shapes: choose .geojson or .gpkg")
            }
        })
    }

    fn of_layer(kind: GeometryKind) -> Self {
        match kind {
            GeometryKind::MultiPolygon => Self::Areas,
            GeometryKind::MultiLineString => Self::Lines,
            _ => Self::Point,
        }
    }

    fn code(self) -> i32 {
        match self {
            Self::Point => 1,
            Self::Lines => 3,
            Self::Areas => 5,
            Self::Points => 8,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Points => "points",
            Self::Lines => "line",
            Self::Areas => "area",
        }
    }
}

type Placed<'a> = (&'a Feature, Option<Geometry>);

pub(super) fn archive(chosen: &Chosen<'_>) -> anyhow::Result<Vec<u8>> {
    if chosen.schema.geometry == GeometryKind::None {
        bail!(
            "{} has no shapes: choose .csv, .xlsx or .gpkg",
            chosen.schema.id
        );
    }
    let mut all: Vec<(Kind, Placed<'_>)> = Vec::new();
    for record in &chosen.features {
        let shape = chosen.shape(record)?;
        let kind = match &shape {
            Some(shape) => Kind::of(shape)?,
            None => Kind::of_layer(chosen.schema.geometry),
        };
        all.push((kind, (record, shape)));
    }
    let mut kinds: Vec<Kind> = all.iter().map(|(kind, _)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        kinds.push(Kind::of_layer(chosen.schema.geometry));
    }
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for kind in &kinds {
        let (of_kind, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(of, _)| of == kind);
        all = others;
        let placed: Vec<Placed<'_>> = of_kind.into_iter().map(|(_, placed)| placed).collect();
        let stem = match kinds.len() {
            1 => chosen.schema.id.to_string(),
            _ => format!("{}_{}", chosen.schema.id, kind.name()),
        };
        add(&mut archive, chosen, &stem, *kind, &placed)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn add(
    archive: &mut ZipWriter<Cursor<Vec<u8>>>,
    chosen: &Chosen<'_>,
    stem: &str,
    kind: Kind,
    placed: &[Placed<'_>],
) -> anyhow::Result<()> {
    let (shp, shx) = shapes(kind, placed)?;
    let records: Vec<&Feature> = placed.iter().map(|(record, _)| *record).collect();
    let cpg = if chosen.encoding == GBK {
        "GBK"
    } else {
        "UTF-8"
    };
    let mut parts = vec![
        ("shp", shp),
        ("shx", shx),
        ("dbf", dbf::table(chosen, &records)?),
        ("cpg", cpg.as_bytes().to_vec()),
    ];
    parts.extend(prj_text::text_of(chosen.crs).map(|text| ("prj", text.into_bytes())));
    for (end, content) in parts {
        archive.start_file(format!("{stem}.{end}"), SimpleFileOptions::default())?;
        archive.write_all(&content)?;
    }
    Ok(())
}

/// The .shp and the .shx.
fn shapes(kind: Kind, placed: &[Placed<'_>]) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let too_long = || anyhow!("the shapes are longer than a shapefile takes: choose .gpkg or .fgb");
    let (mut body, mut index) = (Vec::new(), Vec::new());
    let mut extent: Option<(Coord, Coord)> = None;
    for (number, (_, shape)) in (1_i32..).zip(placed) {
        let content = match shape {
            Some(shape) => content(kind, shape)?,
            None => 0_i32.to_le_bytes().to_vec(),
        };
        let at = i32::try_from(50 + body.len() / 2).map_err(|_overflow| too_long())?;
        let length = i32::try_from(content.len() / 2).map_err(|_overflow| too_long())?;
        index.extend(at.to_be_bytes());
        index.extend(length.to_be_bytes());
        body.extend(number.to_be_bytes());
        body.extend(length.to_be_bytes());
        body.extend(content);
        for at in shape.iter().flat_map(CoordsIter::coords_iter) {
            let (least, most) = extent.get_or_insert((at, at));
            (least.x, least.y) = (least.x.min(at.x), least.y.min(at.y));
            (most.x, most.y) = (most.x.max(at.x), most.y.max(at.y));
        }
    }
    let (least, most) = extent.unwrap_or_default();
    let header = |length: usize| -> anyhow::Result<Vec<u8>> {
        let mut header = 9994_i32.to_be_bytes().to_vec();
        header.extend([0; 20]);
        header.extend(
            i32::try_from(50 + length / 2)
                .map_err(|_overflow| too_long())?
                .to_be_bytes(),
        );
        header.extend(1000_i32.to_le_bytes());
        header.extend(kind.code().to_le_bytes());
        for number in [least.x, least.y, most.x, most.y, 0.0, 0.0, 0.0, 0.0] {
            header.extend(number.to_le_bytes());
        }
        Ok(header)
    };
    let (mut shp, mut shx) = (header(body.len())?, header(index.len())?);
    shp.append(&mut body);
    shx.append(&mut index);
    Ok((shp, shx))
}

/// The bytes of one shape: outlines clockwise, holes the other way.
fn content(kind: Kind, shape: &Geometry) -> anyhow::Result<Vec<u8>> {
    let mut bytes = kind.code().to_le_bytes().to_vec();
    let put = |bytes: &mut Vec<u8>, at: Coord| {
        bytes.extend(at.x.to_le_bytes());
        bytes.extend(at.y.to_le_bytes());
    };
    if let Geometry::Point(point) = shape {
        put(&mut bytes, point.0);
        return Ok(bytes);
    }
    let frame = shape
        .bounding_rect()
        .ok_or_else(|| anyhow!("a shape without positions"))?;
    put(&mut bytes, frame.min());
    put(&mut bytes, frame.max());
    let lines: Vec<LineString> = match shape {
        Geometry::Line(line) => vec![LineString::from(*line)],
        Geometry::LineString(line) => vec![line.clone()],
        Geometry::MultiLineString(lines) => lines.0.clone(),
        Geometry::Polygon(_)
        | Geometry::MultiPolygon(_)
        | Geometry::Rect(_)
        | Geometry::Triangle(_) => rings(shape),
        _ => Vec::new(),
    };
    let count = |of: usize| i32::try_from(of).map(i32::to_le_bytes);
    if kind == Kind::Points {
        bytes.extend(count(shape.coords_count())?);
    } else {
        bytes.extend(count(lines.len())?);
        bytes.extend(count(lines.iter().map(|line| line.0.len()).sum())?);
        let mut first = 0;
        for line in &lines {
            bytes.extend(count(first)?);
            first += line.0.len();
        }
    }
    if kind == Kind::Points {
        shape.coords_iter().for_each(|at| put(&mut bytes, at));
    } else {
        lines
            .iter()
            .flat_map(|line| &line.0)
            .for_each(|at| put(&mut bytes, *at));
    }
    Ok(bytes)
}

fn rings(shape: &Geometry) -> Vec<LineString> {
    let areas: Vec<geo::Polygon> = match shape {
        Geometry::Polygon(area) => vec![area.clone()],
        Geometry::MultiPolygon(areas) => areas.0.clone(),
        Geometry::Rect(area) => vec![area.to_polygon()],
        Geometry::Triangle(area) => vec![area.to_polygon()],
        _ => Vec::new(),
    };
    areas
        .into_iter()
        .flat_map(|area| {
            let (outline, holes) = area.orient(Direction::Reversed).into_inner();
            std::iter::once(outline).chain(holes)
        })
        .collect()
}
