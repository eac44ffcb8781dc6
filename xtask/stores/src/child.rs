//! Child processes that never outlive us.
//!
//! Dropping a [`Guarded`] kills it. A process that is killed with -9 drops nothing, so each child has a guard: a
//! shell of a few kilobytes in a process group of its own that reads from a pipe which we hold open. When we
//! are gone, however that came, the pipe ends and the guard kills the child's whole process group. (The
//! kernel's parent-death signal would be simpler, but it is sent when the *thread* that started the child ends.)

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::ending::has_ended;

/// A child process in a process group of its own, and the guard that ends it if we die first.
#[derive(Debug)]
pub struct Guarded {
    child: Child,
    guard: Child,
    ended: Option<ExitStatus>,
}

impl Guarded {
    /// Starts the command, without standard input.
    ///
    /// # Errors
    /// Whatever the operating system says, e.g. that there is no such program.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::null()).process_group(0).spawn()?;
        match guard(child.id()) {
            Ok(guard) => Ok(Self { child, guard, ended: None }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, to take its pipes from.
    pub fn pipes(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// Whatever the operating system says.
    pub fn exit_status(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait()?;
        }
        Ok(self.ended)
    }

    /// Sends a signal to the process alone (not to its group), unless it has ended.
    pub fn signal(&mut self, signal: Signal) {
        if matches!(self.exit_status(), Ok(None)) {
            let _ = kill_process(pid(&self.child), signal);
        }
    }

    /// Ends the whole process group with -9, and waits for the process.
    pub fn kill(&mut self) {
        if matches!(self.exit_status(), Ok(None)) {
            let _ = kill_process_group(pid(&self.child), Signal::KILL);
            self.ended = self.child.wait().ok();
        }
    }

    /// Waits for the end for at most `patience`. `None`: it still runs.
    ///
    /// # Errors
    /// Whatever the operating system says.
    pub fn wait(&mut self, patience: Duration) -> io::Result<Option<ExitStatus>> {
        if self.exit_status()?.is_none() {
            has_ended(pid(&self.child), patience)?;
        }
        self.exit_status()
    }

    /// Asks the process to end by `signal`, waits for at most `patience`, then kills it. `None`: it had to be
    /// killed.
    ///
    /// # Errors
    /// Whatever the operating system says.
    pub fn stop(&mut self, signal: Signal, patience: Duration) -> io::Result<Option<ExitStatus>> {
        self.signal(signal);
        let status = self.wait(patience)?;
        if status.is_none() {
            self.kill();
        }
        Ok(status)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.kill();
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}

/// Starts the shell that waits for our end.
fn guard(group: u32) -> io::Result<Child> {
    Command::new("sh")
        .args(["-c", r#"read -r _; kill -s KILL -- "-$1""#, "guard", &group.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

/// The id of a process that was not waited for yet, and so can't belong to another.
fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn a_child_and_its_children_end_when_we_are_gone_without_a_word() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo started; wait"]).stdout(Stdio::piped());
        let mut child = Guarded::spawn(&mut command).unwrap();
        let mut output = child.pipes().stdout.take().unwrap();
        let mut started = [0; 8];
        io::Read::read_exact(&mut output, &mut started).unwrap();

        // What the kernel does when we are killed.
        drop(child.guard.stdin.take());
        let status = child.wait(Duration::from_secs(10)).unwrap().expect("the guard kills the child");
        assert_eq!(status.signal(), Some(9));
        // The pipe ends when the last of the group is gone, `sleep` too.
        assert_eq!(io::Read::read(&mut output, &mut started).unwrap(), 0);
    }

    #[test]
    fn a_child_that_does_not_stop_when_told_to_is_killed() {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' TERM; echo started; while :; do sleep 1; done"]).stdout(Stdio::piped());
        let mut child = Guarded::spawn(&mut command).unwrap();
        let mut started = [0; 8];
        io::Read::read_exact(&mut child.pipes().stdout.take().unwrap(), &mut started).unwrap();
        assert_eq!(child.stop(Signal::TERM, Duration::from_millis(100)).unwrap(), None);
        assert_eq!(child.exit_status().unwrap().and_then(|status| status.signal()), Some(9));
    }
}
