//! One store into another as it is: records with their ids and revisions, the change log, earlier versions, the settings.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use geo::CoordsIter;
use jiff::Timestamp;

use crate::domain::{Feature, FeatureId, LayerId, RecordFault, Value};
use crate::store::layers::{and_own, described};
use crate::store::{Kept, Store, StoreError};

/// One row of the change log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The record's revision by this change.
    pub seq: i64,
    /// The layer, by its name in the store that wrote it.
    pub layer: String,
    /// The record.
    pub feature: FeatureId,
    /// `insert`, `update` or `delete`.
    pub op: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// The revision after the change that it is a part of.
    pub commit: i64,
}

/// Everything that a store holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// The records, layer by layer in the order of the catalogue, each by id.
    pub features: Vec<(LayerId, Arc<Feature>)>,
    /// The change log by number.
    pub log: Vec<LogRow>,
    /// The earlier versions of records, layer by layer.
    pub versions: Vec<Kept>,
    /// The settings by name.
    pub settings: Vec<(String, String)>,
    /// Values that could not be read and would be lost.
    pub faults: Vec<RecordFault>,
}

/// A layer's count and checksum, to compare two stores by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSum {
    /// The layer's name, or `log`, `history` and `settings`.
    pub name: &'static str,
    /// How many rows.
    pub rows: usize,
    /// Over every row with all its values, ids and revisions.
    pub checksum: u64,
}

impl Store {
    /// Everything that the store holds, at one moment where nobody writes.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn contents(&self) -> Result<Contents, StoreError> {
        let loaded = self.load_all().await?;
        let (log, versions, settings) = match self {
            Self::GeoPackage(store) => (
                store.log().await?,
                store.kept().await?,
                store.settings().await?,
            ),
            Self::Postgis(store) => (
                store.log().await?,
                store.kept().await?,
                store.settings().await?,
            ),
        };
        Ok(Contents {
            features: loaded.change.upserts,
            log,
            versions,
            settings,
            faults: loaded.change.faults,
        })
    }

    /// Fills this store, which must be empty, with `contents` as they are; all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub async fn fill(&self, contents: &Contents) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(store) => store.fill_as_is(contents).await,
            Self::Postgis(store) => store.fill_as_is(contents).await,
        }
    }
}

impl Contents {
    /// Count and checksum of each layer, of the change log, of the earlier versions and of the settings.
    pub fn sums(&self) -> Vec<LayerSum> {
        let others = described(&self.settings).unwrap_or_default();
        let mut sums: Vec<LayerSum> = and_own(&others)
            .iter()
            .map(|schema| {
                let features = self
                    .features
                    .iter()
                    .filter(|(layer, _)| *layer == schema.id);
                sum(schema.name(), features, |(_, feature), into| {
                    hash(feature, into);
                })
            })
            .collect();
        sums.push(sum("log", self.log.iter(), |row, into| {
            (row.seq, &row.layer, row.feature, &row.op, &row.by).hash(into);
            row.at.as_millisecond().hash(into);
        }));
        sums.push(sum("history", self.versions.iter(), |kept, into| {
            (kept.layer, kept.until).hash(into);
            hash(&kept.feature, into);
        }));
        sums.push(sum("settings", self.settings.iter(), Hash::hash));
        sums
    }
}

fn sum<T>(
    name: &'static str,
    rows: impl Iterator<Item = T>,
    hash: impl Fn(T, &mut DefaultHasher),
) -> LayerSum {
    let mut into = DefaultHasher::new();
    let mut count = 0;
    for row in rows {
        hash(row, &mut into);
        count += 1;
    }
    LayerSum {
        name,
        rows: count,
        checksum: into.finish(),
    }
}

fn hash(feature: &Feature, into: &mut DefaultHasher) {
    (feature.id, &feature.code, &feature.name, feature.revision).hash(into);
    // a GeoPackage keeps milliseconds
    feature.updated_at.as_millisecond().hash(into);
    feature.updated_by.hash(into);
    for value in &feature.attributes {
        match value {
            Value::Null => 0_u8.hash(into),
            Value::Boolean(yes) => yes.hash(into),
            Value::Integer(number) => number.hash(into),
            Value::Real(number) => number.to_bits().hash(into),
            Value::Text(text) => text.hash(into),
            Value::Date(date) => date.hash(into),
            Value::Time(at) => at.as_millisecond().hash(into),
        }
    }
    for coord in feature
        .geometry
        .as_deref()
        .into_iter()
        .flat_map(CoordsIter::coords_iter)
    {
        (coord.x.to_bits(), coord.y.to_bits()).hash(into);
    }
}
