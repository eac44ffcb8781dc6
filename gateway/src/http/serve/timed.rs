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

use axum::http::StatusCode;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

use super::Patience;

/// Which part of which request a connection is at: a count of the changes, odd while a request is being
/// answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Phase(Arc<AtomicU64>);

/// Not HTTP any more, e.g. a WebSocket.
const UPGRADED: u64 = u64::MAX;

impl Phase {
    /// The head of a request is there.
    pub(super) fn head_ended(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The head of its answer is there.
    pub(super) fn answered(&self, status: StatusCode) {
        if status == StatusCode::SWITCHING_PROTOCOLS {
            self.0.store(UPGRADED, Ordering::Relaxed);
        } else {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A wait that began at some time. The timer is only made where there is something to wait for.
#[derive(Debug, Default)]
struct Wait {
    until: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Wait {
    fn begin(&mut self, patience: Duration) {
        self.until.get_or_insert_with(|| Instant::now() + patience);
    }

    fn end(&mut self) {
        *self = Self::default();
    }

    /// Pending, or the error that it is over.
    fn poll<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let Some(until) = self.until else { return Poll::Pending };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// A connection's stream.
#[derive(Debug)]
pub(super) struct Timed {
    stream: TcpStream,
    phase: Phase,
    /// The phase in which `head` began.
    seen: u64,
    head: Wait,
    write: Wait,
    patience: Patience,
}

impl Timed {
    pub(super) fn new(stream: TcpStream, phase: Phase, patience: Patience) -> Self {
        Self { stream, phase, seen: 0, head: Wait::default(), write: Wait::default(), patience }
    }

    fn writing<T>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match write(Pin::new(&mut self.stream), context) {
            Poll::Pending => {
                self.write.begin(self.patience.write);
                self.write.poll(context)
            }
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
            this.head.end();
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if phase == UPGRADED || phase % 2 == 1 {
            return read;
        }
        if read.is_pending() {
            return this.head.poll(context);
        }
        if buffer.filled().len() > before {
            this.head.begin(this.patience.head);
        }
        read
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
