//! Sheets of OpenDocument: the bytes are the content.
#![no_main]

mod shared;

const KIND: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
const MANIFEST: &[u8] = br#"<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let book = shared::zipped(&[
        ("mimetype", KIND),
        ("content.xml", data),
        ("META-INF/manifest.xml", MANIFEST),
    ]);
    shared::read(&[("x.ods", &book)]);
});
