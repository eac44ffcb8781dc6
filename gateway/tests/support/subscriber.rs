//! Clients that stay: one that speaks the WebSocket protocol, and one that reads an event stream.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use reqwest::{Client, header};
use serde_json::{Value, json};
use stores::process::Service;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

const SOON: Duration = Duration::from_secs(20);

/// A client that speaks `graphql-transport-ws`.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(crate) async fn open(gateway: &Service, protocol: &'static str) -> Result<Self, Error> {
        let mut request = format!("ws://{}/graphql", gateway.address()).into_client_request()?;
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol.parse().unwrap());
        Ok(Self(connect_async(request).await?.0))
    }

    pub(crate) async fn connect(gateway: &Service) -> Self {
        let mut socket = Self::open(gateway, "graphql-transport-ws").await.unwrap();
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
        // What was sent before a ping was read before it.
        self.send(json!({ "type": "ping" })).await;
        assert_eq!(self.hear().await, json!({ "type": "pong" }));
    }

    pub(crate) async fn hear(&mut self) -> Value {
        timeout(SOON, self.read()).await.expect("the gateway says more than that it is there")
    }

    async fn read(&mut self) -> Value {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// What the next event of a subscription with one root field says.
    pub(crate) async fn next(&mut self, id: &str) -> Value {
        let message = self.hear().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        assert_eq!(message["payload"]["errors"], Value::Null, "{message}");
        message["payload"]["data"].as_object().unwrap().values().next().unwrap().clone()
    }

    /// The code with which the gateway closes the socket.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            match timeout(SOON, self.0.next()).await.expect("the gateway closes").unwrap() {
                Ok(Message::Close(frame)) => return frame.unwrap().code.into(),
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// The events of an event stream, as they come.
pub(crate) struct Events {
    stream: futures::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    text: String,
}

impl Events {
    pub(crate) async fn open(http: &Client, gateway: &Service, query: &str) -> Self {
        let request = http.post(gateway.url("/graphql")).header(header::ACCEPT, "text/event-stream");
        let response = request.json(&json!({ "query": query })).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self { stream: response.bytes_stream().boxed(), text: String::new() }
    }

    /// The next event and its data; `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<(String, String)> {
        timeout(SOON, self.read()).await.expect("the gateway says more than that it is there")
    }

    async fn read(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.map(|value| value.trim().to_owned())
                };
                let event = field("event:").zip(field("data:"));
                self.text = String::from(rest);
                match event {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let bytes = self.stream.next().await?.unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}
