//! An older version of the services beside this one, on the same stores: as it is while a new one is rolled out, and
//! when it is taken back.

use std::path::PathBuf;

use tokio::time::sleep;

use super::{Ground, under_fault};
use crate::{
    report::Report,
    trouble::Trouble,
    truth::watch::report_answers,
    world::{COLLECT_EVERY, Member, Plan, World},
};

/// The one that stays old until the end, and the one that goes forward and back.
const OLD: usize = 0;
const FIRST: usize = 1;

/// Everything is old at first, on a schema that it made itself. Then one after the other is new, or old again, and
/// either version leads and applies what the other has told.
pub(super) async fn old_and_new(ground: &mut Ground) -> Result<Report, Trouble> {
    let Some(previous) = ground.previous.clone() else {
        return Err(Trouble::LeftOut("it needs `--previous`, a folder with programs of an older version"));
    };
    let mut report = Report::default();
    let plan = Plan {
        collectors: 2,
        gateways: 2,
        programs: Some(previous.clone()),
        ..Plan::usual(ground.wishes.seed)
    };
    let world = ground.open(&plan).await?;
    let noticed = under_fault(world, &mut report, async |world, report| {
        let mut roll_outs = 0;
        let steps = [
            // The new schema is made while the old version works on.
            (Member::Gateway(FIRST), None),
            (Member::Collector(FIRST), None),
            // The new collector leads.
            (Member::Collector(OLD), Some(&previous)),
            // And the old one again, after the new one.
            (Member::Collector(FIRST), Some(&previous)),
            (Member::Gateway(FIRST), Some(&previous)),
            (Member::Gateway(FIRST), None),
            (Member::Collector(FIRST), None),
            (Member::Gateway(OLD), None),
            (Member::Collector(OLD), None),
        ];
        for (member, programs) in steps {
            exchange(world, member, programs.cloned()).await?;
            roll_outs += 1;
            sleep(COLLECT_EVERY * 3).await;
        }
        report.tell("roll_outs", roll_outs);
        Ok(())
    })
    .await?;
    report_answers(&mut report, &noticed.tally);
    Ok(report)
}

/// Ends a service as an operator would, and starts it with the programs of a folder; `None`: of this version.
async fn exchange(world: &mut World<'_>, member: Member, programs: Option<PathBuf>) -> Result<(), Trouble> {
    world.stop(member).await?;
    match member {
        Member::Collector(number) => world.collectors[number].restart_from(programs).await?,
        Member::Gateway(number) => world.gateways[number].restart_from(programs).await?,
        store => return Err(Trouble::foreign("this row", format!("{store} has no versions"))),
    }
    world.wait_until_ready(member).await
}
