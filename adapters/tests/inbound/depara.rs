//! Every tag that goes through De/Para: an unknown code waits on its key, with its path, and the entry lets the
//! message through.

use crate::desk::{decide, house_of, message, remove, set};
use eaid_adapters::effect::Alias;
use serde_json::{Value, json};

const ITEM: &str = "/ListOfSaleItem/SaleItem/0";
const PAYMENT: &str = "/ListOfSaleCondition/SaleCondition/0";

/// Sets one tag to an unknown code; `column` of `table` is what the entry must bring.
struct Miss {
    tag: String,
    alias: Alias,
    internal: &'static str,
    also: Vec<(String, Value)>,
    filled: (&'static str, &'static str, &'static str),
}

fn miss(tag: String, alias: Alias, internal: &'static str, filled: (&'static str, &'static str, &'static str)) -> Miss {
    Miss { tag, alias, internal, also: Vec::new(), filled }
}

fn of_a_sale() -> Vec<Miss> {
    let item = |tag: &str| format!("{ITEM}/{tag}");
    let payment = |tag: &str| format!("{PAYMENT}/{tag}");
    let card = vec![(payment("PaymentMethodInternalId"), json!("CREDITO"))];
    let cheque = vec![(payment("PaymentMethodInternalId"), json!("CHEQUE"))];
    vec![
        miss(item("ItemInternalId"), Alias::PRODUCT, "01||PROD0002", ("sl2", "l2_produto", "PROD0002")),
        miss(item("WarehouseInternalId"), Alias::WAREHOUSE, "01|0101|77", ("sl2", "l2_local", "77")),
        miss(item("OperationCode"), Alias::TES, "01||777", ("sl2", "l2_tes", "777")),
        miss(item("ItemCarrierCode"), Alias::CARRIER, "01||000077", ("sl2", "l2_transp", "000077")),
        miss(item("ItemCarrierInternalId"), Alias::CARRIER, "000077", ("sl2", "l2_transp", "000077")),
        miss("/SellerInternalId".into(), Alias::SELLER, "01||000077", ("sl1", "l1_vend", "000077")),
        miss("/OperatorCode".into(), Alias::OPERATOR, "01|0101|077", ("sl1", "l1_operado", "077")),
        miss("/OperatorInternalId".into(), Alias::OPERATOR, "01|0101|077", ("sl1", "l1_operado", "077")),
        miss("/StationSalePointCode".into(), Alias::STATION, "01|0101|001", ("sl1", "l1_estacao", "001")),
        miss("/StationSalePointInternalId".into(), Alias::STATION, "01|0101|001", ("sl1", "l1_pdv", "001")),
        miss("/StationCode".into(), Alias::STATION, "001", ("sl1", "l1_serie", "1")),
        miss("/CarrierCode".into(), Alias::CARRIER, "01||000077", ("sl1", "l1_transp", "000077")),
        miss("/CarrierInternalId".into(), Alias::CARRIER, "01||000077", ("sl1", "l1_transp", "000077")),
        miss(
            "/CustomerVendorInternalId".into(),
            Alias::CUSTOMER,
            "01|0101|000123|01|C",
            ("sl1", "l1_cliente", "000123"),
        ),
        miss(payment("PaymentMethodInternalId"), Alias::GENERIC, "01||24|R$", ("sl4", "l4_forma", "R$")),
        miss(payment("PaymentMethodCode"), Alias::GENERIC, "01||24|CH", ("sl4", "l4_forma", "CH")),
        Miss {
            also: card,
            ..miss(
                payment("FinancialManagerCode"),
                Alias::ADMINISTRATOR,
                "01||003",
                ("sl4", "l4_adminis", "003-MASTERCARD PARCELADO"),
            )
        },
        Miss { also: cheque, ..miss(payment("BankCheck"), Alias::GENERIC, "01||K6|237", ("sl4", "l4_adminis", "237")) },
    ]
}

#[test]
fn a_sale_waits_for_each_unknown_code() {
    for Miss { tag, alias, internal, also, filled } in of_a_sale() {
        let mut house = house_of("LOJA701");
        let mut sale = message("LOJA701", "stage-counter-sale-cash");
        for (tag, value) in also {
            set(&mut sale, &tag, value);
        }
        // Of alternative tags only this one is sent.
        for rivals in [
            vec!["/OperatorCode".to_owned(), "/OperatorInternalId".to_owned()],
            vec!["/StationSalePointCode".into(), "/StationSalePointInternalId".into(), "/StationCode".into()],
            vec![format!("{PAYMENT}/PaymentMethodInternalId"), format!("{PAYMENT}/PaymentMethodCode")],
        ] {
            for rival in rivals.iter().filter(|rival| rivals.contains(&tag) && **rival != tag) {
                set(&mut sale, rival, Value::Null);
            }
        }
        set(&mut sale, &tag, json!("DESCONHECIDO"));
        let verdict = decide(&mut house, &sale);
        let key = format!("{}/OMNI/DESCONHECIDO {tag}", alias.alias);
        assert_eq!((&verdict["verdict"], &verdict["missing"]), (&json!("wait"), &json!([key])), "{tag}");
        house.paper.enter("OMNI", alias, "DESCONHECIDO", internal);
        let verdict = decide(&mut house, &sale);
        let (table, column, value) = filled;
        assert_eq!(verdict["rows"][table][0][column], json!(value), "{tag}: {verdict:#}");
    }
}

#[test]
fn a_sale_waits_for_its_reserve() {
    let mut sale = message("LOJA701", "stage-counter-sale-cash");
    let tag = format!("{ITEM}/ItemReserveInternalId");
    set(&mut sale, &tag, json!("RESERVA-NOVA"));
    let verdict = decide(&mut house_of("LOJA701"), &sale);
    assert_eq!(verdict["missing"], json!([format!("SC0/OMNI/RESERVA-NOVA {tag}")]));
}

/// Two tags for one thing: the second is good where the first is unknown.
#[test]
fn a_known_alternative_is_enough() {
    let mut sale = message("LOJA701", "stage-counter-sale-cash");
    set(&mut sale, "/OperatorCode", json!("DESCONHECIDO"));
    set(&mut sale, "/StationSalePointCode", json!("DESCONHECIDA"));
    set(&mut sale, &format!("{PAYMENT}/PaymentMethodInternalId"), json!("DESCONHECIDA"));
    set(&mut sale, &format!("{PAYMENT}/PaymentMethodCode"), json!("R$"));
    let verdict = decide(&mut house_of("LOJA701"), &sale);
    assert_eq!(verdict["rows"]["sl4"][0]["l4_forma"], json!("R$"), "{verdict:#}");
}

#[test]
fn a_reserve_waits_for_product_and_warehouse() {
    for (tag, alias, internal, column, value) in [
        ("ItemInternalId", Alias::PRODUCT, "01||PROD0002", "c0_produto", "PROD0002"),
        ("WarehouseInternalId", Alias::WAREHOUSE, "01|0101|77", "c0_local", "77"),
    ] {
        let mut house = house_of("LOJA704");
        let mut reserve = message("LOJA704", "stage-new-reserve");
        let tag = format!("/ReserveItemType/Item/0/{tag}");
        set(&mut reserve, &tag, json!("DESCONHECIDO"));
        let verdict = decide(&mut house, &reserve);
        assert_eq!(verdict["missing"], json!([format!("{}/OMNI/DESCONHECIDO {tag}", alias.alias)]));
        house.paper.enter("OMNI", alias, "DESCONHECIDO", internal);
        assert_eq!(decide(&mut house, &reserve)["rows"]["sc0"][0][column], json!(value));
    }
}

#[test]
fn an_entry_without_a_code_is_told() {
    let mut house = house_of("LOJA701");
    house.paper.enter("OMNI", Alias::SELLER, "VAZIO", "01||");
    house.paper.enter("OMNI", Alias::GENERIC, "BANCO", "01||K6|341");
    house.paper.enter("OMNI", Alias::STATION, "CAIXA-9", "01|0101|009");
    let mut sale = message("LOJA701", "stage-counter-sale-cash");
    set(&mut sale, "/SellerInternalId", json!("VAZIO"));
    set(&mut sale, "/StationSalePointInternalId", json!("CAIXA-9"));
    set(&mut sale, &format!("{PAYMENT}/PaymentMethodInternalId"), json!("BANCO"));
    let verdict = decide(&mut house, &sale);
    let form = format!("not_in_list {PAYMENT}/PaymentMethodInternalId");
    let expected = json!(["not_found /StationSalePointInternalId", "not_found /SellerInternalId", form]);
    assert_eq!(verdict["violations"], expected);
}

/// What is wrong and what is missing are told together.
#[test]
fn violations_and_missing_keys_are_named_in_one_answer() {
    let mut sale = message("LOJA701", "stage-counter-sale-cash");
    remove(&mut sale, "/NetPrice");
    set(&mut sale, "/SellerInternalId", json!("DESCONHECIDO"));
    let verdict = decide(&mut house_of("LOJA701"), &sale);
    assert_eq!(verdict["violations"], json!(["missing /NetPrice", "not_found /SellerInternalId"]));
}
