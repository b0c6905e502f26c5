//! The faults as a drawing for the page: ground and places, north up, to scale, each with a link to its line.

use std::fmt::Write;

use geo::CoordsIter;

use crate::check::{Fault, FaultKind};
use crate::geometry::measure::LocalFrame;
use crate::geometry::{Coord, Geometry, LineString, LonLat};

/// Width of the drawing, units of SVG.
const WIDTH: f64 = 900.0;
/// Kept free around it.
const MARGIN: f64 = 20.0;
/// The least ground that is shown, metres: a single fault needs its surroundings.
const LEAST_M: f64 = 100.0;
/// More faults than these are not drawn one by one.
const MOST: usize = 5000;

/// The drawing of the faults that have a place; empty where none has. The page numbers faults from 1.
pub(super) fn drawing(faults: &[Fault]) -> String {
    let placed: Vec<(usize, &Fault, LonLat)> = (1..)
        .zip(faults)
        .filter_map(|(number, fault)| Some((number, fault, fault.place?)))
        .take(MOST)
        .collect();
    let Some((_, _, origin)) = placed.first() else {
        return String::new();
    };
    let sheet = Paper::around(*origin, &placed);
    let mut svg = format!(
        "<figure><svg viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-label=\"问题位置图\">",
        sheet.height
    );
    for (number, fault, place) in &placed {
        let colour = colour(fault.kind);
        let _infallible = write!(
            svg,
            "<a href=\"#f{number}\"><title>{number} {}</title>",
            super::output::escaped(&fault.zh)
        );
        for ring in fault.geometry.iter().flat_map(rings) {
            let corners: Vec<String> = ring.0.iter().map(|at| sheet.place(*at)).collect();
            let _infallible = write!(
                svg,
                "<polygon points=\"{}\" fill=\"{colour}\" fill-opacity=\".35\" stroke=\"{colour}\"/>",
                corners.join(" ")
            );
        }
        let at = sheet.metres(place.point().0);
        let _infallible = write!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"/></a>",
            at.x, at.y
        );
    }
    sheet.scale_bar(&mut svg);
    let left_out = faults.len() - placed.len();
    let _infallible = write!(
        svg,
        "</svg><figcaption>图上 {} 处,北在上;{left_out} 处没有位置或未画出。</figcaption></figure>",
        placed.len()
    );
    svg
}

/// How metres lie on the drawing.
struct Paper {
    frame: LocalFrame,
    west: f64,
    north: f64,
    scale: f64,
    height: f64,
}

impl Paper {
    fn around(origin: LonLat, placed: &[(usize, &Fault, LonLat)]) -> Self {
        let frame = LocalFrame::around(origin);
        let (mut west, mut east, mut south, mut north) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
        for (_, fault, place) in placed {
            let corners = fault.geometry.iter().flat_map(CoordsIter::coords_iter);
            for at in corners
                .chain([place.point().0])
                .map(|at| frame.to_metres(at))
            {
                (west, east) = (west.min(at.x), east.max(at.x));
                (south, north) = (south.min(at.y), north.max(at.y));
            }
        }
        let (across, down) = ((east - west).max(LEAST_M), (north - south).max(LEAST_M));
        let scale = (WIDTH - 2.0 * MARGIN) / across.max(down);
        Self {
            frame,
            west,
            north,
            scale,
            height: down * scale + 2.0 * MARGIN + 30.0,
        }
    }

    fn metres(&self, at: Coord) -> Coord {
        let at = self.frame.to_metres(at);
        Coord {
            x: (at.x - self.west) * self.scale + MARGIN,
            y: (self.north - at.y) * self.scale + MARGIN,
        }
    }

    fn place(&self, at: Coord) -> String {
        let at = self.metres(at);
        format!("{:.1},{:.1}", at.x, at.y)
    }

    /// A bar of a round length, about a fifth of the width.
    fn scale_bar(&self, svg: &mut String) {
        let wanted = WIDTH / 5.0 / self.scale;
        let power = 10.0_f64.powf(wanted.log10().floor());
        let round = [1.0, 2.0, 5.0].map(|step| step * power);
        let metres = round
            .into_iter()
            .rfind(|metres| *metres <= wanted)
            .unwrap_or(power);
        let (end, y) = (MARGIN + metres * self.scale, self.height - 15.0);
        let _infallible = write!(
            svg,
            "<path d=\"M{MARGIN} {y:.0}H{end:.1}\" stroke=\"#333\" stroke-width=\"3\"/><text x=\"{:.1}\" y=\"{:.0}\" font-size=\"14\">{metres} m</text>",
            end + 6.0,
            y + 5.0
        );
    }
}

fn rings(geometry: &Geometry) -> Vec<&LineString> {
    match geometry {
        Geometry::Polygon(area) => vec![area.exterior()],
        Geometry::MultiPolygon(areas) => areas.0.iter().map(geo::Polygon::exterior).collect(),
        _ => Vec::new(),
    }
}

fn colour(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Overlap | FaultKind::CompoundOverlap | FaultKind::BuildingOverlap => "#b3261e",
        FaultKind::Gap | FaultKind::Sliver => "#b26a00",
        FaultKind::CodeRule | FaultKind::DuplicateCode | FaultKind::Orphan => "#5b3fa8",
        FaultKind::LedgerSum | FaultKind::DateOrder | FaultKind::ClosedWithoutDate => "#1b6e3c",
        _ => "#1d4f91",
    }
}
