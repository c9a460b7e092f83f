//! WebSlides' server: parse, run, exit code.

use clap::Parser;
use server::{cli::Options, run};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("webslides: {error}");
            ExitCode::from(2)
        }
    }
}
