// SPDX-License-Identifier: Apache-2.0
//
// From the text of an expression to its tree: recursive descent over Apache's grammar (ap_expr). A
// text that nests too deep is refused, so that neither this nor the evaluation runs out of stack.

#include <algorithm>
#include <array>

#include "base/concat.h"
#include "base/str.h"
#include "regex/regex.h"
#include "server/expression.h"
#include "server/expression_scanner.h"
#include "server/subnet.h"

namespace httpd::server {
namespace {

using Kind = Condition::Kind;
using Order = Condition::Order;

constexpr uint32_t kMaxDepth = 50;

struct Comparison {
  std::string_view sign;
  Kind kind;
  Order order = Order::kEqual;
  Condition::Glob glob = Condition::Glob::kPlain;
};

// Longer signs stand before those they begin with.
constexpr Comparison kSigns[] = {
    {"==", Kind::kText, Order::kEqual},       {"!=", Kind::kText, Order::kNotEqual},
    {"<=", Kind::kText, Order::kLessOrEqual}, {">=", Kind::kText, Order::kGreaterOrEqual},
    {"<", Kind::kText, Order::kLess},         {">", Kind::kText, Order::kGreater},
    {"=", Kind::kText, Order::kEqual},
};

constexpr Comparison kNames[] = {
    {"eq", Kind::kNumber, Order::kEqual},
    {"ne", Kind::kNumber, Order::kNotEqual},
    {"lt", Kind::kNumber, Order::kLess},
    {"le", Kind::kNumber, Order::kLessOrEqual},
    {"gt", Kind::kNumber, Order::kGreater},
    {"ge", Kind::kNumber, Order::kGreaterOrEqual},
    {"strmatch", Kind::kGlob, Order::kEqual, Condition::Glob::kPlain},
    {"strcmatch", Kind::kGlob, Order::kEqual, Condition::Glob::kIgnoreCase},
    {"fnmatch", Kind::kGlob, Order::kEqual, Condition::Glob::kPath},
    {"ipmatch", Kind::kInSubnet},
};

class Compiler {
 public:
  Compiler(const CompileExpression& input, std::string_view text, std::string* error)
      : input_(input), scan_(text), error_(error) {}

  const Condition* WholeCondition() {
    const Condition* condition = Or();
    scan_.SkipBlanks();
    if (condition != nullptr && !scan_.AtEnd()) Fail("\"&&\", \"||\" or the end");
    return failed_ ? nullptr : condition;
  }

  const Word* WholeText() {
    const Word* word = Parts('\0');
    return failed_ ? nullptr : word;
  }

 private:
  class Nesting {
   public:
    explicit Nesting(Compiler* compiler) : compiler_(compiler) {
      if (++compiler_->depth_ > kMaxDepth) {
        compiler_->FailWith(base::Concat("at most ", kMaxDepth, " levels of nesting"));
      }
    }
    ~Nesting() { --compiler_->depth_; }

   private:
    Compiler* compiler_;
  };

  // ---- errors: the first one counts ----

  void FailWith(std::string_view wanted, size_t offset) {
    if (failed_) return;
    failed_ = true;
    *error_ =
        base::Concat("at offset ", offset, ": found ", scan_.Show(offset), ", wanted ", wanted);
  }
  void FailWith(std::string_view wanted) { FailWith(wanted, scan_.offset()); }
  std::nullptr_t Fail(std::string_view wanted) {
    FailWith(wanted);
    return nullptr;
  }
  std::nullptr_t Fail(std::string_view wanted, size_t offset) {
    FailWith(wanted, offset);
    return nullptr;
  }

  template <typename T>
  T* New(const T& value) {
    T* made = input_.pool->New<T>(value);
    if (made == nullptr) FailWith("more memory");
    return made;
  }
  std::string_view Keep(std::string_view text) {
    const httpd_str copy = input_.pool->Copy(text);
    if (copy.data == nullptr) FailWith("more memory");
    return base::View(copy);
  }

  // ---- conditions ----

  const Condition* Or() {
    return Chain(Kind::kOr, "||", [this] { return And(); });
  }
  const Condition* And() {
    return Chain(Kind::kAnd, "&&", [this] { return Not(); });
  }

  template <typename Inner>
  const Condition* Chain(Kind kind, std::string_view sign, Inner&& inner) {
    auto* first = const_cast<Condition*>(inner());
    if (failed_ || !scan_.TakeSign(sign)) return first;
    Condition* last = first;
    do {
      auto* next = const_cast<Condition*>(inner());
      if (failed_) return nullptr;
      last->next = next;
      last = next;
    } while (scan_.TakeSign(sign));
    return New<Condition>({.kind = kind, .first = first});
  }

  const Condition* Not() {
    const Nesting nesting(this);
    if (failed_) return nullptr;
    scan_.SkipBlanks();
    if (scan_.Peek() == '!' && scan_.Peek(1) != '=' && scan_.Peek(1) != '~') {
      scan_.Take();
      const Condition* inner = Not();
      return failed_ ? nullptr : New<Condition>({.kind = Kind::kNot, .first = inner});
    }
    if (scan_.TakeSign("(")) {
      const Condition* inner = Or();
      if (failed_) return nullptr;
      // A condition of its own, for one in a chain has the siblings of its own place.
      return scan_.TakeSign(")") ? New<Condition>({.kind = Kind::kAnd, .first = inner})
                                 : Fail("\")\"");
    }
    return Single();
  }

  const Condition* Single() {
    if (scan_.Peek() == '-') return Unary();
    const size_t start = scan_.offset();
    const std::string_view name = scan_.PeekName();
    if (name == "true" || name == "false") {
      scan_.TakeName();
      return New<Condition>({.kind = name == "true" ? Kind::kTrue : Kind::kFalse});
    }
    const Word* left = WordAt("a condition: a text, %{VARIABLE}, a number, a function, \"-n\" …");
    return failed_ ? nullptr : Compared(left, start);
  }

  const Condition* Unary() {
    const size_t start = scan_.offset();
    scan_.Take();
    const std::string_view name = scan_.TakeName();
    Kind kind = Kind::kFalse;
    if (name == "n") kind = Kind::kFilled;
    if (name == "z") kind = Kind::kEmpty;
    if (name == "T") kind = Kind::kTruth;
    if (name == "R") kind = Kind::kFromClient;
    if (kind == Kind::kFalse) {
      constexpr std::string_view kFiles = "defsLhFUAx";
      return Fail(name.size() == 1 && kFiles.find(name[0]) != kFiles.npos
                      ? "-n, -z, -T or -R (tests of files and URLs would wait for the disk)"
                      : "-n, -z, -T or -R",
                  start);
    }
    const Word* word = WordAt("a text, %{VARIABLE}, a number or a function");
    if (failed_) return nullptr;
    if (kind == Kind::kFromClient && !IsSubnet(word)) {
      return Fail("an address or ADDRESS/BITS", start);
    }
    return New<Condition>({.kind = kind, .left = word});
  }

  // What is written out is checked now.
  static bool IsSubnet(const Word* word) {
    if (word->parts != 1 || word->first->kind != WordPart::Kind::kLiteral) return true;
    Subnet subnet;
    return ParseSubnet(word->first->literal, &subnet);
  }

  const Condition* Compared(const Word* left, size_t start) {
    scan_.SkipBlanks();
    if (scan_.TakeSign("=~")) return Match(left, false);
    if (scan_.TakeSign("!~")) return Match(left, true);
    for (const Comparison& sign : kSigns) {
      if (scan_.TakeSign(sign.sign)) return Compare(left, sign);
    }
    const size_t at = scan_.offset();
    const bool dash = scan_.Peek() == '-';
    if (dash) scan_.Take();
    const std::string_view name = scan_.TakeName();
    if (!dash && name == "in") return In(left);
    for (const Comparison& known : kNames) {
      // -eq and eq are the same, as in Apache.
      if (known.sign == name && (dash || known.kind == Kind::kNumber)) return Compare(left, known);
    }
    return Fail(
        "an operator: == != < <= > >= =~ !~ -eq -ne -lt -le -gt -ge -strmatch -strcmatch "
        "-fnmatch -ipmatch in",
        at);
  }

  const Condition* Compare(const Word* left, const Comparison& comparison) {
    const size_t at = scan_.offset();
    const Word* right = WordAt("a text, %{VARIABLE}, a number or a function");
    if (failed_) return nullptr;
    if (comparison.kind == Kind::kInSubnet && !IsSubnet(right)) {
      return Fail("an address or ADDRESS/BITS", at);
    }
    return New<Condition>({.kind = comparison.kind,
                           .order = comparison.order,
                           .glob = comparison.glob,
                           .left = left,
                           .right = right});
  }

  const Condition* In(const Word* left) {
    if (!scan_.TakeSign("{")) return Fail("\"{\" and a list of texts");
    Word* first = nullptr;
    Word* last = nullptr;
    do {
      auto* word = const_cast<Word*>(WordAt("a text, %{VARIABLE}, a number or a function"));
      if (failed_) return nullptr;
      if (first == nullptr) first = word;
      if (last != nullptr) last->next = word;
      last = word;
    } while (scan_.TakeSign(","));
    if (!scan_.TakeSign("}")) return Fail("\",\" or \"}\"");
    return New<Condition>({.kind = Kind::kIn, .left = left, .right = first});
  }

  // /…/flags or m#…#flags, where # is any sign.
  const Condition* Match(const Word* left, bool negated) {
    scan_.SkipBlanks();
    const size_t at = scan_.offset();
    const bool any = scan_.Peek() == 'm' && Scanner::IsSeparator(scan_.Peek(1));
    if (any) scan_.Take();
    const char separator = scan_.Peek();
    if (!any && separator != '/') return Fail("/regular expression/ or m#…#");
    scan_.Take();
    std::string pattern;
    while (scan_.Peek() != separator) {
      if (scan_.AtEnd())
        return Fail(
            base::Concat("\"", std::string(1, separator), "\" behind the regular expression"));
      if (scan_.Peek() == '\\' && scan_.Peek(1) == separator) scan_.Take();
      pattern.push_back(scan_.Take());
    }
    scan_.Take();
    const httpd_regex* regex = CompileRegex(pattern, at);
    if (failed_) return nullptr;
    const Condition* match = New<Condition>({.kind = Kind::kRegex, .left = left, .regex = regex});
    return negated && !failed_ ? New<Condition>({.kind = Kind::kNot, .first = match}) : match;
  }

  const httpd_regex* CompileRegex(std::string pattern, size_t at) {
    uint32_t flags = 0;
    for (; Scanner::IsNameByte(scan_.Peek()); scan_.Take()) {
      const char flag = scan_.Peek();
      if (flag == 'i') {
        flags |= HTTPD_REGEX_CASELESS;
      } else if (flag == 's' || flag == 'm') {
        pattern = base::Concat("(?", std::string(1, flag), ")", pattern);
      } else if (flag != 'g') {  // of lists, which there are none here: as in Apache no error
        return Fail("one of the flags i s m g");
      }
    }
    httpd_str reason = {nullptr, 0};
    const httpd_regex* regex = httpd_regex_compile(input_.pool, base::Str(pattern), flags, &reason);
    if (regex == nullptr) {
      FailWith(base::Concat("a good regular expression (", base::View(reason), ")"), at);
    }
    return regex;
  }

  // ---- texts ----

  // One or more pieces put together by ".".
  const Word* WordAt(std::string_view wanted) {
    const Nesting nesting(this);
    Word* whole = nullptr;
    do {
      scan_.SkipBlanks();
      if (failed_) return nullptr;
      auto* piece = const_cast<Word*>(Piece(wanted));
      if (failed_) return nullptr;
      if (whole == nullptr) {
        whole = piece;
      } else {
        Append(whole, piece->first, piece->parts);
      }
    } while (scan_.TakeSign("."));
    return whole;
  }

  static void Append(Word* word, const WordPart* parts, uint32_t count) {
    if (parts == nullptr) return;
    const WordPart** link = &word->first;
    while (*link != nullptr) link = &const_cast<WordPart*>(*link)->next;
    *link = parts;
    word->parts += count;
  }

  const Word* Of(const WordPart* part) {
    return failed_ ? nullptr : New<Word>({.first = part, .parts = 1});
  }

  const Word* Piece(std::string_view wanted) {
    const char c = scan_.Peek();
    if (c == '"' || c == '\'') {
      scan_.Take();
      return Parts(c);
    }
    if (c == '%' && scan_.Peek(1) == '{') return Of(Variable());
    if (c == '$' && Scanner::IsDigit(scan_.Peek(1))) return Of(Capture());
    if (Scanner::IsDigit(c)) {
      return Of(
          New<WordPart>({.kind = WordPart::Kind::kLiteral, .literal = Keep(scan_.TakeDigits())}));
    }
    if (Scanner::IsNameByte(c)) return Call();
    return Fail(wanted);
  }

  // name( word ), and name: what %{name:…} asks.
  const Word* Call() {
    const size_t start = scan_.offset();
    const std::string_view name = scan_.TakeName();
    if (!scan_.TakeSign("(")) {
      return Fail("a text in quotes, %{VARIABLE}, a number or FUNCTION(…)", start);
    }
    const httpd_variable* function = Function(name, start);
    if (failed_) return nullptr;
    const Word* argument = WordAt("a text, %{VARIABLE}, a number or a function");
    if (failed_) return nullptr;
    if (!scan_.TakeSign(")")) return Fail("\".\" or \")\"");
    return Of(
        New<WordPart>({.kind = WordPart::Kind::kCall, .variable = function, .argument = argument}));
  }

  const httpd_variable* Function(std::string_view name, size_t start) {
    const httpd_variable* function = input_.variables->Find(name);
    if (function == nullptr) return Fail("the name of a function that a loaded module has", start);
    if (!function->takes_argument()) return Fail("a function; this is a variable: %{NAME}", start);
    return function;
  }

  const WordPart* Capture() {
    scan_.Take();
    const char digit = scan_.Take();
    return New<WordPart>(
        {.kind = WordPart::Kind::kCapture, .capture = static_cast<uint8_t>(digit - '0')});
  }

  // %{NAME} or %{function:argument}
  const WordPart* Variable() {
    scan_.Take();
    scan_.Take();
    const size_t start = scan_.offset();
    const std::string_view name = scan_.TakeName();
    if (name.empty()) return Fail("the name of a variable");
    if (scan_.Peek() == ':') {
      const httpd_variable* function = Function(name, start);
      if (failed_) return nullptr;
      scan_.Take();
      std::string argument;
      for (; scan_.Peek() != '}'; argument.push_back(scan_.Take())) {
        if (scan_.AtEnd()) return Fail("\"}\"");
        if (scan_.Peek() == '\\' && scan_.Peek(1) == '}') scan_.Take();
      }
      scan_.Take();
      const Word* word =
          Of(New<WordPart>({.kind = WordPart::Kind::kLiteral, .literal = Keep(argument)}));
      if (failed_) return nullptr;
      return New<WordPart>({.kind = WordPart::Kind::kCall, .variable = function, .argument = word});
    }
    if (scan_.Peek() != '}') return Fail("\"}\" or \":\"");
    scan_.Take();
    const httpd_variable* variable = input_.variables->Find(name);
    if (variable == nullptr) {
      return Fail("the name of a variable that the core or a loaded module has", start);
    }
    if (variable->takes_argument()) return Fail("a variable; this one is %{name:argument}", start);
    return New<WordPart>({.kind = WordPart::Kind::kVariable, .variable = variable});
  }

  // Text with %{…} and $n in it up to `end`, which is taken; NUL: up to the end of everything.
  const Word* Parts(char end) {
    const size_t start = scan_.offset();
    Word* word = New<Word>({});
    std::string literal;
    const auto flush = [&] {
      if (literal.empty() || failed_) return;
      const WordPart* part =
          New<WordPart>({.kind = WordPart::Kind::kLiteral, .literal = Keep(literal)});
      if (!failed_) Append(word, part, 1);
      literal.clear();
    };
    while (!failed_) {
      if (scan_.AtEnd()) {
        if (end != '\0') return Fail(base::Concat("a closing ", std::string(1, end)), start - 1);
        break;
      }
      const char c = scan_.Peek();
      if (end != '\0' && c == end) {
        scan_.Take();
        break;
      }
      const bool variable = c == '%' && scan_.Peek(1) == '{';
      const bool capture = c == '$' && Scanner::IsDigit(scan_.Peek(1));
      if (!variable && !capture) {
        literal.push_back(scan_.TakeEscaped());
        continue;
      }
      flush();
      const WordPart* part = variable ? Variable() : Capture();
      if (!failed_) Append(word, part, 1);
    }
    flush();
    return failed_ ? nullptr : word;
  }

  const CompileExpression& input_;
  Scanner scan_;
  std::string* error_;
  bool failed_ = false;
  uint32_t depth_ = 0;
};

}  // namespace

httpd_expression* Compile(const CompileExpression& input, std::string_view text, bool is_string,
                          std::string* error) {
  constexpr size_t kMaxText = 65535;
  if (text.size() > kMaxText) {
    *error = base::Concat("the expression has ", text.size(), " bytes, wanted at most ", kMaxText);
    return nullptr;
  }
  Compiler compiler(input, text, error);
  httpd_expression expression;
  if (is_string) {
    expression.text = compiler.WholeText();
  } else {
    expression.condition = compiler.WholeCondition();
  }
  if (expression.text == nullptr && expression.condition == nullptr) return nullptr;
  auto* made = input.pool->New<httpd_expression>(expression);
  if (made == nullptr) *error = "out of memory";
  return made;
}

}  // namespace httpd::server
