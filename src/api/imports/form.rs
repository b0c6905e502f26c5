//! The parameters of an import, from the address and from a form; what nobody takes is refused.

use crate::api::problem::Problem;
use crate::import::Wishes;

/// Parameters that nobody has taken yet.
#[derive(Debug)]
pub(super) struct Form {
    left: Vec<(String, String)>,
}

/// What is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) wishes: Wishes,
    pub(super) is_dry_run: bool,
    pub(super) profile: Option<String>,
    pub(super) save_profile: Option<String>,
}

/// The parameters that say how a file is read.
const WISHES: [&str; 8] = [
    "layer",
    "crs",
    "encoding",
    "part",
    "year",
    "point-radius-m",
    "map[]",
    "on-conflict",
];

impl Form {
    pub(super) fn of_query(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self {
            left: pairs.into_owned().collect(),
        }
    }

    pub(super) fn add(&mut self, name: String, value: String) {
        self.left.push((name, value));
    }

    /// The text of `name`; an empty one counts as absent.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        self.given(name).filter(|text| !text.is_empty())
    }

    fn given(&mut self, name: &str) -> Option<String> {
        let at = self.left.iter().position(|(other, _)| other == name)?;
        Some(self.left.remove(at).1)
    }

    /// All that is asked for with an upload.
    pub(super) fn finish(mut self) -> Result<Asked, Problem> {
        let (profile, save_profile) = (self.take("profile"), self.take("save-profile"));
        let is_dry_run = match self.take("dry-run").as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                return Err(Problem::parameter(
                    "dry-run",
                    format!("dry-run={other} 应为 true 或 false"),
                    format!("dry-run={other} must be true or false"),
                ));
            }
        };
        Ok(Asked {
            is_dry_run,
            profile,
            save_profile,
            wishes: self.changed(Wishes::default())?,
        })
    }

    /// `wishes` with what is said here; an empty text takes a wish back, and any `map[]` stands for all of them.
    pub(super) fn changed(mut self, mut wishes: Wishes) -> Result<Wishes, Problem> {
        for (name, wish) in [
            ("layer", &mut wishes.layer),
            ("crs", &mut wishes.crs),
            ("encoding", &mut wishes.encoding),
            ("part", &mut wishes.part),
            ("on-conflict", &mut wishes.on_conflict),
        ] {
            if let Some(text) = self.given(name) {
                *wish = Some(text).filter(|text| !text.is_empty());
            }
        }
        if let Some(text) = self.given("year") {
            wishes.year = number("year", &text)?;
        }
        if let Some(text) = self.given("point-radius-m") {
            wishes.point_radius_m = number("point-radius-m", &text)?;
        }
        let mut pairs = Vec::new();
        while let Some(pair) = self.given("map[]") {
            pairs.push(pair);
        }
        if !pairs.is_empty() {
            let said = pairs.iter().filter(|pair| !pair.is_empty());
            wishes.map = said
                .map(|pair| Wishes::pair(pair))
                .collect::<Result<_, _>>()?;
        }
        self.nothing_else()?;
        Ok(wishes)
    }

    /// Refuses what nobody took, or what was given twice.
    pub(super) fn nothing_else(self) -> Result<(), Problem> {
        let Some((name, _)) = self.left.first() else {
            return Ok(());
        };
        let known = WISHES.join(", ");
        Err(Problem::parameter(
            name,
            format!(
                "不认识的参数 {name}，或它出现了两次；可用：{known}, name, dry-run, profile, save-profile"
            ),
            format!(
                "{name} is not a parameter here, or is given twice; there are: {known}, name, dry-run, profile, save-profile"
            ),
        ))
    }
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<Option<T>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_not_one| {
        Problem::parameter(
            name,
            format!("{name}={text} 应为数字"),
            format!("{name}={text} must be a number"),
        )
    })
}
