//! `cargo xtask doctor`: what this machine lacks, and what to type.
//!
//! It changes nothing. [`look`] looks at the machine; what follows from what it saw is decided by [`diagnose`].

use std::{
    fs,
    process::{Command, ExitCode},
};

use anyhow::{Context, Result};
use clap::Args;
use stores::{
    install::{self, Purpose, Store},
    ports::{Ports, is_free},
};

use crate::{
    logs::say,
    project::{cargo_has, root},
    services::{self, Choices, Plan, StoreAddresses},
    test::code,
    up::port_offset,
};

/// What a release build, its dependencies and the stores' data take on a new machine, with room to work.
const DISK_GB: u64 = 6;
/// What the linker takes beside the stores.
const MEMORY_GB: u64 = 3;
/// The oldest Node.js that builds the pages.
const NODE: u32 = 18;

/// Say what this machine lacks, and what to type.
///
/// Changes nothing. Exits 1 if `cargo xtask up` can't work here.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Look at the ports of `up` with the same option.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = port_offset)]
    port_offset: u16,
}

/// What was seen of the machine.
#[derive(Clone, Debug, Default)]
struct Machine {
    /// What is missing for each purpose, and why that can't be installed.
    packages: Vec<Missing>,
    /// The major version of Node.js.
    node: Option<u32>,
    taken_ports: Vec<u16>,
    disk_gb: u64,
    memory_gb: u64,
    nextest: bool,
    deny: bool,
    docker: Docker,
}

#[derive(Clone, Debug)]
struct Missing {
    task: Task,
    packages: Vec<&'static str>,
    /// What to do, where they can't be installed by themselves.
    obstacle: Option<String>,
}

/// What people do with the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Up,
    Pages,
    Test,
    Ci,
    Bench,
    Compose,
}

impl Task {
    fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Pages => "pages",
            Self::Test => "test",
            Self::Ci => "ci",
            Self::Bench => "bench",
            Self::Compose => "compose",
        }
    }

    /// What the programs of the packages are for.
    fn purposes(self) -> &'static [Purpose] {
        match self {
            Self::Up => &[
                Purpose::Build,
                Purpose::Run(Store::Postgres),
                Purpose::Run(Store::Redis),
                Purpose::Run(Store::RabbitMq),
            ],
            Self::Pages => &[Purpose::Npm],
            Self::Test => &[Purpose::Browser],
            Self::Ci => &[Purpose::Alerts, Purpose::Manifests],
            Self::Bench => &[Purpose::Load],
            Self::Compose => &[],
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Docker {
    #[default]
    NoCompose,
    NoEngine,
    Runs,
}

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grade {
    Good,
    /// It works, or will, all the same.
    Note,
    /// The task can't work.
    Bad,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    task: Task,
    grade: Grade,
    text: String,
}

impl Doctor {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let findings = diagnose(&look(self.port_offset)?);
        for finding in &findings {
            say(&line(finding));
        }
        let works = can_run(&findings);
        say(if works {
            "\n`cargo xtask up` can work here."
        } else {
            "\n`cargo xtask up` can't work here yet."
        });
        Ok(code(works))
    }
}

fn look(port_offset: u16) -> Result<Machine> {
    let tasks = [Task::Up, Task::Pages, Task::Test, Task::Ci, Task::Bench];
    let packages = tasks.map(|task| {
        let packages = install::missing(task.purposes());
        let obstacle = install::obstacle(packages.clone()).map(|obstacle| obstacle.to_string());
        Missing { task, packages, obstacle }
    });
    Ok(Machine {
        packages: packages.into(),
        node: output("node", &["--version"]).and_then(|version| major(&version)),
        taken_ports: ports(port_offset)?.into_iter().filter(|port| !is_free(*port)).collect(),
        disk_gb: disk_gb()?,
        memory_gb: memory_gb(&fs::read_to_string("/proc/meminfo").unwrap_or_default()),
        nextest: cargo_has("nextest"),
        deny: cargo_has("deny"),
        docker: docker(),
    })
}

/// The ports of `up`.
fn ports(port_offset: u16) -> Result<Vec<u16>> {
    let choices = Choices { port_offset, cards: None };
    let plans = services::plan(choices, &StoreAddresses::default(), |name| std::env::var(name).ok())?;
    let stores = Ports::fixed(port_offset);
    let mut ports: Vec<u16> = plans.iter().flat_map(Plan::ports).collect();
    ports.extend([
        stores.postgres,
        stores.redis,
        stores.amqp,
        stores.amqp_api,
        stores.amqp_nodes,
        stores.epmd,
    ]);
    Ok(ports)
}

fn disk_gb() -> Result<u64> {
    let root = root();
    let disk = rustix::fs::statvfs(&root).with_context(|| format!("looking at {}", root.display()))?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize) / 1_000_000_000)
}

/// What is left for whoever asks, of Linux' report.
fn memory_gb(report: &str) -> u64 {
    let available = report.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kilobytes = available.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024 / 1_000_000_000
}

fn docker() -> Docker {
    if output("docker", &["compose", "version"]).is_none() {
        Docker::NoCompose
    } else if output("docker", &["info"]).is_none() {
        Docker::NoEngine
    } else {
        Docker::Runs
    }
}

/// What a program prints, if it is there and succeeds.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The first number of a version like `v20.19.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

fn diagnose(machine: &Machine) -> Vec<Finding> {
    let mut findings: Vec<Finding> = machine.packages.iter().map(packages).collect();
    let mut note = |task, grade, text: String| findings.push(Finding { task, grade, text });
    if let Some(version) = machine.node.filter(|version| *version < NODE) {
        let text =
            format!("Node.js is {version}, and {NODE} or newer is needed; without it there are no pages");
        note(Task::Pages, Grade::Bad, text);
    }
    if machine.taken_ports.is_empty() {
        note(Task::Up, Grade::Good, "the ports are free".to_owned());
    } else {
        let ports: Vec<String> = machine.taken_ports.iter().map(u16::to_string).collect();
        let text = format!("taken ports: {}; {}", ports.join(", "), services::ADVICE);
        note(Task::Up, Grade::Bad, text);
    }
    for (what, has, needs) in [("disk", machine.disk_gb, DISK_GB), ("memory", machine.memory_gb, MEMORY_GB)] {
        let (grade, text) = if has < needs {
            (Grade::Note, format!("{has} GB of {what} are free, and a first build wants {needs} GB"))
        } else {
            (Grade::Good, format!("{has} GB of {what} are free"))
        };
        note(Task::Up, grade, text);
    }
    for (task, there, name, without) in [
        (Task::Test, machine.nextest, "cargo-nextest", "`cargo test` is used, which is slower"),
        (Task::Ci, machine.deny, "cargo-deny", "dependencies are not checked"),
    ] {
        let (grade, text) = if there {
            (Grade::Good, format!("{name} is there"))
        } else {
            (Grade::Note, format!("{name} is missing: {without}. `cargo install {name} --locked` brings it"))
        };
        note(task, grade, text);
    }
    let (grade, text) = match machine.docker {
        Docker::Runs => (Grade::Good, "Docker runs, with compose"),
        Docker::NoEngine => (Grade::Bad, "no Docker engine answers: start it, or join the group `docker`"),
        Docker::NoCompose => {
            (Grade::Bad, "`docker compose` is missing: install Docker with its compose plugin")
        }
    };
    note(Task::Compose, grade, text.to_owned());
    findings.sort_by_key(|finding| finding.task as u8);
    findings
}

fn packages(missing: &Missing) -> Finding {
    let names = missing.packages.join(", ");
    let (grade, text) = match &missing.obstacle {
        _ if missing.packages.is_empty() => (Grade::Good, "every program is there".to_owned()),
        None => (Grade::Note, format!("{names}: installed by itself when it is needed")),
        // `up` goes on without the pages.
        Some(obstacle) => (Grade::Bad, obstacle.clone()),
    };
    Finding { task: missing.task, grade, text }
}

fn can_run(findings: &[Finding]) -> bool {
    !findings.iter().any(|finding| finding.task == Task::Up && finding.grade == Grade::Bad)
}

fn line(finding: &Finding) -> String {
    let sign = match finding.grade {
        Grade::Good => "ok  ",
        Grade::Note => "note",
        Grade::Bad => "LACK",
    };
    format!("{sign} {:<8} {}", finding.task.name(), finding.text.replace('\n', "\n              "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Machine {
        Machine {
            packages: vec![Missing { task: Task::Up, packages: Vec::new(), obstacle: None }],
            node: Some(20),
            disk_gb: 100,
            memory_gb: 16,
            nextest: true,
            deny: true,
            docker: Docker::Runs,
            ..Machine::default()
        }
    }

    /// What is not as it should be.
    fn troubles(machine: &Machine) -> Vec<String> {
        diagnose(machine).iter().filter(|finding| finding.grade != Grade::Good).map(line).collect()
    }

    #[test]
    fn what_is_lacking_is_told_and_only_what_up_needs_fails() {
        let cannot_install = Missing {
            task: Task::Up,
            packages: vec!["redis-server"],
            obstacle: Some("redis-server is not installed here. Type this:\n    sudo apt-get".to_owned()),
        };
        let installs = Missing { task: Task::Up, packages: vec!["redis-server"], obstacle: None };
        let cases = [
            (good(), true, ""),
            (
                Machine { packages: vec![installs], ..good() },
                true,
                "note up       redis-server: installed by itself",
            ),
            (
                Machine { packages: vec![cannot_install], ..good() },
                false,
                "LACK up       redis-server is not installed",
            ),
            (
                Machine { taken_ports: vec![8000, 8080], ..good() },
                false,
                "LACK up       taken ports: 8000, 8080",
            ),
            (Machine { disk_gb: 1, ..good() }, true, "note up       1 GB of disk are free"),
            (Machine { node: Some(16), ..good() }, true, "LACK pages    Node.js is 16"),
            (Machine { nextest: false, ..good() }, true, "note test     cargo-nextest is missing"),
            (Machine { docker: Docker::NoEngine, ..good() }, true, "LACK compose  no Docker engine answers"),
        ];
        for (machine, works, told) in cases {
            let troubles = troubles(&machine);
            assert_eq!(can_run(&diagnose(&machine)), works, "{troubles:?}");
            assert_eq!(troubles.len(), usize::from(!told.is_empty()), "{troubles:?}");
            assert!(troubles.iter().all(|trouble| trouble.starts_with(told)), "{troubles:?}");
        }
    }

    #[test]
    fn the_machine_is_read_as_it_describes_itself() {
        assert_eq!(major("v20.19.2\n"), Some(20));
        assert_eq!(major("nonsense"), None);
        assert_eq!(memory_gb("MemTotal: 9 kB\nMemAvailable:   16777216 kB\n"), 17);
        assert_eq!(memory_gb(""), 0);
    }
}
