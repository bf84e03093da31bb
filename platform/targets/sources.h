// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_PLATFORM_TARGETS_SOURCES_H_
#define HTTPD_PLATFORM_TARGETS_SOURCES_H_

#include <fstream>
#include <map>
#include <string>
#include <vector>

// sources.txt, for tests: what it says about the format of its lines is at its head.
namespace httpd::targets {

struct Evidence {
  std::string source;  // "configure", "says ld.so(8)", …; "none": nothing was found
  std::string where;
  std::string text;
};

struct SourcedValue {
  std::string value;  // escapes resolved; "-" is empty
  std::vector<Evidence> evidence;
};

using SourcedRow = std::map<std::string, SourcedValue>;

inline std::map<std::string, SourcedRow> ReadSources(const std::string& path) {
  std::map<std::string, SourcedRow> rows;
  std::ifstream file(path);
  std::string line, row, field;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      row = line.substr(1, line.find(']') - 1);
      continue;
    }
    if (line.rfind("  ", 0) != 0) {
      const size_t space = line.find(' ');
      field = line.substr(0, space);
      std::string value = space == std::string::npos ? "" : line.substr(space + 1);
      if (value == "-") value.clear();
      for (size_t at; (at = value.find("\\n")) != std::string::npos;) value.replace(at, 2, "\n");
      rows[row][field].value = value;
      continue;
    }
    Evidence evidence;
    const size_t colon = line.find(": ");
    const std::string head = line.substr(2, colon - 2);
    const size_t comma = head.find(", ");
    evidence.source = head.substr(0, comma);
    if (comma != std::string::npos) evidence.where = head.substr(comma + 2);
    if (colon != std::string::npos) evidence.text = line.substr(colon + 2);
    rows[row][field].evidence.push_back(evidence);
  }
  return rows;
}

inline const std::map<std::string, SourcedRow>& Sources() {
  static const auto* sources = new std::map<std::string, SourcedRow>(
      ReadSources(std::string(HTTPD_SOURCE_DIR) + "/platform/targets/sources.txt"));
  return *sources;
}

}  // namespace httpd::targets

#endif  // HTTPD_PLATFORM_TARGETS_SOURCES_H_
