use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::{FeatureId, Revision};
use crate::geometry::Point;
use crate::ingest::At;

fn at() -> At {
    At {
        part: 0,
        line: 2,
        feature: 1,
    }
}

fn draft(code: &str) -> Draft {
    let schema = LayerId::FACILITIES.schema();
    Draft::new(schema, code, "雁塔路服务站").at(Point::new(108.95, 34.22))
}

fn there(draft: &Draft) -> Feature {
    Feature {
        id: FeatureId(7),
        code: Arc::clone(&draft.code),
        name: Arc::clone(&draft.name),
        geometry: draft.geometry.clone().map(Box::new),
        attributes: draft.attributes.clone().into(),
        revision: Revision(3),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".into(),
    }
}

fn record(draft: Draft) -> Record {
    Record {
        id: None,
        code_is_made: false,
        draft,
        at: at(),
    }
}

fn one(record: Record, there: Vec<Feature>, how: OnConflict) -> Settled {
    settle(LayerId::FACILITIES, vec![record], there, how).remove(0)
}

#[test]
fn a_code_that_the_map_does_not_have_is_new() {
    let settled = one(
        record(draft("F1")),
        vec![there(&draft("F2"))],
        OnConflict::Error,
    );
    assert_eq!(settled.becomes(), Some(Becomes::New));
    assert!(matches!(
        settled.into_edit(LayerId::FACILITIES),
        Some(Edit::Insert { .. })
    ));
}

#[test]
fn the_same_again_is_not_written() {
    let mut again = draft("F1");
    again.geometry = Some(Point::new(108.95 + 5e-10, 34.22).into());
    let settled = one(record(again), vec![there(&draft("F1"))], OnConflict::Update);
    assert_eq!(settled.becomes(), Some(Becomes::Unchanged));
    assert_eq!(settled.into_edit(LayerId::FACILITIES), None);
}

#[test]
fn what_the_file_does_not_say_stays_and_what_it_says_changes() {
    let schema = LayerId::FACILITIES.schema();
    let old = draft("F1").with(schema, "address", "雁塔路1号");
    let mut new = draft("F1").with(schema, "capacity", 40);
    new.geometry = Some(Point::new(108.951, 34.22).into());
    let settled = one(record(new), vec![there(&old)], OnConflict::Update);
    assert_eq!(settled.fields(schema), ["geometry", "capacity"]);
    let changes = settled.changes(schema);
    assert_eq!(changes[0].after.zh, "有,移动 92.1 米");
    assert_eq!((&*changes[1].before.zh, &*changes[1].after.zh), ("", "40"));
    let Some(Edit::Update {
        id,
        expected,
        draft,
        ..
    }) = settled.into_edit(LayerId::FACILITIES)
    else {
        panic!("an update");
    };
    assert_eq!((id, expected), (FeatureId(7), Some(Revision(3))));
    let address = schema.position("address").unwrap();
    assert_eq!(draft.attributes[address].as_text(), Some("雁塔路1号"));
}

#[test]
fn a_number_that_was_made_here_finds_no_record_but_the_one_at_its_place() {
    let mut made = record(draft("facilities-1"));
    made.code_is_made = true;
    let same = one(
        made.clone(),
        vec![there(&draft("facilities-1"))],
        OnConflict::Update,
    );
    assert_eq!(same.fate, Fate::Unchanged);
    made.draft.geometry = Some(Point::new(109.0, 34.3).into());
    let other = one(
        made,
        vec![there(&draft("facilities-1"))],
        OnConflict::Update,
    );
    assert_eq!(other.fate, Fate::Refused(Reason::NoKey));
}

#[test]
fn skip_and_error_leave_what_is_there() {
    for (how, fate) in [
        (OnConflict::Skip, Fate::Skipped),
        (OnConflict::Error, Fate::Refused(Reason::AlreadyThere)),
    ] {
        let settled = one(record(draft("F1")), vec![there(&draft("F1"))], how);
        assert_eq!(settled.fate, fate);
        assert_eq!(settled.into_edit(LayerId::FACILITIES), None);
    }
}

#[test]
fn an_identity_of_another_record_is_not_kept() {
    let mut mine = record(draft("F9"));
    mine.id = Some(FeatureId(7));
    let settled = one(mine, vec![there(&draft("F1"))], OnConflict::Update);
    assert!(settled.id_is_taken && settled.record.id.is_none());
}

proptest! {
    /// Written once, the same file changes nothing.
    #[test]
    fn twice_is_as_once(capacity in proptest::option::of(0_i64..500), name in "[a-z]{0,4}", lon in 100.0..120.0) {
        let schema = LayerId::FACILITIES.schema();
        let mut given = draft("F1");
        given.name = name.as_str().into();
        given.geometry = Some(Point::new(lon, 34.0).into());
        if let Some(capacity) = capacity {
            given = given.with(schema, "capacity", capacity);
        }
        let first = one(record(given.clone()), vec![there(&draft("F1"))], OnConflict::Update);
        let written = match first.into_edit(LayerId::FACILITIES) {
            Some(Edit::Update { draft, .. }) => draft,
            _ => draft("F1"),
        };
        let second = one(record(given), vec![there(&written)], OnConflict::Update);
        prop_assert_eq!(second.fate, Fate::Unchanged);
    }
}
