//! A service that answers, errs, is slow, or is gone.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LONG: Duration = Duration::from_secs(60);

/// Answers by the postal code that it is asked for; none: it never answers.
struct Post {
    service: Service,
    asked: Arc<AtomicUsize>,
}

impl Post {
    async fn new(deadline: Duration, answer: fn(&str) -> Option<&'static str>) -> Post {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/ws/{PLACE}/json/", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut text = String::new();
                while !text.ends_with("\r\n\r\n") {
                    let mut piece = [0; 512];
                    let read = stream.read(&mut piece).await.unwrap();
                    text.push_str(std::str::from_utf8(&piece[..read]).unwrap());
                }
                count.fetch_add(1, Ordering::SeqCst);
                let code = text.strip_prefix("GET /ws/").unwrap().split('/').next().unwrap().to_owned();
                match answer(&code) {
                    Some(said) => {
                        let (status, body) = said.split_once(' ').unwrap();
                        let length = body.len();
                        let head =
                            format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
                    }
                    None => drop(tokio::spawn(async move {
                        tokio::time::sleep(LONG).await;
                        drop(stream);
                    })),
                }
            }
        });
        Post { service: Service::new(&url, deadline).unwrap(), asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn what_it_says_is_read_and_remembered() {
    let post = Post::new(LONG, |code| {
        Some(match code {
            "01001000" => "200 {\"cep\":\"01001-000\",\"localidade\":\"São Paulo\"}",
            "99999998" => "200 {\"erro\":true}",
            "99999999" => "200 {\"erro\":\"true\"}",
            "00000001" => "404 <html>",
            "00000002" => "200 OK|rua",
            _ => "400 {\"erro\":true}",
        })
    })
    .await;
    for (code, exists) in [
        ("01001000", Some(true)),
        ("99999998", Some(false)),
        ("99999999", Some(false)),
        ("00000001", Some(false)),
        ("00000002", None),
        ("00000003", None),
    ] {
        assert_eq!(post.service.exists(code).await, exists, "{code}");
    }
    assert_eq!(post.asked(), 6);
    assert_eq!(post.service.exists("01001000").await, Some(true));
    assert_eq!(post.service.exists("99999999").await, Some(false));
    assert_eq!(post.asked(), 6, "what is known is not asked again");
}

/// Whoever does not answer costs one order its deadline, and the next ones nothing.
#[tokio::test]
async fn who_does_not_answer_is_left_alone_for_a_while() {
    let post = Post::new(Duration::from_millis(50), |_| None).await;
    assert_eq!(post.service.exists("01001000").await, None);
    assert_eq!((post.service.exists("01001000").await, post.asked()), (None, 1));
    tokio::time::pause();
    tokio::time::advance(REST).await;
    tokio::time::resume();
    assert_eq!((post.service.exists("01001000").await, post.asked()), (None, 2));

    let ill = Post::new(LONG, |_| Some("503 {}")).await;
    for _ in 0..3 {
        assert_eq!((ill.service.exists("01001000").await, ill.asked()), (None, 1));
    }
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/{PLACE}", listener.local_addr().unwrap())
    };
    assert_eq!(Service::new(&gone, LONG).unwrap().exists("01001000").await, None);
}

#[tokio::test(start_paused = true)]
async fn memory_ends_and_is_bounded() {
    let service = Service::new(&format!("http://127.0.0.1:1/{PLACE}"), LONG).unwrap();
    for number in 0..=ROOM {
        service.remember(&format!("{number:08}"), true);
    }
    assert!(service.known.lock().unwrap().len() <= ROOM);
    assert_eq!(service.remembered(&format!("{ROOM:08}")), Some(true));
    tokio::time::advance(FRESH).await;
    assert_eq!(service.remembered(&format!("{ROOM:08}")), None);
}

#[test]
fn an_address_says_where_the_postal_code_stands() {
    for wrong in ["", "viacep.com.br/{cep}", "https://viacep.com.br/ws/", "ftp://x/{cep}", "https:///{cep}", "off"] {
        assert!(Service::new(wrong, LONG).is_err(), "{wrong}");
    }
    assert!(Service::new("http://viacep.com.br/ws/{cep}/json/", LONG).is_ok());
}
