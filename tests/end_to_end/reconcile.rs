//! `eaid reconcile`: silent about a day that is right, and naming the sale behind every difference; `orders retry`.

use serde_json::{Value, json};

use crate::harness::{Engine, Site};
use crate::messages::{counter, customer, entrega, pay, reserve, uuid, with};
use crate::wait::until;

const DAY: [&str; 3] = ["reconcile", "--from", "2026-11-20"];

#[tokio::test]
async fn on_rabbitmq_and_postgresql() {
    the_day_is_closed(Site::on(Engine::Production, "reconcile").await).await;
}

#[tokio::test]
async fn with_files_and_sqlite() {
    the_day_is_closed(Site::on(Engine::Embedded, "reconcile_files").await).await;
}

async fn the_day_is_closed(site: Site) {
    // A counter sale, a delivery by card in instalments, and one that is paid in two forms.
    site.ok(&counter(1)).await;
    for message in [reserve(2), customer(2), entrega(2)] {
        site.ok(&message).await;
    }
    let mut two_forms = counter(3);
    let cash = json!({ "PaymentValue": 29.90, "PaymentMethodInternalId": "DINHEIRO", "Installments": 1 });
    let rest = json!({ "PaymentValue": 50.00, "PaymentMethodInternalId": "DINHEIRO", "Installments": 1 });
    pay(&mut two_forms, json!([cash, rest]));
    site.ok(&two_forms).await;
    // The same sale again under another UUID is refused, and no difference.
    site.refused(&with(&counter(1), &[])).await;
    let found = until("a day without differences", async || {
        let said = site.eaid(&[&DAY[..], &["--json"]].concat()).await;
        (said.code == Some(0)).then(|| said.json())
    })
    .await;
    let total = &found["total"];
    for column in ["received", "staged", "titles", "answered"] {
        assert_eq!(total[column]["sales"], 3, "{column}: {found:#}");
        assert_eq!(total[column]["value"], total["received"]["value"], "{column}: {found:#}");
    }
    assert_eq!(line(&found, "R$")["titles"], json!({ "sales": 2, "value": "159.80" }));
    let branch = site.eaid(&[&DAY[..], &["--branch", "0102"]].concat()).await.ends(0);
    assert!(branch.out.contains("Nenhuma venda"), "{}", branch.out);

    // One is refused, one is given up by GravaBatch, and somebody meddles with a title.
    let wrong = with(&counter(4), &[("/Content/TotalPrice", json!(0))]);
    site.refused(&wrong).await;
    let mut card = counter(5);
    pay(&mut card, json!([{ "PaymentValue": 79.90, "PaymentMethodInternalId": "CREDITO", "Installments": 1 }]));
    site.ok(&card).await;
    site.rows.becomes("sl1", "l1_situa", "l1_doc = '000000005'", "ER").await;
    site.rows.plant("update t_se1 set e1_vlrreal = '79.89' where e1_num = '000000001'").await;
    let expected = [("titles_differ", "PEDIDO-1"), ("failed", "PEDIDO-5"), ("not_staged", "PEDIDO-4")];
    let found = until("the three differences", async || {
        let found = site.eaid(&[&DAY[..], &["--json"]].concat()).await.ends(1).json();
        let mut kinds = differences(&found);
        kinds.sort();
        let mut all = expected.to_vec();
        all.sort();
        (kinds == all).then_some(found.clone())
    })
    .await;
    assert_eq!(line(&found, "R$")["titles"], json!({ "sales": 2, "value": "159.79" }));
    let page = site.eaid(&DAY).await.ends(1).out;
    for said in [
        "3 diferenças:",
        "Gravada com R$ 79,90 e com títulos de R$ 79,89.",
        "recusada (not_positive)",
        "recusada pelo GravaBatch (ER): O pagamento 01 (CC) não tem administradora",
        &format!("eaid messages show {}", uuid(&wrong)),
        "eaid orders retry '01|0101|",
    ] {
        assert!(page.contains(said), "{said} is not on the page:\n{page}");
    }

    // Alone or by cause: the payment is mended, GravaBatch takes the sale again.
    let number = site.rows.cell("sl1", "l1_num", "l1_doc = '000000005'").await;
    site.rows.plant(&format!("update t_sl4 set l4_adminis = '001-VISA CREDITO' where l4_num = '{number}'")).await;
    let none = site.eaid(&["orders", "retry", "--cause", "document_used", "--json"]).await.ends(0).json();
    assert_eq!(none["retried"], 0);
    let one = site.eaid(&["orders", "retry", "--cause", "missing", "--json"]).await.ends(0).json();
    assert_eq!(one["retried"], 1);
    site.rows.becomes("sl1", "l1_situa", "l1_doc = '000000005'", "OK").await;
    site.eaid(&["orders", "retry", &format!("01|0101|{number}")]).await.ends(1);
    site.close().await;
}

fn differences(found: &Value) -> Vec<(&str, &str)> {
    let all = found["differences"].as_array().into_iter().flatten();
    all.map(|one| (one["kind"].as_str().unwrap_or_default(), one["internal_id"].as_str().unwrap_or_default())).collect()
}

fn line<'f>(found: &'f Value, form: &str) -> &'f Value {
    let mut lines = found["lines"].as_array().into_iter().flatten();
    lines.find(|line| line["form"] == form).unwrap_or_else(|| panic!("no line {form}: {found:#}"))
}
