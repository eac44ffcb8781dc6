//! The services' log lines in one stream, each with its service's name before it.

use std::{
    env,
    io::{self, BufRead, BufReader, IsTerminal, Read, Write},
    thread,
};

/// The colours of names, by the service's place: cyan, yellow, green.
const COLOURS: [u8; 3] = [36, 33, 32];

/// Whether standard output shows colours to a person.
pub(crate) fn is_coloured() -> bool {
    io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Prints what comes out of a pipe until it ends, from a thread of its own.
pub(crate) fn show(
    name: &'static str,
    place: usize,
    coloured: bool,
    pipe: Option<impl Read + Send + 'static>,
) {
    let Some(pipe) = pipe else { return };
    let prefix = prefix(name, place, coloured);
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            say(&format!("{prefix}{}", String::from_utf8_lossy(&line)));
        }
    });
}

/// Prints a line. A reader that went away (as `head` does) must not end us: we have children to look after.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

fn prefix(name: &str, place: usize, coloured: bool) -> String {
    let padded = format!("{name:<10} │ ");
    if coloured { format!("\u{1b}[{}m{padded}\u{1b}[0m", COLOURS[place % COLOURS.len()]) } else { padded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_one_width_and_coloured_only_for_a_terminal() {
        assert_eq!(prefix("gateway", 2, false), "gateway    │ ");
        assert_eq!(prefix("mock-shops", 0, false), "mock-shops │ ");
        assert_eq!(prefix("gateway", 2, true), "\u{1b}[32mgateway    │ \u{1b}[0m");
    }
}
