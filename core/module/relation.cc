// SPDX-License-Identifier: Apache-2.0
// What a manifest says about others, compared with what those are. The plan, the search for
// installed modules and the messages must not differ about it.
#include "module/relation.h"

#include <algorithm>

#include "base/concat.h"
#include "module/version.h"

namespace httpd::module {
namespace {

bool Fits(std::string_view version, const ModuleReference& wanted) {
  if (wanted.relation == ">=") return CompareVersions(version, wanted.version) >= 0;
  if (wanted.relation == "=") return CompareVersions(version, wanted.version) == 0;
  return true;
}

bool OfferFits(std::string_view provided, const ModuleReference& wanted) {
  if (wanted.relation != "/") return Fits(provided, wanted);
  if (CompareVersions(MajorVersion(provided), MajorVersion(wanted.version)) != 0) return false;
  return provided.find('.') == provided.npos || CompareVersions(provided, wanted.version) >= 0;
}

}  // namespace

bool Answers(const Manifest& manifest, const ModuleReference& wanted) {
  if (wanted.relation != "/" && manifest.name == wanted.name && Fits(manifest.version, wanted)) {
    return true;
  }
  return std::any_of(manifest.provides.begin(), manifest.provides.end(),
                     [&](const ModuleReference& provided) {
                       return provided.name == wanted.name && OfferFits(provided.version, wanted);
                     });
}

bool HasName(const Manifest& manifest, const ModuleReference& wanted) {
  return Answers(manifest, {wanted.name, "", ""});
}

std::string OfferedVersions(const Manifest& manifest, const ModuleReference& wanted) {
  std::string text;
  if (wanted.relation != "/" && manifest.name == wanted.name) {
    text = base::Concat(manifest.name, " ",
                        manifest.version.empty() ? "without a version" : manifest.version);
  }
  for (const ModuleReference& provided : manifest.provides) {
    if (provided.name != wanted.name) continue;
    base::Append(&text, text.empty() ? "" : ", ", ReferenceText(provided), " of module ",
                 manifest.name);
  }
  return text;
}

std::string ReferenceText(const ModuleReference& reference) {
  return base::Concat(reference.name, reference.relation, reference.version);
}

std::string_view MajorVersion(std::string_view version) {
  return version.substr(0, version.find('.'));
}

}  // namespace httpd::module
