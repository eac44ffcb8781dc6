//! What the client takes from a shop at most, whatever the shop sends.

#![expect(clippy::unwrap_used, reason = "a test that can't go on says where it stopped")]

use chrono::Utc;
use collector::shops::{
    Request,
    client::{AskError, Client},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// What a client makes of an answer, byte for byte.
async fn ask(answer: Vec<u8>) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/page", listener.local_addr().unwrap()).parse().unwrap();
    let shop = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let read = stream.read(&mut request).await.unwrap();
        assert!(request[..read].starts_with(b"GET /page"));
        // A client that has had enough hangs up.
        let _ = stream.write_all(&answer).await;
    });
    let request = Request { url, headers: Vec::new() };
    let answer = Client::new().unwrap().ask(&request, None, Utc::now()).await;
    shop.await.unwrap();
    match answer {
        Ok(_) => "sound".to_owned(),
        Err(AskError::Foreign { reason, bytes }) => {
            assert!(bytes.len() <= 16 * 1024 * 1024, "{} bytes are held", bytes.len());
            reason.to_string()
        }
        Err(error) => error.to_string(),
    }
}

fn with_body(head: &str, bytes: usize) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n{head}\r\n\r\n").into_bytes();
    answer.resize(answer.len() + bytes, b' ');
    answer
}

#[tokio::test]
async fn whatever_a_shop_sends_is_bounded_and_stays_with_the_shop() {
    let megabytes = |count: usize| count * 1024 * 1024;
    let redirect =
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec();
    let endless_headers = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"X-More: and more\r\n".repeat(100_000)].concat();
    let cases = [
        ("the largest body", with_body("X: y", megabytes(16)), "sound"),
        ("a larger one", with_body("X: y", megabytes(16) + 1), "the page is too large"),
        ("much larger", with_body("X: y", megabytes(40)), "the page is too large"),
        ("cut off", with_body("Content-Length: 100", 10), "the page can't be unpacked or breaks off"),
        ("no gzip", with_body("Content-Encoding: gzip", 100), "the page can't be unpacked or breaks off"),
        ("another address", redirect, "the shop refuses the request (status 302 Found)"),
        ("endless headers", endless_headers, "the shop breaks off"),
        ("no HTTP", b"SSH-2.0-OpenSSH\r\n".to_vec(), "the shop breaks off"),
    ];
    for (case, answer, expected) in cases {
        assert_eq!(ask(answer).await, expected, "{case}");
    }
}
