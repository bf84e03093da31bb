// SPDX-License-Identifier: Apache-2.0
//
// mod_autoindex's directives and what they leave behind.
#include <fnmatch.h>

#include <string>

#include "settings.h"

namespace mod_autoindex {
namespace {

using httpd::api::Arg;
using httpd::api::Error;
using httpd::api::View;
using httpd::api::Warn;

constexpr const char* kDefaultIgnore[] = {".??*", "*~", "*#", "RCS", "CVS", "*,v", "*,t"};

httpd_result IndexOptions(httpd_directive_call* call, Settings& settings) {
  for (uint32_t i = 0; i < httpd_call_argc(call); ++i) {
    std::string_view value;
    const std::string word(Arg(call, i));
    switch (ApplyOption(Arg(call, i), &settings.options, &value)) {
      case OptionResult::kUsed:
        break;
      case OptionResult::kCharset:
        settings.charset = value;
        break;
      case OptionResult::kType:
        settings.type = value;
        break;
      case OptionResult::kNoEffect:
        Warn(call, i, word + " has no effect: the page's layout and dates are its own",
             "remove " + word);
        break;
      case OptionResult::kUnknown:
        return Error(call, i, "unknown option " + word,
                     "use FancyIndexing, FoldersFirst, IgnoreCase, VersionSort or another name of "
                     "mod_autoindex's manual");
    }
  }
  return HTTPD_OK;
}

httpd_result IndexOrderDefault(httpd_directive_call* call, Settings& settings) {
  settings.order_set = true;
  if (ParseOrder(Arg(call, 0), Arg(call, 1), &settings.order)) return HTTPD_OK;
  return Error(call, HTTPD_CALL_WHOLE_LINE,
               "found \"" + std::string(Arg(call, 0)) + " " + std::string(Arg(call, 1)) +
                   "\", wanted Ascending or Descending, then Name, Date, Size or Description",
               "IndexOrderDefault Descending Date");
}

httpd_result IndexIgnore(httpd_directive_call* call, Settings& settings) {
  for (uint32_t i = 0; i < httpd_call_argc(call); ++i) settings.ignore.push_back(Arg(call, i));
  return HTTPD_OK;
}

httpd_result IndexIgnoreReset(httpd_directive_call* call, Settings& settings) {
  settings.ignore_reset = httpd_call_flag(call) == 1;
  if (settings.ignore_reset) settings.ignore.clear();
  return HTTPD_OK;
}

httpd_result AddDescription(httpd_directive_call* call, Settings& settings) {
  for (uint32_t i = 1; i < httpd_call_argc(call); ++i) {
    if (Arg(call, i).empty()) return Error(call, i, "found an empty name");
    if (Arg(call, i).find('/') != std::string_view::npos) {
      return Error(call, i, "found a path, wanted the name of a file, which may have wildcards",
                   "put the line into <Directory> of that path, with the name alone");
    }
    settings.descriptions.push_back({Arg(call, 0), Arg(call, i)});
  }
  return HTTPD_OK;
}

// HeaderName and ReadmeName.
template <std::string_view Settings::*kMember>
httpd_result FileName(httpd_directive_call* call, Settings& settings) {
  const std::string_view name = Arg(call, 0);
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string_view::npos) {
    return Error(call, 0,
                 "found \"" + std::string(name) +
                     "\", wanted the name of a file in the listed directory (paths are not "
                     "supported)",
                 std::string(View(httpd_call_name(call))) + " " +
                     (kMember == &Settings::header ? "HEADER.html" : "README.html"));
  }
  settings.*kMember = name;
  return HTTPD_OK;
}

template <std::string_view Settings::*kMember>
httpd_result Text(httpd_directive_call* call, Settings& settings) {
  settings.*kMember = Arg(call, 0);
  return HTTPD_OK;
}

httpd_result IndexMaxEntries(httpd_directive_call* call, Settings& settings) {
  uint32_t number = 0;
  for (const char c : Arg(call, 0)) {
    if (c < '0' || c > '9' || number > kLargestMaxEntries) {
      number = 0;
      break;
    }
    number = number * 10 + static_cast<uint32_t>(c - '0');
  }
  if (number == 0 || number > kLargestMaxEntries) {
    return Error(call, 0,
                 "found \"" + std::string(Arg(call, 0)) + "\", wanted a number from 1 to " +
                     std::to_string(kLargestMaxEntries));
  }
  settings.max_entries = number;
  return HTTPD_OK;
}

// Icons of the operator's own are not shown; saying so once is enough, configurations have many.
httpd_result NoIcons(httpd_directive_call* call, Settings&) {
  static bool told = false;
  if (told) return HTTPD_OK;
  told = true;
  return Warn(call, HTTPD_CALL_WHOLE_LINE,
              std::string(View(httpd_call_name(call))) +
                  " has no effect, nor do the other directives for icons and their texts: listings "
                  "draw their own",
              "remove these lines");
}

constexpr httpd_directive Row(const char* name, uint32_t flags, uint16_t min_args,
                              uint16_t max_args, httpd_directive_handler handler,
                              const char* usage) {
  return {sizeof(httpd_directive),
          HTTPD_IN_ANYWHERE | HTTPD_IN_HTACCESS | HTTPD_OVERRIDE_INDEXES,
          name,
          flags,
          min_args,
          max_args,
          handler,
          nullptr,
          usage};
}

constexpr httpd_directive IconRow(const char* name, const char* usage) {
  return Row(name, 0, 1, HTTPD_ARGS_ANY, httpd::api::Directive<Settings, NoIcons>, usage);
}

}  // namespace

const httpd_directive kDirectives[] = {
    Row("IndexOptions", 0, 1, HTTPD_ARGS_ANY, httpd::api::Directive<Settings, IndexOptions>,
        "IndexOptions [+|-]option ..."),
    Row("IndexOrderDefault", 0, 2, 2, httpd::api::Directive<Settings, IndexOrderDefault>,
        "IndexOrderDefault Ascending|Descending Name|Date|Size|Description"),
    Row("IndexIgnore", 0, 1, HTTPD_ARGS_ANY, httpd::api::Directive<Settings, IndexIgnore>,
        "IndexIgnore name ..."),
    Row("IndexIgnoreReset", HTTPD_DIRECTIVE_FLAG, 1, 1,
        httpd::api::Directive<Settings, IndexIgnoreReset>, "IndexIgnoreReset On|Off"),
    Row("AddDescription", 0, 2, HTTPD_ARGS_ANY, httpd::api::Directive<Settings, AddDescription>,
        "AddDescription \"text\" file ..."),
    Row("HeaderName", 0, 1, 1, httpd::api::Directive<Settings, FileName<&Settings::header>>,
        "HeaderName file"),
    Row("ReadmeName", 0, 1, 1, httpd::api::Directive<Settings, FileName<&Settings::readme>>,
        "ReadmeName file"),
    Row("IndexStyleSheet", 0, 1, 1, httpd::api::Directive<Settings, Text<&Settings::style_sheet>>,
        "IndexStyleSheet URL"),
    Row("IndexHeadInsert", 0, 1, 1, httpd::api::Directive<Settings, Text<&Settings::head_insert>>,
        "IndexHeadInsert \"HTML\""),
    Row("IndexMaxEntries", 0, 1, 1, httpd::api::Directive<Settings, IndexMaxEntries>,
        "IndexMaxEntries number"),
    IconRow("AddIcon", "AddIcon icon name ..."),
    IconRow("AddIconByType", "AddIconByType icon type ..."),
    IconRow("AddIconByEncoding", "AddIconByEncoding icon encoding ..."),
    IconRow("AddAlt", "AddAlt text file ..."),
    IconRow("AddAltByType", "AddAltByType text type ..."),
    IconRow("AddAltByEncoding", "AddAltByEncoding text encoding ..."),
    IconRow("DefaultIcon", "DefaultIcon URL"),
    {},
};

void MergeSettings(const Settings& outer, const Settings& inner, Settings& merged) {
  const auto choose = [](std::string_view in, std::string_view out) {
    return in.data() != nullptr ? in : out;
  };
  merged = inner;
  merged.options = MergeOptions(outer.options, inner.options);
  if (!inner.order_set) {
    merged.order_set = outer.order_set;
    merged.order = outer.order;
  }
  if (!inner.ignore_reset) {
    merged.ignore_reset = outer.ignore_reset;
    merged.ignore = outer.ignore;
    merged.ignore.insert(merged.ignore.end(), inner.ignore.begin(), inner.ignore.end());
  }
  // Those of the inner section are asked first.
  merged.descriptions.insert(merged.descriptions.end(), outer.descriptions.begin(),
                             outer.descriptions.end());
  merged.header = choose(inner.header, outer.header);
  merged.readme = choose(inner.readme, outer.readme);
  merged.style_sheet = choose(inner.style_sheet, outer.style_sheet);
  merged.head_insert = choose(inner.head_insert, outer.head_insert);
  merged.charset = choose(inner.charset, outer.charset);
  merged.type = choose(inner.type, outer.type);
  if (inner.max_entries == 0) merged.max_entries = outer.max_entries;
}

bool IsIgnored(const Settings& settings, std::string_view name) {
  if (name == "." || name == "..") return true;
  for (const std::string_view pattern : settings.ignore) {
    if (::fnmatch(pattern.data(), name.data(), 0) == 0) return true;
  }
  if (name == settings.header || name == settings.readme) return true;
  if (!settings.ignore.empty() || settings.ignore_reset) return false;
  for (const char* pattern : kDefaultIgnore) {
    if (::fnmatch(pattern, name.data(), 0) == 0) return true;
  }
  return false;
}

std::string_view DescriptionOf(const Settings& settings, std::string_view name) {
  for (const Description& description : settings.descriptions) {
    const bool wildcards = description.pattern.find_first_of("*?[") != std::string_view::npos;
    if (wildcards ? ::fnmatch(description.pattern.data(), name.data(), 0) == 0
                  : name.find(description.pattern) != std::string_view::npos) {
      return description.text;
    }
  }
  return {};
}

}  // namespace mod_autoindex
