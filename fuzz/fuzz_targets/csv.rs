//! Text with a record a line.
#![no_main]

mod shared;

libfuzzer_sys::fuzz_target!(|data: &[u8]| shared::read(&[("x.csv", data)]));
