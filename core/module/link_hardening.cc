// SPDX-License-Identifier: Apache-2.0
//
// What a file would do to the safety of the whole process, whatever it is loaded beside. Executable
// stacks and text relocations are refused because they take a protection away from every other
// module as well; NODELETE is none of it, since nothing is ever unloaded from a serving process.

#include "base/concat.h"
#include "base/shell_word.h"
#include "module/link_findings.h"
#include "module/trusted.h"

namespace httpd::module {
namespace {

void CheckFlags(const LinkSubject& subject) {
  const uint32_t flags = subject.object().facts.flags;
  const std::string file = subject.object().path;
  if ((flags & HTTPD_INSPECT_EXEC_STACK) != 0) {
    subject.Error("HM-61", "it asks for an executable stack",
                  base::Concat("PT_GNU_STACK with execute permission", subject.NeededBy()),
                  "a stack that cannot be executed, for the whole process",
                  base::Concat("patchelf --clear-execstack ", base::ShellWord(file),
                               "   # or link it with -Wl,-z,noexecstack"));
  }
  if ((flags & HTTPD_INSPECT_TEXT_RELOCATIONS) != 0) {
    subject.Error("HM-62", "its code has to be changed when it is loaded",
                  base::Concat("text relocations", subject.NeededBy()), "code that stays read-only",
                  "compile every object of it with -fPIC and link it with -Wl,-z,text");
  }
  if ((flags & HTTPD_INSPECT_NO_OPEN) != 0) {
    subject.Error("HM-71", "it forbids being loaded at run time",
                  base::Concat("DF_1_NOOPEN", subject.NeededBy()), "a file that dlopen(3) takes",
                  "link it without -Wl,-z,nodlopen");
  }
}

void ReportRunPath(const LinkSubject& subject, std::string_view entry, std::string found,
                   std::string fix) {
  subject.Error("HM-67", "others could put a library in its way",
                base::Concat(subject.object().run_path.rpath ? "RPATH" : "RUNPATH", " entry \"",
                             entry, "\": ", found, subject.NeededBy()),
                "absolute directories, or ones below $ORIGIN, that only their owner can change",
                std::move(fix));
}

void CheckRunPath(const LinkSubject& subject, uint32_t owner) {
  const LinkedObject& object = subject.object();
  for (const std::string_view entry : dl::SplitRunPath(object.run_path.text)) {
    const dl::ExpandedEntry expanded = dl::ExpandEntry(entry, object.run_path.directory);
    const std::string relink =
        base::Concat("patchelf --set-rpath '$ORIGIN' ", base::ShellWord(object.path),
                     "   # or link it with -Wl,-rpath,/an/absolute/directory");
    if (expanded.text.empty()) {
      ReportRunPath(subject, entry, "empty, which means the current directory", relink);
      continue;
    }
    if (!expanded.text.starts_with('/')) {
      ReportRunPath(subject, entry, "relative to the current directory", relink);
      continue;
    }
    Finding finding;
    // A directory that is not there is safe when nobody else could make it.
    if (!OpenTrustedDirectory(expanded.text, &finding, owner) && finding.code == "HM-02") {
      ReportRunPath(subject, entry, finding.found, finding.fix);
    }
  }
}

}  // namespace

void CheckHardening(const LinkSubject& subject, uint32_t owner) {
  CheckFlags(subject);
  CheckRunPath(subject, owner);
}

}  // namespace httpd::module
