//! Stand-in while the rest compiles.
#![allow(missing_docs, clippy::all)]
use crate::domain::*;
pub struct DemoOptions {
    pub seed: u64,
    pub as_of: jiff::civil::Date,
}
impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            as_of: jiff::civil::date(2026, 11, 20),
        }
    }
}
pub fn generate(_: &DemoOptions) -> Vec<(LayerId, FeatureId, Draft)> {
    vec![]
}
pub fn write(_: &[(LayerId, FeatureId, Draft)], _: &std::path::Path) -> std::io::Result<()> {
    Ok(())
}
