//! What serving costs: processor time and memory of processes, as the kernel counts them.

use std::fs;

/// How many ticks of the kernel's count make a second; the same on every Linux that we know.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processes that do the work together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workers {
    /// Those that count alone, whatever they have started.
    pub(crate) alone: Vec<u32>,
    /// Those that count with their children, of whom some may have ended.
    pub(crate) families: Vec<u32>,
}

impl Workers {
    /// The processor time that they have taken so far, in milliseconds.
    pub(crate) fn cpu_ms(&self) -> f64 {
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let ticks: u64 = pids.filter_map(|pid| Some(self.ticks(pid, &Stat::of(pid)?))).sum();
        #[expect(clippy::cast_precision_loss, reason = "a count of ticks is far below 2^52")]
        let ticks = ticks as f64;
        ticks * 1000.0 / TICKS_PER_SECOND
    }

    /// What counts of a process.
    fn ticks(&self, pid: u32, stat: &Stat) -> u64 {
        if self.families.contains(&pid) {
            stat.own + stat.ended_children
        } else if self.alone.contains(&pid) || self.families.contains(&stat.parent) {
            stat.own
        } else {
            0
        }
    }
}

/// What `/proc/<pid>/stat` says of processor time, in and out of the kernel.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own: u64,
    ended_children: u64,
}

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // The program's name is in parentheses, and may have spaces and parentheses itself.
        let (_, fields) = text.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let field = |place: usize| fields.get(place)?.parse::<u64>().ok();
        let parent = fields.get(1)?.parse().ok()?;
        Some(Self { parent, own: field(11)? + field(12)?, ended_children: field(13)? + field(14)? })
    }
}

/// How much memory a process has (`VmRSS`), or has had at most (`VmHWM`), in MiB; 0 if it has ended.
pub(crate) fn memory_mib(pid: u32, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kib: u64 = value.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or_default();
    kib / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_counts_with_its_children_only_where_it_is_said_to() {
        let text = |parent: u32| {
            format!("17 (a (b) c) S {parent} 17 17 0 -1 4194560 1 2 3 4 100 20 3 1 20 0 1 0 55")
        };
        let stat = Stat::parse(&text(4)).unwrap();
        assert_eq!(stat, Stat { parent: 4, own: 120, ended_children: 4 }, "whatever its name is");
        assert_eq!(Stat::parse("17 (sh"), None);

        let workers =
            |alone: &[u32], families: &[u32]| Workers { alone: alone.into(), families: families.into() };
        let cases = [
            (workers(&[17], &[]), 120),
            (workers(&[], &[17]), 124),
            (workers(&[], &[4]), 120),
            (workers(&[4], &[5]), 0),
        ];
        for (workers, expected) in cases {
            assert_eq!(workers.ticks(17, &stat), expected, "{workers:?}");
        }
    }
}
