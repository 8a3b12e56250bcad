//! A stream whose other side may not dawdle: a header arrives within its time, and what we say is taken.
//!
//! The HTTP library bounds the time from one answer to the end of the next header, which is the time that a
//! connection may lie idle. A header that has begun has less.

use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How often a call has begun or ended: even while a header is awaited, odd while a call is under way.
#[derive(Default)]
pub(super) struct Phase(AtomicU32);

/// A call that is under way, until it is dropped.
pub(super) struct Call(Arc<Phase>);

impl Phase {
    /// The header is there: a call begins.
    pub(super) fn call(self: &Arc<Self>) -> Call {
        self.0.fetch_add(1, Ordering::AcqRel);
        Call(self.clone())
    }

    fn now(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// A time that runs, or does not.
struct Limit {
    length: Duration,
    sleep: Pin<Box<Sleep>>,
    runs: bool,
}

impl Limit {
    fn new(length: Duration) -> Limit {
        Limit { length, sleep: Box::pin(sleep(length)), runs: false }
    }

    fn start(&mut self) {
        if !self.runs {
            self.sleep.as_mut().reset(Instant::now() + self.length);
            self.runs = true;
        }
    }

    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        self.runs && self.sleep.as_mut().poll(context).is_ready()
    }
}

/// The stream.
pub(super) struct Timed<S> {
    stream: S,
    phase: Arc<Phase>,
    /// Runs from the first byte of a header, and from the beginning of the connection.
    header: Limit,
    /// The phase that `header` runs for.
    of: u32,
    /// Runs while the other side takes nothing.
    write: Limit,
}

impl<S> Timed<S> {
    /// A new connection, of which `phase` says what it does. A header takes at most `header`, and what we write is
    /// taken within `write`.
    pub(super) fn new(stream: S, phase: Arc<Phase>, header: Duration, write: Duration) -> Timed<S> {
        let mut header = Limit::new(header);
        header.start();
        Timed { stream, phase, header, of: 0, write: Limit::new(write) }
    }

    /// What a write came to, unless it takes too long.
    fn written<T>(&mut self, context: &mut Context<'_>, written: Poll<Result<T>>) -> Poll<Result<T>> {
        if written.is_ready() {
            self.write.runs = false;
            return written;
        }
        self.write.start();
        if self.write.is_over(context) { Poll::Ready(Err(late("the answer was not taken"))) } else { Poll::Pending }
    }
}

fn late(text: &str) -> Error {
    Error::new(ErrorKind::TimedOut, text)
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        let phase = this.phase.now();
        if this.of != phase {
            this.of = phase;
            this.header.runs = false;
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        let is_header = phase.is_multiple_of(2);
        if is_header && buffer.filled().len() > before {
            this.header.start();
        }
        if read.is_pending() && is_header && this.header.is_over(context) {
            return Poll::Ready(Err(late("the header took too long")));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.written(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[std::io::IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, parts);
        this.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        this.written(context, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        let shut = Pin::new(&mut this.stream).poll_shutdown(context);
        this.written(context, shut)
    }
}
