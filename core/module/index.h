// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "module/file_identity.h"
#include "module/finding.h"
#include "module/plan.h"
#include "module/trusted.h"

namespace httpd::module {

// True when a change of the file after `now_ns` (CLOCK_REALTIME) cannot leave this identity as it
// is. The clock of a file system ticks: two changes within one tick look alike.
bool IsSettled(const FileIdentity& identity, int64_t now_ns);
int64_t RealTime();  // nanoseconds

// Whether each of these files is still the one it was; one that others could exchange never is.
bool StillTheSame(const std::vector<Dependency>& files, TrustedFolders* folders);

// What earlier starts found out: <ServerRoot>/run/modules/index. A start that finds everything here
// copies and inspects nothing. Believed only when nobody but this user can have written it and
// every byte is as it was written; without it a start is slower and otherwise the same.
class Index {
 public:
  struct Copy {
    std::string hash;
    FileIdentity identity;  // of the copy
    bool operator==(const Copy&) const = default;
  };
  using Original = std::pair<FileIdentity, std::string>;  // and the name without its folder
  struct Verdict {
    std::string key;                  // hash of all that went into the plan
    std::vector<std::string> hashes;  // of the copies it is about
    std::vector<Dependency> depends_on;
    std::string plan;  // SerializePlan
  };

  // Reads `folder`/index as written by a core of `build`. False: there is none that can be
  // believed; *finding has a code when an operator should know why.
  bool Load(const std::string& folder, std::string_view build, Finding* finding);

  // Writes it when it has changed: temporary file and rename, so that whoever reads at the same
  // time gets the old or the new one. Takes over what another server has written meanwhile.
  bool Save(const std::string& folder, std::string_view build, Finding* finding);

  const Copy* FindCopy(const Original& original) const;
  void PutCopy(const Original& original, Copy copy);

  const Verdict* FindVerdict(std::string_view key) const;
  void PutVerdict(Verdict verdict);

  // Forgets what is about other copies than these.
  void Keep(const std::vector<std::string>& hashes);

  static constexpr size_t kMaxVerdicts = 8;
  static constexpr uint64_t kMaxBytes = 32u << 20;

 private:
  struct Content {
    std::map<Original, Copy> copies;
    std::vector<Verdict> verdicts;  // the newest first
  };
  template <class Wire, class Data>
  static bool Visit(Wire& wire, Data& content);
  static std::string Render(const Content& content, std::string_view build);
  static bool Parse(std::string_view bytes, std::string_view build, Content* content,
                    bool* foreign_build);
  bool Read(const std::string& folder, std::string_view build, Content* content, Finding* finding);
  void Merge(Content other);

  Content content_;
  FileIdentity file_;  // as it was read or written last
  bool changed_ = false;
};

}  // namespace httpd::module
