//! Clients that take their time, and clients that stay.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{Ground, healed, under_fault};
use crate::{
    report::Report,
    trouble::Trouble,
    truth::{
        probe::{Probe, Question},
        tally::percentile,
    },
    world::{Plan, World, memory_kib},
};

/// Clients of each kind that take their time.
const SLOW_CLIENTS: usize = 200;
/// How long a client may take for a request's head, and for its body; and a little for the machine.
const HEAD: Duration = Duration::from_secs(5);
const BODY: Duration = Duration::from_secs(10);
const LEEWAY: Duration = Duration::from_secs(1);
/// Within which everybody else is answered meanwhile.
const OTHERS_WITHIN: Duration = Duration::from_millis(500);
/// How many subscribers there are who hear nothing.
const SUBSCRIBERS: usize = 10_000;
const SUBSCRIBERS_IN_SHORT: usize = 1_000;
/// How much memory each may take.
const SUBSCRIBER_KIB: f64 = 20.0;
/// How many connect at once.
const AT_ONCE: usize = 100;
/// Within which each hears of a change once it was crawled.
const HEARD_WITHIN: Duration = Duration::from_secs(5);

/// Clients who never end the head or the body of their request.
pub(super) async fn slow(ground: &mut Ground) -> Result<Report, Trouble> {
    const HEADLESS: &str = "POST /graphql HTTP/1.1\r\nHost: slow\r\n";
    const BODILESS: &str = "POST /graphql HTTP/1.1\r\nHost: slow\r\nContent-Type: application/json\r\n\
                            Content-Length: 1000\r\n\r\n";
    let mut report = Report::default();
    let plan = Plan { gateways: 1, ..Plan::usual(ground.wishes.seed) };
    let world = ground.open(&plan).await?;
    under_fault(world, &mut report, async |world, report| {
        let others = Probe::start(&world.reader, Question::New);
        for (name, words, within) in [("head_ended_ms", HEADLESS, HEAD), ("body_ended_ms", BODILESS, BODY)] {
            let mut clients = JoinSet::new();
            for _ in 0..SLOW_CLIENTS {
                clients.spawn(take_time(world.gateways[0].address(), words, within * 2));
            }
            let mut ended = Vec::new();
            while let Some(took) = clients.join_next().await {
                ended.push(took??);
            }
            report.at_most(name, percentile(ended, 100), within + LEEWAY);
        }
        let others = others.end().await?.tally;
        report.at_most("others_p99_ms", others.p99_of_all(), OTHERS_WITHIN);
        others.report_failures(report, "others_failed");
        Ok(())
    })
    .await?;
    Ok(report)
}

/// Says some words, then a letter a second, and measures how long the gateway stands it: at most `patience`.
async fn take_time(gateway: SocketAddr, words: &str, patience: Duration) -> Result<Duration, Trouble> {
    let mut stream = TcpStream::connect(gateway).await?;
    stream.write_all(words.as_bytes()).await?;
    let began = Instant::now();
    let (mut from, mut to) = stream.split();
    let letters = async {
        while to.write_all(b"x").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
        // Closed for writing: what the gateway still says is waited for.
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    let ended = async { from.read_to_end(&mut answer).await.map(drop) };
    let _ = timeout(patience, async {
        tokio::select! {
            () = letters => {}
            _ = ended => {}
        }
    })
    .await;
    Ok(began.elapsed())
}

/// Ten thousand subscribers who hear nothing; and then all of them hear of one change.
pub(super) async fn idle_subscribers(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let wanted = if ground.wishes.short { SUBSCRIBERS_IN_SHORT } else { SUBSCRIBERS };
    let plan = Plan { gateways: 1, ..Plan::usual(ground.wishes.seed) };
    let world = ground.open(&plan).await?;
    let before = memory_kib(world.gateways[0].pid(), "VmRSS").unwrap_or_default();
    let mut subscribers = subscribe(&world, wanted).await?;
    let after = memory_kib(world.gateways[0].pid(), "VmRSS").unwrap_or_default();
    report.at_least("subscribers", subscribers.len(), wanted);
    #[expect(clippy::cast_precision_loss, reason = "no process has 2^52 KiB")]
    report.at_most("kib_each", after.saturating_sub(before) as f64 / wanted as f64, SUBSCRIBER_KIB);

    world.market.change(1).await?;
    let began = Instant::now();
    let mut deaf = 0;
    for subscriber in &mut subscribers {
        let left = (HEARD_WITHIN * 2).saturating_sub(began.elapsed());
        deaf += usize::from(!matches!(timeout(left, hear(subscriber)).await, Ok(Ok(()))));
    }
    report.at_most("deaf", deaf, 0);
    report.at_most("all_heard_ms", began.elapsed(), HEARD_WITHIN);
    drop(subscribers);
    healed(&world, &mut report, "healed_ms").await;
    world.finish(&mut report).await?;
    Ok(report)
}

/// Opens so many event streams.
async fn subscribe(world: &World<'_>, wanted: usize) -> Result<Vec<TcpStream>, Trouble> {
    let gateway = world.gateways[0].address();
    let mut subscribers = Vec::with_capacity(wanted);
    while subscribers.len() < wanted {
        let mut connecting = JoinSet::new();
        for _ in 0..AT_ONCE.min(wanted - subscribers.len()) {
            connecting.spawn(open_stream(gateway));
        }
        while let Some(subscriber) = connecting.join_next().await {
            subscribers.push(subscriber??);
        }
    }
    Ok(subscribers)
}

async fn open_stream(gateway: SocketAddr) -> Result<TcpStream, Trouble> {
    const ASKED: &str = "GET /graphql?query=subscription%7BvideoCardChanged%7Bcursor%7D%7D HTTP/1.1\r\n\
                         Host: gateway\r\nAccept: text/event-stream\r\n\r\n";
    let mut stream = TcpStream::connect(gateway).await?;
    stream.write_all(ASKED.as_bytes()).await?;
    // The head alone: a letter at a time, so that no event is read with it.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    if head.starts_with("HTTP/1.1 200") { Ok(stream) } else { Err(Trouble::foreign("the gateway", head)) }
}

/// Waits for an event; heartbeats are none.
async fn hear(subscriber: &mut TcpStream) -> Result<(), Trouble> {
    let mut heard = Vec::new();
    let mut piece = [0; 512];
    loop {
        let length = subscriber.read(&mut piece).await?;
        heard.extend_from_slice(&piece[..length]);
        if heard.windows(6).any(|window| window == b"event:") {
            return Ok(());
        }
        if length == 0 {
            return Err(Trouble::foreign("the gateway", String::from_utf8_lossy(&heard)));
        }
    }
}
