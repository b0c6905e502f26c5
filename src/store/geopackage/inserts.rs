//! New records, many with one statement: each statement goes to SQLite's own thread and back, which takes longer than
//! the record itself.

use sqlx::AssertSqlSafe;
use sqlx::error::DatabaseError;
use sqlx::sqlite::SqliteArguments;

use super::rows;
use super::writer::{GeoPackageWriter, columns_of};
use crate::domain::{Draft, Edit, FeatureId, LayerId};
use crate::store::StoreError;

/// So many records has a statement, as many of these as there are: few texts, so that each is prepared once.
const RECORDS_A_STATEMENT: [usize; 4] = [64, 16, 4, 1];

/// A record to add, with the id to keep where it has one.
pub(super) type NewRecord<'a> = (Option<FeatureId>, &'a Draft);

/// The inserts into `layer` that `edits` begins with, all with an id of their own, or none.
pub(super) fn at_the_front(edits: &[Edit], layer: LayerId) -> Vec<NewRecord<'_>> {
    let run = edits.iter().map_while(|edit| match edit {
        Edit::Insert {
            layer: same,
            id,
            draft,
        } if *same == layer => Some((*id, draft)),
        _ => None,
    });
    let mut run = run.peekable();
    let is_given = run.peek().is_some_and(|(id, _)| id.is_some());
    run.take_while(|(id, _)| id.is_some() == is_given).collect()
}

impl GeoPackageWriter {
    /// Adds records of one layer, all with an id of their own, or none; where one of them is there already, it is named.
    pub(super) async fn insert_all(
        &mut self,
        layer: LayerId,
        records: &[NewRecord<'_>],
    ) -> Result<Vec<FeatureId>, StoreError> {
        let mut ids = Vec::with_capacity(records.len());
        let mut rest = records;
        for size in RECORDS_A_STATEMENT {
            while let Some((some, more)) = rest.split_at_checked(size) {
                match self.insert_some(layer, some).await {
                    Err(StoreError::Duplicate { .. }) if size > 1 => {
                        self.forget_next_change();
                        // The statement left nothing: one by one the record is found.
                        for one in some {
                            ids.extend(self.insert_some(layer, std::slice::from_ref(one)).await?);
                        }
                    }
                    done => ids.extend(done?),
                }
                rest = more;
            }
        }
        self.touch(layer);
        Ok(ids)
    }

    async fn insert_some(
        &mut self,
        layer: LayerId,
        records: &[NewRecord<'_>],
    ) -> Result<Vec<FeatureId>, StoreError> {
        let Some((first, draft)) = records.first() else {
            return Ok(Vec::new());
        };
        let fields = self.filled(layer, records);
        let (mut names, mut marks) = columns_of(layer, fields.iter().copied());
        // With its revision the trigger need not write the row again.
        names.push_str(", revision");
        marks.push_str(", ?");
        if first.is_some() {
            names.push_str(", id");
            marks.push_str(", ?");
        }
        let values = vec![format!("({marks})"); records.len()].join(", ");
        let sql = format!("INSERT INTO {layer} ({names}) VALUES {values}");
        let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
        let revisions = self.next_changes(count).await?;
        let mut arguments = SqliteArguments::default();
        let columns = marks.len().div_ceil(3);
        sqlx::Arguments::reserve(&mut arguments, records.len() * columns, 0);
        for ((id, draft), revision) in records.iter().zip(revisions) {
            self.takes_code(layer, &draft.code)?;
            self.is_within(layer, draft)?;
            rows::add_record(&mut arguments, layer, draft, (self.by(), self.at()))
                .and_then(|()| {
                    let mut values = fields.iter().filter_map(|at| draft.attributes.get(*at));
                    values.try_for_each(|value| rows::add_value(&mut arguments, value))
                })
                .and_then(|()| sqlx::Arguments::add(&mut arguments, revision))
                .and_then(|()| match id {
                    Some(id) => sqlx::Arguments::add(&mut arguments, id.0),
                    None => Ok(()),
                })
                .map_err(|reason| StoreError::Database {
                    source: sqlx::Error::Encode(reason),
                })?;
        }
        let done = sqlx::query_with(AssertSqlSafe(sql), arguments)
            .execute(self.connection())
            .await
            .map_err(|error| {
                let said = error.as_database_error();
                if said.is_some_and(DatabaseError::is_unique_violation) {
                    StoreError::Duplicate {
                        layer,
                        code: draft.code.to_string(),
                    }
                } else {
                    error.into()
                }
            })?;
        // Nobody else writes meanwhile, so the ids that the table gave are in a row.
        let last = done.last_insert_rowid();
        let given = records.iter().zip(last - count + 1..);
        Ok(given
            .map(|((id, _), next)| id.unwrap_or(FeatureId(next)))
            .collect())
    }

    /// The fields that these records or earlier ones of the change have a value for: a statement leaves out the others,
    /// of which a layer has many and a file gives few.
    fn filled(&mut self, layer: LayerId, records: &[NewRecord<'_>]) -> Vec<usize> {
        let known = self.touched.entry(layer).or_default();
        for (_, draft) in records {
            let values = draft.attributes.iter().enumerate();
            known.extend(
                values
                    .filter(|(_, value)| !value.is_null())
                    .map(|(at, _)| at),
            );
        }
        known.iter().copied().collect()
    }
}
