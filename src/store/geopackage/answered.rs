//! Keys of writes in the file.

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::{GeoPackage, GeoPackageWriter};
use crate::domain::Revision;
use crate::store::StoreError;
use crate::store::answered::{Answered, KEPT_HOURS};

const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%fZ','now')";

impl GeoPackage {
    pub(in crate::store) async fn answered(
        &self,
        key: &str,
    ) -> Result<Option<Answered>, StoreError> {
        find(&mut *self.readers.acquire().await?, key).await
    }
}

impl GeoPackageWriter {
    pub(in crate::store) async fn claim(
        &mut self,
        key: &str,
        asked: &str,
    ) -> Result<Option<Answered>, StoreError> {
        let sql = format!("DELETE FROM minqing_answered WHERE at < {}", oldest());
        sqlx::query(AssertSqlSafe(sql))
            .execute(&mut *self.transaction)
            .await?;
        if let Some(answered) = find(&mut self.transaction, key).await? {
            return Ok(Some(answered));
        }
        let sql = format!("INSERT INTO minqing_answered (key, asked, at) VALUES (?, ?, {NOW})");
        sqlx::query(AssertSqlSafe(sql))
            .bind(key.to_owned())
            .bind(asked.to_owned())
            .execute(&mut *self.transaction)
            .await?;
        self.claimed = Some(key.to_owned());
        Ok(None)
    }

    pub(in crate::store) async fn note(&mut self, answer: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE minqing_answered SET answer = ? WHERE key = ?")
            .bind(answer.to_owned())
            .bind(self.claimed.clone())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Adds the revision to the key that was taken.
    pub(super) async fn seal(&mut self, revision: Revision) -> Result<(), StoreError> {
        if let Some(key) = self.claimed.take() {
            sqlx::query("UPDATE minqing_answered SET revision = ? WHERE key = ?")
                .bind(revision.0)
                .bind(key)
                .execute(&mut *self.transaction)
                .await?;
        }
        Ok(())
    }
}

fn oldest() -> String {
    format!("strftime('%Y-%m-%dT%H:%M:%fZ','now','-{KEPT_HOURS} hours')")
}

async fn find(
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<Option<Answered>, StoreError> {
    let sql = format!(
        "SELECT asked, coalesce(answer, ''), coalesce(revision, 0) FROM minqing_answered WHERE key = ? AND at >= {}",
        oldest()
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(key.to_owned())
        .fetch_optional(connection)
        .await?;
    let read = |row: SqliteRow| Answered {
        asked: row.get_unchecked(0),
        answer: row.get_unchecked(1),
        revision: Revision(row.get_unchecked(2)),
    };
    Ok(row.map(read))
}
