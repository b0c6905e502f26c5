//! Who answers for what, from the subdistrict to the entrance. The holders are invented.

use super::dice::Dice;
use super::names::person;
use super::town::{SUBDISTRICT, Town};
use crate::domain::{Draft, LayerId};

pub(super) fn appoint(town: &mut Town) {
    let mut dice = Dice::new(town.seed, 9);
    let offices = [
        ("GW-JD-1", "街道办主任", "主持街道全面工作"),
        ("GW-JD-2", "分管领导", "应急、消防、自建房安全"),
        ("GW-CG-1", "城管专员", "案件处置"),
        ("GW-CG-2", "案件核查员", "案件核查与回访"),
    ];
    for (at, (code, title, duties)) in offices.into_iter().enumerate() {
        let phone = format!("029-8555{:04}", at + 1);
        add(
            town,
            &mut dice,
            "subdistrict",
            SUBDISTRICT,
            title,
            code.to_owned(),
            Some(phone),
            duties,
        );
    }
    let levels = [
        (
            LayerId::COMMUNITIES,
            "community",
            "社区书记",
            "社区全面工作",
        ),
        (
            LayerId::GRIDS,
            "grid",
            "网格长",
            "日常巡查、隐患上报、走访服务",
        ),
        (LayerId::COMPOUNDS, "compound", "小区站长", "小区日常管理"),
        (LayerId::BUILDINGS, "building", "楼长", "楼栋联络"),
        (LayerId::ENTRANCES, "entrance", "单元长", "单元联络"),
    ];
    for (layer, level, title, duties) in levels {
        let usage = layer.schema().position("use");
        let targets: Vec<String> = town
            .made(layer)
            .iter()
            .filter(|draft| {
                level != "building"
                    || usage.is_some_and(|at| draft.attributes[at].as_text() == Some("residential"))
            })
            .map(|draft| draft.code.to_string())
            .collect();
        for (at, target) in targets.iter().enumerate() {
            let office = match level {
                "community" => Some(format!("029-8556{:04}", at + 1)),
                "grid" => Some(format!("029-8557{:04}", at + 1)),
                "compound" => Some(format!("029-8558{:04}", at + 1)),
                _ => None,
            };
            add(
                town,
                &mut dice,
                level,
                target,
                title,
                format!("GW-{target}"),
                office,
                duties,
            );
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
fn add(
    town: &mut Town,
    dice: &mut Dice,
    level: &str,
    target: &str,
    title: &str,
    code: String,
    phone: Option<String>,
    duties: &str,
) {
    let schema = LayerId::POSTS.schema();
    let holder = person(dice);
    let draft = Draft::new(schema, code, format!("{title} {holder}"))
        .with(schema, "level", level)
        .with(schema, "target_code", target)
        .with(schema, "title", title)
        .with(schema, "holder", holder)
        .with(schema, "phone", phone)
        .with(schema, "duties", duties);
    town.add(LayerId::POSTS, draft);
}
