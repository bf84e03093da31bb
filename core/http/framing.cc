// SPDX-License-Identifier: Apache-2.0
//
// Where a request ends and for which host it is: the two questions on which a server and anything
// in front of it must never differ. Every doubtful combination is an error, also those that
// RFC 9112 would let a server repair.
#include "http/framing.h"

#include "http/field.h"
#include "http/host.h"

namespace httpd::http {
namespace {

constexpr FramingError kNoError = {};

struct Context {
  const char* data;
  RequestHead* head;
  bool repeated;

  bool Has(KnownField id) const { return head->Has(id); }
  std::string_view Value(KnownField id) const { return head->Value(id, data); }
  bool Twice(KnownField id) const {
    const int first = head->known[static_cast<size_t>(id)];
    return repeated && first >= 0 && head->NextSame(first) >= 0;
  }
};

FramingError ReadHost(const Context& c) {
  RequestHead* head = c.head;
  head->has_host = c.Has(KnownField::kHost);
  if (!head->has_host) {
    if (head->version >= 1001) return {400, "no Host field in an HTTP/1.1 request"};
    return kNoError;
  }
  if (c.Twice(KnownField::kHost)) return {400, "more than one Host field"};
  std::string_view host;
  int32_t port;
  if (!ParseAuthority(c.Value(KnownField::kHost), &host, &port)) {
    return {400, "the Host field does not hold a valid host"};
  }
  // A host in the target wins: RFC 9112 §3.2.2.
  if (head->form == TargetForm::kAbsolute || head->form == TargetForm::kAuthority) return kNoError;
  head->host = {static_cast<uint32_t>(host.data() - c.data), static_cast<uint32_t>(host.size())};
  head->port = port;
  return kNoError;
}

// One or more codings, of which only a single, final `chunked` is served.
FramingError ReadTransferEncoding(const Context& c) {
  constexpr FramingError kMalformed = {400, "a malformed Transfer-Encoding field"};
  if (c.head->version < 1001) return {400, "a Transfer-Encoding field in an HTTP/1.0 request"};
  if (c.Has(KnownField::kContentLength)) {
    return {400, "both Transfer-Encoding and Content-Length"};
  }
  bool chunked = false;
  bool behind_chunked = false;
  bool unknown = false;
  FieldLines lines(*c.head, KnownField::kTransferEncoding, c.data);
  for (std::string_view rest; lines.Next(&rest);) {
    for (bool more = true; more;) {
      const size_t comma = rest.find(',');
      more = comma != std::string_view::npos;
      const std::string_view coding = TrimOws(rest.substr(0, comma));
      if (more) rest.remove_prefix(comma + 1);
      // A parameter could be legal in an unknown coding; what stands in front must be a token.
      const size_t semicolon = coding.find(';');
      if (!IsToken(TrimOws(coding.substr(0, semicolon)))) return kMalformed;
      behind_chunked |= chunked;
      if (EqualsIgnoreCase(coding, "chunked")) {
        chunked = true;
      } else if (EqualsIgnoreCase(TrimOws(coding.substr(0, semicolon)), "chunked")) {
        return {400, "the transfer coding chunked with parameters"};
      } else {
        unknown = true;
      }
    }
  }
  if (behind_chunked) return {400, "a transfer coding behind chunked"};
  if (unknown) return {501, "a transfer coding other than chunked"};
  c.head->chunked = true;
  return kNoError;
}

FramingError ReadContentLength(const Context& c) {
  if (c.Twice(KnownField::kContentLength)) return {400, "more than one Content-Length field"};
  uint64_t length;
  if (!ParseDecimal(c.Value(KnownField::kContentLength), &length) || length > INT64_MAX) {
    return {400, "the Content-Length field does not hold one decimal number"};
  }
  c.head->content_length = static_cast<int64_t>(length);
  return kNoError;
}

FramingError ReadBody(const Context& c) {
  if (c.Has(KnownField::kTransferEncoding)) return ReadTransferEncoding(c);
  if (c.Has(KnownField::kContentLength)) return ReadContentLength(c);
  return kNoError;
}

// What one Connection field asks for.
struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;
  bool upgrade = false;

  void Add(std::string_view option) {
    if (EqualsIgnoreCase(option, "keep-alive")) {
      keep_alive = true;
    } else if (EqualsIgnoreCase(option, "close")) {
      close = true;
    } else if (EqualsIgnoreCase(option, "upgrade")) {
      upgrade = true;
    }
  }
};

void ReadConnection(const Context& c) {
  RequestHead* head = c.head;
  ConnectionOptions options;
  if (c.Has(KnownField::kConnection)) {
    const bool once = !c.Twice(KnownField::kConnection);
    FieldLines lines = once ? FieldLines(c.Value(KnownField::kConnection))
                            : FieldLines(*head, KnownField::kConnection, c.data);
    for (std::string_view line; lines.Next(&line);) {
      ListReader list(line);
      for (std::string_view option; list.Next(&option);) options.Add(option);
    }
  }
  head->connection_close = options.close;
  head->keep_alive = !options.close && (options.keep_alive || head->version >= 1001);
  // RFC 9110 §7.8: Upgrade must be ignored in HTTP/1.0.
  head->upgrade = options.upgrade && head->version >= 1001 && c.Has(KnownField::kUpgrade);
}

FramingError ReadExpect(const Context& c) {
  // RFC 9110 §10.1.1: ignored in HTTP/1.0.
  if (!c.Has(KnownField::kExpect) || c.head->version < 1001) return kNoError;
  FieldLines lines(*c.head, KnownField::kExpect, c.data);
  for (std::string_view line; lines.Next(&line);) {
    ListReader list(line);
    for (std::string_view expectation; list.Next(&expectation);) {
      if (!EqualsIgnoreCase(expectation, "100-continue")) {
        return {417, "an expectation other than 100-continue"};
      }
      c.head->expect_continue = true;
    }
  }
  return kNoError;
}

}  // namespace

FramingError InterpretFields(const char* data, bool repeated, RequestHead* head) {
  const Context context = {data, head, repeated};
  for (const auto read : {ReadHost, ReadBody, ReadExpect}) {
    const FramingError error = read(context);
    if (error.status != 0) return error;
  }
  ReadConnection(context);
  return kNoError;
}

}  // namespace httpd::http
