/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTPD_PLATFORM_OBJECT_INSPECT_H_
#define HTTPD_PLATFORM_OBJECT_INSPECT_H_

#include <stddef.h>
#include <stdint.h>

/* The inspector: a read-only view of an object file, in libexec/libhttpd_inspect.so.
 *
 * Nothing of the inspected file is executed, relocated or mapped executable: its bytes are read
 * into private memory. Only short-lived processes (the planner, the tools) open this library,
 * because a hostile file may make the code inside crash; that process is then the only loss.
 *
 * Contract. Every struct starts with `size`, which the caller sets to sizeof of the struct it was
 * compiled with; the library writes no more than that and reads what is missing as zero, so both
 * sides may be older or newer. Strings are (data, length), need not be NUL-terminated, and live
 * until httpd_inspect_close(). Functions return 0 or a positive HTTPD_INSPECT_E_* code. A handle
 * belongs to one thread at a time. No function throws or changes process state.
 */

#if defined(_WIN32)
#define HTTPD_INSPECT_API __declspec(dllexport)
#else
#define HTTPD_INSPECT_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a function is added; the meaning of existing ones never changes. */
#define HTTPD_INSPECT_VERSION 2

typedef struct httpd_inspect_object httpd_inspect_object;

typedef struct httpd_inspect_str {
  const char* data;
  size_t len;
} httpd_inspect_str;

enum {
  HTTPD_INSPECT_OK = 0,
  HTTPD_INSPECT_E_ARGUMENT = 1, /* a NULL or unusable argument */
  HTTPD_INSPECT_E_OPEN = 2,     /* the file cannot be opened; system_errno says why */
  HTTPD_INSPECT_E_READ = 3,     /* the file cannot be read, or changed while it was read */
  HTTPD_INSPECT_E_FILE = 4,     /* not a regular file: a folder, device, FIFO or socket */
  HTTPD_INSPECT_E_SIZE = 5,     /* larger than options.max_bytes */
  HTTPD_INSPECT_E_MEMORY = 6,   /* out of memory */
  HTTPD_INSPECT_E_LIST = 7      /* this list could not be read; text says where it is broken */
};

typedef struct httpd_inspect_error {
  uint32_t size;
  int32_t code;         /* HTTPD_INSPECT_E_* */
  int32_t system_errno; /* or 0 */
  uint32_t reserved;
  char text[256]; /* always NUL-terminated; one sentence */
} httpd_inspect_error;

/* What the file is. Kinds from HTTPD_INSPECT_SHARED on are objects. */
enum {
  HTTPD_INSPECT_EMPTY = 1,
  HTTPD_INSPECT_SCRIPT = 2, /* begins with #! */
  HTTPD_INSPECT_TEXT = 3,
  HTTPD_INSPECT_ARCHIVE = 4, /* ar: libfoo.a, also thin and AIX big archives */
  HTTPD_INSPECT_DATA = 5,    /* bytes of no known object format */
  HTTPD_INSPECT_SHARED = 16, /* shared object, dylib, bundle, DLL */
  HTTPD_INSPECT_RELOCATABLE = 17,
  HTTPD_INSPECT_EXECUTABLE = 18,
  HTTPD_INSPECT_CORE = 19,
  HTTPD_INSPECT_OTHER =
      20 /* an object of another kind: bitcode, import library, debug symbols, … */
};

enum {
  HTTPD_INSPECT_FORMAT_NONE = 0,
  HTTPD_INSPECT_FORMAT_ELF = 1,
  HTTPD_INSPECT_FORMAT_MACHO = 2,
  HTTPD_INSPECT_FORMAT_COFF = 3,
  HTTPD_INSPECT_FORMAT_XCOFF = 4,
  HTTPD_INSPECT_FORMAT_WASM = 5,
  HTTPD_INSPECT_FORMAT_BITCODE = 6
};

enum {
  HTTPD_INSPECT_WHOLE = 0,
  HTTPD_INSPECT_TRUNCATED = 1, /* headers point behind the end of the file */
  HTTPD_INSPECT_MALFORMED = 2  /* headers contradict themselves */
};

/* facts.flags */
enum {
  HTTPD_INSPECT_HAS_MANIFEST = 1u << 0, /* the section exists, however broken its contents */
  HTTPD_INSPECT_DEEP = 1u << 1, /* lists (needed, imports, exports) are supported for this file */
  HTTPD_INSPECT_EXEC_STACK = 1u << 2,
  HTTPD_INSPECT_TEXT_RELOCATIONS = 1u << 3,
  HTTPD_INSPECT_STATIC_TLS = 1u << 4,
  HTTPD_INSPECT_GNU_UNIQUE = 1u << 5,
  HTTPD_INSPECT_NODELETE = 1u << 6,
  HTTPD_INSPECT_BIND_NOW = 1u << 7,
  HTTPD_INSPECT_RELRO = 1u << 8,
  /* Since version 2. */
  HTTPD_INSPECT_RPATH = 1u << 9,          /* ELF: run_path came from DT_RPATH, no DT_RUNPATH */
  HTTPD_INSPECT_INIT_FIRST = 1u << 10,    /* its initialisers run before those of what it needs */
  HTTPD_INSPECT_NO_OPEN = 1u << 11,       /* ELF DF_1_NOOPEN: dlopen() must refuse it */
  HTTPD_INSPECT_NO_STACK_NOTE = 1u << 12, /* ELF without PT_GNU_STACK: the system's default */
  HTTPD_INSPECT_ANY_ADDRESS = 1u << 13,   /* ELF ET_DYN, Mach-O PIE or library, PE DYNAMIC_BASE */
  HTTPD_INSPECT_NX = 1u << 14,            /* PE NX_COMPAT */
  HTTPD_INSPECT_HIGH_ENTROPY = 1u << 15,  /* PE HIGH_ENTROPY_VA */
  HTTPD_INSPECT_CONTROL_FLOW_GUARD = 1u << 16, /* PE GUARD_CF */
  HTTPD_INSPECT_FLAT_NAMESPACE = 1u << 17 /* Mach-O without MH_TWOLEVEL: imports name no library */
};

typedef struct httpd_inspect_facts {
  uint32_t size;
  uint32_t kind;       /* HTTPD_INSPECT_EMPTY … */
  uint32_t format;     /* HTTPD_INSPECT_FORMAT_* */
  uint32_t state;      /* HTTPD_INSPECT_WHOLE … */
  uint32_t flags;      /* HTTPD_INSPECT_HAS_MANIFEST … */
  uint32_t machine;    /* the format's own number: e_machine, cputype, … */
  uint32_t bits;       /* 32, 64, or 0 when unknown */
  uint32_t big_endian; /* 0 or 1 */
  uint64_t file_size;
  httpd_inspect_str kind_name;    /* "ELF shared object", "ar archive", "script", … */
  httpd_inspect_str machine_name; /* "x86-64"; "machine number 4660" when unknown */
  httpd_inspect_str target;       /* "s390x 64-bit big-endian"; empty when not an object */
  httpd_inspect_str reason;       /* why truncated or malformed, in words with numbers */
  httpd_inspect_str soname;       /* DT_SONAME, LC_ID_DYLIB, the name in a DLL's export table */
  httpd_inspect_str run_path;     /* RUNPATH, else RPATH; all LC_RPATH; library path of XCOFF. With
                                   * colons */
  httpd_inspect_str build_id;     /* hexadecimal: GNU note, LC_UUID; of PE the GUID, then the age */
  httpd_inspect_str manifest;     /* bytes of the manifest section, HTTPD_MANIFEST_SECTION */
  /* Since version 2. */
  uint32_t os_abi;      /* the format's own number: EI_OSABI, Mach-O platform, PE subsystem */
  uint32_t slice_count; /* objects in a universal binary; 0 for other files */
  httpd_inspect_str os_abi_name; /* "System V", "Linux", "macOS", "Windows console", "AIX" */
  httpd_inspect_str slices; /* of a universal binary: "x86-64, AArch64". All other facts and lists
                             * are those of the slice for this machine, or of the first. */
  uint64_t tls_bytes; /* of thread variables, in each thread (ELF PT_TLS) */
} httpd_inspect_facts;

/* options.flags */
enum {
  /* Maps the file (readable, private) instead of reading it: a large library then costs what is
   * looked at. A file that becomes shorter meanwhile ends the process (SIGBUS), so this is for
   * files that are replaced by rename, as package managers do. */
  HTTPD_INSPECT_MAP = 1u << 0
};

typedef struct httpd_inspect_options {
  uint32_t size;
  uint32_t flags;     /* HTTPD_INSPECT_MAP or 0 */
  uint64_t max_bytes; /* 0: 256 MiB */
} httpd_inspect_options;

enum {
  HTTPD_INSPECT_SYMBOL_OTHER = 0,
  HTTPD_INSPECT_SYMBOL_FUNCTION = 1,
  HTTPD_INSPECT_SYMBOL_DATA = 2,
  HTTPD_INSPECT_SYMBOL_TLS = 3
};

/* symbol.flags */
enum {
  HTTPD_INSPECT_SYMBOL_OLD_VERSION = 1u << 0, /* ELF export name@VERSION, not the default @@ */
  HTTPD_INSPECT_SYMBOL_UNIQUE = 1u << 1,      /* ELF STB_GNU_UNIQUE */
  HTTPD_INSPECT_SYMBOL_ORDINAL = 1u << 2,     /* PE: `ordinal` counts */
  HTTPD_INSPECT_SYMBOL_LAZY = 1u << 3 /* import bound at first use: Mach-O lazy, PE delay-load */
};

typedef struct httpd_inspect_symbol {
  uint32_t size;
  uint32_t type;             /* HTTPD_INSPECT_SYMBOL_* */
  uint32_t weak;             /* 0 or 1 */
  uint32_t flags;            /* HTTPD_INSPECT_SYMBOL_*: since version 2 */
  uint64_t bytes;            /* size of the thing, 0 when unknown */
  httpd_inspect_str name;    /* empty for a PE symbol that has only an ordinal */
  httpd_inspect_str version; /* "GLIBC_2.34"; empty when unversioned */
  /* Since version 2. */
  httpd_inspect_str library; /* of an import: who is asked for it, when the file says so (ELF: the
                              * library of its version; Mach-O, PE, XCOFF: always) */
  httpd_inspect_str forward; /* of an export that only passes on: "NTDLL.RtlMoveMemory" */
  uint32_t ordinal;          /* PE: its number, when SYMBOL_ORDINAL is set */
  uint32_t reserved;
} httpd_inspect_symbol;

/* A version of a library's interface. `library` is empty in those that the file defines itself. */
typedef struct httpd_inspect_version_entry {
  uint32_t size;
  uint32_t weak; /* 1: the loader does not insist on a weak version */
  uint32_t base; /* 1: the entry that only names the file itself (VER_FLG_BASE) */
  uint32_t reserved;
  httpd_inspect_str library;
  httpd_inspect_str version;
} httpd_inspect_version_entry;

/* Callbacks return 0 to go on and anything else to end the list early (the function then returns
 * 0). */
typedef int32_t (*httpd_inspect_name_fn)(void* user, httpd_inspect_str name);
typedef int32_t (*httpd_inspect_symbol_fn)(void* user, const httpd_inspect_symbol* symbol);
typedef int32_t (*httpd_inspect_version_fn)(void* user, const httpd_inspect_version_entry* entry);

/* HTTPD_INSPECT_VERSION of the library that answers. */
HTTPD_INSPECT_API uint32_t httpd_inspect_version(void);

/* The product version ("0.1.0") and the target this library was built for ("x86-64 64-bit
 * little-endian"). */
HTTPD_INSPECT_API httpd_inspect_str httpd_inspect_product(void);
HTTPD_INSPECT_API httpd_inspect_str httpd_inspect_host(void);

/* Reads a file and finds out what it is. A file that is no object, is truncated or malformed still
 * gives a handle: that is a finding, not an error. `options` and `error` may be NULL. The
 * descriptor stays the caller's; its offset is not used. `name` is only for texts. _path opens
 * without waiting (a FIFO is refused, not waited for). */
HTTPD_INSPECT_API int32_t httpd_inspect_open_fd(int fd, const char* name,
                                                const httpd_inspect_options* options,
                                                httpd_inspect_object** object,
                                                httpd_inspect_error* error);
HTTPD_INSPECT_API int32_t httpd_inspect_open_path(const char* path,
                                                  const httpd_inspect_options* options,
                                                  httpd_inspect_object** object,
                                                  httpd_inspect_error* error);

/* The same for bytes in memory, which must outlive the handle (fuzzing, archives). */
HTTPD_INSPECT_API int32_t httpd_inspect_open_bytes(const void* data, size_t len,
                                                   httpd_inspect_object** object,
                                                   httpd_inspect_error* error);

/* NULL is allowed. */
HTTPD_INSPECT_API void httpd_inspect_close(httpd_inspect_object* object);

/* Fills *facts as far as facts->size goes. */
HTTPD_INSPECT_API int32_t httpd_inspect_get_facts(const httpd_inspect_object* object,
                                                  httpd_inspect_facts* facts);

/* Libraries the file asks for (DT_NEEDED and its like), in file order. */
HTTPD_INSPECT_API int32_t httpd_inspect_needed(const httpd_inspect_object* object,
                                               httpd_inspect_name_fn each, void* user,
                                               httpd_inspect_error* error);

/* Dynamic symbols: what the file wants from others, and what it offers them. Names are as the file
 * spells them: in Mach-O those of C begin with '_'. */
HTTPD_INSPECT_API int32_t httpd_inspect_imports(const httpd_inspect_object* object,
                                                httpd_inspect_symbol_fn each, void* user,
                                                httpd_inspect_error* error);
HTTPD_INSPECT_API int32_t httpd_inspect_exports(const httpd_inspect_object* object,
                                                httpd_inspect_symbol_fn each, void* user,
                                                httpd_inspect_error* error);

/* Versions that the file asks of libraries, and those that it defines (GNU symbol versioning; other
 * formats have none, and their lists are empty). Since version 2. */
HTTPD_INSPECT_API int32_t httpd_inspect_needed_versions(const httpd_inspect_object* object,
                                                        httpd_inspect_version_fn each, void* user,
                                                        httpd_inspect_error* error);
HTTPD_INSPECT_API int32_t httpd_inspect_defined_versions(const httpd_inspect_object* object,
                                                         httpd_inspect_version_fn each, void* user,
                                                         httpd_inspect_error* error);

#ifdef __cplusplus
}
#endif

#endif /* HTTPD_PLATFORM_OBJECT_INSPECT_H_ */
