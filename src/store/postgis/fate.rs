//! What became of a commit whose answer was lost, and who may write on a server that took another's place.
//!
//! A new primary that had not received the last commits of the old one gives their numbers again, those of transactions
//! and those of revisions. So neither is trusted across a change of the server's history, see docs/change-log.md.

use std::sync::PoisonError;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Row};
use tokio::time::{sleep, timeout};

use super::Postgis;
use super::follow::TIMELINE;
use crate::store::{StoreError, Timeline};

/// How long the fate of a commit is asked for whose answer was lost.
const FATE_WAIT: Duration = Duration::from_secs(10);

/// How long after a try that told nothing the next is made.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// A commit that was sent and not answered.
pub(super) struct Commit {
    /// The transaction's number.
    pub(super) number: String,
    /// The moment in its row of the log, where it changed anything.
    pub(super) at: Option<String>,
    /// The history of the server that it was sent to.
    pub(super) timeline: Timeline,
}

impl Postgis {
    /// Whether `commit` was made: `Ok` where it was.
    ///
    /// # Errors
    /// `Unavailable` where it was not; `InDoubt` where nobody can say.
    pub(super) async fn fate_of(&self, commit: &Commit) -> Result<(), StoreError> {
        let asked = timeout(FATE_WAIT, async {
            loop {
                let told = match self.seek_primary().await {
                    Ok(()) => self.ask_fate(commit).await.ok().flatten(),
                    Err(_) => None,
                };
                match told {
                    Some(true) => return Ok(()),
                    Some(false) => return Err(lost()),
                    None => sleep(ASK_AGAIN).await,
                }
            }
        });
        asked
            .await
            .unwrap_or_else(|_elapsed| Err(StoreError::InDoubt))
    }

    /// Whether the server of now has `commit`; nothing while it is not decided.
    async fn ask_fate(&self, commit: &Commit) -> Result<Option<bool>, StoreError> {
        let sql = format!(
            "SELECT EXISTS (SELECT FROM minqing_commit WHERE xid = $1::text::xid8 AND at = $2::text::timestamptz), \
             {TIMELINE}"
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(commit.number.clone())
            .bind(commit.at.clone())
            .fetch_one(&self.pool)
            .await?;
        if row.try_get(0)? {
            return Ok(Some(true));
        }
        if Timeline(row.try_get(1)?) != commit.timeline {
            return Ok(Some(false));
        }
        let status = sqlx::query("SELECT pg_xact_status($1::text::xid8)")
            .bind(commit.number.clone())
            .fetch_one(&self.pool)
            .await?
            .try_get::<Option<String>, _>(0)?;
        Ok(match status.as_deref() {
            Some("committed") => Some(true),
            Some("aborted") => Some(false),
            _ => None,
        })
    }

    /// The map is read from a server with the history `timeline` from now on.
    pub(super) fn follows(&self, timeline: &Timeline) {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        *followed = Some(timeline.clone());
    }

    /// Refuses a write on a server that the map does not follow yet: its revisions may be numbers that the map has seen
    /// already, and would be taken for shown.
    pub(super) fn is_followed(&self, timeline: &Timeline) -> Result<(), StoreError> {
        let followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        match followed.as_ref() {
            Some(followed) if followed != timeline => Err(not_followed()),
            _ => Ok(()),
        }
    }
}

fn lost() -> StoreError {
    StoreError::Unavailable {
        reason: "the connection was lost before the commit; nothing was written".to_owned(),
    }
}

pub(super) fn not_followed() -> StoreError {
    StoreError::Unavailable {
        reason: "the database was replaced a moment ago and is being read; nothing was written"
            .to_owned(),
    }
}
