//! What stands on the blocks without homes: campuses, hospitals, malls, markets, offices, schools, parks.

use super::blocks::{RIVER, Use, fronts, river_bands};
use super::cutting::without;
use super::dice::Dice;
use super::houses::frame_of;
use super::names::NameBook;
use super::outlines::{Outline, blob, block, comb, court, tower, track, winged};
use super::plane::Shape;
use super::town::{Ground, House, Town, hall_name};

/// One kind of house on such a block: how many, what for, its name, storeys, and how to draw it.
struct Sort {
    count: usize,
    purpose: &'static str,
    name: &'static str,
    storeys: (i64, i64),
    draw: fn(&mut Dice) -> Outline,
}

const fn sort(
    count: usize,
    purpose: &'static str,
    name: &'static str,
    storeys: (i64, i64),
    draw: fn(&mut Dice) -> Outline,
) -> Sort {
    Sort {
        count,
        purpose,
        name,
        storeys,
        draw,
    }
}

fn hall(dice: &mut Dice) -> Outline {
    block(dice.range(34.0, 60.0), dice.range(22.0, 34.0))
}

fn wing(dice: &mut Dice) -> Outline {
    let (west, east) = dice.pick(&[(true, true), (true, false), (false, true)]);
    winged(
        dice.range(44.0, 70.0),
        dice.range(13.0, 17.0),
        dice.range(16.0, 30.0),
        west,
        east,
    )
}

fn bar(dice: &mut Dice) -> Outline {
    block(dice.range(42.0, 72.0), dice.range(13.0, 17.0))
}

fn yard(dice: &mut Dice) -> Outline {
    court(dice.range(48.0, 66.0), dice.range(42.0, 54.0), 14.0)
}

fn long_comb(dice: &mut Dice) -> Outline {
    comb(dice.range(74.0, 96.0), 16.0, dice.range(26.0, 36.0))
}

fn high(dice: &mut Dice) -> Outline {
    tower(
        dice.below(4),
        dice.range(30.0, 40.0),
        dice.range(26.0, 34.0),
    )
}

fn large(dice: &mut Dice) -> Outline {
    tower(3, dice.range(88.0, 116.0), dice.range(56.0, 76.0))
}

fn small(dice: &mut Dice) -> Outline {
    block(dice.range(14.0, 26.0), dice.range(9.0, 14.0))
}

fn shed(dice: &mut Dice) -> Outline {
    block(dice.range(46.0, 64.0), dice.range(18.0, 26.0))
}

/// Land use, and the houses in the order in which they find a place.
fn programme(ground: Use) -> (&'static str, &'static [Sort]) {
    const CAMPUS: &[Sort] = &[
        sort(1, "school", "主楼", (8, 12), long_comb),
        sort(1, "school", "图书馆", (4, 6), yard),
        sort(6, "school", "教学楼", (5, 7), wing),
        sort(9, "school", "学生公寓", (6, 6), bar),
        sort(3, "school", "实验楼", (5, 6), bar),
        sort(2, "school", "食堂", (2, 3), hall),
        sort(1, "school", "体育馆", (2, 2), hall),
    ];
    const SCHOOL: &[Sort] = &[
        sort(1, "school", "教学楼", (4, 5), wing),
        sort(2, "school", "综合楼", (4, 5), bar),
        sort(1, "school", "食堂", (2, 2), hall),
        sort(2, "school", "附属楼", (2, 3), small),
    ];
    const HOSPITAL: &[Sort] = &[
        sort(1, "medical", "门诊楼", (5, 6), long_comb),
        sort(1, "medical", "住院楼", (14, 18), high),
        sort(3, "medical", "医技楼", (4, 6), bar),
        sort(2, "medical", "行政楼", (4, 6), wing),
        sort(2, "ancillary", "附属用房", (1, 2), small),
    ];
    const MALL: &[Sort] = &[
        sort(1, "commercial", "购物中心", (5, 6), large),
        sort(1, "commercial", "商业楼", (4, 6), hall),
        sort(2, "office", "写字楼", (20, 28), high),
        sort(4, "commercial", "商铺楼", (2, 3), bar),
    ];
    const MARKET: &[Sort] = &[
        sort(2, "commercial", "市场大厅", (1, 2), shed),
        sort(4, "commercial", "市场大棚", (1, 1), shed),
        sort(5, "commercial", "商铺楼", (2, 3), bar),
        sort(4, "ancillary", "管理用房", (1, 2), small),
    ];
    const OFFICE: &[Sort] = &[
        sort(2, "office", "办公楼", (12, 24), high),
        sort(2, "office", "综合楼", (5, 8), wing),
        sort(3, "office", "附楼", (4, 6), bar),
        sort(2, "ancillary", "附属用房", (1, 2), small),
    ];
    const WORKS: &[Sort] = &[
        sort(5, "industrial", "厂房", (1, 4), shed),
        sort(3, "office", "研发楼", (5, 9), wing),
        sort(4, "industrial", "车间", (1, 2), hall),
        sort(3, "ancillary", "库房", (1, 1), small),
    ];
    const STATION: &[Sort] = &[
        sort(1, "public", "客运站房", (2, 3), large),
        sort(2, "public", "调度楼", (3, 4), bar),
        sort(2, "ancillary", "维修车间", (1, 1), hall),
    ];
    const PARK: &[Sort] = &[
        sort(2, "public", "管理用房", (1, 2), small),
        sort(1, "public", "公园茶社", (1, 2), small),
    ];
    const SCENIC: &[Sort] = &[
        sort(1, "public", "博物馆", (2, 3), yard),
        sort(1, "public", "展览馆", (2, 2), yard),
        sort(3, "public", "景区用房", (1, 2), small),
        sort(3, "commercial", "文创商铺", (2, 2), bar),
    ];
    const PLAZA: &[Sort] = &[
        sort(1, "public", "文化馆", (3, 4), hall),
        sort(1, "public", "图书楼", (4, 5), wing),
        sort(2, "commercial", "广场商铺", (2, 2), small),
    ];
    match ground {
        Use::Campus => ("campus", CAMPUS),
        Use::MiddleSchool | Use::PrimarySchool => ("campus", SCHOOL),
        Use::Hospital => ("medical", HOSPITAL),
        Use::Mall => ("commercial", MALL),
        Use::Market => ("commercial", MARKET),
        Use::Office => ("other", OFFICE),
        Use::Works => ("industrial", WORKS),
        Use::Station => ("parking", STATION),
        Use::Park => ("park", PARK),
        Use::Scenic => ("park", SCENIC),
        Use::Plaza => ("plaza", PLAZA),
        Use::Homes | Use::Village => ("residential", &[]),
    }
}

fn title(ground: Use, number: usize, stem: &str) -> String {
    match ground {
        Use::Campus => format!("{stem}{}", ["理工学院", "师范学院"][number % 2]),
        Use::MiddleSchool => hall_name(stem, "中学", number + 1),
        Use::PrimarySchool => format!("{stem}小学"),
        Use::Hospital => format!("{stem}{}", ["医院", "中医医院"][number % 2]),
        Use::Mall => format!("{stem}{}", ["广场购物中心", "时代城"][number % 2]),
        Use::Market => format!("{stem}{}", ["农贸市场", "综合市场", "建材市场"][number % 3]),
        Use::Office => format!("{stem}{}", ["大厦", "政务中心", "科技大厦"][number % 3]),
        Use::Works => format!("{stem}产业园"),
        Use::Station => format!("{stem}客运站"),
        Use::Park => format!("{stem}公园"),
        Use::Scenic => format!("{stem}池景区"),
        Use::Plaza => format!("{stem}文化广场"),
        Use::Homes | Use::Village => String::new(),
    }
}

/// Fills every block without homes, then the civic plots, then lays the water.
pub(super) fn build(town: &mut Town, book: &mut NameBook, dice: &mut Dice) {
    let mut numbers: Vec<Use> = Vec::new();
    for at in 0..town.blocks.len() {
        let ground = town.blocks[at].ground;
        let (kind, sorts) = programme(ground);
        let plot = town.blocks[at].plot.clone();
        let number = numbers.iter().filter(|other| **other == ground).count();
        numbers.push(ground);
        let name = if sorts.is_empty() {
            String::new()
        } else {
            title(ground, number, &book.stem(dice))
        };
        town.grounds.push(Ground {
            kind,
            name: name.clone(),
            shape: plot.clone(),
        });
        if sorts.is_empty() {
            continue;
        }
        let mut taken: Vec<Shape> = Vec::new();
        let mut area = plot.clone();
        if matches!(ground, Use::Market | Use::Office | Use::Works | Use::Campus) {
            for front in fronts(&town.net, &town.blocks[at], 60.0) {
                if front.busy(&town.net) && dice.chance(0.5) {
                    let strip = town.shops(at, front, dice);
                    area = without(&area, &[strip]).into_iter().next().unwrap_or(area);
                }
            }
        }
        open_ground(town, ground, &area, dice, &mut taken, &name);
        stand(town, at, &area, sorts, &name, dice, &mut taken);
    }
    civic(town, book, dice);
    let street = town.river_street;
    let name = book.stem(dice) + "渠";
    for shape in river_bands(&town.net, street, RIVER) {
        town.water.push(Ground {
            kind: "river",
            name: name.clone(),
            shape,
        });
    }
    for bank in [(22.5, RIVER.0), (RIVER.1, 55.0)] {
        for shape in river_bands(&town.net, street, bank) {
            town.grounds.push(Ground {
                kind: "green",
                name: format!("{name}绿带"),
                shape,
            });
        }
    }
}

/// Lakes and sports grounds, which come before the houses.
fn open_ground(
    town: &mut Town,
    ground: Use,
    plot: &Shape,
    dice: &mut Dice,
    taken: &mut Vec<Shape>,
    name: &str,
) {
    let frame = frame_of(plot);
    let (low, high) = plot.extent(frame);
    let (wide, deep) = (high.x - low.x, high.y - low.y);
    match ground {
        Use::Scenic | Use::Park => {
            let size = if ground == Use::Scenic { 0.33 } else { 0.24 };
            let middle = plot.centre() + frame.u * dice.range(-12.0, 12.0);
            for shrink in [1.0, 0.8, 0.6, 0.4] {
                let lake = blob(dice, middle, wide * size * shrink, deep * size * shrink);
                if plot.holds(&lake, 8.0) {
                    town.water.push(Ground {
                        kind: if ground == Use::Scenic {
                            "lake"
                        } else {
                            "pond"
                        },
                        name: name.replace("景区", "").replace("公园", "湖"),
                        shape: lake.clone(),
                    });
                    taken.push(lake);
                    break;
                }
            }
        }
        Use::Campus | Use::MiddleSchool | Use::PrimarySchool => {
            let sizes: &[(f64, f64)] = if plot.area() > 60_000.0 {
                &[(172.0, 92.0), (120.0, 64.0), (92.0, 46.0)]
            } else {
                &[(120.0, 62.0), (92.0, 46.0), (68.0, 36.0), (50.0, 30.0)]
            };
            for (long, depth) in sizes {
                if let Some(shape) = place(&track(*long, *depth), plot, taken, dice, 6.0) {
                    town.grounds.push(Ground {
                        kind: "sports",
                        name: format!("{name}操场"),
                        shape: shape.clone(),
                    });
                    taken.push(shape);
                    break;
                }
            }
        }
        _ => {}
    }
}

/// A place for an outline on a plot, straight with its axes, clear of what is there.
fn place(
    outline: &Outline,
    plot: &Shape,
    taken: &[Shape],
    dice: &mut Dice,
    setback: f64,
) -> Option<Shape> {
    let frame = frame_of(plot);
    let (low, high) = plot.extent(frame);
    let (across, along) = (
        high.x - low.x - outline.length - 2.0 * setback,
        high.y - low.y - outline.depth - 2.0 * setback,
    );
    if across <= 0.0 || along <= 0.0 {
        return None;
    }
    (0..90).find_map(|_| {
        let (u, v) = (
            low.x + setback + (dice.unit() * across / 4.0).floor() * 4.0,
            low.y + setback + (dice.unit() * along / 4.0).floor() * 4.0,
        );
        let shape = outline.placed(frame, u, v);
        let clear = taken.iter().all(|other| other.apart(&shape, 13.0));
        (clear && plot.holds(&shape, setback)).then_some(shape)
    })
}

fn stand(
    town: &mut Town,
    at: usize,
    plot: &Shape,
    sorts: &[Sort],
    name: &str,
    dice: &mut Dice,
    taken: &mut Vec<Shape>,
) {
    let address = town.address(at, plot.centre());
    for sort in sorts {
        for number in 1..=sort.count {
            let outline = (sort.draw)(dice);
            let Some(shape) = place(&outline, plot, taken, dice, 7.0) else {
                continue;
            };
            taken.push(shape.clone());
            let storeys = dice.between(sort.storeys.0, sort.storeys.1);
            let what = if sort.count > 1 {
                format!("{}{number}", sort.name)
            } else {
                sort.name.to_owned()
            };
            town.houses.push(House {
                block: at,
                compound: None,
                shape,
                purpose: sort.purpose,
                name: format!("{name}{what}"),
                number: String::new(),
                address: address.clone(),
                storeys,
                year: dice.between(1988, 2018),
                structure: if storeys > 10 {
                    "shear_wall"
                } else {
                    dice.weighted(&[(5, "frame"), (1, "brick_concrete")])
                },
                entrances: 0,
                doors: 0,
                lift: storeys > 5,
                parcel: None,
            });
        }
    }
}

/// Kindergartens, community halls and pocket parks on the small plots among the homes.
fn civic(town: &mut Town, book: &mut NameBook, dice: &mut Dice) {
    const KINDERGARTEN: &[Sort] = &[
        sort(1, "school", "教学楼", (3, 3), wing),
        sort(2, "school", "活动楼", (2, 2), small),
    ];
    const HALL: &[Sort] = &[
        sort(1, "public", "综合楼", (3, 5), bar),
        sort(1, "public", "活动中心", (2, 3), small),
        sort(1, "office", "办公楼", (4, 6), bar),
    ];
    for (at, (block, shape)) in town.civic.clone().into_iter().enumerate() {
        let stem = book.stem(dice);
        let (kind, name, sorts): (_, _, &[Sort]) = match at % 3 {
            0 => ("campus", format!("{stem}幼儿园"), KINDERGARTEN),
            1 => ("other", format!("{stem}便民中心"), HALL),
            _ => ("green", format!("{stem}游园"), &[]),
        };
        town.grounds.push(Ground {
            kind,
            name: name.clone(),
            shape: shape.clone(),
        });
        let mut taken = Vec::new();
        stand(town, block, &shape, sorts, &name, dice, &mut taken);
    }
}
