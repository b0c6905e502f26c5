//! BD-09MC: the metres of Baidu's maps, a polynomial of degree six for each band of latitude.
//!
//! The coefficients are the ones that Baidu's own page script used; they meet the BD09MC columns and the `misc` rows of
//! `geodata/facts/coordinate_test_vectors.json`. Only the way to metres is kept: the way back is its exact inverse,
//! where the published inverse polynomials are centimetres off.

use crate::geometry::Coord;

/// Southern edges of the bands by absolute latitude, degrees, north to south.
const EDGES: [f64; 6] = [75.0, 60.0, 45.0, 30.0, 15.0, 0.0];

/// For each band: offset and factor of longitude, then the polynomial of latitude over the last number, degrees.
const BANDS: [[f64; 10]; 6] = [
    [
        -0.001_570_210_244_4,
        111_320.702_061_693_9,
        1_704_480_524_535_203.0,
        -10_338_987_376_042_340.0,
        26_112_667_856_603_880.0,
        -35_149_669_176_653_700.0,
        26_595_700_718_403_920.0,
        -10_725_012_454_188_240.0,
        1_800_819_912_950_474.0,
        82.5,
    ],
    [
        0.000_827_782_451_617_252_6,
        111_320.702_046_357_8,
        647_795_574.667_160_7,
        -4_082_003_173.641_316,
        10_774_905_663.511_42,
        -15_171_875_531.515_59,
        12_053_065_338.621_67,
        -5_124_939_663.577_472,
        913_311_935.951_203_2,
        67.5,
    ],
    [
        0.003_373_987_667_65,
        111_320.702_020_216_2,
        4_481_351.045_890_365,
        -23_393_751.199_316_62,
        79_682_215.471_864_55,
        -115_964_993.279_725_3,
        97_236_711.156_021_45,
        -43_661_946.337_528_21,
        8_477_230.501_135_234,
        52.5,
    ],
    [
        0.002_206_364_962_08,
        111_320.702_020_912_8,
        51_751.861_128_411_31,
        3_796_837.749_470_245,
        992_013.739_779_101_3,
        -1_221_952.217_112_87,
        1_340_652.697_009_075,
        -620_943.699_098_431_2,
        144_416.929_380_624_1,
        37.5,
    ],
    [
        -0.000_344_196_350_436_839_2,
        111_320.702_057_685_6,
        278.235_398_077_275_2,
        2_485_758.690_035_394,
        6_070.750_963_243_378,
        54_821.183_453_521_18,
        9_540.606_633_304_236,
        -2_710.553_267_466_45,
        1_405.483_844_121_726,
        22.5,
    ],
    [
        -0.000_321_813_587_861_313_2,
        111_320.702_070_161_5,
        0.003_693_834_312_89,
        823_725.640_279_571_8,
        0.461_049_869_090_93,
        2_351.343_141_331_292,
        1.580_607_842_981_99,
        8.777_385_890_782_84,
        0.372_388_842_524_24,
        7.45,
    ],
];

/// Northing of the edge of the world as Baidu draws it (74° N), metres, with a margin.
pub(super) const TOP: f64 = 12_600_000.0;

/// Metres of a BD-09 place in degrees.
pub(super) fn to_metres(at: Coord) -> Coord {
    let latitude = at.y.abs().min(74.0);
    let band = BANDS
        .iter()
        .zip(EDGES)
        // as the source has it: an edge belongs to the band north of it, on either side of the equator
        .find(|(_, edge)| {
            if at.y < 0.0 {
                latitude > *edge
            } else {
                latitude >= *edge
            }
        })
        .map_or(&BANDS[5], |(band, _)| band);
    let [offset, factor, polynomial @ .., middle] = band;
    let share = latitude / middle;
    let north = polynomial.iter().rev().fold(0.0, |sum, c| sum * share + c);
    let sign = |value: f64, like: f64| if like < 0.0 { -value } else { value };
    Coord {
        x: sign(offset + factor * at.x.abs(), at.x),
        y: sign(north, at.y),
    }
}

/// The BD-09 place in degrees of metres: the inverse of [`to_metres`] by halving, as the bands do not quite join.
pub(super) fn to_degrees(at: Coord) -> Coord {
    let (mut low, mut high) = (0.0_f64, 74.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if to_metres(Coord { x: 0.0, y: middle }).y < at.y.abs() {
            low = middle;
        } else {
            high = middle;
        }
    }
    let latitude = f64::midpoint(low, high);
    // The factor of longitude depends on the band, and so on the latitude just found.
    let east = |x: f64| to_metres(Coord { x, y: latitude }).x;
    let (offset, factor) = (east(0.0), east(1.0) - east(0.0));
    Coord {
        x: ((at.x.abs() - offset) / factor).copysign(at.x),
        y: latitude.copysign(at.y),
    }
}
