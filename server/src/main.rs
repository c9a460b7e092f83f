//! WebSlides' server: parse, run, exit code.

use clap::Parser;
use reading::{sources::SOURCES, worker};
use rustix::fs::Mode;
use server::{cli::Options, observe, run, terminal::control};
use std::{env, error::Error, process::ExitCode, time::Duration};
use tokio::runtime::Builder;

fn main() -> ExitCode {
    // Before any runtime: a worker must have only one thread when it confines itself.
    if env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == worker::ARGUMENT)
    {
        return worker::serve::run(SOURCES);
    }
    let options = Options::parse();
    // Files are for the host's account only: hashes of keys, notes, slides that were not shown yet.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let runtime = Builder::new_multi_thread().enable_all().build();
    let started = match runtime {
        Ok(runtime) => {
            let started = runtime.block_on(start(options));
            // A blocking read that never ends must not keep the program alive.
            runtime.shutdown_timeout(Duration::from_secs(2));
            started
        }
        Err(error) => Err(error.into()),
    };
    match started {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("webslides: {error}");
            ExitCode::from(2)
        }
    }
}

async fn start(mut options: Options) -> Result<(), Box<dyn Error>> {
    match options.command.take() {
        Some(command) => observe::print(&control::run(&options.data, command).await?),
        None => run(options).await?,
    }
    Ok(())
}
