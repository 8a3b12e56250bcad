//! Who may read and write what, and how a question is read.

use crate::bus::http::HttpSettings;
use crate::bus::http::login::hash;
use crate::bus::http::tests::Server;
use serde_json::json;

const LIST: &str = "/winthor/varejo/matcon/v1/orders/pdvsync/consulta";

#[tokio::test]
async fn a_question_comes_in_the_address_or_in_the_body() {
    let server = Server::with(HttpSettings::default(), |_| None).await;
    let (status, _, body) = server.call("GET", LIST, None, "").await;
    assert_eq!(status, 400, "{body}");
    assert!(body.contains("/idLojaRetaguarda") && body.contains("não informado"), "{body}");
    let address = format!("{LIST}?idLojaRetaguarda=2&idRetaguarda=0&cpfCliente=034.250.671-41&nomeCliente=Jos%C3%A9");
    let more =
        "&idOperadorRetaguarda=10&dataInicio=2023-07-25T11:43:45.086336&dataFim=2023-07-26&idClienteRetaguarda=0";
    let (status, _, body) = server.call("GET", &format!("{address}{more}"), None, "").await;
    assert_eq!((status, body.as_str()), (200, r#"{"success":true,"hasNext":true,"message":"","data":[]}"#));
    let asked = json!({
        "IDLOJARETAGUARDA": 2, "idRetaguarda": 0, "cpfCnpj": "03425067141", "nome": "José", "idOperadorRetaguarda": 10,
        "dataInicio": "2023-07-25T11:43:45.086336", "dataFim": "2023-07-26", "idClienteRetaguarda": 0,
        "page": 3, "pageSize": 20,
    });
    assert_eq!(server.post(LIST, &asked).await.0, 200);
    let sought = server.clerk.1.lock().unwrap().clone();
    let [(address, 0, 200), (body, 40, 20)] = &sought[..] else { panic!("{sought:?}") };
    assert_eq!(format!("{address:?}"), format!("{body:?}"));
    assert_eq!((body.branch.as_str(), body.document.as_deref()), ("2", Some("03425067141")));
    assert_eq!((body.number.as_deref(), body.customer.as_deref()), (None, None));
    assert_eq!(body.from.unwrap().to_string(), "2023-07-25 11:43:45.086336");
    assert_eq!(body.until.unwrap().to_string(), "2023-07-26 23:59:59");
    let (status, _, body) = server.call("GET", &format!("{LIST}?idLojaRetaguarda=2&dataFim=ontem"), None, "").await;
    assert_eq!(status, 400);
    assert!(body.contains("\"path\":\"/dataFim\""), "{body}");
    for body in ["[]", "{"] {
        assert_eq!(server.call("POST", LIST, None, body).await.0, 400, "{body}");
    }
}

#[tokio::test]
async fn an_order_is_shown_by_its_number() {
    let server = Server::with(HttpSettings::default(), |_| None).await;
    for method in ["GET", "POST"] {
        let (status, _, body) = server.call(method, &format!("{LIST}/7"), None, "").await;
        assert_eq!(status, 200);
        assert!(body.contains(r#""idRetaguarda":"7""#), "{body}");
        let (status, _, body) = server.call(method, &format!("{LIST}/8"), None, "").await;
        assert_eq!(status, 404);
        assert!(body.starts_with(r#"{"success":false"#), "{body}");
    }
    let (status, _, body) = server.call("GET", "/api/wholesale/v1/orders/list?orderStatus=F,C", None, "").await;
    assert_eq!((status, body.as_str()), (200, r#"{"items":[],"hasNext":false}"#));
}

/// A login reads and writes what is of its branches; the refusal has the form that a point of sale reads.
#[tokio::test]
async fn a_login_is_good_for_its_branches_only() {
    let users = json!([{ "name": "loja1", "password": hash("x").unwrap(), "branches": ["1"] }]);
    let settings = HttpSettings { users: serde_json::from_value(users).unwrap(), ..HttpSettings::default() };
    let server = Server::with(settings, |_| None).await;
    let login = json!({ "login": "loja1", "senha": "x" });
    let (_, body) = server.post("/winthor/autenticacao/v1/login", &login).await;
    let token = body["accessToken"].as_str();
    let ask = async |method: &str, path: &str, body: &str| server.call(method, path, token, body).await.0;
    assert_eq!(server.call("GET", LIST, None, "").await.0, 401);
    assert_eq!(ask("GET", &format!("{LIST}?idLojaRetaguarda=1"), "").await, 200);
    assert_eq!(ask("GET", &format!("{LIST}?idLojaRetaguarda=2"), "").await, 403);
    assert_eq!(ask("GET", &format!("{LIST}/7"), "").await, 404, "it is of branch 2");
    assert_eq!(ask("GET", "/api/wholesale/v1/orders/list?branchId=1", "").await, 200);
    assert_eq!(ask("GET", "/api/wholesale/v1/orders/list", "").await, 403);
    let orders = LIST.trim_end_matches("/consulta");
    for body in
        [r#"{"idLojaRetaguarda":2}"#, r#"{"IdLojaRetaguarda":"2","situacaoPreVenda":0}"#, r#"{"situacaoPreVenda":"0"}"#]
    {
        assert_eq!(ask("POST", orders, body).await, if body.contains("2") { 403 } else { 400 }, "{body}");
    }
    assert_eq!(ask("DELETE", orders, r#"{"idRetaguarda":7}"#).await, 400);
    let (_, _, body) = server.call("DELETE", orders, token, r#"{"idRetaguarda":7}"#).await;
    assert!(body.starts_with(r#"{"success":false,"hasNext":false,"message":"idLojaRetaguarda"#), "{body}");
    // What is of its branch goes on; here nobody decides it.
    for (method, body) in [("POST", r#"{"idLojaRetaguarda":1}"#), ("DELETE", r#"{"idLojaRetaguarda":"1"}"#)] {
        assert_eq!(ask(method, orders, body).await, 503, "{method} {body}");
    }
}
