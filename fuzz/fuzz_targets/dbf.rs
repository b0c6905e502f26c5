//! Tables of dBase.
#![no_main]

mod shared;

libfuzzer_sys::fuzz_target!(|data: &[u8]| shared::read(&[("x.dbf", data)]));
