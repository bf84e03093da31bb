/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that reads the PROXY protocol, version 1 and 2, in front of everything else, and says
 * who the client is. `ProxyPrefaceTwice` wants two of them, one behind the other. /who answers with
 * the addresses of the connection. */
#include <arpa/inet.h>
#include <httpd/config.h>
#include <httpd/connection.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/server.h>
#include <httpd/transport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int prefaces = 1;

static const unsigned char kSignature[12] = "\r\n\r\n\0\r\nQUIT\n";

static httpd_str Text(const char* text) { return (httpd_str){text, strlen(text)}; }

static httpd_result ReadOne(httpd_connection* connection, httpd_str bytes, uint64_t* consumed) {
  char line[108];
  char family[8];
  char from[64];
  char to[64];
  unsigned from_port = 0;
  unsigned to_port = 0;
  const char* end = memchr(bytes.data, '\n', bytes.len);
  if (end == NULL) {
    return bytes.len < 107 && (bytes.len > 6 || memcmp(bytes.data, "PROXY ", bytes.len) == 0)
               ? HTTPD_AGAIN
               : HTTPD_ERR_INVALID;
  }
  *consumed = (uint64_t)(end - bytes.data) + 1;
  if (*consumed > 107 || *consumed < 2 || end[-1] != '\r') return HTTPD_ERR_INVALID;
  memcpy(line, bytes.data, *consumed - 2);
  line[*consumed - 2] = '\0';
  if (strncmp(line, "PROXY UNKNOWN", 13) == 0) return HTTPD_OK;
  if (sscanf(line, "PROXY %7s %63s %63s %u %u", family, from, to, &from_port, &to_port) != 5 ||
      from_port > 65535 || to_port > 65535) {
    return HTTPD_ERR_INVALID;
  }
  if (httpd_connection_set_client(connection, Text(from), (uint16_t)from_port) != HTTPD_OK ||
      httpd_connection_set_local(connection, Text(to), (uint16_t)to_port) != HTTPD_OK) {
    return HTTPD_ERR_INVALID;
  }
  return HTTPD_OK;
}

static httpd_result ReadTwo(httpd_connection* connection, httpd_str bytes, uint64_t* consumed) {
  const unsigned char* data = (const unsigned char*)bytes.data;
  char from[INET6_ADDRSTRLEN];
  char to[INET6_ADDRSTRLEN];
  size_t length;
  int family;
  size_t size;
  if (bytes.len < 16) return HTTPD_AGAIN;
  length = 16 + (size_t)data[14] * 256 + data[15];
  if (bytes.len < length) return HTTPD_AGAIN;
  *consumed = length;
  if (data[12] == 0x20) return HTTPD_OK; /* LOCAL: a health check of the proxy itself */
  if (data[12] != 0x21) return HTTPD_ERR_INVALID;
  if (data[13] != 0x11 && data[13] != 0x21) return HTTPD_ERR_INVALID;
  family = data[13] == 0x11 ? AF_INET : AF_INET6;
  size = family == AF_INET ? 4 : 16;
  if (length < 16 + 2 * size + 4) return HTTPD_ERR_INVALID;
  inet_ntop(family, data + 16, from, sizeof from);
  inet_ntop(family, data + 16 + size, to, sizeof to);
  data += 16 + 2 * size;
  if (httpd_connection_set_client(connection, Text(from), (uint16_t)(data[0] * 256 + data[1])) !=
          HTTPD_OK ||
      httpd_connection_set_local(connection, Text(to), (uint16_t)(data[2] * 256 + data[3])) !=
          HTTPD_OK) {
    return HTTPD_ERR_INVALID;
  }
  return HTTPD_OK;
}

static httpd_result Read(httpd_connection* connection, httpd_str bytes, uint64_t* consumed,
                         void* user) {
  const size_t known = bytes.len < sizeof kSignature ? bytes.len : sizeof kSignature;
  if (memcmp(bytes.data, kSignature, known) == 0) return ReadTwo(connection, bytes, consumed);
  return ReadOne(connection, bytes, consumed);
}

static httpd_result Open(httpd_connection* connection, void* user) {
  httpd_preface_options options = {
      .size = sizeof(httpd_preface_options), .max_bytes = 600, .read = Read};
  int i;
  for (i = 0; i < prefaces; ++i) {
    const httpd_result result = httpd_connection_set_preface(connection, &options);
    if (result != HTTPD_OK) return result;
  }
  return HTTPD_OK;
}

static httpd_result Who(httpd_request* request, void* user) {
  httpd_connection* connection = httpd_request_connection(request);
  const httpd_str path = httpd_request_path(request);
  char line[400];
  httpd_str client;
  httpd_str local;
  httpd_str host;
  int size;
  if (path.len != 4 || memcmp(path.data, "/who", 4) != 0) return HTTPD_DECLINED;
  client = httpd_connection_client_address(connection);
  local = httpd_connection_local_address(connection);
  host = httpd_server_name(httpd_connection_find_server(connection, HTTPD_STR("second.example")));
  size = snprintf(line, sizeof line, "%.*s %u %.*s %u %.*s %d\n", (int)client.len, client.data,
                  httpd_connection_client_port(connection), (int)local.len, local.data,
                  httpd_connection_local_port(connection), (int)host.len, host.data,
                  httpd_connection_set_client(connection, Text("192.0.2.1"), 1));
  return httpd_response_write(request, (httpd_str){line, (size_t)size});
}

static httpd_result SetPrefaces(httpd_directive_call* call, void* config, void* user) {
  prefaces = atoi(httpd_call_arg(call, 0).data);
  return HTTPD_OK;
}

static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_SERVER,
     .name = "ProxyPrefaces",
     .min_args = 1,
     .max_args = 1,
     .handler = SetPrefaces,
     .usage = "ProxyPrefaces number"},
    {.size = sizeof(httpd_directive)},
};

static httpd_result Register(httpd_module_handle* self, void* user) {
  const httpd_result result = httpd_hook_connection(self, HTTPD_HOOK_CONNECTION_OPEN, Open, NULL);
  return result != HTTPD_OK ? result : httpd_hook_request(self, HTTPD_HOOK_HANDLER, Who, NULL);
}

HTTPD_MODULE(proxy_preface,
             "version=1.0.0\0description=Reads the PROXY protocol\0directive=ProxyPrefaces\0",
             .directives = kDirectives, .register_module = Register);
