// SPDX-License-Identifier: Apache-2.0
// Sections of modules: their text, their lines, and settings that a module keeps for later.
#include <memory>
#include <utility>

#include "base/str.h"
#include "config/call.h"
#include "config/evaluator.h"
#include "config/values.h"

using httpd::base::Str;
namespace config = httpd::config;

httpd_str httpd_call_body(const httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  HTTPD_REQUIRE(call->node->section, {}, HTTPD_ERR_STATE, "the line is no section");
  return call->node->body == nullptr ? HTTPD_STR("") : Str(call->node->body->text);
}

httpd_section* httpd_call_new_section(httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  return call->evaluator->NewSection(*call);
}

httpd_result httpd_call_walk(httpd_directive_call* call, httpd_section* section) {
  HTTPD_CHECK_CALL(call);
  HTTPD_REQUIRE(call->has_lines(), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the line is no section of directives");
  HTTPD_REQUIRE(!call->walked, HTTPD_ERR_STATE, HTTPD_ERR_STATE, "the section was walked already");
  HTTPD_REQUIRE(section == nullptr || call->evaluator->IsOwnSection(section), HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "the section is of another generation or file");
  call->walked = true;
  call->evaluator->WalkSection(*call, section);
  return HTTPD_OK;
}

uint32_t httpd_call_child_count(const httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  HTTPD_REQUIRE(call->has_lines(), 0, HTTPD_ERR_STATE, "the line is no section of directives");
  call->evaluator->ReportBody(*call->node);
  return static_cast<uint32_t>(call->node->children.size());
}

httpd_directive_call* httpd_call_child(httpd_directive_call* call, uint32_t index) {
  HTTPD_CHECK_CALL_VALUE(call);
  HTTPD_REQUIRE(call->has_lines(), nullptr, HTTPD_ERR_STATE,
                "the line is no section of directives");
  call->evaluator->ReportBody(*call->node);
  const config::Tree& lines = call->node->children;
  if (index >= lines.size()) return nullptr;
  call->children.resize(lines.size());
  std::shared_ptr<httpd_directive_call>& child = call->children[index];
  if (child == nullptr) {
    child = std::make_shared<httpd_directive_call>();
    call->evaluator->FillChild(*call, lines[index], child.get());
  }
  return child.get();
}
