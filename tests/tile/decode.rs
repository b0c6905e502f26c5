//! A vector-tile reader written from the specification alone, strict where the specification says MUST.

use std::collections::HashSet;

/// One layer.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    pub(crate) name: String,
    pub(crate) version: u64,
    pub(crate) extent: u64,
    pub(crate) keys: Vec<String>,
    pub(crate) values: Vec<Scalar>,
    pub(crate) features: Vec<Feature>,
}

/// One feature.
#[derive(Debug, Default)]
pub(crate) struct Feature {
    pub(crate) id: Option<u64>,
    pub(crate) kind: u64,
    pub(crate) properties: Vec<(String, Scalar)>,
    /// Points in one part; lines; or rings, open.
    pub(crate) parts: Vec<Vec<(i64, i64)>>,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Text(String),
    Double(f64),
    Signed(i64),
    Boolean(bool),
}

impl Layer {
    /// Feature ids, in the order of the tile.
    pub(crate) fn ids(&self) -> Vec<u64> {
        self.features
            .iter()
            .map(|feature| feature.id.unwrap())
            .collect()
    }
}

impl Feature {
    /// Rings grouped into polygons by their winding.
    pub(crate) fn polygons(&self) -> Vec<Vec<Vec<(i64, i64)>>> {
        let mut polygons: Vec<Vec<_>> = Vec::new();
        for ring in &self.parts {
            if area2(ring) > 0 {
                polygons.push(vec![ring.clone()]);
            } else {
                polygons
                    .last_mut()
                    .expect("an outline comes first")
                    .push(ring.clone());
            }
        }
        polygons
    }
}

/// Twice the signed area by the surveyor's formula, y downwards: positive for outlines.
pub(crate) fn area2(ring: &[(i64, i64)]) -> i64 {
    (0..ring.len())
        .map(|at| {
            let ((ax, ay), (bx, by)) = (ring[at], ring[(at + 1) % ring.len()]);
            ax * by - bx * ay
        })
        .sum()
}

/// Every layer of a tile.
pub(crate) fn decode(tile: &[u8]) -> Vec<Layer> {
    let layers: Vec<_> = fields(tile)
        .map(|(field, content)| {
            assert_eq!(field, 3, "a tile holds layers only");
            layer(content.bytes())
        })
        .collect();
    let names: HashSet<_> = layers.iter().map(|layer| &layer.name).collect();
    assert_eq!(names.len(), layers.len(), "layer names are unique");
    layers
}

fn layer(bytes: &[u8]) -> Layer {
    let mut layer = Layer::default();
    let mut raw = Vec::new();
    for (field, content) in fields(bytes) {
        match field {
            1 => layer.name = text(content.bytes()),
            2 => raw.push(content.bytes()),
            3 => layer.keys.push(text(content.bytes())),
            4 => layer.values.push(scalar(content.bytes())),
            5 => layer.extent = content.number(),
            15 => layer.version = content.number(),
            other => panic!("layer field {other}"),
        }
    }
    assert_eq!((layer.version, layer.extent), (2, 4096));
    assert!(!raw.is_empty(), "a layer has a feature");
    let unique: HashSet<_> = layer.keys.iter().collect();
    assert_eq!(unique.len(), layer.keys.len(), "keys are written once");
    for (at, value) in layer.values.iter().enumerate() {
        assert!(
            !layer.values[..at].contains(value),
            "{value:?} is written twice"
        );
    }
    layer.features = raw
        .into_iter()
        .map(|bytes| feature(bytes, &layer))
        .collect();
    layer
}

fn feature(bytes: &[u8], layer: &Layer) -> Feature {
    let mut feature = Feature::default();
    for (field, content) in fields(bytes) {
        match field {
            1 => feature.id = Some(content.number()),
            2 => {
                let tags = packed(content.bytes());
                feature.properties = tags
                    .chunks_exact(2)
                    .map(|pair| {
                        let at = |index: u64| usize::try_from(index).unwrap();
                        (
                            layer.keys[at(pair[0])].clone(),
                            layer.values[at(pair[1])].clone(),
                        )
                    })
                    .collect();
            }
            3 => feature.kind = content.number(),
            4 => feature.parts = parts(&packed(content.bytes())),
            other => panic!("feature field {other}"),
        }
    }
    feature
}

fn parts(commands: &[u64]) -> Vec<Vec<(i64, i64)>> {
    let mut parts: Vec<Vec<(i64, i64)>> = Vec::new();
    let mut cursor = (0, 0);
    let mut rest = commands.iter();
    while let Some(command) = rest.next() {
        let (what, count) = (command & 7, command >> 3);
        assert!(count > 0, "a command with no repetition");
        match what {
            1 | 2 => {
                if what == 1 {
                    parts.push(Vec::new());
                }
                for _ in 0..count {
                    let mut step = || {
                        let number = *rest.next().expect("two parameters for each step");
                        (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
                    };
                    let (dx, dy) = (step(), step());
                    assert!(what == 1 || (dx, dy) != (0, 0), "LineTo without a step");
                    cursor = (cursor.0 + dx, cursor.1 + dy);
                    parts.last_mut().expect("MoveTo comes first").push(cursor);
                }
            }
            7 => assert!(
                parts.last().is_some_and(|ring| ring.len() >= 3),
                "a ring of less than three"
            ),
            other => panic!("command {other}"),
        }
    }
    parts
}

fn scalar(bytes: &[u8]) -> Scalar {
    let (field, content) = fields(bytes).next().expect("a value is not empty");
    match field {
        1 => Scalar::Text(text(content.bytes())),
        3 => Scalar::Double(f64::from_bits(content.number())),
        6 => {
            let number = content.number();
            Scalar::Signed((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
        }
        7 => Scalar::Boolean(content.number() == 1),
        other => panic!("value field {other}"),
    }
}

enum Content<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Content<'a> {
    fn number(&self) -> u64 {
        match self {
            Self::Number(number) => *number,
            Self::Bytes(_) => panic!("a number was expected"),
        }
    }

    fn bytes(&self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(_) => panic!("bytes were expected"),
        }
    }
}

fn fields(mut bytes: &[u8]) -> impl Iterator<Item = (u64, Content<'_>)> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let tag = varint(&mut bytes);
        let content = match tag & 7 {
            0 => Content::Number(varint(&mut bytes)),
            1 => {
                let (word, rest) = bytes.split_first_chunk().expect("8 bytes");
                bytes = rest;
                Content::Number(u64::from_le_bytes(*word))
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                let (content, rest) = bytes.split_at(length);
                bytes = rest;
                Content::Bytes(content)
            }
            other => panic!("wire type {other}"),
        };
        Some((tag >> 3, content))
    })
}

fn packed(mut bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        numbers.push(varint(&mut bytes));
    }
    numbers
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().expect("a varint ends");
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return number;
        }
    }
    panic!("a varint of more than 64 bits")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text is UTF-8")
}
