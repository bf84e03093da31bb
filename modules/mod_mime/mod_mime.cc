// SPDX-License-Identifier: Apache-2.0
//
// mod_mime: says from the extensions of a file's name what is in the file: media type, charset,
// content encoding, language, and which handler it needs.
#include <httpd/resource.h>
#include <httpd/response.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <httpd/cxx.hpp>
#include <string>

#include "extensions.h"
#include "types_file.h"

namespace mod_mime {
namespace {

using httpd::api::Arg;
using httpd::api::Error;
using httpd::api::Str;
using httpd::api::View;
using httpd::api::Warn;

// Settings of a server.
struct ServerSettings {
  const ExtensionTable* types = nullptr;
};

// Settings of a section.
struct Settings {
  ExtensionTable extensions;
  std::string_view default_language;
};

// What the TYPE hook needs beside the settings; one per generation.
struct State {
  httpd_module_handle* self = nullptr;
  const ExtensionTable* types = nullptr;
};

void MergeServer(const ServerSettings& outer, const ServerSettings& inner, ServerSettings& merged) {
  merged.types = inner.types != nullptr ? inner.types : outer.types;
}

void MergeSettings(const Settings& outer, const Settings& inner, Settings& merged) {
  merged.extensions = outer.extensions;
  merged.extensions.Overlay(inner.extensions);
  merged.default_language =
      inner.default_language.data() != nullptr ? inner.default_language : outer.default_language;
}

// ---- Directives ----

// One row per Add or Remove directive: the field it is about.
struct Field {
  std::string_view Extension::*member;
  bool media_type;
};
Field kType{&Extension::type, true};
Field kCharset{&Extension::charset, false};
Field kEncoding{&Extension::encoding, false};
Field kLanguage{&Extension::language, false};
Field kHandler{&Extension::handler, false};

// The extension that argument `index` names, without its dot; empty after an error.
std::string_view ExtensionName(httpd_directive_call* call, uint32_t index) {
  std::string_view name = Arg(call, index);
  if (!name.empty() && name.front() == '.') name.remove_prefix(1);
  if (name.empty() || name.find('/') != std::string_view::npos) {
    Error(call, index,
          "found \"" + std::string(Arg(call, index)) +
              "\", wanted a file name extension such as .html");
    return {};
  }
  const size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) {
    Warn(call, index,
         "\"." + std::string(name) +
             "\" never matches: each part of a file name between two dots "
             "is an extension of its own",
         "name one of them, for example ." + std::string(name.substr(dot + 1)));
  }
  return name;
}

httpd_result CheckValue(httpd_directive_call* call, const Field& field) {
  const std::string_view value = Arg(call, 0);
  const std::string name(View(httpd_call_name(call)));
  const bool good = field.media_type ? IsMediaType(value) : IsFieldText(value);
  if (good && value.front() != '.') return HTTPD_OK;
  std::string fix;
  if (httpd_call_argc(call) == 2 && !value.empty() && value.front() == '.') {
    fix = name + " " + std::string(Arg(call, 1)) + " " + std::string(value);
  }
  return Error(call, 0,
               "found \"" + std::string(value) + "\", wanted " +
                   (field.media_type ? "a media type such as text/html" : "a value") +
                   ", followed by the extensions that mean it",
               fix);
}

httpd_result Add(httpd_directive_call* call, Settings& settings, void* user) {
  const Field& field = *static_cast<const Field*>(user);
  if (CheckValue(call, field) != HTTPD_OK) return HTTPD_ERR_INVALID;
  for (uint32_t i = 1; i < httpd_call_argc(call); ++i) {
    const std::string_view name = ExtensionName(call, i);
    if (name.empty()) return HTTPD_ERR_INVALID;
    std::string_view& value = settings.extensions.Add(name)->*field.member;
    // A Remove directive of the same section wins, whatever their order (as in Apache).
    if (value.data() == nullptr || !value.empty()) value = Arg(call, 0);
  }
  return HTTPD_OK;
}

httpd_result Remove(httpd_directive_call* call, Settings& settings, void* user) {
  const Field& field = *static_cast<const Field*>(user);
  for (uint32_t i = 0; i < httpd_call_argc(call); ++i) {
    const std::string_view name = ExtensionName(call, i);
    if (name.empty()) return HTTPD_ERR_INVALID;
    settings.extensions.Add(name)->*field.member = "";
  }
  return HTTPD_OK;
}

httpd_result DefaultLanguage(httpd_directive_call* call, Settings& settings) {
  if (!IsFieldText(Arg(call, 0))) {
    return Error(call, 0, "found no language, wanted a tag such as en or pt-BR");
  }
  settings.default_language = Arg(call, 0);
  return HTTPD_OK;
}

// The text of a file, from the generation's pool; data is NULL after an error was reported.
httpd_str ReadFile(httpd_directive_call* call, httpd_str path) {
  constexpr size_t kMaxSize = 16 << 20;
  const auto fail = [&](const std::string& reason) {
    Error(call, 0, std::string(View(path)) + " cannot be read: " + reason,
          "correct the path, or remove the line to use the built-in list");
    return httpd_str{nullptr, 0};
  };
  FILE* file = std::fopen(path.data, "rbe");
  if (file == nullptr) return fail(std::strerror(errno));
  std::string text;
  char piece[16384];
  size_t got = 0;
  while ((got = std::fread(piece, 1, sizeof(piece), file)) > 0 && text.size() <= kMaxSize) {
    text.append(piece, got);
  }
  const int error = std::ferror(file) != 0 ? errno : 0;
  std::fclose(file);
  if (error != 0) return fail(std::strerror(error));
  if (text.size() > kMaxSize) return fail("it is larger than 16 MiB");
  return httpd_pool_copy(httpd_call_pool(call), Str(text));
}

httpd_result TypesConfig(httpd_directive_call* call, ServerSettings& settings) {
  const httpd_str path = httpd_call_server_path(call, httpd_call_arg(call, 0));
  const httpd_str text = ReadFile(call, path);
  if (text.data == nullptr) return HTTPD_ERR_INVALID;
  auto* types = httpd::api::New<ExtensionTable>(httpd_call_pool(call));
  if (types == nullptr) return HTTPD_ERR_NO_MEMORY;
  const std::string problem = ParseTypes(View(text), types);
  if (!problem.empty()) return Error(call, 0, std::string(View(path)) + " " + problem);
  settings.types = types;
  return HTTPD_OK;
}

// ---- The request ----

// "a", or "a, b" from the request's pool.
std::string_view Join(httpd_request* request, const std::string_view* values, size_t count) {
  if (count == 1) return values[0];
  httpd_str parts[Metadata::kMaxValues * 2];
  size_t n = 0;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) parts[n++] = HTTPD_STR(", ");
    parts[n++] = Str(values[i]);
  }
  return View(httpd_pool_join(httpd_request_pool(request), parts, n));
}

void SetType(httpd_request* request, const Metadata& found) {
  if (httpd_response_content_type(request).len > 0) return;  // ForceType said it
  if (found.type.empty()) return;
  if (found.charset.empty()) {
    httpd_response_set_content_type(request, Str(found.type));
    return;
  }
  const TypeParts type = WithoutCharset(found.type);
  const httpd_str parts[] = {Str(type.before), HTTPD_STR(";charset="), Str(found.charset),
                             Str(type.after)};
  httpd_response_set_content_type(request, httpd_pool_join(httpd_request_pool(request), parts, 4));
}

httpd_result FindType(httpd_request* request, void* user) {
  const auto& state = *static_cast<const State*>(user);
  const uint32_t kind = httpd_request_file_kind(request);
  if (kind == HTTPD_FILE_DIRECTORY) return HTTPD_DECLINED;
  const auto& settings = httpd::api::Settings<Settings>(request, state.self);
  std::string_view name = View(httpd_request_filename(request));
  name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
  Metadata found;
  Examine(name, settings.extensions.empty() ? nullptr : &settings.extensions, *state.types, &found);
  if (!found.handler.empty() && httpd_request_handler(request).len == 0) {
    httpd_request_set_handler(request, Str(found.handler));
  }
  // The answer about something that is not there has no type, encoding or language of its own.
  if (kind != HTTPD_FILE_REGULAR) return HTTPD_OK;
  SetType(request, found);
  if (found.encodings > 0) {
    httpd_response_set_header(request, HTTPD_STR("Content-Encoding"),
                              Str(Join(request, found.encoding, found.encodings)));
  }
  if (found.languages == 0 && !settings.default_language.empty()) {
    found.language[found.languages++] = settings.default_language;
  }
  if (found.languages > 0) {
    httpd_response_set_header(request, HTTPD_STR("Content-Language"),
                              Str(Join(request, found.language, found.languages)));
  }
  return HTTPD_OK;
}

// ---- The generation ----

httpd_result ChooseTypes(httpd_generation* generation, void* user) {
  auto& state = *static_cast<State*>(user);
  const auto* settings = static_cast<const ServerSettings*>(
      httpd_server_config(httpd_generation_main_server(generation), state.self));
  state.types = settings->types;
  if (state.types != nullptr) return HTTPD_OK;
  try {
    auto* types = httpd::api::New<ExtensionTable>(httpd_generation_pool(generation));
    if (types == nullptr) return HTTPD_ERR_NO_MEMORY;
    ParseTypes(BuiltinTypes(), types);
    state.types = types;
  } catch (const std::exception&) {
    return HTTPD_ERR_NO_MEMORY;
  }
  return HTTPD_OK;
}

httpd_result Register(httpd_module_handle* self, void*) {
  auto* state = httpd::api::New<State>(httpd_module_pool(self));
  if (state == nullptr) return HTTPD_ERR_NO_MEMORY;
  state->self = self;
  httpd_hook_options options = {};
  options.size = sizeof(options);
  options.user = state;
  const httpd_result result =
      httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, ChooseTypes, &options);
  if (result != HTTPD_OK) return result;
  return httpd_hook_request(self, HTTPD_HOOK_TYPE, FindType, &options);
}

constexpr httpd_directive Row(const char* name, httpd_directive_handler handler, uint16_t min_args,
                              Field* field, const char* usage) {
  return {sizeof(httpd_directive),
          HTTPD_IN_ANYWHERE | HTTPD_IN_HTACCESS | HTTPD_OVERRIDE_FILE_INFO,
          name,
          0,
          min_args,
          HTTPD_ARGS_ANY,
          handler,
          field,
          usage};
}

constexpr auto kAdd = httpd::api::Directive<Settings, Add>;
constexpr auto kRemove = httpd::api::Directive<Settings, Remove>;

const httpd_directive kDirectives[] = {
    {sizeof(httpd_directive), HTTPD_IN_GLOBAL, "TypesConfig", HTTPD_DIRECTIVE_SERVER_CONFIG, 1, 1,
     httpd::api::Directive<ServerSettings, TypesConfig>, nullptr, "TypesConfig file"},
    {sizeof(httpd_directive), HTTPD_IN_ANYWHERE | HTTPD_IN_HTACCESS | HTTPD_OVERRIDE_FILE_INFO,
     "DefaultLanguage", 0, 1, 1, httpd::api::Directive<Settings, DefaultLanguage>, nullptr,
     "DefaultLanguage language"},
    Row("AddType", kAdd, 2, &kType, "AddType media-type extension ..."),
    Row("AddCharset", kAdd, 2, &kCharset, "AddCharset charset extension ..."),
    Row("AddEncoding", kAdd, 2, &kEncoding, "AddEncoding encoding extension ..."),
    Row("AddLanguage", kAdd, 2, &kLanguage, "AddLanguage language extension ..."),
    Row("AddHandler", kAdd, 2, &kHandler, "AddHandler handler extension ..."),
    Row("RemoveType", kRemove, 1, &kType, "RemoveType extension ..."),
    Row("RemoveCharset", kRemove, 1, &kCharset, "RemoveCharset extension ..."),
    Row("RemoveEncoding", kRemove, 1, &kEncoding, "RemoveEncoding extension ..."),
    Row("RemoveLanguage", kRemove, 1, &kLanguage, "RemoveLanguage extension ..."),
    Row("RemoveHandler", kRemove, 1, &kHandler, "RemoveHandler extension ..."),
    {},
};

}  // namespace
}  // namespace mod_mime

HTTPD_MODULE(
    mime,
    "version=1.0.0\0"
    "description=Media types, encodings and languages from file name extensions\0"
    "license=Apache-2.0\0"
    "directive=TypesConfig,AddType,AddCharset,AddEncoding,AddLanguage,AddHandler\0"
    "directive=RemoveType,RemoveCharset,RemoveEncoding,RemoveLanguage,RemoveHandler\0"
    "directive=DefaultLanguage\0",
    .directives = mod_mime::kDirectives,
    .create_server_config = httpd::api::Create<mod_mime::ServerSettings>,
    .merge_server_config = httpd::api::Merge<mod_mime::ServerSettings, mod_mime::MergeServer>,
    .create_location_config = httpd::api::Create<mod_mime::Settings>,
    .merge_location_config = httpd::api::Merge<mod_mime::Settings, mod_mime::MergeSettings>,
    .register_module = mod_mime::Register);
