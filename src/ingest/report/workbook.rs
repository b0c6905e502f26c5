//! The error sheet: a workbook that goes back to whoever keeps the ledger.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use thiserror::Error;

use super::{Effect, Entry, Report, outcome_label};

/// Why a report cannot be written as a workbook.
#[derive(Debug, Error)]
#[error("the report cannot be written as a workbook: {0}")]
pub struct ReportError(#[from] XlsxError);

impl Report {
    /// A workbook with a sheet of the faults (row, column, value, reason, suggestion) and one of the summary.
    ///
    /// # Errors
    /// [`ReportError`] where the writer fails.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, ReportError> {
        let mut workbook = Workbook::new();
        let head = Format::new().set_bold();
        self.faults(workbook.add_worksheet(), &head)?;
        self.overview(workbook.add_worksheet(), &head)?;
        if let Some(effect) = &self.effect {
            self.changes(workbook.add_worksheet(), &head, effect)?;
        }
        Ok(workbook.save_to_buffer()?)
    }

    fn faults(&self, sheet: &mut Worksheet, head: &Format) -> Result<(), XlsxError> {
        sheet.set_name("问题清单")?;
        sheet.set_freeze_panes(1, 0)?;
        let headers = [
            ("位置 place", 22.0),
            ("行 row", 8.0),
            ("列 column", 16.0),
            ("值 value", 24.0),
            ("处理 outcome", 12.0),
            ("原因 reason", 48.0),
            ("建议 suggestion", 40.0),
            ("经度 lon", 12.0),
            ("纬度 lat", 12.0),
        ];
        for (column, (title, width)) in (0..).zip(headers) {
            sheet.set_column_width(column, width)?;
            sheet.write_with_format(0, column, title, head)?;
        }
        for (row, entry) in (1..).zip(&self.entries) {
            self.fault(sheet, row, entry)?;
        }
        Ok(())
    }

    fn fault(&self, sheet: &mut Worksheet, row: u32, entry: &Entry) -> Result<(), XlsxError> {
        sheet.write(row, 0, self.place_of(entry.at).zh)?;
        let number = if entry.at.line > 0 {
            entry.at.line
        } else {
            entry.at.feature
        };
        sheet.write(row, 1, number.to_string())?;
        sheet.write(row, 2, entry.field.as_deref().unwrap_or_default())?;
        sheet.write(row, 3, entry.value.as_deref().unwrap_or_default())?;
        sheet.write(row, 4, outcome_label(entry.outcome).0)?;
        let mut reason = entry.reason.label().0.to_owned();
        if !entry.detail_zh.is_empty() {
            reason = format!("{reason}:{}", entry.detail_zh);
        }
        sheet.write(row, 5, reason)?;
        let suggestion = entry.suggestion.as_ref().map(|said| said.zh.as_str());
        sheet.write(row, 6, suggestion.unwrap_or_default())?;
        if let Some(place) = entry.place {
            sheet.write(row, 7, place.lon())?;
            sheet.write(row, 8, place.lat())?;
        }
        Ok(())
    }

    /// What becomes of the records: one row for each field that changes, and one for a record without.
    fn changes(
        &self,
        sheet: &mut Worksheet,
        head: &Format,
        effect: &Effect,
    ) -> Result<(), XlsxError> {
        sheet.set_name("变化清单")?;
        sheet.set_freeze_panes(1, 0)?;
        let headers = [
            ("位置 place", 22.0),
            ("编码 code", 22.0),
            ("名称 name", 22.0),
            ("处理 becomes", 12.0),
            ("字段 field", 18.0),
            ("原值 before", 32.0),
            ("新值 after", 32.0),
        ];
        for (column, (title, width)) in (0..).zip(headers) {
            sheet.set_column_width(column, width)?;
            sheet.write_with_format(0, column, title, head)?;
        }
        let mut row = 0;
        for example in &effect.examples {
            let fields = example.fields.iter().map(Some);
            let none = example.fields.is_empty().then_some(None);
            for change in fields.chain(none) {
                row += 1;
                sheet.write(row, 0, self.place_of(example.at).zh)?;
                sheet.write(row, 1, &example.code)?;
                sheet.write(row, 2, &example.name)?;
                sheet.write(row, 3, example.becomes.label().0)?;
                if let Some(change) = change {
                    sheet.write(row, 4, &change.label.zh)?;
                    sheet.write(row, 5, &change.before.zh)?;
                    sheet.write(row, 6, &change.after.zh)?;
                }
            }
        }
        if effect.not_listed > 0 {
            sheet.write(row + 1, 0, format!("另有{}条未逐条列出", effect.not_listed))?;
        }
        Ok(())
    }

    fn overview(&self, sheet: &mut Worksheet, head: &Format) -> Result<(), XlsxError> {
        sheet.set_name("汇总")?;
        sheet.set_column_width(0, 110.0)?;
        for (row, line) in (0..).zip(self.summary_zh().lines()) {
            if row == 0 {
                sheet.write_with_format(row, 0, line, head)?;
            } else {
                sheet.write(row, 0, line.trim())?;
            }
        }
        Ok(())
    }
}
