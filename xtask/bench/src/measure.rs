//! Measuring one query in every way. Varied queries with and without caches, beside another query or a smaller catalogue where
//! they are held against that, and equal ones beside a static answer, are driven in turn, a slice of each at a time, so that
//! what else the machine does meets them alike: there the bounds are narrow.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::body::Bytes;
use rand::{SeedableRng, rngs::SmallRng};
use stores::progress::say;

use crate::{
    floors::{fixed::Fixed, statements},
    ground::Ground,
    load::{Loaded, Requests, Wrk},
    metrics::Metrics,
    queries::{Cold, Query},
    report::{Measured, Mode},
    slice::{Slice, Told, count, ms},
    trouble::Trouble,
};

/// How long the floors and what is kept are driven before it counts.
const WARM_UP: Duration = Duration::from_secs(2);
/// How many different requests there are for each second of warming up.
const WARM_UP_REQUESTS_A_SECOND: u64 = 2_000;
/// A slice of one way, before the next one has its turn.
const SLICE: Duration = Duration::from_secs(1);
/// How many different requests there are for each second that counts: about as many as a gateway answers of the lightest.
const REQUESTS_A_SECOND: u64 = 30_000;
/// How often, while wrk drives, an answer is looked at: wrk itself reads no more of them than the status.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What drives, and for how long.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) wrk: Wrk,
    /// How long varied requests are driven before they count.
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
    pub(crate) seed: u64,
}

/// A query's requests with variables by chance: to warm up, and for each slice others.
struct Varied {
    warm_up: Requests,
    slices: Vec<Requests>,
}

/// Who is driven.
struct Driven {
    address: SocketAddr,
    /// Where it tells its metrics; `None`: it is no gateway on the catalogue that is measured.
    metrics: Option<String>,
    pid: u32,
}

/// A way in which a query is driven, in turn with others.
struct Way<'w> {
    mode: Mode,
    driven: &'w Driven,
    query: &'w Query,
    /// `None`: whoever is driven was driven with the same query before.
    warm_up: Option<(&'w Requests, Duration)>,
    /// For one slice after the other, and from the first again.
    slices: &'w [Requests],
    /// How long each connection waits between two requests.
    pause: Duration,
}

impl Driven {
    fn gateway(service: &stores::process::Service) -> Self {
        Self { address: service.address(), metrics: Some(service.url("/metrics")), pid: service.pid() }
    }

    /// A gateway on another catalogue, whose statements nobody counts.
    fn of_other(service: &stores::process::Service) -> Self {
        Self { metrics: None, ..Self::gateway(service) }
    }
}

impl Driver {
    /// Measures a query in every way.
    pub(crate) async fn measure(&self, ground: &mut Ground, query: &Query) -> Result<Vec<Measured>, Trouble> {
        let cards = ground.size.cards;
        let mut random = SmallRng::seed_from_u64(self.seed);
        let varied = self.varied(query, "varied", &mut random, cards)?;
        let equal = self.write(query, "equal", 1, &mut random, cards)?;
        let (forgetful, keeping) = (Driven::gateway(&ground.forgetful), Driven::gateway(&ground.keeping));
        let mut all = Vec::new();
        if matches!(query.cold, Cold::OfStatements(_)) {
            all.push(self.statements(ground, query).await?);
        }
        // It asks for other cards, or it would find them where the first has just had them read.
        let other = query.cold.other_query();
        let other =
            other.map(|other| Ok::<_, Trouble>((other, self.varied(other, "beside", &mut random, cards)?)));
        let other = other.transpose()?;
        let paced = self.slices(query, "paced", &mut random, cards)?;
        let smaller = ground.smaller.as_ref().map(|smaller| {
            let cards = smaller.size.cards;
            let varied = self.varied(query, "smaller", &mut random, cards)?;
            let paced = self.slices(query, "paced-smaller", &mut random, cards)?;
            Ok::<_, Trouble>((Driven::of_other(&smaller.forgetful), varied, paced))
        });
        let smaller = smaller.transpose()?;
        let way = |mode, driven, query, varied| self.way(mode, driven, query, varied);
        let mut ways =
            vec![way(Mode::Cold, &forgetful, query, &varied), way(Mode::Unlucky, &keeping, query, &varied)];
        ways.extend(other.iter().map(|(other, varied)| way(Mode::Beside, &forgetful, other, varied)));
        ways.extend(smaller.iter().map(|(driven, varied, _)| way(Mode::Smaller, driven, query, varied)));
        all.extend(self.in_turn(ground, &ways).await?);
        let answer = answer(ground, keeping.address, equal.body(0)).await?;
        let fixed = Fixed::serve(answer).await?;
        let server = Driven { address: fixed.address(), metrics: None, pid: std::process::id() };
        let ways = [(Mode::Hot, &keeping), (Mode::Fixed, &server)].map(|(mode, driven)| Way {
            mode,
            driven,
            query,
            warm_up: Some((&equal, WARM_UP)),
            slices: std::slice::from_ref(&equal),
            pause: Duration::ZERO,
        });
        all.extend(self.in_turn(ground, &ways).await?);
        drop(fixed);
        // As hard as it can be, the whole machine is busy: half as many requests leave half of it idle.
        let cold = all.iter().find(|measured| measured.mode == Mode::Cold);
        let half = cold.map_or(1.0, |cold| (cold.requests_per_s / 2.0).max(1.0));
        let pause = Duration::from_secs_f64(f64::from(self.wrk.connections()) / half);
        let at_half = |mode, driven, slices| Way { mode, driven, query, warm_up: None, slices, pause };
        let mut ways = vec![at_half(Mode::Paced, &forgetful, &paced)];
        ways.extend(smaller.iter().map(|(driven, _, paced)| at_half(Mode::PacedSmaller, driven, paced)));
        all.extend(self.in_turn(ground, &ways).await?);
        Ok(all)
    }

    fn way<'w>(&self, mode: Mode, driven: &'w Driven, query: &'w Query, varied: &'w Varied) -> Way<'w> {
        let Varied { warm_up, slices } = varied;
        Way { mode, driven, query, warm_up: Some((warm_up, self.warm_up)), slices, pause: Duration::ZERO }
    }

    fn varied(
        &self,
        query: &Query,
        name: &str,
        random: &mut SmallRng,
        cards: i64,
    ) -> Result<Varied, Trouble> {
        let warm_up = of_seconds(WARM_UP_REQUESTS_A_SECOND, self.warm_up);
        let warm_up = self.write(query, &format!("{name}-warm-up"), warm_up, random, cards)?;
        Ok(Varied { warm_up, slices: self.slices(query, name, random, cards)? })
    }

    /// For each slice other requests.
    fn slices(
        &self,
        query: &Query,
        name: &str,
        random: &mut SmallRng,
        cards: i64,
    ) -> Result<Vec<Requests>, Trouble> {
        let count = of_seconds(REQUESTS_A_SECOND, SLICE);
        let slice = |slice| self.write(query, &format!("{name}-{slice}"), count, random, cards);
        (0..self.slice_count()).map(slice).collect()
    }

    fn write(
        &self,
        query: &Query,
        name: &str,
        count: usize,
        random: &mut SmallRng,
        cards: i64,
    ) -> Result<Requests, Trouble> {
        let bodies = (0..count).map(|_| query.body(random, cards)).collect();
        Ok(Requests::write(&self.wrk.folder().join(format!("{}-{name}", query.name)), bodies)?)
    }

    /// Drives in several ways in turn, slice by slice.
    async fn in_turn(&self, ground: &mut Ground, ways: &[Way<'_>]) -> Result<Vec<Measured>, Trouble> {
        for Way { driven, warm_up, .. } in ways {
            if let Some((requests, time)) = warm_up {
                self.wrk.load(driven.address, requests, *time, Duration::ZERO).await?;
            }
        }
        let mut slices: Vec<Vec<Slice>> = ways.iter().map(|_| Vec::new()).collect();
        for slice in 0..self.slice_count() {
            for (way, slices) in ways.iter().zip(&mut slices) {
                let requests = &way.slices[slice % way.slices.len()];
                slices.push(self.drive(ground, way, requests).await?);
            }
        }
        let told = ways.iter().zip(&slices);
        Ok(told.map(|(way, slices)| told_of(Measured::of(way.query.name, way.mode, slices))).collect())
    }

    fn slice_count(&self) -> usize {
        usize::try_from(self.time.as_secs() / SLICE.as_secs()).unwrap_or(usize::MAX).max(1)
    }

    /// Drives a server in a way for a slice.
    async fn drive(&self, ground: &mut Ground, way: &Way<'_>, requests: &Requests) -> Result<Slice, Trouble> {
        let Way { driven, query, pause, .. } = way;
        let workers = ground.workers(Some(driven.pid));
        let before = (workers.cpu_ms(), told(ground, driven).await?);
        let load = self.wrk.load(driven.address, requests, SLICE, *pause);
        let (loaded, looks) = look_meanwhile(ground, driven.address, query, requests, load).await?;
        let after = (workers.cpu_ms(), told(ground, driven).await?);
        Ok(Slice {
            loaded,
            looks: looks.count,
            faults: looks.faults,
            fault: looks.first_fault,
            cpu_ms: after.0 - before.0,
            told: before.1.zip(after.1).map(|(before, after)| after.since(before)),
        })
    }

    /// Has pgbench send what the loaders would send for the query.
    async fn statements(&self, ground: &mut Ground, query: &Query) -> Result<Measured, Trouble> {
        let script = statements::script(query.cards, query.cards > 1, &ground.size);
        let (database, connections) = (ground.database()?, self.wrk.connections());
        let send = |time| statements::send(self.wrk.folder(), &database, &script, connections, time);
        send(WARM_UP).await?;
        let workers = ground.workers(None);
        let before = workers.cpu_ms();
        let reached = send(self.time).await?;
        let cpu_ms = workers.cpu_ms() - before;
        Ok(told_of(Measured {
            query: query.name,
            mode: Mode::Statements,
            requests: reached.requests,
            requests_per_s: reached.requests_per_s,
            p50_ms: ms(reached.p50_us),
            p99_ms: ms(reached.p99_us),
            cpu_ms_per_request: cpu_ms / count(reached.requests),
            statements_per_request: None,
            kept: None,
            failures: reached.failures,
            fault: None,
        }))
    }
}

/// How many requests that is, at so many a second.
fn of_seconds(requests: u64, time: Duration) -> usize {
    usize::try_from(requests * time.as_secs()).unwrap_or(usize::MAX)
}

/// Says how fast it was.
fn told_of(measured: Measured) -> Measured {
    say(format_args!("{} {:?}: {:.0} requests/s", measured.query, measured.mode, measured.requests_per_s));
    measured
}

async fn told(ground: &mut Ground, driven: &Driven) -> Result<Option<Told>, Trouble> {
    let Some(url) = &driven.metrics else { return Ok(None) };
    let statements = ground.statements().await?.unsigned_abs();
    let metrics = Metrics::at(&ground.http, url).await?;
    let from = |source| metrics.count_with("gateway_answers_total", source);
    let kept = from("from=\"memory\"") + from("from=\"redis\"") + from("from=\"last\"");
    Ok(Some(Told { statements, kept, given: kept + from("from=\"work\"") }))
}

/// What looking at answers came to.
#[derive(Debug, Default)]
struct Looks {
    count: u64,
    faults: u64,
    first_fault: Option<String>,
}

/// Looks at an answer now and then while it is driven.
async fn look_meanwhile(
    ground: &Ground,
    address: SocketAddr,
    query: &Query,
    requests: &Requests,
    load: impl Future<Output = Result<Loaded, Trouble>>,
) -> Result<(Loaded, Looks), Trouble> {
    let mut looks = Looks::default();
    let mut load = std::pin::pin!(load);
    let mut every = tokio::time::interval_at((Instant::now() + LOOK_EVERY).into(), LOOK_EVERY);
    let loaded = loop {
        tokio::select! {
            loaded = &mut load => break loaded?,
            _ = every.tick() => {}
        }
        // From the end: wrk begins at the beginning.
        let place = usize::MAX - usize::try_from(looks.count).unwrap_or_default();
        let answer = ask(ground, address, requests.body(place)).await;
        let fault = match &answer {
            Ok((status, body)) => query.fault(*status, body),
            Err(trouble) => Some(trouble.to_string()),
        };
        looks.count += 1;
        looks.faults += u64::from(fault.is_some());
        looks.first_fault = looks.first_fault.or(fault);
    };
    Ok((loaded, looks))
}

async fn ask(ground: &Ground, address: SocketAddr, body: &str) -> Result<(u16, Bytes), Trouble> {
    let request = ground.http.post(format!("http://{address}/graphql"));
    let request = request.header("content-type", "application/json").body(body.to_owned());
    let answer = request.send().await?;
    Ok((answer.status().as_u16(), answer.bytes().await?))
}

async fn answer(ground: &Ground, address: SocketAddr, body: &str) -> Result<Bytes, Trouble> {
    Ok(ask(ground, address, body).await?.1)
}
