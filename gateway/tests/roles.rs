//! What the services may do in their stores: the gateway is content with reading from RabbitMQ, and can do with more;
//! in Postgres each has its own schema, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::time::Duration;

use events::topology;
use lapin::{
    BasicProperties, Connection, ConnectionProperties,
    options::{
        BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions, QueueDeleteOptions,
    },
    types::FieldTable,
};
use sqlx::{Connection as _, PgConnection};
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{consuming, eventually, http_client, pipeline::Pipeline, queue::Publisher};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_may_only_read_waits_quietly_for_the_queue_and_again_when_it_was_deleted() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let gateway = Service::start("gateway", Pipeline::gateway_variables(&sandbox)).await.unwrap();
    let waits = |times: usize| {
        let gateway = &gateway;
        eventually(SOON, move || async move {
            let told = gateway.log().matches("waiting for the collector to declare it").count();
            if told == times { Ok(()) } else { Err(gateway.log()) }
        })
    };
    waits(1).await;
    Publisher::connect(&sandbox).await;
    consuming(&http, &gateway).await;
    let calm = gateway.log();
    assert!(!calm.contains(r#""level":"WARN""#), "{calm}");

    let queue = format!("queues/{{vhost}}/{}", topology::QUEUE);
    sandbox.ask_rabbitmq("DELETE", &queue, "").await.unwrap();
    waits(2).await;
    Publisher::connect(&sandbox).await;
    consuming(&http, &gateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_may_do_everything_declares_the_queue_itself() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let mut variables = Pipeline::gateway_variables(&sandbox);
    variables.retain(|(name, _)| *name != "AMQP_URL");
    variables.push(("AMQP_URL", sandbox.amqp_url()));
    let gateway = Service::start("gateway", variables).await.unwrap();
    consuming(&http, &gateway).await;
    for queue in [topology::QUEUE, topology::DEAD_QUEUE] {
        sandbox.ask_rabbitmq("GET", &format!("queues/{{vhost}}/{queue}"), "").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_can_do_what_is_its_own_and_nothing_else() {
    let sandbox = Sandbox::new().await;
    Publisher::connect(&sandbox).await;
    let (collector, gateway) = (sandbox.collector_amqp_url(), sandbox.gateway_amqp_url());
    let refused = [
        (&gateway, Deed::Publish(topology::EXCHANGE)),
        (&gateway, Deed::Publish(topology::DEAD_EXCHANGE)),
        (&gateway, Deed::Publish("")),
        (&gateway, Deed::Declare("other")),
        (&gateway, Deed::Delete(topology::QUEUE)),
        (&collector, Deed::Publish("")),
        (&collector, Deed::Publish("amq.topic")),
        (&collector, Deed::Declare("other")),
        (&collector, Deed::Get(topology::DEAD_QUEUE)),
    ];
    for (url, deed) in refused {
        let done = deed.done_by(url).await;
        assert!(done.as_ref().is_err_and(|error| error.contains("ACCESS_REFUSED")), "{deed:?}: {done:?}");
    }
    let allowed = [
        (&collector, Deed::Publish(topology::EXCHANGE)),
        (&gateway, Deed::Get(topology::QUEUE)),
        (&gateway, Deed::Get(topology::DEAD_QUEUE)),
    ];
    for (url, deed) in allowed {
        assert_eq!(deed.done_by(url).await, Ok(()), "{deed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_postgres_reaches_its_own_schema_and_no_other() {
    /// What Postgres says to whoever lacks a right.
    const INSUFFICIENT_PRIVILEGE: &str = "42501";
    let sandbox = Sandbox::new().await;
    let mut admin = PgConnection::connect(&sandbox.admin_database_url()).await.unwrap();
    for role in ["collector", "gateway"] {
        let table = format!(
            "create table {role}.secret as select 1 as one; alter table {role}.secret owner to {role}"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(table)).execute(&mut admin).await.unwrap();
    }
    let roles = [
        (sandbox.collector_database_url(), "collector", "gateway"),
        (sandbox.gateway_database_url(), "gateway", "collector"),
    ];
    for (url, own, other) in roles {
        let mut role = PgConnection::connect(&url).await.unwrap();
        let mut attempt = async |statement: String| {
            let done = sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut role).await;
            done.map(drop).map_err(|error| {
                error.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap().to_string()
            })
        };
        let refused = [
            format!("select one from {other}.secret"),
            format!("insert into {other}.secret values (2)"),
            format!("create table {other}.mine (id int)"),
            format!("drop schema {other} cascade"),
            "create table public.mine (id int)".to_owned(),
            "create schema mine".to_owned(),
            "create temporary table mine (id int)".to_owned(),
            format!("set role {other}"),
        ];
        for statement in refused {
            let done = attempt(statement.clone()).await;
            assert_eq!(done, Err(INSUFFICIENT_PRIVILEGE.to_owned()), "{own}: {statement}");
        }
        assert_eq!(attempt(format!("update {own}.secret set one = 3")).await, Ok(()));
        assert_eq!(attempt(format!("create table {own}.mine (id int)")).await, Ok(()));
    }
    let in_public =
        "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'";
    assert_eq!(sqlx::query_scalar::<_, i64>(in_public).fetch_one(&mut admin).await.unwrap(), 0);
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Publish(&'static str),
    Declare(&'static str),
    Delete(&'static str),
    Get(&'static str),
}

impl Deed {
    /// Does it over a connection of its own. The broker refuses by closing the channel.
    async fn done_by(self, url: &str) -> Result<(), String> {
        let connection = Connection::connect(url, ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        let result = match self {
            Self::Publish(exchange) => {
                let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
                let key = "product.test".into();
                match channel.basic_publish(exchange.into(), key, options, b"{}", properties).await {
                    Ok(confirmation) => confirmation.await.map(drop),
                    Err(error) => Err(error),
                }
            }
            Self::Declare(queue) => {
                let options = QueueDeclareOptions { durable: true, ..Default::default() };
                channel.queue_declare(queue.into(), options, FieldTable::default()).await.map(drop)
            }
            Self::Delete(queue) => {
                channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await.map(drop)
            }
            Self::Get(queue) => channel.basic_get(queue.into(), BasicGetOptions::default()).await.map(drop),
        };
        result.map_err(|error| error.to_string())
    }
}
