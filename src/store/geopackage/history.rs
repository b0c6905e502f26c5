//! Earlier versions in the file: rows of `{layer}_history`, which the triggers of the change log write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::{GeoPackage, IDS_A_QUERY, ddl, rows};
use crate::domain::{Feature, FeatureId, LayerId, Revision, Sharing};
use crate::store::history::{Done, HistoryStart, Kept, Touched};
use crate::store::layers::and_own;
use crate::store::{LogRow, StoreError};

/// What is read of the log, with the commit that a row belongs to.
pub(super) const LOG: &str = "SELECT seq, layer, feature_id, op, coalesce(c.at, l.at), by, coalesce(c.revision, seq) \
    FROM minqing_change l LEFT JOIN minqing_commit c ON c.revision = \
    (SELECT min(revision) FROM minqing_commit WHERE revision >= l.seq) AND c.first <= l.seq";

/// A row of [`LOG`].
pub(super) fn log_row(row: &SqliteRow) -> LogRow {
    LogRow {
        seq: row.get_unchecked(0),
        layer: row.get_unchecked(1),
        feature: FeatureId(row.get_unchecked(2)),
        op: row.get_unchecked(3),
        at: moment(row, 4),
        by: row.get_unchecked(5),
        commit: row.get_unchecked(6),
    }
}

fn moment(row: &SqliteRow, at: usize) -> Timestamp {
    let text: String = row.get_unchecked(at);
    text.parse().unwrap_or_default()
}

impl GeoPackage {
    pub(in crate::store) async fn kept_of(
        &self,
        layer: LayerId,
        id: FeatureId,
    ) -> Result<(Vec<Kept>, Option<Arc<Feature>>, BTreeMap<i64, LogRow>), StoreError> {
        let mut transaction = self.readers.begin().await?;
        let columns = ddl::columns(layer);
        let sql = format!(
            "SELECT {columns}, until FROM {layer}_history WHERE id = {id} \
             UNION ALL SELECT {columns}, NULL FROM {layer} WHERE id = {id}"
        );
        let (mut kept, mut current) = (Vec::new(), None);
        let until_at = layer.schema().fields.len() + rows::FIELDS_AT;
        for row in sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut *transaction)
            .await?
        {
            let feature = read(layer, &row);
            if !self.is_shown(layer, &feature) {
                continue;
            }
            match row.get_unchecked::<Option<i64>, _>(until_at) {
                Some(until) => kept.push(Kept {
                    layer,
                    feature,
                    until,
                }),
                None => current = Some(feature),
            }
        }
        let starts = kept.iter().map(|kept| kept.feature.revision.0);
        let ends = kept.iter().map(|kept| kept.until);
        let now = current
            .iter()
            .map(|feature: &Arc<Feature>| feature.revision.0);
        let numbers: Vec<String> = starts
            .chain(ends)
            .chain(now)
            .map(|n| n.to_string())
            .collect();
        let sql = format!("{LOG} WHERE l.seq IN ({})", numbers.join(","));
        let log = sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut *transaction)
            .await?;
        let log = log.iter().map(log_row).map(|row| (row.seq, row));
        Ok((kept, current, log.collect()))
    }

    pub(in crate::store) async fn revision_at(
        &self,
        at: Timestamp,
    ) -> Result<Revision, StoreError> {
        let mut transaction = self.readers.begin().await?;
        let at = rows::moment(at);
        let last =
            sqlx::query("SELECT seq FROM minqing_change WHERE at <= ? ORDER BY seq DESC LIMIT 1")
                .bind(at.clone())
                .fetch_optional(&mut *transaction)
                .await?;
        let Some(last) = last.map(|row| row.get_unchecked::<i64, _>(0)) else {
            return Ok(Revision(0));
        };
        let Some((first, revision, committed)) = commit_of(&mut transaction, last).await? else {
            return Ok(Revision(last));
        };
        // what one change wrote is there all at once: when it was committed
        Ok(Revision(if committed <= at { revision } else { first - 1 }))
    }

    pub(in crate::store) async fn first_commit_from(
        &self,
        revision: Revision,
    ) -> Result<Option<HistoryStart>, StoreError> {
        let sql = format!("{LOG} WHERE l.seq >= {revision} ORDER BY l.seq LIMIT 1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|row| log_row(&row)).map(|row| HistoryStart {
            revision: Revision(row.commit),
            at: row.at,
        }))
    }

    pub(in crate::store) async fn touched(
        &self,
        after: Revision,
        to: Revision,
    ) -> Result<Touched, StoreError> {
        let sql =
            "SELECT DISTINCT layer, feature_id FROM minqing_change WHERE seq > ? AND seq <= ?";
        let log = sqlx::query(sql)
            .bind(after.0)
            .bind(to.0)
            .fetch_all(&self.readers)
            .await?;
        let mut touched = Touched::new();
        for row in log {
            let (name, id): (String, i64) = (row.get_unchecked(0), row.get_unchecked(1));
            if let Some(layer) = LayerId::parse(&name) {
                touched.entry(layer).or_default().insert(id);
            }
        }
        Ok(touched)
    }

    pub(in crate::store) async fn states(
        &self,
        layer: LayerId,
        ids: &BTreeSet<i64>,
        at: Revision,
    ) -> Result<Vec<Arc<Feature>>, StoreError> {
        let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
        let columns = ddl::columns(layer);
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(IDS_A_QUERY) {
            let list = some.join(",");
            // one statement sees one moment, so a version on its way from one table to the other is in exactly one
            let sql = format!(
                "SELECT {columns} FROM {layer} WHERE id IN ({list}) AND revision <= {at} UNION ALL \
                 SELECT {columns} FROM {layer}_history WHERE id IN ({list}) AND revision <= {at} AND until > {at}"
            );
            let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&self.readers);
            while let Some(row) = rows.try_next().await? {
                let feature = read(layer, &row);
                if self.is_shown(layer, &feature) {
                    found.push(feature);
                }
            }
        }
        Ok(found)
    }

    pub(in crate::store) async fn done_at(
        &self,
        revision: Revision,
    ) -> Result<Option<Done>, StoreError> {
        let mut transaction = self.readers.begin().await?;
        let (first, last) = match commit_of(&mut transaction, revision.0).await? {
            Some((first, last, _)) => (first, last),
            None => (revision.0, revision.0),
        };
        let sql = "SELECT layer, feature_id, max(seq) FROM minqing_change WHERE seq BETWEEN ? AND ? GROUP BY layer, feature_id";
        let log = sqlx::query(sql)
            .bind(first)
            .bind(last)
            .fetch_all(&mut *transaction)
            .await?;
        let each = log.iter().filter_map(|row| {
            let layer = LayerId::parse(&row.get_unchecked::<String, _>(0))?;
            Some((
                (layer, FeatureId(row.get_unchecked(1))),
                Revision(row.get_unchecked(2)),
            ))
        });
        let records: BTreeMap<_, _> = each.collect();
        Ok((!records.is_empty()).then_some(Done {
            before: Revision(first - 1),
            after: Revision(last),
            records,
        }))
    }

    pub(in crate::store) async fn date_all(&self, at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin_writing().await?;
        for sql in [
            "UPDATE minqing_change SET at = ?",
            "UPDATE minqing_commit SET at = ?",
        ] {
            sqlx::query(sql)
                .bind(rows::moment(at))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Every earlier version, for a copy of the store.
    pub(in crate::store) async fn kept(&self) -> Result<Vec<Kept>, StoreError> {
        let mut transaction = self.readers.begin().await?;
        let mut kept = Vec::new();
        let others = super::others(&mut transaction).await?;
        for schema in and_own(&others) {
            let layer = schema.id;
            let until_at = schema.fields.len() + rows::FIELDS_AT;
            let sql = format!(
                "SELECT {}, until FROM {layer}_history ORDER BY until, id",
                ddl::columns(layer)
            );
            let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *transaction);
            while let Some(row) = rows.try_next().await? {
                kept.push(Kept {
                    layer,
                    feature: read(layer, &row),
                    until: row.get_unchecked(until_at),
                });
            }
        }
        Ok(kept)
    }

    /// Whether the record, as it was at any time, lies in the part that is served: by the areas as they are now.
    fn is_shown(&self, layer: LayerId, feature: &Feature) -> bool {
        let areas = self.areas.as_ref();
        areas.is_none_or(|areas| areas.shows(layer, feature))
    }
}

/// The change of ours that the log row `seq` belongs to: its first row, its last, when it was committed.
async fn commit_of(
    connection: &mut SqliteConnection,
    seq: i64,
) -> Result<Option<(i64, i64, String)>, StoreError> {
    let sql = "SELECT first, revision, at FROM minqing_commit WHERE revision >= ? ORDER BY revision LIMIT 1";
    let row = sqlx::query(sql)
        .bind(seq)
        .fetch_optional(connection)
        .await?;
    let commit = row.map(|row| {
        (
            row.get_unchecked(0),
            row.get_unchecked(1),
            row.get_unchecked(2),
        )
    });
    Ok(commit.filter(|(first, _, _): &(i64, i64, String)| *first <= seq))
}

/// What could not be read of an earlier version was said when it was the current one.
fn read(layer: LayerId, row: &SqliteRow) -> Arc<Feature> {
    Arc::new(rows::feature(
        layer,
        row,
        &mut Sharing::default(),
        &mut Vec::new(),
    ))
}
