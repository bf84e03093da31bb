// SPDX-License-Identifier: Apache-2.0
// Reading object files for the tools. The file may be made to harm its reader, so all of it happens
// in a process that has nothing to lose, and what that answers is checked like the file itself.
#include "object_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <optional>

#include "base/concat.h"
#include "base/unique_fd.h"
#include "describe_object.h"
#include "output.h"
#include "process/guarded_child.h"

namespace httpd::ctl {
namespace {

constexpr size_t kMostBytes = 64u << 20;

// Texts on a pipe: "5:hello" one behind the other.
void PutText(std::string_view text, std::string* out) { base::Append(out, text.size(), ":", text); }

std::optional<std::string> TakeText(std::string_view* bytes) {
  const size_t colon = bytes->find(':');
  if (colon == 0 || colon > 10) return std::nullopt;
  uint64_t size = 0;
  for (const char c : bytes->substr(0, colon)) {
    if (c < '0' || c > '9') return std::nullopt;
    size = size * 10 + static_cast<uint64_t>(c - '0');
  }
  if (size > bytes->size() - colon - 1) return std::nullopt;
  std::string text(bytes->substr(colon + 1, size));
  bytes->remove_prefix(colon + 1 + size);
  return text;
}

// All texts of an answer; nothing when it is not one.
std::optional<std::vector<std::string>> TakeAll(std::string_view bytes) {
  std::vector<std::string> texts;
  while (!bytes.empty()) {
    std::optional<std::string> text = TakeText(&bytes);
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  return texts;
}

module::Finding NotBelieved(const std::string& file) {
  return MakeFinding("HT-05", "the file cannot be inspected", "an answer that makes no sense",
                     "what is in the file", file, "install the file again from a source you trust");
}

// Opens the files with the rights of the caller and lets `look` work on the descriptors. The answer
// begins with "" or with the texts of a finding.
bool Look(const Installation& installation, const std::vector<std::string>& files,
          const std::function<void(const module::InspectorLibrary&, const std::vector<int>&,
                                   std::string*)>& look,
          std::vector<std::string>* answer, module::Finding* finding) {
  std::vector<base::UniqueFd> opened;
  std::vector<int> numbers;
  for (const std::string& file : files) {
    opened.emplace_back(open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!opened.back()) {
      *finding = MakeFinding("HT-05", "the file cannot be opened", process::ErrnoText(errno),
                             "a file that can be read", file, base::Concat("ls -l ", file));
      return false;
    }
    numbers.push_back(opened.back().get());
  }
  const module::InspectorLibrary* library = nullptr;
  module::Finding unusable;
  std::string bytes;
  const auto open_library = [&] {
    library = module::InspectorLibrary::Open(installation.inspector, HTTPD_VERSION, &unusable);
  };
  const auto work = [&] {
    std::string out;
    PutText(library == nullptr ? unusable.found : "", &out);
    if (library != nullptr) look(*library, numbers, &out);
    return out;
  };
  const std::string original = files.size() == 1 ? files[0] : "";
  if (!process::RunGuarded(installation.identity, original, kMostBytes, open_library, work, &bytes,
                           finding)) {
    return false;
  }
  auto texts = TakeAll(bytes);
  if (!texts || texts->empty()) {
    *finding = NotBelieved(original);
    return false;
  }
  if (!texts->front().empty()) {
    *finding = MakeFinding("HT-04", "the inspector cannot be used", texts->front(),
                           "the inspector of this version", installation.inspector,
                           "install libhttpd_inspect.so and httpdctl from one package");
    return false;
  }
  texts->erase(texts->begin());
  *answer = std::move(*texts);
  return true;
}

}  // namespace

bool ReadManifests(const Installation& installation, const std::vector<std::string>& files,
                   std::vector<std::string>* manifests, module::Finding* finding) {
  const auto look = [](const module::InspectorLibrary& library, const std::vector<int>& numbers,
                       std::string* out) {
    for (const int number : numbers) PutText(ManifestBytes(library, number), out);
  };
  if (!Look(installation, files, look, manifests, finding)) return false;
  if (manifests->size() == files.size()) return true;
  *finding = NotBelieved(files.size() == 1 ? files[0] : "");
  return false;
}

bool ReadFields(const Installation& installation, const std::string& file,
                std::vector<Field>* fields, module::Finding* finding) {
  const auto look = [&file](const module::InspectorLibrary& library,
                            const std::vector<int>& numbers, std::string* out) {
    for (const Field& field : DescribeObject(library, numbers[0], file)) {
      PutText(field.name, out);
      PutText(std::to_string(field.kind), out);
      PutText(std::to_string(field.values.size()), out);
      for (const std::string& value : field.values) PutText(value, out);
    }
  };
  std::vector<std::string> texts;
  if (!Look(installation, {file}, look, &texts, finding)) return false;
  for (size_t at = 0; at < texts.size();) {
    Field field;
    const size_t left = texts.size() - at;
    const size_t count = left < 3 ? 0 : std::strtoul(texts[at + 2].c_str(), nullptr, 10);
    const unsigned long kind = left < 3 ? 99 : std::strtoul(texts[at + 1].c_str(), nullptr, 10);
    if (kind > Field::kList || count > left - 3 || (kind != Field::kList && count != 1)) {
      *finding = NotBelieved(file);
      return false;
    }
    field.name = texts[at];
    field.kind = static_cast<Field::Kind>(kind);
    at += 3;
    field.values.assign(texts.begin() + static_cast<ptrdiff_t>(at),
                        texts.begin() + static_cast<ptrdiff_t>(at + count));
    at += count;
    fields->push_back(std::move(field));
  }
  return true;
}

}  // namespace httpd::ctl
