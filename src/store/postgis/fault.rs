//! What PostgreSQL says, by what the caller can do about it.

use sqlx::postgres::PgDatabaseError;

use crate::store::StoreError;

/// The fault that `said` means; `None` where its code (an SQLSTATE) is none of those that a caller can act on.
pub(in crate::store) fn fault(said: &PgDatabaseError) -> Option<StoreError> {
    let reason = said.message().to_owned();
    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    Some(match said.code() {
        "53100" => StoreError::DiskFull,
        "25006" => StoreError::ReadOnly,
        "40001" | "40P01" | "55P03" => StoreError::Busy,
        "XX001" | "XX002" => StoreError::Damaged { reason },
        "3D000" | "42501" => StoreError::Refused { reason },
        code if code.starts_with("28") => StoreError::Refused { reason },
        // 55000: the database takes no connections now
        "55000" => StoreError::Unavailable { reason },
        code if ["08", "53", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            StoreError::Unavailable { reason }
        }
        _ => return None,
    })
}
