//! Named profiles: how the files of one kind are read, remembered in the store.

use crate::domain::{MOST_IN_CODE, MOST_IN_NAME, personal, text_fault};
use crate::import::{ImportError, Wishes};
use crate::store::Store;

/// Names of the settings begin so.
const PREFIX: &str = "import-profile/";

/// Remembers `wishes` as `name`, over one of the same name.
///
/// # Errors
/// [`ImportError`] where the name cannot be one, a wish cannot be met, or a column's name is personal data.
pub async fn keep_profile(store: &Store, name: &str, wishes: &Wishes) -> Result<(), ImportError> {
    let name = checked(name)?;
    if wishes.layer.is_some() {
        wishes.options()?;
    }
    let pairs = wishes
        .map
        .iter()
        .flat_map(|(column, field)| [column, field]);
    let single = [
        &wishes.layer,
        &wishes.crs,
        &wishes.encoding,
        &wishes.part,
        &wishes.on_conflict,
    ];
    for text in pairs.chain(single.into_iter().flatten()) {
        if personal::in_text(text).is_some() {
            return Err(ImportError::PersonalProfile);
        }
        if text_fault(text, MOST_IN_NAME).is_some() {
            return Err(ImportError::BadProfileText);
        }
    }
    let text = serde_json::to_string(wishes).map_err(std::io::Error::other)?;
    Ok(store.set_setting(&format!("{PREFIX}{name}"), &text).await?)
}

/// The profile called `name`.
///
/// # Errors
/// [`ImportError::NoSuchProfile`] with those that there are.
pub async fn profile(store: &Store, name: &str) -> Result<Wishes, ImportError> {
    let all = profiles(store).await?;
    let known: Vec<String> = all.iter().map(|(name, _)| name.clone()).collect();
    let found = all.into_iter().find(|(other, _)| other == name.trim());
    found
        .map(|(_, wishes)| wishes)
        .ok_or_else(|| ImportError::NoSuchProfile {
            name: name.to_owned(),
            known: known.join("、"),
        })
}

/// Every profile by name; one that another release wrote and this cannot read is not listed.
///
/// # Errors
/// [`ImportError::Store`].
pub async fn profiles(store: &Store) -> Result<Vec<(String, Wishes)>, ImportError> {
    let kept = store.settings_named(PREFIX).await?;
    let each = kept.into_iter().filter_map(|(name, text)| {
        let wishes = serde_json::from_str(&text).ok()?;
        Some((name.strip_prefix(PREFIX)?.to_owned(), wishes))
    });
    Ok(each.collect())
}

/// Forgets the profile called `name`.
///
/// # Errors
/// [`ImportError::NoSuchProfile`] with those that there are.
pub async fn forget_profile(store: &Store, name: &str) -> Result<(), ImportError> {
    profile(store, name).await?;
    store
        .forget_setting(&format!("{PREFIX}{}", name.trim()))
        .await?;
    Ok(())
}

fn checked(name: &str) -> Result<&str, ImportError> {
    let is_plain = text_fault(name, MOST_IN_CODE).is_none();
    let name = name.trim();
    let is_good = (1..=60).contains(&name.chars().count()) && !name.contains('/') && is_plain;
    match is_good {
        true if personal::in_text(name).is_some() => Err(ImportError::PersonalProfile),
        true => Ok(name),
        false => Err(ImportError::BadProfileName),
    }
}
