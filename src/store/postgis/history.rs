//! Earlier versions in the database: rows of `{layer}_history`, which the triggers of the change log write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};

use super::{Postgis, ddl, rows};
use crate::domain::{Feature, FeatureId, LayerId, Revision, Sharing};
use crate::store::history::{Done, HistoryStart, Kept, Touched};
use crate::store::layers::and_own;
use crate::store::{LogRow, StoreError};

/// What is read of the log, with the commit that a row belongs to.
pub(super) const LOG: &str = "SELECT seq, layer, feature_id, op, (extract(epoch FROM at) * 1000000)::bigint, by, \
    minqing_commit.revision FROM minqing_change JOIN minqing_commit USING (tx)";

/// A row of [`LOG`].
pub(super) fn log_row(row: &PgRow) -> Result<LogRow, StoreError> {
    Ok(LogRow {
        seq: row.try_get(0)?,
        layer: row.try_get(1)?,
        feature: FeatureId(row.try_get(2)?),
        op: row.try_get(3)?,
        at: Timestamp::from_microsecond(row.try_get(4)?).unwrap_or(Timestamp::UNIX_EPOCH),
        by: row.try_get(5)?,
        commit: row.try_get(6)?,
    })
}

impl Postgis {
    pub(in crate::store) async fn kept_of(
        &self,
        layer: LayerId,
        id: FeatureId,
    ) -> Result<(Vec<Kept>, Option<Arc<Feature>>, BTreeMap<i64, LogRow>), StoreError> {
        let (columns, scope) = (ddl::columns(layer), self.in_scope());
        let sql = format!(
            "SELECT {columns}, until FROM {layer}_history WHERE id = $1 AND {scope} \
             UNION ALL SELECT {columns}, NULL FROM {layer} WHERE id = $1 AND {scope}"
        );
        let (mut kept, mut current) = (Vec::new(), None);
        let until_at = layer.schema().fields.len() + rows::FIELDS_AT;
        for row in sqlx::query(AssertSqlSafe(sql))
            .bind(id.0)
            .fetch_all(self.pool())
            .await?
        {
            let feature = read(layer, &row);
            match row.try_get::<Option<i64>, _>(until_at)? {
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
        let numbers: Vec<i64> = starts.chain(ends).chain(now).collect();
        let log = sqlx::query(AssertSqlSafe(format!("{LOG} WHERE seq = ANY($1)")))
            .bind(numbers)
            .fetch_all(self.pool())
            .await?;
        let log: Result<Vec<LogRow>, _> = log.iter().map(log_row).collect();
        let log = log?.into_iter().map(|row| (row.seq, row));
        Ok((kept, current, log.collect()))
    }

    pub(in crate::store) async fn revision_at(
        &self,
        at: Timestamp,
    ) -> Result<Revision, StoreError> {
        let sql = "SELECT revision FROM minqing_commit WHERE at <= $1::text::timestamptz AND revision IS NOT NULL \
                   ORDER BY revision DESC LIMIT 1";
        let row = sqlx::query(sql)
            .bind(at.to_string())
            .fetch_optional(self.pool())
            .await?;
        let revision = row.map(|row| row.try_get(0)).transpose()?;
        Ok(Revision(revision.unwrap_or_default()))
    }

    pub(in crate::store) async fn first_commit_from(
        &self,
        revision: Revision,
    ) -> Result<Option<HistoryStart>, StoreError> {
        let sql = "SELECT revision, (extract(epoch FROM at) * 1000000)::bigint FROM minqing_commit \
                   WHERE revision >= $1 ORDER BY revision LIMIT 1";
        let row = sqlx::query(sql)
            .bind(revision.0)
            .fetch_optional(self.pool())
            .await?;
        let start = row.map(|row| -> Result<HistoryStart, StoreError> {
            Ok(HistoryStart {
                revision: Revision(row.try_get(0)?),
                at: Timestamp::from_microsecond(row.try_get(1)?).unwrap_or(Timestamp::UNIX_EPOCH),
            })
        });
        start.transpose()
    }

    pub(in crate::store) async fn touched(
        &self,
        after: Revision,
        to: Revision,
    ) -> Result<Touched, StoreError> {
        let sql = "SELECT DISTINCT layer, feature_id FROM minqing_change JOIN minqing_commit USING (tx) \
                   WHERE minqing_commit.revision > $1 AND minqing_commit.revision <= $2";
        let log = sqlx::query(sql)
            .bind(after.0)
            .bind(to.0)
            .fetch_all(self.pool())
            .await?;
        let mut touched = Touched::new();
        for row in log {
            if let Some(layer) = LayerId::parse(&row.try_get::<String, _>(0)?) {
                touched.entry(layer).or_default().insert(row.try_get(1)?);
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
        let (columns, scope) = (ddl::columns(layer), self.in_scope());
        // one statement sees one moment, so a version on its way from one table to the other is in exactly one
        let sql = format!(
            "SELECT {columns} FROM {layer} WHERE id = ANY($1) AND {scope} AND minqing_visible_from(revision) <= $2 \
             UNION ALL SELECT {columns} FROM {layer}_history WHERE id = ANY($1) AND {scope} \
             AND minqing_visible_from(revision) <= $2 AND minqing_visible_from(until) > $2"
        );
        let ids: Vec<i64> = ids.iter().copied().collect();
        let mut rows = sqlx::query(AssertSqlSafe(sql))
            .bind(ids)
            .bind(at.0)
            .fetch(self.pool());
        let mut found = Vec::new();
        while let Some(row) = rows.try_next().await? {
            found.push(read(layer, &row));
        }
        Ok(found)
    }

    pub(in crate::store) async fn done_at(
        &self,
        revision: Revision,
    ) -> Result<Option<Done>, StoreError> {
        let sql = "SELECT layer, feature_id, max(seq), max(m.revision) FROM minqing_change JOIN minqing_commit m USING (tx) \
                   WHERE m.revision = minqing_visible_from($1) GROUP BY layer, feature_id";
        let log = sqlx::query(sql)
            .bind(revision.0)
            .fetch_all(self.pool())
            .await?;
        let mut records = BTreeMap::new();
        let mut after = Revision(0);
        for row in log {
            after = Revision(row.try_get(3)?);
            if let Some(layer) = LayerId::parse(&row.try_get::<String, _>(0)?) {
                let (id, revision) = (FeatureId(row.try_get(1)?), Revision(row.try_get(2)?));
                records.insert((layer, id), revision);
            }
        }
        Ok((!records.is_empty()).then_some(Done {
            before: Revision(after.0 - 1),
            after,
            records,
        }))
    }

    pub(in crate::store) async fn date_all(&self, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE minqing_commit SET at = $1::text::timestamptz")
            .bind(at.to_string())
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Every earlier version, for a copy of the store.
    pub(in crate::store) async fn kept(&self) -> Result<Vec<Kept>, StoreError> {
        let mut kept = Vec::new();
        let others = super::follow::others(&mut *self.pool().acquire().await?).await?;
        for schema in and_own(&others) {
            let layer = schema.id;
            let until_at = schema.fields.len() + rows::FIELDS_AT;
            let sql = format!(
                "SELECT {}, until FROM {layer}_history ORDER BY until, id",
                ddl::columns(layer)
            );
            let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(self.pool());
            while let Some(row) = rows.try_next().await? {
                kept.push(Kept {
                    layer,
                    feature: read(layer, &row),
                    until: row.try_get(until_at)?,
                });
            }
        }
        Ok(kept)
    }
}

/// What could not be read of an earlier version was said when it was the current one.
fn read(layer: LayerId, row: &PgRow) -> Arc<Feature> {
    Arc::new(rows::feature(
        layer,
        row,
        &mut Sharing::default(),
        &mut Vec::new(),
    ))
}
