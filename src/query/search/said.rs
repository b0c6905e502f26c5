//! What people say for a record: the texts by which it is found.

use crate::domain::{Feature, FieldClass, LayerId, LayerSchema, Parent};
use crate::map::MapSnapshot;

/// Where the records of a layer have former names and addresses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    aliases: Option<usize>,
    address: Option<usize>,
}

impl Said {
    pub(super) fn of(schema: &LayerSchema) -> Self {
        let open = |name: &str| {
            let field = schema.field(name)?;
            let is_open = schema.class_of(field) < FieldClass::Restricted;
            is_open.then(|| schema.position(name)).flatten()
        };
        Self {
            aliases: open("aliases"),
            address: open("address"),
        }
    }

    pub(super) fn has_aliases(self) -> bool {
        self.aliases.is_some()
    }

    pub(super) fn has_addresses(self) -> bool {
        self.address.is_some()
    }

    /// The former names as they are written, all in one.
    pub(super) fn list(self, feature: &Feature) -> &str {
        text(feature, self.aliases)
    }

    /// The former names one by one.
    pub(super) fn aliases(self, feature: &Feature) -> impl Iterator<Item = &str> {
        self.list(feature).split([';', '；', '、', ',', '，'])
    }

    pub(super) fn address(self, feature: &Feature) -> &str {
        text(feature, self.address)
    }
}

fn text(feature: &Feature, position: Option<usize>) -> &str {
    let value = position.and_then(|position| feature.attributes.get(position));
    value.and_then(|value| value.as_text()).unwrap_or_default()
}

/// Whose name is said before that of a record: a building's number alone means nothing.
pub(super) fn above(schema: &LayerSchema) -> Option<&'static Parent> {
    let link = schema.parents.first();
    link.filter(|_| matches!(schema.id, LayerId::BUILDINGS | LayerId::ENTRANCES))
}

/// The name people would say: that of its compound comes before a building's, where it does not begin with it.
pub(super) fn title(snapshot: &MapSnapshot, schema: &LayerSchema, feature: &Feature) -> String {
    let parent = above(schema).and_then(|link| {
        let code = feature.text(schema, link.field)?;
        let parent = snapshot.layer(link.layer).by_code(code)?;
        Some((link.layer.schema(), parent))
    });
    match parent {
        Some((above, parent)) if !feature.name.starts_with(&*parent.name) => {
            format!("{}{}", title(snapshot, above, parent), feature.name)
        }
        _ => feature.name.to_string(),
    }
}
