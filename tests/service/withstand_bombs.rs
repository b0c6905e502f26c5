//! Files that are small and want to be large, and uploads that never end, take neither memory nor anybody's place.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::{Method, StatusCode};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::driver::TestService;

/// The most memory that any of these may take beside what the server has, KiB.
const ROOM: usize = 256 << 10;

/// A zip with one file: `head`, so many megabytes of `filling`, `tail`.
fn zipped(name: &str, head: &str, filling: u8, mebibytes: usize, tail: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file(name, SimpleFileOptions::default())
        .unwrap();
    archive.write_all(head.as_bytes()).unwrap();
    let block = vec![filling; 1 << 20];
    for _ in 0..mebibytes {
        archive.write_all(&block).unwrap();
    }
    archive.write_all(tail.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

fn gzipped(head: &str, filling: &str, mebibytes: usize) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(head.as_bytes()).unwrap();
    let block = filling.repeat((1 << 20) / filling.len());
    for _ in 0..mebibytes {
        packed.write_all(block.as_bytes()).unwrap();
    }
    packed.finish().unwrap()
}

const PLACEMARK: &str =
    "<Placemark><Point><coordinates>108.96,34.22</coordinates></Point></Placemark>\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_unpacks_to_a_gigabyte_is_refused_in_little_memory() {
    let service = TestService::with_demo();
    let before = service.memory_kib();
    let kml = "<kml><Document><Placemark><name>";
    let description = "<kml><Document><Placemark><name>a</name><description>";
    for (name, bomb) in [
        (
            "text.kmz",
            zipped(
                "doc.kml",
                kml,
                b'a',
                1024,
                "</name></Placemark></Document></kml>",
            ),
        ),
        (
            "outside.kmz",
            zipped(
                "doc.kml",
                "<kml><Document><name>",
                b'a',
                256,
                "</name></Document></kml>",
            ),
        ),
        ("blank.kmz", zipped("doc.kml", "<kml>", b' ', 256, "</kml>")),
        ("many.kmz", gzip_of_placemarks()),
        ("text.kml.gz", gzipped(description, "b", 256)),
        (
            "one.geojson.gz",
            gzipped(
                "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":\"",
                "c",
                512,
            ),
        ),
        ("lines.csv.gz", gzipped("code,name,lon,lat\n", "\"", 512)),
        ("sheet.xlsx", workbook()),
        (
            "sheet.ods",
            zipped_with_type("content.xml", "<office:document-content>", b'd', 256),
        ),
    ] {
        let length = bomb.len();
        assert!(length < 2 << 20, "{name} has {length} bytes");
        let id = service
            .upload(
                &format!("name={name}&layer=facilities&crs=CRS84&dry-run=true"),
                bomb,
            )
            .await;
        let mut most = 0;
        let job = loop {
            most = most.max(service.memory_kib());
            let job = service.ok(&format!("/api/imports/{id}")).await;
            if !["queued", "reading"].contains(&job["state"].as_str().unwrap()) {
                break job;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        assert_eq!(job["state"], "failed", "{name} {job}");
        let failure = &job["failure"];
        assert!(
            !failure["zh"].as_str().unwrap().is_empty() && failure["en"].is_string(),
            "{name} {failure}"
        );
        assert!(most < before + ROOM, "{name}: {} KiB more", most - before);
        service
            .send(Method::DELETE, &format!("/api/imports/{id}"), "")
            .await;
    }
}

fn gzip_of_placemarks() -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file("doc.kml", SimpleFileOptions::default())
        .unwrap();
    archive.write_all(b"<kml><Document>").unwrap();
    let block = PLACEMARK.repeat((1 << 20) / PLACEMARK.len());
    for _ in 0..256 {
        archive.write_all(block.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn zipped_with_type(name: &str, head: &str, filling: u8, mebibytes: usize) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file("mimetype", SimpleFileOptions::default())
        .unwrap();
    archive
        .write_all(b"application/vnd.oasis.opendocument.spreadsheet")
        .unwrap();
    archive
        .start_file(name, SimpleFileOptions::default())
        .unwrap();
    archive.write_all(head.as_bytes()).unwrap();
    let block = vec![filling; 1 << 20];
    for _ in 0..mebibytes {
        archive.write_all(&block).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook with one sheet of many equal cells.
fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write(0, 0, "code").unwrap();
    let sound = book.save_to_buffer().unwrap();
    let mut from = zip::ZipArchive::new(std::io::Cursor::new(sound)).unwrap();
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut part = from.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        archive
            .start_file(&name, SimpleFileOptions::default())
            .unwrap();
        let mut text = Vec::new();
        part.read_to_end(&mut text).unwrap();
        if name.ends_with("sheet1.xml") {
            let text = String::from_utf8(text).unwrap();
            let (head, tail) = text.split_once("</sheetData>").unwrap();
            archive.write_all(head.as_bytes()).unwrap();
            let row = format!("<row>{}</row>", "<c><v>1</v></c>".repeat(64));
            let block = row.repeat((1 << 20) / row.len());
            for _ in 0..256 {
                archive.write_all(block.as_bytes()).unwrap();
            }
            archive
                .write_all(format!("</sheetData>{tail}").as_bytes())
                .unwrap();
        } else {
            archive.write_all(&text).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}

/// Sends the head of an upload and a part of its body, and gives the first line of the answer if one comes.
fn half_an_upload(address: &str) -> (TcpStream, Option<String>) {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /api/imports?name=a.csv&layer=facilities&crs=CRS84&dry-run=true HTTP/1.1\r\nHost: {address}\r\nContent-Type: text/csv\r\nContent-Length: 6000000\r\n\r\ncode,name\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(400)))
        .unwrap();
    let mut answer = vec![0; 2048];
    let read = stream.read(&mut answer).unwrap_or(0);
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    (stream, (read > 0).then_some(answer))
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_counted_as_they_come_and_failed_ones_are_in_nobodys_way() {
    let service = TestService::with_demo();
    let address = service.url.trim_start_matches("http://").to_owned();
    let before = service.memory_kib();
    let address_of_all = address.clone();
    let open = tokio::task::spawn_blocking(move || {
        let each = (0..30).map(|_| {
            let address = address_of_all.clone();
            std::thread::spawn(move || half_an_upload(&address))
        });
        let each: Vec<_> = each.collect();
        each.into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });
    let open = open.await.unwrap();
    let refused: Vec<&String> = open
        .iter()
        .filter_map(|(_, answer)| answer.as_ref())
        .collect();
    assert_eq!(refused.len(), 22, "{refused:?}");
    for answer in refused {
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(
            answer.to_ascii_lowercase().contains("retry-after: "),
            "{answer}"
        );
    }
    assert!(service.memory_kib() < before + ROOM);
    drop(open);
    // their places are free again, and stay so when imports fail
    for at in 0..20 {
        let mut tries = 0;
        let (status, job) = loop {
            let path = "/api/imports?name=a.csv&layer=facilities&crs=CRS84&dry-run=true";
            let (status, job) = service.send(Method::POST, path, "1\n").await;
            tries += 1;
            if status == StatusCode::ACCEPTED || tries > 100 {
                break (status, job);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert_eq!(status, StatusCode::ACCEPTED, "{at}: {job}");
        let job = service.settled(job["id"].as_str().unwrap()).await;
        assert_eq!(job["state"], "failed", "{job}");
    }
}
