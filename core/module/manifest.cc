// SPDX-License-Identifier: Apache-2.0
//
// Reads a module's manifest. The bytes come from a file that nobody has checked yet, so every count
// and length has a limit, and what is wrong is told in words with the line that cures it.

#include "module/manifest.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/concat.h"

namespace httpd::module {
namespace {

constexpr size_t kMaxName = 64;
constexpr size_t kMaxValue = 4096;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return IsLower(c) || (c >= 'A' && c <= 'Z'); }

// A module's or provider's name: it becomes part of a C identifier and of a file name.
bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && (IsLower(text[0]) || text[0] == '_') &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLower(c) || IsDigit(c) || c == '_'; });
}

// What is provided may be named more finely: "cache-store.memory", a provider's group and name.
bool IsOfferName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && IsLower(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsLower(c) || IsDigit(c) || c == '_' || c == '-' || c == '.';
         });
}

bool IsDirectiveName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName &&
         (IsLetter(text[0]) || text[0] == '_' || text[0] == '<') &&
         std::all_of(text.begin() + 1, text.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '_' || c == '-' || c == '.' || c == '>';
         });
}

bool IsVersion(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && IsDigit(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '.' || c == '-' || c == '+' || c == '~' ||
                  c == '_';
         });
}

bool IsPlainText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const unsigned char u = static_cast<unsigned char>(c);
    return u >= 0x20 && u != 0x7f;
  });
}

bool ParseNumber(std::string_view text, uint32_t* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

// At most this much of a value is repeated in a message.
std::string Quote(std::string_view text) {
  constexpr size_t kShown = 80;
  return base::Concat("\"", text.substr(0, kShown), text.size() > kShown ? "…\"" : "\"");
}

std::vector<std::string_view> Items(std::string_view value) { return base::Split(value, ", \t"); }

class Reader {
 public:
  Reader(Manifest* manifest, std::vector<ManifestProblem>* problems)
      : manifest_(manifest), problems_(problems) {}

  void ReadEntry(std::string_view entry) {
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      Problem("an entry of the manifest is no key=value", Quote(entry), "key=value",
              "put \"key=value\\0\" into the module's HTTPD_MODULE macro and build it again");
      return;
    }
    const std::string_view key = entry.substr(0, equals);
    const std::string_view value = entry.substr(equals + 1);
    if (value.size() > kMaxValue || !IsPlainText(entry)) {
      Problem(
          base::Concat("the manifest's value of ", key, " cannot be used"),
          value.size() > kMaxValue ? base::Concat(value.size(), " bytes") : "control characters",
          base::Concat("one line of at most ", kMaxValue, " bytes"),
          "shorten the value and build the module again");
      return;
    }
    if (!ReadText(key, value) && !ReadNumbers(key, value) && !ReadList(key, value)) {
      ReadUnknown(key);
    }
  }

  void CheckComplete() {
    if (!seen_.contains("name")) Missing("name");
    if (!seen_.contains("abi")) Missing("abi");
  }

 private:
  void Problem(std::string what, std::string found, std::string wanted, std::string fix) {
    problems_->push_back({std::move(what), std::move(found), std::move(wanted), std::move(fix)});
  }

  void Bad(std::string_view key, std::string_view found, std::string wanted) {
    Problem(base::Concat("the manifest's ", key, " is not valid"), Quote(found), std::move(wanted),
            base::Concat("correct \"", key,
                         "=\" in the module's HTTPD_MODULE macro and build it again"));
  }

  void Missing(std::string_view key) {
    Problem(base::Concat("the manifest has no ", key), "", base::Concat(key, "="),
            "build the module with the HTTPD_MODULE macro of <httpd/module.h>, which writes it");
  }

  // Keys with one value may be given again only with the same one.
  bool Once(std::string_view key, std::string_view value, const std::string& before) {
    if (seen_.insert(std::string(key)).second || before == value) return true;
    Problem(base::Concat("the manifest gives ", key, " twice"),
            base::Concat(Quote(before), " and ", Quote(value)), "one value",
            base::Concat("remove one \"", key, "=\" and build the module again"));
    return false;
  }

  bool ReadText(std::string_view key, std::string_view value) {
    std::string* text = key == "name"          ? &manifest_->name
                        : key == "version"     ? &manifest_->version
                        : key == "description" ? &manifest_->description
                        : key == "license"     ? &manifest_->license
                        : key == "author"      ? &manifest_->author
                                               : nullptr;
    if (text == nullptr) return false;
    if (!Once(key, value, *text)) return true;
    if (key == "name" && !IsName(value)) {
      Bad(key, value, "a lower-case letter, then lower-case letters, digits and _");
    } else if (key == "version" && !IsVersion(value)) {
      Bad(key, value, "a version such as 1.0.0");
    } else {
      *text = value;
    }
    return true;
  }

  bool ReadNumbers(std::string_view key, std::string_view value) {
    if (key == "abi") {
      ReadAbi(value);
    } else if (key == "reloadable") {
      if (!Once(key, value, manifest_->reloadable ? "yes" : "no")) return true;
      if (value != "yes" && value != "no") {
        Bad(key, value, "yes or no");
      } else {
        manifest_->reloadable = value == "yes";
      }
    } else if (key == "privileged") {
      for (std::string_view item : Items(value)) ReadPrivileged(item);
    } else if (key == "since") {
      for (std::string_view item : Items(value)) ReadSince(item);
    } else {
      return false;
    }
    return true;
  }

  static bool ParseAbi(std::string_view value, uint32_t* major, uint32_t* minor) {
    const size_t dot = std::min(value.find('.'), value.size());
    return ParseNumber(value.substr(0, dot), major) && dot < value.size() &&
           ParseNumber(value.substr(dot + 1), minor) && *major != 0;
  }

  void ReadAbi(std::string_view value) {
    if (!Once("abi", value, base::Concat(manifest_->abi_major, ".", manifest_->abi_minor))) return;
    uint32_t major = 0;
    uint32_t minor = 0;
    if (!ParseAbi(value, &major, &minor)) {
      Bad("abi", value, "major.minor, for example 1.0");
      return;
    }
    manifest_->abi_major = major;
    manifest_->abi_minor = minor;
  }

  void ReadSince(std::string_view item) {
    const size_t colon = std::min(item.find(':'), item.size());
    FunctionSince out;
    uint32_t major = 0;
    if (!IsName(item.substr(0, colon)) || colon == item.size() ||
        !ParseAbi(item.substr(colon + 1), &major, &out.minor)) {
      Bad("since", item, "function:major.minor, for example httpd_foo:1.1");
      return;
    }
    out.name = item.substr(0, colon);
    manifest_->since.push_back(std::move(out));
  }

  void ReadPrivileged(std::string_view item) {
    const std::vector<std::string_view> parts = base::Split(item, ":");
    PrivilegedArgument out;
    const bool three = parts.size() == 3 && std::count(item.begin(), item.end(), ':') == 2;
    const bool mode = three && ReadMode(parts[1], &out.mode);
    if (!mode || !IsDirectiveName(parts[0]) || !ParseNumber(parts[2], &out.argument) ||
        out.argument == 0 || out.argument > 64) {
      Bad("privileged", item,
          "Directive:mode:argument, mode read, append or listen, arguments counted from 1, for "
          "example CustomLog:append:1");
      return;
    }
    out.directive = parts[0];
    manifest_->privileged.push_back(std::move(out));
  }

  static bool ReadMode(std::string_view text, PrivilegedMode* mode) {
    for (PrivilegedMode known :
         {PrivilegedMode::kRead, PrivilegedMode::kAppend, PrivilegedMode::kListen}) {
      if (text != PrivilegedModeName(known)) continue;
      *mode = known;
      return true;
    }
    return false;
  }

  bool ReadList(std::string_view key, std::string_view value) {
    std::vector<ModuleReference>* references = key == "requires"    ? &manifest_->required
                                               : key == "wants"     ? &manifest_->wants
                                               : key == "conflicts" ? &manifest_->conflicts
                                               : key == "provides"  ? &manifest_->provides
                                                                    : nullptr;
    std::vector<std::string>* names = key == "before"      ? &manifest_->before
                                      : key == "after"     ? &manifest_->after
                                      : key == "directive" ? &manifest_->directives
                                                           : nullptr;
    if (references == nullptr && names == nullptr) return false;
    for (std::string_view item : Items(value)) {
      if (references != nullptr) {
        ReadReference(key, item, references);
      } else if (key == "directive" ? IsDirectiveName(item) : IsName(item)) {
        names->emplace_back(item);
      } else {
        Bad(key, item, key == "directive" ? "a directive's name" : "a module's name");
      }
    }
    return true;
  }

  void ReadReference(std::string_view key, std::string_view item,
                     std::vector<ModuleReference>* references) {
    ModuleReference out;
    std::string_view name = item;
    if (const size_t at = item.find_first_of(">=/"); at != std::string_view::npos) {
      const size_t length = item.substr(at).starts_with(">=") ? 2 : 1;
      name = item.substr(0, at);
      out.relation = item.substr(at, length);
      out.version = item.substr(at + length);
    }
    out.name = name;
    const bool named = IsName(name) || (out.relation == "/" && IsOfferName(name));
    if (!named || out.relation == ">" || (!out.relation.empty() && !IsVersion(out.version))) {
      Bad(key, item, "names such as sql, sql>=1.2, sql=1.2 or sql/1, without blanks inside");
      return;
    }
    references->push_back(std::move(out));
  }

  void ReadUnknown(std::string_view key) {
    if (!key.starts_with('!')) return;
    Problem("the manifest demands something this server does not know", Quote(key),
            "a server that knows it",
            "upgrade the server, or install the version of the module made for this one");
  }

  Manifest* manifest_;
  std::vector<ManifestProblem>* problems_;
  std::set<std::string> seen_;
};

}  // namespace

std::string_view PrivilegedModeName(PrivilegedMode mode) {
  switch (mode) {
    case PrivilegedMode::kRead:
      return "read";
    case PrivilegedMode::kAppend:
      return "append";
    case PrivilegedMode::kListen:
      return "listen";
  }
  return "unknown";
}

bool ParseManifest(std::string_view bytes, Manifest* manifest,
                   std::vector<ManifestProblem>* problems) {
  *manifest = Manifest();
  const size_t problems_before = problems->size();
  if (bytes.size() > kMaxManifestBytes) {
    problems->push_back({"the manifest is too large", base::Concat(bytes.size(), " bytes"),
                         base::Concat("at most ", kMaxManifestBytes, " bytes"),
                         "shorten the manifest and build the module again"});
    return false;
  }
  if (!bytes.empty() && bytes.back() != '\0') {
    problems->push_back({"the manifest breaks off", "a last entry without its end", "a final NUL",
                         "build the module again with the HTTPD_MODULE macro of <httpd/module.h>"});
  }
  Reader reader(manifest, problems);
  size_t entries = 0;
  // Linkers may pad between and behind the strings; empty entries mean nothing.
  for (std::string_view entry : base::Split(bytes, std::string_view("", 1))) {
    if (++entries > kMaxManifestEntries) {
      problems->push_back({"the manifest has too many entries", "",
                           base::Concat("at most ", kMaxManifestEntries),
                           "shorten the manifest and build the module again"});
      break;
    }
    reader.ReadEntry(entry);
  }
  reader.CheckComplete();
  return problems->size() == problems_before;
}

}  // namespace httpd::module
