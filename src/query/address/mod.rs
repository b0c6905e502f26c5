//! Where is this address? By compound, house and entrance, under names and former names, with how sure that is.
//!
//! A [`Register`] is made of one snapshot and asked many times, with that snapshot. Nothing is guessed silently: what is not sure comes back
//! as [`Answer::Unclear`] with the reason and the nearest candidates. Rooms are not looked up: the place of a household
//! is its entrance.

mod names;
mod parse;
mod register;

use std::sync::Arc;

use crate::domain::Feature;
use crate::geometry::LonLat;

pub use parse::{Pieces, number, pieces};
pub use register::Register;

/// From this confidence on an address is taken without a person's look.
pub const SURE: f64 = 0.75;

/// What an address leads to.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where: in the entrance, else in the house, else in the compound.
    pub at: LonLat,
    /// The compound.
    pub compound: Option<Arc<Feature>>,
    /// The house.
    pub building: Option<Arc<Feature>>,
    /// The entrance.
    pub entrance: Option<Arc<Feature>>,
    /// How sure, 0 to 1.
    pub confidence: f64,
    /// What it was found by.
    pub by: By,
    /// What is not as the map has it.
    pub doubts: Vec<Doubt>,
}

/// By what a compound or house was found, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Its name.
    Name,
    /// A former name.
    FormerName,
    /// Its address: street and number.
    Address,
    /// Its name without the word that says what it is.
    ShortName,
    /// Its name as it sounds.
    Sound,
}

/// What makes an address unclear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// No compound, house or address of the map is called so.
    Unknown,
    /// Several are called so.
    Several,
    /// The map has the compound but not this part of it, or another of nearly that name.
    OtherPart(String),
    /// Only the sound of the name fits.
    SoundsLike,
    /// The compound has no house of this number; the numbers that it has.
    NoSuchBuilding(Vec<String>),
    /// The house has no entrance of this number; the numbers that it has.
    NoSuchEntrance(Vec<String>),
    /// The house has fewer storeys than the room would need.
    NotSoHigh(i64),
}

/// The answer.
#[derive(Debug, Clone)]
pub enum Answer {
    /// One place, sure enough.
    Found(Place),
    /// A person must look: why, and what it may be, likeliest first.
    Unclear(Doubt, Vec<Place>),
}

impl By {
    /// How sure a name found so is.
    fn confidence(self) -> f64 {
        match self {
            Self::Name => 1.0,
            Self::FormerName => 0.95,
            Self::Address => 0.9,
            Self::ShortName => 0.85,
            Self::Sound => 0.5,
        }
    }
}

impl Place {
    /// The names on the way down, for people: compound, house, entrance.
    pub fn title(&self) -> String {
        let mut title = String::new();
        for record in [&self.compound, &self.building, &self.entrance]
            .into_iter()
            .flatten()
        {
            if record.name.starts_with(&title) {
                title.clear();
            }
            title.push_str(&record.name);
        }
        title
    }
}

#[cfg(test)]
mod tests;
