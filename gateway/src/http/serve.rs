//! Connections: accepted, limited in number and in time, and ended without losing a request.
//!
//! Every wait for a client has its own end: for the head of a request once it has begun, for the next request,
//! for the client to read what it asked for. (How long a body may take, its reader decides.) A client that
//! does none of these costs a connection for seconds, not for good.

mod timed;

use std::{convert::Infallible, io, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, StatusCode, header},
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::timed::{Answer, Phase, Timed};

/// The most connections at once. Others wait to be accepted.
const MOST_CONNECTIONS: usize = 16 * 1024;
/// How long nothing is accepted after the operating system refused, e.g. for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// How long a client is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the first byte of a request to the end of its head.
    pub head: Duration,
    /// From one request to the next, or from the connection to the first one; up to twice as long passes before it is
    /// noticed. Longer than what balancers usually take, so that it is them who close.
    pub idle: Duration,
    /// For the client to take the next bytes of an answer.
    pub write: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(5), idle: Duration::from_secs(75), write: Duration::from_secs(30) }
    }
}

/// How a gateway stops, in two steps.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    /// It is to go on serving, and to let connections end.
    pub told: CancellationToken,
    /// It is to accept nobody any more.
    pub now: CancellationToken,
}

impl Stop {
    /// Takes the second step so long after the first.
    pub async fn after(self, linger: Duration) {
        self.told.cancelled().await;
        tokio::time::sleep(linger).await;
        self.now.cancel();
    }
}

/// What requests are answered with.
pub(crate) trait Responder: Clone + Send + Sync + 'static {
    /// Responds to one.
    fn respond(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response, Infallible>> + Send + use<Self>;
}

impl Responder for Router {
    fn respond(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response, Infallible>> + Send + use<> {
        TowerToHyperService::new(self.clone()).call(request)
    }
}

/// Serves until it is told to stop, then until the requests under way are answered.
pub(crate) async fn serve(listener: TcpListener, responder: impl Responder, patience: Patience, stop: Stop) {
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let tasks = TaskTracker::new();
    loop {
        let accepted = async {
            let permit = connections.clone().acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(stream, _)| (stream, permit))
        };
        let accepted = tokio::select! {
            () = stop.now.cancelled() => break,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, permit)) => {
                // What is late is not worth more bytes.
                stream.set_nodelay(true).ok();
                // Looking at a token takes its lock: each connection has tokens of its own.
                let (told_to_stop, stop_now) = (stop.told.child_token(), stop.now.child_token());
                let connection = connection(stream, responder.clone(), patience, told_to_stop);
                tasks.spawn(async move {
                    let mut connection = pin!(connection);
                    let ended = tokio::select! {
                        biased;
                        ended = connection.as_mut() => ended,
                        () = stop_now.cancelled() => {
                            connection.as_mut().graceful_shutdown();
                            connection.await
                        }
                    };
                    // A client that went away, or was too slow, is no news.
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection broke off");
                    }
                    drop(permit);
                });
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection can't be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

fn connection(
    stream: TcpStream,
    responder: impl Responder,
    patience: Patience,
    told_to_stop: CancellationToken,
) -> http1::UpgradeableConnection<
    TokioIo<Timed>,
    impl Service<Request<Incoming>, Response = hyper::Response<Answer>, Error = Infallible, Future: Send>,
> {
    let phase = Phase::default();
    let stream = Timed::new(stream, phase.clone(), patience);
    // A token's own clone takes its lock, too.
    let told_to_stop = Arc::new(told_to_stop);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let (answering, response) = (phase.head_ended(), responder.respond(request.map(Body::new)));
        let told_to_stop = Arc::clone(&told_to_stop);
        async move {
            let mut response = response.await?;
            if told_to_stop.is_cancelled() && response.status() != StatusCode::SWITCHING_PROTOCOLS {
                // The client's next request goes to another gateway, and is not cut off here.
                response.headers_mut().insert(header::CONNECTION, CLOSE);
            }
            Ok(answering.with(response))
        }
    });
    http1::Builder::new()
        // The stream times heads, and what is between two requests.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use axum::{http::HeaderName, routing::get};
    use futures::stream;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::Notify,
        time::{Instant, timeout},
    };

    use super::*;

    const HEAD: Duration = Duration::from_millis(300);
    const LONG: Duration = Duration::from_secs(10);
    /// What the answer of `/late` waits for.
    static GO: Notify = Notify::const_new();

    async fn late() -> ([(HeaderName, &'static str); 1], Body) {
        let body = stream::once(async {
            GO.notified().await;
            Ok::<_, Infallible>("here")
        });
        // With a length there is nothing behind it.
        ([(header::CONTENT_LENGTH, "4")], Body::from_stream(body))
    }

    async fn started(idle: Duration) -> (TcpStream, Stop, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let large = || async { "x".repeat(64 * 1024 * 1024) };
        let router = Router::new().route("/", get(|| async { "here" })).route("/large", get(large));
        let router = router.route("/late", get(late));
        let patience = Patience { head: HEAD, idle, write: HEAD };
        let stop = Stop::default();
        let serving = tokio::spawn(serve(listener, router, patience, stop.clone()));
        (TcpStream::connect(address).await.unwrap(), stop, serving)
    }

    /// Reads one answer, whose body is `here`.
    async fn answered(stream: &mut TcpStream) -> bool {
        let mut answer = Vec::new();
        while !answer.ends_with(b"here") {
            if timeout(LONG, stream.read_buf(&mut answer)).await.unwrap().unwrap_or(0) == 0 {
                return false;
            }
        }
        true
    }

    #[tokio::test]
    async fn a_head_that_does_not_end_ends_the_connection() {
        let (mut stream, ..) = started(LONG).await;
        let began = Instant::now();
        // A byte now and then doesn't help.
        let mut written = Ok(());
        while written.is_ok() && began.elapsed() < LONG {
            written = stream.write_all(b"G").await;
            let _ = timeout(HEAD / 10, stream.read_u8()).await;
        }
        assert!(began.elapsed() >= HEAD && began.elapsed() < LONG, "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn an_idle_connection_outlives_the_time_for_a_head() {
        let (mut stream, ..) = started(LONG).await;
        for _ in 0..3 {
            stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
            assert!(answered(&mut stream).await);
            assert!(timeout(HEAD * 2, stream.read_u8()).await.is_err());
        }
    }

    #[tokio::test]
    async fn a_connection_that_is_idle_for_too_long_is_closed() {
        let (mut stream, ..) = started(HEAD).await;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        assert!(answered(&mut stream).await);
        assert_eq!(timeout(LONG, stream.read(&mut [0])).await.unwrap().unwrap_or(0), 0);
    }

    #[tokio::test]
    async fn a_client_that_waits_for_the_rest_of_an_answer_is_not_idle() {
        let (mut stream, ..) = started(HEAD).await;
        stream.write_all(b"GET /late HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        assert!(timeout(HEAD * 2, answered(&mut stream)).await.is_err());
        GO.notify_one();
        assert!(answered(&mut stream).await);
        // From here on it is.
        assert_eq!(timeout(LONG, stream.read(&mut [0])).await.unwrap().unwrap_or(0), 0);
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_given_up() {
        let (mut stream, stop, serving) = started(LONG).await;
        stream.write_all(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        stream.readable().await.unwrap();
        // Told to stop, it would wait for this answer to be read.
        stop.now.cancel();
        timeout(LONG, serving).await.expect("it does not wait for good").unwrap();
    }

    #[tokio::test]
    async fn told_to_stop_it_answers_whoever_comes_and_lets_connections_end() {
        let (mut stream, stop, serving) = started(LONG).await;
        let address = stream.peer_addr().unwrap();
        stop.told.cancel();
        let mut late = TcpStream::connect(address).await.unwrap();
        for stream in [&mut stream, &mut late] {
            stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
            let mut answer = String::new();
            timeout(LONG, stream.read_to_string(&mut answer)).await.expect("it closes").unwrap();
            assert!(answer.contains("connection: close") && answer.ends_with("here"), "{answer}");
        }
        stop.now.cancel();
        timeout(LONG, serving).await.expect("it ends").unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
