//! GeoJSON, whole and one feature a line.
#![no_main]

mod shared;

libfuzzer_sys::fuzz_target!(|data: &[u8]| shared::read(&[("x.geojson", data)]));
