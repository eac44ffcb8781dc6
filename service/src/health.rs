//! `<service> health`: asks a running service over HTTP whether it is alive. Images without curl use it as
//! their health check.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(3);
const LONGEST_STATUS_LINE: u64 = 64;

/// Asks the service that listens on `listen` for `/health`; `Ok` if it answers 200 within three seconds.
pub async fn check(listen: SocketAddr) -> std::io::Result<()> {
    let address = SocketAddr::new(reachable(listen.ip()), listen.port());
    let status_line = timeout(PATIENCE, status_line(address)).await??;
    if status_line.split(' ').nth(1) == Some("200") {
        return Ok(());
    }
    Err(std::io::Error::other(format!("{address} answered {status_line:?} instead of 200")))
}

/// A service that listens on every address is asked on the loopback one.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

async fn status_line(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(LONGEST_STATUS_LINE).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A service that gives this answer to whoever asks, and then hangs up.
    async fn answering(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 256];
            let length = stream.read(&mut asked).await.unwrap();
            assert!(asked[..length].starts_with(b"GET /health HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        // Where a service listens everywhere.
        SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port)
    }

    #[tokio::test]
    async fn only_a_service_that_says_200_is_alive() {
        let cases = [
            ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", true),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", false),
            ("HTTP/1.1 404 Not Found\r\n\r\n200", false),
            ("200", false),
            ("", false),
        ];
        for (answer, is_alive) in cases {
            assert_eq!(check(answering(answer).await).await.is_ok(), is_alive, "{answer}");
        }
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert!(check(nobody).await.is_err(), "nobody listens");
    }
}
