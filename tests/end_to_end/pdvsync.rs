//! PDVSync: the pre-sale from the point of sale to the rows that the back office sees.

use serde_json::{Value, json};

use crate::harness::{Engine, Site};
use crate::http::{Client, Reply};
use crate::messages::text;
use crate::wait::until;

/// The two families of paths.
pub const ORDERS: [&str; 2] = ["/api/wholesale/v1/orders/pdvsync", "/winthor/varejo/matcon/v1/orders/pdvsync"];
const CUSTOMER: &str = "/winthor/varejo/matcon/v1/cliente/pdvsync";

/// The published samples, as they are.
pub const RESERVE: &str = include_str!("../../adapters/pdvsync/samples/stage-reserve.json");
pub const PAID: &str = include_str!("../../adapters/pdvsync/samples/stage-paid-order.json");

/// The answer must be a success in the published form, to the letter; gives order and customer.
pub fn taken(reply: &Reply) -> (String, String) {
    assert_eq!(reply.status, 200, "{reply:?}");
    let told = reply.json();
    let word = |pointer: &str| told.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{told:#}"));
    let (order, customer) = (word("/data/idRetaguardaPedido"), word("/data/cliente/idRetaguardaCliente"));
    let form = json!({
        "success": true, "hasNext": false, "message": "",
        "data": {
            "idRetaguardaPedido": order, "cliente": { "idRetaguardaCliente": customer }, "message": "", "success": true,
        },
    });
    assert_eq!(told, form);
    (order.to_owned(), customer.to_owned())
}

/// The answer must be a refusal in the published form; gives code and path of every reason.
pub fn refused(reply: &Reply, status: u16) -> Vec<(String, String)> {
    assert_eq!(reply.status, status, "{reply:?}");
    let told = reply.json();
    let errors = told["data"]["errors"].as_array().unwrap_or_else(|| panic!("{told:#}"));
    let texts: Vec<&str> = errors.iter().map(|error| error["message"].as_str().expect("a text")).collect();
    let joined = texts.join("\n");
    assert!(!joined.is_empty());
    let form = json!({
        "success": false, "hasNext": false, "message": joined,
        "data": {
            "idRetaguardaPedido": "", "cliente": { "idRetaguardaCliente": "" }, "message": joined, "success": false,
            "errors": errors,
        },
    });
    assert_eq!(told, form);
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    errors.iter().map(|error| (word(&error["code"]), word(&error["path"]))).collect()
}

async fn send(site: &Site, method: &str, path: &str, body: &str) -> Reply {
    site.http.ask(method, path, Some(body.into())).await.expect("an answer")
}

/// The published paid order, of a reserve.
pub fn paid(reserve: &str) -> String {
    PAID.replace("54382", reserve)
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// From the reserve to the invoice's door and back, on both engines and by both families of paths.
#[tokio::test]
async fn a_pre_sale_is_reserved_paid_and_cancelled() {
    for (engine, name) in [(Engine::Production, "presale"), (Engine::Embedded, "presale_files")] {
        for path in ORDERS {
            let site = Site::on(engine, name).await;
            let (reserve, consumer) = taken(&send(&site, "POST", path, RESERVE).await);
            assert_eq!(consumer, "1");
            site.rows
                .are(
                    "pcpedc",
                    "order by numped",
                    "condvenda | posicao | codfilial | numpedhube            | codcli | codusur | codcob | vltotal
                     7         | L       | 1         | 20260115120000000001 | 1      | 1       |        | 59.80",
                )
                .await;
            let (order, customer) = taken(&send(&site, "POST", path, &paid(&reserve)).await);
            assert_eq!(order, reserve, "the sale has the number of its reserve");
            assert_eq!(
                site.rows.cell("pcclient", "cliente", &format!("codcli = '{customer}'")).await,
                "Cliente alterar"
            );
            site.rows
                .are(
                    "pcpedc",
                    "order by condvenda",
                    "condvenda | posicao | fretedespacho | codcob | vltotal | numpedhube
                     7         | L       | T             | DH     | 24.90   | 20230612140631122023235
                     8         | L       | T             | DH     | 24.90   | 20230612140631122023235",
                )
                .await;
            let tv8 = site.rows.cell("pcpedc", "numped", &format!("numpedentfut = '{order}'")).await;
            let rows = &site.rows;
            assert_eq!(
                rows.count("pcpedi", &format!("numped in ('{order}', '{tv8}') and tipoentrega = 'RP'")).await,
                2
            );
            rows.are("pcformapgtopedido", "", "codcob | valor    | nsu | parcela\nDH     | 1.000000 |     | 1").await;
            let linked =
                format!("numpedtv7 = '{order}' and numpedtv8 = '{tv8}' and idvinculo = '20230612140631122023235'");
            assert_eq!(rows.count("pcvinculopedidomatcon", &linked).await, 1);
            let cancel = json!({ "idRetaguarda": order, "offline": true }).to_string();
            assert_eq!(taken(&send(&site, "DELETE", path, &cancel).await), (order, customer));
            assert_eq!(rows.count("pcpedc", "posicao = 'C'").await, 2);
            rows.are(
                "pclogpedidoapi",
                "order by id",
                "operacao | status | posicao
                 I        | A      | L
                 I        | A      | L
                 C        | A      | C",
            )
            .await;
            assert_eq!(rows.count("xx3", "xx3_model = 'PDVSYNC' and xx3_status = 'noted'").await, 3);
            site.close().await;
        }
    }
}

/// The same call again is answered the same and leaves but its row in the log.
#[tokio::test]
async fn a_repeated_call_gets_the_same_answer() {
    let site = Site::on(Engine::Embedded, "presale_again").await;
    let path = ORDERS[0];
    let first = taken(&send(&site, "POST", path, RESERVE).await);
    assert_eq!(taken(&send(&site, "POST", path, RESERVE).await), first);
    let paid = paid(&first.0);
    let order = taken(&send(&site, "POST", path, &paid).await);
    assert_eq!(taken(&send(&site, "POST", path, &paid).await), order);
    let other = paid.replace("24.9", "25.9");
    assert_eq!(
        refused(&send(&site, "POST", path, &other).await, 409),
        [("already_integrated".to_owned(), "/idRetaguarda".to_owned())]
    );
    assert_eq!(site.rows.count("pcpedc", "1 = 1").await, 2);
    assert_eq!(site.rows.count("pclogpedidoapi", "status = 'A'").await, 4);
    assert_eq!(site.rows.count("pclogpedidoapi", "status = 'R'").await, 1);
    site.close().await;
}

/// PUT and a repeated reserve replace; the first order is cancelled.
#[tokio::test]
async fn a_changed_reserve_takes_the_place_of_the_first() {
    let site = Site::on(Engine::Embedded, "presale_changed").await;
    let (first, _) = taken(&send(&site, "POST", ORDERS[1], RESERVE).await);
    let mut changed = parsed(RESERVE);
    changed["preVendaItens"][0]["quantidade"] = json!("3,5");
    changed["idRetaguarda"] = json!(first);
    let (second, _) = taken(&send(&site, "PUT", ORDERS[1], &changed.to_string()).await);
    assert_ne!(second, first);
    assert_eq!(site.rows.cell("pcpedc", "posicao", &format!("numped = '{first}'")).await, "C");
    assert_eq!(site.rows.cell("pcpedi", "qt", &format!("numped = '{second}' and numseq = '1'")).await, "3.500000");
    site.close().await;
}

/// Every reason is told at once, in the form of an answer, and nothing is written but the log.
#[tokio::test]
async fn a_refusal_names_every_reason() {
    let site = Site::on(Engine::Embedded, "presale_refused").await;
    let path = ORDERS[0];
    let wrong = include_str!("../../adapters/pdvsync/samples/refuse-wrong-values.json");
    let reasons = refused(&send(&site, "POST", path, wrong).await, 400);
    assert_eq!(reasons.len(), 14, "there is no such reserve either: {reasons:?}");
    let refused_as = |status: u16, reply: &Reply, code: &str, path: &str| {
        assert_eq!(refused(reply, status), [(code.to_owned(), path.to_owned())]);
    };
    refused_as(404, &send(&site, "POST", path, PAID).await, "not_found", "/idRetaguarda");
    refused_as(404, &send(&site, "DELETE", path, "{\"idRetaguarda\": 9}").await, "not_found", "/idRetaguarda");
    assert_eq!(site.rows.count("pclogpedidoapi", "status = 'R'").await, 3);
    for body in ["", "{", "[]", "7", "\"DISPONIVEL\""] {
        let reply = send(&site, "POST", path, body).await;
        assert_eq!(refused(&reply, 400).len(), 1, "{body:?}");
    }
    assert_eq!(site.rows.count("pclogpedidoapi", "1 = 1").await, 3, "what is no object leaves no row");
    assert_eq!(site.rows.count("pcpedc", "1 = 1").await, 0);
    site.close().await;
}

/// As a page shows it: indented by hard blanks.
#[tokio::test]
async fn the_published_samples_are_taken_as_they_are_pasted() {
    let site = Site::on(Engine::Embedded, "presale_pasted").await;
    let pasted = |text: &str| text.replace("    ", "\u{a0}\u{a0}\u{a0}\u{a0}");
    let (reserve, _) = taken(&send(&site, "POST", ORDERS[0], &pasted(RESERVE)).await);
    taken(&send(&site, "POST", ORDERS[0], &pasted(&paid(&reserve))).await);
    site.close().await;
}

#[tokio::test]
async fn a_customer_comes_alone() {
    let site = Site::on(Engine::Embedded, "presale_customer").await;
    let customer = include_str!("../../adapters/pdvsync/samples/stage-customer.json");
    let (order, code) = taken(&send(&site, "POST", CUSTOMER, customer).await);
    assert_eq!(
        (order.as_str(), site.rows.cell("pcclient", "codcli", "cgcent = '12345678909'").await),
        ("", code.clone())
    );
    let moved = customer.replace("RUA NOVA", "RUA MAIS NOVA");
    assert_eq!(taken(&send(&site, "POST", CUSTOMER, &moved).await).1, code);
    assert_eq!(site.rows.cell("pcclient", "endercob", "1 = 1").await, "RUA MAIS NOVA");
    assert_eq!(refused(&send(&site, "POST", CUSTOMER, "{}").await, 400).len(), 8);
    site.close().await;
}

/// Who may not come in is told so in the form that a point of sale reads.
#[tokio::test]
async fn without_a_token_nobody_sells() {
    let tokens = "[http]\ntokens = [{ name = \"loja\", token = \"a-secret-of-the-test\", may = [\"pdvsync\"] }]\n";
    let site = Site::with(Engine::Embedded, "presale_token", tokens).await;
    let known = Client { token: Some("a-secret-of-the-test".into()), ..site.http.clone() };
    let reasons = refused(&send(&site, "POST", ORDERS[0], RESERVE).await, 401);
    assert_eq!(reasons, [("unauthorized".to_owned(), String::new())]);
    assert_eq!(site.rows.count("pclogpedidoapi", "1 = 1").await, 0);
    taken(&known.ask("POST", ORDERS[0], Some(RESERVE.into())).await.expect("an answer"));
    site.close().await;
}

/// `domain/pdvsync.md` 8: what is invoiced is not cancelled.
#[tokio::test]
async fn an_invoiced_order_is_not_cancelled() {
    let site = Site::on(Engine::Embedded, "presale_invoiced").await;
    let (order, _) = taken(&send(&site, "POST", ORDERS[0], RESERVE).await);
    taken(&send(&site, "POST", ORDERS[0], &paid(&order)).await);
    let tv8 = site.rows.cell("pcpedc", "numped", "condvenda = '8'").await;
    let event = json!({ "order": format!("PDVSYNC|1|{tv8}"), "event": "invoiced" });
    let reply = site.http.post("/api/v1/order-events", &event).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "changed": true })));
    let cancel = json!({ "situacaoPreVenda": "CANCELADA", "idRetaguarda": order }).to_string();
    let reasons = refused(&send(&site, "POST", ORDERS[0], &cancel).await, 409);
    assert_eq!(reasons, [("cannot_cancel".to_owned(), "/idRetaguarda".to_owned())]);
    assert_eq!(site.rows.count("pcpedc", "posicao = 'C'").await, 0);
    site.rows.are("pclogpedidoapi", "where operacao = 'C'", "status | numped\nR | 1").await;
    site.close().await;
}

/// A paid order is told to who is registered for it.
#[tokio::test]
async fn a_paid_order_is_told_onward() {
    for (engine, name) in [(Engine::Production, "presale_onward"), (Engine::Embedded, "presale_onward_files")] {
        let mut site = Site::on(engine, name).await;
        site.stop().await;
        let file = site.folder().join("config/adapters.toml");
        let registered = std::fs::read_to_string(&file).expect("read adapters.toml")
            + r#"
[[adapter]]
routine = "PDVSYNC"
message = "PreSale"
description = "Paid orders of PDVSync"
send = true
receive = false
method = "async"
operation = "all"
condition = 'content.preVendaItens.exists(item, double(item.quantidade) > 0.0)'
channel = "ESB"
version = "1.000"
alias = ""
route = "OMNI"
format = "JSON"
execution_branch = ""
"#;
        std::fs::write(&file, registered).expect("write adapters.toml");
        site.start().await;
        let (order, _) = taken(&send(&site, "POST", ORDERS[0], RESERVE).await);
        taken(&send(&site, "POST", ORDERS[0], &paid(&order)).await);
        let told = until("the paid order at OMNI", async || site.omni.traces().pop()).await;
        assert_eq!(text(&told, "/Header/Transaction"), "PRESALE");
        assert_eq!(text(&told, "/Header/BranchId"), "1");
        assert_eq!(text(&told, "/Content/idRetaguarda"), order);
        assert_eq!(text(&told, "/Content/preVendaItens/0/idProdutoRetaguarda"), "3-3");
        assert_eq!(site.omni.traces().len(), 1, "a reserve is not told");
        site.close().await;
    }
}

/// What waits for its payment is found by every filter, and no longer once it is paid.
#[tokio::test]
async fn reserves_are_found_until_they_are_paid() {
    for (engine, name) in [(Engine::Production, "presale_read"), (Engine::Embedded, "presale_read_files")] {
        let site = Site::on(engine, name).await;
        let mut orders = Vec::new();
        for number in 1..=3 {
            let mut reserve = parsed(RESERVE);
            reserve["numero"] = json!(format!("POS-{number}"));
            reserve["cliente"] =
                json!({ "nome": format!("Conceição {number}"), "cpfCnpj": format!("1234567890{number}") });
            orders.push(taken(&send(&site, "POST", ORDERS[0], &reserve.to_string()).await).0);
        }
        let list = format!("{}/consulta", ORDERS[0]);
        let found = async |query: &str| {
            let told = site.http.get(&format!("{list}?idLojaRetaguarda=1{query}")).await.json();
            assert_eq!(told["success"], true, "{told:#}");
            let rows = told["data"].as_array().expect("a list").clone();
            let numbers = rows.iter().map(|row| row["idRetaguarda"].as_str().expect("a number").to_owned());
            (numbers.collect::<Vec<_>>(), told["hasNext"] == true)
        };
        let [one, two, three] = [0, 1, 2].map(|at: usize| orders[at].clone());
        assert_eq!(found("").await, (vec![three.clone(), two.clone(), one.clone()], false));
        assert_eq!(found("&page=1&pageSize=2").await, (vec![three.clone(), two.clone()], true));
        assert_eq!(found("&page=2&pageSize=2").await, (vec![one.clone()], false));
        assert_eq!(found(&format!("&idRetaguarda={two}")).await, (vec![two.clone()], false));
        assert_eq!(found("&cpfCliente=123.456.789-02").await, (vec![two.clone()], false));
        assert_eq!(found("&nomeCliente=conceicao%203").await, (vec![three.clone()], false));
        assert_eq!(found("&idOperadorRetaguarda=1&idClienteRetaguarda=1&dataInicio=2020-01-01").await.0.len(), 3);
        for nobody in
            ["&idOperadorRetaguarda=7", "&idClienteRetaguarda=7", "&dataFim=2020-01-01", "&dataInicio=2999-01-01"]
        {
            assert_eq!(found(nobody).await, (vec![], false), "{nobody}");
        }
        let other = site.http.get(&format!("{list}?idLojaRetaguarda=2")).await.json();
        assert_eq!(other["data"], json!([]));

        taken(&send(&site, "POST", ORDERS[0], &paid(&two)).await);
        taken(&send(&site, "DELETE", ORDERS[0], &json!({ "idRetaguarda": three }).to_string()).await);
        assert_eq!(found("").await, (vec![one.clone()], false));
        for (order, situation) in [(&one, "DISPONIVEL"), (&two, "RECEBIDO"), (&three, "CANCELADA")] {
            let told = send(&site, "POST", &format!("{list}/{order}"), "").await.json();
            assert_eq!(told["data"]["situacaoPreVenda"], situation, "{told:#}");
        }
        let told = site.http.get(&format!("{list}/{two}")).await.json();
        assert_eq!(told["data"]["cliente"]["nome"], "Cliente alterar");
        assert_eq!(told["data"]["preVendaPagamentos"][0]["pagamentoForma"]["idRetaguarda"], "DH");
        let states =
            site.http.get("/api/wholesale/v1/orders/list?branchId=1&orderStatus=F,C&daysOfSearch=60").await.json();
        assert_eq!(states["items"].as_array().map(Vec::len), Some(1), "{states:#}");
        assert_eq!((&states["items"][0]["orderId"], &states["items"][0]["orderStatus"]), (&json!(three), &json!("C")));
        assert_eq!(refused(&site.http.get(&format!("{list}/999")).await, 404).len(), 1);
        site.close().await;
    }
}

/// What the back office offers is read exactly as the samples say, and taken by the point of sale.
#[tokio::test]
async fn an_offered_order_is_read_as_published_and_paid() {
    let list = parsed(include_str!("../../adapters/pdvsync/samples/answers/list.json"));
    let detail = parsed(include_str!("../../adapters/pdvsync/samples/answers/detail.json"));
    for (engine, name) in [(Engine::Production, "presale_offer"), (Engine::Embedded, "presale_offer_files")] {
        let site = Site::on(engine, name).await;
        let offer = detail["data"].to_string();
        let path = format!("{}/disponivel", ORDERS[1]);
        let number = ("10000908".to_owned(), "10".to_owned());
        assert_eq!(taken(&send(&site, "POST", &path, &offer).await), number);
        assert_eq!(taken(&send(&site, "POST", &path, &offer).await), number, "the same again");
        let consult = format!("{}/consulta", ORDERS[1]);
        let listed = send(&site, "POST", &consult, "{\"idLojaRetaguarda\": \"2\", \"idRetaguarda\": 0}").await;
        assert_eq!(listed.text, list.to_string(), "to the letter");
        let shown = site.http.get(&format!("{consult}/10000908")).await;
        assert_eq!(shown.text, detail.to_string(), "to the letter");

        std::fs::write(
            site.folder().join("offer.json"),
            format!("[{}]", offer.replace("\"quantidade\":1,", "\"quantidade\":2,")),
        )
        .expect("write the offer");
        let said = site.eaid(&["pdvsync", "offer", "offer.json"]).await.ends(0);
        assert_eq!(said.out, "offered  10000908\n");
        assert_eq!(site.rows.cell("pcpedi", "qt", "numped = '10000908'").await, "2.000000");
        std::fs::write(site.folder().join("wrong.json"), "{}").expect("write the offer");
        let said = site.eaid(&["pdvsync", "offer", "wrong.json"]).await.ends(1);
        assert!(said.out.contains("/idLojaRetaguarda"), "{}", said.out);

        let mut pay = parsed(&paid("10000908"));
        pay["IdLojaRetaguarda"] = json!(2);
        pay["Cliente"] = detail["data"]["cliente"].clone();
        assert_eq!(taken(&send(&site, "POST", ORDERS[1], &pay.to_string()).await), number);
        assert_eq!(site.rows.count("pcpedc", "numpedentfut = '10000908' and codcli = '10'").await, 1);
        let listed = site.http.get(&format!("{consult}?idLojaRetaguarda=2")).await.json();
        assert_eq!(listed["data"], json!([]));
        assert_eq!(refused(&send(&site, "POST", &path, &offer).await, 409).len(), 1);
        site.close().await;
    }
}
