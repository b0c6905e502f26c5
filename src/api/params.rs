//! Query parameters: each is taken once, and whatever nobody took is refused, never ignored.

use std::num::{IntErrorKind, ParseIntError};
use std::str::FromStr;

use crate::api::problem::Problem;
use crate::domain::{CellText, LayerId, layers};
use crate::geometry::LonLat;
use crate::geometry::crs::Crs;

/// The parameters of one request that nobody has taken yet.
#[derive(Debug)]
pub(super) struct Params {
    left: Vec<(String, String)>,
    known: Vec<&'static str>,
}

impl Params {
    /// The parameters of the query string `query`.
    ///
    /// # Errors
    /// A parameter that is given twice, or without a value.
    pub(super) fn of(query: Option<&str>) -> Result<Self, Problem> {
        let left: Vec<(String, String)> =
            form_urlencoded::parse(query.unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        for (at, (name, value)) in left.iter().enumerate() {
            if value.is_empty() {
                return Err(Problem::parameter(
                    name,
                    format!("参数 {name} 没有值"),
                    format!("{name} has no value"),
                ));
            }
            if left.iter().skip(at + 1).any(|(other, _)| other == name) {
                return Err(Problem::parameter(
                    name,
                    format!("参数 {name} 出现了两次"),
                    format!("{name} is given twice"),
                ));
            }
        }
        Ok(Self {
            left,
            known: Vec::new(),
        })
    }

    /// The text of `name`.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let at = self.left.iter().position(|(other, _)| other == name)?;
        Some(self.left.swap_remove(at).1)
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// Names the parameter and what it takes.
    pub(super) fn value<T: FromStr>(
        &mut self,
        name: &'static str,
        takes: (&str, &str),
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        text.trim().parse().map(Some).map_err(|_not_one| {
            Problem::parameter(
                name,
                format!("{name}={text} 应为{}", takes.0),
                format!("{name}={text} must be {}", takes.1),
            )
        })
    }

    /// How text is written into the cells of a CSV answer: as `raw` says.
    ///
    /// # Errors
    /// Where it is neither `true` nor `false`.
    pub(super) fn cells(&mut self) -> Result<CellText, Problem> {
        let raw = self.value("raw", ("true 或 false", "true or false"))?;
        Ok(CellText::raw_if(raw.unwrap_or(false)))
    }

    /// The finite number called `name`.
    ///
    /// # Errors
    /// Names the parameter.
    pub(super) fn number(&mut self, name: &'static str) -> Result<Option<f64>, Problem> {
        let number: Option<f64> = self.value(name, ("数字", "a number"))?;
        match number {
            Some(number) if !number.is_finite() => Err(Problem::parameter(
                name,
                format!("{name} 应为有限的数字"),
                format!("{name} must be a finite number"),
            )),
            number => Ok(number),
        }
    }

    /// The whole number called `name`, 0 or more.
    ///
    /// # Errors
    /// Names the parameter and what it takes.
    pub(super) fn whole(
        &mut self,
        name: &'static str,
        takes: (&str, &str),
    ) -> Result<Option<i64>, Problem> {
        match self.value::<i64>(name, takes)? {
            Some(number) if number < 0 => Err(Problem::parameter(
                name,
                format!("{name}={number} 应为{}", takes.0),
                format!("{name}={number} must be {}", takes.1),
            )),
            number => Ok(number),
        }
    }

    /// The number called `name`, which must be above 0 and at most `most`.
    ///
    /// # Errors
    /// Names the parameter and its range.
    pub(super) fn metres(&mut self, name: &'static str, most: f64) -> Result<Option<f64>, Problem> {
        match self.number(name)? {
            Some(metres) if metres <= 0.0 || metres > most => {
                let (zh, en) = (
                    format!("{name} 应大于 0 且不超过 {most}"),
                    format!("{name} must be above 0 and at most {most}"),
                );
                Err(Problem::parameter(name, zh, en))
            }
            metres => Ok(metres),
        }
    }

    /// `lon`, `lat` and `crs` as a place in CRS84; `lon` is the x and `lat` the y of another system.
    ///
    /// # Errors
    /// Names what is missing, out of range or swapped.
    pub(super) fn place(&mut self) -> Result<LonLat, Problem> {
        let (lon, lat, crs) = (self.number("lon")?, self.number("lat")?, self.text("crs"));
        let need = |name| {
            Problem::parameter(
                name,
                format!("缺少参数 {name}"),
                format!("{name} is missing"),
            )
        };
        let (lon, lat) = (
            lon.ok_or_else(|| need("lon"))?,
            lat.ok_or_else(|| need("lat"))?,
        );
        match crs {
            Some(crs) => Ok(Crs::parse(&crs)?.to_crs84(lon, lat)?),
            None => Ok(LonLat::new(lon, lat)?),
        }
    }

    /// The first two and the last two of the four numbers called `name`, or those of six without the heights.
    ///
    /// # Errors
    /// Names the parameter and what is wrong with it.
    pub(super) fn corners(&mut self, name: &'static str) -> Result<Option<[f64; 4]>, Problem> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let numbers: Result<Vec<f64>, _> = text
            .split(',')
            .map(|part| part.trim().parse::<f64>())
            .collect();
        match numbers.as_deref() {
            Ok([a, b, c, d]) => Ok(Some([*a, *b, *c, *d])),
            Ok([a, b, low, c, d, high]) if low <= high => Ok(Some([*a, *b, *c, *d])),
            _ => Err(Problem::parameter(
                name,
                format!("{name} 应为 4 个数字：西,南,东,北（或含高程的 6 个）"),
                format!("{name} must be four numbers: west,south,east,north (or six with heights)"),
            )),
        }
    }

    /// The whole number called `name`, at least 1 and capped at `most`; `usual` where absent.
    ///
    /// # Errors
    /// Names the parameter.
    pub(super) fn limit(
        &mut self,
        name: &'static str,
        usual: usize,
        most: usize,
    ) -> Result<usize, Problem> {
        let takes = ("正整数", "a whole number above 0");
        match self.count(name, takes)? {
            Some(0) => Err(Problem::parameter(
                name,
                format!("{name} 至少为 1"),
                format!("{name} must be at least 1"),
            )),
            limit => Ok(limit.unwrap_or(usual).min(most)),
        }
    }

    /// How many records to leave out first; 0 where nothing is said.
    ///
    /// # Errors
    /// Names the parameter and what it takes.
    pub(super) fn offset(&mut self) -> Result<usize, Problem> {
        let offset = self.count("offset", ("非负整数", "a whole number, 0 at least"))?;
        Ok(offset.unwrap_or(0))
    }

    /// The whole number called `name`, 0 or more; one that is too large to count with is the largest.
    fn count(&mut self, name: &'static str, takes: (&str, &str)) -> Result<Option<usize>, Problem> {
        Ok(self.value::<Count>(name, takes)?.map(|Count(count)| count))
    }

    /// The layer called `name`.
    ///
    /// # Errors
    /// Names the parameter and the layers that exist.
    pub(super) fn layer(&mut self, name: &'static str) -> Result<LayerId, Problem> {
        match self.text(name) {
            Some(text) => layer_called(name, &text),
            None => Err(Problem::parameter(
                name,
                format!("缺少参数 {name}"),
                format!("{name} is missing"),
            )),
        }
    }

    /// The layers called `name`, separated by commas; `None` where absent.
    ///
    /// # Errors
    /// Names the parameter and the layers that exist.
    pub(super) fn layers(&mut self, name: &'static str) -> Result<Option<Vec<LayerId>>, Problem> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        text.split(',')
            .map(|part| layer_called(name, part.trim()))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Refuses what nobody took.
    ///
    /// # Errors
    /// Names the first parameter that is not known here, and those that are.
    pub(super) fn finish(self) -> Result<(), Problem> {
        let Some((name, _)) = self.left.first() else {
            return Ok(());
        };
        let known = self.known.join(", ");
        let (zh, en) = (
            format!("不认识的参数 {name}；可用：{known}"),
            format!("{name} is not a parameter here; there are: {known}"),
        );
        Err(Problem::parameter(name, zh, en))
    }
}

/// A whole number of which more digits than a machine counts are as good as its largest.
#[derive(Debug)]
struct Count(usize);

impl FromStr for Count {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        match text.parse::<usize>() {
            Err(error) if *error.kind() == IntErrorKind::PosOverflow => Ok(Self(usize::MAX)),
            read => read.map(Self),
        }
    }
}

/// The layer called `text`, which stood in `parameter`.
///
/// # Errors
/// Says which layers there are.
pub(super) fn layer_called(parameter: &str, text: &str) -> Result<LayerId, Problem> {
    LayerId::parse(text).ok_or_else(|| {
        let all = layers::known()
            .iter()
            .map(|schema| schema.id.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        Problem::parameter(
            parameter,
            format!("没有图层 {text}；可用：{all}"),
            format!("there is no layer {text:?}; there are: {all}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_over_the_maximum_is_the_maximum_however_long_it_is() {
        let limit = |query: &str| {
            let mut params = Params::of(Some(query)).unwrap();
            params.limit("limit", 100, 10_000).ok()
        };
        for (query, expected) in [
            ("limit=1", Some(1)),
            ("x=1", Some(100)),
            ("limit=10000", Some(10_000)),
            ("limit=1000000", Some(10_000)),
            ("limit=18446744073709551615", Some(10_000)),
            ("limit=99999999999999999999", Some(10_000)),
            ("limit=0", None),
            ("limit=-1", None),
            ("limit=-99999999999999999999", None),
            ("limit=1.5", None),
            ("limit=9999999999999999999x", None),
        ] {
            assert_eq!(limit(query), expected, "{query}");
        }
    }
}
