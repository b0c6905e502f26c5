//! A filter in text or JSON, through parsing, compiling and the evaluation of a whole layer.
#![no_main]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use cpu_time::ThreadTime;
use minqing::demo::{DemoOptions, generate};
use minqing::domain::{Change, Feature, FieldClass, LayerId, Revision};
use minqing::geometry::crs::Crs;
use minqing::map::MapSnapshot;
use minqing::query::filter::{Filter, Language, Reading};
use minqing::query::items::{Ask, items};
use minqing::query::order::Order;
use minqing::query::summary::{Measure, summary};
use minqing::query::{Budget, QueryError};

/// No input may take longer, CPU time with the address sanitizer.
const LONGEST: Duration = Duration::from_secs(1);

static MAP: LazyLock<MapSnapshot> = LazyLock::new(|| {
    let demo = generate(&DemoOptions::default());
    let upserts = demo.records.into_iter().map(|(layer, id, draft)| {
        let feature = Feature {
            id,
            code: Arc::clone(&draft.code),
            name: Arc::clone(&draft.name),
            geometry: draft.geometry.map(Box::new),
            attributes: draft.attributes.into(),
            revision: Revision(1),
            updated_at: "2026-03-01T00:00:00Z".parse().unwrap(),
            updated_by: "fuzz".into(),
        };
        (layer, Arc::new(feature))
    });
    let change = Change { revision: Revision(1), upserts: upserts.collect(), ..Change::default() };
    MapSnapshot::build(&change)
});

const LAYERS: [LayerId; 4] = [LayerId::RISK_POINTS, LayerId::BUILDINGS, LayerId::GRIDS, LayerId::HOUSEHOLDS];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let map = &*MAP;
    let began = ThreadTime::now();
    ask(map, *choice, text);
    let took = began.elapsed();
    assert!(took < LONGEST, "{took:?}");
});

fn ask(map: &MapSnapshot, choice: u8, text: &str) {
    let layer = LAYERS[usize::from(choice % 4)];
    let language = match choice / 4 % 3 {
        0 => None,
        1 => Some(Language::Text),
        _ => Some(Language::Json),
    };
    let reading = Reading { schema: layer.schema(), up_to: FieldClass::Restricted, language, crs: Crs::Crs84 };
    // a sort is written after the filter, behind a line of its own
    let (filter, sort) = text.split_once("\n--sort ").unwrap_or((text, ""));
    let filter = match Filter::read(filter, &reading) {
        Ok(filter) => filter,
        Err(error) => {
            assert!(error.to_string().len() < 10_000);
            return;
        }
    };
    let budget = || Budget::of_thread(|| ThreadTime::now().as_duration());
    let order = Order::parse(sort, layer.schema(), FieldClass::Restricted).unwrap_or_default();
    let question = Ask { filters: vec![filter.clone()], order, limit: 10, ..Ask::default() };
    match items(map.layer(layer), &question, &budget()) {
        Ok(page) => assert!(page.features.len() <= page.matched),
        Err(error) => assert_eq!(error, QueryError::TooExpensive),
    }
    match summary(map, layer, LayerId::GRIDS, Some(&filter), Measure::Count, &budget()) {
        Ok(_) | Err(QueryError::TooExpensive) => {}
        Err(error) => panic!("{error}"),
    }
}
