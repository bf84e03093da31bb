// SPDX-License-Identifier: Apache-2.0
// httpdctl modinfo: what an object file is and what a module says about itself.
#include <algorithm>

#include "base/concat.h"
#include "config/early.h"
#include "config/spelling.h"
#include "module/store.h"
#include "module_set.h"
#include "object_file.h"
#include "output.h"

namespace httpd::ctl {
namespace {

// Every field that some file has, for --fields and for the spelling of -F.
constexpr std::string_view kFields[] = {"file",
                                        "name",
                                        "version",
                                        "description",
                                        "author",
                                        "license",
                                        "abi",
                                        "requires",
                                        "wants",
                                        "conflicts",
                                        "provides",
                                        "before",
                                        "after",
                                        "directives",
                                        "privileged",
                                        "reloadable",
                                        "manifest_problems",
                                        "kind",
                                        "format",
                                        "machine",
                                        "slices",
                                        "os_abi",
                                        "state",
                                        "reason",
                                        "soname",
                                        "rpath",
                                        "runpath",
                                        "build_id",
                                        "needed",
                                        "api",
                                        "api_unknown",
                                        "imports",
                                        "exports",
                                        "relro",
                                        "bind_now",
                                        "exec_stack",
                                        "text_relocations",
                                        "static_tls",
                                        "gnu_unique",
                                        "nodelete",
                                        "any_address",
                                        "nx",
                                        "high_entropy",
                                        "control_flow_guard",
                                        "flat_namespace",
                                        "size",
                                        "hash"};

constexpr size_t kShown = 12;  // entries of a list in the overview

constexpr OptionSpec kOptions[] = {
    {'F', "field", "NAME", "only this field, a value per line; may be repeated"},
    {0, "fields", "", "the names of all fields"},
};

std::string Overview(const Field& field) {
  if (field.kind != Field::kList) return Visible(field.values[0]);
  if (field.values.empty()) return "-";
  std::string text;
  if (field.values.size() > kShown) base::Append(&text, field.values.size(), ": ");
  const size_t shown = std::min(field.values.size(), kShown);
  for (size_t i = 0; i < shown; ++i) {
    base::Append(&text, i == 0 ? "" : ", ", Visible(field.values[i]));
  }
  if (field.values.size() > shown) base::Append(&text, ", ... (-F ", field.name, " lists all)");
  return text;
}

std::string AsText(const std::vector<Field>& fields, bool color) {
  std::string out;
  for (const Field& field : fields) {
    std::string label = field.name + ":";
    label.resize(std::max<size_t>(label.size() + 1, 19), ' ');
    base::Append(&out, Bold(label, color), Overview(field), "\n");
  }
  return out;
}

std::string AsJson(const std::vector<Field>& fields) {
  base::JsonWriter json;
  json.BeginObject();
  for (const Field& field : fields) {
    json.Key(field.name);
    switch (field.kind) {
      case Field::kText:
        json.Text(field.values[0]);
        break;
      case Field::kNumber:
        json.Number(std::strtoull(field.values[0].c_str(), nullptr, 10));
        break;
      case Field::kFlag:
        json.Bool(field.values[0] == "yes");
        break;
      case Field::kList:
        json.Texts(field.values);
        break;
    }
  }
  return json.EndObject().Take() + "\n";
}

bool KnownField(const std::string& name) {
  if (std::find(std::begin(kFields), std::end(kFields), name) != std::end(kFields)) return true;
  const std::vector<std::string_view> known(std::begin(kFields), std::end(kFields));
  const auto close = config::CloseSpellings(name, known);
  PrintProblem(process::MakeProblem(
      "HT-06", "no file has a field of this name", Visible(name),
      base::Concat("one of ", base::Join(known, ", ")),
      close.empty() ? "httpdctl modinfo --fields" : base::Concat("-F ", close.front())));
  return false;
}

int Show(const Invocation& invocation, const std::vector<Field>& fields) {
  const std::vector<std::string> asked = invocation.Values("field");
  std::vector<Field> chosen;
  for (const std::string& name : asked) {
    for (const Field& field : fields) {
      if (field.name == name) chosen.push_back(field);
    }
  }
  if (invocation.json()) return Print(AsJson(asked.empty() ? fields : chosen)) ? kGood : kRefused;
  if (asked.empty()) return Print(AsText(fields, invocation.color)) ? kGood : kRefused;
  std::string out;
  for (const Field& field : chosen) {
    for (const std::string& value : field.values) base::Append(&out, Visible(value), "\n");
  }
  return Print(out) ? kGood : kRefused;
}

int Run(const Invocation& invocation) {
  if (invocation.Has("fields")) {
    std::string out;
    for (const std::string_view field : kFields) base::Append(&out, field, "\n");
    return Print(out) ? kGood : kRefused;
  }
  for (const std::string& name : invocation.Values("field")) {
    if (!KnownField(name)) return kUsage;
  }
  if (invocation.operands.size() != 1) {
    PrintProblem(process::MakeProblem("HT-02", "modinfo looks at one file",
                                      invocation.operands.empty()
                                          ? "none"
                                          : base::Concat(invocation.operands.size(), " operands"),
                                      "FILE or the NAME of a module", "httpdctl modinfo mime"));
    return kUsage;
  }
  const std::string& operand = invocation.operands[0];
  const std::string headline = base::Concat(operand, " cannot be inspected");
  Installation installation;
  std::string file = operand;
  module::Finding finding;
  if (IsFile(operand)) {
    if (!FindInstallation(invocation, &installation)) return kRefused;
  } else if (!OpenInstallation(invocation, Configuration::kIfThere, &installation)) {
    return kRefused;
  } else if (!module::ResolveModule(config::ModuleShortName(operand), "", installation.Search(),
                                    &file, &finding)) {
    return Refuse(invocation, headline, {finding});
  }
  std::vector<Field> fields;
  if (!ReadFields(installation, file, &fields, &finding)) {
    return Refuse(invocation, headline, {finding});
  }
  if (fields.size() == 1 && fields[0].name == "error") {
    finding = MakeFinding("HT-05", "the file cannot be read", fields[0].values[0],
                          "a regular file of at most 256 MiB", file, base::Concat("ls -l ", file));
    return Refuse(invocation, headline, {finding});
  }
  return Show(invocation, fields);
}

}  // namespace

const Verb kModinfo = {
    "modinfo",
    "FILE|NAME",
    "what a file is, needs and offers",
    "Shows what an object file of any format and machine is, what it needs and offers,\n"
    "how it is hardened, and what its manifest says. A NAME is searched as LoadModule\n"
    "does; what has a slash or ends in .so, or is a file here, is a FILE. Lists are cut\n"
    "in the overview; -F imports shows a value per line. Fields that a file does not\n"
    "have are left out.\n",
    kOptions,
    Run};

}  // namespace httpd::ctl
