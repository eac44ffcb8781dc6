//! The stores themselves: that they start, can be used, and come back on the same ports with their data.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use stores::{Stores, home::Home, postgres::psql, sandbox::Sandbox};
use url::Url;

#[tokio::test]
async fn stores_come_back_on_the_same_ports_with_what_was_committed() {
    let mut stores = Stores::for_tests().unwrap();
    let sandbox = Sandbox::on(&stores).await;
    let addresses = stores.test_addresses();
    let database = Url::parse(&sandbox.admin_database_url()).unwrap();
    psql(&database, "create table public.kept (value int); insert into public.kept values (7);").unwrap();
    let queue = r#"{"durable":true,"arguments":{"x-queue-type":"quorum"}}"#;
    sandbox.ask_rabbitmq("PUT", "queues/{vhost}/kept", queue).await.unwrap();
    let message = r#"{"routing_key":"kept","payload":"7","payload_encoding":"string","properties":{"delivery_mode":2}}"#;
    let routed =
        sandbox.ask_rabbitmq("POST", "exchanges/{vhost}/amq.default/publish", message).await.unwrap();
    assert_eq!(routed, r#"{"routed":true}"#);

    // In this order: RabbitMQ loses a quorum queue for good when it is killed in the first second of the queue.
    for end in [End::InOrder, End::Killed] {
        let before = pids(&mut stores);
        match end {
            End::InOrder => {
                stores.postgres.stop();
                stores.redis.stop();
                stores.rabbitmq.stop();
            }
            End::Killed => {
                stores.postgres.kill();
                stores.redis.kill();
                stores.rabbitmq.kill();
            }
        }
        assert_eq!(pids(&mut stores), [None; 3], "{end:?}");
        assert!(psql(&database, "select 1").is_err(), "{end:?}");

        stores.postgres.start().unwrap();
        stores.redis.start().unwrap();
        stores.rabbitmq.start().unwrap();
        for (pid, old) in pids(&mut stores).into_iter().zip(before) {
            assert!(pid.is_some() && pid != old, "{end:?}: {pid:?}, {old:?}");
        }
        assert_eq!(stores.test_addresses().variables(), addresses.variables(), "{end:?}");
        assert_eq!(psql(&database, "select value from public.kept").unwrap(), "7", "{end:?}");
        assert_eq!(sandbox.ask_redis("ping").await.unwrap(), "+PONG", "{end:?}");
        wait_for_message(&sandbox, r#""payload":"7""#).await;
    }
}

#[derive(Clone, Copy, Debug)]
enum End {
    InOrder,
    Killed,
}

fn pids(stores: &mut Stores) -> [Option<u32>; 3] {
    [stores.postgres.pid(), stores.redis.pid(), stores.rabbitmq.pid()]
}

/// A quorum queue elects a leader after its broker has started, so the first looks can come too early.
async fn wait_for_message(sandbox: &Sandbox, message: &str) {
    let look = r#"{"count":1,"ackmode":"ack_requeue_true","encoding":"auto"}"#;
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let seen = sandbox.ask_rabbitmq("POST", "queues/{vhost}/kept/get", look).await;
        if seen.as_ref().is_ok_and(|seen| seen.contains(message)) {
            return;
        }
        assert!(Instant::now() < deadline, "{seen:?}");
    }
}

#[tokio::test]
async fn a_role_owns_its_own_schema_and_reaches_nothing_else() {
    let sandbox = Sandbox::new().await;
    let collector = Url::parse(&sandbox.collector_database_url()).unwrap();
    let gateway = Url::parse(&sandbox.gateway_database_url()).unwrap();
    psql(&collector, "create table collector.mine (value int);").unwrap();
    psql(&gateway, "create table gateway.mine (value int); create table unqualified (value int);").unwrap();
    assert_eq!(psql(&gateway, "select count(*) from gateway.unqualified").unwrap(), "0");
    assert_eq!(psql(&gateway, "show statement_timeout").unwrap(), "10s");

    let refused = [
        (&collector, "select * from gateway.mine"),
        (&gateway, "select * from collector.mine"),
        (&gateway, "create table public.mine (value int)"),
        (&gateway, "create schema other"),
        (&gateway, "select query from public.pg_stat_statements"),
    ];
    for (role, statement) in refused {
        let error = psql(role, statement).unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{statement}: {error}");
    }
}

#[tokio::test]
async fn sandboxes_share_nothing_and_leave_no_database() {
    let (one, other) = (Sandbox::new().await, Sandbox::new().await);
    let database = Url::parse(&one.admin_database_url()).unwrap();
    assert_ne!(one.admin_database_url(), other.admin_database_url());
    assert_ne!(one.amqp_url(), other.amqp_url());
    assert_ne!(one.redis_url(), other.redis_url());

    assert_eq!(one.ask_redis("set mine 1").await.unwrap(), "+OK");
    assert_eq!(other.ask_redis("exists mine").await.unwrap(), ":0");
    let queue = r#"{"durable":true}"#;
    one.ask_rabbitmq("PUT", "queues/{vhost}/mine", queue).await.unwrap();
    assert!(other.ask_rabbitmq("GET", "queues/{vhost}/mine", "").await.is_err());

    drop(one);
    let error = psql(&database, "select 1").unwrap_err().to_string();
    assert!(error.contains("does not exist"), "{error}");
}

#[test]
fn what_a_killed_holder_left_running_ends_when_the_folder_is_taken_again() {
    let base = tempfile::tempdir().unwrap();
    let folder = base.path().join("data");
    let home = Home::claim(&folder).unwrap();
    let redis = home.folder("redis").unwrap();
    drop(home);
    let port = stores::ports::free_port().unwrap();
    let mut left = Command::new(stores::install::program("redis-server").unwrap())
        .args(["--port", &port.to_string(), "--save", ""])
        .current_dir(&redis)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();

    Home::claim(&folder).unwrap();
    let status = left.wait().unwrap();
    assert!(!status.success(), "{status}");
}
