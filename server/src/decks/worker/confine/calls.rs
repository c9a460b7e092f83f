//! Seccomp: the calls that decoding needs. All others fail as if the system did not know them, so
//! that a library which only tries one takes its older way.
//!
//! A list of what is allowed, because one of what is forbidden misses the calls that come with the
//! next kernel, and those of the x32 table, which are the same calls under other numbers.

use crate::decks::worker::protocol::Held;
use rustix::process::getpid;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Long, SeccompCmpOp as Is, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

/// Reading what is open or may be opened, memory, threads, time. Nothing that changes a file,
/// reaches another process or makes one.
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
    libc::SYS_fcntl,
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
    libc::SYS_mmap,
    libc::SYS_mprotect,
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

/// Calls that are harmless with some arguments only.
fn conditional() -> seccompiler::Result<Vec<(i64, Vec<SeccompRule>)>> {
    let when = |argument, long, is, value| -> seccompiler::Result<SeccompRule> {
        let condition = SeccompCondition::new(argument, long, is, value)?;
        Ok(SeccompRule::new(vec![condition])?)
    };
    let writes = bits(libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC).into();
    let thread = bits(libc::CLONE_THREAD).into();
    let own = bits(getpid().as_raw_nonzero().get()).into();
    Ok(vec![
        // Files are opened for reading, where Landlock is not there to see to it too.
        (
            libc::SYS_openat,
            vec![when(2, Long::Dword, Is::MaskedEq(writes), 0)?],
        ),
        #[cfg(target_arch = "x86_64")]
        (
            libc::SYS_open,
            vec![when(1, Long::Dword, Is::MaskedEq(writes), 0)?],
        ),
        // Threads, not processes. The newer clone3 has its flags where no filter can see them:
        // it is refused, and C libraries fall back to this one.
        (
            libc::SYS_clone,
            vec![when(0, Long::Qword, Is::MaskedEq(thread), thread)?],
        ),
        // abort() signals itself; nobody else is signalled.
        (libc::SYS_tgkill, vec![when(0, Long::Dword, Is::Eq, own)?]),
        // A thread's name and a mapping's. The signal at the server's death stays.
        (
            libc::SYS_prctl,
            vec![
                when(0, Long::Dword, Is::Eq, bits(libc::PR_SET_NAME).into())?,
                when(0, Long::Dword, Is::Eq, bits(libc::PR_SET_VMA).into())?,
            ],
        ),
        // Asking for a limit, not setting one: the new one is a null pointer.
        (libc::SYS_prlimit64, vec![when(2, Long::Qword, Is::Eq, 0)?]),
    ])
}

/// The C headers' constants are signed, the kernel's arguments are bits.
const fn bits(constant: i32) -> u32 {
    constant.cast_unsigned()
}
