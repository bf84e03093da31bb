// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// The dynamic loader behind five functions, the same on every platform. The loader's own text is
// never what an operator reads: it is sorted into kinds that we have words and cures for.
namespace httpd::dl {

// What a file is opened for; decides how its symbols are bound and who sees them.
enum class Purpose {
  kModule,     // a module: nobody else sees its symbols
  kLibrary,    // LoadFile: later modules may use its symbols
  kInspector,  // our own libhttpd_inspect.so
};

enum class ErrorKind {
  kNone,
  kNotFound,         // subject: the file or library that is missing
  kUndefinedSymbol,  // subject: the symbol; version: its version, if it has one
  kWrongFormat,      // not a shared object this system can load
  kVersionNotFound,  // subject: the library; version: the version it lacks
  kNotPermitted,     // unreadable, or on a file system that forbids execution
  kNoThreadMemory,   // no room left for its static TLS
  kInUse,            // Close in a process that has served
  kOther,
};

struct Error {
  ErrorKind kind = ErrorKind::kNone;
  std::string file;         // what was being opened or searched
  std::string subject;      // see ErrorKind
  std::string version;      // see ErrorKind
  std::string needed_by;    // the object that wants the subject, when that is not `file`
  std::string loader_text;  // what the loader said, for the debug log only
};

struct Options {
  // Gets the one line that Close writes when it refuses; nullptr: standard error.
  void (*log)(std::string_view line) = nullptr;
};

// Once per process, before the first Open. May be left out; the defaults then apply.
void Init(const Options& options);

// Opens `path` (a path with a slash is opened as it is, a bare name is searched as the system
// does). Null and *error on failure.
void* Open(const std::string& path, Purpose purpose, Error* error);

// The address of `name` in the object `handle` itself or its dependencies; null and *error when
// there is none. A symbol whose value is null counts as missing.
void* Symbol(void* handle, const char* name, Error* error);

// Ends one Open. Refused (kInUse, and logged) once MarkServing was called: a mapped module may be
// referenced by timers, destructors and other modules, so it stays until its process ends.
bool Close(void* handle, Error* error);

// The error in our words: one sentence, lower case, no full stop.
std::string Describe(const Error& error);

// From now on this process, and each one it forks, serves requests: nothing is closed any more.
void MarkServing();
bool IsServing();

// How a loader's message (glibc, musl, FreeBSD, illumos, macOS) is understood; Open uses it. Public
// for tests. The English texts are expected: the server never calls setlocale for messages.
Error Classify(const std::string& file, std::string_view loader_text);

}  // namespace httpd::dl
