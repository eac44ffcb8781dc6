//! RabbitMQ with its management page.
//!
//! The distributions' `rabbitmq-server` is a wrapper that changes the user and the folder; what runs here is the
//! script below the library folder. Erlang's port mapper (epmd) is started by us: otherwise Erlang starts one that
//! belongs to nobody and outlives everything.

pub mod rights;

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::Signal;
use serde_json::{Value, json};

use self::rights::Rights;
use crate::{
    Error,
    child::Guarded,
    error::Doing,
    home::{Home, end_leftovers, make_folder},
    http, install,
    ports::Ports,
    redis::write_private,
    secrets::Secrets,
    wait::Waiting,
};

const NAME: &str = "RabbitMQ";
/// The user who may do everything, for people and for tests; no service logs in as this one.
const USER: &str = "videocards";
/// How long it may take to answer after it was started; on a busy machine it needs most of a minute.
const START_PATIENCE: Duration = Duration::from_mins(2);
/// How long it may take to end after it was told to.
const STOP_PATIENCE: Duration = Duration::from_secs(20);

/// A RabbitMQ of our own.
#[derive(Debug)]
pub struct RabbitMq {
    folder: PathBuf,
    ports: Ports,
    password: String,
    // In the order in which they are ended.
    node: Option<Guarded>,
    port_mapper: Option<Guarded>,
}

impl RabbitMq {
    /// Prepares a RabbitMQ and starts it.
    ///
    /// # Errors
    /// It is not installed, or did not start.
    pub fn create(home: &Home, ports: Ports, secrets: &Secrets) -> Result<Self, Error> {
        let (folder, password) = (home.folder("rabbitmq")?, secrets.rabbitmq.clone());
        let mut rabbitmq = Self { folder, ports, password, node: None, port_mapper: None };
        rabbitmq.start()?;
        rabbitmq.make_users(secrets)?;
        Ok(rabbitmq)
    }

    /// Makes a user for each service, with its rights in the default virtual host; those that are there get today's
    /// passwords and rights.
    fn make_users(&self, secrets: &Secrets) -> Result<(), Error> {
        let users = [
            ("collector", &secrets.collector, Rights::COLLECTOR),
            ("gateway", &secrets.gateway, Rights::GATEWAY),
        ];
        for (user, password, rights) in users {
            self.put(&format!("/api/users/{user}"), &json!({ "password": password, "tags": "" }))?;
            self.put(&format!("/api/permissions/%2F/{user}"), &rights.to_json())?;
        }
        Ok(())
    }

    fn put(&self, path: &str, what: &Value) -> Result<(), Error> {
        let doing = || format!("telling RabbitMQ of {path}");
        let answer = http::request(self.api(), "PUT", path, Some((USER, &self.password)), &what.to_string())
            .doing(doing)?;
        if answer.is_success() {
            return Ok(());
        }
        Err(Error::Refused { doing: doing(), answer: format!("{} {}", answer.status, answer.body.trim()) })
    }

    fn api(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports.amqp_api))
    }

    /// Starts it, if it does not run, on the same ports and data.
    ///
    /// # Errors
    /// It did not start.
    pub fn start(&mut self) -> Result<(), Error> {
        if self.pid().is_some() {
            return Ok(());
        }
        self.kill();
        end_leftovers(&self.folder)?;
        let log = self.folder.join("rabbitmq.log");
        self.port_mapper = Some(self.start_port_mapper()?);
        let mut node = self.start_node(&log)?;
        let waiting = Waiting { store: NAME, log: &log, patience: START_PATIENCE };
        waiting.until(&mut node, || self.answers())?;
        self.node = Some(node);
        Ok(())
    }

    /// Ends it with -9.
    pub fn kill(&mut self) {
        self.node = None;
        self.port_mapper = None;
    }

    /// Ends it in an orderly way.
    pub fn stop(&mut self) {
        if let Some(mut node) = self.node.take() {
            let _ = node.stop(Signal::TERM, STOP_PATIENCE);
        }
        self.port_mapper = None;
    }

    /// Has `rabbitmqctl` do something to the running node, and returns what it printed.
    ///
    /// # Errors
    /// It is not installed, or refused.
    pub fn control(&self, arguments: &[&str]) -> Result<String, Error> {
        // Beside the server, since the one in the path is a wrapper too.
        let mut command = self.command(&install::program("rabbitmq-server")?.with_file_name("rabbitmqctl"));
        let doing = || format!("rabbitmqctl {}", arguments.join(" "));
        let output = command.arg("--quiet").args(arguments).stdin(Stdio::null()).output().doing(doing)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let answer = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned();
        Err(Error::Refused { doing: doing(), answer })
    }

    /// The process id of its node, while it runs.
    pub fn pid(&mut self) -> Option<u32> {
        let node = self.node.as_mut()?;
        matches!(node.exit_status(), Ok(None)).then(|| node.id())
    }

    /// The address of its default virtual host for the user who may do everything, with the password.
    pub fn url(&self) -> String {
        self.url_of(USER, &self.password)
    }

    /// The address of its default virtual host for another user.
    pub fn url_of(&self, user: &str, password: &str) -> String {
        format!("amqp://{user}:{password}@127.0.0.1:{}/%2f", self.ports.amqp)
    }

    /// The address of its management interface, with user and password.
    pub fn api_url(&self) -> String {
        format!("http://{USER}:{}@127.0.0.1:{}/", self.password, self.ports.amqp_api)
    }

    /// Both listeners are opened at the end of its start, in no certain order.
    fn answers(&self) -> bool {
        let amqp = SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports.amqp));
        TcpStream::connect(amqp).is_ok()
            && http::request(self.api(), "GET", "/api/whoami", Some((USER, &self.password)), "")
                .is_ok_and(|answer| answer.is_success())
    }

    fn start_port_mapper(&self) -> Result<Guarded, Error> {
        let mut command = Command::new(install::program("epmd")?);
        command
            .args(["-address", "127.0.0.1", "-port", &self.ports.epmd.to_string()])
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Guarded::spawn(&mut command).doing(|| "starting epmd")
    }

    fn start_node(&self, log: &Path) -> Result<Guarded, Error> {
        // The cookie that Erlang keeps in the home folder must not be the user's own.
        for name in ["home", "mnesia", "logs"] {
            make_folder(&self.folder.join(name))?;
        }
        let settings = self.folder.join("rabbitmq.conf");
        write_private(&settings, &self.settings())?;
        let plugins = self.folder.join("enabled_plugins");
        write_private(&plugins, "[rabbitmq_management].\n")?;

        let output = fs::File::create(log).doing(|| format!("creating {}", log.display()))?;
        let errors = output.try_clone().doing(|| format!("creating {}", log.display()))?;
        let mut command = self.command(&install::program("rabbitmq-server")?);
        command
            .env("RABBITMQ_DIST_PORT", self.ports.amqp_nodes.to_string())
            .env("RABBITMQ_CONFIG_FILE", &settings)
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", &plugins)
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}")
            // Makes the script become the node, so that the node's process id is our child's.
            .env("RUNNING_UNDER_SYSTEMD", "true")
            .stdout(Stdio::from(output))
            .stderr(Stdio::from(errors));
        Guarded::spawn(&mut command).doing(|| "starting rabbitmq-server")
    }

    /// One of RabbitMQ's programs, with what all of them have to know of our node.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8")
            .env("HOME", self.folder.join("home"))
            .env("RABBITMQ_NODENAME", "videocards@localhost")
            .env("ERL_EPMD_PORT", self.ports.epmd.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_MNESIA_BASE", self.folder.join("mnesia"))
            .env("RABBITMQ_LOG_BASE", self.folder.join("logs"))
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null")
            .current_dir(&self.folder);
        command
    }

    fn settings(&self) -> String {
        format!(
            "listeners.tcp.1 = 127.0.0.1:{}\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {}\n\
             default_user = {USER}\ndefault_pass = {}\nlog.file.level = warning\nlog.console = false\n",
            self.ports.amqp, self.ports.amqp_api, self.password
        )
    }
}
