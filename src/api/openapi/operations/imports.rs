//! Files that come in.

use serde_json::json;

use super::super::parameters as take;
use super::super::parameters::{in_path, in_query};
use super::{JSON, Operation, get};

#[expect(
    clippy::too_many_lines,
    reason = "a list of operations, one after the other"
)]
pub(super) fn imports() -> Vec<Operation> {
    let text = || take::text();
    let id = || in_path("id", &text(), "导入编号");
    let profile = || in_path("name", &text(), "方案名称");
    let file = &["application/octet-stream", "multipart/form-data"];
    let problems: &[&str] = &["400", "404", "409", "413", "503", "500"];
    let file_name = || {
        let schema = json!({ "type": "string", "minLength": 1 });
        in_query("name", false, &schema, "文件名；内容为文件本身时必须有")
    };
    let ways = || {
        json!({
            "name": "ways", "in": "query", "required": false, "style": "form", "explode": true,
            "schema": { "type": "object", "additionalProperties": { "type": "string" } },
            "description": "导入的方式，与 minqing import 的参数同名，例如 layer=buildings",
        })
    };
    vec![
        get(
            "/api/imports",
            "imports",
            "导入任务与批次",
            JSON,
            &["503", "500"],
        ),
        get(
            "/api/imports",
            "createImport",
            "上传一个文件",
            JSON,
            problems,
        )
        .writing("post", file, "202")
        .with([file_name(), ways()]),
        get("/api/imports/{id}", "import", "一次导入", JSON, problems).with([id()]),
        get(
            "/api/imports/{id}",
            "changeImport",
            "换一种方式重新读取",
            JSON,
            problems,
        )
        .writing("patch", &[], "202")
        .with([id(), ways()]),
        get(
            "/api/imports/{id}",
            "forgetImport",
            "停止并忘记",
            &[],
            problems,
        )
        .writing("delete", &[], "204")
        .with([id()]),
        get(
            "/api/imports/{id}/{part}",
            "importPart",
            "预览或报告",
            &[
                "application/json",
                "text/html",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ],
            problems,
        )
        .with([
            id(),
            in_path(
                "part",
                &json!({ "enum": ["preview", "report.json", "report.xlsx", "report.html"] }),
                "哪一部分",
            ),
        ]),
        get(
            "/api/imports/{id}/{part}",
            "actOnImport",
            "写入或撤销",
            JSON,
            problems,
        )
        .writing("post", &[], "202")
        .or("200", "已撤销")
        .with([
            id(),
            in_path("part", &json!({ "enum": ["commit", "undo"] }), "做什么"),
        ]),
        get(
            "/api/import-profiles",
            "importProfiles",
            "已存的导入方案",
            JSON,
            &["503", "500"],
        ),
        get(
            "/api/import-profiles/{name}",
            "putImportProfile",
            "存一个导入方案",
            JSON,
            problems,
        )
        .writing("put", JSON, "200")
        .formed(Some("importSettings"), None)
        .with([profile()]),
        get(
            "/api/import-profiles/{name}",
            "deleteImportProfile",
            "删除一个导入方案",
            &[],
            problems,
        )
        .writing("delete", &[], "204")
        .with([profile()]),
    ]
}
