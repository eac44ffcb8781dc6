//! Operations over WebSocket by the protocol `graphql-transport-ws`: several at once on one socket, each by a name that
//! the client chose.
//!
//! One task serves one socket. It sends before it reads on, so a client that doesn't read is not read either: nothing
//! gathers here, and its subscriptions lag until they end.

mod message;

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql_axum::GraphQLProtocol;
use axum::{
    extract::{
        FromRequestParts, Request,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::stream::{self, AbortHandle, BoxStream, SelectAll, StreamExt, abortable};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use self::message::{ACKNOWLEDGED, Closing, FromClient};
use super::{
    asked::Asked, graphql::GraphQl, negotiation::MediaType, refusal::Refusal, subscribers::begin, traced,
};
use crate::{graphql::subscribe::Told, measures};

/// The one protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";
/// What a message has around its request, in bytes, at most.
const ENVELOPE_BYTES: usize = 1024;
/// What a socket sets aside for reading. The default of 128 KiB is too much for thousands of idle ones.
const READ_BUFFER_BYTES: usize = 1024;
/// How long a client has for `connection_init`.
const INIT_PATIENCE: Duration = Duration::from_secs(10);
/// How often a client is asked whether it is there; silent for twice as long, it is given up.
const PING_EVERY: Duration = Duration::from_secs(20);
/// How long a client may take to read what it is sent.
const SEND_PATIENCE: Duration = Duration::from_secs(20);
/// How long a client has for its own closing frame.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);
/// The most operations at once on one socket.
const MOST_OPERATIONS: usize = 50;

/// Whether the client asks for a socket.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|upgrade| upgrade.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

pub(super) async fn accept(graphql: Arc<GraphQl>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade.protocols([PROTOCOL]),
        Err(rejection) => return rejection.into_response(),
    };
    if upgrade.selected_protocol().is_none() {
        let old = GraphQLProtocol::from_request_parts(&mut parts, &()).await.is_ok();
        return not_spoken(old).respond(MediaType::Json);
    }
    let place = match graphql.gateway.subscribers.place() {
        Ok(place) => place,
        Err(refusal) => return refusal.respond(MediaType::Json),
    };
    let longest_message_bytes = graphql.limits.max_body_bytes + ENVELOPE_BYTES;
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(longest_message_bytes)
        .max_frame_size(longest_message_bytes)
        .on_upgrade(async move |socket| {
            let gauge = metrics::gauge!("gateway_subscribers", "transport" => "websocket");
            gauge.increment(1.0);
            Box::pin(serve(graphql, socket)).await;
            gauge.decrement(1.0);
            drop(place);
        })
}

/// `old`: the client offers the protocol that came before.
fn not_spoken(old: bool) -> Refusal {
    let only = "The only WebSocket protocol that is spoken here is `graphql-transport-ws`";
    let why = if old {
        "; `graphql-ws` is its predecessor's name, spoken by the old package subscriptions-transport-ws: use the \
         package graphql-ws."
    } else {
        "; the header `Sec-WebSocket-Protocol` does not offer it."
    };
    Refusal::bad_request(&format!("{only}{why}"))
}

/// The error's type isn't axum's, so its words have to do.
fn is_too_large(error: &axum::Error) -> bool {
    let words = error.to_string();
    words.contains("too large") || words.contains("too long")
}

/// Why a socket ends.
enum End {
    /// The client is gone, or does not read.
    Lost,
    /// It is told why.
    Closing(Closing),
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Closing(closing)
    }
}

/// What an operation says: its name, and what is told of it; `None`: it is complete.
type Said = (Arc<str>, Option<Told>);

/// A socket and what runs on it.
struct Session {
    graphql: Arc<GraphQl>,
    socket: WebSocket,
    acknowledged: bool,
    operations: SelectAll<BoxStream<'static, Said>>,
    running: HashMap<Arc<str>, AbortHandle>,
}

async fn serve(graphql: Arc<GraphQl>, socket: WebSocket) {
    let mut session = Session {
        graphql,
        socket,
        acknowledged: false,
        operations: SelectAll::new(),
        running: HashMap::new(),
    };
    if let Err(End::Closing(Closing { code, reason })) = session.run().await {
        // Nothing runs any more.
        session.operations.clear();
        let frame = CloseFrame { code, reason: reason.into() };
        let goodbye = async {
            if session.socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = session.socket.recv().await {}
            }
        };
        let _ = timeout(CLOSE_PATIENCE, goodbye).await;
    }
}

impl Session {
    async fn run(&mut self) -> Result<(), End> {
        let stop = self.graphql.gateway.subscribers.stop().clone();
        let init_until = Instant::now() + INIT_PATIENCE;
        let mut heard = Instant::now();
        let mut ping = interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(Closing::going_away().into()),
                () = sleep_until(init_until), if !self.acknowledged => return Err(Closing::no_init().into()),
                message = self.socket.recv() => {
                    heard = Instant::now();
                    self.receive(message).await?;
                }
                Some((id, told)) = self.operations.next(), if !self.operations.is_empty() => {
                    self.tell(&id, told).await?;
                }
                _ = ping.tick() => {
                    if heard.elapsed() > 2 * PING_EVERY {
                        return Err(End::Lost);
                    }
                    self.send(Message::Ping(Bytes::new())).await?;
                }
            }
        }
    }

    async fn receive(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Binary(_))) => return Err(Closing::invalid("Messages are text").into()),
            // Pings are answered by the socket itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Err(error)) if is_too_large(&error) => return Err(Closing::too_large().into()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Lost),
        };
        match FromClient::read(text.as_str())? {
            FromClient::ConnectionInit { .. } if self.acknowledged => Err(Closing::init_again().into()),
            FromClient::ConnectionInit { .. } => {
                self.acknowledged = true;
                self.send_text(ACKNOWLEDGED.to_owned()).await
            }
            FromClient::Ping { payload } => self.send_text(message::pong(payload.as_ref())).await,
            FromClient::Pong { .. } => Ok(()),
            FromClient::Subscribe { .. } if !self.acknowledged => Err(Closing::unauthorized().into()),
            FromClient::Subscribe { id, payload } => self.begin(id.into(), payload).await,
            FromClient::Complete { id } => {
                if let Some(running) = self.running.remove(id.as_str()) {
                    running.abort();
                }
                Ok(())
            }
        }
    }

    async fn begin(&mut self, id: Arc<str>, payload: serde_json::Value) -> Result<(), End> {
        if self.running.contains_key(&id) {
            return Err(Closing::exists(&id).into());
        }
        let asked = Asked::read_payload(payload).map_err(|problem| Closing::invalid(&problem))?;
        if self.running.len() >= MOST_OPERATIONS {
            let error = serde_json::json!([{
                "message": format!("{MOST_OPERATIONS} operations at once are the most on one socket."),
                "extensions": { "code": "TOO_MANY_SUBSCRIPTIONS" },
            }])
            .to_string();
            measures::failure_told(error.as_bytes());
            return self.send_text(message::with_payload(&id, "error", error.as_bytes())).await;
        }
        let name = Arc::clone(&id);
        // A socket is a part of no trace.
        let span = traced::span(asked.operation_name.as_deref(), &HeaderMap::new());
        let told = begin(&self.graphql, asked, span).map(Some).chain(stream::once(async { None }));
        let (told, handle) = abortable(told.map(move |told| (Arc::clone(&name), told)));
        self.operations.push(told.boxed());
        self.running.insert(id, handle);
        Ok(())
    }

    async fn tell(&mut self, id: &Arc<str>, told: Option<Told>) -> Result<(), End> {
        match told {
            Some(Told::Next(answer)) => self.send_text(message::with_payload(id, "next", &answer)).await,
            // It ends the operation, without `complete`.
            Some(Told::Failed(errors)) => {
                self.end(id);
                self.send_text(message::with_payload(id, "error", &errors)).await
            }
            None => {
                self.end(id);
                self.send_text(message::complete(id)).await
            }
        }
    }

    fn end(&mut self, id: &Arc<str>) {
        if let Some(running) = self.running.remove(id) {
            running.abort();
        }
    }

    async fn send_text(&mut self, text: String) -> Result<(), End> {
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(SEND_PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::Lost),
        }
    }
}
