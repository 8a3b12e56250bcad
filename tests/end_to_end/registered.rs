//! A message that no routine was written for: the shipped registration of Seller keeps it by key and columns.

use serde_json::{Value, json};

use crate::answers::{messages, our_id, status};
use crate::harness::{Engine, Site};
use crate::messages::{again, counter, new_uuid, remove, set, uuid, with};
use crate::process::repository;

pub fn seller(code: &str, id: &str) -> Value {
    json!({
        "Header": {
            "UUID": new_uuid(), "Type": "BusinessMessage", "SubType": "event", "Event": "upsert",
            "Transaction": "Seller", "StandardVersion": "1.000", "Version": "2.001", "SourceApplication": "OMNI",
            "ProductName": "OMNI", "ProductVersion": "1", "CompanyId": "01", "BranchId": "0101",
            "GeneratedOn": "2026-11-20T12:00:00Z", "DeliveryType": "async"
        },
        "Content": {
            "Code": code, "InternalId": id, "Name": "VENDEDOR DE TESTE", "Address": {"State": {"StateCode": "SP"}},
            "SalesChargeInformation": {"CommissionPercentage": 2.5}, "HiringDate": "2026-01-05", "Blocked": false
        }
    })
}

const ROW: &str = "a3_cod = 'V00077'";

async fn is_kept_changed_and_deleted(engine: Engine, name: &str) {
    let site = Site::on(engine, name).await;
    let first = seller("V00077", "VENDEDOR-77");
    assert_eq!(site.ok(&first).await, "01|0101|V00077");
    let kept = "partner=OMNI; a3_cod=V00077; a3_comis=2.50; a3_est=SP; a3_admiss=2026-01-05; a3_bloq=F; internal_id=VENDEDOR-77";
    site.rows.is("seller", ROW, kept).await;
    // The same again changes nothing; an older one is superseded; a newer one changes the row.
    site.omni.send(&first).await;
    let older = with(&first, &[("/Header/GeneratedOn", json!("2026-11-20T11:00:00Z")), ("/Content/Name", json!("X"))]);
    let told = site.answer(&older).await;
    assert_eq!((status(&told), our_id(&told)), ("OK".to_owned(), "01|0101|V00077".to_owned()));
    assert!(messages(&told, "WARNING").iter().any(|(code, _)| code == "superseded"), "{told}");
    let newer =
        with(&first, &[("/Header/GeneratedOn", json!("2026-11-20T13:00:00Z")), ("/Content/Name", json!("NOVO"))]);
    site.ok(&newer).await;
    site.rows.is("seller", ROW, "a3_nome=NOVO").await;
    // Every violation at once, each at its path.
    let mut wrong = with(&first, &[("/Content/HiringDate", json!("5/1/26")), ("/Content/Code", json!("V-TOO-LONG"))]);
    remove(&mut wrong, "/Content/Name");
    let mut reasons = site.refused(&wrong).await;
    reasons.sort();
    let expected = [("missing", "/Name"), ("not_a_date", "/HiringDate"), ("too_long", "/Code")];
    assert_eq!(reasons, expected.map(|(code, path)| (code.to_owned(), path.to_owned())));
    // The delete needs the key alone, and takes the De/Para with it.
    assert_eq!(site.rows.count("xxf", "xxf_alias = 'SA3' and xxf_extval = 'VENDEDOR-77'").await, 1);
    let mut gone =
        with(&newer, &[("/Header/Event", json!("delete")), ("/Header/GeneratedOn", json!("2026-11-20T14:00:00Z"))]);
    set(&mut gone, "/Content", json!({"Code": "V00077", "InternalId": "VENDEDOR-77"}));
    site.ok(&gone).await;
    assert_eq!(site.rows.count("seller", ROW).await, 0);
    assert_eq!(site.rows.count("xxf", "xxf_alias = 'SA3' and xxf_extval = 'VENDEDOR-77'").await, 0);
    let shown = site.eaid(&["messages", "show", &uuid(&wrong)]).await.ends(0).out;
    assert!(shown.contains("SELLER") && shown.contains("/HiringDate"), "{shown}");
    site.close().await;
}

#[tokio::test]
async fn is_kept_changed_and_deleted_in_production() {
    is_kept_changed_and_deleted(Engine::Production, "registered").await;
}

#[tokio::test]
async fn is_kept_changed_and_deleted_embedded() {
    is_kept_changed_and_deleted(Engine::Embedded, "registered_embedded").await;
}

/// The De/Para that it brings wakes the sale that waits for its seller.
#[tokio::test]
async fn a_sale_waits_for_its_seller() {
    let site = Site::on(Engine::Production, "seller_wakes").await;
    let sale = with(&counter(6001), &[("/Content/SellerInternalId", json!("VENDEDOR-88"))]);
    site.omni.send(&sale).await;
    site.waits(&sale).await;
    site.ok(&seller("V00088", "VENDEDOR-88")).await;
    assert_eq!(status(&site.response(&uuid(&sale)).await), "OK");
    site.rows.becomes("sl1", "l1_vend", "l1_doc = '000006001'", "V00088").await;
    site.close().await;
}

/// `explain` tells the row; `check` names what is wrong by line, and a table that cannot be made as declared.
#[tokio::test]
async fn it_is_explained_and_checked() {
    let site = Site::on(Engine::Embedded, "registered_checked").await;
    site.ok(&seller("V00099", "VENDEDOR-99")).await;
    let file = site.folder().join("seller.json");
    std::fs::write(&file, again(&seller("V00100", "VENDEDOR-100")).to_string()).expect("write a message");
    let said = site.eaid(&["explain", &file.to_string_lossy()]).await.ends(0).out;
    assert!(said.contains("GENERIC") && said.contains("a3_cod=V00100"), "{said}");
    let right = std::fs::read_to_string(repository().join("config/adapters.toml")).expect("adapters.toml");
    let file = site.folder().join("adapters.toml");
    let path = file.to_string_lossy();
    let check = async |from: &str, to: &str, verb: &[&str], code: i32| {
        assert!(right.contains(from), "{from}");
        std::fs::write(&file, right.replace(from, to)).expect("write adapters.toml");
        site.eaid_with(&[("EAID_CATALOG__ADAPTERS", &path)], verb).await.ends(code).out
    };
    let amount = "type = \"amount\", length = 5, decimals = 2";
    let said = check(amount, "type = \"text\", length = 5", &["check"], 1).await;
    assert!(said.contains("seller.a3_comis"), "{said}");
    let said = check("key = [\"a3_cod\"]", "key = [\"a3_kod\"]", &["check", "--offline"], 2).await;
    let line = 1 + right.lines().position(|line| line.starts_with("key = ")).expect("the key");
    assert!(said.contains(&format!("adapters.toml:{line}:")) && said.contains("did you mean `a3_cod`"), "{said}");
    site.close().await;
}
