// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_KNOWN_FIELD_H_
#define HTTPD_HTTP_KNOWN_FIELD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace httpd::http {

// Fields that a request may carry: RequestHead::known has a slot for each of these.
#define HTTPD_REQUEST_FIELDS(X)                                    \
  X(Accept, "Accept")                                              \
  X(AcceptCharset, "Accept-Charset")                               \
  X(AcceptEncoding, "Accept-Encoding")                             \
  X(AcceptLanguage, "Accept-Language")                             \
  X(AccessControlRequestHeaders, "Access-Control-Request-Headers") \
  X(AccessControlRequestMethod, "Access-Control-Request-Method")   \
  X(Authorization, "Authorization")                                \
  X(CacheControl, "Cache-Control")                                 \
  X(Connection, "Connection")                                      \
  X(ContentEncoding, "Content-Encoding")                           \
  X(ContentLanguage, "Content-Language")                           \
  X(ContentLength, "Content-Length")                               \
  X(ContentLocation, "Content-Location")                           \
  X(ContentRange, "Content-Range")                                 \
  X(ContentType, "Content-Type")                                   \
  X(Cookie, "Cookie")                                              \
  X(Date, "Date")                                                  \
  X(Depth, "Depth")                                                \
  X(Destination, "Destination")                                    \
  X(Dnt, "DNT")                                                    \
  X(EarlyData, "Early-Data")                                       \
  X(Expect, "Expect")                                              \
  X(Forwarded, "Forwarded")                                        \
  X(From, "From")                                                  \
  X(Host, "Host")                                                  \
  X(Http2Settings, "HTTP2-Settings")                               \
  X(If, "If")                                                      \
  X(IfMatch, "If-Match")                                           \
  X(IfModifiedSince, "If-Modified-Since")                          \
  X(IfNoneMatch, "If-None-Match")                                  \
  X(IfRange, "If-Range")                                           \
  X(IfUnmodifiedSince, "If-Unmodified-Since")                      \
  X(KeepAlive, "Keep-Alive")                                       \
  X(LockToken, "Lock-Token")                                       \
  X(MaxForwards, "Max-Forwards")                                   \
  X(Origin, "Origin")                                              \
  X(Overwrite, "Overwrite")                                        \
  X(Pragma, "Pragma")                                              \
  X(Prefer, "Prefer")                                              \
  X(Priority, "Priority")                                          \
  X(ProxyAuthorization, "Proxy-Authorization")                     \
  X(ProxyConnection, "Proxy-Connection")                           \
  X(Range, "Range")                                                \
  X(Referer, "Referer")                                            \
  X(SecChUa, "Sec-CH-UA")                                          \
  X(SecChUaMobile, "Sec-CH-UA-Mobile")                             \
  X(SecChUaPlatform, "Sec-CH-UA-Platform")                         \
  X(SecFetchDest, "Sec-Fetch-Dest")                                \
  X(SecFetchMode, "Sec-Fetch-Mode")                                \
  X(SecFetchSite, "Sec-Fetch-Site")                                \
  X(SecFetchUser, "Sec-Fetch-User")                                \
  X(SecWebSocketExtensions, "Sec-WebSocket-Extensions")            \
  X(SecWebSocketKey, "Sec-WebSocket-Key")                          \
  X(SecWebSocketProtocol, "Sec-WebSocket-Protocol")                \
  X(SecWebSocketVersion, "Sec-WebSocket-Version")                  \
  X(Te, "TE")                                                      \
  X(Timeout, "Timeout")                                            \
  X(Trailer, "Trailer")                                            \
  X(TransferEncoding, "Transfer-Encoding")                         \
  X(Upgrade, "Upgrade")                                            \
  X(UpgradeInsecureRequests, "Upgrade-Insecure-Requests")          \
  X(UserAgent, "User-Agent")                                       \
  X(Via, "Via")                                                    \
  X(XForwardedFor, "X-Forwarded-For")                              \
  X(XForwardedHost, "X-Forwarded-Host")                            \
  X(XForwardedProto, "X-Forwarded-Proto")                          \
  X(XRealIp, "X-Real-IP")                                          \
  X(XRequestId, "X-Request-ID")                                    \
  X(XRequestedWith, "X-Requested-With")

// Fields that only responses carry.
#define HTTPD_RESPONSE_FIELDS(X)                                       \
  X(AcceptPatch, "Accept-Patch")                                       \
  X(AcceptRanges, "Accept-Ranges")                                     \
  X(AccessControlAllowCredentials, "Access-Control-Allow-Credentials") \
  X(AccessControlAllowHeaders, "Access-Control-Allow-Headers")         \
  X(AccessControlAllowMethods, "Access-Control-Allow-Methods")         \
  X(AccessControlAllowOrigin, "Access-Control-Allow-Origin")           \
  X(AccessControlExposeHeaders, "Access-Control-Expose-Headers")       \
  X(AccessControlMaxAge, "Access-Control-Max-Age")                     \
  X(Age, "Age")                                                        \
  X(Allow, "Allow")                                                    \
  X(AltSvc, "Alt-Svc")                                                 \
  X(AuthenticationInfo, "Authentication-Info")                         \
  X(ContentDisposition, "Content-Disposition")                         \
  X(ContentSecurityPolicy, "Content-Security-Policy")                  \
  X(Dav, "DAV")                                                        \
  X(ETag, "ETag")                                                      \
  X(Expires, "Expires")                                                \
  X(LastModified, "Last-Modified")                                     \
  X(Link, "Link")                                                      \
  X(Location, "Location")                                              \
  X(ProxyAuthenticate, "Proxy-Authenticate")                           \
  X(ReferrerPolicy, "Referrer-Policy")                                 \
  X(RetryAfter, "Retry-After")                                         \
  X(SecWebSocketAccept, "Sec-WebSocket-Accept")                        \
  X(Server, "Server")                                                  \
  X(SetCookie, "Set-Cookie")                                           \
  X(Status, "Status")                                                  \
  X(StrictTransportSecurity, "Strict-Transport-Security")              \
  X(Vary, "Vary")                                                      \
  X(Warning, "Warning")                                                \
  X(WwwAuthenticate, "WWW-Authenticate")                               \
  X(XContentTypeOptions, "X-Content-Type-Options")                     \
  X(XFrameOptions, "X-Frame-Options")                                  \
  X(XPoweredBy, "X-Powered-By")

enum class KnownField : uint16_t {
  kUnknown = 0,
#define HTTPD_X(id, name) k##id,
  HTTPD_REQUEST_FIELDS(HTTPD_X) kRequestFieldEnd,
  kBeforeResponseFields = kRequestFieldEnd - 1,
  HTTPD_RESPONSE_FIELDS(HTTPD_X)
#undef HTTPD_X
      kFieldEnd,
};

// Number of request field ids, with kUnknown: ids below index RequestHead::known.
inline constexpr size_t kRequestFieldCount = static_cast<size_t>(KnownField::kRequestFieldEnd);
inline constexpr size_t kKnownFieldCount = static_cast<size_t>(KnownField::kFieldEnd);

// Case-insensitive; kUnknown for every other name. No allocation, about 5 ns.
KnownField LookupField(std::string_view name);

// The registered spelling, "Content-Type"; empty for kUnknown.
std::string_view FieldName(KnownField id);

}  // namespace httpd::http

#endif  // HTTPD_HTTP_KNOWN_FIELD_H_
