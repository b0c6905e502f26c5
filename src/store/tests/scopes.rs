//! An instance with a scope shows and takes only what belongs to it.

use jiff::Timestamp;

use super::both::{codes, news};
use super::place::Place;
use super::{grid, square};
use crate::domain::{Draft, Edit, LayerId, Scope};
use crate::store::{News, Store, StoreError};

/// Two communities of different districts side by side, with what belongs to them by code and by place.
async fn two_districts(store: &Store) {
    let draft =
        |layer: LayerId, code: &str, at: f64| Draft::new(layer.schema(), code, code).at(square(at));
    let named = |layer: LayerId, code: &str, field: &str, parent: &str| {
        Draft::new(layer.schema(), code, code).with(layer.schema(), field, parent)
    };
    let new = |layer, draft| Edit::Insert {
        layer,
        id: None,
        draft,
    };
    let edits = [
        new(
            LayerId::COMMUNITIES,
            draft(LayerId::COMMUNITIES, "610113002001", 108.9),
        ),
        new(
            LayerId::COMMUNITIES,
            draft(LayerId::COMMUNITIES, "610114001001", 109.1),
        ),
        new(
            LayerId::GRIDS,
            named(LayerId::GRIDS, "G-EAST", "community_code", "610113002001").at(square(108.9)),
        ),
        new(
            LayerId::GRIDS,
            named(LayerId::GRIDS, "G-WEST", "community_code", "610114001001").at(square(109.1)),
        ),
        // by place, and in no area at all
        new(
            LayerId::COMPOUNDS,
            draft(LayerId::COMPOUNDS, "C-EAST", 108.9),
        ),
        new(
            LayerId::COMPOUNDS,
            draft(LayerId::COMPOUNDS, "C-NOWHERE", 110.5),
        ),
        new(
            LayerId::BUILDINGS,
            named(LayerId::BUILDINGS, "B-EAST", "compound_code", "C-EAST"),
        ),
        new(
            LayerId::ENTRANCES,
            named(LayerId::ENTRANCES, "B-EAST-1", "building_code", "B-EAST"),
        ),
        new(
            LayerId::HOUSEHOLDS,
            named(
                LayerId::HOUSEHOLDS,
                "B-EAST-1-101",
                "entrance_code",
                "B-EAST-1",
            ),
        ),
        new(
            LayerId::POSTS,
            named(LayerId::POSTS, "P-EAST", "target_code", "G-EAST"),
        ),
        new(
            LayerId::POSTS,
            named(LayerId::POSTS, "P-WEST", "target_code", "G-WEST"),
        ),
    ];
    store
        .apply(&edits, "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
}

pub(super) async fn a_scope_shows_and_takes_only_its_own(place: Place) {
    let whole = place.made().await;
    two_districts(&whole).await;
    let scope: Scope = "610113".parse().unwrap();
    let part = Store::open(&place.location, Some(scope)).await.unwrap();
    let loaded = part.load_all().await.unwrap();
    let east = [
        "610113002001",
        "G-EAST",
        "C-EAST",
        "B-EAST",
        "B-EAST-1",
        "B-EAST-1-101",
        "P-EAST",
    ];
    assert_eq!(codes(&loaded.change), east);
    assert_eq!(loaded.without_area, 1);
    let now = Timestamp::UNIX_EPOCH;
    let grids = LayerId::GRIDS.schema();
    let outside = Edit::Insert {
        layer: LayerId::GRIDS,
        id: None,
        draft: grid("G-NEW").with(grids, "community_code", "610114001001"),
    };
    let refused = part.apply(&[outside], "test", now).await;
    assert!(
        matches!(refused, Err(StoreError::OutOfScope { area: Some(area), .. }) if area == "610114001001")
    );
    let named = |community| grid("G-NEW").with(grids, "community_code", community);
    let (east, west) = (named("610113002001"), named("610114001001"));
    let drafts = [&east, &west, &east];
    assert_eq!(part.outside(LayerId::GRIDS, &drafts).await.unwrap(), [1]);
    assert!(
        whole
            .outside(LayerId::GRIDS, &drafts)
            .await
            .unwrap()
            .is_empty()
    );
    let inside = Edit::Insert {
        layer: LayerId::GRIDS,
        id: None,
        draft: grid("G-NEW").with(grids, "community_code", "610113002001"),
    };
    part.apply(&[inside], "test", now).await.unwrap();
    // a grid that is given to the other district leaves with all that is below it
    place.another_program("UPDATE grids SET community_code = '610114001001' WHERE code = 'G-EAST'");
    let mut left: Vec<String> = Vec::new();
    match news(&part, &loaded).await {
        News::Changes(changed) => {
            assert_eq!(codes(&changed.change), ["G-NEW"]);
            left.extend(
                changed
                    .change
                    .removals
                    .iter()
                    .map(|(layer, _)| layer.to_string()),
            );
            assert_eq!(left, ["grids", "posts"]);
        }
        News::Anew { loaded, .. } => {
            assert!(
                !codes(&loaded.change).contains(&"G-EAST")
                    && !codes(&loaded.change).contains(&"P-EAST")
            );
            assert!(codes(&loaded.change).contains(&"G-NEW"));
        }
        News::None => panic!("the change went unseen"),
    }
}

/// Whether a code is taken in another district is not to be learnt by writing it.
pub(super) async fn a_code_of_another_area_is_not_told_apart_from_a_free_one(place: Place) {
    let whole = place.made().await;
    two_districts(&whole).await;
    let now = Timestamp::UNIX_EPOCH;
    let schema = LayerId::GRIDS.schema();
    let of_west = |code: &str| Edit::Insert {
        layer: LayerId::GRIDS,
        id: None,
        draft: grid(code).with(schema, "community_code", "610114001001"),
    };
    let taken = "610114001001001";
    whole.apply(&[of_west(taken)], "test", now).await.unwrap();
    let scope: Scope = "610113".parse().unwrap();
    let part = Store::open(&place.location, Some(scope)).await.unwrap();
    let loaded = part.load_all().await.unwrap();
    let free = "610114001001002";
    let of_east = |code: &str| grid(code).with(schema, "community_code", "610113002001");
    let own = loaded
        .change
        .upserts
        .iter()
        .find(|(_, feature)| &*feature.code == "G-EAST");
    let own = own.unwrap().1.id;
    for code in [taken, free] {
        let insert = Edit::Insert {
            layer: LayerId::GRIDS,
            id: None,
            draft: of_east(code),
        };
        let rename = Edit::Update {
            layer: LayerId::GRIDS,
            id: own,
            expected: None,
            draft: of_east(code),
        };
        for edit in [insert, of_west(code), rename] {
            let refused = part.apply(std::slice::from_ref(&edit), "test", now).await;
            assert!(
                matches!(refused, Err(StoreError::OutOfScope { .. })),
                "{edit:?}: {refused:?}"
            );
        }
        let outside = part.outside(LayerId::GRIDS, &[&of_east(code)]).await;
        assert_eq!(outside.unwrap(), [0]);
    }
    // and what lies outside as a whole is not there to be undone
    let change = whole.apply(&[of_west(free)], "test", now).await.unwrap();
    let undone = part.undo(change.revision, "test", now).await;
    assert!(
        matches!(undone, Err(StoreError::NoSuchChange { .. })),
        "{undone:?}"
    );
}
