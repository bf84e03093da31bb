// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/variable.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/pool.h"
#include "server/variable.h"

// Expressions as a tree that is made when the configuration is read and only walked afterwards.
// Everything is in the pool of the generation.

namespace httpd::server {

struct Word;

// A part of a text.
struct WordPart {
  enum class Kind : uint8_t { kLiteral, kVariable, kCapture, kCall };
  Kind kind;
  uint8_t capture = 0;                       // kCapture: of $0 to $9
  std::string_view literal;                  // kLiteral
  const httpd_variable* variable = nullptr;  // kVariable; kCall: the function
  const Word* argument = nullptr;            // kCall
  const WordPart* next = nullptr;
};

// A text that is put together from its parts.
struct Word {
  const WordPart* first = nullptr;
  uint32_t parts = 0;
  const Word* next = nullptr;  // in a list { … }
};

struct Condition {
  enum class Kind : uint8_t {
    kFalse,
    kTrue,
    kNot,         // first
    kAnd,         // first and its siblings
    kOr,          // first and its siblings
    kEmpty,       // -z
    kFilled,      // -n
    kTruth,       // -T
    kFromClient,  // -R
    kInSubnet,    // -ipmatch
    kText,        // left and right as texts
    kNumber,      // left and right as whole numbers
    kGlob,        // -strmatch, -strcmatch, -fnmatch
    kRegex,       // =~
    kIn,          // left is one of the list at right
  };
  // For kText and kNumber.
  enum class Order : uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };
  enum class Glob : uint8_t { kPlain, kIgnoreCase, kPath };

  Kind kind;
  Order order = Order::kEqual;
  Glob glob = Glob::kPlain;
  const Condition* first = nullptr;
  const Condition* next = nullptr;  // sibling
  const Word* left = nullptr;
  const Word* right = nullptr;
  const httpd_regex* regex = nullptr;
};

}  // namespace httpd::server

struct httpd_expression {
  const httpd_generation* generation = nullptr;
  const httpd::server::Condition* condition = nullptr;  // null: it is a text
  const httpd::server::Word* text = nullptr;
};

namespace httpd::server {

struct CompileExpression {
  httpd_pool* pool;  // of the result and of the error
  const VariableTable* variables;
};

// Null with what was seen where, and what was wanted there, in *error.
httpd_expression* Compile(const CompileExpression& input, std::string_view text, bool is_string,
                          std::string* error);

// HTTPD_OK, HTTPD_DECLINED, HTTPD_ERR_LIMIT or HTTPD_ERR_NO_MEMORY.
httpd_result Test(httpd_request* request, const httpd_expression& expression);
httpd_result TextOf(httpd_request* request, const httpd_expression& expression, httpd_str* value);

}  // namespace httpd::server
