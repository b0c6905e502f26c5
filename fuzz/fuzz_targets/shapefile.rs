//! Shapefiles: the first half of the bytes is the .shp, the second the .dbf.
#![no_main]

mod shared;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let (shp, dbf) = data.split_at(data.len() / 2);
    shared::read(&[("x.shp", shp), ("x.dbf", dbf)]);
});
