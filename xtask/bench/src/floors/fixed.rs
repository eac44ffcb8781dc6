//! The floor of an answer that is kept already: a plain axum server that gives the same bytes to everybody, in this
//! process, on a runtime like a gateway's.

use std::{net::SocketAddr, thread};

use axum::{Router, body::Bytes, http::header::CONTENT_TYPE, routing::post};
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot};

use crate::trouble::Trouble;

/// A server of one answer. Dropped, it ends.
#[derive(Debug)]
pub(crate) struct Fixed {
    address: SocketAddr,
    thread: Option<thread::JoinHandle<()>>,
    stop: Option<oneshot::Sender<()>>,
}

impl Fixed {
    /// Answers whatever is posted to `/graphql` with this.
    pub(crate) async fn serve(answer: Bytes) -> Result<Self, Trouble> {
        let (stop, stopped) = oneshot::channel();
        let (listening, heard) = oneshot::channel();
        let runtime = Runtime::new()?;
        let thread = thread::spawn(move || {
            // A failure is told by what was to be sent, and is not.
            let _ = runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let _ = listening.send(listener.local_addr()?);
                // The body is read, as a gateway has to.
                let give = move |_asked: Bytes| async move { ([(CONTENT_TYPE, "application/json")], answer) };
                let router = Router::new().route("/graphql", post(give));
                tokio::select! {
                    served = tokio::spawn(async { axum::serve(listener, router).await }) => {
                        served.map_err(std::io::Error::other)?
                    }
                    _ = stopped => Ok(()),
                }
            });
            runtime.shutdown_background();
        });
        let address = heard.await.map_err(|_| Trouble::foreign("the static server", "nothing"))?;
        Ok(Self { address, thread: Some(thread), stop: Some(stop) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Fixed {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
