//! The way from our services to a store, with a person in the middle who can spoil it: cut connections, hold
//! bytes back, slow them down, lose answers, close one half.
//!
//! It knows nothing of what goes by: bytes and connections only. What it held back goes on its way once the link
//! is open again, as after a network's outage.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

/// How much is carried at once.
const PIECE_BYTES: usize = 16 * 1024;

/// How things are on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Everything goes by at once.
    Open,
    /// Whoever connects is sent away.
    Refusing,
    /// Connections are accepted, and nothing goes by in either direction.
    Hung,
    /// What the services say arrives, and the answers are lost: whether it was done is not known.
    Deaf,
    /// Every piece of an answer takes so much longer.
    Slow(Duration),
}

/// A proxy before one store. Dropped, it cuts everything.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    link: watch::Sender<Link>,
    /// Replaced with each cut: connections that begin later don't end by it.
    cut: watch::Sender<CancellationToken>,
    half_closed: watch::Sender<u64>,
    accepted: Arc<AtomicU64>,
    _stop: tokio_util::sync::DropGuard,
}

impl Proxy {
    /// A proxy on a free port before the store that listens on `port` of this machine.
    pub(crate) async fn before(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let (link, _) = watch::channel(Link::Open);
        let (cut, _) = watch::channel(stop.child_token());
        let (half_closed, _) = watch::channel(0);
        let accepted = Arc::new(AtomicU64::new(0));
        let accepting = Accepting {
            listener,
            target: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            link: link.subscribe(),
            cut: cut.subscribe(),
            half_closed: half_closed.subscribe(),
            accepted: Arc::clone(&accepted),
        };
        tokio::spawn(stop.clone().run_until_cancelled_owned(accepting.run()));
        Ok(Self { address, link, cut, half_closed, accepted, _stop: stop.drop_guard() })
    }

    /// The port on which services reach the store.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// From now on things are like this. To refuse also cuts what stands.
    pub(crate) fn set(&self, link: Link) {
        self.link.send_replace(link);
        if link == Link::Refusing {
            self.cut();
        }
    }

    /// Breaks all connections that stand, without a goodbye.
    pub(crate) fn cut(&self) {
        self.cut.send_replace(CancellationToken::new()).cancel();
    }

    /// Ends the direction from the store to the services on all connections that stand; the other one goes on.
    pub(crate) fn half_close(&self) {
        self.half_closed.send_modify(|times| *times += 1);
    }

    /// How many connections were accepted so far.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }
}

struct Accepting {
    listener: TcpListener,
    target: SocketAddr,
    link: watch::Receiver<Link>,
    cut: watch::Receiver<CancellationToken>,
    half_closed: watch::Receiver<u64>,
    accepted: Arc<AtomicU64>,
}

impl Accepting {
    async fn run(self) {
        loop {
            let Ok((client, _)) = self.listener.accept().await else {
                // Out of file descriptors, say: it passes.
                sleep(Duration::from_millis(50)).await;
                continue;
            };
            self.accepted.fetch_add(1, Ordering::Relaxed);
            let link = self.link.clone();
            if *link.borrow() == Link::Refusing {
                let _ = client.set_zero_linger();
                continue;
            }
            let cut = self.cut.borrow().clone();
            let carrying = carry(client, self.target, link, self.half_closed.clone());
            tokio::spawn(async move { cut.run_until_cancelled(carrying).await });
        }
    }
}

/// Carries one connection until both sides are done with it. Cancelled, it breaks both without a goodbye.
async fn carry(
    client: TcpStream,
    target: SocketAddr,
    mut link: watch::Receiver<Link>,
    half_closed: watch::Receiver<u64>,
) {
    let _ = client.set_nodelay(true);
    // Dropped while bytes are under way, the kernel sends a reset; with this it always does.
    let _ = client.set_zero_linger();
    let passes = |link: &Link| *link != Link::Hung;
    if link.wait_for(passes).await.is_err() {
        return;
    }
    let Ok(store) = TcpStream::connect(target).await else { return };
    let _ = store.set_nodelay(true);
    let (from_client, to_client) = client.into_split();
    let (from_store, to_store) = store.into_split();
    let asking = pump(from_client, to_store, link.clone(), None);
    let answering = pump(from_store, to_client, link, Some(half_closed));
    tokio::join!(asking, answering);
}

/// Carries one direction. `half_closed` is given for answers, which alone can be lost, slow, or closed early.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut link: watch::Receiver<Link>,
    half_closed: Option<watch::Receiver<u64>>,
) {
    let is_answer = half_closed.is_some();
    let closing = async {
        match half_closed {
            Some(mut half_closed) => {
                half_closed.mark_unchanged();
                let _ = half_closed.changed().await;
            }
            None => std::future::pending().await,
        }
    };
    let carrying = async {
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let length = match from.read(&mut piece).await {
                Ok(0) | Err(_) => return,
                Ok(length) => length,
            };
            let Ok(link) = link.wait_for(|link| *link != Link::Hung).await.map(|link| *link) else { return };
            match link {
                Link::Deaf if is_answer => continue,
                Link::Slow(delay) if is_answer => sleep(delay).await,
                _ => {}
            }
            if to.write_all(&piece[..length]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = carrying => {}
        () = closing => {}
    }
    let _ = to.shutdown().await;
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    /// A store that says everything back.
    async fn echo() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        port
    }

    async fn says_back(stream: &mut TcpStream, word: &[u8; 2], within_ms: u64) -> Option<[u8; 2]> {
        stream.write_all(word).await.ok()?;
        let mut said = [0; 2];
        let reading = timeout(Duration::from_millis(within_ms), stream.read_exact(&mut said));
        reading.await.ok()?.ok().map(|_| said)
    }

    #[tokio::test]
    async fn each_link_spoils_the_way_as_it_says_and_an_open_one_mends_it() {
        let proxy = Proxy::before(echo().await).await.unwrap();
        let address = ("127.0.0.1", proxy.port());
        let mut stream = TcpStream::connect(address).await.unwrap();
        assert_eq!(says_back(&mut stream, b"ab", 5_000).await, Some(*b"ab"));

        proxy.set(Link::Hung);
        assert_eq!(says_back(&mut stream, b"cd", 100).await, None);
        let mut late = TcpStream::connect(address).await.unwrap();
        assert_eq!(says_back(&mut late, b"ef", 100).await, None);
        proxy.set(Link::Open);
        let mut said = [0; 2];
        stream.read_exact(&mut said).await.unwrap();
        assert_eq!(said, *b"cd", "what was held back goes on its way");

        proxy.set(Link::Deaf);
        assert_eq!(says_back(&mut stream, b"gh", 100).await, None);
        proxy.set(Link::Open);
        assert_eq!(says_back(&mut stream, b"ij", 5_000).await, Some(*b"ij"), "what was lost stays lost");

        proxy.half_close();
        assert_eq!(stream.read(&mut said).await.unwrap(), 0);
        stream.write_all(b"kl").await.unwrap();

        proxy.set(Link::Refusing);
        assert!(late.read_exact(&mut said).await.is_ok() || late.read(&mut said).await.is_err());
        let mut refused = TcpStream::connect(address).await.unwrap();
        assert_eq!(says_back(&mut refused, b"mn", 5_000).await, None);
        assert!(proxy.accepted() >= 3);
    }
}
