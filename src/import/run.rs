//! One import from the file to the store: a reader on a thread of its own, one batch in between, one writer.

use std::ops::ControlFlow;

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::domain::layers::LayerDefinition;
use crate::domain::{Draft, Edit, LayerId};
use crate::geometry::measure::inner_point;
use crate::import::batch::{Batch, keep};
use crate::import::{Fate, ImportError, OnConflict, Settled, settle};
use crate::ingest::{
    self, Becomes, Effect, Entry, Example, Options, Outcome, Progress, Reason, Record, Report,
    Said, Source,
};
use crate::store::{Store, Writer};

/// What is to be imported, and how.
#[derive(Debug)]
pub struct Plan {
    /// The opened file.
    pub source: Source,
    /// The layer that is made for it, where it is for a new one.
    pub new_layer: Option<LayerDefinition>,
    /// How it is read.
    pub options: Options,
    /// What is done with codes that the map has.
    pub on_conflict: OnConflict,
}

/// Sees the records go by, a batch at a time, each with its fate.
pub type Look<'a> = &'a mut (dyn FnMut(&[Settled]) + Send);

/// What the records are compared with.
enum Beside<'a> {
    /// A map without records of the layer.
    Nothing,
    /// The store, which is only read.
    Store(&'a Store),
    /// The change that is being written.
    Change(&'a mut Writer),
}

/// Reads the whole file and says what it would change in `store`; nothing is written. Without a store every record is
/// new.
///
/// # Errors
/// [`ImportError`] when the source or the store cannot be read.
pub async fn dry_run(
    store: Option<&Store>,
    plan: Plan,
    look: Look<'_>,
) -> Result<Report, ImportError> {
    let beside = match store {
        Some(store)
            if plan.new_layer.is_none() && store.has_records(plan.options.layer).await? =>
        {
            Beside::Store(store)
        }
        _ => Beside::Nothing,
    };
    let (mut report, effect) = go_through(plan, (beside, store), None, look).await?;
    report.effect = Some(effect);
    Ok(report)
}

/// Reads the file and writes it to `store` as one atomic change; `stop` ends it before the commit, and then nothing of
/// it stays. A file that changes nothing is not written and has no batch.
///
/// # Errors
/// [`ImportError`]; nothing is written then, but for an [`InDoubt`](crate::store::StoreError::InDoubt) of the store.
pub async fn carry_out(
    store: &Store,
    plan: Plan,
    by: &str,
    stop: impl Future<Output = ()>,
    look: Look<'_>,
) -> Result<(Report, Option<Batch>), ImportError> {
    let layer = plan.options.layer;
    let now = Timestamp::now();
    let (mut report, mut effect, writer, before) = tokio::select! {
        biased;
        () = stop => return Err(ImportError::Cancelled),
        filled = fill(store, plan, by, now, look) => filled?,
    };
    effect.is_written = true;
    let [inserted, updated] = [Becomes::New, Becomes::Changed].map(|each| effect.count(each));
    let mut batch = None;
    if inserted + updated > 0 {
        // From here on it is not stopped any more: a commit that was begun must be waited for.
        let made = Batch::new(layer, by, now, before, (inserted, updated));
        let made = keep(writer, made).await?;
        effect.batch = Some(made.id.clone());
        batch = Some(made);
    }
    report.effect = Some(effect);
    Ok((report, batch))
}

async fn fill(
    store: &Store,
    plan: Plan,
    by: &str,
    now: Timestamp,
    look: Look<'_>,
) -> Result<(Report, Effect, Writer, i64), ImportError> {
    let layer = plan.options.layer;
    let mut writer = store.begin(by, now).await?;
    let before = store.revision().await?.0;
    if let Some(definition) = &plan.new_layer {
        writer.add_layer(definition).await?;
    }
    let (report, effect) = if writer.has_records(layer).await? {
        go_through(plan, (Beside::Change(&mut writer), None), None, look).await?
    } else {
        go_through(plan, (Beside::Nothing, None), Some(&mut writer), look).await?
    };
    let there = report
        .reasons
        .get(&(Outcome::Refused, Reason::AlreadyThere));
    if let Some(count) = there {
        let count = *count;
        let mut report = report;
        report.effect = Some(effect);
        return Err(ImportError::AlreadyThere {
            count,
            report: Box::new(report),
        });
    }
    Ok((report, effect, writer, before))
}

/// Ends the reading thread when whoever waits for it goes away.
struct StopOnDrop(Progress);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Of a store that is `asked` the records outside of its scope are refused one by one; a writer refuses the first.
async fn go_through(
    plan: Plan,
    (mut beside, asked): (Beside<'_>, Option<&Store>),
    mut writer: Option<&mut Writer>,
    look: Look<'_>,
) -> Result<(Report, Effect), ImportError> {
    let Plan {
        source,
        new_layer: _,
        options,
        on_conflict,
    } = plan;
    let (layer, most_entries) = (options.layer, options.most_entries);
    let _stop = StopOnDrop(source.progress.clone());
    let (give, mut take) = mpsc::channel::<Vec<Record>>(2);
    let reading = tokio::task::spawn_blocking(move || {
        let mut hand_over = |batch| match give.blocking_send(batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        ingest::read(source, &options, &mut hand_over)
    });
    let (mut effect, mut refused) = (Effect::default(), Refused::new(most_entries));
    while let Some(batch) = take.recv().await {
        let mut settled = beside.settle(layer, batch, on_conflict).await?;
        if let Some(store) = asked {
            refuse_outside(store, layer, &mut settled).await?;
        }
        note(layer, &settled, &mut effect, &mut refused);
        look(&settled);
        let change = match &mut beside {
            Beside::Change(writer) => Some(&mut **writer),
            Beside::Nothing | Beside::Store(_) => writer.as_deref_mut(),
        };
        // Once something stands against the whole file, it is only read on for the report.
        if let Some(writer) = change
            && !refused.is_against_all
        {
            let edits = settled.into_iter().filter_map(|one| one.into_edit(layer));
            let edits: Vec<Edit> = edits.collect();
            writer.apply(&edits).await?;
        }
    }
    let mut report = reading.await.map_err(|_gone| ImportError::ReaderGone)??;
    refused.into_report(&mut report);
    Ok((report, effect))
}

impl Beside<'_> {
    async fn settle(
        &mut self,
        layer: LayerId,
        batch: Vec<Record>,
        how: OnConflict,
    ) -> Result<Vec<Settled>, ImportError> {
        let codes: Vec<&str> = batch.iter().map(|record| &*record.draft.code).collect();
        let ids: Vec<_> = batch.iter().filter_map(|record| record.id).collect();
        let there = match self {
            Self::Nothing => Vec::new(),
            Self::Store(store) => store.records(layer, &codes, &ids).await?,
            Self::Change(writer) => writer.records(layer, &codes, &ids).await?,
        };
        Ok(settle(layer, batch, there, how))
    }
}

/// Refuses what would be written and lies outside the scope of the instance.
async fn refuse_outside(
    store: &Store,
    layer: LayerId,
    settled: &mut [Settled],
) -> Result<(), ImportError> {
    let is_written = |one: &&mut Settled| matches!(one.fate, Fate::New | Fate::Changed { .. });
    let mut written: Vec<&mut Settled> = settled.iter_mut().filter(is_written).collect();
    let drafts: Vec<&Draft> = written.iter().map(|one| &one.record.draft).collect();
    for at in store.outside(layer, &drafts).await? {
        if let Some(one) = written.get_mut(at) {
            one.fate = Fate::Refused(Reason::OutOfScope);
        }
    }
    Ok(())
}

/// Records that were taken from the file and cannot be beside what the map has.
struct Refused {
    entries: Vec<Entry>,
    counts: Vec<(Reason, u64)>,
    ids_not_kept: u64,
    most: usize,
    is_against_all: bool,
}

impl Refused {
    fn new(most: usize) -> Self {
        Self {
            entries: Vec::new(),
            counts: Vec::new(),
            ids_not_kept: 0,
            most,
            is_against_all: false,
        }
    }

    fn add(&mut self, one: &Settled, reason: Reason) {
        self.is_against_all |= reason == Reason::AlreadyThere;
        match self.counts.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((reason, 1)),
        }
        if self.entries.len() < self.most {
            self.entries.push(entry(one, reason));
        }
    }

    fn into_report(self, report: &mut Report) {
        for (reason, count) in self.counts {
            report.refuse_taken(reason, count);
        }
        report.list(self.entries, self.most);
        if self.ids_not_kept > 0 {
            *report
                .reasons
                .entry((Outcome::LeftOut, Reason::IdNotKept))
                .or_default() += self.ids_not_kept;
        }
    }
}

fn entry(one: &Settled, reason: Reason) -> Entry {
    let code = ingest::shown(&one.record.draft.code);
    let suggestion = match reason {
        Reason::NoKey => Said::new(
            "请指明哪一列是编码,例如 楼栋编号=code",
            "say which column is the code, such as NUMBER=code",
        ),
        Reason::OutOfScope => Said::new(
            "整个文件将不会写入:请删去这些行,或在负责该区划的实例上导入",
            "nothing of the file would be written: leave these rows out, or import them where their district is served",
        ),
        _ => Said::new(
            "同一条记录请选择更新,否则请改编码",
            "choose update where it is the same record, else give it another code",
        ),
    };
    let geometry = one.record.draft.geometry.as_ref();
    Entry {
        at: one.record.at,
        outcome: Outcome::Refused,
        reason,
        field: Some("code".to_owned()),
        detail_zh: String::new(),
        detail_en: String::new(),
        value: Some(code),
        suggestion: Some(suggestion),
        place: geometry.and_then(inner_point),
    }
}

/// Counts what becomes of the records, and keeps some of them to be shown.
fn note(layer: LayerId, settled: &[Settled], effect: &mut Effect, refused: &mut Refused) {
    let schema = layer.schema();
    for one in settled {
        refused.ids_not_kept += u64::from(one.id_is_taken);
        if let Fate::Refused(reason) = one.fate {
            refused.add(one, reason);
        }
        let Some(becomes) = one.becomes() else {
            continue;
        };
        for field in one.fields(schema) {
            *effect.fields.entry(field).or_default() += 1;
        }
        if effect.add(becomes) {
            effect.list(Example {
                at: one.record.at,
                code: one.record.draft.code.to_string(),
                name: one.record.draft.name.to_string(),
                becomes,
                fields: one.changes(schema),
            });
        }
    }
}
