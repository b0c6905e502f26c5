//! Many places at once as an Arrow stream: the same answers as in JSON, and no bad stream brings the service down.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, FixedSizeListArray, Float64Array, RecordBatch, StringArray,
    StructArray,
};
use arrow_buffer::NullBuffer;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field, Fields, Schema};
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use crate::driver::TestService;

const STREAM: &str = "application/vnd.apache.arrow.stream";

/// Places all over the demo town and around it.
fn places(count: u32) -> Vec<[f64; 2]> {
    (0..count)
        .map(|n| {
            let (x, y) = (f64::from(n * 7_919 % 1_000), f64::from(n * 104_729 % 1_000));
            [108.94 + x * 4e-5, 34.205 + y * 3e-5]
        })
        .collect()
}

fn separated(places: &[[f64; 2]], nulls: Option<NullBuffer>) -> ArrayRef {
    let part = |at: usize| -> ArrayRef {
        let numbers = places.iter().filter_map(|place| place.get(at).copied());
        Arc::new(Float64Array::from_iter_values(numbers))
    };
    let fields: Fields = ["x", "y"]
        .map(|name| Field::new(name, DataType::Float64, false))
        .to_vec()
        .into();
    Arc::new(StructArray::new(fields, vec![part(0), part(1)], nulls))
}

fn interleaved(places: &[[f64; 2]]) -> ArrayRef {
    let numbers = Float64Array::from_iter_values(places.iter().flatten().copied());
    let item = Arc::new(Field::new("xy", DataType::Float64, false));
    Arc::new(FixedSizeListArray::new(item, 2, Arc::new(numbers), None))
}

fn stream(name: &str, batches: &[ArrayRef]) -> Vec<u8> {
    let kind = batches.first().unwrap().data_type().clone();
    let field = Field::new(name, kind, true).with_metadata([(
        "ARROW:extension:name".to_owned(),
        "geoarrow.point".to_owned(),
    )]);
    let schema = Arc::new(Schema::new(vec![field]));
    let mut out = StreamWriter::try_new(Vec::new(), &schema).unwrap();
    for batch in batches {
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::clone(batch)]).unwrap();
        out.write(&batch).unwrap();
    }
    out.into_inner().unwrap()
}

async fn ask(service: &TestService, query: &str, body: Vec<u8>) -> Response {
    service
        .request(Method::POST, &format!("/api/locate{query}"))
        .header("content-type", STREAM)
        .body(body)
        .send()
        .await
        .unwrap()
}

/// The answer as columns of codes.
async fn columns(response: Response) -> Vec<(String, Vec<Option<String>>)> {
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], STREAM);
    let revision = response.headers()["minqing-revision"].clone();
    let body = response.bytes().await.unwrap();
    let batches: Vec<_> = StreamReader::try_new(&*body, None)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(batches.len(), 1);
    let batch = batches.first().unwrap();
    let schema = batch.schema();
    assert_eq!(schema.metadata()["revision"], revision.to_str().unwrap());
    let codes = |column: &ArrayRef| {
        let column = column
            .as_any()
            .downcast_ref::<DictionaryArray<Int32Type>>()
            .unwrap();
        let texts = column.downcast_dict::<StringArray>().unwrap();
        texts
            .into_iter()
            .map(|code| code.map(str::to_owned))
            .collect()
    };
    let names = schema.fields().iter().map(|field| field.name().clone());
    names.zip(batch.columns().iter().map(codes)).collect()
}

#[tokio::test]
async fn a_stream_says_what_json_says() {
    let service = TestService::with_demo();
    let places = places(5_000);
    let layers = ["grids", "buildings"];
    let told: serde_json::Value = service
        .request(Method::POST, "/api/locate")
        .json(&json!({ "points": places, "layers": layers }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let told = told["codes"].as_array().unwrap();
    let (some, others) = places.split_at(1_234);
    let streams = [
        stream("geometry", &[separated(&places, None)]),
        stream("geometry", &[interleaved(&places)]),
        stream("geometry", &[interleaved(some), interleaved(others)]),
    ];
    for body in streams {
        let columns = columns(ask(&service, "?layers=grids,buildings", body).await).await;
        assert_eq!(columns.len(), 2);
        for (at, (name, codes)) in columns.iter().enumerate() {
            assert_eq!(name, layers[at]);
            assert_eq!(codes.len(), places.len());
            for (row, code) in codes.iter().enumerate() {
                assert_eq!(
                    code.as_deref(),
                    told[row][at].as_str(),
                    "{name} of row {row}"
                );
            }
            assert!(codes.iter().flatten().count() > 50, "{name}");
        }
    }
}

#[tokio::test]
async fn points_that_are_not_there_have_no_owner() {
    let service = TestService::with_demo();
    let mut places: Vec<[f64; 2]> = (0..6_u32)
        .map(|n| [108.950_584 + f64::from(n) * 1e-4, 34.224_668])
        .collect();
    places[4] = [f64::NAN, f64::NAN];
    let inside = columns(
        ask(
            &service,
            "?layers=subdistricts",
            stream("geometry", &[separated(&places, None)]),
        )
        .await,
    )
    .await;
    let nulls = NullBuffer::from(vec![true, false, true, true, true, true]);
    let body = stream("geometry", &[separated(&places, Some(nulls))]);
    let with_null = columns(ask(&service, "?layers=subdistricts", body).await).await;
    for (row, (all, some)) in inside[0].1.iter().zip(&with_null[0].1).enumerate() {
        assert!(row != 4 || all.is_none());
        let expected = if row == 1 { &None } else { all };
        assert_eq!(some, expected, "row {row}");
    }
    assert!(inside[0].1.iter().flatten().count() > 2);
    assert!(inside[0].1[1].is_some(), "row 1 is one of the town's");
    let none = stream("geometry", &[separated(&[], None)]);
    assert_eq!(columns(ask(&service, "", none).await).await.len(), 4);
}

#[tokio::test]
async fn a_bad_stream_is_told_what_is_wrong() {
    let service = TestService::with_demo();
    let mut far = places(3);
    far[2] = [34.2, 108.9];
    let good = stream("geometry", &[interleaved(&places(40))]);
    for (query, body, says) in [
        ("", b"{\"points\":[]}".to_vec(), "Arrow"),
        ("", Vec::new(), "Arrow"),
        ("", stream("geom", &[interleaved(&places(3))]), "geometry"),
        (
            "",
            stream(
                "geometry",
                &[Arc::new(StringArray::from(vec!["POINT(1 2)"]))],
            ),
            "GeoArrow",
        ),
        ("", stream("geometry", &[interleaved(&far)]), "第 3 个点"),
        ("?layers=households", good.clone(), "受限"),
        ("?layers=streets", good.clone(), "没有图层"),
        ("?layer=grids", good.clone(), "不认识的参数"),
    ] {
        let response = ask(&service, query, body).await;
        let status = response.status();
        let told = response.text().await.unwrap();
        assert!(status.is_client_error(), "{says}: {status} {told}");
        assert!(told.contains(says), "{says}: {told}");
    }
    for end in (0..good.len()).step_by(7) {
        let response = ask(&service, "", good[..end].to_vec()).await;
        // after the last batch only the mark of the end is missing, which a reader may do without
        let whole = end + 16 > good.len();
        assert!(
            whole || response.status() == StatusCode::BAD_REQUEST,
            "{end} of {}",
            good.len()
        );
    }
    for at in 0..good.len() {
        let mut body = good.clone();
        body[at] ^= 1 << (at % 8);
        let response = ask(&service, "", body).await;
        let status = response.status();
        assert!(
            !status.is_server_error(),
            "byte {at}: {status} {}",
            response.text().await.unwrap()
        );
    }
}
