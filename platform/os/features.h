// SPDX-License-Identifier: Apache-2.0
#pragma once

// What some systems offer and others do not. Each has a portable fallback beside its use in this
// folder, and each can be turned off where it exists, so that the fallbacks are tested here:
//   cmake -DHTTPD_WITHOUT="sendfile;seqpacket"      or -DHTTPD_WITHOUT=all
// defines HTTPD_WITHOUT_<NAME>. A port looks at this list first (docs/porting.md).
//
//   atomic_flags  accept4(2), pipe2(2), SOCK_CLOEXEC, MSG_CMSG_CLOEXEC; else fcntl(2) afterwards.
//                 The supervisor and generations have one thread when they make descriptors.
//   close_range   close_range(2); else the listed descriptors are closed one by one
//   proc          /proc/self/…, /proc/PID/…; else nothing is known of other processes
//   prctl         no_new_privs, child subreaper, parent-death signal, names of processes
//   (prctl(2));
//                 else lifelines and process groups do what they can
//   sendfile      sendfile(2) as Linux has it; else pread(2) and send(2)
//   reuseport     SO_REUSEPORT that spreads connections; else all workers share one socket
//   seqpacket     AF_UNIX SOCK_SEQPACKET; else a stream whose packets carry their length
//   o_path        O_PATH; else directories are opened for reading
//   affinity      sched_getaffinity(2); else the processors that are online count

#if defined(__linux__) && !defined(HTTPD_WITHOUT_ATOMIC_FLAGS)
#define HTTPD_HAVE_ATOMIC_FLAGS 1
#else
#define HTTPD_HAVE_ATOMIC_FLAGS 0
#endif

#if defined(__linux__) && !defined(HTTPD_WITHOUT_CLOSE_RANGE)
#define HTTPD_HAVE_CLOSE_RANGE 1
#else
#define HTTPD_HAVE_CLOSE_RANGE 0
#endif

#if defined(__linux__) && !defined(HTTPD_WITHOUT_PROC)
#define HTTPD_HAVE_PROC 1
#else
#define HTTPD_HAVE_PROC 0
#endif

#if defined(__linux__) && !defined(HTTPD_WITHOUT_PRCTL)
#define HTTPD_HAVE_PRCTL 1
#else
#define HTTPD_HAVE_PRCTL 0
#endif

#if defined(__linux__) && !defined(HTTPD_WITHOUT_SENDFILE)
#define HTTPD_HAVE_SENDFILE 1
#else
#define HTTPD_HAVE_SENDFILE 0
#endif

// FreeBSD's SO_REUSEPORT_LB does what Linux's SO_REUSEPORT does; elsewhere the last one to bind
// gets everything.
#if (defined(__linux__) || defined(__FreeBSD__)) && !defined(HTTPD_WITHOUT_REUSEPORT)
#define HTTPD_HAVE_REUSEPORT 1
#else
#define HTTPD_HAVE_REUSEPORT 0
#endif

// Not on macOS, and not for AF_UNIX on Solaris.
#if (defined(__linux__) || defined(__FreeBSD__) || defined(__OpenBSD__) || defined(__NetBSD__)) && \
    !defined(HTTPD_WITHOUT_SEQPACKET)
#define HTTPD_HAVE_SEQPACKET 1
#else
#define HTTPD_HAVE_SEQPACKET 0
#endif

#if (defined(__linux__) || defined(__FreeBSD__)) && !defined(HTTPD_WITHOUT_O_PATH)
#define HTTPD_HAVE_O_PATH 1
#else
#define HTTPD_HAVE_O_PATH 0
#endif

#if defined(__linux__) && !defined(HTTPD_WITHOUT_AFFINITY)
#define HTTPD_HAVE_AFFINITY 1
#else
#define HTTPD_HAVE_AFFINITY 0
#endif
