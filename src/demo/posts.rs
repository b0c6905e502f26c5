//! Records of the posts: who answers for what. Holders are invented, telephones are of a pattern that no one has.

use super::areas::Dedicated;
use super::dice::Dice;
use super::names::person;
use super::records::{Ledger, Records, Row, SUBDISTRICT, post};
use super::town::Town;
use crate::domain::LayerId;

/// The register in the making.
struct Register<'a> {
    records: &'a mut Records,
    dice: Dice,
    phone: u32,
}

impl Register<'_> {
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument for each field of the record"
    )]
    fn add(
        &mut self,
        level: &str,
        code: &str,
        place: &str,
        number: usize,
        title: &str,
        duties: &str,
        phone: bool,
    ) {
        let holder = person(&mut self.dice);
        let phone = phone.then(|| {
            self.phone += 1;
            format!("029-85550{:03}", self.phone % 1000)
        });
        self.records.push(
            Row::new(
                LayerId::POSTS,
                &post(code, number),
                &format!("{place}{title}"),
            )
            .set("level", level)
            .set("target_code", code)
            .set("title", title)
            .set("holder", holder)
            .set("phone", phone)
            .set("duties", duties),
        );
    }
}

/// Writes the posts of every level.
pub(super) fn write(
    town: &Town,
    ledger: &Ledger,
    dedicated: &[Dedicated],
    records: &mut Records,
    dice: Dice,
) {
    let mut register = Register {
        records,
        dice,
        phone: 99,
    };
    let street = "翠池街道";
    for (number, (title, duties)) in [
        (
            "街道办主任",
            "全面负责街道社区民情图、隐患治理和老旧小区改造",
        ),
        ("分管领导(安全)", "隐患派发、督办、上报移交"),
        ("分管领导(城建)", "老旧小区改造、自建房整治"),
        ("综治中心主任", "网格、案件、视联网调度"),
    ]
    .into_iter()
    .enumerate()
    {
        register.add(
            "subdistrict",
            SUBDISTRICT,
            street,
            number + 1,
            title,
            duties,
            true,
        );
    }
    for (at, name) in town.communities.iter().enumerate() {
        let code = &ledger.community_codes[at];
        let titles = if at == town.village {
            ("村书记", "村主任")
        } else {
            ("社区书记", "社区主任")
        };
        register.add(
            "community",
            code,
            name,
            1,
            titles.0,
            "负责本社区隐患复查、案件核查和网格管理",
            true,
        );
        register.add(
            "community",
            code,
            name,
            2,
            titles.1,
            "便民服务、居民议事、物业协调",
            true,
        );
    }
    for (code, name) in &ledger.grid_codes {
        register.add(
            "grid",
            code,
            name,
            1,
            "网格长",
            "组织本网格巡查,督促隐患整改",
            true,
        );
        register.add(
            "grid",
            code,
            name,
            2,
            "网格员",
            "每日巡查、登记隐患、入户核查",
            true,
        );
    }
    for grid in dedicated {
        register.add(
            "grid",
            &grid.code,
            &grid.name,
            1,
            "专属网格长",
            "单位内部安全与联络",
            true,
        );
        register.add(
            "grid",
            &grid.code,
            &grid.name,
            2,
            "专属网格员",
            "单位内部巡查、信息报送",
            true,
        );
    }
    for (at, compound) in town.compounds.iter().enumerate() {
        register.add(
            "compound",
            &ledger.compound_codes[at],
            &compound.name,
            1,
            "小区站长",
            "小区工作站值守、物业督促",
            true,
        );
    }
    for (at, house) in town.houses.iter().enumerate() {
        let code = &ledger.house_codes[at];
        if house.entrances > 0 {
            register.add(
                "building",
                code,
                &house.name,
                1,
                "楼长",
                "楼内设施巡看、通知到户",
                false,
            );
            for entrance in 1..=house.entrances {
                let code = format!("{code}-{entrance}");
                let place = format!("{}{entrance}单元", house.name);
                register.add(
                    "entrance",
                    &code,
                    &place,
                    1,
                    "单元长",
                    "单元楼道巡看、通知到户",
                    false,
                );
            }
        } else if house.parcel.is_some() {
            register.add(
                "building",
                code,
                &house.name,
                1,
                "包户网格员",
                "自建房定期查看、提醒整改",
                true,
            );
        } else {
            register.add(
                "building",
                code,
                &house.name,
                1,
                "楼宇安全联络员",
                "楼宇消防和用电安全联络",
                true,
            );
        }
    }
}
