//! Keys of writes in the database.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::{Postgis, PostgisWriter};
use crate::domain::Revision;
use crate::store::StoreError;
use crate::store::answered::{Answered, KEPT_HOURS};

impl Postgis {
    pub(in crate::store) async fn answered(
        &self,
        key: &str,
    ) -> Result<Option<Answered>, StoreError> {
        find(&mut *self.pool().acquire().await?, key).await
    }
}

impl PostgisWriter {
    pub(in crate::store) async fn claim(
        &mut self,
        key: &str,
        asked: &str,
    ) -> Result<Option<Answered>, StoreError> {
        let sql = format!(
            "DELETE FROM minqing_answered WHERE at < clock_timestamp() - interval '{KEPT_HOURS} hours'"
        );
        sqlx::query(AssertSqlSafe(sql))
            .execute(&mut *self.transaction)
            .await?;
        // waits for another transaction that has the key until it has ended
        let sql =
            "INSERT INTO minqing_answered (key, asked) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let taken = sqlx::query(sql)
            .bind(key.to_owned())
            .bind(asked.to_owned())
            .execute(&mut *self.transaction)
            .await?;
        if taken.rows_affected() == 0 {
            return find(&mut self.transaction, key).await;
        }
        self.claimed = Some(key.to_owned());
        Ok(None)
    }

    pub(in crate::store) async fn note(&mut self, answer: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE minqing_answered SET answer = $1 WHERE key = $2")
            .bind(answer.to_owned())
            .bind(self.claimed.clone())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Adds the revision to the key that was taken.
    pub(super) async fn seal(&mut self, revision: Revision) -> Result<(), StoreError> {
        if let Some(key) = self.claimed.take() {
            sqlx::query("UPDATE minqing_answered SET revision = $1 WHERE key = $2")
                .bind(revision.0)
                .bind(key)
                .execute(&mut *self.transaction)
                .await?;
        }
        Ok(())
    }
}

async fn find(connection: &mut PgConnection, key: &str) -> Result<Option<Answered>, StoreError> {
    let sql = format!(
        "SELECT asked, coalesce(answer, ''), coalesce(revision, 0) FROM minqing_answered \
         WHERE key = $1 AND at >= clock_timestamp() - interval '{KEPT_HOURS} hours'"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(key.to_owned())
        .fetch_optional(connection)
        .await?;
    let read = row.map(|row| -> Result<Answered, StoreError> {
        Ok(Answered {
            asked: row.try_get(0)?,
            answer: row.try_get(1)?,
            revision: Revision(row.try_get(2)?),
        })
    });
    read.transpose()
}
