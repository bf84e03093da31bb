// SPDX-License-Identifier: Apache-2.0
//
// From a LogFormat to the flat list of pieces that each request runs through. The language is that
// of Apache 2.4's mod_log_config; what it has and we have not is refused by name.
#include "format.h"

namespace mod_log_config {
namespace {

constexpr char kHex[] = "0123456789abcdef";

// A directive as read: %!200,304>{argument}x
struct Directive {
  size_t position = 0;
  bool negated = false;
  bool final_request = false;
  bool original_request = false;
  std::vector<uint16_t> statuses;
  bool has_argument = false;
  std::string argument;
  char letter = 0;
};

std::string Name(const Directive& d) {
  std::string name = "%";
  if (d.has_argument) name += "{" + d.argument + "}";
  return name + d.letter;
}

class Compiler {
 public:
  Compiler(std::string_view format, Program* program, FormatProblem* problem)
      : format_(format), program_(program), problem_(problem) {}

  bool Run() {
    while (at_ < format_.size()) {
      if (format_[at_] != '%') {
        Literal();
        continue;
      }
      Directive d;
      if (!Read(&d) || !Add(d)) return false;
    }
    FlushLiteral();
    ++program_->fixed_size;  // the newline
    if (program_->texts <= Program::kMaxTexts) return true;
    return Fail(0, "the format has more than " + std::to_string(Program::kMaxTexts) +
                       " directives that stand for text");
  }

 private:
  bool Fail(size_t position, std::string what, std::string fix = "") {
    problem_->position = position;
    problem_->what = std::move(what);
    problem_->fix = std::move(fix);
    return false;
  }

  // One character of text; \n, \t, \r and \\ are escapes, other backslashes stand for themselves.
  void Literal() {
    char c = format_[at_++];
    if (c == '\\' && at_ < format_.size()) {
      const char next = format_[at_];
      const char escaped = next == 'n'    ? '\n'
                           : next == 't'  ? '\t'
                           : next == 'r'  ? '\r'
                           : next == '\\' ? '\\'
                                          : '\0';
      if (escaped != '\0') {
        c = escaped;
        ++at_;
      }
    }
    literal_ += c;
  }

  void FlushLiteral() {
    if (literal_.empty()) return;
    Item& item = program_->items.emplace_back();
    item.text = std::move(literal_);
    literal_.clear();
    program_->fixed_size += item.text.size();
  }

  bool ReadStatuses(Directive* d) {
    while (at_ < format_.size() && format_[at_] >= '0' && format_[at_] <= '9') {
      uint32_t status = 0;
      while (at_ < format_.size() && format_[at_] >= '0' && format_[at_] <= '9' && status < 1000) {
        status = status * 10 + static_cast<uint32_t>(format_[at_++] - '0');
      }
      if (status < 100 || status > 599) {
        return Fail(d->position, "found status " + std::to_string(status) +
                                     " behind %, wanted one from 100 to 599");
      }
      d->statuses.push_back(static_cast<uint16_t>(status));
      if (at_ < format_.size() && format_[at_] == ',') ++at_;
    }
    return true;
  }

  bool ReadArgument(Directive* d) {
    const size_t end = format_.find('}', at_);
    if (end == std::string_view::npos) {
      return Fail(d->position, "found %{ without the } that ends it");
    }
    d->has_argument = true;
    d->argument = format_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return true;
  }

  bool Read(Directive* d) {
    d->position = at_++;
    while (at_ < format_.size()) {
      const char c = format_[at_];
      if (c >= '0' && c <= '9') {
        if (!ReadStatuses(d)) return false;
      } else if (c == '{') {
        if (!ReadArgument(d)) return false;
      } else if (c == '!' || c == '<' || c == '>' || c == ',') {
        d->negated = d->negated || c == '!';
        d->final_request = d->final_request || c == '>';
        d->original_request = d->original_request || c == '<';
        ++at_;
      } else {
        d->letter = c;
        ++at_;
        return true;
      }
    }
    return Fail(d->position, "found % at the end of the format", "write %% for a percent sign");
  }

  bool Unknown(const Directive& d) {
    return Fail(d.position, "unknown directive " + Name(d),
                "write %% for a percent sign, or see the list in mod_log_config's manual");
  }

  bool Unsupported(const Directive& d, std::string_view what) {
    return Fail(d.position, Name(d) + " (" + std::string(what) + ") is not supported yet",
                "leave it out");
  }

  bool Push(const Directive& d, Op op, size_t size, std::string text = "") {
    FlushLiteral();
    Item& item = program_->items.emplace_back();
    item.op = op;
    item.negated = d.negated;
    item.statuses = d.statuses;
    item.text = std::move(text);
    if (IsText(op)) {
      ++program_->texts;
      size = 4;  // "-", or quotes around nothing
    }
    program_->fixed_size += size;
    return true;
  }

  bool PushNumber(const Directive& d, Op op) { return Push(d, op, 20); }

  // Directives that stand for text and take no argument.
  bool AddPlain(const Directive& d, Op op) {
    if (d.has_argument && !d.argument.empty()) return Unknown(d);
    return Push(d, op, 0);
  }

  bool AddNamed(const Directive& d, Op op, std::string_view example) {
    if (!d.argument.empty()) return Push(d, op, 0, d.argument);
    return Fail(d.position, "found " + Name(d) + ", wanted a name in braces before the letter",
                "write " + std::string(example));
  }

  bool AddTime(const Directive& d) {
    TimeFormat time;
    const std::string problem = time.Parse(d.argument);
    if (!problem.empty()) return Fail(d.position, Name(d) + ": " + problem);
    Push(d, Op::kTime, TimeFormat::kMaxSize);
    program_->items.back().time = std::move(time);
    return true;
  }

  bool AddDuration(const Directive& d) {
    const std::string& unit = d.argument;
    if (unit.empty() || unit == "s") return PushNumber(d, Op::kSeconds);
    if (unit == "ms") return PushNumber(d, Op::kMilliseconds);
    if (unit == "us") return PushNumber(d, Op::kMicroseconds);
    return Fail(d.position, "found unit " + unit + " in " + Name(d) + ", wanted s, ms or us",
                "write %{ms}T");
  }

  bool AddPort(const Directive& d) {
    const std::string& which = d.argument;
    if (which == "remote") return PushNumber(d, Op::kRemotePort);
    if (which.empty() || which == "canonical" || which == "local") {
      return PushNumber(d, Op::kLocalPort);
    }
    return Fail(d.position,
                "found " + which + " in " + Name(d) + ", wanted canonical, local or remote");
  }

  bool AddProcess(const Directive& d) {
    const std::string& which = d.argument;
    if (which.empty() || which == "pid") return PushNumber(d, Op::kPid);
    if (which == "tid") return PushNumber(d, Op::kThread);
    if (which == "hextid") return PushNumber(d, Op::kHexThread);
    return Fail(d.position, "found " + which + " in " + Name(d) + ", wanted pid, tid or hextid");
  }

  bool Add(const Directive& d) {
    switch (d.letter) {
      case '%':
        literal_ += '%';
        return true;
      case 'a':
        if (d.argument == "c") return Push(d, Op::kClientAddress, 0);
        return AddPlain(d, Op::kClientAddress);
      case 'A':
        return AddPlain(d, Op::kLocalAddress);
      case 'B':
        return PushNumber(d, Op::kBodyBytes);
      case 'b':
        return PushNumber(d, Op::kBodyBytesOrDash);
      case 'C':
        return AddNamed(d, Op::kCookie, "%{session}C");
      case 'D':
        return PushNumber(d, Op::kMicroseconds);
      case 'f':
        return AddPlain(d, Op::kFilename);
      case 'h':
        if (d.argument == "c") return Push(d, Op::kClientAddress, 0);
        return AddPlain(d, Op::kClientAddress);
      case 'H':
        return PushNumber(d, Op::kProtocol);
      case 'i':
        return AddNamed(d, Op::kRequestHeader, "%{User-Agent}i");
      case 'I':
        return PushNumber(d, Op::kBytesIn);
      case 'k':
        return PushNumber(d, Op::kKeepalives);
      case 'l':
        return Push(d, Op::kNothing, 1);
      case 'm':
        return AddPlain(d, Op::kMethod);
      case 'o':
        return AddNamed(d, Op::kResponseHeader, "%{Content-Type}o");
      case 'O':
        return PushNumber(d, Op::kBytesOut);
      case 'p':
        return AddPort(d);
      case 'P':
        return AddProcess(d);
      case 'q':
        return AddPlain(d, Op::kQuery);
      case 'r':
        return AddPlain(d, Op::kRequestLine);
      case 'R':
        return AddPlain(d, Op::kHandler);
      case 's':
        return PushNumber(d, Op::kStatus);
      case 'S':
        return PushNumber(d, Op::kBytesBoth);
      case 't':
        return AddTime(d);
      case 'T':
        return AddDuration(d);
      case 'u':
        return AddPlain(d, Op::kUser);
      case 'U':
        return AddPlain(d, d.final_request ? Op::kFinalPath : Op::kPath);
      case 'v':
        return AddPlain(d, Op::kServerName);
      case 'V':
        return AddPlain(d, Op::kHostName);
      case 'X':
        return Push(d, Op::kConnection, 1);
      case 'e':
        return Unsupported(d, "environment variables");
      case 'n':
        return Unsupported(d, "notes of other modules");
      case 'L':
        return Unsupported(d, "the id of the error log's line");
      case '^':
        return Unsupported(d, "trailers");
      default:
        return Unknown(d);
    }
  }

  std::string_view format_;
  Program* program_;
  FormatProblem* problem_;
  size_t at_ = 0;
  std::string literal_;
};

// 0: stands as it is; 'x': \xhh; another letter: a backslash before it.
constexpr char EscapeOf(unsigned char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\v':
      return 'v';
    default:
      return c < 0x20 || c > 0x7e ? 'x' : '\0';
  }
}

struct EscapeTable {
  char of[256];
  constexpr EscapeTable() : of() {
    for (int c = 0; c < 256; ++c) of[c] = EscapeOf(static_cast<unsigned char>(c));
  }
};
constexpr EscapeTable kEscapes;

}  // namespace

bool Compile(std::string_view format, Program* program, FormatProblem* problem) {
  *program = Program();
  return Compiler(format, program, problem).Run();
}

char* EscapeInto(std::string_view text, char* to, const char* end) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const char escape = kEscapes.of[byte];
    if (escape == '\0') {
      if (to == end) return to;
      *to++ = c;
      continue;
    }
    if (end - to < (escape == 'x' ? 4 : 2)) return to;
    *to++ = '\\';
    *to++ = escape;
    if (escape != 'x') continue;
    *to++ = kHex[byte >> 4];
    *to++ = kHex[byte & 15];
  }
  return to;
}

}  // namespace mod_log_config
