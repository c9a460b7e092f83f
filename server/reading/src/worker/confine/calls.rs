//! Seccomp: allows the system calls that decoding needs. All others fail with `ENOSYS`, so that a
//! library which tries a new call falls back to an older one.
//!
//! It is an allowlist, because a list of forbidden calls would miss those of the next kernel, and those
//! of the x32 table, which are the same calls under other numbers.

use crate::worker::protocol::Held;
use rustix::process::getpid;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Long, SeccompCmpOp as Is, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

/// Calls to read files, allocate memory, and ask for the time. None changes a file, reaches another
/// process, or starts a process or thread.
const ALLOWED: &[libc::c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_getuid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_newfstatat,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
    // Older spellings that C libraries still use on this processor.
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lstat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
];

pub fn filter() -> Held {
    let Ok(architecture) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Held::Not;
    };
    let applied = program(architecture).and_then(|program| seccompiler::apply_filter(&program));
    if applied.is_ok() {
        Held::Fully
    } else {
        Held::Not
    }
}

fn program(architecture: TargetArch) -> seccompiler::Result<BpfProgram> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    rules.extend(conditional()?);
    Ok(SeccompFilter::new(
        rules,
        SeccompAction::Errno(bits(libc::ENOSYS)),
        SeccompAction::Allow,
        architecture,
    )?
    .try_into()?)
}

/// Calls that are allowed with some arguments only.
fn conditional() -> seccompiler::Result<Vec<(i64, Vec<SeccompRule>)>> {
    let when = |argument, long, is, value| -> seccompiler::Result<SeccompRule> {
        let condition = SeccompCondition::new(argument, long, is, value)?;
        Ok(SeccompRule::new(vec![condition])?)
    };
    let writes = bits(libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC).into();
    let executable = bits(libc::PROT_EXEC).into();
    // Not F_SETOWN, F_SETSIG and F_SETFL (O_ASYNC), which signal another process.
    let of_files = [
        libc::F_GETFD,
        libc::F_SETFD,
        libc::F_GETFL,
        libc::F_DUPFD_CLOEXEC,
    ];
    let of_files = of_files
        .into_iter()
        .map(|command| when(1, Long::Dword, Is::Eq, bits(command).into()))
        .collect::<Result<_, _>>()?;
    let own = bits(getpid().as_raw_nonzero().get()).into();
    Ok(vec![
        // Only for reading, in case that Landlock is missing.
        (
            libc::SYS_openat,
            vec![when(2, Long::Dword, Is::MaskedEq(writes), 0)?],
        ),
        #[cfg(target_arch = "x86_64")]
        (
            libc::SYS_open,
            vec![when(1, Long::Dword, Is::MaskedEq(writes), 0)?],
        ),
        (libc::SYS_fcntl, of_files),
        // All code is loaded by now. Memory must not become executable.
        (
            libc::SYS_mmap,
            vec![when(2, Long::Dword, Is::MaskedEq(executable), 0)?],
        ),
        (
            libc::SYS_mprotect,
            vec![when(2, Long::Dword, Is::MaskedEq(executable), 0)?],
        ),
        // abort() signals the process itself. No other process may be signalled.
        (libc::SYS_tgkill, vec![when(0, Long::Dword, Is::Eq, own)?]),
        // The names of threads and mappings. The signal on the server's death can't be changed.
        (
            libc::SYS_prctl,
            vec![
                when(0, Long::Dword, Is::Eq, bits(libc::PR_SET_NAME).into())?,
                when(0, Long::Dword, Is::Eq, bits(libc::PR_SET_VMA).into())?,
            ],
        ),
        // Reads a limit and sets none: the pointer to the new one is null.
        (libc::SYS_prlimit64, vec![when(2, Long::Qword, Is::Eq, 0)?]),
    ])
}

/// The C headers' constants are signed, the kernel's arguments are bits.
const fn bits(constant: i32) -> u32 {
    constant.cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the filter as the kernel does.
    fn is_allowed(call: libc::c_long, arguments: [u64; 3]) -> bool {
        let architecture = TargetArch::try_from(std::env::consts::ARCH).expect("known");
        let program = program(architecture).expect("a program");
        let named: u32 = match std::env::consts::ARCH {
            "x86_64" => 0xc000_003e,
            _ => 0xc000_00b7,
        };
        // The kernel's `seccomp_data`: number, architecture, address (8 bytes), arguments.
        let mut data = vec![u32::try_from(call).expect("a number"), named, 0, 0];
        for argument in arguments {
            data.extend(
                [(argument & 0xffff_ffff), argument >> 32]
                    .map(|half| u32::try_from(half).expect("half of it")),
            );
        }
        data.resize(16, 0);
        let (mut at, mut accumulator) = (0, 0_u32);
        loop {
            let step = &program[at];
            at += 1;
            let jump = |is| usize::from(if is { step.jt } else { step.jf });
            match u32::from(step.code) {
                0x20 => accumulator = data[usize::try_from(step.k).expect("small") / 4],
                0x05 => at += usize::try_from(step.k).expect("small"),
                0x15 => at += jump(accumulator == step.k),
                0x25 => at += jump(accumulator > step.k),
                0x35 => at += jump(accumulator >= step.k),
                0x45 => at += jump(accumulator & step.k != 0),
                0x54 => accumulator &= step.k,
                0x06 => return step.k == libc::SECCOMP_RET_ALLOW,
                code => panic!("{code:#x} is not known here"),
            }
        }
    }

    #[test]
    fn no_call_signals_another_process_or_makes_code_or_a_thread() {
        let any = 1_u64;
        for (command, allowed) in [
            (libc::F_GETFD, true),
            (libc::F_SETFD, true),
            (libc::F_GETFL, true),
            (libc::F_DUPFD_CLOEXEC, true),
            (libc::F_DUPFD, false),
            (libc::F_SETFL, false),
            (libc::F_SETOWN, false),
            // F_SETSIG, F_SETOWN_EX, F_NOTIFY
            (10, false),
            (15, false),
            (1_026, false),
            (libc::F_SETLK, false),
            (libc::F_SETLEASE, false),
            (libc::F_SETPIPE_SZ, false),
        ] {
            let is = is_allowed(libc::SYS_fcntl, [0, bits(command).into(), any]);
            assert_eq!(is, allowed, "fcntl {command}");
        }
        for call in [libc::SYS_mmap, libc::SYS_mprotect] {
            let protected = |how: i32| is_allowed(call, [0, 4_096, bits(how).into()]);
            assert!(protected(libc::PROT_READ | libc::PROT_WRITE));
            assert!(protected(libc::PROT_NONE));
            assert!(!protected(libc::PROT_EXEC));
            assert!(!protected(libc::PROT_READ | libc::PROT_EXEC));
        }
        let threads = bits(libc::CLONE_THREAD | libc::CLONE_VM | libc::CLONE_SIGHAND).into();
        assert!(!is_allowed(libc::SYS_clone, [threads, 0, 0]));
        for call in [
            libc::SYS_clone3,
            libc::SYS_pkey_mprotect,
            libc::SYS_kill,
            libc::SYS_tkill,
            libc::SYS_rt_sigqueueinfo,
            libc::SYS_pidfd_send_signal,
            libc::SYS_ioctl,
            libc::SYS_memfd_create,
            libc::SYS_personality,
            libc::SYS_io_uring_setup,
            libc::SYS_timer_create,
            libc::SYS_setitimer,
        ] {
            assert!(!is_allowed(call, [0; 3]), "call {call}");
        }
        let own = bits(getpid().as_raw_nonzero().get()).into();
        assert!(is_allowed(libc::SYS_tgkill, [own, own, 6]));
        assert!(!is_allowed(libc::SYS_tgkill, [1, 1, 6]));
        assert!(is_allowed(libc::SYS_read, [0; 3]));
    }
}
