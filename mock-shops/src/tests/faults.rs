//! The rate limit and the faults.

use super::*;

/// Whether a spoilt answer (the first) is what became of a sound one.
type Check = fn(&Answer, &Answer) -> bool;

#[tokio::test]
async fn beyond_the_rate_limit_a_shop_says_when_to_come_back() {
    let shops = Shops::new(&["--rate-limit=3"]);
    let mut refused = 0;
    for _ in 0..50 {
        let answer = shops.get("/netvideo/v1/videocards?per_page=1").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.headers["retry-after"], "1");
            refused += 1;
        }
    }
    assert!((40..=47).contains(&refused), "{refused} of 50");
    assert_eq!(shops.get("/countrylink/api/products?category=gpu&limit=1").await.status, StatusCode::OK);
    assert_eq!(shops.get("/_mock/stats").await.json()["netvideo"]["by_status"]["429"], refused);
}

#[tokio::test]
async fn a_fault_strikes_its_shop_alone_until_it_is_ended() {
    let shops = Shops::new(&[]);
    let netvideo = "/netvideo/v1/videocards?per_page=5";
    let countrylink = "/countrylink/api/products?category=gpu&limit=5";
    let sound = shops.get(netvideo).await;
    let fault = json!({"shop": "netvideo", "status": 503, "retry_after_s": 7});
    assert_eq!(shops.put("/_mock/faults", fault).await.status, StatusCode::OK);
    let faulty = shops.get(netvideo).await;
    assert_eq!(
        (faulty.status, &faulty.headers["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"7".parse().unwrap())
    );
    assert_eq!(shops.get(countrylink).await.status, StatusCode::OK);
    assert_eq!(shops.get("/_mock/faults").await.json()["faults"][0]["status"], 503);
    let half = json!({"shop": "all", "status": 500, "probability": 0.5, "latency_ms": 1});
    shops.put("/_mock/faults", half).await;
    let mut struck = 0;
    for _ in 0..200 {
        struck += u32::from(shops.get(countrylink).await.status == StatusCode::INTERNAL_SERVER_ERROR);
    }
    assert!((60..=140).contains(&struck), "{struck} of 200");
    let end = |path: &'static str| shops.send(Method::DELETE, path, &[], Value::Null);
    assert_eq!(end("/_mock/faults?shop=countrylink").await.status, StatusCode::NO_CONTENT);
    assert_eq!(shops.get("/_mock/faults").await.json()["faults"].as_array().unwrap().len(), 1);
    assert_eq!(end("/_mock/faults").await.status, StatusCode::NO_CONTENT);
    assert_eq!(shops.get(netvideo).await.bytes, sound.bytes);
}

#[tokio::test]
async fn a_body_is_spoilt_in_the_way_that_was_asked_for() {
    let shops = Shops::new(&[]);
    let path = "/netvideo/v1/videocards?per_page=5";
    let sound = shops.get(path).await;
    let tag = sound.headers["etag"].to_str().unwrap().to_owned();
    let cases: [(&str, Check); 6] = [
        ("truncated", |faulty, sound| faulty.bytes == sound.bytes[..sound.bytes.len() / 2]),
        ("html", |faulty, _| faulty.headers["content-type"] == "text/html; charset=utf-8"),
        ("empty", |faulty, _| faulty.bytes.is_empty()),
        ("bad_utf8", |faulty, sound| {
            str::from_utf8(&faulty.bytes).is_err() && faulty.bytes.len() == sound.bytes.len()
        }),
        ("bad_gzip", |faulty, _| faulty.headers["content-encoding"] == "gzip"),
        ("deep", |faulty, _| faulty.bytes.starts_with("[".repeat(100_000).as_bytes())),
    ];
    for (body, check) in cases {
        shops.put("/_mock/faults", json!({"shop": "netvideo", "body": body})).await;
        let faulty = shops.send(Method::GET, path, &[("if-none-match", &tag)], Value::Null).await;
        assert_eq!(faulty.status, StatusCode::OK, "{body}");
        assert!(check(&faulty, &sound), "{body}: {}", faulty.text());
    }
}

#[tokio::test]
async fn a_fault_that_makes_no_sense_gets_a_sentence() {
    let shops = Shops::new(&[]);
    let cases = [
        (json!({"status": 500}), "missing field `shop`"),
        (json!({"shop": "amazon"}), "shop has to be netvideo, countrylink or all"),
        (json!({"shop": "all", "colour": "red"}), "unknown field `colour`"),
        (json!({"shop": "all", "probability": 1.5}), "probability has to be a number from 0 to 1"),
        (json!({"shop": "all", "status": 99}), "status has to be"),
        (json!({"shop": "all", "body": "sour"}), "unknown variant `sour`"),
    ];
    for (fault, part) in cases {
        let answer = shops.put("/_mock/faults", fault.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fault}");
        assert!(answer.text().contains(part), "{fault}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_connection_can_be_cut_in_the_middle_of_a_body() {
    let shops = Shops::new(&[]);
    shops.put("/_mock/faults", json!({"shop": "netvideo", "close": true})).await;
    let received = raw(&shops, usize::MAX).await;
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    let promised: usize =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    assert!(!body.is_empty() && body.len() < promised, "{} of {promised}", body.len());
}

#[tokio::test]
async fn a_hanging_request_counts_as_under_way_until_its_client_leaves() {
    let shops = Shops::new(&[]);
    shops.put("/_mock/faults", json!({"shop": "netvideo", "body": "hang"})).await;
    let asking = tokio::time::timeout(Duration::from_millis(50), shops.get("/netvideo/v1/videocards"));
    assert!(asking.await.is_err());
    let stats = shops.get("/_mock/stats").await.json()["netvideo"].clone();
    assert_eq!(
        (&stats["abandoned"], &stats["in_flight"], &stats["most_in_flight"]),
        (&json!(1), &json!(0), &json!(1))
    );
    assert_eq!(
        shops.send(Method::DELETE, "/_mock/stats", &[], Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(shops.get("/_mock/stats").await.json()["netvideo"]["requests"], 0);
    shops.world.stopping.cancel();
    assert_eq!(shops.get("/netvideo/v1/videocards").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_huge_body_is_sent_only_as_far_as_it_is_read() {
    let shops = Shops::new(&[]);
    for body in ["huge", "gzip_bomb"] {
        shops.put("/_mock/faults", json!({"shop": "netvideo", "body": body})).await;
        assert!(raw(&shops, 1 << 20).await.len() >= 1 << 20, "{body}");
    }
}

/// Serves on a free port and asks once, by hand; what came before the connection ended, or before `enough`.
async fn raw(shops: &Shops, enough: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, shops.app.clone()).into_future());
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(b"GET /netvideo/v1/videocards?per_page=5 HTTP/1.1\r\nhost: shop\r\n\r\n").await.unwrap();
    let mut received = Vec::new();
    let read = async {
        let mut buffer = vec![0; 65_536];
        while received.len() < enough {
            match socket.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(count) => received.extend(&buffer[..count]),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .expect("the connection neither ends nor gives more");
    server.abort();
    String::from_utf8_lossy(&received).into_owned()
}
