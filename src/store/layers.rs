//! The layers that a store holds: those of the catalogue, and those that users brought, each with its description among
//! the settings.

use crate::domain::LayerSchema;
use crate::domain::layers::{self, LayerDefinition};
use crate::store::StoreError;

/// What the names of the settings begin with that describe a layer.
pub(super) const PREFIX: &str = "layer/";

/// The setting that describes a layer.
pub(super) fn setting(definition: &LayerDefinition) -> Result<(String, String), StoreError> {
    let text = serde_json::to_string(definition).map_err(|error| StoreError::BadLayer {
        layer: definition.name.clone(),
        zh: error.to_string(),
        en: error.to_string(),
    })?;
    Ok((format!("{PREFIX}{}", definition.name), text))
}

/// The layers of users among `settings`.
///
/// # Errors
/// [`StoreError::BadLayer`] where a description is none.
pub(super) fn described<'a>(
    settings: impl IntoIterator<Item = &'a (String, String)>,
) -> Result<Vec<&'static LayerSchema>, StoreError> {
    let of_layers = settings
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX));
    let each = of_layers.map(|(name, text)| {
        let bad = |zh: String, en: String| StoreError::BadLayer {
            layer: name.trim_start_matches(PREFIX).to_owned(),
            zh,
            en,
        };
        let definition: LayerDefinition = serde_json::from_str(text)
            .map_err(|error| bad(error.to_string(), error.to_string()))?;
        let id = definition.register();
        let id = id.map_err(|error| bad(error.zh(), error.to_string()))?;
        Ok(id.schema())
    });
    each.collect()
}

/// Those of the catalogue, then `others`.
pub(super) fn and_own(others: &[&'static LayerSchema]) -> Vec<&'static LayerSchema> {
    [layers::ALL, others].concat()
}
