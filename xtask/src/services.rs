//! The three services as `cargo xtask up` runs them: their names, addresses and variables.
//!
//! Whatever a person has set in the environment goes before what stands here.

use std::{collections::BTreeMap, net::SocketAddr};

use anyhow::{Context, Result, bail};
use stores::ports::is_free;

/// The services, in the order of the flow.
pub(crate) const NAMES: [&str; 3] = ["mock-shops", "collector", "gateway"];

/// Where the gateway tells of its health, if not beside all else.
const METRICS_LISTEN: &str = "GATEWAY_METRICS_LISTEN";

/// The stores' addresses for the services; `None` where the environment has them already.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoreAddresses {
    pub(crate) collector_database: Option<String>,
    pub(crate) gateway_database: Option<String>,
    pub(crate) collector_amqp: Option<String>,
    pub(crate) gateway_amqp: Option<String>,
    pub(crate) redis: Option<String>,
}

/// What a person chose on the command line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Choices {
    pub(crate) port_offset: u16,
    pub(crate) cards: Option<u32>,
}

/// A service that is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    /// Where it tells of itself, and the path there that answers 200 once the service does its work.
    pub(crate) inside: SocketAddr,
    pub(crate) ready_path: &'static str,
    /// The variables beside those of the environment.
    pub(crate) variables: BTreeMap<&'static str, String>,
}

impl Plan {
    /// Where it listens, each port once.
    pub(crate) fn ports(&self) -> Vec<u16> {
        let mut ports = vec![self.address.port(), self.inside.port()];
        ports.dedup();
        ports
    }
}

/// Plans all three. `given` looks a variable up in the environment.
pub(crate) fn plan(
    choices: Choices,
    stores: &StoreAddresses,
    given: impl Fn(&str) -> Option<String>,
) -> Result<[Plan; 3]> {
    let given = |name: &str| given(name).filter(|value| !value.trim().is_empty());
    let address = |variable: &str, text: String| -> Result<SocketAddr> {
        text.parse().with_context(|| format!("{variable}={text} is no address like 127.0.0.1:8000"))
    };
    let listen = |variable: &str, port: u16| {
        let default = || format!("127.0.0.1:{}", port + choices.port_offset);
        address(variable, given(variable).unwrap_or_else(default))
    };
    let shops = listen("MOCK_SHOPS_LISTEN", 8080)?;
    let collector = listen("COLLECTOR_LISTEN", 8081)?;
    let gateway = listen("GATEWAY_LISTEN", 8000)?;
    let inside = given(METRICS_LISTEN).map_or(Ok(gateway), |text| address(METRICS_LISTEN, text))?;

    let variables = |all: Vec<(&'static str, Option<String>)>| -> BTreeMap<&'static str, String> {
        all.into_iter()
            .filter(|(name, _)| given(name).is_none() && given(&format!("{name}_FILE")).is_none())
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    };
    let mut for_shops = variables(vec![("MOCK_SHOPS_LISTEN", Some(shops.to_string()))]);
    // An option on the command line goes before the environment.
    for_shops.extend(choices.cards.map(|cards| ("MOCK_SHOPS_CARDS", cards.to_string())));
    let for_collector = variables(vec![
        ("COLLECTOR_LISTEN", Some(collector.to_string())),
        ("NETVIDEO_URL", Some(format!("http://{}/netvideo", reachable(shops)))),
        ("COUNTRYLINK_URL", Some(format!("http://{}/countrylink", reachable(shops)))),
        ("DATABASE_URL", stores.collector_database.clone()),
        ("AMQP_URL", stores.collector_amqp.clone()),
    ]);
    let for_gateway = variables(vec![
        ("GATEWAY_LISTEN", Some(gateway.to_string())),
        ("DATABASE_URL", stores.gateway_database.clone()),
        ("AMQP_URL", stores.gateway_amqp.clone()),
        ("REDIS_URL", stores.redis.clone()),
    ]);
    let plan = |number: usize, address, inside, ready_path, variables| Plan {
        name: NAMES[number],
        address,
        inside,
        ready_path,
        variables,
    };
    Ok([
        plan(0, shops, shops, "/health", for_shops),
        plan(1, collector, collector, "/ready", for_collector),
        plan(2, gateway, inside, "/ready", for_gateway),
    ])
}

/// Refuses to begin what could not listen.
pub(crate) fn check_ports(plans: &[Plan]) -> Result<()> {
    for plan in plans {
        if let Some(port) = plan.ports().into_iter().find(|port| !is_free(*port)) {
            bail!("port {port} is taken, and {} was to listen there; {ADVICE}", plan.name);
        }
    }
    Ok(())
}

/// What to do about a port or a folder that another one holds.
pub(crate) const ADVICE: &str =
    "stop what runs there (another `cargo xtask up`?), or start beside it with `--port-offset 100`";

/// Where a service that listens on every address is reached from this machine.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            [0, 0, 0, 0, 0, 0, 0, 1].into()
        });
    }
    address
}

/// What a person wants to open, a line each. `amqp_page` is RabbitMQ's management page.
pub(crate) fn addresses(
    plans: &[Plan; 3],
    amqp_page: Option<&str>,
    admin_database: Option<&str>,
) -> Vec<String> {
    let [shops, collector, gateway] = plans.each_ref().map(|plan| reachable(plan.address));
    let inside = reachable(plans[2].inside);
    let mut lines = vec![
        format!("storefront         http://{gateway}/"),
        format!("GraphiQL           http://{gateway}/graphiql"),
        format!("GraphQL            http://{gateway}/graphql"),
        format!("GraphQL schema     http://{gateway}/schema.graphql"),
        format!("NetVideo (mock)    http://{shops}/netvideo/v1/videocards"),
        format!("CountryLink (mock) http://{shops}/countrylink/api/products?category=gpu"),
        format!("what is true       http://{shops}/_mock/products"),
        format!("metrics            http://{inside}/metrics http://{collector}/metrics"),
    ];
    lines.extend(amqp_page.map(|page| format!("RabbitMQ           {page}")));
    lines.extend(admin_database.map(|database| format!("Postgres           {database}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stores() -> StoreAddresses {
        let address = |name: &str| Some(name.to_owned());
        StoreAddresses {
            collector_database: address("postgres://collector"),
            gateway_database: address("postgres://gateway"),
            collector_amqp: address("amqp://collector"),
            gateway_amqp: address("amqp://gateway"),
            redis: address("redis://ours"),
        }
    }

    #[test]
    fn each_service_is_told_its_stores_and_the_shops() {
        let [shops, collector, gateway] = plan(Choices::default(), &stores(), |_| None).unwrap();
        assert_eq!(shops.address.to_string(), "127.0.0.1:8080");
        assert_eq!(shops.variables.get("MOCK_SHOPS_CARDS"), None);
        assert_eq!(collector.variables["DATABASE_URL"], "postgres://collector");
        assert_eq!(collector.variables["NETVIDEO_URL"], "http://127.0.0.1:8080/netvideo");
        assert_eq!(collector.variables["AMQP_URL"], "amqp://collector");
        assert_eq!(collector.variables.get("REDIS_URL"), None);
        assert_eq!(gateway.variables["DATABASE_URL"], "postgres://gateway");
        assert_eq!(gateway.variables["AMQP_URL"], "amqp://gateway");
        assert_eq!(gateway.variables["REDIS_URL"], "redis://ours");
    }

    #[test]
    fn two_runs_beside_each_other_share_no_port_and_no_shop() {
        let choices = Choices { port_offset: 100, cards: Some(50) };
        let [shops, collector, gateway] = plan(choices, &stores(), |_| None).unwrap();
        let addresses = [&shops, &collector, &gateway].map(|plan| plan.address.to_string());
        assert_eq!(addresses, ["127.0.0.1:8180", "127.0.0.1:8181", "127.0.0.1:8100"]);
        assert_eq!(shops.variables["MOCK_SHOPS_CARDS"], "50");
        assert_eq!(collector.variables["COUNTRYLINK_URL"], "http://127.0.0.1:8180/countrylink");
    }

    #[test]
    fn what_the_environment_says_is_left_to_it() {
        let given = |name: &str| match name {
            "DATABASE_URL" => Some("postgres://mine".to_owned()),
            "MOCK_SHOPS_LISTEN" => Some("0.0.0.0:9000".to_owned()),
            "GATEWAY_METRICS_LISTEN" => Some("0.0.0.0:9001".to_owned()),
            "AMQP_URL" => Some(String::new()),
            _ => None,
        };
        let [shops, collector, gateway] =
            plan(Choices::default(), &StoreAddresses::default(), given).unwrap();
        assert_eq!(shops.address.to_string(), "0.0.0.0:9000");
        assert_eq!([gateway.address.port(), gateway.inside.port()], [8000, 9001]);
        assert_eq!(collector.variables["NETVIDEO_URL"], "http://127.0.0.1:9000/netvideo");
        for plan in [&collector, &gateway] {
            assert_eq!(plan.variables.get("DATABASE_URL"), None, "{}", plan.name);
        }

        let error =
            plan(Choices::default(), &stores(), |name| (name == "GATEWAY_LISTEN").then(|| "8000".to_owned()));
        assert_eq!(error.unwrap_err().to_string(), "GATEWAY_LISTEN=8000 is no address like 127.0.0.1:8000");
    }
}
