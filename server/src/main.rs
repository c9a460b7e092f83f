//! WebSlides' server: parse, run, exit code.

use clap::Parser;
use server::{cli::Options, control, run};
use std::{error::Error, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    match start(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("webslides: {error}");
            ExitCode::from(2)
        }
    }
}

async fn start(mut options: Options) -> Result<(), Box<dyn Error>> {
    match options.command.take() {
        Some(command) => server::print(&control::run(&options.data, command).await?),
        None => run(options).await?,
    }
    Ok(())
}
