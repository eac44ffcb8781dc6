//! A connection's stream that fails where its client takes too long.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{body::Body as Inner, http::StatusCode, response::Response};
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

use super::Patience;

/// Which part of which request a connection is at: a count of the changes, odd from the end of a request's head to the
/// end of its answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Phase(Arc<AtomicU64>);

/// Not HTTP any more, e.g. a WebSocket.
const UPGRADED: u64 = u64::MAX;

impl Phase {
    /// The head of a request is there. It is being answered for as long as what this gives is held.
    pub(super) fn head_ended(&self) -> Answering {
        self.0.fetch_add(1, Ordering::Relaxed);
        Answering(Some(self.clone()))
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A request is being answered.
#[derive(Debug)]
pub(super) struct Answering(Option<Phase>);

impl Answering {
    /// Its answer: with the last of its body it ends.
    pub(super) fn with(mut self, response: Response) -> Response<Answer> {
        if response.status() == StatusCode::SWITCHING_PROTOCOLS
            && let Some(phase) = self.0.take()
        {
            phase.0.store(UPGRADED, Ordering::Relaxed);
        }
        response.map(|body| Answer { body, _answering: self })
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if let Some(phase) = &self.0 {
            phase.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The body of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    body: Inner,
    _answering: Answering,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A wait that began at some time. Its timer is only made where there is something to wait for, and then kept: nearly
/// every wait is over long before, and to set a timer and take it back for each of them costs more than to find out, when
/// it goes off, that another wait has begun since.
#[derive(Debug, Default)]
struct Wait {
    until: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Wait {
    fn end(&mut self) {
        self.until = None;
    }

    /// Pending, or the error that it is over. It begins now, unless it has begun before.
    fn poll<T>(&mut self, patience: Duration, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let until = *self.until.get_or_insert_with(|| Instant::now() + patience);
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= until {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            timer.as_mut().reset(until);
        }
    }

    /// Has the connection looked at again now and then, however long it takes.
    fn remind(&mut self, patience: Duration, context: &mut Context<'_>) {
        while self.poll::<()>(patience, context).is_ready() {
            self.end();
        }
    }
}

/// A connection's stream.
#[derive(Debug)]
pub(super) struct Timed {
    stream: TcpStream,
    phase: Phase,
    /// The phase of which the next three are.
    seen: u64,
    /// Something of the next head is there.
    has_begun: bool,
    idle: Wait,
    head: Wait,
    write: Wait,
    patience: Patience,
}

impl Timed {
    pub(super) fn new(stream: TcpStream, phase: Phase, patience: Patience) -> Self {
        let (idle, head, write) = Default::default();
        Self { stream, phase, seen: 0, has_begun: false, idle, head, write, patience }
    }

    fn writing<T>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match write(Pin::new(&mut self.stream), context) {
            Poll::Pending => self.write.poll(self.patience.write, context),
            ready @ Poll::Ready(_) => {
                self.write.end();
                ready
            }
        }
    }
}

impl AsyncRead for Timed {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let phase = this.phase.now();
        if phase != this.seen {
            this.seen = phase;
            this.has_begun = false;
            this.idle.end();
            this.head.end();
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        let is_answering = phase % 2 == 1;
        if phase == UPGRADED {
            return read;
        }
        if read.is_ready() {
            this.has_begun |= !is_answering && buffer.filled().len() > before;
            return read;
        }
        if is_answering {
            // hyper reads ahead just before an answer ends, and not again until something comes: so it is only known when
            // this goes off that the client is idle, which may then take twice as long.
            this.idle.remind(this.patience.idle, context);
            Poll::Pending
        } else if this.has_begun {
            this.head.poll(this.patience.head, context)
        } else {
            this.idle.poll(this.patience.idle, context)
        }
    }
}

impl AsyncWrite for Timed {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().writing(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().writing(context, |stream, context| stream.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().writing(context, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().writing(context, AsyncWrite::poll_shutdown)
    }
}
