//! The report in a few lines, for a terminal.

use super::{ColumnUse, Reason, Report, outcome_label};

impl Report {
    /// A summary in Chinese, several lines.
    pub fn summary_zh(&self) -> String {
        let mut text = format!(
            "{}:共{}条,{}{}条(其中修复{}条),拒绝{}条;坐标系 {}",
            self.layer.schema().title.zh,
            self.features,
            if self.is_written() {
                "导入"
            } else {
                "可导入"
            },
            self.taken,
            self.repaired,
            self.refused,
            self.crs
        );
        self.lines(&mut text, 0);
        text
    }

    /// A summary in English, several lines.
    pub fn summary_en(&self) -> String {
        let mut text = format!(
            "{}: {} features, {} {} ({} of them repaired), {} refused; coordinates in {}",
            self.layer.schema().title.en,
            self.features,
            self.taken,
            if self.is_written() {
                "taken"
            } else {
                "can be taken"
            },
            self.repaired,
            self.refused,
            self.crs
        );
        self.lines(&mut text, 1);
        text
    }

    fn is_written(&self) -> bool {
        self.effect.as_ref().is_none_or(|effect| effect.is_written)
    }

    fn lines(&self, text: &mut String, language: usize) {
        let pick = |(zh, en): (&'static str, &'static str)| if language == 0 { zh } else { en };
        let mut line = |content: String| {
            text.push_str("\n  ");
            text.push_str(&content);
        };
        if let Some(effect) = &self.effect {
            let said = effect.line();
            line(if language == 0 { said.zh } else { said.en });
            let times: Vec<String> = effect
                .fields
                .iter()
                .map(|(field, times)| format!("{field} ({times})"))
                .collect();
            if !times.is_empty() {
                line(format!(
                    "{}: {}",
                    pick(("更新的字段", "fields that change")),
                    times.join(", ")
                ));
            }
        }
        for decision in &self.decisions {
            let said = if language == 0 {
                &decision.said.zh
            } else {
                &decision.said.en
            };
            line(match &decision.part {
                Some(part) => format!("[{part}] {said}"),
                None => said.clone(),
            });
        }
        for (zh, en) in &self.notices {
            line(if language == 0 {
                zh.clone()
            } else {
                en.clone()
            });
        }
        if self.codes_generated > 0 {
            line(format!(
                "{}: {}",
                pick(("自动生成编码", "codes generated")),
                self.codes_generated
            ));
        }
        for ((outcome, reason), count) in &self.reasons {
            line(format!(
                "{} · {}: {count}",
                // turned rings are no fault of the file and are not among the repaired
                if *reason == Reason::RingTurned {
                    pick(("调整", "adjusted"))
                } else {
                    pick(outcome_label(*outcome))
                },
                pick(reason.label())
            ));
        }
        let left_out: Vec<String> = self
            .columns
            .iter()
            .filter(|column| column.used_as == ColumnUse::LeftOut && column.values > 0)
            .map(|column| format!("{} ({})", column.header, column.values))
            .collect();
        if !left_out.is_empty() {
            line(format!(
                "{}: {}",
                pick(("未导入的列", "columns left out")),
                left_out.join(", ")
            ));
        }
        for ((column, kind), count) in &self.personal {
            line(format!(
                "{}: {column} · {} · {count}",
                pick(("个人信息已丢弃", "personal data dropped")),
                pick(kind.label())
            ));
        }
        if self.entries_not_listed > 0 {
            line(format!(
                "{}: {}",
                pick(("未逐条列出", "entries not listed")),
                self.entries_not_listed
            ));
        }
    }
}
