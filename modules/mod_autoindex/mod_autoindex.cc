// SPDX-License-Identifier: Apache-2.0
//
// mod_autoindex: a page that lists a directory which has no index file, where Options Indexes
// allows it.
#include <dirent.h>
#include <fcntl.h>
#include <httpd/resource.h>
#include <httpd/response.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "page.h"
#include "settings.h"

namespace mod_autoindex {
namespace {

using httpd::api::Str;
using httpd::api::View;

// A worker reads directories itself, so how much it reads for one page has a limit.
constexpr size_t kMaxScannedPerEntry = 8;
constexpr size_t kMaxIncludedFile = 256 * 1024;

void Log(httpd_request* request, httpd_module_handle* self, uint32_t level,
         const std::string& text) {
  httpd_log_request(request, self, level, Str(text));
}

// A descriptor and a directory stream that are closed whatever happens.
struct Directory {
  DIR* stream = nullptr;
  ~Directory() {
    if (stream != nullptr) ::closedir(stream);
  }
};
struct File {
  int fd = -1;
  ~File() {
    if (fd >= 0) ::close(fd);
  }
};

class Lister {
 public:
  Lister(httpd_request* request, httpd_module_handle* self, const Settings& settings)
      : request_(request),
        self_(self),
        settings_(settings),
        pool_(httpd_request_pool(request)),
        options_(settings.options.Effective()) {
    page_.options = options_;
    page_.limit = settings.max_entries == 0 ? kDefaultMaxEntries : settings.max_entries;
  }

  httpd_result Run() {
    TakePath();
    const Order standard = settings_.order;
    const bool choose = (options_ & kIgnoreClient) == 0;
    const Choice choice = ParseQuery(choose ? View(httpd_request_query(request_)) : "", standard);
    page_.order = choice.order;
    page_.pattern = choice.pattern;
    const httpd_result read = Read();
    if (read != HTTPD_OK) return read;
    Sort(entries_, page_.count, page_.order, options_);
    page_.entries = entries_;
    page_.header = Include(settings_.header, &page_.header_is_text);
    page_.readme = Include(settings_.readme, &page_.readme_is_text);
    if (!settings_.charset.empty()) page_.charset = settings_.charset;
    page_.style_sheet = settings_.style_sheet;
    page_.head_insert = settings_.head_insert;
    return Send();
  }

 private:
  // The path with a slash at its end; without one the links need the last segment in front.
  void TakePath() {
    const std::string_view path = View(httpd_request_path(request_));
    page_.path = path;
    if (!path.empty() && path.back() == '/') return;
    PoolText base(pool_, path.size() * 3 + 2);
    AppendHref(path.substr(path.rfind('/') + 1), &base);
    base.push_back('/');
    page_.base = base.view();
    PoolText whole(pool_, path.size() + 1);
    whole.append(path).push_back('/');
    page_.path = whole.view();
  }

  // Fills in what lies there, by the way that a request for it would take, so that what this client
  // may not have is not shown; with ShowForbidden the file system alone is asked, which is faster.
  bool Examine(int directory, Entry* entry) {
    struct stat status;
    if (::fstatat(directory, entry->name.data(), &status, 0) != 0) return false;
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return false;
    entry->directory = S_ISDIR(status.st_mode);
    entry->size = status.st_size;
    entry->mtime = int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    if ((options_ & kShowForbidden) != 0) return true;
    const httpd_str parts[] = {Str(page_.path), Str(entry->name)};
    const httpd_str path = httpd_pool_join(pool_, parts, 2);
    return path.data != nullptr &&
           httpd_request_lookup(request_, path, nullptr, nullptr) != HTTPD_FILE_NONE;
  }

  httpd_result OpenFailed(int error) {
    Log(request_, self_, HTTPD_LOG_ERROR,
        "the directory " + std::string(View(httpd_request_filename(request_))) +
            " cannot be read: " + std::strerror(error) +
            (error == EACCES ? "; fix: chmod o+rx, or the index file it should have" : ""));
    return error == EACCES ? 403 : error == ENOENT ? 404 : 500;
  }

  httpd_result Read() {
    const httpd_str path = httpd_pool_copy(pool_, httpd_request_filename(request_));
    if (path.data == nullptr) return 500;
    Directory directory;
    directory.stream = ::opendir(path.data);
    if (directory.stream == nullptr) return OpenFailed(errno);
    PoolText pattern(pool_, page_.pattern.size());
    AppendDecoded(page_.pattern, &pattern);
    const size_t scan_limit = page_.limit * kMaxScannedPerEntry;
    size_t capacity = 0;
    for (size_t scanned = 0;; ++scanned) {
      const dirent* found = ::readdir(directory.stream);
      if (found == nullptr) break;
      const std::string_view name = found->d_name;
      if (IsIgnored(settings_, name)) continue;
      if (pattern.size() > 0 && !MatchWildcard(name, pattern.view())) continue;
      if (page_.count == page_.limit || scanned >= scan_limit) {
        page_.more = true;
        break;
      }
      Entry entry;
      entry.name = httpd::api::Copy(pool_, name);
      if (!Examine(::dirfd(directory.stream), &entry)) continue;
      entry.description = DescriptionOf(settings_, entry.name);
      if (page_.count == capacity) capacity = Grow(capacity);
      entries_[page_.count++] = entry;
    }
    return HTTPD_OK;
  }

  size_t Grow(size_t capacity) {
    const size_t larger = capacity == 0 ? 64 : capacity * 2;
    auto* entries = static_cast<Entry*>(httpd_pool_alloc(pool_, larger * sizeof(Entry)));
    if (entries == nullptr) throw std::bad_alloc();
    for (size_t i = 0; i < page_.count; ++i) new (entries + i) Entry(entries_[i]);
    for (size_t i = page_.count; i < larger; ++i) new (entries + i) Entry();
    entries_ = entries;
    return larger;
  }

  // The text of HeaderName or ReadmeName; empty when this client may not have it or it is not
  // there.
  std::string_view Include(std::string_view name, bool* is_text) {
    if (name.empty()) return {};
    const httpd_str url_parts[] = {Str(page_.path), Str(name)};
    const httpd_str url = httpd_pool_join(pool_, url_parts, 2);
    int64_t size = 0;
    if (url.data == nullptr ||
        httpd_request_lookup(request_, url, &size, nullptr) != HTTPD_FILE_REGULAR) {
      return {};
    }
    const httpd_str parts[] = {httpd_request_filename(request_), HTTPD_STR("/"), Str(name)};
    const httpd_str path = httpd_pool_join(pool_, parts, 3);
    if (size > static_cast<int64_t>(kMaxIncludedFile)) {
      Log(request_, self_, HTTPD_LOG_WARN,
          std::string(View(path)) + " is larger than 256 KiB and not put into the listing");
      return {};
    }
    const size_t dot = name.rfind('.');
    const std::string_view extension = dot == std::string_view::npos ? "" : name.substr(dot);
    *is_text = extension != ".html" && extension != ".htm";
    return ReadSmall(path, static_cast<size_t>(size));
  }

  std::string_view ReadSmall(httpd_str path, size_t size) {
    File file;
    file.fd = path.data == nullptr ? -1 : ::open(path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file.fd < 0) return {};
    auto* text = static_cast<char*>(httpd_pool_alloc(pool_, size));
    if (text == nullptr) throw std::bad_alloc();
    size_t used = 0;
    while (used < size) {
      const ssize_t got = ::read(file.fd, text + used, size - used);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      used += static_cast<size_t>(got);
    }
    return {text, used};
  }

  httpd_result Send() {
    const httpd_str parts[] = {Str(settings_.type.empty() ? "text/html" : settings_.type),
                               HTTPD_STR(";charset="), Str(page_.charset)};
    const httpd_str type = httpd_pool_join(pool_, parts, 3);
    if (type.data == nullptr) return 500;
    PoolText text(pool_, 6144 + page_.count * 320);
    AppendPage(page_, &text);
    httpd_response_set_content_type(request_, type);
    return httpd_response_write_static(request_, Str(text.view())) == HTTPD_OK ? HTTPD_OK : 500;
  }

  httpd_request* request_;
  httpd_module_handle* self_;
  const Settings& settings_;
  httpd_pool* pool_;
  uint32_t options_;
  Page page_;
  Entry* entries_ = nullptr;
};

httpd_result Handle(httpd_request* request, httpd_module_handle* self) {
  if (httpd_request_file_kind(request) != HTTPD_FILE_DIRECTORY) return HTTPD_DECLINED;
  if (httpd_request_handler(request).len > 0) return HTTPD_DECLINED;
  if ((httpd_request_options(request) & HTTPD_OPTION_INDEXES) == 0) return HTTPD_DECLINED;
  const std::string_view method = View(httpd_request_method(request));
  if (method != "GET" && method != "HEAD") return HTTPD_DECLINED;
  return Lister(request, self, httpd::api::Settings<Settings>(request, self)).Run();
}

httpd_result Register(httpd_module_handle* self, void*) {
  return httpd::api::HookRequest<Handle>(self, HTTPD_HOOK_HANDLER);
}

}  // namespace
}  // namespace mod_autoindex

HTTPD_MODULE(autoindex,
             "version=1.0.0\0"
             "description=Listings of directories without an index file\0"
             "license=Apache-2.0\0"
             "directive=IndexOptions,IndexOrderDefault,IndexIgnore,IndexIgnoreReset\0"
             "directive=AddDescription,HeaderName,ReadmeName,IndexStyleSheet,IndexHeadInsert\0"
             "directive=IndexMaxEntries,AddIcon,AddIconByType,AddIconByEncoding,AddAlt\0"
             "directive=AddAltByType,AddAltByEncoding,DefaultIcon\0",
             .directives = mod_autoindex::kDirectives,
             .create_location_config = httpd::api::Create<mod_autoindex::Settings>,
             .merge_location_config =
                 httpd::api::Merge<mod_autoindex::Settings, mod_autoindex::MergeSettings>,
             .register_module = mod_autoindex::Register);
