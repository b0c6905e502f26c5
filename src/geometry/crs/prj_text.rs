//! The text of a .prj file, in ESRI's dialect, which every program reads.

use super::{Crs, ZoneWidth};

const WGS84: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
const CGCS2000: &str = r#"GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

/// The text that names `crs`; `None` for GCJ-02 and BD-09, which no .prj can name.
pub fn text_of(crs: Crs) -> Option<String> {
    let plane = |name: String, base: &str, method: &str, parameters: &[(&str, f64)]| {
        let parameters: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("PARAMETER[\"{name}\",{value:?}],"))
            .collect();
        let parameters = parameters.concat();
        Some(format!(
            "PROJCS[\"{name}\",{base},PROJECTION[\"{method}\"],{parameters}UNIT[\"Meter\",1.0]]"
        ))
    };
    match crs {
        Crs::Crs84 | Crs::Wgs84 => Some(WGS84.to_owned()),
        Crs::Cgcs2000 => Some(CGCS2000.to_owned()),
        Crs::Gcj02 | Crs::Bd09 | Crs::Bd09Mercator => None,
        Crs::WebMercator => plane(
            "WGS_1984_Web_Mercator_Auxiliary_Sphere".to_owned(),
            WGS84,
            "Mercator_Auxiliary_Sphere",
            &[
                ("False_Easting", 0.0),
                ("False_Northing", 0.0),
                ("Central_Meridian", 0.0),
                ("Standard_Parallel_1", 0.0),
                ("Auxiliary_Sphere_Type", 0.0),
            ],
        ),
        Crs::Utm(zone) => plane(
            format!("WGS_1984_UTM_Zone_{}N", zone.epsg() - 32_600),
            WGS84,
            "Transverse_Mercator",
            &[
                ("False_Easting", 500_000.0),
                ("False_Northing", 0.0),
                ("Central_Meridian", zone.central_meridian()),
                ("Scale_Factor", 0.9996),
                ("Latitude_Of_Origin", 0.0),
            ],
        ),
        Crs::GaussKruger(zone) => {
            let width = match zone.width() {
                ZoneWidth::Three => "3_Degree_",
                ZoneWidth::Six => "",
            };
            let name = if zone.has_zone_in_easting() {
                format!("CGCS2000_{width}GK_Zone_{}", zone.zone())
            } else {
                format!("CGCS2000_{width}GK_CM_{:.0}E", zone.central_meridian())
            };
            plane(
                name,
                CGCS2000,
                "Gauss_Kruger",
                &[
                    ("False_Easting", zone.false_easting()),
                    ("False_Northing", 0.0),
                    ("Central_Meridian", zone.central_meridian()),
                    ("Scale_Factor", 1.0),
                    ("Latitude_Of_Origin", 0.0),
                ],
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::prj;
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for name in (4491..=4554).chain([4326, 4490, 3857, 32649]) {
            let crs = Crs::parse(&format!("EPSG:{name}")).unwrap();
            let read = prj::parse(&text_of(crs).unwrap()).unwrap();
            let place = crate::geometry::LonLat::new(108.9, 34.2).unwrap();
            // Zones of three and six degrees with one meridian are one.
            assert_eq!(read.coords_of(place), crs.coords_of(place), "{crs} {read}");
        }
        assert_eq!(text_of(Crs::Gcj02), None);
    }
}
