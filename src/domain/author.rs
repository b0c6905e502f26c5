//! Who changed a record.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// An account, or the name of another program; `"…".into()` makes one.
///
/// One word long, since each of millions of records has one: they share it, see [`Sharing`](crate::domain::Sharing).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author(Arc<Name>);

/// Behind a second pointer, so that the first needs no length.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Name(Box<str>);

impl Deref for Author {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.0
    }
}

impl From<&str> for Author {
    fn from(name: &str) -> Self {
        Self(Arc::new(Name(name.into())))
    }
}

/// Its hash is that of its text.
impl Borrow<str> for Author {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Debug for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}
